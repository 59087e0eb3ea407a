package replay

import (
	"bytes"
	"fmt"

	"stackproof/conformance/sut"
	"stackproof/stack/wire"
)

// Outcome is what a replay was about.
type Outcome struct {
	Read, Sent int   // bytes of the two streams that were compared: what the application read, and what the stack sent
	Helped     int64 // acknowledgments that were put in
	Gap        bool  // the capture does not carry all that was read: its begin was compared
}

// player replays one connection with the stack in the place of one end.
type player struct {
	s    sut.SUT
	conn *Conn
	own  int // the end that the stack plays

	mine, theirs stream
	released     int  // of mine: what the application may have written so far
	written      int  // of it
	finished     bool // mine: the application may end its stream
	shut         bool // and has
	aborted      bool

	now      sut.Time
	fd       sut.FD
	open     bool
	refusal  sut.Errno // what connect has failed with
	read     []byte
	eof      bool
	broken   sut.Errno // what reading has failed with
	delta    uint32    // to be added to acknowledgments of mine
	isn      uint32    // the stack's
	started  bool      // the stack has sent its SYN
	sent     uint32    // behind its highest byte, from its SYN on
	acked    uint32
	peerNext uint32 // behind the peer's highest byte that was fed
	window   uint16
	tsVal    uint32
	peerTS   uint32 // the peer's latest time stamp
	stamped  bool   // there was one
	reset    bool   // the stack has sent a reset
	replies  [][]byte
	wrong    string // what must not happen and did
	outcome  Outcome
}

const (
	listenFD = 1
	connFD   = 2
	task     = 1
	opener   = 2 // the task that waits for the connection
)

// buffer is the length of the stack's queues in a replay.
const buffer = 1 << 20

// Replay plays a connection with the stack as its server, or as its client. The error says what is not as the capture has
// it.
func Replay(c *Conn, asServer bool, s sut.SUT) (Outcome, error) {
	p := &player{s: s, conn: c, own: client, fd: connFD}
	if asServer {
		p.own = server
	}
	p.mine, p.theirs = c.assemble(p.own), c.assemble(1-p.own)
	p.outcome.Gap = p.mine.gap() || p.theirs.gap()
	if err := p.begin(); err != nil {
		return p.outcome, err
	}
	t0 := c.segments[0].at
	for i := range c.segments {
		x := &c.segments[i]
		p.advance(max(p.now, x.at-t0))
		if x.side() == p.own {
			p.act(x)
		} else if err := p.hear(x); err != nil {
			return p.outcome, fmt.Errorf("segment %d of the connection: %w", i+1, err)
		}
		if p.wrong != "" {
			return p.outcome, fmt.Errorf("segment %d of the connection: %s", i+1, p.wrong)
		}
	}
	p.advance(p.now + lull)
	return p.outcome, p.verdict()
}

func (p *player) local() Endpoint {
	if p.own == server {
		return p.conn.Server
	}
	return p.conn.Client
}

func (p *player) remote() Endpoint {
	if p.own == server {
		return p.conn.Client
	}
	return p.conn.Server
}

// status notes an operation that the stack did not carry out.
func (p *player) status(what string, s sut.Status) {
	if s != sut.OK && p.wrong == "" {
		p.wrong = what + ": " + s.String()
	}
}

// begin makes a stack with the options of the one that it stands for, and opens a socket.
func (p *player) begin() error {
	cfg := sut.Config{MAC: stackMAC, MTU: 1500, Addr4: stack4.As4(), Prefix4: 24, Addr6: stack6.As16(), Prefix6: 64, Seed: 1, RcvBuf: buffer, SndBuf: buffer}
	p.status("reset", p.s.Reset(&cfg))
	p.knobs()
	domain, family := uint8(sut.DomainIPv4), stack4
	if p.conn.Client.Addr.Is6() {
		domain, family = sut.DomainIPv6, stack6
	}
	at := func(a wire.Addr, port uint16) (x sut.Addr) {
		x = sut.Addr{Family: domain, Port: port}
		a.Put(x.IP[:])
		return x
	}
	if p.own == server {
		if p.conn.refused() {
			return nil // nobody listens
		}
		p.call(&sut.Call{Op: sut.OpSocket, NewFD: listenFD, Domain: domain, Type: sut.TypeStream})
		p.call(&sut.Call{Op: sut.OpBind, FD: listenFD, Addr: at(family, p.conn.Server.Port)})
		p.call(&sut.Call{Op: sut.OpListen, FD: listenFD, Value: 4})
		p.call(&sut.Call{Op: sut.OpAccept, Task: opener, FD: listenFD, NewFD: connFD})
	} else {
		peer := peer4
		if family.Is6() {
			peer = peer6
		}
		p.call(&sut.Call{Op: sut.OpSocket, NewFD: connFD, Domain: domain, Type: sut.TypeStream})
		p.call(&sut.Call{Op: sut.OpBind, FD: connFD, Addr: at(family, p.conn.Client.Port)})
		if r := p.call(&sut.Call{Op: sut.OpConnect, Task: opener, FD: connFD, Addr: at(peer, p.conn.Server.Port)}); !r.Pending && p.wrong == "" {
			p.wrong = "connect does not wait"
		}
	}
	if p.wrong != "" {
		return fmt.Errorf("the stack cannot play the part: %s", p.wrong)
	}
	return nil
}

// knobs has the stack offer what the captured end offered, and nothing else.
func (p *player) knobs() {
	var o wire.TCPOpts
	ecn := false
	for i := range p.conn.segments {
		if s := &p.conn.segments[i]; s.side() == p.own && s.has(wire.FlagSYN) {
			o = wire.ParseTCPOptions(s.tcp.Options())
			ecn = s.has(wire.FlagECE)
			break
		}
	}
	for k, on := range map[sut.Knob]bool{sut.KnobTimestamps: o.HasTS, sut.KnobWindowScale: o.HasWScale, sut.KnobSACK: o.SACKPermitted, sut.KnobECN: ecn} {
		v := int64(0)
		if on {
			v = 1
		}
		p.status(k.String(), p.s.Knob(k, v, p))
	}
}

// call makes a socket call.
func (p *player) call(c *sut.Call) (r sut.Result) {
	if c.Task == 0 {
		c.Task = task
	}
	p.status(c.Op.String(), p.s.Call(c, &r, p))
	if r.Err != sut.ENone && r.Err != sut.EAGAIN && c.Op <= sut.OpListen && p.wrong == "" {
		p.wrong = c.Op.String() + ": " + r.Err.String()
	}
	r.Data = bytes.Clone(r.Data)
	p.settle()
	return r
}

// Frame is one that the stack sent.
func (p *player) Frame(_ sut.Time, frame []byte) {
	if reply := p.answer(frame); reply != nil {
		p.replies = append(p.replies, reply)
	}
	s, _, dst, ok := parse(frame)
	if ok && dst.Port == p.remote().Port {
		p.heard(s.tcp)
	}
}

// heard follows what the stack sends: it must be the captured stream.
func (p *player) heard(t wire.TCP) {
	if o := wire.ParseTCPOptions(t.Options()); o.HasTS {
		p.tsVal = o.TSVal
	}
	if t.Flags().Has(wire.FlagRST) {
		if !p.eof || !p.shut { // a segment that comes late, when all is over, is answered so (RFC 9293 3.10.7.1)
			p.reset = true
		}
		return
	}
	if t.Flags().Has(wire.FlagSYN) && !p.started {
		p.started, p.isn = true, t.Seq()
		p.delta = p.isn - p.conn.isn[p.own]
	}
	if !p.started {
		return
	}
	at := t.Seq() - p.isn
	if end := at + t.SegLen(); int32(end-p.sent) > 0 {
		p.sent = end
	}
	for i, b := range t.Payload() {
		k := int(at) - 1 + i
		if k < 0 {
			continue // a keep-alive
		}
		if k >= len(p.mine.data) && p.wrong == "" {
			p.wrong = fmt.Sprintf("the stack sends byte %d of a stream of %d", k, len(p.mine.data))
		}
		if k < len(p.mine.data) && p.mine.have[k] && b != p.mine.data[k] && p.wrong == "" {
			p.wrong = fmt.Sprintf("byte %d that the stack sends is %#02x, and %#02x in the capture", k, b, p.mine.data[k])
		}
		p.outcome.Sent = max(p.outcome.Sent, k+1)
	}
}

// Done is a call that has completed: accept or connect.
func (p *player) Done(_ sut.Time, _ sut.CallID, r *sut.Result) {
	if r.Err != sut.ENone {
		p.refusal = r.Err
		return
	}
	p.open = true
}

// deliver gives the stack a frame.
func (p *player) deliver(frame []byte) {
	p.status("deliver", p.s.Deliver(frame, p))
	p.settle()
}

// settle answers what the stack has asked of its neighbour.
func (p *player) settle() {
	for len(p.replies) > 0 {
		r := p.replies[0]
		p.replies = p.replies[1:]
		p.status("deliver", p.s.Deliver(r, p))
	}
}

// advance lets time go by, deadline for deadline while the stack has questions.
func (p *player) advance(to sut.Time) {
	if to < p.now {
		return
	}
	for p.wrong == "" {
		next, ok := p.s.Next()
		if !ok || next > to {
			break
		}
		p.now = max(p.now, next)
		p.status("advance", p.s.Advance(p.now, p))
		p.settle()
		p.listen()
	}
	p.now = to
	p.status("advance", p.s.Advance(to, p))
	p.settle()
	p.listen()
}
