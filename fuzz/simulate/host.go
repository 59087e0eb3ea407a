package simulate

import (
	"fmt"
	"time"

	"stackproof/drivers/segment"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/posix"
	"stackproof/stack/wire"
)

// app is one application at work.
type app interface {
	// step does what can be done now, and tells whether anything was.
	step() bool
	// wake is when it wants to be stepped though nothing has come.
	wake() (at time.Duration, ok bool)
}

// server is an application that is closed when all is over.
type server interface {
	app
	stop()
}

// client is one that has something to achieve.
type client interface {
	app
	satisfied() bool
	stuck() string
	open() int
	reset()
}

func (a *datagrams) open() int {
	if a.up {
		return 1
	}
	return 0
}

// host is a computer: interface, stack, sockets, applications.
type host struct {
	world   *world
	plan    *HostPlan
	mac     [6]byte
	addr    [2]wire.Addr // IPv4, IPv6
	nic     nic
	port    *segment.Port
	memory  *memory
	stack   stack.Stack
	other   *other // instead of it: one that is none of ours
	face    sockets
	clients []client
	servers []server

	boot    time.Duration // when its clock was at zero
	life    int
	entropy [32]byte
	dead    bool // it is down
	frozen  bool // it does nothing, but for what comes to its interface
	flapped time.Duration
	kicked  bool
	linked  bool // as the other stack knows
	full    bool // it has had no room for a connection
	starved bool // there was no transmit buffer

	stackAt time.Duration // when the stack wants to be polled, in the world's time
	stackOK bool
	ends    int // of connections

	overflows   uint32                            // of the EMAC
	resent      uint64                            // segments that had been sent again when the link came up
	closedFirst map[socket.Endpoint]time.Duration // when a connection ended whose server closed first, by its client
}

// memory is what a host works in.
type memory struct {
	stack       stack.Storage
	sockets     []socket.Socket
	memberships []socket.Membership
	descriptors []posix.Descriptor
	files       []posix.File
	lwip        []lwip.Socket
}

// Rows and bytes of a host's tables.
const (
	mtu       = 1500
	endpoints = 10
	udpQueue  = 20_000
)

func newMemory(p *HostPlan, small bool) *memory {
	neighbours, waiting, rows, slots := 8, 3, 3, p.Conns
	if small {
		neighbours, waiting, rows, slots = 4, 1, 1, max(4, p.Conns*2/3)
	}
	return &memory{
		stack: stack.Storage{
			Groups: make([]stack.Group, 4), Neighbours: make([]neighbour.Entry, neighbours), Waiting: make([]byte, waiting*mtu),
			UDP: make([]stack.UDPEndpoint, endpoints), UDPBuffer: make([]byte, endpoints*udpQueue),
			TCP: make([]stack.TCPConn, p.Conns+2), TCPBuffer: make([]byte, slots*2*p.Queue), TCPSlots: slots,
			Reassembly: make([]reassembly.Entry, rows), ReassemblyBuffer: make([]byte, rows*12_000), Staging: make([]byte, 9000),
			Loop: make([]byte, 3*(mtu+2)),
		},
		sockets: make([]socket.Socket, p.Sockets+2), memberships: make([]socket.Membership, 4),
		descriptors: make([]posix.Descriptor, p.Sockets), files: make([]posix.File, p.Sockets+8), lwip: make([]lwip.Socket, p.Sockets),
	}
}

// Addresses are in the ranges for documentation (RFC 5737, RFC 3849); the router is .1.
func macOf(lan, n int) [6]byte { return [6]byte{2, 0, 0, 0, byte(lan), byte(n)} }

func addr4(lan, n int) wire.Addr {
	return wire.IPv4([...]byte{192, 198}[lan], [...]byte{0, 51}[lan], [...]byte{2, 100}[lan], byte(n))
}

func addr6(lan, n int) wire.Addr {
	return wire.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 7: byte(lan + 1), 15: byte(n)})
}

const (
	routerNumber  = 1
	villainNumber = 2
	firstNumber   = 10 // and a host's
)

func newHost(w *world, p *HostPlan, port *segment.Port, peer Peer) *host {
	n := firstNumber + p.ID
	h := &host{world: w, plan: p, mac: macOf(p.LAN, n), port: port, addr: [2]wire.Addr{addr4(p.LAN, n), addr6(p.LAN, n)}}
	d := newDice(w.plan.Seed, "entropy of "+p.name())
	for i := range h.entropy {
		h.entropy[i] = byte(d.Uint32())
	}
	if p.Face == "peer" {
		h.other = newOther(h, peer())
	} else {
		h.memory = newMemory(p, w.plan.Small)
	}
	if p.EMAC {
		h.nic = newModelled(h, port, h.mac, w.plan.Seed+uint64(p.ID))
	} else {
		h.nic = &plain{Port: port, host: h}
	}
	h.start()
	return h
}

func (h *host) name() string { return h.plan.name() }

// local is the host's own time.
func (h *host) local() time.Duration { return h.world.now - h.boot }

func (h *host) endpoint(v6 bool, port uint16) socket.Endpoint {
	if v6 {
		return socket.Endpoint{Addr: h.addr[1], Port: port}
	}
	return socket.Endpoint{Addr: h.addr[0], Port: port}
}

func anywhere(v6 bool, port uint16) socket.Endpoint {
	if v6 {
		return socket.Endpoint{Addr: wire.Any6, Port: port}
	}
	return socket.Endpoint{Addr: wire.Any4, Port: port}
}

// start is what happens when the power comes on.
func (h *host) start() {
	h.boots()
	h.servers, h.ends, h.closedFirst = nil, 0, map[socket.Endpoint]time.Duration{}
	for _, a := range h.clients {
		a.reset()
	}
	h.life++
	h.kicked = true
	for _, v6 := range []bool{false, true} {
		streams, datagrams := h.serves(v6)
		if streams {
			h.servers = append(h.servers, &listener{host: h, v6: v6})
		}
		if datagrams {
			h.servers = append(h.servers, &echo{host: h, v6: v6})
		}
		if h.other == nil {
			h.servers = append(h.servers, &echo{host: h, v6: v6, group: true})
		}
	}
}

// serves tells what servers there are: ours has all; another stack, which has few descriptors, those that have clients.
func (h *host) serves(v6 bool) (streams, datagrams bool) {
	if h.other == nil {
		return true, true
	}
	for i := range h.world.plan.Apps {
		if a := &h.world.plan.Apps[i]; a.Server == h.plan.ID && a.IPv6 == v6 {
			streams = streams || !a.datagrams()
			datagrams = datagrams || a.datagrams()
		}
	}
	return streams, datagrams
}

// boots makes the stack ready, and its sockets.
func (h *host) boots() {
	if h.other != nil {
		h.other.start()
		h.linked, h.face = true, h.other
		return
	}
	p := h.plan
	cfg := stack.Config{
		MAC: h.mac, MTU: mtu, Entropy: h.entropy,
		IPv4: wire.Prefix{Addr: h.addr[0], Bits: 24}, Gateway4: addr4(p.LAN, routerNumber),
		IPv6: wire.Prefix{Addr: h.addr[1], Bits: 64}, Gateway6: addr6(p.LAN, routerNumber),
		BindAnywhere: p.Face == "lwip", BroadcastToBound: p.Face == "lwip",
	}
	if e := h.stack.Init(&cfg, &h.memory.stack, h.nic); e != stack.InitOK {
		panic("simulate: the stack does not take its configuration: " + e.String())
	}
	if p.Face == "lwip" {
		h.face = newLwip(h, h.memory)
	} else {
		h.face = newPosix(h, h.memory)
	}
}

// due tells whether there is something to do.
func (h *host) due() bool {
	if h.dead || h.frozen {
		return false
	}
	now := h.world.now
	return h.kicked || h.stackOK && h.stackAt <= now || h.nic.due(now) || h.appsDue()
}

func (h *host) appsDue() bool {
	at, ok := h.appsWake()
	return ok && at <= h.world.now
}

func (h *host) appsWake() (at time.Duration, ok bool) {
	earlier := func(a app) {
		if t, any := a.wake(); any && (!ok || t < at) {
			at, ok = t, true
		}
	}
	for _, a := range h.clients {
		earlier(a)
	}
	for _, a := range h.servers {
		earlier(a)
	}
	return at, ok
}

// next is when it wants to be looked at.
func (h *host) next() (at time.Duration, ok bool) {
	if h.dead || h.frozen {
		return 0, false
	}
	earlier := func(t time.Duration, any bool) {
		if any && (!ok || t < at) {
			at, ok = t, true
		}
	}
	earlier(h.stackAt, h.stackOK)
	earlier(h.nic.next())
	earlier(h.appsWake())
	return at, ok
}

// rest is how often a host may find something to do at one moment.
const rest = 20_000

// retry is when a stack that had no transmit buffer is polled again.
const retry = time.Millisecond

// work does what there is to do now.
func (h *host) work() {
	w := h.world
	h.kicked, h.starved = false, false
	up := h.nic.poll(w.now)
	if h.other == nil && up != h.stack.LinkIsUp() {
		h.stack.SetLink(h.local(), up)
		if up {
			h.flapped, h.resent = w.now, h.stack.Counter(stack.TCPRetransmitted)
		}
	}
	idle := 0
	for i := 0; ; i++ {
		next, ok := h.poll(up)
		moved := h.step()
		h.stackAt, h.stackOK = next+h.boot, ok
		switch {
		case w.err != nil:
			return
		case i == rest:
			w.fail("%s does not come to rest", h.name())
			return
		case moved:
			idle = 0
			continue
		case idle == 0: // a call that waits may have left something to be sent
			idle++
			continue
		case ok && h.stackAt <= w.now && h.starved:
			h.stackAt = w.now + retry
		case ok && h.stackAt <= w.now:
			continue
		}
		break
	}
	if h.other == nil {
		h.observe()
		w.examine(h)
	}
}

// poll lets the stack do what is due.
func (h *host) poll(up bool) (next time.Duration, ok bool) {
	if h.other != nil {
		return h.other.poll(up)
	}
	return h.stack.Poll(h.local())
}

// check walks through the state of stack and sockets.
func (h *host) check() {
	v := h.stack.Check(h.local())
	if v.Holds() {
		v = h.face.check()
	}
	if !v.Holds() {
		h.world.fail("%s: the rule %s does not hold in row %d", h.name(), v.Rule, v.Row)
	}
}

// step steps all applications.
func (h *host) step() (moved bool) {
	for _, a := range h.servers {
		moved = a.step() || moved
	}
	for _, a := range h.clients {
		moved = a.step() || moved
	}
	return moved
}

// freeze has the host do nothing until it is thawed.
func (h *host) freeze(on bool) {
	h.frozen, h.kicked = on, true
	if !on {
		h.world.hit(goalJump)
	}
}

// crash ends everything that the host does, without a word to anybody.
func (h *host) crash() {
	w := h.world
	h.dead = true
	for _, c := range w.conns {
		if c.host[0] == h || c.host[1] == h {
			c.rebooted = true
		}
	}
	h.nic.cable(w.now, false)
}

// reboot starts it again.
func (h *host) reboot(variant int) {
	w := h.world
	h.dead = false
	switch variant {
	case rebootFresh:
		d := newDice(w.plan.Seed, fmt.Sprintf("entropy of %s in life %d", h.name(), h.life))
		for i := range h.entropy {
			h.entropy[i] = byte(d.Uint32())
		}
	case rebootSame:
		h.boot = w.now
	}
	h.nic.cable(w.now, true)
	h.nic.restart(w.now)
	h.start()
}
