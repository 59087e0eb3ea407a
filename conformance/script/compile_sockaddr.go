package script

import (
	"net/netip"
	"strconv"

	"stackproof/conformance/sut"
)

// address is argument i: `...` for the address and port given, or a structure. What a structure leaves out is as with
// `...`, so `{sin_port=htons(9000)}` does for both IP versions.
func (b *callBuilder) address(i int, a netip.Addr, port uint16) sut.Addr {
	e := &b.src.Args[i]
	if e.Kind != ExprEllipsis {
		b.sockaddr(e, &a, &port)
	}
	return b.addr(a, port)
}

// addr is an address as a call has it: where the sockets are IPv6's and the packets IPv4's, a mapped one (RFC 4291
// 2.5.5.2).
func (b *callBuilder) addr(a netip.Addr, port uint16) sut.Addr {
	s := sut.Addr{Family: uint8(b.host.form), Port: port}
	if b.host.mapped {
		s.Family, a = sut.DomainIPv6, netip.AddrFrom16(a.As16())
	}
	copy(s.IP[:], a.AsSlice())
	return s
}

// wantAddress is argument i where the call answers an address: `...` compares nothing.
func (b *callBuilder) wantAddress(i int) {
	e := &b.src.Args[i]
	if e.Kind == ExprEllipsis {
		return
	}
	a, port := b.host.remote, uint16(0)
	b.sockaddr(e, &a, &port)
	b.ev.Want.Addr = b.addr(a, port)
}

func (b *callBuilder) sockaddr(e *Expr, a *netip.Addr, port *uint16) {
	names := []string{"sa_family", "sin_family", "sin_port", "sin_addr", "sin6_port", "sin6_addr"}
	m := b.members(e, names...)
	for _, name := range names {
		v := m[name]
		if v == nil {
			continue
		}
		switch name {
		case "sa_family", "sin_family":
			if (v.String() == "AF_INET6") != (b.host.form == IPv6) {
				b.fail(v.Pos, b.src.Name, "`%s` is not %s's: leave it out", v, b.host.form)
			}
		case "sin_port", "sin6_port":
			*port = b.htons(v)
		default:
			*a = b.inetAddr(v)
		}
	}
}

// htons reads htons(80).
func (b *callBuilder) htons(e *Expr) uint16 {
	if e.Kind != ExprFunc || e.Text != "htons" || len(e.List) != 1 || e.List[0].Kind != ExprInt || e.List[0].N < 0 || e.List[0].N > 65535 {
		b.fail(e.Pos, b.src.Name, "want htons(PORT), got `%s`", e)
	}
	return uint16(e.List[0].N)
}

// inetAddr reads inet_addr("192.0.2.1"), which takes an IPv6 address and the names of addresses (peer, other) too.
func (b *callBuilder) inetAddr(e *Expr) netip.Addr {
	if e.Kind != ExprFunc || e.Text != "inet_addr" && e.Text != "inet6_addr" || len(e.List) != 1 || e.List[0].Kind != ExprString {
		b.fail(e.Pos, b.src.Name, "want inet_addr(\"ADDRESS\"), got `%s`", e)
	}
	a, cause := b.host.ip(e.List[0].Text, int(b.host.form))
	if cause != "" {
		b.fail(e.Pos, b.src.Name, "%s", cause)
	}
	return a
}

// unquote resolves the escapes of a string: \n, \r, \t, \0, \xHH, and any other character for itself.
func unquote(s string) []byte {
	var out []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			out = append(out, c)
			continue
		}
		i++
		switch c = s[i]; c {
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case '0':
			c = 0
		case 'x':
			if i+2 < len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
					c, i = byte(n), i+2
				}
			}
		}
		out = append(out, c)
	}
	return out
}
