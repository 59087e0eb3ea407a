package grid

import (
	"fmt"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/script"
)

// The soup's numbers. The window is between the segment size that is told and the least that stands for none (536 bytes), so
// that one segment shows size, window and its scale at once.
const (
	soupSize   = 400
	soupShift  = 2
	soupWindow = 500
	soupOwnTS  = 12 // bytes that timestamps take of a segment (RFC 7323 appendix A)
)

// tcpSoup are option lists by the thousand: lists (souplists.go) in three places, with what the oracle reads of each. Both
// sides offer all that RFC 7323 and RFC 2018 have, so what is used follows from the list. A list with an illegal length has
// its segment dropped without a word: RFC 9293 MUST-7 leaves the reaction open and suggests a reset, with which anybody could
// end a connection; this suite wants it to go on.
func tcpSoup() (cases []*build.Case) {
	for _, l := range listsOfSYN() {
		cases = append(cases, soupOfSYN(l))
	}
	for _, l := range listsOfAnswer() {
		cases = append(cases, soupOfAnswer(l))
	}
	for _, l := range listsOfSegment() {
		cases = append(cases, soupOfText(l, false), soupOfText(l, true))
	}
	return cases
}

// agreed is what both sides use once the peer's SYN has had its options.
type agreed struct{ oracle.Options }

// of are the options of the stack's segments: first those that are its own, then the timestamps' echo, then what follows.
func (a agreed) of(echo uint32, more string) string {
	s := ""
	if a.Has(oracle.Timestamps) {
		s = fmt.Sprintf("nop, nop, TS val ... ecr %d", echo)
	}
	if s != "" && more != "" {
		s += ", "
	}
	return s + more
}

// peer is a segment of the peer with what was agreed on: timestamps, and a window that is soupWindow bytes.
func (a agreed) peer(p build.Packet, ts uint32) build.Packet {
	if a.Has(oracle.Timestamps) {
		p = p.Options(fmt.Sprintf("nop, nop, TS val %d ecr 0", ts))
	}
	return p.Win(soupWindow >> a.Shift())
}

// sized is how much text the stack sends when there is more than the window takes.
func (a agreed) sized() uint32 {
	n := a.Size()
	if n == 0 {
		return soupWindow
	}
	if a.Has(oracle.Timestamps) {
		n -= soupOwnTS
	}
	return n
}

// answer are the options of the SYN-ACK.
func (a agreed) answer() string {
	s := "mss mtu"
	switch {
	case a.Has(oracle.SACKPermitted) && a.Has(oracle.Timestamps):
		s += ", sackOK, TS val 0 ecr 100"
	case a.Has(oracle.SACKPermitted):
		s += ", nop, nop, sackOK"
	case a.Has(oracle.Timestamps):
		s += ", nop, nop, TS val 0 ecr 100"
	}
	if a.Has(oracle.WindowScale) {
		s += ", nop, wscale ..."
	}
	return s
}

// proves are the requirements of a SYN's list: those of the list, and those of what is used or not.
func (a agreed) proves() []string {
	if a.Illegal {
		return a.Reqs
	}
	ids := append([]string{"RFC9293 MUST-5"}, a.Reqs...)
	if a.Has(oracle.WindowScale) {
		ids = append(ids, "RFC7323:2.3:1")
	} else {
		ids = append(ids, "RFC7323:2.3:2")
	}
	if a.Has(oracle.Timestamps) {
		ids = append(ids, "RFC7323:3.2:3")
	}
	return append(ids, "RFC2018:2:2")
}

const (
	soupAnswer = "the answer has what the list asks for"
	soupText   = "the size, the window and its scale are obeyed"
	soupBlocks = "a block tells of the text beyond the hole, if that was agreed on"
	soupSilent = "the segment is dropped without a word"
	soupGoesOn = "the connection goes on"
)

// newSoup begins a case about a list.
func newSoup(place, where string, l list, reqs []string, twin, phrase string) *build.Case {
	build.Helper()
	c := build.New("tcp/soup/"+place+"/"+l.slug, fmt.Sprintf("In %s: %s.", where, l.title)).Reqs(reqs...).
		Level(script.Must).Forms(both...).Twin(twin, phrase)
	return c.Do("knob tcp.window-scale = 1", "knob tcp.timestamps = 1", "knob tcp.sack = 1")
}

// soupOfSYN is a SYN to a listener.
func soupOfSYN(l list) *build.Case {
	a := agreed{oracle.ReadOptions(l.bytes)}
	in := l.on(build.TCP("S", 0, 0).Win(soupWindow))
	if a.Illegal {
		c := newSoup("syn", "a SYN", l, a.proves(), "in tcp.off=5", soupSilent)
		enterListen(c)
		c.In(in).Idle(3*tick, soupSilent)
		listens(c, 0, 0)
		return c
	}
	twin, phrase := "out tcp.seq+1", soupText
	if option := a.seen(); option != "" {
		twin, phrase = "out option "+option, soupAnswer
	}
	c := newSoup("syn", "a SYN", l, a.proves(), twin, phrase)
	enterListen(c)
	c.In(in).Out(synAck().Options(a.answer()), soupAnswer)
	c.After(tick).In(a.peer(build.TCP(".", 1, 0).Ack(1), 200)).Line("accept(3, ..., ...) = 4", "the connection is open")
	a.used(c, 4)
	return c
}

// seen is an option that the SYN-ACK has because of the list; "": none.
func (a agreed) seen() string {
	switch {
	case a.Has(oracle.Timestamps):
		return "TS"
	case a.Has(oracle.WindowScale):
		return "wscale"
	case a.Has(oracle.SACKPermitted):
		return "sackOK"
	}
	return ""
}

// used shows what is used: a segment of the stack, and what it says about a hole.
func (a agreed) used(c *build.Case, fd int) {
	n := a.sized()
	p := build.TCP(".", 1, uint16(n)).Ack(1).With("tcp.flags&0x10")
	c.Do(fmt.Sprintf("write(%d, ..., 1000) = 1000", fd)).Out(optional(p, a.of(200, "")), soupText)
	blocks := ""
	if a.Has(oracle.SACKPermitted) {
		blocks = "nop, nop, sack 11:21"
	}
	c.After(tick).In(a.peer(build.TCP("P.", 11, 10).Ack(1), 300)).Out(optional(own(1+n, 1), a.of(200, blocks)), soupBlocks)
}

// optional is a segment with options, if there are any.
func optional(p build.Packet, options string) build.Packet {
	if options == "" {
		return p
	}
	return p.Options(options)
}

// soupOfAnswer is a SYN-ACK to a stack that connects.
func soupOfAnswer(l list) *build.Case {
	a := agreed{oracle.ReadOptions(l.bytes)}
	const phrase = "the SYN-ACK is acknowledged, with timestamps if it had them"
	twin := "out option TS"
	switch {
	case a.Illegal:
		twin = "in tcp.off=5"
	case !a.Has(oracle.Timestamps):
		twin = "out tcp.seq+1"
	}
	expect := map[bool]string{true: soupSilent, false: phrase}[a.Illegal]
	c := newSoup("syn-ack", "a SYN-ACK", l, a.proves(), twin, expect)
	c.Do("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0")
	c.Line("connect(3, ..., ...) = -1 EINPROGRESS", "connect begins")
	c.Out(build.TCP("S", 0, 0).Options("mss mtu, sackOK, TS val 0 ecr 0!, nop, wscale ..."), "the SYN offers all")
	c.After(tick).In(l.on(synAck().Win(soupWindow)))
	if a.Illegal {
		c.Idle(3*tick, soupSilent)
		opens(c, 0, 0)
		return c
	}
	c.Out(optional(own(1, 1), a.of(100, "")), phrase)
	c.After(tick).In(a.peer(build.TCP(".", 1, 0).Ack(1), 200))
	a.used(c, 3)
	return c
}

// soupOfText is a segment with text on a connection that uses all options, or none.
func soupOfText(l list, all bool) *build.Case {
	o, place, where := oracle.ReadOptions(l.bytes), "text", "text on a connection without options"
	used, offer := agreed{oracle.ReadOptions(nil)}, "mss 1460"
	if all {
		place, where = "text-with-all", "text on a connection with all options"
		used, offer = agreed{oracle.ReadOptions([]byte{4, 2, 8, 10, 0, 0, 0, 100, 0, 0, 0, 0, 3, 3, soupShift})}, "sackOK, TS val 100 ecr 0, nop, wscale 2"
	}
	// RFC 7323 3.2: where timestamps are used a segment without them is dropped, where they are not they are passed over.
	dropped := o.Illegal || all && !o.Has(oracle.Timestamps)
	reqs, twin, phrase := o.Reqs, "out tcp.ack+1", "the text is taken"
	switch {
	case o.Illegal:
		twin, phrase = "in tcp.off=8", soupSilent // which leaves the timestamps before it
	case dropped:
		reqs, phrase = append(reqs, "RFC7323:3.2:5", "RFC7323:3.2:6"), soupGoesOn
	default:
		reqs = append([]string{"RFC9293 MUST-5"}, reqs...)
	}
	c := newSoup(place, where, l, reqs, twin, phrase)
	enterListen(c)
	c.In(build.TCP("S", 0, 0).Win(soupWindow).Options(offer)).Out(synAck().AnyOptions(), "the SYN-ACK").After(tick)
	c.In(used.peer(build.TCP(".", 1, 0).Ack(1), 100)).Line("accept(3, ..., ...) = 4", "the connection is open").After(tick)
	c.In(l.on(build.TCP("P.", 1, 10).Ack(1).Win(soupWindow >> used.Shift())))
	const taken = "recv(4, ..., 100, MSG_DONTWAIT) = 10"
	if !dropped {
		c.Within(5*tick).Out(optional(own(1, 11), used.of(100, "")), phrase)
		c.Line(taken, "and can be read")
		return c
	}
	c.Idle(6*tick, soupSilent)
	c.Line("recv(4, ..., 100, MSG_DONTWAIT) = -1 EAGAIN", "nothing is delivered")
	c.After(tick).In(used.peer(build.TCP("P.", 1, 10).Ack(1), 300))
	c.Within(5*tick).Out(optional(own(1, 11), used.of(300, "")), soupGoesOn)
	return c.Line(taken, "and its text can be read")
}
