package check

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/remote"
	"stackproof/conformance/sut/serve"
	"stackproof/conformance/sut/shim"
)

// childVar tells the test binary, started as a child, what to be.
const childVar = "STACKPROOF_TEST_CHILD"

func TestMain(m *testing.M) {
	mode := os.Getenv(childVar)
	if mode == "" {
		flag.Parse()
		_ = flag.Set("test.parallel", "8") // what runs in parallel here waits for shims that hang, not for a processor
		os.Exit(m.Run())
	}
	child, ok := children[mode]
	if !ok {
		fmt.Fprintf(os.Stderr, "no such child: %q\n", mode)
		os.Exit(9)
	}
	child()
}

// spawn is a command that runs this test binary as a child of that mode.
func spawn(mode string) *remote.Command {
	return &remote.Command{Argv: []string{os.Args[0]}, Env: []string{childVar + "=" + mode}}
}

// children are the shims of the tests: one that is right, and ways to be wrong.
var children = map[string]func(){
	"good":              func() { run(large.New()) },
	"good without tcp":  func() { run(&faulty{Host: large.New(), noTCP: true}) },
	"nothing":           func() { run(&nothing{}) },
	"exits":             func() { os.Exit(3) },
	"hangs":             hang,
	"text":              func() { fmt.Println("starting up ..."); hang() },
	"crashes in a call": func() { run(&faulty{Host: large.New(), call: func() { panic("nil pointer") }}) },
	"hangs in a call":   func() { run(&faulty{Host: large.New(), call: hang}) },
	"yes to everything": yes,
	"yes to operations": func() { wrongly(func(r *request) { r.op &= 15 }) },
	"guesses names":     func() { wrongly(guess) },
	"takes what is cut": func() { wrongly(lengthen) },
	"claims everything": func() { run(&nothing{claim: 1<<13 - 1}) },
	"claims tcp": func() {
		run(&faulty{Host: large.New(), noTCP: true, caps: func(c *sut.Caps) { c.Features |= 1 << sut.FeatureTCP }})
	},
	"declares no ipv6": func() {
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features &^= 1 << sut.FeatureIPv6 }})
	},
	"declares no udp": func() {
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features &^= 1 << sut.FeatureUDP }})
	},
	"declares no link": func() {
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features &^= 1 << sut.FeatureLink }})
	},
	"declares no counter": func() {
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features &^= 1 << sut.FeatureCounter }})
	},
	"declares no arp": func() {
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features &^= 1 << sut.FeatureARP }})
	},
	"declares nonsense": func() { run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.Features |= 1 << 30 }}) },
	"has no name":       func() { run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { c.NameLen = 0 }}) },
	"changes its mind": func() {
		n := 0
		run(&faulty{Host: large.New(), caps: func(c *sut.Caps) { n++; c.Tick = sut.Time(n) }})
	},
	"refuses a reset":       func() { run(&faulty{Host: large.New(), resets: "refuses"}) },
	"waits for nothing":     func() { run(&faulty{Host: large.New(), noTCP: true, calls: "never"}) },
	"resets nothing":        func() { run(&faulty{Host: large.New(), resets: "nothing"}) },
	"ignores the seed":      func() { run(&faulty{Host: large.New(), resets: "one seed"}) },
	"its own seed":          func() { run(&faulty{Host: large.New(), resets: "own seed"}) },
	"keeps the link":        func() { run(&faulty{Host: large.New(), resets: "keeps link"}) },
	"its own clock":         func() { run(&faulty{Host: large.New(), noTCP: true, clock: "own"}) },
	"acts early":            func() { run(&faulty{Host: large.New(), noTCP: true, clock: "early"}) },
	"acts at the last step": func() { run(&faulty{Host: large.New(), noTCP: true, clock: "last step"}) },
	"acts in the future":    func() { run(&faulty{Host: large.New(), noTCP: true, clock: "future"}) },
	"time runs back":        func() { run(&faulty{Host: large.New(), clock: "back"}) },
	"never completes":       func() { run(&faulty{Host: large.New(), calls: "never"}) },
	"never waits":           func() { run(&faulty{Host: large.New(), calls: "at once"}) },
	"cancels nothing":       func() { run(&faulty{Host: large.New(), calls: "no cancel"}) },
	"link stays up":         func() { run(&faulty{Host: large.New(), link: true}) },
	"hangs at a frame":      func() { run(&stuck{large.New()}) },
	"hangs after bye":       func() { run(large.New()); hang() },
	"ends badly":            func() { run(large.New()); os.Exit(5) },
	"counts nothing":        func() { run(&faulty{Host: large.New(), counts: true}) },
}

// stuck is a stack that does not return from a frame.
type stuck struct{ *inproc.Host }

func (*stuck) Deliver([]byte, sut.Sink) sut.Status { hang(); return sut.OK }

// someName is the names by which the checks try nonsense.
var someName = regexp.MustCompile("\x07(unknown|x[0-9a-f]{6})")

// guess takes a name that it does not know for one that it knows.
func guess(r *request) {
	known := map[byte]string{5: "close", 8: "tcp.msl-ms", 9: "drops"}[r.op]
	if r.op == 5 && !someName.Match(r.args[:8]) {
		known = "SO_REUSEADDR"
	}
	r.args = someName.ReplaceAllLiteral(r.args, append([]byte{byte(len(known))}, known...))
}

// lengthen takes what is missing of a time for zeros.
func lengthen(r *request) {
	for r.op == 4 && len(r.args) < 8 {
		r.args = append(r.args, 0)
	}
}

func run(s sut.SUT) {
	if err := shim.Run(s, os.Stdin, os.Stdout, message.Pipe); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// request is a message on its way to the server, to be changed.
type request struct {
	op   byte
	id   [2]byte
	args []byte
}

// wrongly serves a good stack after it has changed each request.
func wrongly(change func(*request)) {
	var server serve.Server
	server.Init(large.New(), os.Stdout, message.Pipe, [][]byte{make([]byte, 4096), make([]byte, 4096)})
	var split message.Splitter
	split.Init(message.Pipe, make([]byte, 4096))
	in := make([]byte, 4096)
	for {
		n, err := os.Stdin.Read(in)
		if err != nil {
			return
		}
		for p := in[:n]; len(p) > 0; {
			taken, found := split.Feed(p)
			p = p[taken:]
			if found != message.Whole {
				continue
			}
			b := bytes.Clone(split.Body())
			r := request{b[0], [2]byte(b[1:3]), b[3:]}
			change(&r)
			b = append([]byte{r.op, r.id[0], r.id[1]}, r.args...)
			if server.Feed(append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)) != serve.Serving {
				return
			}
		}
	}
}

// yes says ok to whatever comes, and ends after bye, with the capabilities of a stack that has everything.
func yes() {
	var split message.Splitter
	split.Init(message.Pipe, make([]byte, 4096))
	var send message.Sender
	send.Init(os.Stdout, message.Pipe)
	in, head := make([]byte, 4096), make([]byte, message.MaxHead)
	for {
		n, err := os.Stdin.Read(in)
		if err != nil {
			return
		}
		for p := in[:n]; len(p) > 0; {
			taken, found := split.Feed(p)
			p = p[taken:]
			if found == message.Whole {
				op, id := message.RequestID(split.Body())
				caps := sut.Caps{Version: sut.Version, NameLen: 3, Features: 1<<12 - 1}
				a := message.Answer{Op: op | message.Reply, ID: id, Caps: caps, MaxBody: message.MaxBody}
				n, _ := a.PutHead(head)
				send.Send(head[:n], nil)
				if op == message.Bye {
					return
				}
			}
		}
	}
}

// nothing is a stack that has nothing, and may claim more.
type nothing struct {
	claim sut.Features
	now   sut.Time
}

func (s *nothing) Capabilities(c *sut.Caps) sut.Status {
	*c = sut.Caps{Version: sut.Version, NameLen: 1, Name: [32]byte{'n'}, Features: s.claim}
	return sut.OK
}
func (s *nothing) Reset(*sut.Config) sut.Status        { s.now = 0; return sut.OK }
func (s *nothing) Deliver([]byte, sut.Sink) sut.Status { return sut.OK }
func (s *nothing) Advance(to sut.Time, _ sut.Sink) sut.Status {
	if to < s.now {
		return sut.Malformed
	}
	s.now = to
	return sut.OK
}
func (s *nothing) Call(*sut.Call, *sut.Result, sut.Sink) sut.Status { return sut.Unsupported }
func (s *nothing) Cancel(sut.CallID, sut.Sink) sut.Status           { return sut.Malformed }
func (s *nothing) Link(bool, sut.Sink) sut.Status                   { return sut.Unsupported }
func (s *nothing) Knob(sut.Knob, int64, sut.Sink) sut.Status        { return sut.Unsupported }
func (s *nothing) Inspect(sut.Figure, sut.FD, *int64) sut.Status    { return sut.Unsupported }
func (s *nothing) Next() (sut.Time, bool)                           { return 0, false }

// faulty is a good stack with one fault.
type faulty struct {
	*inproc.Host
	noTCP  bool // no fault: a stack without TCP
	call   func()
	caps   func(*sut.Caps)
	resets string
	clock  string
	calls  string
	link   bool
	counts bool

	seed   uint64
	ready  bool
	down   bool
	now    sut.Time
	target sut.Time
	start  time.Time
}

func (f *faulty) Capabilities(c *sut.Caps) sut.Status {
	st := f.Host.Capabilities(c)
	if f.noTCP {
		c.Features &^= 1<<sut.FeatureTCP | 1<<sut.FeatureTCPInfo | 1<<sut.FeatureUrgent
	}
	if f.caps != nil {
		f.caps(c)
	}
	return st
}

func (f *faulty) Reset(cfg *sut.Config) sut.Status {
	c := *cfg
	switch f.resets {
	case "refuses":
		return sut.Unsupported
	case "nothing":
		if f.ready {
			return sut.OK
		}
	case "one seed":
		c.Seed = 1
	case "own seed":
		f.seed++
		c.Seed = f.seed
	}
	f.ready, f.now, f.start = true, 0, time.Now()
	st := f.Host.Reset(&c)
	if f.resets == "keeps link" && f.down {
		f.Host.Link(false, discard{})
	}
	return st
}

func (f *faulty) Advance(to sut.Time, out sut.Sink) sut.Status {
	if to < f.now && f.clock != "back" {
		return sut.Malformed
	}
	defer func() { f.now = to }()
	f.target = to
	switch f.clock {
	case "own": // the machine's, which hardly moves
		return f.Host.Advance(time.Since(f.start), shifted{out, to})
	case "back":
		return f.Host.Advance(max(to, f.now), out)
	case "early":
		return f.Host.Advance(to+1, shifted{out, to})
	case "last step":
		return f.Host.Advance(to, shifted{out, to})
	case "future":
		return f.Host.Advance(to, shifted{out, to + time.Second})
	}
	return f.Host.Advance(to, out)
}

func (f *faulty) Next() (sut.Time, bool) {
	switch f.clock {
	case "own":
		return f.now + time.Second, true
	case "early": // it looks one step ahead
		at, ok := f.Host.Next()
		return max(at, f.now+1), ok
	}
	return f.Host.Next()
}

// shifted says of everything that it was at one time.
type shifted struct {
	sut.Sink
	at sut.Time
}

func (s shifted) Frame(_ sut.Time, b []byte)                    { s.Sink.Frame(s.at, b) }
func (s shifted) Done(_ sut.Time, id sut.CallID, r *sut.Result) { s.Sink.Done(s.at, id, r) }

// deaf hears of no completion.
type deaf struct{ sut.Sink }

func (deaf) Done(sut.Time, sut.CallID, *sut.Result) {}

type discard struct{}

func (discard) Frame(sut.Time, []byte)                 {}
func (discard) Done(sut.Time, sut.CallID, *sut.Result) {}

// sink is where what happens outside of Advance goes.
func (f *faulty) sink(out sut.Sink) sut.Sink {
	if f.calls == "never" {
		out = deaf{out}
	}
	if f.clock != "" {
		out = shifted{out, f.now}
	}
	return out
}

func (f *faulty) Deliver(b []byte, out sut.Sink) sut.Status { return f.Host.Deliver(b, f.sink(out)) }

func (f *faulty) Call(c *sut.Call, r *sut.Result, out sut.Sink) sut.Status {
	switch {
	case f.call != nil && c.Task == 1:
		f.call()
	case f.noTCP && c.Op == sut.OpSocket && c.Type == sut.TypeStream:
		return sut.Unsupported
	}
	st := f.Host.Call(c, r, f.sink(out))
	if f.calls == "at once" && r.Pending {
		f.Host.Cancel(r.ID, out)
		*r = sut.Result{}
	}
	return st
}

func (f *faulty) Cancel(id sut.CallID, out sut.Sink) sut.Status {
	if f.calls == "no cancel" {
		return sut.OK
	}
	return f.Host.Cancel(id, out)
}

func (f *faulty) Link(up bool, out sut.Sink) sut.Status {
	f.down = !up
	if f.link {
		return sut.OK
	}
	return f.Host.Link(up, out)
}

func (f *faulty) Inspect(fig sut.Figure, fd sut.FD, v *int64) sut.Status {
	switch {
	case f.noTCP && (fig == sut.FigTCPState || fig == sut.FigUrgent):
		return sut.Unsupported
	case f.counts:
		return sut.OK
	}
	return f.Host.Inspect(fig, fd, v)
}

// hang sleeps, and does not merely block: where the runtime sees that nobody can ever wake it, it ends the program.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}
