//go:build tinygo

package inproc

// mtu is the largest IP packet: Ethernet's.
const mtu = 1500
