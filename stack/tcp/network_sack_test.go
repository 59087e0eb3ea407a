package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawWithout draws which options a side does without; most use all.
func drawWithout(t *rapid.T, side string) OptionSet {
	if rapid.IntRange(0, 3).Draw(t, side+" does without") == 0 {
		return OptionSet(rapid.IntRange(1, int(everything)).Draw(t, "these options"))
	}
	return 0
}

// TestNetworkBulk moves so much, by a network that loses so little, that losses are repaired without the timer.
func TestNetworkBulk(t *testing.T) {
	var seen sights
	rapid.Check(t, seen.propertyNetworkBulk)
	for what, times := range map[string]int{
		"fast retransmission": seen.fast, "new segment in a recovery by SACK": seen.sackRecoveries, "rescue": seen.rescues, "tail loss probe": seen.tailProbes,
		"limited transmission": seen.limited, "SACK block": seen.blocks,
		"mark": seen.marks, "reduction for a mark": seen.slowed,
	} {
		require.NotZero(t, times, "in all these runs not one %s", what)
	}
}

func FuzzNetworkBulk(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(sights).propertyNetworkBulk)) }

func (seen *sights) propertyNetworkBulk(t *rapid.T) {
	p := drawPlan(t)
	p.sndBuf, p.rcvBuf, p.grow = 60000, [2]int{60000, 60000}, [2]int{}
	p.total = [2]int{rapid.IntRange(30000, 60000).Draw(t, "a writes much"), rapid.IntRange(0, 20000).Draw(t, "b writes")}
	p.loss, p.dup, p.reservations, p.chunk = p.loss/5, p.dup/5, p.reservations/5, 10*p.chunk
	p.delay /= 20
	checkNetwork(t, newNetwork(t, p, seen))
}

// noteSACK remembers what the peer says that it has. The model has a flag for each byte and so forgets nothing.
func (s *side) noteSACK(g Segment) {
	s.full = s.full || s.c.board.n > maxRuns-3
	if !g.Flags.Has(ACK) || !s.c.state.synchronized() || s.c.outdated(&g) || !s.c.acceptable(&g) || !s.c.acksSent(g.Ack) {
		return // it says nothing that is listened to
	}
	for _, b := range g.SACK[:g.NSACK] {
		for at := Seq(b.Left); at != Seq(b.Right); at++ {
			s.sacked[at] = true
		}
	}
}

// checkSACK holds a segment that is about to be sent to RFC 2018, RFC 2883 and RFC 6675.
func (n *network) checkSACK(s *side, p Plan) {
	n.checkBlocks(s, p)
	c := &s.c
	s.full = s.full || c.board.n > maxRuns-3
	if p.Len == 0 || c.probing {
		return
	}
	if c.racks() && p.Again && !c.rack.probeDue && !c.overdue {
		require.LessOrEqual(n.t, c.board.inFlight()+p.seqLen(), c.cong.cwnd, "a retransmission needs room, too")
	}
	n.seen.rescues += btoi(p.rescue)
	if p.Again {
		for i := range p.Len {
			require.False(n.t, s.sacked[p.Seq.Add(i)] && !s.full, "SACK says that it has arrived")
		}
		return
	}
	flight := c.sndNxt.Sub(c.sndUna)
	switch {
	case c.rack.probeDue:
		n.seen.tailProbes++
	case c.racks():
		require.LessOrEqual(n.t, c.board.inFlight()+p.Len, c.cong.cwnd, "RFC 5681 3.1, with what is on its way as RFC 8985 knows it")
	case c.agreed.Has(SACK) && (c.recovering || c.dupAcks > 0):
		require.LessOrEqual(n.t, c.onItsWay()+p.Len, c.cong.cwnd, "pipe and the new segment are more than the congestion window")
		n.seen.sackRecoveries += btoi(c.recovering)
	case c.dupAcks > 0:
		require.LessOrEqual(n.t, flight+p.Len, c.cong.cwnd+(dupThreshold-1)*c.sndMSS, "RFC 3042 2")
		n.seen.limited += btoi(flight+p.Len > c.cong.cwnd)
	default:
		require.LessOrEqual(n.t, flight+p.Len, c.cong.cwnd, "RFC 5681 3.1")
	}
}

// checkBlocks: what the receiver reports is true.
func (n *network) checkBlocks(s *side, p Plan) {
	if !s.c.agreed.Has(SACK) || p.Flags.Has(RST) || p.Flags.Has(SYN) {
		require.Zero(n.t, p.NSACK)
		return
	}
	for i, b := range p.SACK[:p.NSACK] {
		lo, hi := Seq(b.Left), Seq(b.Right)
		require.True(n.t, lo.Less(hi), "a block is not empty")
		n.seen.blocks++
		if i == 0 && s.c.dup.lo != s.c.dup.hi {
			require.Equal(n.t, s.c.dup, block{lo, hi})
			n.seen.duplicates++
			continue
		}
		require.True(n.t, s.c.rcvNxt.Less(lo), "something is missing before it")
		require.Equal(n.t, block{lo, hi}, s.c.arrived.held(lo.Add(-1), hi.Add(1)), "no more and no less has arrived")
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
