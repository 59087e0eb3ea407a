//go:build !tinygo

package frame

// baby is by how much a link may take more than Ethernet. Suites' runners give packetdrill 20 bytes more for IPv6.
const baby = 20
