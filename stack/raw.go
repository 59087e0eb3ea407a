package stack

import (
	"encoding/binary"

	"stackproof/stack/wire"
)

// RawOpen opens an endpoint for packets of one of IP's protocols instead of datagrams of UDP, on a local address as UDPOpen
// has it. It receives a copy of each packet of that protocol to this host, with its IP header, whatever else becomes of the
// packet; what it sends gets an IP header alone. All else is as with UDP, in whose storage it is: it is used and closed
// by the methods of UDP, and its ports are 0. What comes in fragments it receives when
// it is whole. AddrNotAvailable, TableFull; id is then -1.
func (s *Stack) RawOpen(local wire.Addr, proto uint8) (id int, c Cause) {
	if id, c = s.udpFree(local); c == OK {
		s.st.UDP[id] = UDPEndpoint{
			open: true, bound: local, local: local, hops: multicastHops, mirror: true, raw: true, proto: proto,
		}
	}
	return id, c
}

// RawSetChecksum has the checksum put into what a raw endpoint sends over IPv6, over a pseudo-header too, at the offset of
// an even number of bytes (RFC 3542 3.1); -1: no more. Invalid.
func (s *Stack) RawSetChecksum(id, offset int) Cause {
	e := s.udp(id)
	if e == nil || !e.raw || offset < -1 || offset >= maxDatagram || offset > 0 && offset&1 != 0 {
		return Invalid
	}
	e.sum = uint16(offset + 1)
	return OK
}

// setChecksum puts the checksum into a packet that has room for it.
func (e *UDPEndpoint) setChecksum(o *outgoing) {
	at := int(e.sum) - 1
	if at < 0 || !o.dst.Is6() || at+2 > o.n {
		return
	}
	sum := o.payload[at:][:2]
	sum[0], sum[1] = 0, 0
	binary.BigEndian.PutUint16(sum, wire.Checksum(o.payload, wire.PseudoSum(o.src, o.dst, e.proto, o.n)))
}

// rawInput gives a packet to the raw endpoints that it is for, and reports whether there is any: then nobody is told that
// the host does not know the protocol.
func (s *Stack) rawInput(m *packet) (taken bool) {
	for i := range s.st.UDP {
		e := &s.st.UDP[i]
		if !e.open || !e.raw || e.proto != m.proto || !overlap(e.local, m.dst) || e.peer.IsValid() && e.peer != m.src {
			continue
		}
		taken = true
		d := Datagram{Full: len(m.bytes), Src: m.src, Dst: m.dst}
		s.udpPush(i, &d, m.bytes)
	}
	return taken
}
