package stack

import (
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// TCPConn is the storage of one TCP connection or listener.
type TCPConn struct {
	use   tcpUse
	state tcp.Conn
	rx    tcp.Ring
	tx    tcp.Ring
	slot  int // its share of Storage.TCPBuffer, counted from 1; 0: none

	local, remote wire.Addr // of a listener, local as TCPListen had it
	lport, rport  uint16
	readShut      bool // TCPShutdownRead was called
	ip            IPSettings
	soft          Cause         // what was last heard of why the peer cannot be reached; OK: nothing
	heard         time.Duration // when the neighbour on the way to the peer was last confirmed: once for all that comes at a time

	backlog  int           // of a listener
	listener int           // of a connection that was not accepted yet
	turn     uint64        // of one that waits to be accepted: the order; of a listener: behind the epoch of its last cookie
	closed   time.Duration // of an orphan: when the application closed; of a handshake: when it began

	links tcpLinks
}

// tcpUse says what a row is and who has it.
type tcpUse uint8

const (
	tcpFree     tcpUse = iota
	tcpListener        // an application has its id
	tcpEmbryo          // a handshake with a listener
	tcpWaiting         // waits for TCPAccept
	tcpOpen            // an application has its id
	tcpOrphan          // no application has it any more
)

// tcpState is what TCP keeps besides its connections.
type tcpState struct {
	msl  time.Duration
	turn uint64 // of the last connection that began to wait for TCPAccept

	noCookies bool

	slotLen   int           // Storage.tcpSlotLen
	polled    time.Duration // when Poll was last called
	found     int           // the row that tcpFind has found last
	listeners int32         // the first of their list, a row counted from 1; 0: none
	timers    int32         // rows in the heap
	head      int32         // of the queue: rows counted from 1
	tail      int32
}

func (s *Stack) tcpInit() {
	s.tcp = tcpState{slotLen: s.st.tcpSlotLen()}
	slots := s.st.tcpSlots()
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		r.use, r.slot, r.links = tcpFree, 0, tcpLinks{}
		if i < slots {
			r.slot = i + 1
		}
	}
}

// tcpRow returns the row with this id if it is in this use, else nil.
func (s *Stack) tcpRow(id int, use tcpUse) *TCPConn {
	if id < 0 || id >= len(s.st.TCP) || s.st.TCP[id].use != use {
		return nil
	}
	return &s.st.TCP[id]
}

// isConn reports whether the row is a connection that segments can belong to.
func (r *TCPConn) isConn() bool {
	return r.use != tcpFree && r.use != tcpListener && r.state.State() != tcp.Closed
}

// TCPConns returns how many connections there are, in any state but CLOSED and LISTEN, whoever has them.
func (s *Stack) TCPConns() (n int) {
	for i := range s.st.TCP {
		if s.st.TCP[i].isConn() {
			n++
		}
	}
	return n
}

// TCPCount returns how many connections are in a state, whoever has them; of Listen: how many listeners.
func (s *Stack) TCPCount(state tcp.State) (n int) {
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		if r.isConn() && r.state.State() == state || r.use == tcpListener && state == tcp.Listen {
			n++
		}
	}
	return n
}

// tcpAlloc returns a row to be used, -1 if there is none. When all are taken the connections that nobody has any more
// give way: the one that is oldest among those that have the least to lose.
func (s *Stack) tcpAlloc() int { return s.tcpEvict(s.tcpLeast(false, lossTooMuch)) }

// tcpAllocEmbryo is tcpAlloc for a handshake that anybody may have begun, from an invented address: hardly anything gives
// way to it.
func (s *Stack) tcpAllocEmbryo() int { return s.tcpEvict(s.tcpLeast(false, lossFIN)) }

// tcpAllocQueues is tcpAlloc for a connection, which needs queues too.
func (s *Stack) tcpAllocQueues() int {
	if id := s.tcpLeast(false, lossTooMuch); id >= 0 && s.tcpTakeSlot(id) {
		return s.tcpEvict(id)
	}
	return s.tcpEvict(s.tcpLeast(true, lossTooMuch))
}

// tcpEvict counts if the row that is to be used, -1 for none, is not free.
func (s *Stack) tcpEvict(id int) int {
	if id >= 0 && s.st.TCP[id].use != tcpFree {
		s.count(TCPEvicted)
		s.tcpRelease(id)
	}
	return id
}

// tcpLeast returns the row that has the least to lose, less than most, -1 if none gives way; with slot only of those that
// have one.
func (s *Stack) tcpLeast(slot bool, most int) int {
	best, bestLoss := -1, most
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		if slot && r.slot == 0 {
			continue
		}
		if r.use == tcpFree {
			return i
		}
		loss := r.loss(s.tcp.polled)
		if loss < bestLoss || loss == bestLoss && best >= 0 && r.closed < s.st.TCP[best].closed {
			best, bestLoss = i, loss
		}
	}
	return best
}

// orphanGrace is how long a connection whose application has closed it may still send without having to give way.
const orphanGrace = 100 * time.Second

// What is lost if a row gives way.
const (
	lossWait      = iota // the rest of TIME-WAIT
	lossFIN              // the peer's FIN; all of ours has arrived
	lossData             // data that the peer has not taken for long
	lossHandshake        // a peer that may be genuine has to begin again
	lossTooMuch          // it does not give way
)

func (r *TCPConn) loss(now time.Duration) int {
	switch {
	case r.use == tcpEmbryo:
		return lossHandshake
	case r.use != tcpOrphan:
		return lossTooMuch
	case r.state.State() == tcp.TimeWait || r.state.State() == tcp.Closed:
		return lossWait
	case r.state.State() == tcp.FinWait2:
		return lossFIN
	case now-r.closed >= orphanGrace:
		return lossData
	}
	return lossTooMuch
}

// tcpConfig returns the configuration of a new connection.
func (s *Stack) tcpConfig(now time.Duration, local wire.Addr, lport uint16, remote wire.Addr, rport uint16) tcp.Config {
	c := tcp.Config{
		ISS: tcp.Seq(s.isn(now, local, lport, remote, rport)), TSOffset: s.timestampOffset(local, lport, remote, rport),
		MSS: s.linkPayload(remote) - wire.TCPHeaderLen, DefaultMSS: 536, // RFC 9293 3.7.1, MUST-15
		MSL: s.tcp.msl, Without: s.cfg.TCPWithout, Settings: s.tcpSettings(&s.cfg.TCP),
	}
	if remote.Is6() {
		c.DefaultMSS = 1220
	}
	return c
}
