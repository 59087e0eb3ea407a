package netgo

import (
	"net"
	"net/netip"
	"strconv"

	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// FromNetip turns an address of package netip into the stack's; an IPv4-mapped one is IPv4.
func FromNetip(a netip.Addr) wire.Addr {
	a = a.Unmap()
	switch {
	case a.Is4():
		return wire.AddrFrom4(a.As4())
	case a.Is6():
		return wire.AddrFrom16(a.As16())
	}
	return wire.Addr{}
}

func fromIP(ip net.IP) wire.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return FromNetip(a)
}

func toNetip(a wire.Addr) netip.Addr {
	switch {
	case a.Is4():
		return netip.AddrFrom4(a.As4())
	case a.Is6():
		return netip.AddrFrom16(a.As16())
	}
	return netip.Addr{}
}

func tcpAddr(e socket.Endpoint) net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(toNetip(e.Addr), e.Port))
}

func udpAddr(e socket.Endpoint) net.Addr {
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(toNetip(e.Addr), e.Port))
}

// network is what the network argument of package net's functions means: the protocol, and which families.
type network struct {
	kind   socket.Kind
	v4, v6 bool
}

func parseNetwork(name string) (n network, err error) {
	n.v4, n.v6 = true, true
	switch name {
	case "tcp", "tcp4", "tcp6":
		n.kind = socket.Stream
	case "udp", "udp4", "udp6":
		n.kind = socket.Datagram
	default:
		return n, net.UnknownNetworkError(name)
	}
	switch name[3:] {
	case "4":
		n.v6 = false
	case "6":
		n.v4 = false
	}
	return n, nil
}

// parseAddress reads "host:port", where host is a literal address or empty. There are no names here: nobody is asked.
func parseAddress(n network, address string) (socket.Endpoint, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return socket.Endpoint{}, err
	}
	p, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return socket.Endpoint{}, &net.AddrError{Err: "port is no number from 0 to 65535", Addr: address}
	}
	e := socket.Endpoint{Port: uint16(p)}
	if host == "" {
		return e, nil
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return e, &net.AddrError{Err: "host is no literal IP address", Addr: address}
	}
	e.Addr = FromNetip(a)
	if e.Addr.Is4() && !n.v4 || e.Addr.Is6() && !n.v6 {
		return e, &net.AddrError{Err: "address is not of the network's family", Addr: address}
	}
	return e, nil
}

// opError wraps an error as package net does.
func opError(op, network string, source, addr net.Addr, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := err.(*net.OpError); ok {
		return err
	}
	return &net.OpError{Op: op, Net: network, Source: source, Addr: addr, Err: err}
}
