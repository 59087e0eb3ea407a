package vm

import (
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// Storage is what a Machine works in. All of it is the caller's, and lies fallow between runs.
type Storage struct {
	Queue []byte // the bytes of frames that came and wait for an Expect; 32 KiB hold what scripts leave waiting
	Slots []Slot // as many frames as can wait
	Data  []byte // the data of calls that send a pattern; as long as the longest, or all those that block at once
}

// RunOptions vary a run.
type RunOptions struct {
	Twin bool   // plant the program's fault
	Seed uint64 // not 0: instead of the program's
	// Start is when the program begins: until then the stack is left alone, and the program's time 0 is then.
	Start sut.Time
	// Swap has the judge's initial sequence numbers lie before 2^31 in even flows and before 2^32 in odd ones, not the other
	// way round.
	Swap bool
}

// Machine runs programs, one at a time. It is large: keep it in a global or in other storage that lasts.
type Machine struct {
	store Storage
	queue queue

	// Of the run:
	stack  sut.SUT
	tracer Tracer
	twin   bool
	caps   sut.Caps
	prog   Program // its head
	reader Reader
	events int
	letIn  int // index of the last Inject before the fault's target, -1 for none
	v      Verdict
	hash   hash
	down   bool // the stack can be asked no more

	// Of time:
	start  sut.Time // the program's time 0
	now    sut.Time
	from   sut.Time // when the operation that is under way began; its frames come between from and now
	atOnce int      // steps within a millisecond
	left   int      // steps that the event at hand may still take
	steps  int      // as many as an event may take

	// Of the event at hand:
	index int
	ev    Event
	shape frame.Layout
	view  frame.View // of the frame that is built or held against the event
	heard frame.View // of the frame that just came
	seen  flow       // the event's flow, as it will be if the frame is the right one
	diff  Diff
	split uint32 // bytes of a split segment that came already
	part  bool   // the frame at hand is a part of it, and not the last

	// What the program refers to:
	flows   [2 * Flows]flow // TCP's, then UDP's
	vars    [Vars]variable
	streams [MaxFDs]stream
	pending [MaxPending]pending
	sending int // bytes of store.Data in use
	asked   asked

	res    sut.Result // of the call that is being made
	done   sut.Result // of one that blocked
	figure int64
	in     lastFrame // the last frame injected, or the one that is built
	out    lastFrame // the last frame from the stack that an Expect took
	reply  [maxReply]byte
}

// variable is what a Capture took: a number or an address.
type variable struct {
	n   uint32
	b   [16]byte
	set bool
}

// lastFrame is a frame that a later event or fault refers to.
type lastFrame struct {
	n   int // length; 0: there was none yet
	end int // where its packet ends and padding begins
	b   [frame.MaxLen]byte
}

func (l *lastFrame) keep(b []byte, end int) {
	l.n = copy(l.b[:], b)
	l.end = min(end, l.n)
}

// datagram is what the Ethernet frame carries.
func (l *lastFrame) datagram() []byte { return l.b[min(14, l.end):l.end] }

// MaxTick is the coarsest timer granularity that a stack may declare: what it declares is forgiven in every time.
const MaxTick = time.Second

// Init gives the machine its storage. It must come first, once.
func (m *Machine) Init(s Storage) { m.store, m.steps = s, maxSteps }

// Run runs an encoded program against a stack. It answers Pass only if every event was carried out and every
// expectation met. tracer may be nil.
func (m *Machine) Run(prog []byte, stack sut.SUT, opt RunOptions, tracer Tracer) Verdict {
	m.begin(stack, opt, tracer)
	if m.scan(prog) && m.supported() && m.reset(opt) && m.runTo(opt.Start) {
		m.play()
	}
	m.stack, m.tracer = nil, nil
	m.v.ISN, m.v.Hash = m.flows[0].stackISN, uint64(m.hash)
	return m.v
}

func (m *Machine) begin(stack sut.SUT, opt RunOptions, tracer Tracer) {
	m.stack, m.tracer, m.twin = stack, tracer, opt.Twin
	m.v = Verdict{}
	m.hash = hashStart
	m.down = false
	m.start, m.now, m.from, m.atOnce, m.left = opt.Start, 0, 0, 0, m.steps
	m.index, m.split, m.sending = 0, 0, 0
	m.asked.n, m.asked.first = 0, 0
	m.in.n, m.in.end, m.out.n, m.out.end = 0, 0, 0, 0
	m.queue.reset(m.store)
	for i := range m.vars {
		m.vars[i].set = false
	}
	for i := range m.streams {
		m.streams[i] = stream{}
	}
	for i := range m.pending {
		m.pending[i].used = false
	}
}

// scan decodes the whole program before anything runs, and finds what the fault is about.
func (m *Machine) scan(prog []byte) bool {
	m.reader.Open(prog, &m.prog)
	m.events, m.letIn = m.reader.Len(), -1
	for {
		i, ok := m.reader.Next(&m.ev)
		if !ok {
			break
		}
		if m.ev.Kind == Inject && i < int(m.prog.Fault.Target) {
			m.letIn = i
		}
	}
	if bad := m.reader.Bad(); !bad.OK() {
		m.index = int(bad.Event)
		m.diff.number(NoPart, 0, uint64(bad.At), uint64(bad.Code))
		return m.differ(BadProgram, m.index, 0)
	}
	return true
}

// supported holds what the case needs against what the stack declares.
func (m *Machine) supported() bool {
	if !m.must(m.stack.Capabilities(&m.caps)) {
		return false
	}
	if m.caps.Tick < 0 || m.caps.Tick > MaxTick {
		return m.fail(TimeWrong)
	}
	if missing := m.prog.Needs &^ m.caps.Features; missing != 0 {
		m.diff.number(NoPart, 0, uint64(m.prog.Needs), uint64(m.caps.Features))
		return m.differ(NeedsFeature, 0, 0)
	}
	if p := m.prog.Personalities; p != 0 && (m.caps.Personality > 7 || p>>m.caps.Personality&1 == 0) {
		m.diff.number(NoPart, 0, uint64(p), uint64(m.caps.Personality))
		return m.differ(NeedsPersonality, 0, 0)
	}
	return true
}

func (m *Machine) reset(opt RunOptions) bool {
	if opt.Seed != 0 {
		m.prog.Config.Seed = opt.Seed
	}
	for i := range m.flows {
		m.flows[i].begin(m.prog.Config.Seed, i, m.prog.Peer.Port+uint16(i%Flows), opt.Swap)
	}
	st := m.stack.Reset(&m.prog.Config)
	if buf := max(m.prog.Config.RcvBuf, m.prog.Config.SndBuf); st == sut.Unsupported && buf > sut.DefaultBuf {
		m.diff.number(NoPart, 0, uint64(buf), 0)
		return m.differ(NeedsBuffers, 0, 0)
	}
	return m.must(st)
}

// Fault is that of the program which was run last.
func (m *Machine) Fault() *Fault { return &m.prog.Fault }

// play carries the events out, one after the other. Pass is given only here, after the last of them.
func (m *Machine) play() {
	for m.reader.Rewind(); m.running(); {
		i, ok := m.reader.Next(&m.ev)
		if !ok {
			break
		}
		m.index, m.left, m.atOnce = i, m.steps, 0
		m.split = 0
		m.step()
	}
	if m.running() && m.reader.Len() == 0 {
		m.finish()
	}
}
