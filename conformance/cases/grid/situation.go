package grid

import (
	"fmt"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
)

const (
	cellWindow = 1000 // of the stack
	peerWindow = 100  // of the peer
)

// situation is a state with the numbers that its connection has in the cells, and how a stack is brought there.
type situation struct {
	slug  string
	block oracle.Block
	enter func(c *build.Case)
}

// block is a connection's: what it has sent, what the peer's next number is.
func block(state oracle.State, una, nxt, rcv uint32) oracle.Block {
	return oracle.Block{
		State: state, Passive: state != oracle.SynSent, SndUna: una, SndNxt: nxt, MaxSndWnd: peerWindow, RcvNxt: rcv, RcvWnd: cellWindow + 1 - rcv, // the edge stays where it was
	}
}

// unopened is block before a window of the peer is known. Where there is no connection the numbers only say where the
// segments of the cells lie.
func unopened(state oracle.State) oracle.Block {
	b := block(state, 0, 1, 1)
	b.MaxSndWnd = 0
	return b
}

var situations = []situation{
	{"closed", unopened(oracle.Closed), func(*build.Case) {}},
	{"listen", unopened(oracle.Listen), enterListen},
	{"syn-sent", unopened(oracle.SynSent), enterSynSent},
	{"syn-received", unopened(oracle.SynReceived), cellSynReceived},
	{"established", block(oracle.Established, 101, 111, 1), func(c *build.Case) { cellEstablished(c); writes(c, 1) }},
	{"fin-wait-1", block(oracle.FinWait1, 101, 102, 1), cellFinWait1},
	{"fin-wait-2", block(oracle.FinWait2, 102, 102, 1), cellFinWait2},
	{"close-wait", block(oracle.CloseWait, 101, 111, 2), func(c *build.Case) { cellCloseWait(c); writes(c, 2) }},
	{"closing", block(oracle.Closing, 101, 102, 2), func(c *build.Case) { cellFinWait1(c); peerFIN(c, 101, 102) }},
	{"last-ack", block(oracle.LastAck, 101, 102, 2), func(c *build.Case) { cellCloseWait(c); shuts(c, 2) }},
	{"time-wait", block(oracle.TimeWait, 102, 102, 2), func(c *build.Case) { cellFinWait2(c); peerFIN(c, 102, 102) }},
}

func cellSynReceived(c *build.Case) {
	enterListen(c)
	c.In(build.TCP("S", 0, 0).Win(peerWindow).Options("mss 1460"))
	c.Out(synAck().Win(cellWindow).AnyOptions(), "the SYN-ACK")
}

// cellEstablished opens a connection on which 100 bytes have been sent and acknowledged. They go in two halves of the window:
// some senders fill no more than half of it with a segment (RFC 9293 3.8.6.2.1).
func cellEstablished(c *build.Case) {
	cellSynReceived(c)
	c.After(tick).In(peerAck(1, 1)).Line("accept(3, ..., ...) = 4", "the connection is open")
	c.Do("write(4, ..., 50) = 50").Out(build.TCP("P.", 1, 50).Ack(1).Win(cellWindow), "half a window of text")
	c.After(tick).In(peerAck(1, 51))
	c.Do("write(4, ..., 50) = 50").Out(build.TCP("P.", 51, 50).Ack(1), "and another half")
	c.After(tick).In(peerAck(1, 101))
}

// writes leaves ten bytes unacknowledged.
func writes(c *build.Case, rcv uint32) {
	c.Do("write(4, ..., 10) = 10").Out(build.TCP("P.", 101, 10).Ack(rcv), "text that waits to be acknowledged")
}

func shuts(c *build.Case, rcv uint32) {
	c.Do("shutdown(4, SHUT_WR) = 0").Out(build.TCP("F.", 101, 0).Ack(rcv), "the stack's FIN")
}

func cellFinWait1(c *build.Case) { cellEstablished(c); shuts(c, 1) }

func cellFinWait2(c *build.Case) {
	cellFinWait1(c)
	c.After(tick).In(peerAck(1, 102))
}

func cellCloseWait(c *build.Case) {
	cellEstablished(c)
	peerFIN(c, 101, 101)
}

// peerFIN has the peer close.
func peerFIN(c *build.Case, n, snd uint32) {
	c.After(tick).In(build.TCP("F.", 1, 0).Ack(n).Win(peerWindow))
	c.Within(5*tick).Out(own(snd, 2).Win(cellWindow-1), "the peer's FIN is acknowledged")
}

// peerAck is an ACK from the peer of the cells.
func peerAck(seq, n uint32) build.Packet { return build.TCP(".", seq, 0).Ack(n).Win(peerWindow) }

// shows is the exchange after the reaction, which no other state would answer in the same way.
func shows(c *build.Case, s *situation, r *oracle.Reaction) {
	a := after{c, r.After, "4", "..."}
	switch s.block.State {
	case oracle.SynSent:
		a.fd, a.text = "3", `"`+synText+`"`
	case oracle.Listen:
		a.text = `"` + synText + `"`
	}
	switch was := s.block.State; r.After.State {
	case oracle.Closed:
		a.closed(was, r.Reset)
	case oracle.Listen:
		if was == oracle.SynReceived {
			a.gone("the attempt is forgotten")
		}
		listens(c, 0, 0)
	case oracle.SynSent:
		c.After(tick).In(build.TCP("S.", 7000, 0).Ack(1).Win(peerWindow)).Out(own(1, 7001), "the attempt to connect goes on")
	case oracle.SynReceived:
		a.halfOpen(was)
	case oracle.Established, oracle.CloseWait:
		if was == oracle.SynReceived {
			c.Line("accept(3, ..., ...) = 4", "the connection is open")
		}
		a.canWrite()
	case oracle.FinWait1, oracle.Closing, oracle.LastAck:
		a.finAgain()
	case oracle.FinWait2, oracle.TimeWait:
		a.finDone()
	}
}

// after is a connection that is to show its state.
type after struct {
	c    *build.Case
	b    oracle.Block
	fd   string
	text string // what there is to read, if not the pattern of the stream
}

// hears has the peer send a segment, and the stack do what the oracle says.
func (a *after) hears(g oracle.Segment, phrase string) {
	a.c.After(tick).In(segment(&g))
	r := oracle.React(a.b, g)
	if r.Reply != nil {
		answered(a.c, &r, phrase)
	}
	a.b = r.After
}

// fills sends what is missing before what is held, so that both are delivered.
func (a *after) fills() {
	if h := a.b.Held; h.From != h.To || a.b.HeldFIN {
		a.hears(oracle.Segment{Flags: oracle.ACK, Seq: a.b.RcvNxt, Ack: a.b.SndUna, Text: h.From - a.b.RcvNxt}, "what came early was kept")
	}
}

// reads takes what there is to read, and looks whether the peer's FIN is behind it.
func (a *after) reads() {
	receiving := a.b.State == oracle.Established || a.b.State == oracle.FinWait1 || a.b.State == oracle.FinWait2
	if n := a.b.Read; n > 0 {
		a.c.Line(fmt.Sprintf("recv(%s, %s, 2000, MSG_DONTWAIT) = %d", a.fd, a.text, n), "the text is delivered")
		if receiving && n >= cellWindow/2 { // RFC 9293 3.8.6.2.2: the window opens by half of the buffer at least
			a.c.Out(own(a.b.SndNxt, a.b.RcvNxt).Win(cellWindow), "there is room again")
		}
	}
	if receiving {
		a.c.Line(fmt.Sprintf("recv(%s, ..., 2000, MSG_DONTWAIT) = -1 EAGAIN", a.fd), "and the peer can send more")
	} else {
		a.c.Line(fmt.Sprintf("recv(%s, ..., 2000, MSG_DONTWAIT) = 0", a.fd), "and the peer has closed")
	}
}

// canWrite: ESTABLISHED and CLOSE-WAIT send text.
func (a *after) canWrite() {
	if a.b.SndUna != a.b.SndNxt {
		a.hears(oracle.Segment{Flags: oracle.ACK, Seq: a.b.RcvNxt, Ack: a.b.SndNxt}, "")
	}
	a.fills()
	a.reads()
	a.c.Do(fmt.Sprintf("write(%s, ..., 20) = 20", a.fd)).Out(build.TCP("P.", a.b.SndNxt, 20).Ack(a.b.RcvNxt), "text goes out on the connection")
}

// finAgain: FIN-WAIT-1, CLOSING and LAST-ACK wait for the ACK of their FIN. What then comes tells them apart.
func (a *after) finAgain() {
	a.fills()
	a.c.Whenever().Out(build.TCP("F.", a.b.SndUna, 0).Ack(a.b.RcvNxt), "the FIN is sent again")
	a.hears(oracle.Segment{Flags: oracle.ACK, Seq: a.b.RcvNxt, Ack: a.b.SndNxt}, "")
	if a.b.State == oracle.Closed {
		a.gone("the FIN was the last that was missing")
		return
	}
	a.finDone()
}

// finDone: in FIN-WAIT-2 and TIME-WAIT the peer can close, or close again, and the FIN is not sent again.
func (a *after) finDone() {
	a.fills()
	a.reads()
	seq := a.b.RcvNxt
	if a.b.State == oracle.TimeWait {
		seq--
	}
	a.hears(oracle.Segment{Flags: oracle.FIN | oracle.ACK, Seq: seq, Ack: a.b.SndNxt}, "the peer's FIN is acknowledged in the end")
	a.c.Idle(50*tick, "the stack's FIN is not sent again")
}

// gone: the port's listener, or nobody, answers by a reset.
func (a *after) gone(phrase string) {
	a.c.After(tick).In(peerAck(a.b.RcvNxt, 5000)).Out(build.TCP("R", 5000, 0), phrase)
}

// closed: the connection is gone, or there was none.
func (a *after) closed(was oracle.State, byReset bool) {
	switch {
	case was == oracle.Closed:
		a.c.After(tick).In(syn().Flow(1)).Line("> flow 1 R. 0:0(0)! ack 1", "nobody listens")
		return
	case was == oracle.SynSent:
		a.c.Line("getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0", "the application is told")
	case was == oracle.CloseWait && byReset:
		a.c.Line("getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0", "the application is told")
	case byReset && was != oracle.Closing && was != oracle.LastAck: // RFC 9293 3.10.7.4: these tell nobody
		a.c.Line("recv(4, ..., 2000, MSG_DONTWAIT) = -1 ECONNRESET", "the application is told")
	}
	a.gone("the connection is gone")
}

// halfOpen: SYN-RECEIVED sends its SYN again, and opens when that is acknowledged.
func (a *after) halfOpen(was oracle.State) {
	if was == oracle.TimeWait { // the new connection's number is not that of the old
		a.c.Whenever().Line(fmt.Sprintf("> S. ...(0) ack %d <...>", a.b.RcvNxt), "the SYN-ACK is sent again")
		return
	}
	a.c.Whenever().Out(build.TCP("S.", 0, 0).Ack(a.b.RcvNxt).AnyOptions(), "the SYN-ACK is sent again")
	a.hears(oracle.Segment{Flags: oracle.ACK, Seq: a.b.RcvNxt, Ack: 1}, "what came with the SYN was kept")
	if was != oracle.SynSent {
		a.c.Line("accept(3, ..., ...) = 4", "the connection opens")
	}
	a.reads()
}
