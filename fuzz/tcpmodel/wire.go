package tcpmodel

import (
	"encoding/binary"

	"stackproof/conformance/frame"
)

// send puts a frame of host i on the wire: the observer sees it, and then what is in the middle.
func (m *Model) send(i int, b []byte) {
	v, ok := parse(b)
	if !ok {
		m.fail("host %d sends a malformed frame", i)
		return
	}
	m.sent(i, &v)
	if m.down[i] || m.down[1-i] {
		m.Count.Cut++
		return
	}
	if m.faults.MTU > 0 && len(v.Datagram()) > m.faults.MTU {
		m.Count.TooBig++
		m.tooBig(i, &v)
		return
	}
	if part := m.faults.Window[i]; part > 0 && v.Transport == frame.TransportTCP {
		w, _ := v.Get(frame.TCPWin)
		v.Set(frame.TCPWin, w*part/8)
		v.Repair()
		m.Count.Shrunk++
	}
	p := m.wires[len(m.wires)-1].Port(i)
	if room := p.Reserve(len(v.B)); room != nil {
		p.Send(copy(room, v.B))
	}
}

// tooBig tells host i that its packet is too long for the path (RFC 1191 4, RFC 8201 4).
func (m *Model) tooBig(i int, v *frame.View) {
	const quoted = 28 + 20 // more than the header and the eight bytes of RFC 792; all headers in IPv6
	l := frame.Layout{Net: frame.NetIPv4, Transport: frame.TransportICMP, ICMPType: 3}
	from4, to4, from6, to6 := addr4(1-i), addr4(i), addr6(1-i), addr6(i)
	from, to := from4[:], to4[:]
	if v.Net == frame.NetIPv6 {
		l.Net, l.ICMPType = frame.NetIPv6, 2
		from, to = from6[:], to6[:]
	}
	quote := v.Datagram()[:min(quoted+20, len(v.Datagram()))]
	l.Payload = len(quote)
	var e frame.View
	frame.Build(make([]byte, frame.EthernetLen), &l, &e)
	dst, src := mac(i), mac(1-i)
	e.SetAddr(frame.EthDst, dst[:])
	e.SetAddr(frame.EthSrc, src[:])
	e.SetAddr(frame.IPSrc, from)
	e.SetAddr(frame.IPDst, to)
	if v.Net == frame.NetIPv4 {
		e.Set(frame.ICMPCode, 4)
	}
	e.Set(frame.ICMPMTU, uint32(m.faults.MTU))
	copy(e.Payload(), quote)
	e.Repair()
	m.hosts[i].is(m.hosts[i].stack.Deliver(e.B, &m.hosts[i]), "deliver")
}

// arrive hands host i a frame that has come through.
func (m *Model) arrive(i int, b []byte) {
	if m.down[i] {
		m.Count.Cut++
		return
	}
	if v, ok := parse(plain(b)); ok {
		m.arrived(i, &v)
	}
	m.hosts[i].is(m.hosts[i].stack.Deliver(b, &m.hosts[i]), "deliver")
}

// parse takes a frame apart.
func parse(b []byte) (v frame.View, ok bool) {
	d := frame.Parse(b, &v)
	return v, d.OK()
}

// plain is the frame without what no checksum covers and no receiver of TCP has to look at: the source's hardware address,
// IPv6's hop limit, and the padding. A bit that was inverted there may be taken or not, and the observer has to allow for
// both.
func plain(b []byte) []byte {
	b = append([]byte(nil), b...)
	n := len(b)
	switch {
	case len(b) < 34:
	case b[12] == 0x08 && b[13] == 0:
		n = 14 + int(binary.BigEndian.Uint16(b[16:]))
	case b[12] == 0x86 && b[13] == 0xdd:
		n = 54 + int(binary.BigEndian.Uint16(b[18:]))
		b[21] = 64
	}
	if len(b) >= 12 {
		b[6] &^= 1
	}
	return b[:min(n, len(b))]
}
