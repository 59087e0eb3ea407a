package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
	"stackproof/stack/wire"
)

// checked is a connection with its queues.
type checked struct {
	Conn
	rx, tx   Ring
	rxb, txb [4000]byte
	now      time.Duration
}

// newChecked is an established connection with something of everything: text received in order and out of it, text on its
// way, of which the peer has told that the end has arrived, and text that waits.
func newChecked(t *testing.T) *checked {
	k := &checked{now: time.Hour}
	k.Listen(Config{ISS: 1<<32 - 50, MSS: 1460, DefaultMSS: 536, RcvBuf: 4000})
	k.hear(Segment{Seq: 1000, Flags: SYN, Wnd: 3000, Options: Options{HasMSS: true, MSS: 500, SACKPermitted: true}})
	k.send()
	k.hear(Segment{Seq: 1001, Ack: k.sndNxt, Flags: ACK, Wnd: 3000, Len: 100})
	k.Write(k.tx.Write(k.txb[:], make([]byte, 3500)))
	k.send()
	k.hear(Segment{Seq: 1201, Ack: k.sndUna, Flags: ACK, Wnd: 3000, Len: 50, Options: Options{NSACK: 1, SACK: [4]wire.SACKBlock{
		{Left: uint32(k.sndNxt.Add(-500)), Right: uint32(k.sndNxt)}}}})
	k.send()
	require.Equal(t, Established, k.state)
	require.True(t, k.board.n > 1 && k.arrived.n == 1 && k.rcvUser == 100 && k.sndNxt.Less(k.sndEnd))
	require.Equal(t, invariant.OK, k.check())
	return k
}

func (k *checked) hear(g Segment) {
	var r Result
	k.ArriveTo(k.now, &g, &r)
	k.tx.Discard(k.txb[:], r.Acked)
	r.Store(&k.rx, k.rxb[:], make([]byte, 100))
}

func (k *checked) send() {
	for p, ok := k.Next(); ok; p, ok = k.Next() {
		k.Sent(k.now, &p)
	}
}

func (k *checked) check() invariant.Rule { return k.Check(k.now, &k.rx, &k.tx, len(k.rxb), len(k.txb)) }

// TestCheck: each rule, broken in each way that it can be.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		want   invariant.Rule
		damage func(*checked)
	}{
		{invariant.SendOrder, func(k *checked) { k.sndUna = k.sndNxt.Add(1); k.tx.n = k.sndEnd.Sub(k.sndUna) }},
		{invariant.SendOrder, func(k *checked) { k.sndNxt = k.sndEnd.Add(1) }},
		{invariant.SendMarks, func(k *checked) { k.rtxNxt = k.sndUna - 1 }},
		{invariant.SendMarks, func(k *checked) { k.rtxEnd = k.sndNxt + 1 }},
		{invariant.SendMarks, func(k *checked) { k.sndUp = k.sndEnd + 1 }},
		{invariant.SendMarks, func(k *checked) { k.pushed = k.sndUna - 1 }},
		{invariant.SendMarks, func(k *checked) { k.recoverAt = k.sndNxt + 1 }},
		{invariant.SendMarks, func(k *checked) { k.reducedAt = k.sndNxt + 1 }},
		{invariant.SendMarks, func(k *checked) { k.recovering, k.recoverAt = true, k.sndUna }},
		{invariant.SendMarks, func(k *checked) { k.timing, k.timedEnd = true, k.sndUna }},
		{invariant.SendQueue, func(k *checked) { k.tx.n-- }},
		{invariant.SendQueue, func(k *checked) { k.tx.head = len(k.txb) }},
		{invariant.SendWindow, func(k *checked) { k.sndWnd = k.maxSndWnd + 1 }},
		{invariant.SendWindow, func(k *checked) { k.sndWnd = -1 }},
		{invariant.SendWindow, func(k *checked) { k.sndShift = 15 }},
		{invariant.SegmentSize, func(k *checked) { k.maxSeg = 1461 }},
		{invariant.SegmentSize, func(k *checked) { k.sndMSS = k.maxSeg + 1 }},
		{invariant.SegmentSize, func(k *checked) { k.sndMSS = 0 }},
		{invariant.FINState, func(k *checked) { k.finQueued = true }},
		{invariant.FINState, func(k *checked) { k.state = FinWait1 }},
		{invariant.PeerFIN, func(k *checked) { k.state = CloseWait }},
		{invariant.PeerFIN, func(k *checked) { k.finTaken = true }},
		{invariant.PeerFIN, func(k *checked) { k.finSeen, k.finAt = true, k.rcvNxt }},
		{invariant.PeerFIN, func(k *checked) { k.finSeen, k.finAt = true, k.rcvAdv }},
		{invariant.SYNState, func(k *checked) { k.state = SynReceived }},
		{invariant.SYNState, func(k *checked) { k.synAcked = false }},
		{invariant.ReceiveOrder, func(k *checked) { k.rcvAdv = k.rcvNxt - 1 }},
		{invariant.ReceiveRoom, func(k *checked) { k.rcvAdv = k.rcvNxt.Add(4000) }},
		{invariant.ReceiveQueue, func(k *checked) { k.rx.n++ }},
		{invariant.ReceiveQueue, func(k *checked) { k.rcvUser = 4001; k.rx.n = 4001 }},
		{invariant.ReceiveMarks, func(k *checked) { k.lastAckSent = k.rcvNxt + 1 }},
		{invariant.ReceiveMarks, func(k *checked) { k.rcvUp = k.unread() - 1 }},
		{invariant.ReceiveMarks, func(k *checked) { k.dup = block{2, 1} }},
		{invariant.ReceiveBlocks, func(k *checked) { k.arrived.at[0].lo = k.rcvNxt }},
		{invariant.ReceiveBlocks, func(k *checked) { k.arrived.at[0].hi = k.rcvAdv + 1 }},
		{invariant.ReceiveBlocks, func(k *checked) { k.arrived.at[0].hi = k.arrived.at[0].lo }},
		{invariant.ReceiveBlocks, func(k *checked) { k.arrived.n, k.arrived.at[1] = 2, block{k.arrived.at[0].hi, k.arrived.at[0].hi + 1} }},
		{invariant.ReceiveBlocks, func(k *checked) { k.finSeen, k.finAt = true, k.arrived.at[0].hi-1 }},
		{invariant.ReceiveBlocks, func(k *checked) { k.arrived.n = MaxRanges + 1 }},
		{invariant.BoardRuns, func(k *checked) { k.board.una-- }},
		{invariant.BoardRuns, func(k *checked) { k.board.at[k.board.n-1].end++ }},
		{invariant.BoardRuns, func(k *checked) { k.board.at[0].end = k.board.at[1].end }},
		{invariant.BoardRuns, func(k *checked) { k.board.n = maxRuns + 1 }},
		{invariant.BoardRuns, func(k *checked) { k.board.rack.fack = k.sndNxt + 1 }},
		{invariant.BoardSums, func(k *checked) { k.board.sacked++ }},
		{invariant.BoardSums, func(k *checked) { k.board.lost-- }},
		{invariant.BoardSums, func(k *checked) { k.board.at[0].is |= runSacked }},
		{invariant.BoardSums, func(k *checked) { k.board.at[k.board.n-1].is |= runSacked | runLost }},
		{invariant.Congestion, func(k *checked) { k.cong.cwnd = -1 }},
		{invariant.Congestion, func(k *checked) { k.cong.ssthresh = Infinite + 1 }},
		{invariant.RTOBounds, func(k *checked) { k.rtt.rto = 0 }},
		{invariant.RTOBounds, func(k *checked) { k.rtt.rto = maxRTO + 1 }},
		{invariant.TimerMode, func(k *checked) { k.rtx.on = false }},
		{invariant.TimerMode, func(k *checked) { k.mode = timerOff }},
		{invariant.TimerMode, func(k *checked) { k.wait.start(k.now) }},
		{invariant.TimerMode, func(k *checked) { k.resetNow = true }},
		{invariant.TimerMode, func(k *checked) { k.rack.probing = true; k.rack.early.stop() }},
		{invariant.TimerMode, func(k *checked) { k.over(NoFailure); k.delayedAck.start(k.now) }},
		{invariant.TimerBounds, func(k *checked) { k.rtx.start(k.now + DefaultKeepIdle + 1) }},
		{invariant.TimerBounds, func(k *checked) { k.delayedAck.start(k.now + MaxAckDelay) }},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			k := newChecked(t)
			c.damage(k)
			require.Equal(t, c.want.String(), k.check().String())
		})
	}
	k := newChecked(t)
	require.Zero(t, testing.AllocsPerRun(10, func() { k.check() }))
}
