package tcp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// A script is a test of one connection. Each line is one step; numbers count from the two initial sequence numbers, as
// in packetdrill.
//
//	listen, connect          open
//	< S. 0:0(0) ack 1 win 9  a segment arrives; its options: mss N, ws N, sackOK, ts VAL:ECR, sack 1:2,5:6
//	< [ce] . 1:11(10) ack 1  with a mark of congestion; noecn, ect0, ect1: with none
//	> . 1:1(0) ack 1         the next segment sent is this one; win and mss are looked at only if given; with the word
//	                         options, which options it has: "options none", "options mss 1460 sackOK"
//	> nothing
//	+1s                      time passes; it is an error if a timer runs out before, or none does at the end (+1s idle: none)
//	write 10, read 10, shutdown, close, abort, nodelay, cork, uncork, more 10, lower 500 (the MSS), refuse
//	keepalive 10s            switched on with this idle time; 0s: off
//	user-timeout 10s
//	queue 1000               Settings.RcvBuf
//	= ESTABLISHED            the state; "= CLOSED reset" also how it failed
//	drop outside-window      what the last segment's result said
//	unread 10, unsent 10     bytes in the queues
//	deadline 1s              how far away it is; "none"
//	# ...                    a comment
//
// At the end nothing may be left to send. The application's data is checked byte for byte.
type script struct {
	t        *testing.T
	c        Conn
	cfg      Config
	irs      Seq
	now      time.Duration
	rx, tx   Ring
	rxb, txb []byte
	read     int // bytes that the application has read
	written  int
	last     Result
	resets   []Segment
	line     string
}

// scriptISNs are the initial sequence numbers that every script is run with: at the start, at the edge of the signed
// numbers and at the wrap.
var scriptISNs = []struct{ iss, irs Seq }{
	{1000, 5000},
	{1<<31 - 8, 1<<31 + 3},
	{1<<32 - 1, 1<<31 - 1},
	{1<<32 - 700, 1<<32 - 1},
}

// runScript returns the last run.
func runScript(t *testing.T, text string, opts ...func(*Config)) (s *script) {
	t.Helper()
	for _, isn := range scriptISNs {
		t.Run(fmt.Sprintf("iss=%d", isn.iss), func(t *testing.T) {
			s = &script{t: t, irs: isn.irs, now: time.Hour}
			s.cfg = Config{ISS: isn.iss, MSS: 1460, DefaultMSS: 536, RcvBuf: 4000,
				Settings: Settings{Tuning: Tuning{Reno: true, NoRACK: true}}} // recent has others
			for _, o := range opts {
				o(&s.cfg)
			}
			s.rxb, s.txb = make([]byte, s.cfg.RcvBuf), make([]byte, 1<<16)
			for _, l := range strings.Split(text, "\n") {
				if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
					s.line = l
					s.step(strings.Fields(l))
				}
			}
			s.line = "(end)"
			s.expect("nothing")
		})
	}
	return s
}

func (s *script) step(f []string) {
	switch f[0] {
	case "listen":
		s.c.Listen(s.cfg)
	case "connect":
		s.c.Connect(s.cfg)
		s.c.Tick(s.now)
	case "<":
		s.arrive(f[1:])
	case ">":
		s.expect(strings.Join(f[1:], " "))
	case "=":
		require.Equal(s.t, f[1], s.c.State().String(), s.line)
		if len(f) > 2 {
			require.Equal(s.t, f[2], failureName(s.c.Failure()), s.line)
		}
	case "drop":
		require.Equal(s.t, f[1], s.last.Drop.String(), s.line)
	case "deadline":
		at, ok := s.c.Deadline()
		got := "none"
		if ok {
			got = (at - s.now).String()
		}
		require.Equal(s.t, f[1], got, s.line)
	case "unread":
		require.Equal(s.t, s.number(f[1]), s.rx.Len(), s.line)
	case "unsent":
		require.Equal(s.t, s.number(f[1]), s.tx.Len(), s.line)
	default:
		if f[0][0] == '+' {
			s.pass(f)
			return
		}
		s.call(f)
	}
}

func (s *script) call(f []string) {
	switch f[0] {
	case "write":
		n := s.number(f[1])
		p := make([]byte, n)
		for i := range p {
			p[i] = pattern(s.written + i)
		}
		require.Equal(s.t, n, s.tx.Write(s.txb, p), s.line)
		s.written += n
		s.c.Write(n)
	case "read":
		p := make([]byte, s.number(f[1]))
		require.Equal(s.t, len(p), s.rx.Peek(s.rxb, 0, p), s.line)
		for i := range p {
			require.Equal(s.t, pattern(s.read+i), p[i], "%s: byte %d", s.line, s.read+i)
		}
		s.rx.Discard(s.rxb, len(p))
		s.read += len(p)
		s.c.Read(len(p))
	case "shutdown":
		s.c.Shutdown()
	case "close":
		s.c.Close()
	case "abort":
		s.c.Abort()
	case "lower":
		s.c.LowerMSS(s.number(f[1]))
	case "refuse":
		s.c.Refuse()
	case "more": // write 10, with more to follow
		s.call([]string{"write", f[1]})
		s.c.More(s.number(f[1]))
	case "cork", "uncork":
		v := *s.c.Settings()
		v.Cork = f[0] == "cork"
		s.c.Set(&v)
	case "nodelay":
		v := *s.c.Settings()
		v.NoDelay = true
		s.c.Set(&v)
	case "queue":
		v := *s.c.Settings()
		v.RcvBuf = int32(s.number(f[1]))
		s.c.Set(&v)
	case "keepalive", "user-timeout":
		v := *s.c.Settings()
		d, err := time.ParseDuration(f[1])
		require.NoError(s.t, err, s.line)
		if f[0] == "keepalive" {
			v.KeepAlive, v.KeepIdle = d != 0, d
		} else {
			v.UserTimeout = d
		}
		s.c.Set(&v)
	default:
		s.t.Fatalf("%s: no such step", s.line)
	}
	s.c.Tick(s.now)
}

func (s *script) pass(f []string) {
	d, err := time.ParseDuration(f[0][1:])
	require.NoError(s.t, err, s.line)
	idle := len(f) > 1 && f[1] == "idle"
	at, ok := s.c.Deadline()
	if idle {
		require.False(s.t, ok && at <= s.now+d, "%s: a timer runs out after %v", s.line, at-s.now)
	} else {
		require.True(s.t, ok, "%s: no timer runs", s.line)
		require.Equal(s.t, d, at-s.now, "%s: when the next timer runs out", s.line)
	}
	s.now += d
	s.c.Tick(s.now)
}

// arrive parses and delivers a segment. Its data is that of the stream at its sequence number.
func (s *script) arrive(f []string) {
	g := Segment{Wnd: 10000}
	if ecn := slices.Index(codePoints, f[0]); ecn >= 0 {
		g.ECN, f = uint8(ecn), f[1:]
	}
	g.Flags = s.flags(f[0])
	var from, to, n int
	_, err := fmt.Sscanf(f[1], "%d:%d(%d)", &from, &to, &n)
	require.NoError(s.t, err, s.line)
	require.Equal(s.t, to-from, n, s.line)
	g.Seq, g.Len = s.irs.Add(from), n
	for i := 2; i < len(f); i += 2 {
		if f[i] == "sackOK" {
			g.SACKPermitted = true
			i--
			continue
		}
		if f[i] == "sack" {
			s.sackBlocks(&g.Options, f[i+1])
			continue
		}
		if f[i] == "ts" {
			_, err := fmt.Sscanf(f[i+1], "%d:%d", &g.TSVal, &g.TSEcr)
			require.NoError(s.t, err, s.line)
			g.HasTS = true
			continue
		}
		v := s.number(f[i+1])
		switch f[i] {
		case "ack":
			g.Ack = s.cfg.ISS.Add(v)
		case "win":
			g.Wnd = uint16(v)
		case "mss":
			g.HasMSS, g.MSS = true, uint16(v)
		case "ws":
			g.HasWScale, g.WScale = true, uint8(v)
		default:
			s.t.Fatalf("%s: what is %s?", s.line, f[i])
		}
	}
	s.last = s.c.Arrive(s.now, g)
	data := make([]byte, g.Len)
	first := from - 1
	if g.Flags.Has(SYN) {
		first = from
	}
	for i := range data {
		data[i] = pattern(first + i)
	}
	s.take(g, data)
}

// take does what the owner of a connection has to do.
func (s *script) take(g Segment, data []byte) {
	r := s.last
	if r.Reset {
		if rst, ok := Reset(&g); ok {
			s.resets = append(s.resets, rst)
		}
	}
	s.tx.Discard(s.txb, r.Acked)
	require.Equal(s.t, r.Len, r.Store(&s.rx, s.rxb, data), "%s: no room", s.line)
}

// expect compares the next segment with want.
func (s *script) expect(want string) {
	got, g, p := "nothing", Segment{}, Plan{}
	if len(s.resets) > 0 {
		g, s.resets = s.resets[0], s.resets[1:]
		got = s.format(g, want)
	} else if next, ok := s.c.Next(); ok {
		p, g = next, next.Segment
		got = s.format(g, want)
		s.checkData(p)
		s.c.Sent(s.now, &p)
	}
	require.Equal(s.t, want, got, s.line)
}

func (s *script) checkData(p Plan) {
	if p.Seq.Add(1) == s.c.sndNxt && s.c.mode == timerKeepAlive {
		return // garbage
	}
	data := make([]byte, p.Len)
	require.Equal(s.t, p.Len, s.tx.Peek(s.txb, p.Offset, data), s.line)
	for i := range data {
		require.Equal(s.t, pattern(p.Seq.Sub(s.cfg.ISS)-1+i), data[i], "%s: byte %d", s.line, i)
	}
}

// format writes a sent segment as scripts do, with win and mss only if want has them.
func (s *script) format(g Segment, want string) string {
	seq, ack := g.Seq.Sub(s.cfg.ISS), g.Ack.Sub(s.irs)
	out := fmt.Sprintf("%v %d:%d(%d)", g.Flags, seq, seq+g.Len, g.Len)
	if g.Flags.Has(ACK) {
		out += " ack " + itoa(ack)
	}
	if g.ECN != 0 {
		out = codePoints[g.ECN] + " " + out
	}
	if strings.Contains(want, "win") {
		out += " win " + itoa(int(g.Wnd))
	}
	switch {
	case strings.Contains(want, "options"):
		return out + " options" + s.optionText(&g.Options)
	case strings.Contains(want, "mss") && g.HasMSS:
		return out + " mss " + itoa(int(g.MSS))
	}
	return out
}

// sackBlocks parses blocks, which are relative as acknowledgments are.
func (s *script) sackBlocks(o *Options, text string) {
	for _, b := range strings.Split(text, ",") {
		left, right, ok := strings.Cut(b, ":")
		require.True(s.t, ok, s.line)
		o.SACK[o.NSACK] = wire.SACKBlock{
			Left: uint32(s.cfg.ISS.Add(s.number(left))), Right: uint32(s.cfg.ISS.Add(s.number(right))),
		}
		o.NSACK++
	}
}

// optionText writes options as scripts do.
func (s *script) optionText(o *Options) (out string) {
	if o.HasMSS {
		out += " mss " + itoa(int(o.MSS))
	}
	if o.SACKPermitted {
		out += " sackOK"
	}
	if o.HasTS {
		out += fmt.Sprintf(" ts %d:%d", o.TSVal, o.TSEcr)
	}
	if o.HasWScale {
		out += " ws " + itoa(int(o.WScale))
	}
	for i, b := range o.SACK[:o.NSACK] {
		sep := ","
		if i == 0 {
			sep = " sack "
		}
		out += fmt.Sprintf("%s%d:%d", sep, Seq(b.Left).Sub(s.irs), Seq(b.Right).Sub(s.irs))
	}
	if out == "" {
		return " none"
	}
	return out
}

// codePoints are what the header of a packet says of congestion (RFC 3168 5).
var codePoints = []string{"[noecn]", "[ect1]", "[ect0]", "[ce]"}

func (s *script) flags(text string) (f Flags) {
	for _, r := range text {
		i := strings.IndexRune("FSRP.UEW", r)
		require.GreaterOrEqual(s.t, i, 0, s.line)
		f |= 1 << i
	}
	return f
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	require.NoError(s.t, err, s.line)
	return n
}

// pattern is byte i of every stream in the tests.
func pattern(i int) byte { return byte(i*31 + i>>8*7 + 5) }

func failureName(f Failure) string {
	return [...]string{"in-order", "refused", "reset", "timed-out", "aborted"}[f]
}

// scripts runs a table of scripts.
func scripts(t *testing.T, table []scriptCase) {
	t.Helper()
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) { runScript(t, c.text, c.opts...) })
	}
}

// scriptCase names the clause that a script is about.
type scriptCase struct {
	name string
	text string
	opts []func(*Config)
}

// The usual beginnings. The peer's window is large, its MSS 1000.
const (
	established = `
		connect
		> S 0:0(0) win 4000 mss 1460
		< S. 0:0(0) ack 1 win 10000 mss 1000
		> . 1:1(0) ack 1
		= ESTABLISHED
	`
	accepted = `
		listen
		< S 0:0(0) win 10000 mss 1000
		> S. 0:0(0) ack 1 win 4000 mss 1460
		< . 1:1(0) ack 1 win 10000
		= ESTABLISHED
	`
)

func itoa(n int) string { return strconv.Itoa(n) }

func repeat(n int, text string) string { return strings.Repeat(text, n) }

// segments expects n full segments of which none is the last.
func segments(from, n int) (text string) {
	for i := range n {
		at := from + 1000*i
		text += fmt.Sprintf("> . %d:%d(1000) ack 1\n", at, at+1000)
	}
	return text
}

// full is the same with PSH on the last: it is the end of what was written.
func full(from, n int) string {
	last := from + 1000*(n-1)
	return segments(from, n-1) + fmt.Sprintf("> P. %d:%d(1000) ack 1\n", last, last+1000)
}
