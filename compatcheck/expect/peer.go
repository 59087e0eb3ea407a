package expect

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/script"
)

// peer is one that is alive: it answers for its hardware address, takes what comes on its connections and acknowledges it at
// once, as far as its window is open. What it sends is the script's; sequence numbers there count from what it has sent,
// acknowledgment numbers from what it has got, which is acknowledged where a line says nothing else, and the port 0 is the
// one that the stack has last sent from. A line with `peer deaf` has it hear nothing but questions for its hardware address,
// until `peer hears`: then it takes what has come. Over IPv6 goes what has {ip.version=6}.
type peer struct {
	wire  wire
	flows []*flow
	deaf  bool
	kept  [][]byte // what came while it was deaf
	udp   []string // what it got as datagrams, in order
	last  map[frame.Transport][]byte
}

// flow is a connection, from the peer's side.
type flow struct {
	v6             bool
	port, hostPort uint16
	isn, rcv       uint32 // of the stack: first number, and the next that is to come
	snd            uint32 // the next of its own
	win            uint32
	heard          bool // of the stack
	began, open    bool // the peer has begun; both have
	over           bool // one of both has reset it
	reset, fin     bool // the stack has
	ended          bool // the peer has sent its FIN
	bytes          int
	sum            uint32
}

func newPeer() *peer { return &peer{last: map[frame.Transport][]byte{}} }

// command carries out a line in backquotes.
func (r *runner) command(text string) {
	switch {
	case r.peer != nil && text == "peer deaf":
		r.peer.deaf = true
	case r.peer != nil && text == "peer hears":
		r.peer.deaf = false
		r.frames = append(r.peer.kept, r.frames...)
		r.peer.kept = nil
	default:
		r.fail("there is no command %q, or the peer is not alive", text)
	}
}

// drain lets everything come to its end, and tells what the peer has got.
func (r *runner) drain() string {
	p := r.peer
	r.must("link", r.stack.Link(true, r))
	r.command("peer hears")
	for _, f := range p.flows {
		if f.heard && !f.over && f.win == 0 {
			f.win = 65535
			r.must("deliver", r.stack.Deliver(p.segment(f, frame.ACK, 0, 0, 0, nil), r))
		}
	}
	r.settle()
	if len(p.flows) > 0 {
		for range 4 {
			r.advance(r.now + 5*time.Second)
		}
	}
	return p.told()
}

// told says what the peer has got: of a connection that was reset it is chance how much.
func (p *peer) told() string {
	var all []string
	for _, f := range p.flows {
		text := fmt.Sprintf("%s:%d ", family(f.v6), f.port)
		switch {
		case !f.heard || !f.open:
			continue
		case f.reset:
			text += "is reset"
		case f.over:
			text += "has reset"
		default:
			text += fmt.Sprintf("has got %d bytes %08x", f.bytes, f.sum)
			if f.fin {
				text += " and the end"
			}
		}
		all = append(all, text)
	}
	all = append(all, p.udp...)
	if len(all) == 0 {
		return ""
	}
	return "the peer: " + strings.Join(all, ", ")
}

func family(v6 bool) string {
	if v6 {
		return "ipv6"
	}
	return "ipv4"
}

// flow finds a connection of a port of the peer's.
func (p *peer) flow(v6 bool, port uint16) *flow {
	for _, f := range p.flows {
		if f.v6 == v6 && f.port == port {
			return f
		}
	}
	f := &flow{v6: v6, port: port, snd: peerISN, win: 65535}
	p.flows = append(p.flows, f)
	return f
}

// heard looks at a frame of the stack's and returns what the peer sends by itself.
func (p *peer) heard(b []byte) [][]byte {
	var v frame.View
	if !frame.Parse(b, &v).OK() {
		return nil
	}
	if v.Transport != frame.TransportTCP && v.Transport != frame.TransportUDP {
		return p.wire.heard(b)
	}
	if p.deaf {
		p.kept = append(p.kept, slices.Clone(b))
		return nil
	}
	v6 := v.Net == frame.NetIPv6
	p.last[v.Transport] = slices.Clone(v.Packet())
	if v.Transport == frame.TransportUDP {
		p.datagram(&v, v6)
		return nil
	}
	return p.take(&v, v6)
}

// datagram notes a datagram.
func (p *peer) datagram(v *frame.View, v6 bool) {
	port, _ := v.Get(frame.UDPDstPort)
	from, _ := v.Get(frame.UDPSrcPort)
	if from >= ephemeral {
		from = 0
	}
	if port == 0 {
		return // to nobody: lwIP sends a datagram without an address there
	}
	ttl, _ := v.Get(frame.IPTTL)
	tos, _ := v.Get(frame.IPTOS)
	text := fmt.Sprintf("udp %s:%d from %d (%d) %08x", family(v6), port, from, len(v.Payload()), crc32.ChecksumIEEE(v.Payload()))
	if dst, _ := v.Addr(frame.IPDst); dst[0] < 224 || v6 && dst[0] != 0xff {
		text += fmt.Sprintf(" ttl %d tos %d", ttl, tos)
	}
	p.udp = append(p.udp, text)
}

// take takes a segment.
func (p *peer) take(v *frame.View, v6 bool) (answers [][]byte) {
	get := func(f frame.Field) uint32 { n, _ := v.Get(f); return n }
	flags, seq, text := get(frame.TCPFlags), get(frame.TCPSeq), v.Payload()
	f := p.flow(v6, uint16(get(frame.TCPDstPort)))
	switch from := uint16(get(frame.TCPSrcPort)); {
	case flags&frame.RST != 0:
		if f.heard && from == f.hostPort && !f.over && !(f.fin && f.ended) { // behind both ends it is about nothing
			f.reset, f.over = true, true
		}
		return nil
	case flags&frame.SYN != 0:
		if !f.heard || f.isn != seq || f.hostPort != from {
			*f = flow{v6: v6, port: f.port, hostPort: from, isn: seq, rcv: seq + 1, snd: f.snd, win: f.win, heard: true, began: f.began, open: f.open}
			if flags&frame.ACK == 0 {
				f.snd, f.began, f.open = peerISN, false, false
			}
		}
		return nil
	case from != f.hostPort || f.over:
		return nil
	}
	if ack := get(frame.TCPAck); int32(ack-f.snd) > 0 && ack-f.snd < 65536 {
		f.snd = ack // what filled a hole
	}
	if len(text) == 0 && flags&frame.FIN == 0 {
		return nil
	}
	if skip := f.rcv - seq; skip <= uint32(len(text)) && f.win > 0 {
		text = text[skip:]
		f.bytes += len(text)
		f.sum = crc32.Update(f.sum, crc32.IEEETable, text)
		f.rcv += uint32(len(text))
	}
	if flags&frame.FIN != 0 && f.rcv == seq+uint32(len(v.Payload())) {
		f.rcv++
		f.fin = true
	}
	return [][]byte{p.segment(f, frame.ACK, 0, 0, 0, nil)}
}

// segment builds one of a flow.
func (p *peer) segment(f *flow, flags, seq, ack uint32, n int, options []byte) []byte {
	return p.build(f.v6, &frame.Layout{Transport: frame.TransportTCP, Options: len(options), Payload: n}, func(v *frame.View) {
		copy(v.Options(), options)
		v.Set(frame.TCPSrcPort, uint32(f.port))
		v.Set(frame.TCPDstPort, uint32(f.hostPort))
		v.Set(frame.TCPSeq, f.snd+seq)
		if flags&frame.ACK != 0 {
			v.Set(frame.TCPAck, f.rcv+ack)
		}
		v.Set(frame.TCPFlags, flags)
		v.Set(frame.TCPWin, f.win)
		if at := int(f.snd+seq-peerISN-1) % 26; n > 0 && at >= 0 {
			copy(v.Payload(), alphabet(at + n)[at:])
		}
	})
}

// build makes a packet from the peer to the stack.
func (p *peer) build(v6 bool, l *frame.Layout, set func(*frame.View)) []byte {
	if l.Net = frame.NetIPv4; v6 {
		l.Net = frame.NetIPv6
	}
	return p.wire.build(l, func(v *frame.View) {
		if v6 {
			v.SetAddr(frame.IPSrc, peer6[:])
			v.SetAddr(frame.IPDst, host6[:])
		} else {
			v.SetAddr(frame.IPSrc, peer4[:])
			v.SetAddr(frame.IPDst, host4[:])
		}
		set(v)
	})
}

// packet is what a line of the script has the peer send; nil: an error that has nothing to quote, a segment to nobody.
func (p *peer) packet(s *script.Packet) (b []byte, err error) {
	v6, broken, err := fieldsOf(s)
	if err != nil {
		return nil, err
	}
	switch body := s.Body.(type) {
	case *script.UDP:
		b = p.build(v6, &frame.Layout{Transport: frame.TransportUDP, Payload: int(body.Len)}, func(v *frame.View) {
			v.Set(frame.UDPSrcPort, uint32(s.Ports.Src))
			v.Set(frame.UDPDstPort, uint32(s.Ports.Dst))
			copy(v.Payload(), alphabet(int(body.Len)))
		})
	case *script.ICMP:
		return p.unreachable(body, v6), nil
	case *script.TCP:
		if b, err = p.stream(s, body, v6); b == nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("want a TCP segment, a UDP datagram or an ICMP error")
	}
	var v frame.View
	if broken && frame.Parse(b, &v).OK() {
		for _, sum := range []frame.Field{frame.TCPSum, frame.UDPSum} {
			if n, ok := v.Get(sum); ok {
				v.Set(sum, n^1)
			}
		}
	}
	return b, nil
}

// fieldsOf reads the fields that a packet may name: ip.version=6 and a checksum that is wrong.
func fieldsOf(s *script.Packet) (v6, broken bool, err error) {
	if s.Out || len(s.IP) > 0 || s.Data != "" {
		return false, false, fmt.Errorf("want a plain packet from the peer")
	}
	for _, f := range s.Fields {
		switch {
		case f.Name == "ip.version" && f.Op == "=" && f.Value.Num.N == 6:
			v6 = true
		case (f.Name == "tcp.sum" || f.Name == "udp.sum") && f.Op == "+=":
			broken = true
		default:
			return false, false, fmt.Errorf("want of fields ip.version=6 and tcp.sum+=1 alone, got %s", f.Name)
		}
	}
	return v6, broken, nil
}

// stream is a segment of the script's. What is in its place moves the peer's numbers on.
func (p *peer) stream(s *script.Packet, t *script.TCP, v6 bool) ([]byte, error) {
	options, err := mss(t.Options)
	if err != nil {
		return nil, err
	}
	f, bits := p.flow(v6, s.Ports.Src), flags(t.Flags)
	if bits&frame.SYN != 0 && bits&frame.ACK == 0 && t.Seq == 0 {
		*f = flow{v6: v6, port: f.port, snd: peerISN, win: 65535}
	}
	if s.Ports.Dst != 0 {
		f.hostPort = s.Ports.Dst
	}
	if t.Win.Set {
		f.win = t.Win.N
	}
	if f.hostPort == 0 {
		return nil, nil // there is nobody
	}
	f.began = f.began || bits&frame.SYN != 0
	f.open = f.open || f.began && bits&frame.ACK != 0 && bits&frame.RST == 0
	b := p.segment(f, bits, t.Seq, t.Ack.N, int(t.Len), options)
	if _, broken, _ := fieldsOf(s); t.Seq == 0 && !broken {
		f.snd += uint32(t.Len)
		if bits&(frame.SYN|frame.FIN) != 0 {
			f.snd++
		}
		f.over = f.over || bits&frame.RST != 0
		f.ended = f.ended || bits&frame.FIN != 0
	}
	return b, nil
}

// unreachable is an ICMP error about the last segment or datagram that the peer has got.
func (p *peer) unreachable(m *script.ICMP, v6 bool) []byte {
	quoted := p.last[frame.TransportTCP]
	if m.Quote.Kind == "udp" {
		quoted = p.last[frame.TransportUDP]
	}
	const ethernet = 14
	if len(quoted) < ethernet+28 || v6 != (quoted[ethernet]>>4 == 6) {
		return nil
	}
	quoted = quoted[ethernet:min(len(quoted), ethernet+48)]
	typ, code := uint32(3), uint32(3) // port unreachable
	if m.Code == "host_unreachable" {
		code = 1
	}
	if v6 {
		if typ, code = 1, 4; m.Code == "host_unreachable" {
			code = 3
		}
	}
	return p.build(v6, &frame.Layout{Transport: frame.TransportICMP, ICMPType: uint8(typ), Payload: len(quoted)}, func(v *frame.View) {
		v.Set(frame.ICMPType, typ)
		v.Set(frame.ICMPCode, code)
		copy(v.Payload(), quoted)
	})
}
