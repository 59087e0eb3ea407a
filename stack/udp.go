package stack

import (
	"time"

	"stackproof/stack/wire"
)

// UDPEndpoint is the storage of one UDP endpoint.
type UDPEndpoint struct {
	open  bool
	err   Cause     // what an ICMP error said since UDPError was last asked
	bound wire.Addr // the local address as UDPOpen had it
	local wire.Addr // the local address: bound, or the one that the peer is reached from
	port  uint16
	peer  wire.Addr // no address: not connected
	pport uint16
	queue udpQueue
	limit int32 // the most bytes in queue; 0: as many as there is memory for
	ip    IPSettings
	share bool   // others that share too can have the port
	raw   bool   // it takes packets of proto as they are, and no datagrams of UDP
	proto uint8  // of IP's
	sum   uint16 // raw, IPv6: where in its packets the checksum is, counted from 1; 0: it has none

	hops   uint8 // of what goes to groups
	mirror bool  // a copy of what goes to our own groups comes back
}

// Ready says what an endpoint can do.
type Ready uint8

const (
	Readable Ready = 1 << iota // there is a datagram to receive
	Writable                   // a datagram can be tried to send
	Error                      // UDPError has something to tell
)

// udp returns an open endpoint, nil if there is none with this id.
func (s *Stack) udp(id int) *UDPEndpoint {
	if id < 0 || id >= len(s.st.UDP) || !s.st.UDP[id].open {
		return nil
	}
	return &s.st.UDP[id]
}

// UDPOpen opens an endpoint on a local address and port. No address stands for all addresses of both families, 0.0.0.0
// and :: for all of theirs. Port 0 takes a free port of 49152 to 65535, at random (RFC 6056 3.3.1). It answers AddrInUse,
// AddrNotAvailable or TableFull if it cannot; id is then -1.
func (s *Stack) UDPOpen(local wire.Addr, port uint16) (id int, c Cause) {
	return s.udpOpen(local, port, false)
}

// UDPOpenShared is UDPOpen for an endpoint that shares its port with others that do. A datagram to a group or to all goes to
// each of them; any other to one: rather to one that has the sender for its peer, then to one that has the very address.
func (s *Stack) UDPOpenShared(local wire.Addr, port uint16) (id int, c Cause) {
	return s.udpOpen(local, port, true)
}

// UDPSetShared changes whether an endpoint shares its port with those that are opened from now on. Invalid.
func (s *Stack) UDPSetShared(id int, on bool) Cause {
	e := s.udp(id)
	if e == nil {
		return Invalid
	}
	e.share = on
	return OK
}

func (s *Stack) udpOpen(local wire.Addr, port uint16, share bool) (id int, c Cause) {
	id, c = s.udpFree(local)
	if c != OK {
		return id, c
	}
	if port == 0 {
		port = s.udpEphemeral(local)
	}
	if port == 0 || s.udpTaken(local, port, share) {
		return -1, AddrInUse
	}
	s.st.UDP[id] = UDPEndpoint{
		open: true, bound: local, local: local, port: port, hops: multicastHops, mirror: true, share: share, proto: wire.ProtoUDP,
	}
	return id, OK
}

// UDPRebind gives an endpoint another local address and port, as UDPOpen has them. Its peer stays, and what it has received. If
// it cannot all is as before: AddrInUse, AddrNotAvailable, Invalid.
func (s *Stack) UDPRebind(id int, local wire.Addr, port uint16) Cause {
	e := s.udp(id)
	switch {
	case e == nil:
		return Invalid
	case !s.isLocal(local):
		return AddrNotAvailable
	case !e.raw:
		e.open = false // its own port is no obstacle
		if port == 0 {
			port = s.udpEphemeral(local)
		}
		taken := port == 0 || s.udpTaken(local, port, e.share)
		if e.open = true; taken {
			return AddrInUse
		}
		e.port = port
	}
	e.bound, e.local = local, local
	if e.peer.IsValid() && (!local.IsValid() || local.IsUnspecified()) {
		e.local, _, _ = s.route(wire.Addr{}, e.peer)
	}
	return OK
}

// udpFree returns a row for an endpoint with a local address.
func (s *Stack) udpFree(local wire.Addr) (id int, c Cause) {
	if !s.isLocal(local) {
		return -1, AddrNotAvailable
	}
	for i := range s.st.UDP {
		if !s.st.UDP[i].open {
			return i, OK
		}
	}
	return -1, TableFull
}

// udpEphemeral returns a free port, 0 if there is none.
func (s *Stack) udpEphemeral(local wire.Addr) uint16 {
	start := s.random()
	for i := range ephemeralCount {
		if port := ephemeral(start, i); !s.udpTaken(local, port, false) {
			return port
		}
	}
	return 0
}

// udpTaken reports whether an endpoint has the port on an address that overlaps with local, and does not share it.
func (s *Stack) udpTaken(local wire.Addr, port uint16, share bool) bool {
	for i := range s.st.UDP {
		if e := &s.st.UDP[i]; e.open && !e.raw && e.port == port && overlap(e.bound, local) && !(share && e.share) {
			return true
		}
	}
	return false
}

// overlap reports whether a packet can be to both local addresses.
func overlap(a, b wire.Addr) bool {
	if !a.IsValid() || !b.IsValid() {
		return true
	}
	return a.Is4() == b.Is4() && (a == b || a.IsUnspecified() || b.IsUnspecified())
}

// UDPConnect gives the endpoint a peer: it receives only what the peer sends, and hears of ICMP errors. Its local address
// becomes the one that the peer is reached from. No address takes the peer away again. It answers Invalid (no such id,
// or port 0), NetUnreachable or AddrNotAvailable if it cannot.
func (s *Stack) UDPConnect(id int, remote wire.Addr, port uint16) Cause {
	e := s.udp(id)
	if e == nil || remote.IsValid() && port == 0 && !e.raw {
		return Invalid
	}
	if !remote.IsValid() {
		e.local, e.peer, e.pport = e.bound, wire.Addr{}, 0
		return OK
	}
	src, c := e.source(e.bound, remote)
	if c != OK {
		return c
	}
	own := src
	src, _, c = s.route(src, remote)
	switch {
	case c == AddrNotAvailable && s.cfg.BindAnywhere && own.IsValid(): // it is bound to nobody's: each send fails
		src = own
	case c != OK:
		return c
	}
	e.local, e.peer, e.pport = src, remote, port
	return OK
}

// source returns the source address for route that a local address means for a destination.
func (e *UDPEndpoint) source(local, dst wire.Addr) (wire.Addr, Cause) {
	if local.IsValid() && local.Is4() != dst.Is4() {
		return wire.Addr{}, AddrNotAvailable
	}
	if local.IsUnspecified() {
		return wire.Addr{}, OK
	}
	return local, OK
}

// UDPSend sends one datagram to dst, or to the peer if dst is no address. It goes out at once, or waits until the
// neighbour's address is known; a later one to the same neighbour then takes its place (RFC 1122 2.3.2.2). One that is
// longer than the path carries goes out in fragments, as they find transmit buffers, if there is Storage.Staging for it;
// one at a time. Answers: WouldBlock, if there is no transmit buffer, or that storage is in use (Poll, and try again);
// NoBuffers, if it cannot wait; Invalid, NotConnected, TooLong, AddrNotAvailable, NetUnreachable, HostUnreachable (the
// neighbour did not answer lately), NetDown.
func (s *Stack) UDPSend(now time.Duration, id int, dst wire.Addr, port uint16, p []byte) Cause {
	return s.udpSend(now, id, dst, port, p, nil)
}

// UDPSendParts is UDPSend of a datagram whose data is in several parts.
func (s *Stack) UDPSendParts(now time.Duration, id int, dst wire.Addr, port uint16, parts [][]byte) Cause {
	return s.udpSend(now, id, dst, port, nil, parts)
}

// udpSend sends a datagram with the data p and that of the parts.
func (s *Stack) udpSend(now time.Duration, id int, dst wire.Addr, port uint16, p []byte, parts [][]byte) Cause {
	e := s.udp(id)
	if e == nil {
		return Invalid
	}
	local := e.bound // the one that the peer is reached from may not do for others
	if !dst.IsValid() {
		dst, port, local = e.peer, e.pport, e.local
	}
	if !dst.IsValid() {
		return NotConnected
	}
	if port == 0 && !e.raw {
		return Invalid
	}
	src, c := e.source(local, dst)
	if c != OK {
		return c
	}
	o := outgoing{dst: dst, src: src, proto: e.proto, hold: true, fragment: true, n: e.headerLen() + len(p)}
	for _, q := range parts {
		o.n += len(q)
	}
	e.ip.apply(&o)
	if dst.IsMulticast() {
		o.hops, o.within = e.hops, e.hops == 0
		o.mirror = e.mirror && s.loopSlots() > 0 && (dst.Is4() && s.isOurGroup4(dst) || dst.Is6() && s.isOurGroup6(dst))
		if o.within && !o.mirror {
			return OK
		}
	}
	if c := s.beginIP(now, &o); c != OK {
		return c
	}
	at := e.headerLen()
	at += copy(o.payload[at:], p)
	for _, q := range parts {
		at += copy(o.payload[at:], q)
	}
	if e.raw {
		e.setChecksum(&o)
	} else {
		wire.UDPFields{SrcPort: e.port, DstPort: port, Length: uint16(o.n)}.Put(o.payload)
		wire.UDP(o.payload).SetChecksum(o.src, o.dst)
		s.count(UDPSent)
	}
	s.commitIP(&o)
	return OK
}

// headerLen is the length of the header that the endpoint puts before what it sends, behind that of IP.
func (e *UDPEndpoint) headerLen() int {
	if e.raw {
		return 0
	}
	return wire.UDPHeaderLen
}

// UDPSetMulticast says how far what the endpoint sends to groups goes, 1 by default: over so many links less one; 0 keeps it
// inside. loop says whether a copy comes back if we are members of the group ourselves (RFC 1112 6.1), true by default. It
// needs Storage.Loop. Invalid.
func (s *Stack) UDPSetMulticast(id int, hops uint8, loop bool) Cause {
	e := s.udp(id)
	if e == nil {
		return Invalid
	}
	e.hops, e.mirror = hops, loop
	return OK
}

// UDPError tells what an ICMP error, or a neighbour that did not answer, has said of the peer since the last call:
// PortUnreachable, ProtoUnreachable, HostUnreachable, NetUnreachable, Prohibited, TooLong; OK if nothing.
func (s *Stack) UDPError(id int) Cause {
	e := s.udp(id)
	if e == nil {
		return OK
	}
	c := e.err
	e.err = OK
	return c
}

// UDPReady says what the endpoint can do; nothing if there is none with this id.
func (s *Stack) UDPReady(id int) Ready {
	e := s.udp(id)
	if e == nil {
		return 0
	}
	r := Writable
	if e.queue.used > 0 {
		r |= Readable
	}
	if e.err != OK {
		r |= Error
	}
	return r
}

// UDPLocal returns the local address and port; no address or the unspecified one as UDPOpen had it, unless there is a
// peer.
func (s *Stack) UDPLocal(id int) (wire.Addr, uint16) {
	e := s.udp(id)
	if e == nil {
		return wire.Addr{}, 0
	}
	return e.local, e.port
}

// UDPRemote returns the peer, no address if there is none.
func (s *Stack) UDPRemote(id int) (wire.Addr, uint16) {
	e := s.udp(id)
	if e == nil {
		return wire.Addr{}, 0
	}
	return e.peer, e.pport
}

// UDPClose closes the endpoint; what is in its queue is lost.
func (s *Stack) UDPClose(id int) {
	if e := s.udp(id); e != nil {
		*e = UDPEndpoint{}
	}
}
