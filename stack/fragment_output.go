package stack

import (
	"time"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// staged is a datagram that its path cannot carry in one piece. It lies whole in Storage.Staging while its fragments go
// out: as many at a time as there are transmit buffers, the others when Poll finds more. There is one at a time.
type staged struct {
	dst, src         wire.Addr
	n                int // bytes of payload; 0: nothing is staged
	sent             int
	id               uint32
	proto, hops, tos uint8
	reply            bool
	mirror, within   bool
}

// beginStaged makes room for a datagram that is to be sent in fragments, if it may be. One of our own takes the place of an
// answer to a stranger, who could otherwise keep us from sending.
func (s *Stack) beginStaged(now time.Duration, o *outgoing) Cause {
	if !o.fragment || o.df && o.dst.Is4() || o.n > len(s.st.Staging) || o.n > maxPayload(o.dst) {
		return TooLong
	}
	from, next, c := s.firstHop(now, o.src, o.dst)
	if c != OK {
		return c
	}
	if !s.isGroup(next) && !s.isSelf(next) {
		switch _, _, state := s.neighbours.Lookup(now, next); {
		case state == neighbour.Failed:
			return HostUnreachable
		case state == neighbour.Free && !s.neighbours.Room(now, next, !o.reply):
			return NoBuffers
		}
	}
	if s.staged.n > 0 {
		if o.reply || !s.staged.reply {
			return WouldBlock
		}
		s.count(DropStaged)
		s.staged.n = 0
	}
	o.src, o.staged, o.payload = from, true, s.st.Staging[:o.n]
	return OK
}

// stage begins to send a datagram that is complete in Storage.Staging.
func (s *Stack) stage(o *outgoing) {
	s.staged = staged{
		dst: o.dst, src: o.src, n: o.n, proto: o.proto, hops: o.hops, tos: o.tos, reply: o.reply,
		mirror: o.mirror, within: o.within,
	}
	if o.dst.Is6() {
		s.staged.id = uint32(s.random()) // RFC 7739 5.3
	} else {
		s.staged.id = uint32(s.ip4ID(o.src, o.dst, o.proto))
	}
	s.sendStaged(o.now)
}

// sendStaged sends what can be sent of the staged datagram, and reports whether a transmit buffer is what it lacks.
func (s *Stack) sendStaged(now time.Duration) (blocked bool) {
	g := &s.staged
	for g.n > 0 {
		switch c := s.sendFragment(now); c {
		case OK:
		case WouldBlock:
			return true
		case InProgress: // until the neighbour answers, or does not
			return false
		default:
			s.count(DropStaged)
			n := g.n
			g.n = 0
			if c == HostUnreachable {
				s.undelivered(now, g.src, g.dst, g.proto, s.st.Staging[:n], c, 0)
			}
		}
	}
	return false
}

// sendFragment sends the next fragment of the staged datagram. All but the last have as much data as the path carries, in
// units of 8 bytes (RFC 791 3.2, RFC 8200 4.5).
func (s *Stack) sendFragment(now time.Duration) Cause {
	g := &s.staged
	mtu, _ := s.pathMTU(now, g.dst)
	room, header := mtu-headerLen(g.dst), 0
	if g.dst.Is6() {
		header = wire.FragmentHeaderLen
		room -= header
	}
	n, more := g.n-g.sent, false
	if n > room {
		n, more = room&^7, true
	}
	o := outgoing{
		dst: g.dst, src: g.src, n: header + n, proto: g.proto, hops: g.hops, tos: g.tos, reply: g.reply,
		id: g.id, more: more, offset: uint16(g.sent), part: true, mirror: g.mirror, within: g.within,
	}
	if c := s.beginIP(now, &o); c != OK {
		return c
	}
	if header > 0 {
		o.proto = wire.ProtoFragment
		wire.Fragment{NextHeader: g.proto, Offset: o.offset, More: more, ID: g.id}.Put(o.payload)
	}
	copy(o.payload[header:], s.st.Staging[g.sent:][:n])
	s.commitIP(&o)
	s.count(FragmentsSent)
	if g.sent += n; !more {
		g.n = 0
	}
	return OK
}
