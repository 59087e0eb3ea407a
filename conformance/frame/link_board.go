//go:build tinygo

package frame

// baby: a board has an Ethernet.
const baby = 0
