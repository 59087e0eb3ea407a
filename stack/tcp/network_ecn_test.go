package tcp

import (
	"stackproof/stack/wire"

	"github.com/stretchr/testify/require"
)

// ecnModel is what a side should know of marks.
type ecnModel struct {
	marked    bool // one has come
	owes      bool // its acknowledgments have to tell of one
	slowed    bool
	slowedEnd Seq // what was on its way when it last slowed down ends here
}

// mark has the network mark a segment that allows it.
func (n *network) mark(g *Segment) {
	if g.ECN == wire.ECNECT0 && n.rng.IntN(100) < n.plan.marks {
		g.ECN = wire.ECNCE
		n.seen.marks++
	}
}

// checkECN holds a segment that is about to be sent to RFC 3168 6.1.
func (n *network) checkECN(s *side, p *Plan) {
	if p.ECN != wire.ECNNotECT || p.Flags.Has(CWR) && !p.Flags.Has(SYN) {
		require.EqualValues(n.t, wire.ECNECT0, p.ECN)
		require.True(n.t, p.Len > 0 && !p.Again && !s.c.probing && !p.Flags.Has(SYN), "only new text can be marked")
	}
	if p.Flags.Has(ACK) && p.Flags&(SYN|RST) == 0 {
		require.True(n.t, p.Flags.Has(ECE) || !s.ecn.owes, "a mark is told of")
		require.True(n.t, !p.Flags.Has(ECE) || s.ecn.marked, "nothing else is")
	}
}

// noteECN takes note of what a segment has brought.
func (n *network) noteECN(s *side, g *Segment, r *Result) {
	if g.Len > 0 && g.Flags.Has(CWR) {
		s.ecn.owes = false
	}
	if g.ECN == wire.ECNCE {
		s.ecn.marked = true
		s.ecn.owes = s.ecn.owes || r.Len > 0
	}
	if !r.Slowed {
		return
	}
	require.True(n.t, g.Flags.Has(ECE))
	require.True(n.t, !s.ecn.slowed || s.ecn.slowedEnd.Less(g.Ack), "not twice for a window")
	require.Equal(n.t, min(s.c.cong.cwnd, s.c.cong.ssthresh), s.c.cong.cwnd)
	s.ecn.slowed, s.ecn.slowedEnd = true, s.c.sndNxt
	n.seen.slowed++
	n.seen.held += btoi(s.c.hold)
}
