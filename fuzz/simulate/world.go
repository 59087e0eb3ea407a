package simulate

import (
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"slices"
	"time"

	"stackproof/drivers/segment"
)

// lies are what the simulator's own tests have it do wrong, to see that it is found.
type lies struct {
	send     func(h *host, frame []byte)
	read     func(e *end, b []byte)
	forget   func(e *end) bool
	datagram func(h *host, b []byte)
	forward  func(w *world, frame []byte) bool // the router drops it
	stops    func(w *world) bool               // the switches do nothing
	now      func(w *world)                    // whenever something happens
	examine  func(h *host) string
}

// world is a network at work.
type world struct {
	plan     *Plan
	now      time.Duration
	lans     [lans]*segment.Segment
	due      [lans]time.Duration // when something arrives there
	busy     [lans]bool
	hosts    []*host
	byID     map[int]*host
	router   *router
	villains []*villain

	events []event
	order  int
	active []*Fault // that go on now

	conns     []*conn
	datagrams []*datagrams
	flows     map[flow]*flowState
	asked     map[question]time.Duration
	scratch   []byte

	healed   bool
	healedAt time.Duration
	closing  bool

	hits    [goals]uint64
	attacks [hostiles]int
	checks  int
	bytes   uint64
	frames  uint64
	trace   uint64
	tape    tape
	lies    lies
	err     error
}

// event is something that the plan has happen.
type event struct {
	at    time.Duration
	order int
	do    func()
}

// tape is who wants to see the frames; it may be nil.
type tape interface {
	Frame(iface int, at time.Duration, frame []byte, comment string)
}

func newWorld(p *Plan, peer Peer, l lies) (*world, error) {
	w := &world{plan: p, byID: map[int]*host{}, flows: map[flow]*flowState{}, asked: map[question]time.Duration{}, lies: l}
	var ports [lans]int
	for i := range w.lans {
		ports[i] = 2 // the router and the villain
	}
	place := map[int]int{}
	for i := range p.Hosts {
		h := &p.Hosts[i]
		place[h.ID] = ports[h.LAN]
		ports[h.LAN]++
	}
	base := 0
	for i := range w.lans {
		s, err := segment.New(segment.Config{
			Ports: make([]segment.Paths, ports[i]), Seed: p.Seed + uint64(i)*0x9e3779b97f4a7c15, Buffers: 400, PortQueue: 200,
			Tap: &tap{w, i, base},
		})
		if err != nil {
			return nil, err
		}
		w.lans[i] = s
		base += 2 * ports[i]
	}
	w.router = newRouter(w)
	for i := range p.Hosts {
		h := newHost(w, &p.Hosts[i], w.lans[p.Hosts[i].LAN].Port(place[p.Hosts[i].ID]), peer)
		w.hosts = append(w.hosts, h)
		w.byID[h.plan.ID] = h
	}
	for i := range p.Apps {
		w.addClient(&p.Apps[i])
	}
	w.rewire()
	for i := range p.Faults {
		w.schedule(&p.Faults[i])
	}
	w.at(p.Safety, w.heal)
	return w, w.err
}

// interfaces names what a tape sees.
func (w *world) interfaces() (names []string) {
	for i := range w.lans {
		names = append(names, fmt.Sprintf("lan%d router sent", i), fmt.Sprintf("lan%d router received", i),
			fmt.Sprintf("lan%d villain sent", i), fmt.Sprintf("lan%d villain received", i))
		for _, h := range w.hosts {
			if h.plan.LAN == i {
				names = append(names, h.name()+" sent", h.name()+" received")
			}
		}
	}
	return names
}

func (w *world) host(id int) *host { return w.byID[id] }

func (w *world) addClient(p *AppPlan) {
	h := w.host(p.Client)
	if p.datagrams() {
		a := &datagrams{plan: p, host: h}
		w.datagrams = append(w.datagrams, a)
		h.clients = append(h.clients, a)
	} else {
		h.clients = append(h.clients, &streams{plan: p, host: h, next: time.Duration(p.ID) * 300 * time.Millisecond})
	}
}

// fail notes the first thing that is wrong.
func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("at %v: %s", w.now, fmt.Sprintf(format, args...))
	}
}

var polynomial = crc64.MakeTable(crc64.ECMA)

// log adds something that an application has seen to the trace.
func (w *world) log(id uint32, what string) {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:], uint64(w.now))
	binary.BigEndian.PutUint32(b[8:], id)
	w.trace = crc64.Update(crc64.Update(w.trace, polynomial, b[:]), polynomial, []byte(what))
}

// tap sees the frames of one wire.
type tap struct {
	w    *world
	lan  int
	base int
}

// Frame implements segment.Tap.
func (t *tap) Frame(iface int, at time.Duration, frame []byte, comment string) {
	w := t.w
	if w.tape != nil {
		w.tape.Frame(t.base+iface, at, frame, comment)
	}
	if iface%2 == 1 {
		return
	}
	w.frames++
	var b [10]byte
	binary.BigEndian.PutUint64(b[:], uint64(at))
	b[8], b[9] = byte(t.base+iface), byte(len(comment))
	w.trace = crc64.Update(crc64.Update(w.trace, polynomial, b[:]), polynomial, frame)
	w.watch(t.lan, iface/2, frame)
}

// at has something happen.
func (w *world) at(at time.Duration, do func()) {
	w.order++
	e := event{at, w.order, do}
	i, _ := slices.BinarySearchFunc(w.events, e, func(a, b event) int {
		if a.at != b.at {
			return int(min(max(a.at-b.at, -1), 1))
		}
		return a.order - b.order
	})
	w.events = slices.Insert(w.events, i, e)
}

// next is when something happens next.
func (w *world) next() (at time.Duration, ok bool) {
	earlier := func(t time.Duration, any bool) {
		if any && (!ok || t < at) {
			at, ok = max(t, w.now), true
		}
	}
	if len(w.events) > 0 {
		earlier(w.events[0].at, true)
	}
	for i := range w.lans {
		earlier(w.due[i], w.busy[i])
	}
	for _, h := range w.hosts {
		earlier(h.next())
	}
	for _, v := range w.villains {
		earlier(v.next())
	}
	return at, ok
}

// run lets time go on until done says so, or something is wrong; at the latest until a time.
func (w *world) run(until time.Duration, done func() bool) {
	stuck := 0
	for w.err == nil && !done() {
		at, ok := w.next()
		if !ok || at > until {
			w.now = until
			return
		}
		if stuck++; at > w.now {
			stuck = 0
		}
		if stuck > rest {
			w.fail("the network does not come to rest")
		}
		w.now = at
		w.instant()
	}
}

// instant lets everything happen that happens now.
func (w *world) instant() {
	for len(w.events) > 0 && w.events[0].at <= w.now {
		e := w.events[0]
		w.events = w.events[1:]
		e.do()
	}
	if w.lies.now != nil {
		w.lies.now(w)
	}
	for i := 0; w.err == nil; i++ {
		moved := false
		for k, l := range w.lans {
			if w.busy[k] = false; w.lies.stops == nil || !w.lies.stops(w) {
				w.due[k], w.busy[k] = l.Poll(w.now)
			}
		}
		for _, h := range w.hosts {
			if h.frozen && !h.dead {
				h.nic.idle(w.now)
			}
			if h.due() {
				h.work()
				moved = true
			}
		}
		moved = w.router.work() || moved
		for _, v := range w.villains {
			moved = v.work() || moved
		}
		if !moved {
			return
		}
		if i == rest {
			w.fail("the network does not come to rest")
		}
	}
}

// checkEvery is how often a host works for each walk through its stack's state, which takes longer than the work.
const checkEvery = 16

// examine looks at what must hold after whatever a host does.
func (w *world) examine(h *host) {
	if why := h.nic.err(); why != "" {
		w.fail("%s: %s", h.name(), why)
	}
	if w.checks++; w.checks%checkEvery == 0 {
		h.check()
	}
	if w.lies.examine != nil {
		if why := w.lies.examine(h); why != "" {
			w.fail("%s: %s", h.name(), why)
		}
	}
}
