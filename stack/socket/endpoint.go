package socket

import "stackproof/stack/wire"

// Endpoint is an address with a port. The zero Endpoint names nobody.
type Endpoint struct {
	Addr wire.Addr
	Port uint16
}

// Endpoint4 returns the endpoint with these bytes of an IPv4 address.
func Endpoint4(ip [4]byte, port uint16) Endpoint { return Endpoint{wire.AddrFrom4(ip), port} }

// Endpoint6 returns the endpoint with these bytes of an IPv6 address.
func Endpoint6(ip [16]byte, port uint16) Endpoint { return Endpoint{wire.AddrFrom16(ip), port} }
