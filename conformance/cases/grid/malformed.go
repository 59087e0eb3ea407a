package grid

import (
	"cmp"
	"time"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// quiet is how long nothing must come.
const quiet = 3 * time.Second

// both and one are the forms of a case.
var (
	both = []script.Form{script.IPv4, script.IPv6}
	v4   = both[:1]
	v6   = both[1:]
)

// bad is a packet that must be dropped without a word. fault is what makes it good, for the twin.
type bad struct {
	id, title string
	forms     []script.Form
	packet    build.Packet
	fault     string
	reqs      []string
	bugs      []string
	level     script.Level // "": MUST
}

// needs are the requirements that say so.
func (b bad) needs(reqs ...string) bad { b.reqs = reqs; return b }

// may: nothing demands it.
func (b bad) may() bad { b.level = script.May; return b }

// bug are the known bugs that the packet finds.
func (b bad) bug(slugs ...string) bad { b.bugs = slugs; return b }

// alone is the packet to a stack that does nothing.
func (b bad) alone() *build.Case {
	build.Helper()
	return b.write(nil, func(*build.Case) {})
}

// listening is the packet to a stack that listens for connections.
func (b bad) listening() *build.Case {
	build.Helper()
	return b.write(listenForOne, func(c *build.Case) { listens(c, 0, 0) })
}

func (b bad) write(before, after func(c *build.Case)) *build.Case {
	build.Helper()
	const phrase = "it is not answered"
	c := build.New(b.id, b.title).Reqs(b.reqs...).Level(cmp.Or(b.level, script.Must)).Forms(b.forms...).Twin("in "+b.fault, phrase)
	if b.bugs != nil {
		c.Bug(b.bugs...)
	}
	if before != nil {
		before(c)
	}
	c.After(tick).In(b.packet)
	c.Idle(quiet, phrase)
	after(c)
	return c
}

func echo(n string) build.Packet { return build.Text("icmp echo_request id 7 seq 1 (" + n + ")") }

// ping is an echo request that has something wrong with it.
func ping(form []script.Form, slug, title, wrong, fault string) bad {
	return bad{id: "ip/malformed/" + slug, title: title, forms: form, packet: echo("56").With(wrong), fault: fault}
}
