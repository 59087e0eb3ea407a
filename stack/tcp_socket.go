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
)

// The TCP methods below name a connection or a listener by the id that TCPListen, TCPAccept or TCPConnect returned,
// until TCPClose or TCPAbort gives it back. An id that is not in use answers Invalid. Nothing is sent before the next
// Poll.

// TCPListen takes connections to a local address and port. No address takes those to any address of either family,
// 0.0.0.0 and :: to any of theirs. Up to backlog connections, at least one, wait for TCPAccept; the handshakes that are
// under way count. Port 0 takes a free port. AddrInUse, AddrNotAvailable, TableFull.
func (s *Stack) TCPListen(local wire.Addr, port uint16, backlog int) (id int, c Cause) {
	return -1, TableFull
}

// TCPSetBacklog changes how many connections wait at a listener; those that wait already stay. Invalid.
func (s *Stack) TCPSetBacklog(listener, backlog int) Cause { return Invalid }

// TCPPort tells whether a local address and port are free to bind a socket to, and returns the port; it reserves
// nothing. Port 0 looks for a free one at random (RFC 6056), among those that TCPConnect takes. AddrInUse: a listener
// has the port, or a connection of any state has, TIME-WAIT included, on an address that local covers.
// AddrNotAvailable: local is not an address of this host.
func (s *Stack) TCPPort(local wire.Addr, port uint16) (uint16, Cause) { return 0, AddrNotAvailable }

// TCPAccept returns the oldest connection that waits on a listener. WouldBlock, Invalid.
func (s *Stack) TCPAccept(listener int) (id int, c Cause) { return -1, Invalid }

// TCPConnect begins a connection (TCPStatus says what becomes of it). No local address takes the one that the peer is
// reached from, local port 0 a free one at random (RFC 6056). AddrInUse: the local address and port are taken by a
// listener or have a connection to this peer. AddrNotAvailable, NetUnreachable, TableFull, Invalid: the peer's
// address or port is none that a connection can have.
func (s *Stack) TCPConnect(now time.Duration, local wire.Addr, lport uint16, remote wire.Addr, port uint16) (id int, c Cause) {
	return -1, TableFull
}

// TCPStatus says how a connection is: InProgress until it is established, then OK until it fails: Refused, Reset,
// TimedOut, HostUnreachable, NetUnreachable. A connection that both sides have closed in order stays OK.
func (s *Stack) TCPStatus(id int) Cause { return Invalid }

// TCPWrite queues as much of p as there is room for. WouldBlock: none of it. InProgress: not established yet.
// Shutdown: this side has closed its half. Or what TCPStatus says of a connection that failed.
func (s *Stack) TCPWrite(id int, p []byte) (n int, c Cause) { return 0, Invalid }

// TCPRead moves received bytes to p; with peek they stay. WouldBlock: none there. EOF: the peer has closed its half and
// everything is read, even if the connection failed afterwards. One that failed before gives what it has received and
// then what TCPStatus says. An empty p tells these apart without reading. InProgress: not established yet. Shutdown: TCPShutdownRead was called.
func (s *Stack) TCPRead(id int, p []byte, peek bool) (n int, c Cause) { return 0, Invalid }

// TCPQueued returns the number of bytes received and not read, and of those written and not acknowledged.
func (s *Stack) TCPQueued(id int) (unread, unsent int) { return 0, 0 }

// TCPShutdownWrite closes this side's half: what is queued is still sent, then FIN. NotConnected.
func (s *Stack) TCPShutdownWrite(id int) Cause { return Invalid }

// TCPShutdownRead throws away what is received from now on, and what was not read. NotConnected.
func (s *Stack) TCPShutdownRead(id int) Cause { return Invalid }

// TCPClose gives the id back. What is queued is still sent, then FIN; but if received bytes were not read, or more come
// in, the peer is told by a reset that they are lost (RFC 9293 3.6.1, SHLD-3). Closing a listener resets the
// connections that nobody has accepted.
func (s *Stack) TCPClose(now time.Duration, id int) Cause { return Invalid }

// TCPAbort gives the id back. The peer is told by a reset; what is queued is lost (RFC 9293 3.10.5).
func (s *Stack) TCPAbort(now time.Duration, id int) Cause { return Invalid }

// TCPReady says what the connection or listener can do now.
func (s *Stack) TCPReady(id int) Ready { return 0 }

// TCPLocal returns the local address and port.
func (s *Stack) TCPLocal(id int) (wire.Addr, uint16) { return wire.Addr{}, 0 }

// TCPRemote returns the peer; a listener has none.
func (s *Stack) TCPRemote(id int) (wire.Addr, uint16) { return wire.Addr{}, 0 }

// TCPState returns the state of the connection, Listen for a listener.
func (s *Stack) TCPState(id int) tcp.State { return tcp.Closed }

// TCPSetNoDelay switches Nagle's algorithm off, or on again (RFC 9293 3.7.4, MUST-17).
func (s *Stack) TCPSetNoDelay(id int, on bool) Cause { return Invalid }

// TCPSetMSL sets the maximum segment lifetime, half the length of TIME-WAIT, for connections made from now on.
func (s *Stack) TCPSetMSL(msl time.Duration) {}
