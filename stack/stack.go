package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// Storage is the memory that the stack works in. Sizes are the caller's.
type Storage struct {
	Groups     []Group           // multicast groups that can be joined at the same time
	Neighbours []neighbour.Entry // as many as neighbours are to be talked to at the same time; at least 1
	Waiting    []byte            // packets that wait for a neighbour's address, in slots of MTU bytes; at least 1 slot
	UDP        []UDPEndpoint
	UDPBuffer  []byte // divided equally into the receive queues of UDP; at least [MinUDPQueue] each
	TCP        []TCPConn
	TCPBuffer  []byte // divided equally into slots, the queues of a connection; at least [MinTCPBuffer] each
	TCPSlots   int    // how many connections can have a slot at the same time; 0: as many as there are in TCP

	Reassembly       []reassembly.Entry // datagrams that are put together at the same time; none: no fragments are taken
	ReassemblyBuffer []byte             // divided equally among them; from [reassembly.MinMemory] to MaxMemory each
	Staging          []byte             // a datagram that goes out in fragments, without its header; none: no such are sent

	// Packets to ourselves that wait for Poll, in at least two slots of MTU+2 bytes. None: we are not reachable from
	// ourselves.
	Loop []byte
}

// Stack is one host with one interface. Init makes it ready.
type Stack struct {
	dev Device
	st  Storage
	cfg Config

	own6     [2]wire.Addr // our IPv6 addresses: link-local, configured; no address for none
	claims   [numClaims]claim
	linkDown bool
	nodes    [2]Group      // the solicited-node groups of own6; one, if they are the same
	groups   [2]membership // by family

	neighbours neighbour.Table
	reassembly reassembly.Table
	staged     staged
	loop       loopback
	paths      [8]path
	entropy    entropy
	errors     errorLimits // of ICMP errors
	counts     [NumCounters]uint64
	tcp        tcpState
}

// Init makes the stack ready, with the link up. What the storage held before is gone. Nothing is sent before the first
// Poll. On an error the stack is not to be used.
func (s *Stack) Init(cfg *Config, st *Storage, dev Device) InitErr {
	if err := cfg.check(); err != InitOK {
		return err
	}
	if err := st.check(cfg); err != InitOK {
		return err
	}
	s.dev, s.st, s.cfg = dev, *st, *cfg
	s.cfg.TCP.Fill()
	s.own6 = [2]wire.Addr{}
	if cfg.IPv6.IsValid() {
		s.own6[0] = wire.LinkLocal(cfg.MAC)
		if !cfg.IPv6.IsUnspecified() {
			s.own6[1] = cfg.IPv6.Addr
		}
	}
	s.initGroups()
	s.beginClaims()
	s.rejoin()
	s.linkDown = false
	s.entropy.init(&cfg.Entropy)
	s.neighbours.Init(st.Neighbours, st.Waiting, int(cfg.MTU), s.entropy.secretOf(useReachable, wire.Addr{}, wire.Addr{}, 0))
	s.reassembly.Init(st.Reassembly, st.ReassemblyBuffer)
	s.staged, s.loop = staged{}, loopback{}
	s.errors = errorLimits{}
	clear(s.counts[:])
	clear(st.UDP)
	clear(s.paths[:])
	s.tcpInit()
	return InitOK
}

func (s *Stack) has4() bool { return s.cfg.IPv4.IsValid() }

// valid4 reports whether there is an IPv4 address to use.
func (s *Stack) valid4() bool { return s.has4() && s.claims[claim4].state == claimed }

// has6 reports whether there is IPv6. If somebody else has the link-local address that is made of our MAC there is none:
// the MAC itself is not unique (RFC 4862 5.4.5).
func (s *Stack) has6() bool { return s.cfg.IPv6.IsValid() && s.claims[claimLink6].state != refused }

const (
	// receiveBudget is the most frames that one Poll takes in, so that a flood cannot keep the owner from its other work.
	receiveBudget = 64
	// transmitRetry is when Poll asks to be called again if something is due and there is no transmit buffer.
	transmitRetry = time.Millisecond
)

// Poll takes in what the device has received, does what is due at now, and sends. It returns the next moment at which it
// wants to be called even if nothing is received; ok is false if there is none. A second Poll at the same time does
// nothing, unless frames have come in since or the first asked for the second (next is then not after now), because it had
// so many to handle or has sent something to ourselves.
func (s *Stack) Poll(now time.Duration) (next time.Duration, ok bool) {
	s.pollReassembly(now) // before a fragment comes that is too late
	more := s.receiveFrames(now)
	s.pollLoop(now)
	d := deadline{}
	blocked := s.pollClaims(now, &d)
	blocked = s.pollGroups(now, &d) || blocked
	blocked = s.pollNeighbours(now) || blocked
	if s.sendStaged(now) || blocked {
		d.at(now + transmitRetry)
	}
	if t, ok := s.tcpPoll(now); ok {
		d.at(t)
	}
	// Behind TCP, which may have begun to resolve a neighbour.
	if t, ok := s.neighbours.Next(); ok && t > now {
		d.at(t)
	}
	if t, ok := s.reassembly.Next(); ok {
		d.at(t)
	}
	if more || s.loop.count > 0 {
		d.at(now)
	}
	return d.time, d.set
}

// deadline is the earliest of several times.
type deadline struct {
	time time.Duration
	set  bool
}

// at moves the deadline forward to t if that is sooner.
//
//go:noinline
func (d *deadline) at(t time.Duration) {
	if !d.set || t < d.time {
		d.time, d.set = t, true
	}
}

// receiveFrames handles received frames and reports whether there may be more.
func (s *Stack) receiveFrames(now time.Duration) (more bool) {
	for range receiveBudget {
		b := s.dev.Receive()
		if b == nil {
			return false
		}
		s.ethernetInput(now, b)
		s.dev.Release()
	}
	return true
}

// SetLink says that the link has gone up or down. A down link loses what the neighbours' addresses were, what waited for
// them, and what redirects said; endpoints and connections stay. When it goes up addresses are claimed anew.
func (s *Stack) SetLink(now time.Duration, up bool) {
	if s.linkDown == !up {
		return
	}
	s.linkDown = !up
	if up {
		s.beginClaims()
		s.rejoin()
	}
	for i := range s.paths {
		s.paths[i].next = wire.Addr{}
	}
	s.counts[DropWaitingLinkDown] += uint64(s.neighbours.Clear())
}

// LinkIsUp tells what SetLink has said last.
func (s *Stack) LinkIsUp() bool { return !s.linkDown }

// CopyFrom makes s, which must have been initialized, a snapshot of o, in s's own storage. From then on each goes its own
// way. The device is not copied. It returns false, and changes nothing, if the storages differ in size.
func (s *Stack) CopyFrom(o *Stack) bool {
	if !s.st.sameSizes(&o.st) {
		return false
	}
	dev, st, neighbours, table := s.dev, s.st, s.neighbours, s.reassembly
	*s = *o
	st.TCPSlots = o.st.TCPSlots // the buffers are divided alike, since their rows are
	s.dev, s.st, s.neighbours, s.reassembly = dev, st, neighbours, table
	s.neighbours.CopyFrom(&o.neighbours)
	s.reassembly.CopyFrom(&o.reassembly)
	copy(s.st.Groups, o.st.Groups)
	copy(s.st.UDP, o.st.UDP)
	copy(s.st.UDPBuffer, o.st.UDPBuffer)
	copy(s.st.TCP, o.st.TCP)
	copy(s.st.TCPBuffer, o.st.TCPBuffer)
	copy(s.st.Staging, o.st.Staging)
	copy(s.st.Loop, o.st.Loop)
	return true
}

func (st *Storage) sameSizes(o *Storage) bool {
	return len(st.Groups) == len(o.Groups) &&
		len(st.Neighbours) == len(o.Neighbours) && len(st.Waiting) == len(o.Waiting) && len(st.UDP) == len(o.UDP) &&
		len(st.UDPBuffer) == len(o.UDPBuffer) && len(st.TCP) == len(o.TCP) && len(st.TCPBuffer) == len(o.TCPBuffer) &&
		len(st.Reassembly) == len(o.Reassembly) && len(st.ReassemblyBuffer) == len(o.ReassemblyBuffer) &&
		len(st.Staging) == len(o.Staging) && len(st.Loop) == len(o.Loop)
}
