package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// DefaultHops is the TTL or hop limit of what we send to one host (RFC 1122 3.2.1.7; RFC 8200 leaves it to the registry
// of RFC 1700, which says 64). Multicast stays on the link unless the sender says otherwise (RFC 1112 6.1).
const (
	DefaultHops   = 64
	multicastHops = 1
)

// outgoing is a packet on its way out. The sender fills in the first part, beginIP the second.
type outgoing struct {
	dst   wire.Addr
	src   wire.Addr // no address: beginIP chooses
	n     int       // bytes of payload
	proto uint8
	hops  uint8 // 0: the default
	tos   uint8
	df    bool // IPv4: it must not be fragmented
	reply bool // a stranger made us send it: it does not push out neighbours in use
	hold  bool // it may wait in our storage for the neighbour's address

	fragment bool // it may be sent in fragments
	mirror   bool // it goes to a group, and a copy of it to us
	within   bool // it goes to a group, and only to us

	part   bool // it is a fragment: what follows tells which
	more   bool
	offset uint16
	id     uint32

	payload []byte // n bytes to be filled in; src is then set, as the checksum needs it

	frame []byte   // the reserved transmit buffer; nil if the packet is to wait
	mac   wire.MAC // where to send the frame
	row   int      // whose address it is to wait for

	inside bool          // it is for ourselves: frame is the packet
	staged bool          // it is longer than its path carries: it goes out in fragments
	now    time.Duration // when it was begun
}

// beginIP makes room for a packet with o.n bytes of payload. Only for OK there is a payload: the sender fills it in and
// calls commitIP, or forgets about the packet. WouldBlock says that there is no transmit buffer, and nothing has changed.
// InProgress says that the neighbour's address is being asked for and the packet may not wait: the sender keeps it and
// tries again when it is polled next. NetDown, TooLong, NetUnreachable, HostUnreachable, AddrNotAvailable and NoBuffers
// (no row for the neighbour, or no slot to wait in) say that it cannot be sent. One that is to be sent in fragments waits
// in storage of its own until all have gone; WouldBlock may then also say that another is there.
func (s *Stack) beginIP(now time.Duration, o *outgoing) Cause {
	self := o.within || s.isSelf(o.dst)
	if s.linkDown && !self {
		return NetDown
	}
	o.now = now
	if mtu, _ := s.pathMTU(now, o.dst); o.n > mtu-headerLen(o.dst) {
		return s.beginStaged(now, o)
	}
	from, next, c := s.firstHop(now, o.src, o.dst)
	if c != OK {
		return c
	}
	o.src = from
	switch {
	case self:
		return s.beginLoop(o)
	case s.isGroup(next):
		return s.beginFrame(o, groupMAC(next))
	}
	row, mac, state := s.neighbours.Lookup(now, next)
	switch state {
	case neighbour.Reachable, neighbour.Stale, neighbour.Delay, neighbour.Probe:
		c = s.beginFrame(o, mac)
	case neighbour.Failed:
		return HostUnreachable
	case neighbour.Incomplete:
		o.row = row
		c = s.beginWait(o)
	default:
		return s.beginResolve(now, o, next)
	}
	if c != WouldBlock {
		s.neighbours.Use(now, row, o.src, !o.reply)
	}
	return c
}

// beginFrame makes room in a transmit buffer.
func (s *Stack) beginFrame(o *outgoing, mac wire.MAC) Cause {
	h := headerLen(o.dst)
	o.frame = s.reserve(h + o.n)
	if o.frame == nil {
		return WouldBlock
	}
	o.mac = mac
	o.payload = o.frame[wire.EthernetHeaderLen+h:][:o.n]
	return OK
}

// beginResolve asks for the address of a neighbour that we know nothing of.
func (s *Stack) beginResolve(now time.Duration, o *outgoing, next wire.Addr) Cause {
	if !s.neighbours.Room(now, next, !o.reply) {
		return NoBuffers
	}
	if !s.solicit(next, o.src, wire.MAC{}) {
		return WouldBlock
	}
	var lost bool
	o.row, lost = s.neighbours.Begin(now, next, o.src, !o.reply)
	if lost {
		s.count(DropWaitingReplaced)
	}
	return s.beginWait(o)
}

// beginWait makes room for a packet where it can wait for its neighbour's address.
func (s *Stack) beginWait(o *outgoing) Cause {
	if !o.hold {
		return InProgress
	}
	h := headerLen(o.dst)
	b, lost := s.neighbours.Hold(o.row, h+o.n, !o.reply)
	if lost {
		s.count(DropWaitingReplaced)
	}
	if b == nil {
		return NoBuffers
	}
	o.frame, o.payload = nil, b[h:]
	return OK
}

// commitIP puts the header before the payload and sends the packet, or lets it wait.
func (s *Stack) commitIP(o *outgoing) {
	if o.staged {
		s.stage(o)
		return
	}
	h := headerLen(o.dst)
	switch {
	case o.inside:
		s.putHeader(o.frame, o)
		s.sendLoop()
		return
	case o.frame == nil:
		s.neighbours.Keep(o.row, h+o.n, !o.reply)
		s.putHeader(s.neighbours.Waiting(o.row), o)
		return
	}
	s.putHeader(o.frame[wire.EthernetHeaderLen:], o)
	if o.mirror {
		s.loopCopy(o.frame[wire.EthernetHeaderLen:][:h+o.n])
	}
	typ := uint16(wire.EtherTypeIPv4)
	if o.dst.Is6() {
		typ = wire.EtherTypeIPv6
	}
	s.send(o.frame, h+o.n, o.mac, typ)
}

func (s *Stack) putHeader(b []byte, o *outgoing) {
	hops := o.hops
	if hops == 0 {
		hops = DefaultHops
		if o.dst.IsMulticast() {
			hops = multicastHops
		}
	}
	if o.dst.Is6() {
		wire.IPv6Fields{
			TrafficClass: o.tos, PayloadLen: uint16(o.n), NextHeader: o.proto, HopLimit: hops, Src: o.src, Dst: o.dst,
		}.Put(b)
		return
	}
	id := uint16(o.id) // RFC 6864 4.1: what is never fragmented needs none
	if !o.df && !o.part {
		id = s.ip4ID(o.src, o.dst, o.proto)
	}
	wire.IPv4Fields{
		TOS: o.tos, TotalLen: uint16(wire.IPv4HeaderLen + o.n), ID: id, DF: o.df, MF: o.more, FragOffset: o.offset,
		TTL: hops, Protocol: o.proto, Src: o.src, Dst: o.dst,
	}.Put(b)
}

// beginReply is beginIP for an answer to what a stranger sent. An answer that cannot be sent is dropped and counted.
func (s *Stack) beginReply(now time.Duration, o *outgoing) bool {
	o.reply, o.hold = true, true
	return s.mayReply(s.beginIP(now, o))
}

// mayReply counts an answer that cannot be sent.
func (s *Stack) mayReply(c Cause) bool {
	switch c {
	case OK:
		return true
	case WouldBlock:
		s.count(DropReplyNoBuffer)
	case NoBuffers:
		s.count(DropReplyNoRoom)
	default:
		s.count(DropReplyUnreachable)
	}
	return false
}

func headerLen(dst wire.Addr) int {
	if dst.Is6() {
		return wire.IPv6HeaderLen
	}
	return wire.IPv4HeaderLen
}

// linkPayload returns the most bytes that one packet to dst can carry behind its IP header on our link.
func (s *Stack) linkPayload(dst wire.Addr) int { return int(s.cfg.MTU) - headerLen(dst) }

// maxPayload returns the most bytes that a datagram to dst can have behind its IP header, in however many fragments: its
// length is a number of 16 bits, which counts the header of IPv4 and not that of IPv6.
func maxPayload(dst wire.Addr) int {
	if dst.Is6() {
		return maxDatagram
	}
	return maxDatagram - wire.IPv4HeaderLen
}
