package device

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/serve"
	"stackproof/conformance/vm"
)

// ProtocolVersion is the version of the lines that agent and host exchange. It is in the hello line.
const ProtocolVersion = 1

// MaxProgram is the longest encoded program in bytes that an agent runs.
const MaxProgram = 7168

// The words of the lines. The host says:
//
//	hello n=N                  the agent answers with its hello line, and the same n
//	run case=I twin=0|1 seed=H start=H swap=0|1
//	                           run program I of the list once, with these vm.RunOptions; the agent answers with a verdict line
//	link name=NAME             what carries the frames from now on, direct or emac; the agent answers with the same line
//	selftest case=I            test I of the hardware itself; the agent answers with its result
//	run-all                    run every program and its twin; verdict lines, then an end line with counts
//	sut                        from now on the stack-under-test protocol, framed for a line, until its bye
//
// and the agent:
//
//	hello version=1 stack=NAME cases=N hash=H build=H
//	                                   on its start, and with n=N when asked
//	begin case=I twin=0|1              before a run: a panic that follows is this run's
//	verdict case=I twin=0|1 ...        see Agent.verdict
//	selftest case=I of=N name=NAME flaw=WHAT want=N got=N   no flaw: it has passed
//	end runs=N pass=N red=N stack=N    after run-all; stack: see Agent.StackLeft
//	serving                            the answer to sut
//	error what=...                     a line that was not understood
const (
	wordHello   = "hello"
	wordRun     = "run"
	wordLink    = "link"
	wordTest    = "selftest"
	wordRunAll  = "run-all"
	wordSUT     = "sut"
	wordBegin   = "begin"
	wordVerdict = "verdict"
	wordEnd     = "end"
	wordServing = "serving"
	wordError   = "error"
)

// Agent obeys the host's lines: it runs programs of its list on its stack, or serves the stack to the host. It is large:
// keep it in a global. Init makes it ready.
type Agent struct {
	// StackLeft tells how many bytes of the program's own stack were never used so far, for the end line. nil: 0.
	StackLeft func() int
	// Carry chooses what carries the frames, and tells whether there is a link of that name. nil: there is none.
	Carry func(name []byte) bool
	// Build identifies the image, for the hello line; 0: it is not known.
	Build uint64
	// SelfTest runs test i of the hardware and adds its result to the line, as above; false: there is no such test. nil:
	// there are none.
	SelfTest func(i int, l *Line) bool

	blob    Blob
	blobErr BlobErr
	stack   sut.SUT
	out     message.Writer
	machine vm.Machine
	server  serve.Server
	serving bool

	in   [MaxLine]byte
	n    int
	long bool // the line at hand is longer than any line

	line  Line
	caps  sut.Caps
	slots [32]vm.Slot
	// The interpreter's program, queue and data, or the server's buffers: only one of the two is at work.
	memory [MaxProgram + queueLen + dataLen]byte
	slices [serveBuffers][]byte
}

// How the memory is cut: for the interpreter, and for the stack-under-test protocol (one buffer to receive, the others
// for calls with data that are pending). Data and a buffer take a call with more bytes than a queue of TCP holds.
const (
	queueLen     = 6 << 10
	dataLen      = sut.DefaultBuf + 1024
	serveBuffers = 3
	serveBuffer  = (MaxProgram + queueLen + dataLen) / serveBuffers
)

// Init readies the agent: the list in s, the stack, and where its lines go.
func (a *Agent) Init(s Store, stack sut.SUT, out message.Writer) {
	a.blobErr = a.blob.Open(s)
	a.stack, a.out = stack, out
	queue := a.memory[MaxProgram:]
	a.machine.Init(vm.Storage{Queue: queue[:queueLen], Slots: a.slots[:], Data: queue[queueLen:]})
	for i := range a.slices {
		a.slices[i] = a.memory[i*serveBuffer : (i+1)*serveBuffer]
	}
	a.n, a.long, a.serving = 0, false, false
}

// Hello sends the hello line of the start.
func (a *Agent) Hello() { a.hello(nil) }

// hello sends the hello line. An n is the host's, by which it tells the answer from the line of a start.
func (a *Agent) hello(n []byte) {
	if a.blobErr != BlobOK {
		a.fail("the list of cases is bad")
		return
	}
	a.stack.Capabilities(&a.caps)
	a.line.Begin(wordHello).Int("version", ProtocolVersion).Bytes("stack", a.caps.Name[:a.caps.NameLen])
	a.line.Int("cases", int64(a.blob.Count())).Hex("hash", a.blob.Hash()).Hex("build", a.Build)
	if n != nil {
		a.line.Bytes("n", n)
	}
	a.say(&a.line)
}

// Feed takes bytes that came from the host, and does what they ask. It returns when that is done.
func (a *Agent) Feed(p []byte) {
	for len(p) > 0 {
		if a.serving {
			if a.server.Feed(p) != serve.Serving {
				a.serving = false
			}
			return // what came behind a bye is not a line's beginning
		}
		c := p[0]
		p = p[1:]
		switch {
		case c == '\n':
			a.obey()
			a.n, a.long = 0, false
		case a.n == len(a.in):
			a.long = true
		default:
			a.in[a.n] = c
			a.n++
		}
	}
}

// obey carries out the line that has come.
func (a *Agent) obey() {
	w, ok := ParseLine(a.in[:a.n])
	switch {
	case !ok || a.long:
		if a.n > 0 {
			a.fail("no line")
		}
	case w.Is(wordHello):
		a.hello(w.Get("n"))
	case w.Is(wordRun):
		i, ok1 := w.Int("case")
		twin, ok2 := w.Int("twin")
		seed, ok3 := w.Hex("seed")
		start, ok4 := w.Hex("start")
		swap, ok5 := w.Int("swap")
		if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || i < 0 || i >= int64(a.blob.Count()) {
			a.fail("no such run")
			return
		}
		a.run(int(i), vm.RunOptions{Twin: twin != 0, Seed: seed, Start: sut.Time(start), Swap: swap != 0})
	case w.Is(wordLink):
		name := w.Get("name")
		if a.Carry == nil || !a.Carry(name) {
			a.fail("no such link")
			return
		}
		a.say(a.line.Begin(wordLink).Bytes("name", name))
	case w.Is(wordTest):
		i, ok := w.Int("case")
		if !ok || a.SelfTest == nil || !a.SelfTest(int(i), a.line.Begin(wordTest).Int("case", i)) {
			a.fail("no such test")
			return
		}
		a.say(&a.line)
	case w.Is(wordRunAll):
		a.runAll()
	case w.Is(wordSUT):
		a.say(a.line.Begin(wordServing))
		a.server.Init(a.stack, a.out, message.Line, a.slices[:])
		a.serving = true
	default:
		a.fail("unknown word")
	}
}

func (a *Agent) runAll() {
	var runs, pass, red int64
	for i := range a.blob.Count() {
		for _, twin := range [2]bool{false, true} {
			runs++
			o, isRed := a.run(i, vm.RunOptions{Twin: twin})
			if !twin && o == vm.Pass {
				pass++
			}
			if twin && isRed {
				red++
			}
		}
	}
	left := 0
	if a.StackLeft != nil {
		left = a.StackLeft()
	}
	a.say(a.line.Begin(wordEnd).Int("runs", runs).Int("pass", pass).Int("red", red).Int("stack", int64(left)))
}

// run runs one program once and reports it.
func (a *Agent) run(i int, opt vm.RunOptions) (o vm.Outcome, red bool) {
	a.say(a.line.Begin(wordBegin).Int("case", int64(i)).Int("twin", bit(opt.Twin)))
	b, e := a.blob.Program(i, a.memory[:MaxProgram])
	if e != BlobOK {
		a.fail("the program cannot be read")
		return vm.NotRun, false
	}
	v := a.machine.Run(b, a.stack, opt, nil)
	a.verdict(i, opt.Twin, &v)
	return v.Outcome, v.Red(a.machine.Fault())
}

// verdict reports a run: all of vm.Verdict, numbers as they are, so that the host has the very value. Addresses that
// are zero are left out.
func (a *Agent) verdict(i int, twin bool, v *vm.Verdict) {
	l := a.line.Begin(wordVerdict).Int("case", int64(i)).Int("twin", bit(twin))
	l.Int("o", int64(v.Outcome)).Int("r", int64(v.Reason)).Int("e", int64(v.Event)).Int("pl", bit(v.Planted))
	l.Int("df", int64(v.Defect.Flaw)).Int("da", int64(v.Defect.At))
	l.Int("p", int64(v.Part)).Int("f", int64(v.Field)).Int("i", int64(v.Index))
	l.Hex("w", v.Want).Hex("g", v.Got)
	if v.WantAddr != ([16]byte{}) || v.GotAddr != ([16]byte{}) {
		l.Hex("wa", be64(v.WantAddr[:8])).Hex("wb", be64(v.WantAddr[8:]))
		l.Hex("ga", be64(v.GotAddr[:8])).Hex("gb", be64(v.GotAddr[8:]))
	}
	a.say(l.Int("ns", int64(v.At)).Int("isn", int64(v.ISN)).Hex("hash", v.Hash))
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func be64(b []byte) (n uint64) {
	for _, c := range b[:8] {
		n = n<<8 | uint64(c)
	}
	return n
}

func (a *Agent) fail(what string) { a.say(a.line.Begin(wordError).Str("what", what)) }

func (a *Agent) say(l *Line) { _, _ = a.out.Write(l.End()) } // nobody is there to hear of an error
