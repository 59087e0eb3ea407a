package edits

import (
	"stackproof/conformance/frame"
	"stackproof/golden/siege"
	"stackproof/stack/wire"
)

// Base is a good frame that is about a state, and what can be changed in it.
type Base struct {
	Name   string
	Fields []Field
	values [][]Value // by field
	frame  []byte
	view   frame.View // of frame
}

// Frame is the frame as it is without an edit.
func (b *Base) Frame() []byte { return b.frame }

// bases are the good frames of a state. Each has the checksums that it must, and is as long as Ethernet wants it.
func bases(p siege.Place) []*Base {
	m := maker{p: p}
	if p.V6 {
		m.all6()
	} else {
		m.all4()
	}
	return m.all
}

// maker makes the bases of a state.
type maker struct {
	p   siege.Place
	all []*Base
}

func raw(header string, b ...byte) part { return part{header, header, b} }

func put(header string, n int, f func(b []byte) int) part {
	b := make([]byte, n)
	return raw(header, b[:f(b)]...)
}

// second is a part of which there is one already.
func second(p part, as string) part { p.as = as; return p }

func size(parts []part) (n int) {
	for i := range parts {
		n += len(parts[i].bytes)
	}
	return n
}

// add makes a base of what Ethernet carries.
func (m *maker) add(name string, dst wire.MAC, typ uint16, parts ...part) {
	eth := put("eth", wire.EthernetHeaderLen, wire.EthernetFields{Dst: dst, Src: m.p.PeerMAC, Type: typ}.Put)
	parts = append([]part{eth}, parts...)
	if n := size(parts); n < frame.MinLen {
		parts = append(parts, raw("pad", make([]byte, frame.MinLen-n)...))
	}
	b := &Base{Name: name}
	for i := range parts {
		b.Fields = append(b.Fields, parts[i].fields(8*len(b.frame))...)
		b.frame = append(b.frame, parts[i].bytes...)
	}
	frame.Parse(b.frame, &b.view)
	for range 2 { // a wrong checksum of IPv4's header hides what it carries
		b.view.RepairSums()
		frame.Parse(b.frame, &b.view)
	}
	b.values = make([][]Value, len(b.Fields))
	for i := range b.Fields {
		b.values[i] = values(&b.Fields[i], b.frame, &m.p)
	}
	m.all = append(m.all, b)
}

// ip4 is a header of IPv4 for what follows, of which the first options parts are its options.
func (m *maker) ip4(f wire.IPv4Fields, options int, parts ...part) []part {
	n := size(parts)
	f.OptionsLen, f.TotalLen, f.ID = uint8(size(parts[:options])), uint16(wire.IPv4HeaderLen+n), 0x1234
	if f.TTL == 0 {
		f.TTL = 64
	}
	if !f.Src.IsValid() {
		f.Src = m.p.Peer
	}
	if !f.Dst.IsValid() {
		f.Dst = m.p.Stack
	}
	var b [60]byte
	f.Put(b[:])
	return append([]part{raw("ip4", b[:wire.IPv4HeaderLen]...)}, parts...)
}

func (m *maker) add4(name string, f wire.IPv4Fields, options int, parts ...part) {
	dst := m.p.StackMAC
	if f.Dst.IsMulticast() {
		a := f.Dst.As4()
		dst = wire.MAC{1, 0, 0x5e, a[1] & 127, a[2], a[3]}
	}
	m.add(name, dst, wire.EtherTypeIPv4, m.ip4(f, options, parts...)...)
}

// ip6 is a header of IPv6 for what follows.
func (m *maker) ip6(f wire.IPv6Fields, parts ...part) []part {
	f.PayloadLen = uint16(size(parts))
	if f.HopLimit == 0 {
		f.HopLimit = 64
	}
	if !f.Src.IsValid() {
		f.Src = m.p.Peer
	}
	if !f.Dst.IsValid() {
		f.Dst = m.p.Stack
	}
	return append([]part{put("ip6", wire.IPv6HeaderLen, f.Put)}, parts...)
}

func (m *maker) add6(name string, f wire.IPv6Fields, parts ...part) {
	dst := m.p.StackMAC
	if f.Dst.IsMulticast() {
		a := f.Dst.As16()
		dst = wire.MAC{0x33, 0x33, a[12], a[13], a[14], a[15]}
	}
	m.add(name, dst, wire.EtherTypeIPv6, m.ip6(f, parts...)...)
}

// stamps is the option that segments of a connection have.
func (m *maker) stamps() []part {
	p := &m.p
	return []part{raw("tcp.nop", 1), second(raw("tcp.nop", 1), "tcp.nop2"), put("tcp.ts", 10, func(b []byte) int {
		b[0], b[1] = wire.TCPOptTimestamps, 10
		put32(b[2:], p.Stamp)
		put32(b[6:], p.Stamped)
		return 10
	})}
}

func put32(b []byte, n uint32) {
	b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
}

// tcp is a segment of the peer's with options and data.
func (m *maker) tcp(flags wire.TCPFlags, seq, ack uint32, options []part, data string) []part {
	f := wire.TCPFields{SrcPort: m.p.PeerPort, DstPort: m.p.StackPort, Seq: seq, Ack: ack, Flags: flags, Window: 4000, OptionsLen: uint8(size(options))}
	var b [60]byte
	f.Put(b[:])
	parts := append([]part{raw("tcp", b[:wire.TCPHeaderLen]...)}, options...)
	if data != "" {
		parts = append(parts, raw("data", []byte(data)...))
	}
	return parts
}

// segments are those of TCP, by name: with every option that there is.
func (m *maker) segments(add func(name string, parts ...part)) {
	p := &m.p
	sack := put("tcp.sack", 18, func(b []byte) int {
		b[0], b[1] = wire.TCPOptSACK, 18
		for i, n := range []uint32{p.Ack + 100, p.Ack + 200, p.Ack + 300, p.Ack + 400} {
			put32(b[2+4*i:], n)
		}
		return 18
	})
	syn := []part{raw("tcp.mss", wire.TCPOptMSS, 4, 4, 0), raw("tcp.sackok", wire.TCPOptSACKPermitted, 2), m.stamps()[2], raw("tcp.nop", 1),
		raw("tcp.scale", wire.TCPOptWScale, 3, 2), raw("tcp.eol", 0), second(raw("tcp.eol", 0), "tcp.eol2"), second(raw("tcp.eol", 0), "tcp.eol3"), second(raw("tcp.eol", 0), "tcp.eol4")}
	add("tcp-syn", m.tcp(wire.FlagSYN, p.Seq, 0, syn, "")...)
	add("tcp-syn-ack", m.tcp(wire.FlagSYN|wire.FlagACK, p.Seq, p.Ack, syn, "")...)
	add("tcp-data", m.tcp(wire.FlagACK|wire.FlagPSH, p.Seq, p.Ack, m.stamps(), "hello")...)
	add("tcp-ack", m.tcp(wire.FlagACK, p.Seq, p.Ack+1, append(m.stamps(), second(raw("tcp.nop", 1), "tcp.nop3"), second(raw("tcp.nop", 1), "tcp.nop4"), sack), "")...)
	add("tcp-fin", m.tcp(wire.FlagACK|wire.FlagFIN|wire.FlagURG, p.Seq, p.Ack, m.stamps(), "bye")...)
	add("tcp-rst", m.tcp(wire.FlagRST|wire.FlagACK, p.Seq, p.Ack, nil, "")...)
}

// quoted names the parts of a packet that an error quotes.
func quoted(parts []part) []part {
	for i := range parts {
		parts[i].as = "quote." + parts[i].as
	}
	return parts
}

// own is a segment of the stack's.
func (m *maker) own() []part {
	q := *m
	q.p.PeerPort, q.p.StackPort = m.p.StackPort, m.p.PeerPort
	return q.tcp(wire.FlagACK, m.p.Ack, m.p.Seq, nil, "")
}
