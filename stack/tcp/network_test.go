package tcp

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// network joins two connections by a wire that loses, repeats, delays and so reorders segments, with an application on
// each side that writes a stream of known bytes, reads the other's and closes.
type network struct {
	t     require.TestingT
	rng   *rand.Rand
	now   time.Duration
	sides [2]side
	wire  []flying
	plan  netPlan
	seen  *sights
}

// sights counts what must happen sometimes, or the property proves little.
type sights struct {
	retransmissions, fast, probes, outOfOrder, simultaneous, fullWindow, refusedRanges, resets int

	blocks, duplicates, sackRecoveries, rescues, limited int
	tailProbes                                           int
	scaled, stamped, wrapped                             int
	marks, slowed, held                                  int

	tries int // of all draws, until nothing is missing
}

// missing names what has not happened, if there is such a thing. Fast retransmissions are the matter of TestNetworkBulk.
func (s *sights) missing() string {
	for _, x := range []struct {
		what  string
		times int
	}{
		{"retransmission", s.retransmissions}, {"probe", s.probes},
		{"out of order", s.outOfOrder}, {"simultaneous open", s.simultaneous}, {"window zero", s.fullWindow},
		{"SACK block", s.blocks}, {"report of a duplicate", s.duplicates},
		{"scaled window", s.scaled}, {"timestamp", s.stamped}, {"timestamp that has wrapped", s.wrapped},
	} {
		if x.times == 0 {
			return x.what
		}
	}
	return ""
}

// netPlan is all that a run depends on.
type netPlan struct {
	seed         uint64
	loss, dup    int // per cent; loss only while a storm lasts
	delay        time.Duration
	bothActive   bool
	total        [2]int // bytes that each side writes
	sndBuf       int
	rcvBuf       [2]int
	iss          [2]Seq
	noDelay      bool
	fickle       bool // the path's MTU falls, and the applications change their settings, at any time
	chunk        int  // the most that an application reads or writes at once
	reservations int  // per cent of attempts to send that find no transmit buffer
	without      [2]OptionSet
	grow         [2]int    // by how many bits RcvMax, and so the window's scale, is more than the buffer needs
	tsOffset     [2]uint32 // timestamps wrap too
	marks        int       // per cent of what can be marked
	offerECN     [2]bool
	reno, noRACK [2]bool
}

type flying struct {
	at   time.Duration
	to   int
	g    Segment
	data []byte
}

type side struct {
	c             Conn
	tx, rx        Ring
	txb, rxb      []byte
	written, read int
	shut          bool
	edge          Seq // the furthest right edge that this side has advertised
	hasEdge       bool
	sentFirst     map[Seq]byte
	sacked        map[Seq]bool // what the peer has said that it has, since the last timeout
	full          bool         // the scoreboard has had no room meanwhile
	ecn           ecnModel
}

func drawPlan(t *rapid.T) netPlan {
	iss := rapid.OneOf(rapid.Just(Seq(1<<32-1)), rapid.Just(Seq(1<<31-1)), rapid.Custom(func(t *rapid.T) Seq {
		return Seq(rapid.Uint32Range(1<<32-5000, 1<<32-1).Draw(t, "near the wrap"))
	}), rapid.Custom(func(t *rapid.T) Seq {
		return Seq(rapid.Uint32Range(1<<31-5000, 1<<31).Draw(t, "near the sign"))
	}))
	buf := rapid.OneOf(rapid.IntRange(1, 100), rapid.IntRange(100, 8000))
	bufs := [2]int{buf.Draw(t, "a's buffer"), buf.Draw(t, "b's buffer")}
	size := func(peer int) *rapid.Generator[int] { return rapid.IntRange(0, min(20000, 30*bufs[peer])) }
	grow := rapid.IntRange(0, 10)
	stamp := rapid.Uint32Range(1<<32-3_600_000-100_000, 1<<32-3_600_000) // an hour is the start: soon they wrap
	return netPlan{
		seed: rapid.Uint64().Draw(t, "seed"),
		loss: rapid.IntRange(0, 70).Draw(t, "loss"), dup: rapid.IntRange(0, 30).Draw(t, "dup"),
		delay:      time.Duration(rapid.IntRange(0, 400).Draw(t, "delay")) * time.Millisecond,
		bothActive: rapid.Bool().Draw(t, "both active"),
		total:      [2]int{size(1).Draw(t, "a writes"), size(0).Draw(t, "b writes")},
		sndBuf:     3000,
		rcvBuf:     bufs,
		iss:        [2]Seq{iss.Draw(t, "a's ISS"), iss.Draw(t, "b's ISS")},
		fickle:     rapid.Bool().Draw(t, "fickle"),
		noDelay:    rapid.Bool().Draw(t, "no delay"), chunk: rapid.IntRange(50, 5000).Draw(t, "chunk"),
		reservations: rapid.IntRange(0, 50).Draw(t, "no transmit buffer"),
		without:      [2]OptionSet{drawWithout(t, "a"), drawWithout(t, "b")},
		grow:         [2]int{grow.Draw(t, "a's scale"), grow.Draw(t, "b's scale")},
		tsOffset:     [2]uint32{stamp.Draw(t, "a's timestamps"), stamp.Draw(t, "b's timestamps")},
		marks:        rapid.IntRange(0, 50).Draw(t, "marks"),
		reno:         [2]bool{rapid.Bool().Draw(t, "a has NewReno"), rapid.Bool().Draw(t, "b has NewReno")},
		noRACK:       [2]bool{rapid.Bool().Draw(t, "a has no RACK"), rapid.Bool().Draw(t, "b has no RACK")},
		offerECN:     [2]bool{rapid.Bool().Draw(t, "a asks for ECN"), rapid.Bool().Draw(t, "b asks for ECN")},
	}
}

func newNetwork(t require.TestingT, p netPlan, seen *sights) *network {
	n := &network{t: t, plan: p, seen: seen, rng: rand.New(rand.NewPCG(p.seed, 1)), now: time.Hour}
	for i := range n.sides {
		s := &n.sides[i]
		s.txb, s.rxb = make([]byte, p.sndBuf), make([]byte, p.rcvBuf[i])
		s.sentFirst, s.sacked = map[Seq]byte{}, map[Seq]bool{}
		cfg := Config{ISS: p.iss[i], MSS: 500 + 300*i, DefaultMSS: 536, RcvBuf: p.rcvBuf[i], Without: p.without[i],
			RcvMax: p.rcvBuf[i] << p.grow[i], TSOffset: p.tsOffset[i], Settings: Settings{OfferECN: p.offerECN[i]}}
		cfg.Settings.Tuning.Reno, cfg.Settings.Tuning.NoRACK = p.reno[i], p.noRACK[i]
		if i == 0 || p.bothActive {
			s.c.Connect(cfg)
		} else {
			s.c.Listen(cfg)
		}
		v := *s.c.Settings()
		v.NoDelay = p.noDelay
		s.c.Set(&v)
	}
	return n
}

// poll lets side i do all that it can at this time.
func (n *network) poll(i int) {
	s := &n.sides[i]
	timeouts := s.c.timeouts
	s.c.Tick(n.now)
	if s.c.timeouts > timeouts {
		clear(s.sacked) // RFC 2018 8
		s.full = false
	}
	for {
		p, ok := s.c.Next()
		if !ok {
			break
		}
		if n.rng.IntN(100) < n.plan.reservations {
			again, ok := s.c.Next()
			require.True(n.t, ok && again == p, "Next changes nothing")
			return
		}
		n.check(i, p)
		n.checkSACK(s, p)
		n.checkECN(s, &p)
		data := make([]byte, p.Len)
		require.Equal(n.t, p.Len, s.tx.Peek(s.txb, p.Offset, data))
		n.checkRepeat(s, p, data)
		n.watch(s, p)
		s.c.Sent(n.now, &p)
		n.transmit(1-i, p.Segment, data)
	}
}

// storm reports whether segments are lost now: for six seconds out of thirty-six, so that no connection gives up.
func (n *network) storm() bool { return n.now/(6*time.Second)%6 == 0 }

// watch counts what is about to be sent.
func (n *network) watch(s *side, p Plan) {
	count := func(what *int, is bool) {
		if is {
			*what++
		}
	}
	again := p.seqLen() > 0 && p.Seq.Less(s.c.sndNxt)
	count(&n.seen.retransmissions, again)
	count(&n.seen.fast, again && s.c.recovering)
	count(&n.seen.probes, s.c.probing)
	count(&n.seen.simultaneous, s.c.state == SynReceived && !s.c.passive)
	count(&n.seen.fullWindow, p.Flags.Has(ACK) && p.Wnd == 0)
	count(&n.seen.resets, p.Flags.Has(RST))
	count(&n.seen.scaled, p.Flags.Has(ACK) && s.c.rcvShift > 0)
	count(&n.seen.stamped, p.Flags.Has(ACK) && p.HasTS)
	count(&n.seen.wrapped, p.HasTS && p.TSVal < 1<<31)
}

// transmit puts a segment on the wire.
func (n *network) transmit(to int, g Segment, data []byte) {
	if n.storm() && n.rng.IntN(100) < n.plan.loss {
		return
	}
	n.mark(&g)
	for range 1 + n.rng.IntN(100)/(100-n.plan.dup) {
		at := n.now + time.Millisecond + time.Duration(n.rng.Int64N(int64(n.plan.delay)+1))
		n.wire = append(n.wire, flying{at, to, g, data})
	}
}

// check holds every sent segment to what is always true.
func (n *network) check(i int, p Plan) {
	s, o := &n.sides[i], &n.sides[1-i]
	require.LessOrEqual(n.t, p.Options.Len()+p.Len, 500, "the smaller MSS, options included")
	require.True(n.t, p.Flags.Has(SYN) || s.c.agreed|ECN == o.c.agreed|ECN || !o.c.state.synchronized(), "both agree")
	require.True(n.t, p.end().LessEq(s.c.sndLimit()) || p.Flags.Has(SYN), "no byte that was not written")
	if p.Flags.Has(ACK) && !p.Flags.Has(RST) {
		require.True(n.t, p.Ack.LessEq(o.c.sndNxt), "no acknowledgment of what was not sent")
		edge := p.Ack.Add(s.c.advertised(&p.Segment))
		if !s.hasEdge {
			s.edge, s.hasEdge = edge, true
		}
		require.Less(n.t, s.edge.Sub(edge), 1<<s.c.rcvShift, "the right edge retreats at most by rounding")
		s.edge = latest(s.edge, edge)
	}
	if p.seqLen() > 0 && !p.Flags.Has(SYN) && o.hasEdge {
		over := p.end().Sub(o.edge)
		require.True(n.t, over <= 0 || over == 1 && p.seqLen() == 1, "beyond the peer's window only a probe")
	}
	require.True(n.t, s.c.sndUna.LessEq(p.Seq) || s.c.mode == timerKeepAlive, "nothing that is acknowledged")
}

// checkRepeat: what is sent again is the same byte.
func (n *network) checkRepeat(s *side, p Plan, data []byte) {
	for k, b := range data {
		at := p.Seq.Add(k)
		if first, ok := s.sentFirst[at]; ok {
			require.Equal(n.t, first, b)
		}
		s.sentFirst[at] = b
	}
}

// deliver hands side i a segment.
func (n *network) deliver(f flying) {
	s := &n.sides[f.to]
	s.noteSACK(f.g)
	r := s.c.Arrive(n.now, f.g)
	n.noteECN(s, &f.g, &r)
	if r.Reset {
		if rst, ok := Reset(&f.g); ok {
			n.transmit(1-f.to, rst, nil)
		}
	}
	s.tx.Discard(s.txb, r.Acked)
	if r.Len > 0 && r.Ready == 0 {
		n.seen.outOfOrder++
	}
	if r.Drop == DropHoles {
		n.seen.refusedRanges++
	}
	before := s.rx.Len()
	require.Equal(n.t, r.Len, r.Store(&s.rx, s.rxb, f.data), "the window has room")
	require.Equal(n.t, before+r.Ready, s.rx.Len())
	require.True(n.t, s.c.rcvNxt.LessEq(s.c.rcvAdv) || !s.c.state.synchronized(), "nothing beyond the window is taken")
	require.LessOrEqual(n.t, s.c.sndUna.Sub(s.c.sndNxt), 0)
}

// application reads, writes and closes a little.
func (n *network) application(i int) {
	s := &n.sides[i]
	p := make([]byte, 1+n.rng.IntN(n.plan.chunk))
	k := s.rx.Peek(s.rxb, 0, p)
	for j := range k {
		require.Equal(n.t, pattern(s.read+j), p[j], "byte %d", s.read+j)
	}
	s.rx.Discard(s.rxb, k)
	s.c.Read(k)
	s.read += k
	if !s.c.Writable() {
		return
	}
	p = p[:min(len(p), n.plan.total[i]-s.written)]
	for j := range p {
		p[j] = pattern(s.written + j)
	}
	k = s.tx.Write(s.txb, p)
	s.c.Write(k)
	if s.written += k; s.written == n.plan.total[i] {
		s.c.Shutdown()
		s.shut = true
	}
}

// change makes segments shorter now and then, and settings others.
func (n *network) change(i int) {
	c := &n.sides[i].c
	if n.rng.IntN(40) == 0 && c.State().synchronized() {
		c.LowerMSS(MinMaxSeg + n.rng.IntN(600))
	}
	if n.rng.IntN(10) > 0 {
		return
	}
	v, either := *c.Settings(), func() bool { return n.rng.IntN(2) == 0 }
	v.NoDelay, v.QuickAck, v.RcvBuf = either(), either(), int32(1+n.rng.IntN(n.plan.rcvBuf[i]))
	v.KeepAlive, v.KeepIdle, v.KeepCount = either(), time.Duration(1+n.rng.IntN(3000))*time.Millisecond, 200
	v.Tuning.ABC, v.Tuning.LaxTimestamps = uint8(n.rng.IntN(256)), either()
	c.Set(&v)
}

// step goes on to the next moment at which something happens. It is false if nothing ever will.
func (n *network) step() bool {
	next, any := n.now+time.Hour, false
	for _, f := range n.wire {
		next, any = min(next, f.at), true
	}
	for i := range n.sides {
		s := &n.sides[i]
		if at, ok := s.c.Deadline(); ok {
			next, any = min(next, at), true
		}
		if p, ok := s.c.Next(); ok && p.Segment != (Segment{}) || s.rx.Len() > 0 || s.c.Writable() && !s.shut {
			next, any = min(next, n.now+10*time.Millisecond), true
		}
	}
	n.now = max(next, n.now)
	for k := 0; k < len(n.wire); {
		if f := n.wire[k]; f.at <= n.now {
			n.wire = append(n.wire[:k], n.wire[k+1:]...)
			n.deliver(f)
			continue
		}
		k++
	}
	for i := range n.sides {
		if n.plan.fickle {
			n.change(i)
		}
		n.application(i)
		n.poll(i)
	}
	return any
}

// run goes on until nothing happens any more.
func (n *network) run() {
	for steps := 0; n.step(); steps++ {
		require.Less(n.t, steps, 200000, "it comes to an end")
	}
}

// TestNetwork: whatever the network does, what one side writes the other reads, both close in order, and then nothing is
// left to do.
func TestNetwork(t *testing.T) {
	var seen sights
	for ; seen.tries == 0 || seen.missing() != "" && !testing.Short(); seen.tries++ {
		require.Less(t, seen.tries, 20, "in all these runs not one %s", seen.missing())
		rapid.Check(t, seen.propertyNetwork)
	}
}

func FuzzNetwork(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(sights).propertyNetwork)) }

func (seen *sights) propertyNetwork(t *rapid.T) {
	p := drawPlan(t)
	p.seed += uint64(seen.tries) // with RAPID_SEED all else is drawn again as it was
	checkNetwork(t, newNetwork(t, p, seen))
}

func checkNetwork(t *rapid.T, n *network) {
	n.run()
	for i := range n.sides {
		s := &n.sides[i]
		require.Equal(t, Closed, s.c.State(), "side %d", i)
		require.Equal(t, NoFailure, s.c.Failure(), "side %d", i)
		require.Equal(t, n.plan.total[1-i], s.read, "side %d has read all", i)
		require.True(t, s.c.PeerClosed() && s.c.Done())
		_, ok := s.c.Deadline()
		require.False(t, ok, "side %d: no timer is left", i)
		require.Zero(t, s.tx.Len())
	}
}

// TestNetworkAbandoned: one application closes or aborts in the middle. What the other has read is a prefix of what was
// written, and nothing goes on for ever.
func TestNetworkAbandoned(t *testing.T) {
	var seen sights
	rapid.Check(t, seen.propertyNetworkAbandoned)
	require.NotZero(t, seen.resets)
}

func FuzzNetworkAbandoned(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(sights).propertyNetworkAbandoned)) }

func (seen *sights) propertyNetworkAbandoned(t *rapid.T) {
	n := newNetwork(t, drawPlan(t), seen)
	for range rapid.IntRange(0, 200).Draw(t, "when") {
		n.step()
	}
	if rapid.Bool().Draw(t, "abort") {
		n.sides[0].c.Abort()
	} else {
		n.sides[0].c.Close()
	}
	n.run()
	require.True(t, n.sides[0].c.Done())
	for i := range n.sides {
		s := &n.sides[i]
		_, ok := s.c.Deadline()
		require.False(t, ok, "side %d: no timer is left", i)
		// A reset that is lost leaves a peer that only waits where it is.
		waits := s.c.State() == FinWait2 || s.c.State() == Listen
		require.True(t, s.c.Done() || i == 1 && waits, "side %d is in %v", i, s.c.State())
	}
}
