package robust

import (
	"fmt"
	"time"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// both and one are the forms of a case.
var (
	both = []script.Form{script.IPv4, script.IPv6}
	v4   = both[:1]
	v6   = both[1:]
)

const (
	tick  = 10 * time.Millisecond // between two packets of an attack
	trip  = 100 * time.Millisecond
	quiet = 3 * time.Second // how long nothing comes, in the end
)

// attack is the case of some rows: the stack has a listener and usually a connection, it gets hostile packets, and in the end
// it works as before: the connection goes on, a ping is answered, and another connection opens, carries text both ways and
// leaves nothing behind.
type attack struct {
	*build.Case
	forms    []script.Form
	fd       int    // the next descriptor
	open     bool   // there is a connection, descriptor 4
	snd, rcv uint32 // its numbers, beside those of its SYNs
	kept     int    // connections that are there in the end, besides
}

// against begins the case that proves some rows of the table.
func against(rows, slug, title string, forms []script.Form, level script.Level, reqs ...string) *attack {
	build.Helper()
	a := &attack{fd: 3, snd: 1, rcv: 1, forms: forms, Case: build.New("robust/"+slug, title).Reqs(reqs...).Level(level).Forms(forms...)}
	if refs := refsOf(rows); len(refs) > 0 {
		a.Bug(refs...)
	}
	return a
}

// must begins one whose reaction an RFC demands.
func must(rows, slug, title string, forms []script.Form, reqs ...string) *attack {
	build.Helper()
	return against(rows, slug, title, forms, script.Must, reqs...)
}

// should begins one whose reaction an RFC recommends.
func should(rows, slug, title string, forms []script.Form, reqs ...string) *attack {
	build.Helper()
	return against(rows, slug, title, forms, script.Should, reqs...)
}

// may begins one whose reaction RFCs leave to the stack.
func may(rows, slug, title string, forms []script.Form, reqs ...string) *attack {
	build.Helper()
	return against(rows, slug, title, forms, script.May, reqs...)
}

// twin is the fault of the case, at the expectation with this phrase.
func (a *attack) twin(fault, phrase string) *attack {
	a.Twin(fault, phrase)
	return a
}

// listens has the stack listen for the connections of the end.
func (a *attack) listens() *attack {
	a.Do("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "bind(3, ..., ...) = 0", "listen(3, 4) = 0").After(time.Second)
	a.fd = 4
	return a
}

// connected has the stack listen, and one connection open.
func (a *attack) connected() *attack {
	a.listens()
	return a.connects()
}

// connects opens the connection.
func (a *attack) connects() *attack {
	a.In(syn())
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions(), "the SYN-ACK")
	a.After(trip).In(ack(1, 1))
	a.Line("accept(3, ..., ...) = 4", "the connection is open")
	a.fd, a.open, a.kept = 5, true, 1
	return a
}

// met is connected, in a case whose packets are those of ARP or neighbour discovery: it has to say all of them.
func (a *attack) met() *attack {
	a.listens()
	if a.forms[0] == script.IPv4 {
		a.In(build.Text("arp request"))
		a.Out(build.Text("arp reply"), "the peer becomes known")
	} else {
		a.In(build.Text("ns"))
		a.Out(build.Text("na"), "the peer becomes known")
	}
	a.After(tick)
	return a.connects()
}

// ignored is a packet of which nothing comes, in a hundredth of a second.
func (a *attack) ignored(p build.Packet, phrase string) *attack {
	a.After(tick).In(p)
	a.Idle(tick, phrase)
	return a
}

// answered is a packet with its answer.
func (a *attack) answered(p, reply build.Packet, phrase string) *attack {
	a.After(tick).In(p)
	a.Out(reply, phrase)
	return a
}

// told is a packet that is answered by an error: these come at the rate at which they may be sent for long.
func (a *attack) told(p, reply build.Packet, phrase string) *attack {
	a.After(trip).In(p)
	a.Out(reply, phrase)
	return a
}

// ends shows that nothing comes later, and that all works as before.
func (a *attack) ends() *build.Case {
	a.Idle(quiet, "nobody hears of it later either")
	return a.works()
}

// works shows that all works as before.
func (a *attack) works() *build.Case {
	if a.open {
		a.goesOn()
	}
	a.After(trip)
	a.In(echo("56").With("icmp.id=9"))
	a.Out(build.Text("icmp echo_reply id 9 seq 1 (56)"), "a ping is still answered")
	fd := a.fd
	a.After(trip).In(syn().Flow(7))
	a.Out(build.TCP("S.", 0, 0).Ack(1).AnyOptions().Flow(7), "another connection still begins")
	a.After(trip).In(ack(1, 1).Flow(7))
	a.Line(fmt.Sprintf("accept(3, ..., ...) = %d", fd), "and opens")
	a.After(trip).In(build.TCP("P.", 1, 100).Ack(1).Win(65535).Flow(7))
	a.Within(5*trip).Out(own(1, 101).Flow(7), "its text is taken")
	a.Line(fmt.Sprintf("read(%d, ..., 1000) = 100", fd), "and delivered")
	a.Do(fmt.Sprintf("write(%d, ..., 50) = 50", fd)).Out(build.TCP("P.", 1, 50).Ack(101).Flow(7), "the answer goes out")
	a.After(trip).In(build.TCP("R", 101, 0).Flow(7))
	a.Line(fmt.Sprintf("inspect tcp.conns = %d", a.kept), "nothing is left behind")
	return a.Case
}

// goesOn shows that the connection is as it was.
func (a *attack) goesOn() {
	a.After(trip).In(build.TCP("P.", a.rcv, 100).Ack(a.snd).Win(65535))
	a.rcv += 100
	a.Within(5*trip).Out(own(a.snd, a.rcv), "the connection still takes text")
	a.Line("read(4, ..., 1000) = 100", "which is delivered")
	a.Do("write(4, ..., 100) = 100").Out(build.TCP("P.", a.snd, 100).Ack(a.rcv), "and it still sends")
	a.snd += 100
	a.After(trip).In(ack(a.rcv, a.snd))
}
