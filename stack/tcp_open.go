package stack

import (
	"time"

	"stackproof/stack/wire"
)

// The TCP methods name a connection or a listener by the id that TCPListen, TCPAccept or TCPConnect returned, until
// TCPClose or TCPAbort gives it back. An id that is not in use answers Invalid. Nothing is sent before the next Poll.

// TCPListen takes connections to a local address and port. No address takes those to any address of either family,
// 0.0.0.0 and :: to any of theirs. Up to backlog connections, at least one, wait for TCPAccept; the handshakes that are
// under way count. Port 0 takes a free port. AddrInUse, AddrNotAvailable, TableFull.
func (s *Stack) TCPListen(local wire.Addr, port uint16, backlog int) (id int, c Cause) {
	if !s.isLocal(local) {
		return -1, AddrNotAvailable
	}
	if port == 0 {
		port = s.tcpEphemeral(local)
	}
	if port == 0 || s.tcpFindListener(local, port) >= 0 {
		return -1, AddrInUse
	}
	if id = s.tcpAlloc(); id < 0 {
		return -1, TableFull
	}
	r := s.tcpTake(id, tcpListener, local, port, wire.Addr{}, 0)
	r.backlog = max(backlog, 1)
	r.state.Set(&s.cfg.TCP)
	return id, OK
}

// TCPSetBacklog changes how many connections wait at a listener; those that wait already stay. Invalid.
func (s *Stack) TCPSetBacklog(listener, backlog int) Cause {
	r := s.tcpRow(listener, tcpListener)
	if r == nil {
		return Invalid
	}
	r.backlog = max(backlog, 1)
	return OK
}

// TCPPort tells whether a local address and port are free to bind a socket to, and returns the port; it reserves
// nothing. Port 0 looks for a free one at random (RFC 6056), among those that TCPConnect takes. AddrInUse: a listener
// has the port, or a connection of any state has, TIME-WAIT included, on an address that local covers.
// AddrNotAvailable: local is not an address of this host.
func (s *Stack) TCPPort(local wire.Addr, port uint16) (uint16, Cause) {
	if !s.isLocal(local) {
		return 0, AddrNotAvailable
	}
	if port == 0 {
		port = s.tcpEphemeral(local)
	}
	if port == 0 || s.tcpTaken(local, port) {
		return 0, AddrInUse
	}
	return port, OK
}

// isLocal reports whether a socket can have the local address: one of ours, or a wildcard.
func (s *Stack) isLocal(a wire.Addr) bool {
	return !a.IsValid() || a.IsUnspecified() || s.isOwn(a) || s.cfg.BindAnywhere
}

// tcpTaken reports whether a listener or a connection has the port on an address that overlaps with local.
func (s *Stack) tcpTaken(local wire.Addr, port uint16) bool {
	for i := range s.st.TCP {
		if r := &s.st.TCP[i]; (r.use == tcpListener || r.isConn()) && r.lport == port && overlap(r.local, local) {
			return true
		}
	}
	return false
}

// tcpEphemeral returns a free port, 0 if there is none.
func (s *Stack) tcpEphemeral(local wire.Addr) uint16 {
	start := s.random()
	for i := range ephemeralCount {
		if port := ephemeral(start, i); !s.tcpTaken(local, port) {
			return port
		}
	}
	return 0
}

// TCPAccept returns the oldest connection that waits on a listener. WouldBlock, Invalid.
func (s *Stack) TCPAccept(listener int) (id int, c Cause) {
	if s.tcpRow(listener, tcpListener) == nil {
		return -1, Invalid
	}
	id = s.tcpOldest(listener)
	if id < 0 {
		return -1, WouldBlock
	}
	s.st.TCP[id].use = tcpOpen
	return id, OK
}

// tcpOldest returns the connection that has waited longest on a listener, -1 if there is none.
func (s *Stack) tcpOldest(listener int) int {
	best := -1
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		if r.use == tcpWaiting && r.listener == listener && (best < 0 || r.turn < s.st.TCP[best].turn) {
			best = i
		}
	}
	return best
}

// TCPConnect begins a connection (TCPStatus says what becomes of it). No local address takes the one that the peer is
// reached from, local port 0 a free one at random (RFC 6056). AddrInUse: the local address and port are taken by a
// listener or have a connection to this peer. AddrNotAvailable, NetUnreachable, TableFull, Invalid: the peer's
// address or port is none that a connection can have (RFC 9293 3.9.1.1, MUST-46).
func (s *Stack) TCPConnect(now time.Duration, local wire.Addr, lport uint16, remote wire.Addr, port uint16) (id int, c Cause) {
	if port == 0 || !isUnicast4(remote) && !isUnicast6(remote) && !s.isLoopback(remote) || s.isGroup(remote) {
		return -1, Invalid
	}
	if local.IsValid() && local.Is4() != remote.Is4() {
		return -1, AddrNotAvailable
	}
	if local.IsUnspecified() {
		local = wire.Addr{}
	}
	if local, _, c = s.route(local, remote); c != OK {
		return -1, c
	}
	if lport == 0 {
		lport = s.tcpEphemeral(local)
	}
	if lport == 0 || s.tcpFindListener(local, lport) >= 0 || s.tcpFind(local, lport, remote, port) >= 0 {
		return -1, AddrInUse
	}
	if id = s.tcpAllocQueues(); id < 0 {
		return -1, TableFull
	}
	r := s.tcpBegin(id, tcpOpen, local, lport, remote, port)
	r.state.Connect(s.tcpConfig(now, local, lport, remote, port))
	return id, OK
}
