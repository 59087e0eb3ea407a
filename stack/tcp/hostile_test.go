package tcp

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/invariant"
)

// stateSights counts the states in which a connection was.
type stateSights [NumStates]int

// TestHostilePeer: whatever arrives in whatever state, the connection stays sound and asks its owner for nothing that
// cannot be done.
func TestHostilePeer(t *testing.T) {
	var seen stateSights
	rapid.Check(t, seen.propertyHostilePeer)
	if testing.Short() { // too few draws to have been everywhere
		return
	}
	for tries := 0; slices.Contains(seen[:], 0); tries++ {
		require.Less(t, tries, 20, "it must come to every state: %v", seen)
		rapid.Check(t, seen.propertyHostilePeer)
	}
}

func FuzzHostilePeer(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(stateSights).propertyHostilePeer)) }

func (seen *stateSights) propertyHostilePeer(t *rapid.T) {
	h := newHostile(t)
	t.Repeat(map[string]func(*rapid.T){
		"segment": h.segment,
		"likely":  h.likely,
		"next":    h.likely,
		"send":    h.send,
		"time":    h.time,
		"call":    h.call,
		"set":     h.set,
		"": func(t *rapid.T) {
			h.check(t)
			h.goesOn(t)
			seen[h.c.State()]++
		},
	})
}

type hostile struct {
	c        Conn
	cfg      Config
	now      time.Duration
	rx, tx   Ring
	rxb, txb []byte
	edge     Seq     // the furthest right edge that was advertised
	offer    Options // of the likely peer's SYN
	known    bool
}

func newHostile(t *rapid.T) *hostile {
	h := &hostile{now: time.Hour, rxb: make([]byte, rapid.IntRange(1, 5000).Draw(t, "buffer")), txb: make([]byte, 3000)}
	h.cfg = Config{ISS: Seq(rapid.Uint32().Draw(t, "iss")), MSS: 1460, DefaultMSS: 536, RcvBuf: len(h.rxb),
		RcvMax:   rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 1<<30)).Draw(t, "largest buffer"),
		TSOffset: rapid.Uint32().Draw(t, "first timestamp"), Without: OptionSet(rapid.IntRange(0, 7).Draw(t, "without"))}
	if rapid.Bool().Draw(t, "active") {
		h.c.Connect(h.cfg)
	} else {
		h.c.Listen(h.cfg)
	}
	h.offer = drawOptions(t)
	h.c.Tick(h.now)
	return h
}

// segment delivers any segment whose numbers are near those that matter.
func (h *hostile) segment(t *rapid.T) {
	near := rapid.OneOf(rapid.IntRange(-3, 3), rapid.IntRange(-70000, 70000), rapid.Just(1<<31-1), rapid.Just(-1<<31))
	bases := rapid.SampledFrom([]Seq{h.c.rcvNxt, h.c.rcvAdv})
	acks := rapid.SampledFrom([]Seq{h.c.sndUna, h.c.sndNxt})
	h.deliver(t, Segment{
		Seq: bases.Draw(t, "base").Add(near.Draw(t, "seq")), Ack: acks.Draw(t, "acked").Add(near.Draw(t, "ack")),
		Flags: Flags(rapid.Byte().Draw(t, "flags")), Wnd: rapid.Uint16().Draw(t, "wnd"),
		Len:     rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 1460), rapid.IntRange(0, 65495)).Draw(t, "len"),
		Options: drawOptions(t),
	})
}

// likely delivers the segment that leads on.
func (h *hostile) likely(t *rapid.T) {
	g := Segment{Seq: h.c.rcvNxt, Ack: h.c.sndNxt, Flags: ACK, Wnd: 5000, Len: rapid.IntRange(0, 3).Draw(t, "len")}
	if h.c.agreed.Has(Timestamps) {
		g.HasTS, g.TSVal = true, h.c.ts.recent+uint32(rapid.IntRange(-1, 5).Draw(t, "later"))
		g.TSEcr = h.c.tsNow() - uint32(rapid.IntRange(-1, 3000).Draw(t, "round trip"))
	}
	switch h.c.State() {
	case Listen:
		g.Flags, g.Options = SYN, h.offer
	case SynSent:
		g.Options = h.offer
		g.Flags = rapid.SampledFrom([]Flags{SYN, SYN | ACK}).Draw(t, "flags")
	default:
		if rapid.IntRange(0, 2).Draw(t, "fin") == 0 {
			g.Flags |= FIN
		}
		if rapid.IntRange(0, 2).Draw(t, "old ack") == 0 {
			g.Ack = h.c.sndUna
		}
	}
	h.deliver(t, g)
}

func (h *hostile) deliver(t *rapid.T, g Segment) {
	una, state := h.c.sndUna, h.c.State()
	r := h.c.Arrive(h.now, g)
	require.True(t, r.Len >= 0 && r.Len <= g.Len, "%+v", r)
	require.LessOrEqual(t, h.rx.Len()+r.Ready, len(h.rxb))
	require.Equal(t, r.Len, r.Store(&h.rx, h.rxb, make([]byte, g.Len)), "the window has room: %+v", r)
	require.LessOrEqual(t, r.Acked, h.tx.Len())
	h.tx.Discard(h.txb, r.Acked)
	if g.Flags.Has(RST) {
		require.Zero(t, r.Ready+r.Acked, "a reset carries nothing")
		_, ok := Reset(&g)
		require.False(t, ok, "nothing answers a reset")
	}
	if h.c.State() != Listen {
		require.True(t, state == Listen || una.LessEq(h.c.sndUna), "SND.UNA never goes back")
	}
	if h.c.State() == Listen || h.c.State() == SynSent {
		h.known = false
	}
}

func (h *hostile) send(t *rapid.T) {
	h.c.Tick(h.now)
	for k := 0; ; k++ {
		p, ok := h.c.Next()
		if !ok {
			return
		}
		require.Less(t, k, 200, "it comes to an end")
		require.Equal(t, p.Len, h.tx.Peek(h.txb, p.Offset, make([]byte, p.Len)), "the data is there")
		require.LessOrEqual(t, p.Options.Len()+p.Len, h.cfg.MSS, "options come out of the room for text")
		require.Equal(t, h.c.agreed.Has(Timestamps), p.HasTS)
		require.Equal(t, h.c.State() == SynSent, !p.Flags.Has(ACK), "ACK is in all but the first SYN")
		if p.Flags.Has(ACK) && !p.Flags.Has(RST) {
			edge := p.Ack.Add(h.c.advertised(&p.Segment))
			if !h.known {
				h.edge, h.known = edge, true
			}
			require.Less(t, h.edge.Sub(edge), 1<<h.c.rcvShift, "the right edge never retreats by more than rounding")
			h.edge = latest(h.edge, edge)
		}
		h.c.Sent(h.now, &p)
	}
}

func (h *hostile) time(t *rapid.T) {
	at, ok := h.c.Deadline()
	if ok && rapid.Bool().Draw(t, "to the deadline") {
		h.now = max(h.now, at)
	} else {
		h.now += time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond
	}
	h.c.Tick(h.now)
	at, ok = h.c.Deadline()
	require.True(t, !ok || at > h.now, "Tick leaves nothing undone")
}

func (h *hostile) call(t *rapid.T) {
	switch rapid.IntRange(-2, 12).Draw(t, "call") {
	case -2:
		h.c.Set(&Settings{RcvBuf: int32(rapid.IntRange(0, len(h.rxb)).Draw(t, "queue"))})
	case -1, 0:
		h.c.Shutdown()
	case 1:
		h.c.Close()
	case 2:
		if rapid.IntRange(0, 3).Draw(t, "really") == 0 {
			h.c.Abort()
		}
	case 3:
		h.c.LowerMSS(rapid.IntRange(0, 1500).Draw(t, "mss"))
	case 4, 5, 6, 7:
		n := min(rapid.IntRange(0, 5000).Draw(t, "read"), h.rx.Len())
		h.rx.Discard(h.rxb, n)
		h.c.Read(n)
	default:
		if h.c.Writable() {
			h.c.Write(h.tx.Write(h.txb, make([]byte, rapid.IntRange(0, 3000).Draw(t, "write"))))
		}
	}
}

// check holds the state to what is always true of it.
func (h *hostile) check(t *rapid.T) {
	c := &h.c
	require.Equal(t, invariant.OK.String(), c.Check(h.now, &h.rx, &h.tx, len(h.rxb), len(h.txb)).String())
	require.LessOrEqual(t, c.sndUna.Sub(c.sndNxt), 0, "SND.UNA =< SND.NXT")
	require.LessOrEqual(t, c.sndNxt.Sub(c.sndEnd), 1, "only FIN is behind the last byte")
	require.GreaterOrEqual(t, c.maxSeg, MinMaxSeg)
	if c.state.synchronized() {
		require.GreaterOrEqual(t, c.rcvWnd(), 0)
		require.Equal(t, h.rx.Len(), c.rcvUser)
		require.LessOrEqual(t, c.rcvUser+c.rcvWnd(), len(h.rxb), "the window is not more than there is room for")
		require.GreaterOrEqual(t, c.cong.cwnd, 0)
	}
	if c.state == Closed {
		_, ok := c.Deadline()
		require.False(t, ok, "no timer is left")
	}
	for _, x := range c.arrived.all() {
		require.LessOrEqual(t, x.hi.Sub(c.rcvNxt), max(c.rcvWnd(), 0), "nothing beyond the window is remembered")
	}
}

// set changes the settings.
func (h *hostile) set(t *rapid.T) {
	wait := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, time.Hour})
	h.c.Set(&Settings{
		NoDelay: rapid.Bool().Draw(t, "no delay"), KeepAlive: rapid.Bool().Draw(t, "keep-alive"), UserTimeout: wait.Draw(t, "user timeout"),
		KeepIdle: wait.Draw(t, "idle"), KeepInterval: wait.Draw(t, "interval"), KeepCount: uint8(rapid.IntRange(0, 4).Draw(t, "count")),
		AckDelay: rapid.SampledFrom([]time.Duration{0, -1, time.Millisecond}).Draw(t, "ACK delay"),
	})
}

// goesOn looks at a copy that has sent all that it can now: who still waits for something has a timer.
func (h *hostile) goesOn(t *rapid.T) {
	c := h.c
	c.Tick(h.now)
	for p, ok := c.Next(); ok; p, ok = c.Next() {
		c.Sent(h.now, &p)
		c.Tick(h.now)
	}
	at, ok := c.Deadline()
	require.True(t, !ok || at > h.now, "nothing is left undone")
	require.Equal(t, c.wantedMode(), c.mode)
	if c.state == Closed || c.state == Listen {
		return
	}
	if c.sndUna != c.sndNxt || c.synAcked && c.sends() && c.sndNxt.Less(c.sndLimit()) {
		require.True(t, c.rtx.on, "something is to be sent, or sent again")
	}
	require.Equal(t, c.state == TimeWait, c.state == TimeWait && c.wait.on)
	require.False(t, c.probing && c.mode == timerOff, "no probe is due")
}
