package vm

import "stackproof/conformance/frame"

// question is a neighbour that the stack asked for, and how the answer goes back.
type question struct {
	net    Net
	mac    [6]byte
	from   [16]byte
	target [16]byte
}

// asked is the questions that came in one operation and are answered after it. An answer may bring new ones.
type asked struct {
	n, first int // how many wait, and which of the list is the oldest
	list     [8]question
}

// maxReply is the length of the longest answer's frame: Ethernet, IPv6, an advertisement with its option.
const maxReply = 14 + 40 + 24 + 8

func (a *asked) slot(i int) *question { return &a.list[(a.first+i)%len(a.list)] }

// ask tells whether the frame that came, m.heard, asks for a neighbour whom the judge plays; if so it is noted and the
// program does not see it. A question that is well formed but does not come from the stack as it should is left to the
// program's expectations.
func (m *Machine) ask() bool {
	if m.asked.n == len(m.asked.list) {
		return false
	}
	q := m.asked.slot(m.asked.n)
	*q = question{net: m.heard.Net}
	ok := false
	switch m.heard.Net {
	case NetARP:
		ok = m.askARP(q)
	case NetIPv6:
		ok = m.askND(q)
	}
	if ok {
		m.asked.n++
	}
	return ok
}

func (m *Machine) askARP(q *question) bool {
	v, g, peer := &m.heard, &m.prog.Config, &m.prog.Peer
	op, _ := v.Get(frame.ARPOp)
	sha, _ := v.Addr(frame.ARPSHA)
	spa, _ := v.Addr(frame.ARPSPA)
	tpa, _ := v.Addr(frame.ARPTPA)
	copy(q.mac[:], sha)
	copy(q.from[:], spa)
	copy(q.target[:], tpa)
	return op == arpRequest && same(sha, g.MAC[:]) && same(spa, g.Addr4[:]) &&
		(same(tpa, peer.IP4[:]) || same(tpa, g.Gateway4[:])) && m.reaches(broadcast)
}

func (m *Machine) askND(q *question) bool {
	v, g, peer := &m.heard, &m.prog.Config, &m.prog.Peer
	t, ok := v.Get(frame.ICMPType)
	target, _ := v.Addr(frame.NDTarget)
	if !ok || t != solicit {
		return false
	}
	src, _ := v.Addr(frame.IPSrc)
	dst, _ := v.Addr(frame.IPDst)
	mac, _ := v.Addr(frame.EthSrc)
	copy(q.mac[:], mac)
	copy(q.from[:], src)
	copy(q.target[:], target)
	group := solicitedNode(&q.target)
	return src[0]|src[15] != 0 && same(mac, g.MAC[:]) &&
		(same(target, peer.IP6[:]) || same(target, g.Gateway6[:])) &&
		(same(dst, group[:]) || same(dst, target)) && m.reaches(linkAddress(dst, g, peer.MAC))
}

// reaches tells whether the frame goes to a link-layer address, or to the judge's own.
func (m *Machine) reaches(mac [6]byte) bool {
	dst, _ := m.heard.Addr(frame.EthDst)
	return same(dst, mac[:]) || same(dst, m.prog.Peer.MAC[:])
}

// settle answers the questions of the operation that is over. It answers whether the run goes on.
func (m *Machine) settle() bool {
	for m.asked.n > 0 && m.running() {
		b := m.answer(m.asked.slot(0))
		m.asked.first = (m.asked.first + 1) % len(m.asked.list)
		m.asked.n--
		m.deliver(b, true)
	}
	return m.running()
}

// answer builds the reply (RFC 826), or the advertisement (RFC 4861 7.2.4: solicited, overriding).
func (m *Machine) answer(q *question) []byte {
	v, mac := &m.view, &m.prog.Peer.MAC
	m.shape = frame.Layout{Net: q.net}
	if q.net == NetIPv6 {
		m.shape = frame.Layout{Net: NetIPv6, Transport: TransportICMP, ICMPType: advertise, TLL: true}
	}
	frame.Build(m.reply[:], &m.shape, v)
	v.SetAddr(frame.EthDst, q.mac[:])
	v.SetAddr(frame.EthSrc, mac[:])
	if q.net == NetARP {
		v.Set(frame.ARPOp, arpReply)
		v.SetAddr(frame.ARPSHA, mac[:])
		v.SetAddr(frame.ARPSPA, q.target[:])
		v.SetAddr(frame.ARPTHA, q.mac[:])
		v.SetAddr(frame.ARPTPA, q.from[:])
	} else {
		const solicited, override = 2, 1
		v.SetAddr(frame.IPSrc, q.target[:])
		v.SetAddr(frame.IPDst, q.from[:])
		v.Set(frame.NDFlags, solicited|override)
		v.SetAddr(frame.NDTarget, q.target[:])
		v.SetAddr(frame.NDTLL, mac[:])
		v.Repair()
	}
	return frame.Pad(m.reply[:], v.B, frame.MinLen, 0)
}
