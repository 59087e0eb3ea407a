//go:build !race

package lwip

// connections is how many TestLife opens and closes.
const connections = 100_000
