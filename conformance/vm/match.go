package vm

import "stackproof/conformance/frame"

// absent stands in a Diff for a field that the frame does not have.
const absent = 1 << 32

// match holds the frame in m.view against the packet that the event expects. Where they differ m.diff says in what
// first. m.seen is the flow with what the frame shows of it.
func (m *Machine) match(p *Packet) bool {
	v := &m.view
	m.diff = Diff{}
	m.seen = *m.flow(p)
	if v.Net != p.Net || v.Transport != p.Transport {
		return m.diff.number(PartKind, 0, kindOf(p.Net, p.Transport), kindOf(v.Net, v.Transport))
	}
	n := uint32(len(v.Payload()))
	m.part = p.Split && v.Transport == TransportTCP && n > 0 && n+m.split < p.Payload.Len
	m.learn(p)
	if !m.matchAddresses(p) || !m.matchPorts(p) {
		return false
	}
	for i := range p.Fields {
		if !m.matchField(&p.Fields[i]) {
			return false
		}
	}
	if v.Transport == TransportTCP && !m.matchOptions(p) {
		return false
	}
	if p.Quote {
		return m.matchQuote(p)
	}
	return p.Payload.Any || m.matchPayload(p)
}

func kindOf(n Net, t Transport) uint64 { return uint64(n)<<8 | uint64(t) }

// learn takes from the frame what is not known of its flow.
func (m *Machine) learn(p *Packet) {
	stack, _ := ports(p.Transport, true)
	if port, ok := m.view.Get(stack); ok && !m.seen.hasPort {
		m.seen.stackPort, m.seen.hasPort = uint16(port), true
	}
	flags, ok := m.view.Get(frame.TCPFlags)
	if ok && flags&frame.SYN != 0 && (!m.seen.hasISN || p.Split) {
		m.seen.stackISN, _ = m.view.Get(frame.TCPSeq)
		m.seen.hasISN = true
	}
}

// lags tells whether the frame acknowledges less than what is expected, or as much and less of it by SACK, and does
// nothing else.
func (m *Machine) lags(p *Packet) bool {
	flags, _ := m.view.Get(frame.TCPFlags)
	got, _ := m.view.Get(frame.TCPAck)
	want, ok := p.names(frame.TCPAck)
	if !ok || flags != frame.ACK || len(m.view.Payload()) > 0 {
		return false
	}
	if d := int32(got - m.flows[p.Flow].peerISN - want); d != 0 {
		return d < 0
	}
	for i := range p.Options {
		if o := &p.Options[i]; o.Kind == frame.OptSACK && !o.Any {
			return m.sacked() < o.sacked()
		}
	}
	return false
}

// sacked is how many bytes the frame reports by SACK.
func (m *Machine) sacked() (n uint32) {
	o, ok := frame.NextOption(findOption(m.view.Options(), frame.OptSACK))
	for at := 0; ok && at+8 <= len(o.Data); at += 8 {
		n += get(o.Data[at+4:], 4) - get(o.Data[at:], 4)
	}
	return n
}

func (o *Option) sacked() (n uint32) {
	for i := 0; i+1 < int(o.Count); i += 2 {
		n += o.N[i+1] - o.N[i]
	}
	return n
}

// matchAddresses checks that the frame goes from the stack to the peer, as far as the packet does not say otherwise.
func (m *Machine) matchAddresses(p *Packet) bool {
	g, peer := &m.prog.Config, &m.prog.Peer
	if !m.isAddr(p, frame.EthSrc, g.MAC[:]) {
		return false
	}
	switch p.Net {
	case NetARP:
		if !m.isAddr(p, frame.ARPSPA, g.Addr4[:]) || !m.isAddr(p, frame.ARPTPA, peer.IP4[:]) {
			return false
		}
		if op, _ := m.view.Get(frame.ARPOp); op == arpReply {
			return m.isAddr(p, frame.ARPTHA, peer.MAC[:]) && m.isAddr(p, frame.EthDst, peer.MAC[:])
		}
		return m.isAddr(p, frame.EthDst, broadcast[:])
	case NetIPv4:
		if !m.isAddr(p, frame.IPSrc, g.Addr4[:]) || !m.isAddr(p, frame.IPDst, peer.IP4[:]) {
			return false
		}
	case NetIPv6:
		if discovery(&m.view) {
			break
		}
		if !m.isAddr(p, frame.IPSrc, g.Addr6[:]) || !m.isAddr(p, frame.IPDst, peer.IP6[:]) {
			return false
		}
	}
	dst, _ := m.view.Addr(frame.IPDst)
	mac := linkAddress(dst, g, peer.MAC)
	return m.isAddr(p, frame.EthDst, mac[:])
}

// isAddr checks an address that the packet does not name.
func (m *Machine) isAddr(p *Packet, f frame.Field, want []byte) bool {
	got, ok := m.view.Addr(f)
	if !ok || p.named(f) || same(got, want[:len(got)]) {
		return true
	}
	return m.diff.addr(PartField, f, want[:len(got)], got)
}

func (m *Machine) matchPorts(p *Packet) bool {
	if p.Transport != TransportTCP && p.Transport != TransportUDP {
		return true
	}
	stack, peer := ports(p.Transport, true)
	return m.isPort(p, stack, m.seen.stackPort) && m.isPort(p, peer, m.seen.peerPort)
}

func (m *Machine) isPort(p *Packet, f frame.Field, want uint16) bool {
	if got, _ := m.view.Get(f); got != uint32(want) && !p.named(f) {
		return m.diff.field(f, uint32(want), got)
	}
	return true
}

func (m *Machine) matchField(op *FieldOp) bool {
	if op.Field.IsAddr() {
		return m.matchAddr(op)
	}
	got, ok := m.view.Get(op.Field)
	if !ok {
		m.diff.number(PartField, 0, uint64(op.N), absent)
		m.diff.Field = op.Field
		return false
	}
	if op.Op == Capture {
		m.vars[op.Var] = variable{n: got, set: true}
		return true
	}
	base, ok := m.base(op.Base, op.Var, &m.seen)
	if !ok {
		return m.fail(Undefined)
	}
	want := op.N
	switch op.Field {
	case frame.TCPSeq:
		base += m.split
	case frame.TCPFlags:
		if m.part { // PSH and FIN go with the last part
			want &^= frame.PSH | frame.FIN
			got &^= frame.PSH
		}
		if m.ev.Packet.Later && m.ev.Packet.Payload.Len > 0 {
			want, got = want&^frame.PSH, got&^frame.PSH
		}
	}
	mask := uint32(1)<<op.Field.Bits() - 1
	if got = (got - base) & mask; !compare(op.Op, got, want&mask, op.Base != BaseZero) {
		return m.diff.field(op.Field, want&mask, got)
	}
	return true
}

// compare holds what came against the constant. serial: as sequence numbers (RFC 9293 3.4).
func compare(op CheckOp, got, want uint32, serial bool) bool {
	switch op {
	case Equal:
		return got == want
	case NotEq:
		return got != want
	case AtLeast:
		return got >= want && !serial || serial && int32(got-want) >= 0
	case AtMost:
		return got <= want && !serial || serial && int32(got-want) <= 0
	case Bits:
		return got&want == want
	}
	return false
}

func (m *Machine) matchAddr(op *FieldOp) bool {
	got, ok := m.view.Addr(op.Field)
	if !ok {
		m.diff.number(PartField, 0, 0, absent)
		m.diff.Field = op.Field
		return false
	}
	if op.Op == Capture {
		m.vars[op.Var] = variable{set: true}
		copy(m.vars[op.Var].b[:], got)
		return true
	}
	want := &op.B
	if op.Base == BaseVar {
		if !m.vars[op.Var].set {
			return m.fail(Undefined)
		}
		want = &m.vars[op.Var].b
	}
	if same(got, want[:len(got)]) != (op.Op == Equal) {
		return m.diff.addr(PartField, op.Field, want[:len(got)], got)
	}
	return true
}

// matchPayload compares what lies behind the headers.
func (m *Machine) matchPayload(p *Packet) bool {
	got := m.view.Payload()
	if want := p.Payload.Len - m.split; !m.part && uint32(len(got)) != want {
		return m.diff.field(frame.PayloadLen, want, uint32(len(got)))
	}
	if p.Payload.Literal {
		want := p.Payload.Data[m.split:]
		for i := range got {
			if got[i] != want[i] {
				return m.diff.number(PartPayload, i, uint64(want[i]), uint64(got[i]))
			}
		}
		return true
	}
	at, salt := m.position(m.seen.stackISN), p.Payload.Salt
	if p.Transport != frame.TransportICMP { // an echo comes back as it went
		salt ^= saltToPeer
	}
	if i, differs := frame.Differs(got, at, salt); differs {
		return m.diff.number(PartPayload, i, uint64(frame.Pattern(at+uint32(i), salt)), uint64(got[i]))
	}
	return true
}

// matchQuote: an ICMP error quotes the datagram that it is about unchanged, its IP header and at least 8 bytes
// (RFC 1122 3.2.2, RFC 4443 3.1).
func (m *Machine) matchQuote(p *Packet) bool {
	got, whole := m.view.Payload(), m.in.datagram()
	if len(whole) == 0 {
		return m.fail(Undefined)
	}
	least, most := min(len(whole), quoteHeader(whole)+8), len(whole)
	if p.Payload.Len > 0 {
		least, most = int(p.Payload.Len), int(p.Payload.Len)
	}
	if len(got) < least || len(got) > min(most, len(whole)) {
		return m.diff.number(PartQuote, wholeQuote, uint64(least), uint64(len(got)))
	}
	for i := range got {
		if got[i] != whole[i] {
			return m.diff.number(PartQuote, i, uint64(whole[i]), uint64(got[i]))
		}
	}
	return true
}

// wholeQuote is the Index of a Diff about the length of a quote.
const wholeQuote = 0xffff

// quoteHeader is the length of the IP header at the beginning of a datagram.
func quoteHeader(d []byte) int {
	if len(d) > 0 && d[0]>>4 == 4 {
		return int(d[0]&15) * 4
	}
	return 40
}

func same(a, b []byte) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
