package lwip

import (
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// Name is a socket address as a call answers it: the first Len bytes of Bytes. As lwIP does, who has less room for it
// takes as much as there is room for.
type Name struct {
	Bytes [abi.SizeofSockaddrStorage]byte
	Len   int
}

// set makes n the address of an endpoint. v6: an address of IPv4 is mapped.
func (n *Name) set(e socket.Endpoint, v6 bool) {
	if v6 && e.Addr.Is4() {
		e.Addr = e.Addr.Map4()
	}
	if e.Addr.Is4() {
		n.Len = abi.SizeofSockaddrIn
		abi.SockaddrIn{Len: abi.SizeofSockaddrIn, Family: abi.AF_INET, Port: e.Port, Addr: e.Addr.As4()}.Put(n.Bytes[:])
		return
	}
	n.Len = abi.SizeofSockaddrIn6
	a := abi.SockaddrIn6{Len: abi.SizeofSockaddrIn6, Family: abi.AF_INET6, Port: e.Port}
	if e.Addr.IsValid() {
		a.Addr = e.Addr.As16()
	}
	if e.Addr.IsLinkLocal() || e.Addr.IsLinkLocalMulticast() {
		a.ScopeID = netIndex
	}
	a.Put(n.Bytes[:])
}

// family is the address family of a name; AF_UNSPEC of one that is too short to have any.
func family(name []byte) int {
	if len(name) < 2 {
		return abi.AF_UNSPEC
	}
	return int(name[1])
}

// ofFamily tells whether a name is one of the socket's family.
func (v *Socket) ofFamily(name []byte) bool {
	return family(name) == abi.AF_INET && !v.v6 || family(name) == abi.AF_INET6 && v.v6
}

// endpoint reads an address; ok is false where lwIP answers EIO: the length is neither family's, or the bytes are fewer than
// the family's. A mapped address is one of IPv4.
func endpoint(name []byte) (e socket.Endpoint, ok bool) {
	if len(name) != abi.SizeofSockaddrIn && len(name) != abi.SizeofSockaddrIn6 {
		return e, false
	}
	switch family(name) {
	case abi.AF_INET:
		a, _ := abi.ParseSockaddrIn(name)
		return socket.Endpoint4(a.Addr, a.Port), true
	case abi.AF_INET6:
		a, whole := abi.ParseSockaddrIn6(name)
		e = socket.Endpoint6(a.Addr, a.Port)
		if u := e.Addr.Unmap4(); u.Is4() {
			e.Addr = u
		}
		return e, whole
	}
	return e, false
}

// isAny tells whether a names nobody: no address, or the unspecified one of its family.
func isAny(a wire.Addr) bool { return !a.IsValid() || a.IsUnspecified() }
