package vm

import "stackproof/conformance/frame"

// flow is what the numbers of one connection count from. A program's numbers are relative; those in frames are not.
type flow struct {
	stackPort, peerPort uint16
	stackISN, peerISN   uint32 // initial sequence numbers
	stackTS, peerTS     uint32 // time stamps: what the program's 0 is
	// What of the stack's is known so far; what is not is 0.
	hasPort, hasISN, hasTS bool
}

// scatter spreads a seed (the finisher of splitmix64): the judge's own numbers, one for each n.
func scatter(seed uint64, n int) uint64 {
	x := seed + uint64(n+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// begin gives flow i its port and the judge's numbers. These lie shortly before 2^32 in even flows and before 2^31 in
// odd ones, so that an exchange passes by the unsigned or the signed wrap: within a few hundred bytes or milliseconds,
// and with every other seed within four. swap: the other way round.
func (f *flow) begin(seed uint64, i int, port uint16, swap bool) {
	*f = flow{peerPort: port}
	top := uint32(0xffffffff)
	if (i%2 == 1) != swap {
		top = 0x7fffffff
	}
	x := scatter(seed, i)
	before := uint32(x & 0xff)
	if x>>18&1 != 0 {
		before &= 3
	}
	f.peerISN = top - before
	f.peerTS = top - uint32(x>>8&0xff)
}

// flow is the flow of a packet: TCP and UDP each have their own.
func (m *Machine) flow(p *Packet) *flow {
	if p.Transport == TransportUDP {
		return &m.flows[Flows+int(p.Flow)]
	}
	return &m.flows[p.Flow]
}

// base is what the numbers of a field count from. ok is false where the variable has no value yet.
func (m *Machine) base(b Base, v uint8, f *flow) (n uint32, ok bool) {
	switch b {
	case BaseLocalISN:
		return f.stackISN, true
	case BasePeerISN:
		return f.peerISN, true
	case BaseLocalTS:
		return f.stackTS, true
	case BasePeerTS:
		return f.peerTS, true
	case BaseVar:
		return m.vars[v].n, m.vars[v].set
	}
	return 0, true
}

// saltToPeer makes the stack's data another pattern than the judge's.
const saltToPeer = 0x80

// position is where in its stream the data of the segment in m.view begins: the sequence number counts from the initial
// one, which the SYN takes. In what is not TCP it is 0.
func (m *Machine) position(isn uint32) uint32 {
	seq, tcp := m.view.Get(frame.TCPSeq)
	if !tcp {
		return 0
	}
	if flags, _ := m.view.Get(frame.TCPFlags); flags&frame.SYN != 0 {
		seq++
	}
	return seq - isn - 1
}

// ports is where the stack's port and the peer's stand in a packet.
func ports(t Transport, fromStack bool) (stackPort, peerPort frame.Field) {
	src, dst := frame.TCPSrcPort, frame.TCPDstPort
	if t == TransportUDP {
		src, dst = frame.UDPSrcPort, frame.UDPDstPort
	}
	if fromStack {
		return src, dst
	}
	return dst, src
}

// named tells whether a packet names a field.
func (p *Packet) named(f frame.Field) bool {
	for i := range p.Fields {
		if p.Fields[i].Field == f {
			return true
		}
	}
	return false
}

// names is the number that a packet gives a field, as it stands or counted from a base.
func (p *Packet) names(f frame.Field) (n uint32, ok bool) {
	for i := range p.Fields {
		if p.Fields[i].Field == f && p.Fields[i].Base != BaseVar {
			n, ok = p.Fields[i].N, true
		}
	}
	return n, ok
}
