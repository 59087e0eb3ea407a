package stack

import (
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// What only TCP endpoints can be.
const (
	HangUp     Ready = 1 << (iota + 3) // both directions are over
	Acceptable                         // there is a connection to accept
	PeerClosed                         // the peer has closed its half; stays when the connection fails afterwards
	Urgent                             // there is urgent data that was not read (TCPUrgentLeft)
)

// TCPStatus says how a connection is: InProgress until it is established, then OK until it fails: Refused, Reset, or
// TimedOut; instead of TimedOut, if known, why the peer could not be reached: HostUnreachable, NetUnreachable,
// PortUnreachable, ProtoUnreachable, Prohibited, NetDown, NoBuffers (no row for the neighbour). A connection that both
// sides have closed in order stays OK.
func (s *Stack) TCPStatus(id int) Cause {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		return r.status()
	}
	return Invalid
}

func (r *TCPConn) status() Cause {
	switch r.state.Failure() {
	case tcp.FailRefused:
		return Refused
	case tcp.FailReset:
		return Reset
	case tcp.FailTimedOut:
		if r.soft != OK {
			return r.soft // RFC 9293 3.9.2.2, SHLD-25: it says more
		}
		return TimedOut
	}
	if r.connecting() {
		return InProgress
	}
	return OK
}

func (r *TCPConn) connecting() bool {
	return r.state.State() == tcp.SynSent || r.state.State() == tcp.SynReceived
}

// TCPWrite queues as much of p as there is room for. WouldBlock: none of it. InProgress: not established yet.
// Shutdown: this side has closed its half. Or what TCPStatus says of a connection that failed.
func (s *Stack) TCPWrite(id int, p []byte) (n int, c Cause) {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return 0, Invalid
	}
	if c = r.status(); c != OK {
		return 0, c
	}
	if !r.state.Writable() {
		return 0, Shutdown
	}
	_, tx := s.tcpMemory(id)
	n = r.tx.Write(tx, p[:min(len(p), r.sendRoom())])
	if n == 0 && len(p) > 0 {
		return 0, WouldBlock
	}
	r.state.Write(n)
	s.tcpTouch(id)
	return n, OK
}

// TCPMore says of the last n bytes that TCPWrite took that others follow soon: see [tcp.Conn.More].
func (s *Stack) TCPMore(id, n int) {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		r.state.More(n)
	}
}

// TCPUrgent says that all that TCPWrite has taken so far is urgent: see [tcp.Conn.Urgent].
func (s *Stack) TCPUrgent(id int) {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		r.state.Urgent()
		s.tcpTouch(id)
	}
}

// TCPTrouble returns how often in a row the retransmission timer has expired without progress.
func (s *Stack) TCPTrouble(id int) int {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		return r.state.Timeouts()
	}
	return 0
}

// TCPUrgentLeft returns how many bytes there are still to read, or to come, up to the end of the urgent data; 0: none.
func (s *Stack) TCPUrgentLeft(id int) int {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		return r.state.UrgentLeft()
	}
	return 0
}

// TCPRead moves received bytes to p; with peek they stay. WouldBlock: none there. EOF: the peer has closed its half and
// everything is read, even if the connection failed afterwards. One that failed before gives what it has received and
// then what TCPStatus says. An empty p tells these apart without reading. InProgress: not established yet. Shutdown:
// TCPShutdownRead was called.
func (s *Stack) TCPRead(id int, p []byte, peek bool) (n int, c Cause) {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return 0, Invalid
	}
	if r.rx.Len() == 0 {
		return 0, r.readEnd()
	}
	rx, _ := s.tcpMemory(id)
	n = r.rx.Peek(rx, 0, p)
	if !peek {
		r.rx.Discard(rx, n)
		r.state.Read(n)
		s.tcpTouch(id)
	}
	return n, OK
}

// readEnd says why there is nothing to read.
func (r *TCPConn) readEnd() Cause {
	if r.state.PeerClosed() {
		return EOF
	}
	if c := r.status(); c != OK {
		return c
	}
	if r.readShut {
		return Shutdown
	}
	return WouldBlock
}

// TCPQueued returns the number of bytes received and not read, and of those written and not acknowledged.
func (s *Stack) TCPQueued(id int) (unread, unsent int) {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return 0, 0
	}
	return r.rx.Len(), r.tx.Len()
}

// TCPShutdownWrite closes this side's half: what is queued is still sent, then FIN. NotConnected.
func (s *Stack) TCPShutdownWrite(id int) Cause {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return Invalid
	}
	if r.status() != OK {
		return NotConnected
	}
	r.state.Shutdown()
	s.tcpTouch(id)
	return OK
}

// TCPShutdownRead throws away what is received from now on, and what was not read. NotConnected.
func (s *Stack) TCPShutdownRead(id int) Cause {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return Invalid
	}
	if r.status() != OK {
		return NotConnected
	}
	r.readShut = true
	rx, _ := s.tcpMemory(id)
	r.drain(rx)
	s.tcpTouch(id)
	return OK
}

// TCPClose gives the id back. What is queued is still sent, then FIN; but if received bytes were not read, or more come
// in, the peer is told by a reset that they are lost (RFC 9293 3.6.1, SHLD-3). Closing a listener resets the
// connections that nobody has accepted.
func (s *Stack) TCPClose(now time.Duration, id int) Cause {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return s.tcpCloseListener(now, id)
	}
	r.state.Close()
	s.tcpLeave(now, id)
	return OK
}

// TCPAbort gives the id back. The peer is told by a reset; what is queued is lost (RFC 9293 3.10.5).
func (s *Stack) TCPAbort(now time.Duration, id int) Cause {
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return s.tcpCloseListener(now, id)
	}
	r.state.Abort()
	s.tcpLeave(now, id)
	return OK
}

func (s *Stack) tcpCloseListener(now time.Duration, id int) Cause {
	if s.tcpRow(id, tcpListener) == nil {
		return Invalid
	}
	for i := range s.st.TCP {
		if r := &s.st.TCP[i]; (r.use == tcpEmbryo || r.use == tcpWaiting) && r.listener == id {
			r.state.Abort()
			s.tcpLeave(now, i)
		}
	}
	s.tcpRelease(id)
	return OK
}

// tcpLeave leaves a connection to itself.
func (s *Stack) tcpLeave(now time.Duration, id int) {
	r := &s.st.TCP[id]
	r.use, r.closed = tcpOrphan, now
	s.tcpTouch(id)
	s.tcpSettle(id)
}

// TCPReady says what the connection or listener can do now.
func (s *Stack) TCPReady(id int) Ready {
	if s.tcpRow(id, tcpListener) != nil {
		if s.tcpOldest(id) >= 0 {
			return Acceptable
		}
		return 0
	}
	r := s.tcpRow(id, tcpOpen)
	if r == nil {
		return 0
	}
	ready := Ready(0)
	if r.rx.Len() > 0 || r.readEnd() != WouldBlock && r.readEnd() != InProgress {
		ready |= Readable
	}
	c := r.status()
	if c != InProgress && (r.sendRoom() > 0 || !r.state.Writable()) {
		ready |= Writable
	}
	if c != InProgress && c != OK {
		ready |= Error | HangUp
	}
	if r.state.UrgentLeft() > 0 {
		ready |= Urgent
	}
	if r.state.PeerClosed() {
		ready |= PeerClosed
		if !r.state.Writable() {
			ready |= HangUp
		}
	}
	return ready
}

// TCPLocal returns the local address and port.
func (s *Stack) TCPLocal(id int) (wire.Addr, uint16) {
	if r := s.tcpOwned(id); r != nil {
		return r.local, r.lport
	}
	return wire.Addr{}, 0
}

// TCPRemote returns the peer; a listener has none.
func (s *Stack) TCPRemote(id int) (wire.Addr, uint16) {
	if r := s.tcpOwned(id); r != nil {
		return r.remote, r.rport
	}
	return wire.Addr{}, 0
}

// TCPState returns the state of the connection, Listen for a listener.
func (s *Stack) TCPState(id int) tcp.State {
	r := s.tcpOwned(id)
	switch {
	case r == nil:
		return tcp.Closed
	case r.use == tcpListener:
		return tcp.Listen
	}
	return r.state.State()
}

// TCPMaxSeg returns how many bytes of text a segment of the connection carries at most, beside the options that every
// segment has.
func (s *Stack) TCPMaxSeg(id int) int {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		return r.state.MaxSeg()
	}
	return 0
}

// TCPInfo returns what the connection tells of itself; a listener tells nothing.
func (s *Stack) TCPInfo(id int) tcp.Info {
	r := s.tcpOwned(id)
	if r == nil || r.use == tcpListener {
		return tcp.Info{}
	}
	return r.state.Info()
}

// tcpOwned returns the row that an application has by this id.
func (s *Stack) tcpOwned(id int) *TCPConn {
	if r := s.tcpRow(id, tcpOpen); r != nil {
		return r
	}
	return s.tcpRow(id, tcpListener)
}

// TCPSetMSL sets the maximum segment lifetime, half the length of TIME-WAIT, for connections made from now on. 0 is
// [tcp.DefaultMSL].
func (s *Stack) TCPSetMSL(msl time.Duration) { s.tcp.msl = msl }

// TCPSetCookies has SYNs that a listener's backlog has no room for answered by SYN cookies (RFC 4987 3.6), as they are from
// the start, or dropped.
func (s *Stack) TCPSetCookies(on bool) { s.tcp.noCookies = !on }

// TCPSetWithout sets Config.TCPWithout for connections made from now on.
func (s *Stack) TCPSetWithout(o tcp.OptionSet) { s.cfg.TCPWithout = o }
