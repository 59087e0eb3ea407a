package grid

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
	"stackproof/conformance/sut"
)

// path is a network on which a stretch of text is sent: what becomes of each segment that goes out, by chance.
type path struct {
	seed          uint64
	segments      int
	rtt           time.Duration
	window        int     // the initial one, in segments; 0: the default
	loss          float64 // of segments
	burst         int     // so many are lost together
	late          float64 // come later than others by
	by            time.Duration
	twice         float64 // come twice
	unheard       float64 // acknowledgments that are lost
	quiet         bool    // the peer does not tell of duplicates
	family        string
	cubic, stamps bool
	drawn         bool      // by chance, beside those that are kept
	stretches     []stretch // the application writes so much more, each time all is acknowledged
}

// paths are the networks of the recoveries.
func paths() (all []path) {
	for i := range uint64(recoveries) {
		all = append(all, recoveryPath(i, i >= recoveries/2))
	}
	return all
}

// recoveryPath is one of them. wide: more than fits into a default queue, and many fates at a time.
func recoveryPath(i uint64, wide bool) path {
	chance := rand.New(rand.NewPCG(i, 8985))
	p := path{seed: i, segments: 10 + chance.IntN(11), rtt: time.Duration(20+chance.IntN(180))*time.Millisecond + 317*time.Microsecond}
	p.loss = []float64{0.1, 0.2, 0.3, 0.5}[i%4]
	p.burst = 1 + chance.IntN(3)
	if i%3 == 1 {
		p.late, p.by = 0.2, p.rtt/time.Duration(2+chance.IntN(8))
	}
	if i%5 == 2 {
		p.twice = 0.2
	}
	if i%7 == 3 {
		p.unheard = 0.2
	}
	p.cubic = i%8 >= 5
	if wide {
		p.segments, p.window = 24+chance.IntN(30), 10+chance.IntN(25)
		p.loss /= 2
	}
	if p.stamps = i%2 == 1; p.stamps {
		p.rtt, p.by = p.rtt.Truncate(time.Millisecond), p.by.Truncate(time.Millisecond)
	}
	return p
}

const recoveries = 400

// stretch is text that an application writes after a while.
type stretch struct {
	after    time.Duration
	segments int
}

// pausingPaths are applications that write much, then little for some round trips, or nothing for long, and then much
// again.
func pausingPaths() (all []path) {
	for i := range uint64(pauses) {
		all = append(all, pausingPath(i))
	}
	return all
}

func pausingPath(i uint64) path {
	chance := rand.New(rand.NewPCG(i, 9438))
	p := path{seed: i, family: "pausing", segments: 10 + chance.IntN(6), rtt: time.Duration(100+chance.IntN(300))*time.Millisecond + 317*time.Microsecond}
	p.window, p.loss, p.burst, p.cubic = 2+chance.IntN(10), 0.02, 1, i%8 > 0
	for range 9 {
		s := stretch{time.Duration(1+chance.IntN(50)) * time.Millisecond, 6 + chance.IntN(8)}
		switch chance.IntN(8) {
		case 0, 1:
			s.segments = 1
		case 2:
			s.after *= 100
		}
		p.stretches = append(p.stretches, s)
	}
	return p
}

const pauses = 60

// tailPaths are short stretches of text, at whose ends nothing follows that could tell of a loss.
func tailPaths() (all []path) {
	for i := range uint64(tails) {
		switch i {
		case 228, 229, 270, 276:
			// What goes out again by the reordering timer comes back after as long as the least round trip: whether it is less
			// (RFC 8985 6.2, step 2) depends on where in a sender's tick the timer ran out.
			continue
		}
		all = append(all, tailPath(i))
	}
	return all
}

func tailPath(i uint64) path {
	chance := rand.New(rand.NewPCG(i, 7413))
	p := path{seed: i, family: "tail", segments: 1 + chance.IntN(5), rtt: time.Duration(2+chance.IntN(150)) * time.Millisecond}
	p.loss, p.burst, p.late, p.twice = []float64{0.1, 0.2, 0.3}[i%3], 1+chance.IntN(2), 0.15, []float64{0, 0.15}[i%2]
	p.by = (p.rtt * time.Duration(1+chance.IntN(9)) / 3).Truncate(time.Millisecond)
	p.unheard = []float64{0, 0.15}[i/2%2]
	p.quiet, p.cubic, p.stamps = i%3 == 0, i%2 == 0, i%4 < 2
	for range 5 {
		p.stretches = append(p.stretches, stretch{time.Duration(1+chance.IntN(40)) * 7 * time.Millisecond, 1 + chance.IntN(6)})
	}
	return p
}

const tails = 300

// latePaths are networks on which more is late than lost, some of it so late that the sender has sent it again.
func latePaths() (all []path) {
	for i := range uint64(lateRecoveries) {
		all = append(all, latePath(i))
	}
	return all
}

func latePath(i uint64) path {
	chance := rand.New(rand.NewPCG(i, 3522))
	p := path{seed: i, family: "late", segments: 4 + chance.IntN(17), rtt: time.Duration(20+chance.IntN(180)) * time.Millisecond}
	p.loss, p.burst, p.late = 0.05, 1, 0.3
	p.by = (p.rtt * time.Duration(1+chance.IntN(12)) / 3).Truncate(time.Millisecond)
	p.quiet, p.cubic, p.stamps = i%3 == 0, i%2 == 0, i%4 < 3
	p.twice = []float64{0, 0.2}[i%5/4]
	return p
}

const lateRecoveries = 250

// coming is a segment on its way to the peer: its acknowledgment comes at a time.
type coming struct {
	at      time.Duration
	segment int
	sent    time.Duration
	order   int
	loose   bool // when it was sent is known to the sender's clock alone
}

// recovery is one run.
type recovery struct {
	*path
	*rand.Rand
	c      *build.Case
	s      *oracle.Sender
	peer   oracle.Receiver
	way    []coming
	count  int
	gone   []int         // how often each segment was lost
	bad    int           // of a burst, how many are still to be lost
	recent time.Duration // TS.Recent of the peer
	told   oracle.Figures
	looks  int
	now    time.Duration
	about  bool          // which is known to the sender's clock alone
	heard  time.Duration // when the last acknowledgment came
	tie    bool
	wrote  int // so many stretches
}

// tcpRecoveries are runs of a sender through networks that lose, delay and double what it sends, or lose what the peer says of
// it. What is sent, when, and what the stack tells of itself meanwhile, says an oracle that goes by the RFCs' own words, a
// segment at a time. A run in which the order of two events is a matter of less than a clock need tell is left out.
func tcpRecoveries() (cases []*build.Case) {
	all := slices.Concat(paths(), latePaths(), pausingPaths(), tailPaths())
	for i := range all {
		if c := all[i].run(); c != nil {
			cases = append(cases, c)
		}
	}
	return cases
}

// Drawn are the cases of recoveries beside those that are kept, one of each kind of network for a seed, as scripts.
func Drawn(seed uint64) (all []*script.Script, err error) {
	for _, p := range []path{recoveryPath(seed, false), recoveryPath(seed, true), latePath(seed), pausingPath(seed), tailPath(seed)} {
		p.drawn = true
		if c := p.run(); c != nil {
			s, err := c.Script()
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

const recoveryMSS = 200

func (p *path) run() *build.Case {
	c := build.New(fmt.Sprintf("tcp/%s/%d", cmp.Or(p.family, "recovery"), p.seed), "A sender repairs what a network loses, delays and doubles, as RFC 8985 and RFC 9937 have it.").
		Reqs("RFC8985:6.2:4", "RFC6937:3:1", "RFC6298:5:5", "RFC8985:7.2:1").Level(script.Must).Forms(script.IPv4).Twin("out tcp.seq+1", "segment 1")
	r := &recovery{path: p, Rand: rand.New(rand.NewPCG(p.seed, 1)), c: c, gone: make([]int, p.text())}
	r.open()
	for r.step() {
	}
	if r.tie {
		return nil
	}
	c.Idle(10*time.Second, "that is all")
	return c
}

// stamp is a time as the time stamps tell it, from 0 at the first second on.
func stamp(t time.Duration) int64 { return (t - time.Second).Milliseconds() }

func (r *recovery) open() {
	c, mss, opts := r.c, recoveryMSS, fmt.Sprintf("mss %d, sackOK, nop, nop", recoveryMSS)
	c.Do("knob tcp.sack = 1", "knob tcp.rack = 1", fmt.Sprintf("knob tcp.cubic = %d", btoi(r.cubic)), fmt.Sprintf("knob tcp.timestamps = %d", btoi(r.stamps)))
	if n := r.segments * recoveryMSS; n > sut.DefaultBuf {
		c.Option(fmt.Sprintf("--send_buffer=%d", n))
	}
	if r.window > 0 {
		c.Do(fmt.Sprintf("knob tcp.initial-window = %d", r.window))
	}
	enterListen(c)
	a := ack(1, 1)
	answer := synAck().AnyOptions()
	if r.stamps {
		mss -= 12
		opts = fmt.Sprintf("mss %d, sackOK, TS val 0 ecr 0", recoveryMSS)
		a = a.Options(fmt.Sprintf("nop, nop, TS val %d ecr 0", stamp(time.Second+r.rtt)))
		answer = synAck().Options("sackOK, TS val 0 ecr 0, ...")
	}
	c.At(time.Second).In(syn().Options(opts)).Out(answer, "the SYN-ACK permits SACK, too")
	at := time.Second + r.rtt
	c.At(at).In(a).Line("accept(3, ..., ...) = 4", "the connection is open")
	r.s = oracle.NewSender(r.segments, mss, cmp.Or(r.window, 10), r.handshake(), r.cubic, r.stamps)
	n := r.segments * mss
	c.Line(fmt.Sprintf("write(4, ..., %d) = %d", n, n), "the text")
	r.recent, r.peer.RcvNxt = time.Second, 1
	r.send(at, false)
}

// handshake is the round trip as it was measured.
func (r *recovery) handshake() time.Duration {
	if r.stamps {
		return r.rtt.Truncate(time.Millisecond)
	}
	return r.rtt
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// send puts down what the sender sends, and on its way. loose: the time is only known to the clock of the sender.
func (r *recovery) send(now time.Duration, loose bool) {
	until := (now + time.Microsecond - 1).Truncate(time.Microsecond)
	from := now
	if loose {
		from, until = now-clockTick, until+clockTick
	}
	for _, x := range r.s.Send(now) {
		p := build.TCP(".", uint32(1+x.Segment*r.s.MSS), uint16(r.s.MSS)).Ack(1).With("tcp.flags&0x10").AnyOptions()
		says := fmt.Sprintf("segment %d", x.Segment+1)
		if x.Again {
			says += " again"
		}
		if until != from {
			r.c.Between(from, until)
		} else {
			r.c.At(now)
		}
		r.c.Out(p, says)
		r.fate(x, loose)
	}
	r.figures(until)
}

// clockTick is what a sender may lose by the resolution of the clock that tells when it has sent what.
const clockTick = 100 * time.Microsecond

// fate is what becomes of a segment.
func (r *recovery) fate(x oracle.Sent, loose bool) {
	if r.bad == 0 && r.Float64() < r.loss {
		r.bad = r.burst
	}
	if r.bad > 0 {
		r.bad--
		if r.gone[x.Segment]++; r.gone[x.Segment] < 4 {
			return
		}
	}
	at := (x.At + r.rtt + time.Microsecond - 1).Truncate(time.Microsecond) // a script's times have no more
	if r.Float64() < r.late {
		at += r.by.Truncate(time.Microsecond)
	}
	n := 1
	if r.Float64() < r.twice {
		n = 2
	}
	for range n {
		r.count++
		r.way = append(r.way, coming{at, x.Segment, x.At, r.count, loose})
		at += 3 * time.Millisecond
	}
}

// step is what happens next.
func (r *recovery) step() bool {
	slices.SortFunc(r.way, func(a, b coming) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		return a.order - b.order
	})
	timer, ok := r.s.Timer()
	if len(r.way) == 0 && !ok {
		return r.more()
	}
	next := timer
	if len(r.way) > 0 && (!ok || r.way[0].at <= timer) {
		next = r.way[0].at
	}
	if ok && len(r.way) > 0 && (r.way[0].at-timer).Abs() < 3*clockTick || next != r.now && next-r.now < 3*clockTick {
		r.tie = true // which is first, and whether it is the same time, depends on the clock's resolution
		return false
	}
	r.now = next
	switch {
	case len(r.way) > 0 && r.way[0].at == next:
		x := r.way[0]
		r.way = r.way[1:]
		r.arrives(x)
		return true
	default:
		loose := r.s.Expire(timer)
		r.send(timer, loose)
		if timer-r.heard > 50*time.Second {
			r.tie = true // the connection would be given up
		}
		return !r.tie
	}
}

// more has the application write the next stretch.
func (r *recovery) more() bool {
	if r.wrote == len(r.stretches) {
		return false
	}
	x := r.stretches[r.wrote]
	r.wrote++
	r.now += x.after
	r.s.Write(r.now, x.segments)
	n := x.segments * r.s.MSS
	r.c.At(r.now).Line(fmt.Sprintf("write(4, ..., %d) = %d", n, n), "more text")
	r.send(r.now, false)
	return true
}

// text is how many segments there are to send.
func (p *path) text() (n int) {
	n = p.segments
	for _, x := range p.stretches {
		n += x.segments
	}
	return n
}

// arrives has the peer take a segment and acknowledge it.
func (r *recovery) arrives(x coming) {
	i := uint32(x.segment) + 1
	dup := i < r.peer.RcvNxt
	for _, b := range r.peer.Blocks {
		dup = dup || b.From <= i && i < b.To
	}
	if i <= r.peer.RcvNxt && x.sent > r.recent {
		r.recent, r.about = x.sent, x.loose
	}
	r.peer.Arrive(oracle.Range{From: i, To: i + 1}, false)
	if r.Float64() < r.unheard {
		return
	}
	r.tie = r.tie || r.stamps && r.recent%time.Millisecond != 0 // what its stamp says depends on when the clock began
	dup = dup && !r.quiet
	blocks := slices.Clone(r.peer.Blocks)
	list, room := []oracle.Range{}, 4-btoi(r.stamps)
	if dup {
		list = append(list, oracle.Range{From: i, To: i + 1})
	}
	list = append(list, blocks...)
	list = list[:min(len(list), room)]
	opts := ""
	if r.stamps {
		opts = fmt.Sprintf("nop, nop, TS val %d ecr %d", stamp(x.at), stamp(r.recent))
	}
	if len(list) > 0 {
		if opts != "" {
			opts += ", "
		}
		opts += "nop, nop, sack"
		for _, b := range list {
			opts += fmt.Sprintf(" %d:%d", r.number(b.From), r.number(b.To))
		}
	}
	a := ack(1, r.number(r.peer.RcvNxt))
	if opts != "" {
		a = a.Options(opts)
	}
	r.c.At(x.at).In(a)
	r.heard = x.at
	said := slices.Clone(list)
	if dup {
		said = said[1:]
	}
	for k := range said {
		said[k].From--
		said[k].To--
	}
	r.s.Acknowledge(x.at, int(r.peer.RcvNxt)-1, said, dup, r.recent)
	r.tie = r.tie || r.s.Close() || r.drawn && (r.s.Vague() || r.stamps && r.about)
	r.send(x.at, false)
}

// number is the sequence number of a segment, which the peer counts from 1.
func (r *recovery) number(i uint32) uint32 { return 1 + (i-1)*uint32(r.s.MSS) }

// figures puts down what has changed of what the stack tells of itself.
func (r *recovery) figures(now time.Duration) {
	f, was := r.s.Figures(), r.told
	if r.looks++; r.window > 0 && r.looks%8 != 0 {
		return // a long program would not fit into a board's memory
	}
	if f != was {
		r.c.At(now)
	}
	for _, x := range []struct {
		name     string
		was, now int64
	}{
		{"ca-state", int64(was.State), int64(f.State)}, {"cwnd", int64(was.Cwnd), int64(f.Cwnd)},
		{"ssthresh", threshold(was.SSThresh), threshold(f.SSThresh)}, {"unacked", int64(was.Unacked), int64(f.Unacked)},
		{"sacked", int64(was.Sacked), int64(f.Sacked)}, {"lost", int64(was.Lost), int64(f.Lost)},
		{"retrans", int64(was.Retransmitted), int64(f.Retransmitted)}, {"retries", int64(was.Timeouts), int64(f.Timeouts)},
		{"rto-us", was.RTO.Microseconds(), f.RTO.Microseconds()}, {"rtt-us", was.SRTT.Microseconds(), f.SRTT.Microseconds()},
		{"rttvar-us", was.RTTVar.Microseconds(), f.RTTVar.Microseconds()},
	} {
		if x.was != x.now || was == (oracle.Figures{}) {
			r.c.Line(fmt.Sprintf("inspect tcp.%s(4) = %d", x.name, x.now), x.name)
		}
	}
	r.told = f
}

func threshold(n int) int64 {
	if n*recoveryMSS >= 1<<29 {
		return math.MaxInt32
	}
	return int64(n)
}
