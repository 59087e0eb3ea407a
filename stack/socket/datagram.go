package socket

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/wire"
)

func (t *Table) openDatagram(s *Socket, e Endpoint) stack.Cause {
	var id int
	var c stack.Cause
	switch {
	case s.kind == Raw:
		id, c = t.stack.RawOpen(e.Addr, s.proto)
	case s.reuse:
		id, c = t.stack.UDPOpenShared(e.Addr, e.Port)
	default:
		id, c = t.stack.UDPOpen(e.Addr, e.Port)
	}
	if c == stack.OK {
		s.conn, s.phase = int32(id), open
		t.settle(s)
	}
	return c
}

// bindAny gives a datagram socket that has no port yet a free one.
func (t *Table) bindAny(s *Socket) stack.Cause {
	if s.phase == open {
		return stack.OK
	}
	return t.openDatagram(s, Endpoint{Addr: s.anyAddr()})
}

func (t *Table) connectDatagram(s *Socket, to Endpoint) stack.Cause {
	if c := t.bindAny(s); c != stack.OK {
		return c
	}
	c := t.stack.UDPConnect(int(s.conn), to.Addr, to.Port)
	if c == stack.OK {
		s.shut = 0
	}
	return c
}

func (t *Table) disconnectDatagram(s *Socket) stack.Cause {
	if s.phase != open {
		return stack.OK
	}
	return t.stack.UDPConnect(int(s.conn), wire.Addr{}, 0)
}

// sendDatagram sends p, or the parts.
func (t *Table) sendDatagram(now time.Duration, s *Socket, p []byte, parts [][]byte, to Endpoint) stack.Cause {
	if s.shut&shutWrite != 0 {
		return stack.Shutdown
	}
	if !to.Addr.IsValid() && (s.phase != open || !t.datagramPeer(s).Addr.IsValid()) {
		return stack.NotConnected
	}
	if c := t.bindAny(s); c != stack.OK {
		return c
	}
	if parts != nil {
		return t.stack.UDPSendParts(now, int(s.conn), to.Addr, to.Port, parts)
	}
	return t.stack.UDPSend(now, int(s.conn), to.Addr, to.Port, p)
}

// SendParts is SendTo of a datagram whose data is in several parts. Unsupported: a stream.
func (t *Table) SendParts(now time.Duration, id int, parts [][]byte, to Endpoint) stack.Cause {
	s, c := t.datagram(id)
	switch {
	case c != stack.OK:
		return c
	case to.Addr.IsValid() && !s.family(to.Addr):
		return stack.WrongFamily
	case mapped(to.Addr):
		return stack.NetUnreachable
	}
	return t.sendDatagram(now, s, nil, parts, to)
}

// PeekAt copies what the oldest datagram has from an offset on to p, and leaves it there. As Receive. Unsupported: a stream.
func (t *Table) PeekAt(id, offset int, p []byte) (Received, stack.Cause) {
	s, c := t.datagram(id)
	switch {
	case c != stack.OK:
		return Received{}, c
	case s.phase != open:
		return Received{}, stack.WouldBlock
	}
	d, c := t.stack.UDPPeekAt(int(s.conn), offset, p)
	return Received{N: d.N, Full: d.Full, From: Endpoint{d.Src, d.SrcPort}}, c
}

func (t *Table) receiveDatagram(s *Socket, p []byte, peek bool) (Received, stack.Cause) {
	if s.phase == open {
		d, c := t.stack.UDPReceive(int(s.conn), p, peek)
		if c != stack.WouldBlock {
			return Received{N: d.N, Full: d.Full, From: Endpoint{d.Src, d.SrcPort}}, c
		}
	}
	if s.shut&shutRead != 0 {
		return Received{}, stack.EOF
	}
	return Received{}, stack.WouldBlock
}

func (t *Table) datagramPeer(s *Socket) (e Endpoint) {
	if s.phase == open {
		e.Addr, e.Port = t.stack.UDPRemote(int(s.conn))
	}
	return e
}
