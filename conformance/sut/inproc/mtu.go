//go:build !tinygo

package inproc

// mtu is the largest IP packet: 20 bytes more than Ethernet's, as suites' runners have it for IPv6.
const mtu = 1520
