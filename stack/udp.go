package stack

import (
	"time"

	"stackproof/stack/wire"
)

// UDPEndpoint is the storage of one UDP endpoint.
type UDPEndpoint struct{}

// Datagram is what UDPReceive tells of a datagram.
type Datagram struct {
	N       int // bytes copied
	Full    int // bytes the datagram has; those beyond N are lost unless peeked
	Src     wire.Addr
	SrcPort uint16
	Dst     wire.Addr // the address it was sent to: own, broadcast or group (RFC 1122 4.1.3.5)
}

// Ready says what an endpoint can do without WouldBlock.
type Ready uint8

const (
	Readable Ready = 1 << iota // there is something to receive
	Writable                   // there is room to send
	Error                      // an error is pending
)

// UDPOpen opens an endpoint on a local address and port. No address takes what comes to any address of either family,
// 0.0.0.0 and :: to any of theirs. Port 0 takes a free port from 49152 up, at random (RFC 6056). AddrInUse,
// AddrNotAvailable, TableFull.
func (s *Stack) UDPOpen(local wire.Addr, port uint16) (id int, c Cause) { return -1, TableFull }

// UDPConnect sets the peer: only its datagrams are received, and errors about it are reported. The local address becomes
// the one that the peer is reached from. No address takes the peer away again. Invalid, NetUnreachable,
// AddrNotAvailable.
func (s *Stack) UDPConnect(id int, remote wire.Addr, port uint16) Cause { return Invalid }

// UDPSend sends one datagram; dst no address means the peer. It is sent at once, or held while the neighbour is being
// resolved (a later datagram to the same neighbour then takes its place, RFC 1122 2.3.2.2). WouldBlock: no transmit
// buffer. NotConnected, TooLong, Invalid, NoBuffers, HostUnreachable, NetUnreachable, AddrNotAvailable, NetDown.
func (s *Stack) UDPSend(now time.Duration, id int, dst wire.Addr, port uint16, p []byte) Cause {
	return Invalid
}

// UDPReceive copies the oldest datagram of the queue to p, and removes it unless peek is set. WouldBlock, Invalid.
func (s *Stack) UDPReceive(id int, p []byte, peek bool) (Datagram, Cause) {
	return Datagram{}, Invalid
}

// UDPError returns the pending error of a connected endpoint, and clears it: PortUnreachable, HostUnreachable,
// NetUnreachable, ProtoUnreachable, TooLong; OK for none.
func (s *Stack) UDPError(id int) Cause { return OK }

// UDPReady says what the endpoint can do now.
func (s *Stack) UDPReady(id int) Ready { return 0 }

// UDPLocal returns the local address and port.
func (s *Stack) UDPLocal(id int) (wire.Addr, uint16) { return wire.Addr{}, 0 }

// UDPRemote returns the peer, no address if there is none.
func (s *Stack) UDPRemote(id int) (wire.Addr, uint16) { return wire.Addr{}, 0 }

// UDPClose closes the endpoint; what is in its queue is lost.
func (s *Stack) UDPClose(id int) {}
