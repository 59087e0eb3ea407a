package grid

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
)

// The segments of the orders.
const (
	orderPieces = 5
	orderSize   = 20
)

// tcpOrders are all orders in which five segments can come: with text alone, with a FIN on the last of the stream, and with
// a FIN as the last. So the FIN comes at each place.
func tcpOrders() (cases []*build.Case) {
	for _, fin := range []string{"text", "fin-with-text", "fin-alone"} {
		for _, order := range permutations(orderPieces) {
			cases = append(cases, inOrder(fin, order))
		}
	}
	return cases
}

// permutations of the numbers from 0 to n-1, in the order of a dictionary.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for first := range n {
		for _, rest := range permutations(n - 1) {
			p := []int{first}
			for _, i := range rest {
				if i >= first {
					i++
				}
				p = append(p, i)
			}
			all = append(all, p)
		}
	}
	return all
}

// inOrder is one order. Each segment is acknowledged; the ACK of one beyond a hole has the blocks in RFC 2018's order.
func inOrder(fin string, order []int) *build.Case {
	var slug []string
	for _, i := range order {
		slug = append(slug, fmt.Sprint(i+1))
	}
	came := strings.Join(slug, "-")
	const last = "the last makes the stream whole"
	c := build.New("tcp/orders/"+fin+"/"+came, fmt.Sprintf("Five segments that come in the order %s (%s) make the same stream.", came, fin)).
		Level(script.Must).Forms(script.IPv4, script.IPv6)
	c.Do("knob tcp.sack = 1")
	enterListen(c)
	c.In(syn().Options("mss 1460, sackOK, nop, nop")).Out(synAck().Options("sackOK, ..."), "the SYN-ACK permits SACK, too").After(tick)
	c.In(ack(1, 1)).Line("accept(3, ..., ...) = 4", "the connection is open")

	reqs, twin, phrase := []string{"RFC9293:3.10.7.4:12"}, "out tcp.ack+1", last
	r := oracle.Receiver{RcvNxt: 1}
	for k, i := range order {
		text := oracle.Range{From: 1 + uint32(i)*orderSize, To: 1 + uint32(i+1)*orderSize}
		closes := i == orderPieces-1 && fin != "text"
		if closes && fin == "fin-alone" {
			text.To = text.From
		}
		a := r.Arrive(text, closes)
		p := build.TCP("P.", text.From, uint16(text.To-text.From))
		if closes {
			p = build.TCP("F.", text.From, uint16(text.To-text.From))
		}
		c.After(tick).In(p.Ack(1).Win(65535))
		says := last
		if k < orderPieces-1 {
			says = fmt.Sprintf("segment %d is acknowledged", i+1)
		}
		if a.Held && phrase == last && r.FINAt == 0 {
			reqs, twin, phrase = append(reqs, "RFC2018:4:2", "RFC2018:4:3", "RFC2018:4:5", "RFC9293 SHLD-31"), "out option sack+1", says
		}
		if !a.AtOnce {
			c.Within(5 * tick)
		}
		c.Out(reported(&r), says)
	}
	n := r.RcvNxt - 1
	if r.Closed {
		n--
		reqs = append(reqs, "RFC9293:3.10.7.4:13")
	}
	c.Line(fmt.Sprintf("read(4, ..., 1000) = %d", n), "all is read, in order")
	if r.Closed {
		c.Line("read(4, ..., 1000) = 0", "and the end of the stream")
	}
	return c.Reqs(reqs...).Twin(twin, phrase)
}

// reported is the ACK of what has been received. Whether a block covers a FIN that waits, RFC 2018 does not say.
func reported(r *oracle.Receiver) build.Packet {
	p := own(1, r.RcvNxt)
	switch {
	case r.FINAt != 0 && !r.Closed:
		return p.AnyOptions()
	case len(r.Blocks) == 0:
		return p
	}
	list := "nop, nop, sack"
	for _, b := range r.Blocks {
		list += fmt.Sprintf(" %d:%d", b.From, b.To)
	}
	return p.Options(list)
}
