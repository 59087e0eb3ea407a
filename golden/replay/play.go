package replay

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/wire"
)

// act has the application do what the captured one did when its end sent this segment.
func (p *player) act(x *segment) {
	if x.has(wire.FlagRST) {
		if !p.conn.refused() && p.open && !p.aborted {
			p.call(&sut.Call{Op: sut.OpSetSockOpt, FD: p.fd, Option: sut.SoLinger, Data: []byte{1, 0, 0, 0, 0, 0, 0, 0}})
			p.call(&sut.Call{Op: sut.OpClose, FD: p.fd})
			p.aborted = true
		}
		return
	}
	end := int(int32(x.tcp.Seq()-p.conn.isn[p.own]-1)) + len(x.tcp.Payload())
	p.release(end, x.has(wire.FlagFIN))
	p.push()
}

// release lets the application write up to an offset, and end its stream there.
func (p *player) release(to int, fin bool) {
	p.released = min(max(p.released, to), len(p.mine.data))
	if fin {
		p.finished = true
	}
}

// push writes what the application may write, as much as the stack takes.
func (p *player) push() {
	if !p.open || p.aborted || p.broken != sut.ENone {
		return
	}
	for p.written < p.released && p.wrong == "" {
		r := p.call(&sut.Call{Op: sut.OpSend, FD: p.fd, Flags: sut.MsgDontWait, Data: p.mine.data[p.written:min(p.released, p.written+64<<10)]})
		if r.Err != sut.ENone {
			return
		}
		p.written += int(r.Ret)
	}
	if p.finished && !p.shut && p.written == max(p.mine.fin, len(p.mine.data)) {
		p.shut = true
		p.call(&sut.Call{Op: sut.OpShutdown, FD: p.fd, Value: sut.ShutWrite})
	}
}

// listen reads what has come.
func (p *player) listen() {
	p.push()
	for p.open && !p.aborted && !p.eof && p.broken == sut.ENone && p.wrong == "" {
		r := p.call(&sut.Call{Op: sut.OpRecv, FD: p.fd, Flags: sut.MsgDontWait, Value: 64 << 10})
		switch {
		case r.Err == sut.EAGAIN:
			return
		case r.Err != sut.ENone:
			p.broken = r.Err
		case r.Ret == 0:
			p.eof = true
		default:
			p.read = append(p.read, r.Data...)
		}
	}
}

// hear feeds a segment of the other end's, once the stack has sent what it acknowledges.
func (p *player) hear(x *segment) error {
	if x.has(wire.FlagACK) && (p.started || p.own == client) {
		if err := p.reach(x); err != nil {
			return err
		}
	}
	p.feed(x)
	if x.has(wire.FlagACK) {
		p.acked = p.later(p.acked, x.tcp.Ack()-p.conn.isn[p.own])
	}
	if end := x.tcp.Seq() + x.tcp.SegLen(); p.peerNext == 0 || int32(end-p.peerNext) > 0 {
		p.peerNext = end
	}
	p.window = x.tcp.Window()
	if o := wire.ParseTCPOptions(x.tcp.Options()); o.HasTS {
		if !p.stamped || int32(o.TSVal-p.peerTS) > 0 {
			p.peerTS = o.TSVal
		}
		p.stamped = true
	}
	p.listen()
	return nil
}

// later is the later of two offsets.
func (p *player) later(a, b uint32) uint32 {
	if int32(b-a) > 0 {
		return b
	}
	return a
}

// reach waits until the stack has sent what a segment acknowledges.
func (p *player) reach(x *segment) error {
	want := x.tcp.Ack() - p.conn.isn[p.own]
	for o, i := wire.ParseTCPOptions(x.tcp.Options()), uint8(0); i < o.NSACK; i++ {
		want = p.later(want, o.SACK[i].Right-p.conn.isn[p.own])
	}
	if x.has(wire.FlagRST) && !p.started || int32(want) <= 0 || int(want) > len(p.mine.data)+2 {
		return nil // an acknowledgment of what the capture does not carry: the stack will refuse it
	}
	p.release(int(want)-1, int(want) == p.mine.fin+2 && p.mine.fin >= 0)
	if p.mine.fin < 0 {
		want = min(want, uint32(len(p.mine.data))+1)
	}
	p.push()
	for range 10_000 {
		if int32(p.sent-want) >= 0 || p.aborted || p.reset || p.broken != sut.ENone || p.wrong != "" {
			return nil
		}
		before, had := p.sent, p.written
		if p.acked != p.sent && p.open {
			p.help()
		} else {
			next, ok := p.s.Next()
			if !ok || next > p.now+time.Minute {
				break
			}
			p.advance(max(next, p.now))
		}
		if p.push(); p.sent == before && p.written == had && p.acked == p.sent && p.now > x.at+time.Hour {
			break
		}
	}
	return fmt.Errorf("the stack has sent %d of the %d bytes that are acknowledged", p.sent, want)
}

// help acknowledges what the stack has sent so far, so that it sends more.
func (p *player) help() {
	f := wire.TCPFields{Seq: p.peerNext, Ack: p.sent + p.conn.isn[p.own], Flags: wire.FlagACK, Window: max(p.window, 1<<14)}
	p.acked = p.sent
	p.outcome.Helped++
	p.send(0, 64, f, p.stamps(), nil)
	p.listen()
}

// stamps is the time stamps option of a segment that is put in.
func (p *player) stamps() []byte {
	if !p.stamped {
		return nil
	}
	o := wire.TCPOpts{HasTS: true, TSVal: p.peerTS}
	b := make([]byte, wire.TCPMaxOptionsLen)
	return b[:wire.PutTCPOptions(b, &o)]
}

// verdict compares what the application has read with what the capture carries.
func (p *player) verdict() error {
	if p.wrong != "" {
		return errors.New(p.wrong)
	}
	want := p.theirs.whole()
	if p.conn.refused() {
		switch {
		case p.own == server && !p.reset:
			return errors.New("the stack does not refuse what nobody listens to")
		case p.own == client && p.refusal != sut.ECONNREFUSED:
			return fmt.Errorf("connect ends with %v, and was refused", p.refusal)
		}
		return nil
	}
	if !p.open && (len(want) > 0 || p.theirs.fin >= 0) {
		return fmt.Errorf("the connection does not open (%v)", p.refusal)
	}
	n := min(len(want), len(p.read))
	p.outcome.Read = n
	if !bytes.Equal(want[:n], p.read[:n]) || len(p.read) > len(want) {
		i := 0
		for i < n && want[i] == p.read[i] {
			i++
		}
		return fmt.Errorf("what the application reads differs from the capture at byte %d of %d", i, len(want))
	}
	switch {
	case p.aborted:
		return nil // it has read what had come until it gave up
	case n < len(want):
		return fmt.Errorf("the application reads %d bytes of the %d that the capture carries (%v)", n, len(want), p.broken)
	case p.theirs.fin == len(want) && !p.conn.reset && !p.eof:
		return errors.New("the application does not see the end of the stream")
	case p.reset && !p.conn.reset:
		return errors.New("the stack resets a connection that nobody reset")
	}
	return nil
}
