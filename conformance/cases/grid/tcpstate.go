package grid

import (
	"fmt"
	"time"

	"stackproof/conformance/cases/build"
)

// tick is the time between what comes from the peer: short beside the retransmission time-out of a second.
const tick = 100 * time.Millisecond

// state is one of RFC 9293's, and how a stack is brought there.
type state struct {
	slug  string // in ids
	name  string
	enter func(c *build.Case)
	rcv   uint32 // what is expected next from the peer
	snd   uint32 // what the stack sends next
	// stays shows that the stack is still in the state, or at least in one that has a connection.
	stays func(c *build.Case, rcv, snd uint32)
}

var (
	closed   = &state{"closed", "CLOSED", func(*build.Case) {}, 1, 1, func(*build.Case, uint32, uint32) {}}
	listen   = &state{"listen", "LISTEN", enterListen, 1, 1, listens}
	synSent  = &state{"syn-sent", "SYN-SENT", enterSynSent, 1, 1, opens}
	synRcvd  = &state{"syn-received", "SYN-RECEIVED", enterSynReceived, 1, 1, answers}
	estab    = &state{"established", "ESTABLISHED", enterEstablished, 1, 1, answers}
	finWait1 = &state{"fin-wait-1", "FIN-WAIT-1", enterFinWait1, 1, 2, answers}
	finWait2 = &state{"fin-wait-2", "FIN-WAIT-2", enterFinWait2, 1, 2, answers}
	closeWt  = &state{"close-wait", "CLOSE-WAIT", enterCloseWait, 2, 1, answers}
	closing  = &state{"closing", "CLOSING", enterClosing, 2, 2, answers}
	lastAck  = &state{"last-ack", "LAST-ACK", enterLastAck, 2, 2, answers}
	timeWait = &state{"time-wait", "TIME-WAIT", enterTimeWait, 2, 2, answers}
)

func syn() build.Packet    { return build.TCP("S", 0, 0).Win(65535).Options("mss 1460") }
func synAck() build.Packet { return build.TCP("S.", 0, 0).Ack(1) }

// ack is an ACK without data from the peer; a stack's own has no window that is compared.
func ack(seq, n uint32) build.Packet { return build.TCP(".", seq, 0).Ack(n).Win(65535) }
func own(seq, n uint32) build.Packet { return build.TCP(".", seq, 0).Ack(n) }

func enterListen(c *build.Case) {
	build.Helper()
	listenFor(c, 2)
}

// listenForOne listens with one place in the queue: who takes it, even unheard, keeps the next from it.
func listenForOne(c *build.Case) {
	build.Helper()
	listenFor(c, 1)
}

func listenFor(c *build.Case, places int) {
	build.Helper()
	c.Do("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "bind(3, ..., ...) = 0", fmt.Sprintf("listen(3, %d) = 0", places)).After(tick)
}

func enterSynSent(c *build.Case) {
	build.Helper()
	c.Do("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0")
	c.Line("connect(3, ..., ...) = -1 EINPROGRESS", "connect begins")
	c.Out(build.TCP("S", 0, 0).AnyOptions(), "the SYN").After(tick)
}

func enterSynReceived(c *build.Case) {
	build.Helper()
	enterListen(c)
	c.In(syn()).Out(synAck().AnyOptions(), "the SYN-ACK").After(tick)
}

func enterEstablished(c *build.Case) {
	build.Helper()
	enterSynReceived(c)
	c.In(ack(1, 1)).Line("accept(3, ..., ...) = 4", "the connection is open").After(tick)
}

func enterFinWait1(c *build.Case) {
	build.Helper()
	enterEstablished(c)
	c.Do("shutdown(4, SHUT_WR) = 0").Out(build.TCP("F.", 1, 0).Ack(1), "the stack's FIN").After(tick)
}

func enterFinWait2(c *build.Case) {
	build.Helper()
	enterFinWait1(c)
	c.In(ack(1, 2)).After(tick)
}

func enterCloseWait(c *build.Case) {
	build.Helper()
	enterEstablished(c)
	c.In(build.TCP("F.", 1, 0).Ack(1).Win(65535)).Within(5*tick).Out(own(1, 2), "the peer's FIN is acknowledged").After(tick)
}

func enterClosing(c *build.Case) {
	build.Helper()
	enterFinWait1(c)
	c.In(build.TCP("F.", 1, 0).Ack(1).Win(65535)).Within(5*tick).Out(own(2, 2), "the peer's FIN is acknowledged").After(tick)
}

func enterLastAck(c *build.Case) {
	build.Helper()
	enterCloseWait(c)
	c.Do("shutdown(4, SHUT_WR) = 0").Out(build.TCP("F.", 1, 0).Ack(2), "the stack's FIN").After(tick)
}

func enterTimeWait(c *build.Case) {
	build.Helper()
	enterFinWait2(c)
	c.In(build.TCP("F.", 1, 0).Ack(2).Win(65535)).Within(5*tick).Out(own(2, 2), "the peer's FIN is acknowledged").After(tick)
}

// listens: another can connect.
func listens(c *build.Case, _, _ uint32) {
	build.Helper()
	c.After(tick).In(syn().Flow(1)).Out(synAck().Flow(1).AnyOptions(), "the port still listens")
}

// opens: the answer to the SYN is still waited for.
func opens(c *build.Case, _, _ uint32) {
	build.Helper()
	c.After(tick).In(synAck().Win(65535).Options("mss 1460")).Out(own(1, 1), "the attempt to connect goes on")
}

// answers: what is old is answered by the connection's own numbers.
func answers(c *build.Case, rcv, snd uint32) {
	build.Helper()
	c.After(tick).In(ack(rcv-1, snd)).Out(own(snd, rcv), "the connection is still there")
}

// gone: the port's listener, or nobody, answers by a reset.
func gone(c *build.Case, rcv, snd uint32) {
	build.Helper()
	c.After(tick).In(ack(rcv, snd)).Out(build.TCP("R", snd, 0), "the connection is gone")
}
