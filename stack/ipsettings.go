package stack

// IPSettings are what an application chooses for the packets of a socket (RFC 9293 3.9.1.9, 3.9.2; RFC 1122 4.1.4).
type IPSettings struct {
	Hops      uint8 // time to live, or hop limit, of what goes to one host; 0: [DefaultHops]
	TOS       uint8 // type of service, or traffic class. The two low bits of a connection's are TCP's (RFC 3168 5)
	Fragments Fragments
}

// Fragments says whether packets may be sent in fragments.
type Fragments uint8

const (
	FragmentsUsual Fragments = iota // routers may cut datagrams, but not segments, which fit the path
	FragmentsAny                    // routers may cut all: IPv4 packets have no DF
	FragmentsNone                   // nobody may, this host neither: IPv4 packets have DF, longer datagrams are TooLong
)

// ecnBits are the part of TOS that says something of congestion.
const ecnBits = 3

// apply gives a packet that goes out what is set.
func (v *IPSettings) apply(o *outgoing) {
	o.tos = v.TOS
	if !o.dst.IsMulticast() {
		o.hops = v.Hops
	}
	switch v.Fragments {
	case FragmentsAny:
		o.df = false
	case FragmentsNone:
		o.df, o.fragment = true, false
	}
}

// TCPSetIP changes the IP settings of a connection, or of those that a listener will take. Invalid.
func (s *Stack) TCPSetIP(id int, v *IPSettings) Cause {
	r := s.tcpOwned(id)
	if r == nil {
		return Invalid
	}
	r.ip = *v
	r.ip.TOS &^= ecnBits
	return OK
}

// UDPSetIP changes the IP settings of an endpoint. Invalid.
func (s *Stack) UDPSetIP(id int, v *IPSettings) Cause {
	e := s.udp(id)
	if e == nil {
		return Invalid
	}
	e.ip = *v
	return OK
}
