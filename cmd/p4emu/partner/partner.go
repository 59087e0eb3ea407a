// Package partner is the computer at the other end of the cable of an emulated chip: a stack in this process, whose time
// nobody counts, that sends and takes what the bench's image asks for (cmd/firmware/bench).
package partner

import (
	"bytes"
	"fmt"
	"time"

	"stackproof/cmd/firmware/bench/traffic"
	"stackproof/drivers/emac/model"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

const (
	cable  = 2 * time.Microsecond // from the end of a frame to the partner
	ring   = 8                    // frames that wait for the wire
	rows   = 32                   // connections, of which those that are over take none of buffers
	buffer = 64 << 10             // bytes of a connection's queue, each way
	fcs    = 4
	again  = 120 * time.Microsecond // a frame's time on the wire: when there may be room in the ring again
)

// Partner is the computer. It implements chip.Partner.
type Partner struct {
	// Complain is told what comes that must not: other bytes than the image should send.
	Complain func(string)

	emac    *model.EMAC
	stack   stack.Stack
	now     time.Duration
	next    time.Duration // when there is something to do without a frame
	due     bool
	full    bool // the ring was, when a frame was to be sent
	heard   []heard
	current []byte // the frame that the stack has borrowed
	room    []byte
	listen  int
	tasks   []*task
	pattern []byte
	scratch []byte
}

type heard struct {
	at    time.Duration
	bytes []byte
}

// task is a connection.
type task struct {
	id            int
	head          [traffic.RequestSize]byte
	headLen       int
	toSend, sent  int
	toTake, taken int
	shut          bool
}

// New is a partner that listens.
func New(complain func(string)) *Partner {
	p := &Partner{Complain: complain, room: make([]byte, 1518), pattern: make([]byte, buffer+traffic.Period), scratch: make([]byte, buffer)}
	traffic.Fill(p.pattern)
	config := stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, traffic.Partner}, MTU: 1500, Entropy: [32]byte{1},
		IPv4: wire.Prefix{Addr: wire.IPv4(192, 0, 2, traffic.Partner), Bits: 24},
	}
	storage := stack.Storage{
		Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 4*1500),
		TCP: make([]stack.TCPConn, rows), TCPBuffer: make([]byte, 4*2*buffer), TCPSlots: 4,
	}
	if e := p.stack.Init(&config, &storage, p); e != stack.InitOK {
		panic(fmt.Sprintf("partner: the stack's configuration: %d", e))
	}
	l, c := p.stack.TCPListen(wire.Addr{}, traffic.Port, 4)
	if c != stack.OK {
		panic(fmt.Sprintf("partner: listen: %v", c))
	}
	p.listen = l
	return p
}

// Plug is told of the EMAC at the other end.
func (p *Partner) Plug(e *model.EMAC) { p.emac = e }

// Hear takes a frame off the wire. A broken one is lost, as by any receiver.
func (p *Partner) Hear(f model.Frame) {
	if f.Broken || !model.Intact(f.Bytes) {
		return
	}
	p.heard = append(p.heard, heard{f.End + cable, bytes.Clone(f.Bytes[:len(f.Bytes)-fcs])})
}

// Poll does what is due at now, and says when there is more.
func (p *Partner) Poll(now time.Duration) (next time.Duration, due bool) {
	p.now = now
	for len(p.heard) > 0 && p.heard[0].at <= now || p.due && p.next <= now {
		p.full = false
		p.stack.Poll(now)
		p.serve()
		p.next, p.due = p.stack.Poll(now)
		if p.full {
			p.next, p.due = now+again, true
		}
	}
	if len(p.heard) > 0 && (!p.due || p.heard[0].at < p.next) {
		return p.heard[0].at, true
	}
	return p.next, p.due
}

// serve does what the connections need.
func (p *Partner) serve() {
	for {
		id, c := p.stack.TCPAccept(p.listen)
		if c != stack.OK {
			break
		}
		p.tasks = append(p.tasks, &task{id: id})
	}
	kept := p.tasks[:0]
	for _, t := range p.tasks {
		if p.move(t) {
			kept = append(kept, t)
		}
	}
	p.tasks = kept
}

// move reads and writes what it can; more is false when the connection is over.
func (p *Partner) move(t *task) (more bool) {
	for t.headLen < len(t.head) {
		n, c := p.stack.TCPRead(t.id, t.head[t.headLen:], false)
		if t.headLen += n; n == 0 {
			return p.goesOn(t, c)
		}
		if r := traffic.Parse(&t.head); t.headLen == len(t.head) {
			t.toSend, t.toTake = int(r.Receive), int(r.Send)
		}
	}
	for t.sent < t.toSend {
		at := t.sent % traffic.Period
		n, _ := p.stack.TCPWrite(t.id, p.pattern[at:at+min(t.toSend-t.sent, buffer)])
		if t.sent += n; n == 0 {
			break
		}
	}
	for {
		n, c := p.stack.TCPRead(t.id, p.scratch, false)
		if n == 0 {
			if t.sent == t.toSend && t.taken == t.toTake && !t.shut {
				t.shut = p.stack.TCPShutdownWrite(t.id) == stack.OK
			}
			return p.goesOn(t, c)
		}
		if at := t.taken % traffic.Period; !bytes.Equal(p.scratch[:n], p.pattern[at:at+n]) {
			p.Complain(fmt.Sprintf("the %d bytes from %d of the image's stream on are not those that it should send", n, t.taken))
		}
		t.taken += n
	}
}

// goesOn closes a connection that is over, orderly or not.
func (p *Partner) goesOn(t *task, c stack.Cause) bool {
	if c == stack.WouldBlock || c == stack.EOF && t.headLen == len(t.head) && t.sent < t.toSend {
		return true
	}
	p.stack.TCPClose(p.now, t.id)
	return false
}

// Receive lends the stack the next frame that has arrived.
func (p *Partner) Receive() []byte {
	if len(p.heard) == 0 || p.heard[0].at > p.now {
		return nil
	}
	p.current = p.heard[0].bytes
	p.heard = p.heard[1:]
	return p.current
}

// Release takes it back.
func (p *Partner) Release() { p.current = nil }

// Reserve gives room for a frame while the ring has some.
func (p *Partner) Reserve(n int) []byte {
	if p.emac.Backlog() >= ring {
		p.full = true
		return nil
	}
	return p.room[:n]
}

// Send puts a frame on the wire.
func (p *Partner) Send(n int) {
	p.emac.Arrive(model.Arrival{At: p.now + cable, Bytes: model.Seal(p.room[:n])})
}
