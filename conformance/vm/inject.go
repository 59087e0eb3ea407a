package vm

import "stackproof/conformance/frame"

// inject builds the event's frame and gives it to the stack.
func (m *Machine) inject() {
	b := m.make(&m.ev.Packet)
	if b == nil {
		return
	}
	m.in.n, m.in.end = len(b), min(len(m.view.Packet()), len(b))
	if m.deliver(b, false) {
		m.settle()
	}
}

// make builds a packet in m.in, m.view being its View; nil where it cannot, which decides the run.
func (m *Machine) make(p *Packet) []byte {
	if !m.layout(p) {
		return nil
	}
	if !frame.Build(m.in.b[:], &m.shape, &m.view) {
		m.fail(BadFrame)
		return nil
	}
	m.addresses(p)
	copy(m.view.NetOptions(), p.NetOptions)
	if p.Quote {
		copy(m.view.Payload(), m.out.datagram())
		m.view.LocateQuote()
	}
	if !m.putFields(p, frame.Free) || !m.putPorts(p) {
		return nil
	}
	m.putOptions(p)
	if !p.Quote {
		m.putPayload(p)
	}
	m.view.Repair()
	if m.letsIn(FaultInGood) {
		m.v.Planted = true
	} else {
		// Lengths that lie come first, for the checksums cover them; then checksums that are wrong.
		if !m.putFields(p, frame.Length) {
			return nil
		}
		m.view.RepairSums()
		if !m.putFields(p, frame.Sum) {
			return nil
		}
		m.plantInPayload()
	}
	return m.trim(p)
}

// plantInPayload lays the fault FaultIn over a header that is there only as payload: a fragment header of IPv6.
func (m *Machine) plantInPayload() {
	if f := &m.prog.Fault; m.letsIn(FaultIn) && !m.v.Planted && frame.Parse(m.view.B, &m.view).OK() {
		m.v.Planted = m.falsify(f.Field, f.N, false)
		m.view.RepairSums()
	}
}

// trim cuts the frame that is built, or pads it: Ethernet's least length is kept as a network card keeps it.
func (m *Machine) trim(p *Packet) []byte {
	good := m.letsIn(FaultInGood)
	fill, n := p.PadByte, int(p.Pad)
	if good {
		fill = 0
	}
	b := m.view.B
	if p.Truncate > 0 && !good {
		return b[:min(len(b), int(p.Truncate))]
	}
	return frame.Pad(m.in.b[:], b, max(n, frame.MinLen), fill)
}

// layout finds the shape of a packet.
func (m *Machine) layout(p *Packet) bool {
	l := &m.shape
	*l = frame.Layout{
		Net: p.Net, Transport: p.Transport, NetOptions: len(p.NetOptions), Payload: int(p.Payload.Len),
		SLL: p.named(frame.NDSLL), TLL: p.named(frame.NDTLL),
	}
	if p.Net == NetIPv4 {
		l.NetOptions = (l.NetOptions + 3) &^ 3
	}
	if p.Transport == TransportTCP {
		l.Options = p.optionsSize()
	}
	if p.Transport == TransportICMP {
		t, _ := p.names(frame.ICMPType)
		l.ICMPType = uint8(t)
	}
	if !p.Quote {
		return true
	}
	quoted := m.out.datagram()
	if len(quoted) == 0 {
		return m.fail(Undefined)
	}
	if l.Payload == 0 {
		l.Payload = quoteHeader(quoted) + 8
	}
	l.Payload = min(l.Payload, len(quoted))
	return true
}

// addresses sets the packet on its way from the peer to the stack.
func (m *Machine) addresses(p *Packet) {
	v, g, peer := &m.view, &m.prog.Config, &m.prog.Peer
	v.SetAddr(frame.EthDst, g.MAC[:])
	v.SetAddr(frame.EthSrc, peer.MAC[:])
	switch p.Net {
	case NetARP:
		v.SetAddr(frame.ARPSHA, peer.MAC[:])
		v.SetAddr(frame.ARPSPA, peer.IP4[:])
		v.SetAddr(frame.ARPTPA, g.Addr4[:])
		if op, named := p.names(frame.ARPOp); named && op != arpRequest {
			v.SetAddr(frame.ARPTHA, g.MAC[:])
		} else {
			v.SetAddr(frame.EthDst, broadcast[:])
		}
	case NetIPv4:
		v.SetAddr(frame.IPSrc, peer.IP4[:])
		v.SetAddr(frame.IPDst, g.Addr4[:])
	case NetIPv6:
		v.SetAddr(frame.IPSrc, peer.IP6[:])
		v.SetAddr(frame.IPDst, g.Addr6[:])
		m.discoveryAddresses()
	}
}

// discoveryAddresses: a solicitation is for the stack's address and goes to its group (RFC 4861 4.3), an advertisement
// tells of the peer's (4.4).
func (m *Machine) discoveryAddresses() {
	v, g := &m.view, &m.prog.Config
	switch t, _ := v.Get(frame.ICMPType); {
	case v.Transport != TransportICMP:
	case t == solicit:
		v.SetAddr(frame.NDTarget, g.Addr6[:])
		group := solicitedNode(&g.Addr6)
		v.SetAddr(frame.IPDst, group[:])
		mac := linkAddress(group[:], g, g.MAC)
		v.SetAddr(frame.EthDst, mac[:])
	case t == advertise:
		v.SetAddr(frame.NDTarget, m.prog.Peer.IP6[:])
	}
}

// solicitedNode is the group that owns an address (RFC 4291 2.7.1).
func solicitedNode(a *[16]byte) [16]byte {
	return [16]byte{0: 0xff, 1: 2, 11: 1, 12: 0xff, 13: a[13], 14: a[14], 15: a[15]}
}

// putFields sets the packet's fields of one role, and lays the fault FaultIn over them.
func (m *Machine) putFields(p *Packet, r frame.Role) bool {
	f := &m.prog.Fault
	here := m.letsIn(FaultIn) && f.Field.Role() == r
	for i := range p.Fields {
		op := &p.Fields[i]
		if op.Field.Role() != r {
			continue
		}
		if m.letsIn(FaultInAddresses) && endpoint(op.Field) {
			m.v.Planted = true
			continue
		}
		if here && op.Field == f.Field && !op.Field.IsAddr() {
			op.N = f.N
			m.v.Planted = true
		}
		if !m.putField(op, m.flow(p)) {
			return false
		}
	}
	if here && !m.v.Planted {
		m.v.Planted = m.falsify(f.Field, f.N, false)
	}
	return true
}

// endpoint tells whether a field says from whom or to whom a packet goes.
func endpoint(f frame.Field) bool {
	return f == frame.EthDst || f == frame.EthSrc || f == frame.IPDst || f == frame.IPSrc
}

// putField sets one field of the frame that is built.
func (m *Machine) putField(op *FieldOp, f *flow) bool {
	base, ok := m.base(op.Base, op.Var, f)
	if !ok {
		return m.fail(Undefined)
	}
	if op.Field.IsAddr() {
		b := &op.B
		if op.Base == BaseVar {
			b = &m.vars[op.Var].b
		}
		ok = m.view.SetAddr(op.Field, b[:])
	} else {
		n := base + op.N
		if op.Op == Add {
			was, _ := m.view.Get(op.Field)
			n += was
		}
		ok = m.view.Set(op.Field, n)
	}
	if !ok {
		m.diff = Diff{Part: PartField, Field: op.Field}
		m.differ(BadFrame, m.index, m.now)
	}
	return ok
}

// putPorts gives the packet its ports, as far as it does not name them, and learns the stack's where it is new.
func (m *Machine) putPorts(p *Packet) bool {
	if p.Transport != TransportTCP && p.Transport != TransportUDP {
		return true
	}
	f := m.flow(p)
	stack, peer := ports(p.Transport, false)
	if !p.named(peer) {
		m.view.Set(peer, uint32(f.peerPort))
	}
	if p.named(stack) {
		if n, _ := m.view.Get(stack); !f.hasPort {
			f.stackPort, f.hasPort = uint16(n), true
		}
		return true
	}
	if !f.hasPort {
		return m.fail(Undefined)
	}
	return m.view.Set(stack, uint32(f.stackPort))
}

// putPayload writes what lies behind the headers.
func (m *Machine) putPayload(p *Packet) {
	b := m.view.Payload()
	if p.Payload.Literal {
		copy(b, p.Payload.Data)
		return
	}
	frame.Fill(b, m.position(m.flow(p).peerISN), p.Payload.Salt)
}
