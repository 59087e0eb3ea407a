package lwip

import (
	"math"

	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
	"stackproof/stack/wire"
)

// Hints are what getaddrinfo is to look for.
type Hints struct {
	Flags, Family, Socktype, Protocol int32
}

// AddrInfo is the one answer of getaddrinfo: struct addrinfo but for its pointers. The length of the address is always that
// of a sockaddr_storage; its canonical name is the name that was asked for.
type AddrInfo struct {
	Family, Socktype, Protocol int32
	Addr                       [abi.SizeofSockaddrStorage]byte
}

// GetAddrInfo is lwip_getaddrinfo, of what is known without asking a name server; node, service and hints can be nil for
// NULL. It answers 0, or EAI_NONAME: neither a node nor a service, or no literal with AI_NUMERICHOST; EAI_FAMILY;
// EAI_SERVICE: neither a number nor in the table; EAI_FAIL: anything else about the name, a missing one with
// AI_NUMERICHOST not set too. Without a node it is the loopback or, with AI_PASSIVE, any address.
func (f *Face) GetAddrInfo(node, service []byte, hints *Hints, info *AddrInfo) int {
	h := Hints{}
	if hints != nil {
		h = *hints
	}
	switch {
	case info == nil:
		return abi.EAI_FAIL
	case node == nil && service == nil:
		return abi.EAI_NONAME
	case h.Family != abi.AF_UNSPEC && h.Family != abi.AF_INET && h.Family != abi.AF_INET6:
		return abi.EAI_FAMILY
	}
	port := uint16(0)
	if service != nil {
		var ok bool
		if port, ok = f.service(service); !ok {
			return abi.EAI_SERVICE
		}
	}
	a, code := f.node(node, &h)
	if code != 0 {
		return code
	}
	var n Name
	n.set(socket.Endpoint{Addr: a, Port: port}, false)
	*info = AddrInfo{Family: abi.AF_INET, Socktype: h.Socktype, Protocol: h.Protocol, Addr: n.Bytes}
	if a.Is6() {
		info.Family = abi.AF_INET6
	}
	return 0
}

// service reads a port as C's atoi does, sign and blanks included, or finds it in the table.
func (f *Face) service(text []byte) (port uint16, ok bool) {
	for i := range f.cfg.Services {
		if s := &f.cfg.Services[i]; same(text, s.Name) {
			return s.Port, true
		}
	}
	i, negative, n := 0, false, 0
	for at(text, i) == ' ' || at(text, i) >= '\t' && at(text, i) <= '\r' {
		i++
	}
	if c := at(text, i); c == '+' || c == '-' {
		negative = c == '-'
		i++
	}
	for ; digit(at(text, i)) < 10; i++ {
		n = min(n*10+int(digit(text[i])), math.MaxUint16+1)
	}
	if negative {
		n = -n
	}
	return uint16(n), n > 0 && n <= math.MaxUint16 || n == 0 && at(text, 0) == '0'
}

// node finds the address of a node.
func (f *Face) node(text []byte, h *Hints) (a wire.Addr, code int) {
	v6 := h.Family == abi.AF_INET6
	switch {
	case text == nil && h.Flags&abi.AI_PASSIVE != 0:
		return anyOf(v6), 0
	case text == nil:
		return loopback(v6), 0
	case h.Flags&abi.AI_NUMERICHOST == 0:
		if a = f.look(text, h); !a.IsValid() {
			return a, abi.EAI_FAIL
		}
		return a, 0
	}
	a, ok := literal(text)
	if a = fit(a, h); !ok || !a.IsValid() {
		return a, abi.EAI_NONAME
	}
	return a, 0
}

// fit makes an address one of the family that is asked for; no address if it is of the other.
func fit(a wire.Addr, h *Hints) wire.Addr {
	switch {
	case h.Family == abi.AF_UNSPEC, a.Is6() == (h.Family == abi.AF_INET6):
		return a
	case a.Is4() && h.Flags&abi.AI_V4MAPPED != 0:
		return a.Map4()
	}
	return wire.Addr{}
}

// look finds the address of a name: localhost, a literal, or one in the table, of which IPv4 comes first.
func (f *Face) look(text []byte, h *Hints) (a wire.Addr) {
	v6 := h.Family == abi.AF_INET6
	if len(text) == 0 || len(text) >= abi.DNS_MAX_NAME_LENGTH {
		return a
	}
	if same(text, "localhost") {
		return loopback(v6)
	}
	if l, ok := literal(text); ok {
		return fit(l, h)
	}
	for i := range f.cfg.Hosts {
		e := &f.cfg.Hosts[i]
		if !same(text, e.Name) {
			continue
		}
		if x := fit(e.Addr, h); x.IsValid() && (!a.IsValid() || h.Family != abi.AF_INET6 && a.Is6() && x.Is4() ||
			h.Family == abi.AF_INET6 && a.Unmap4().Is4() && !x.Unmap4().Is4()) {
			a = x
		}
	}
	return a
}

// literal reads an address of either family: one with a colon is IPv6's.
func literal(text []byte) (a wire.Addr, ok bool) {
	v6 := false
	for _, c := range text {
		if c == '.' {
			break
		}
		v6 = v6 || c == ':'
	}
	if !v6 {
		word, ok := parse4(text)
		return wire.IPv4(byte(word>>24), byte(word>>16), byte(word>>8), byte(word)), ok
	}
	words, ok := parse6(text)
	var b [16]byte
	for i, w := range words {
		b[4*i], b[4*i+1], b[4*i+2], b[4*i+3] = byte(w>>24), byte(w>>16), byte(w>>8), byte(w)
	}
	return wire.AddrFrom16(b), ok
}

func loopback(v6 bool) wire.Addr {
	if v6 {
		return wire.AddrFrom16([16]byte{15: 1})
	}
	return wire.IPv4(127, 0, 0, 1)
}

// GetHostByName is lwip_gethostbyname: the address of a name, of IPv4 rather than IPv6. h_errno is 0 or HOST_NOT_FOUND.
func (f *Face) GetHostByName(name []byte) (a wire.Addr, hErrno int) {
	if a = f.look(name, &Hints{}); !a.IsValid() {
		return a, abi.HOST_NOT_FOUND
	}
	return a, 0
}

// hostData is what a result of gethostbyname_r takes beside the name on a 32-bit machine: lwIP keeps two pointers to
// addresses, the address and an empty list of aliases there, and aligns them.
const hostData = 36

// GetHostByNameR is lwip_gethostbyname_r with a buffer of so many bytes; the caller lays out the result. h_errno is 0,
// HOST_NOT_FOUND or, where the buffer is too short, ERANGE; EINVAL: no name.
func (f *Face) GetHostByNameR(name []byte, buffer int) (a wire.Addr, hErrno int) {
	switch {
	case name == nil:
		return a, int(abi.EINVAL)
	case buffer < hostData+(len(name)+1+3)&^3:
		return a, int(abi.ERANGE)
	}
	return f.GetHostByName(name)
}
