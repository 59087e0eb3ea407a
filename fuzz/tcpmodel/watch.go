package tcpmodel

import (
	"stackproof/conformance/frame"
)

// watch is what the observer knows of the connection. Numbers are relative to the sender's SYN, which is 0, so that byte n
// of a stream is n+1.
type watch struct{ side [2]side }

// side is one host as its segments show it.
type side struct {
	known  bool // its SYN was seen
	iss    uint32
	scales bool // its SYN has the option, with
	shift  uint32

	sndMax int // the end of what it has sent
	fin    int // where its FIN stands; 0: none was sent
	edge   int // the right edge of the window that it offers
	limit  int // the right edge of the windows that have reached it

	got     []bool // which of its numbers have reached the other
	through int    // all before it have
}

// seg is a segment as the observer reads it.
type seg struct {
	flags    uint32
	seq, ack int
	window   int
	text     []byte
}

func (g *seg) has(flag uint32) bool { return g.flags&flag != 0 }

// end is the number after the last of the segment.
func (g *seg) end() int {
	n := g.seq + len(g.text)
	if g.has(frame.SYN) {
		n++
	}
	if g.has(frame.FIN) {
		n++
	}
	return n
}

// read takes a segment of host i apart; not ok: it is none, or one that has no numbers to look at.
func (w *watch) read(i int, v *frame.View) (g seg, ok bool) {
	if v.Transport != frame.TransportTCP {
		return g, false
	}
	get := func(f frame.Field) uint32 { n, _ := v.Get(f); return n }
	me, peer := &w.side[i], &w.side[1-i]
	g.flags = get(frame.TCPFlags)
	if g.has(frame.SYN) && !me.known {
		me.known, me.iss = true, get(frame.TCPSeq)
		me.shift, me.scales = scale(v.Options())
	}
	if !me.known || g.has(frame.RST) || g.has(frame.ACK) && !peer.known {
		return g, false
	}
	g.seq = int(int32(get(frame.TCPSeq) - me.iss))
	if g.has(frame.ACK) {
		g.ack = int(int32(get(frame.TCPAck) - peer.iss))
	}
	g.window = int(get(frame.TCPWin))
	if !g.has(frame.SYN) { // RFC 7323 2.2: the window of a SYN is never scaled
		g.window <<= me.rounding(peer)
	}
	g.text = v.Payload()
	return g, true
}

// rounding is by how many bits the windows that a side offers are shifted.
func (s *side) rounding(peer *side) uint32 {
	if s.scales && peer.scales {
		return s.shift
	}
	return 0
}

// scale finds the window scale among a SYN's options.
func scale(options []byte) (shift uint32, ok bool) {
	for {
		o, more := frame.NextOption(options)
		switch {
		case !more || o.Kind == frame.OptEOL:
			return 0, false
		case o.Kind == frame.OptWScale:
			return min(uint32(o.Data[0]), 14), true
		}
		options = options[o.Len:]
	}
}

// sent looks at a frame that host i sends.
func (m *Model) sent(i int, v *frame.View) {
	g, ok := m.watch.read(i, v)
	if !ok {
		return
	}
	me, peer, app := &m.watch.side[i], &m.watch.side[1-i], &m.hosts[i]
	if g.has(frame.ACK) && g.ack > peer.through {
		m.fail("host %d acknowledges %d, and only what is before %d has come", i, g.ack, peer.through)
	}
	if edge := g.ack + g.window; g.has(frame.ACK) {
		// RFC 7323 2.4: a scaled window is rounded down, and its edge may seem to go back by what that is.
		if edge+(1<<me.rounding(peer)) <= me.edge {
			m.fail("host %d takes the right edge of its window back from %d to %d", i, me.edge, edge)
		}
		me.edge = max(me.edge, edge)
		if g.window == 0 {
			m.Count.ZeroWindows++
		}
	}
	if !g.has(frame.SYN) {
		m.text(i, &g)
	}
	if g.has(frame.FIN) {
		at := g.seq + len(g.text)
		if !app.shut && !app.closed || at != app.wrote+1 {
			m.fail("host %d sends a FIN at %d after %d bytes", i, at, app.wrote)
		}
		me.fin = at
	}
	if g.end() > g.seq && g.end() <= me.sndMax {
		m.Count.Retransmitted++
	}
	me.sndMax = max(me.sndMax, g.end())
}

// text: it is what was written, and fits into the window.
func (m *Model) text(i int, g *seg) {
	me, app := &m.watch.side[i], &m.hosts[i]
	for k, c := range g.text {
		if at := g.seq - 1 + k; at < 0 || at >= app.wrote || c != pattern(i, at) {
			m.fail("host %d sends %#02x at %d, which is not what was written there", i, c, g.seq+k)
			return
		}
	}
	if len(g.text) == 0 {
		return
	}
	end := g.seq + len(g.text)
	if end > me.limit {
		// RFC 9293 3.8.6.1: a zero-window probe is one byte beyond.
		if end-me.limit > 1 || len(g.text) != 1 {
			m.fail("host %d sends up to %d, beyond the window, which ends at %d", i, end, me.limit)
		}
		m.Count.Probes++
	}
}

// arrived looks at a frame that reaches host i.
func (m *Model) arrived(i int, v *frame.View) {
	g, ok := m.watch.read(1-i, v)
	if !ok {
		return
	}
	me, peer := &m.watch.side[i], &m.watch.side[1-i]
	if g.has(frame.ACK) {
		me.limit = max(me.limit, g.ack+g.window)
	}
	if g.has(frame.SYN) && !g.has(frame.ACK) {
		me.limit = max(me.limit, 1+g.window)
	}
	if g.seq < 0 || g.end() > peer.sndMax {
		return // it was made up on the way
	}
	for len(peer.got) < g.end() {
		peer.got = append(peer.got, false)
	}
	for n := g.seq; n < g.end(); n++ {
		peer.got[n] = true
	}
	for peer.through < len(peer.got) && peer.got[peer.through] {
		peer.through++
	}
}
