package robust

import (
	"fmt"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	together4 = "RFC791:3.2:1"
	eights4   = "RFC791:3.2:4"
	most4     = "RFC791:3.2:5"
	together6 = "RFC8200:4.5:1"
	overlap6  = "RFC8200:4.5:3"
	most6     = "RFC8200:4.5:8"
	overlaps5 = "RFC5722:4:1"
)

func fragments() []*build.Case {
	cases := []*build.Case{fragmentLengths(), pingOfDeath4(), pingOfDeath6(), fragmentsBehindOptions(), fragmentHeaderCut(), nestedFragments(), badOptionsInFragments()}
	for _, form := range both {
		cases = append(cases, teardrop(form), smack(form), rose(form), disagreeing(form), fragmentsAgain(form))
	}
	return cases
}

// of is a slug of one form.
func of(form script.Form, slug string) string {
	if form == script.IPv6 {
		return slug + "-ipv6"
	}
	return slug
}

// by are the requirements of one form.
func by(form script.Form, ip4, ip6 []string) []string {
	if form == script.IPv6 {
		return ip6
	}
	return ip4
}

// request48 is an echo request of 48 bytes, to come in fragments, and answer48 its reply.
func request48(form script.Form) (proto int, b []byte) {
	proto, typ := protoICMP, byte(8)
	if form == script.IPv6 {
		proto, typ = protoICM6, 128
	}
	return proto, summed(form, proto, append([]byte{typ, 0, 0, 0, 0, 7, 0, 1}, text(40)...))
}

func answer48() build.Packet {
	return build.Text("icmp echo_reply id 7 seq 1 (40)").Data(text(40))
}

// whole shows that an echo request in two fragments is answered.
func (a *attack) whole(form script.Form, id int, phrase string) *attack {
	proto, b := request48(form)
	a.ignored(piece(form, proto, 0, true, id, b[:24]...), "a first fragment")
	return a.answered(piece(form, proto, 24, false, id, b[24:]...), answer48(), phrase)
}

func fragmentLengths() *build.Case {
	a := must("R030", "fragment-lengths", "A fragment whose lengths are wrong is no fragment: what the others make has its hole still.", v4, length4, header4, together4).connected()
	proto, b := request48(script.IPv4)
	last := func(items string) build.Packet { return piece4(proto, 24, false, 7, b[24:]...).With(items) }
	a.ignored(piece4(proto, 0, true, 7, b[:24]...), "the first fragment")
	for _, items := range []string{"ip.len=47", "ip.len=1500", "ip.len=65535", "ip.len=19", "ip.len=0", "ip.len=20", "ip.ihl=0", "ip.ihl=4", "ip.ihl=15", "ip.ihl=12"} {
		a.ignored(last(items), "the last one with "+items)
	}
	a.ignored(last("ip.len=43"), "the last one with one byte less")
	return a.twin("in good", "the last one with ip.len=47").ends()
}

func pingOfDeath4() *build.Case {
	a := must("R031", "ping-of-death", "A fragment that leads beyond what a datagram can have is dropped, and what came before it does no harm.", v4, most4).connected()
	proto, b := request48(script.IPv4)
	for i, p := range []struct{ offset, n int }{{65528, 8}, {65528, 64}, {65528, 1400}, {65512, 24}, {65000, 600}} {
		a.ignored(piece4(proto, 0, true, 20+i, b[:24]...), fmt.Sprintf("a first fragment, %d", i+1))
		a.ignored(piece4(proto, p.offset, false, 20+i, text(p.n)...), fmt.Sprintf("%d bytes at %d", p.n, p.offset))
		a.ignored(piece4(proto, p.offset, true, 20+i, text(p.n)...), fmt.Sprintf("%d bytes at %d, and more to come", p.n, p.offset))
	}
	a.whole(script.IPv4, 30, "a datagram in fragments still comes")
	return a.twin("out icmp.id+1", "a datagram in fragments still comes").ends()
}

func pingOfDeath6() *build.Case {
	a := must("R031", "ping-of-death-ipv6", "A fragment that leads beyond what a packet can have is answered by an error, and what came before it does no harm.",
		v6, most6).connected()
	proto, b := request48(script.IPv6)
	for i, p := range []struct{ offset, n int }{{65528, 8}, {65528, 64}, {65528, 1400}, {65512, 24}, {65000, 600}} {
		a.ignored(piece(script.IPv6, proto, 0, true, 20+i, b[:24]...), fmt.Sprintf("a first fragment, %d", i+1))
		a.told(piece(script.IPv6, proto, p.offset, false, 20+i, text(p.n)...), problem("header", 42), fmt.Sprintf("%d bytes at %d", p.n, p.offset))
	}
	a.whole(script.IPv6, 30, "a packet in fragments still comes")
	return a.twin("out icmp.pointer+1", "600 bytes at 65000").ends()
}

func teardrop(form script.Form) *build.Case {
	a := must("R032 R117", of(form, "teardrop"), "Fragments that lie in one another make no datagram, and nothing is said about it; the next datagram comes.",
		[]script.Form{form}, by(form, []string{together4}, []string{overlap6, overlaps5})...).connected()
	proto, b := request48(form)
	set := func(id int, title string, parts ...[3]int) {
		for i, p := range parts {
			a.ignored(piece(form, proto, p[0], p[2] != 0, id, b[p[0]:p[1]]...), fmt.Sprintf("%s, piece %d", title, i+1))
		}
	}
	set(40, "the second inside the first", [3]int{0, 40, 1}, [3]int{24, 32, 0}, [3]int{40, 48, 0})
	set(41, "the last ends before the first does", [3]int{0, 40, 1}, [3]int{32, 36, 0}, [3]int{40, 48, 0})
	set(42, "the first inside the second", [3]int{24, 48, 0}, [3]int{0, 32, 1}, [3]int{0, 24, 1})
	set(43, "one around both", [3]int{8, 16, 1}, [3]int{24, 32, 1}, [3]int{0, 40, 1}, [3]int{40, 48, 0})
	set(44, "the same begin", [3]int{0, 24, 1}, [3]int{0, 16, 1}, [3]int{24, 48, 0})
	set(45, "the same end", [3]int{24, 48, 0}, [3]int{32, 48, 0}, [3]int{0, 24, 1})
	a.whole(form, 46, "the next one is answered")
	return a.twin("out icmp.seq+1", "the next one is answered").ends()
}

func smack(form script.Form) *build.Case {
	a := must("R033", of(form, "fragment-smack"), "Tiny fragments in the worst order, of which nothing becomes whole, take a bounded part of the memory: the next datagram comes.",
		[]script.Form{form}, by(form, []string{together4, "RFC1122:3.3.2:1"}, []string{together6})...).connected()
	for id := range 3 {
		for i := range 30 {
			a.In(piece(form, protoUDP, (i*37%60)*16+8, true, 50+id, text(8)...))
		}
		a.Idle(tick, fmt.Sprintf("nothing comes of set %d", id+1))
	}
	a.whole(form, 60, "the next one is answered")
	return a.twin("out icmp.seq+1", "the next one is answered").ends()
}

func rose(form script.Form) *build.Case {
	a := must("R034", of(form, "rose"), "First and last fragments of many datagrams that never become whole give way to those of the next.",
		[]script.Form{form}, by(form, []string{together4, "RFC1122:3.3.2:1"}, []string{together6})...).connected()
	proto, b := request48(form)
	for id := range 24 {
		a.In(piece(form, proto, 0, true, 70+id, b[:24]...))
		a.In(piece(form, proto, 1600, false, 70+id, text(8)...))
	}
	a.Idle(tick, "nothing comes of them")
	a.whole(form, 99, "the next one is answered")
	return a.twin("out icmp.seq+1", "the next one is answered").ends()
}

func disagreeing(form script.Form) *build.Case {
	a := must("R035", of(form, "fragments-disagree"), "Fragments that do not agree on what is where, or where the end is, make no datagram.",
		[]script.Form{form}, by(form, []string{together4, eights4}, []string{overlap6, overlaps5})...).connected()
	proto, b := request48(form)
	other := slices.Clone(b)
	other[20]++
	put := func(id int, phrase string, from, to int, more bool, bytes []byte) {
		a.ignored(piece(form, proto, from, more, id, bytes[from:to]...), phrase)
	}
	put(40, "the first", 0, 24, true, b)
	put(40, "another first", 0, 24, true, other)
	put(40, "the last of both", 24, 48, false, b)
	put(41, "the last", 24, 48, false, b)
	put(41, "a last that ends before", 24, 40, false, b)
	put(41, "the first of both", 0, 24, true, b)
	put(42, "an end", 24, 40, false, b)
	put(42, "what is behind the end", 40, 48, true, b)
	put(42, "what is before it", 0, 24, true, b)
	if form == script.IPv4 {
		put(43, "seven bytes, and more to come", 0, 7, true, b)
		put(43, "and 23", 24, 47, true, b)
	}
	a.whole(form, 46, "the next one is answered")
	return a.twin("out icmp.seq+1", "the next one is answered").ends()
}

func fragmentsBehindOptions() *build.Case {
	a := must("R036", "fragments-behind-options", "A datagram is put together of its fragments wherever their headers end.", v4, together4, parsed4).connected()
	proto, b := request48(script.IPv4)
	for n := 4; n <= 40; n += 4 {
		items := fmt.Sprintf("options %x", slices.Repeat([]byte{1}, n))
		a.ignored(piece4(proto, 0, true, 100+n, b[:24]...).IP(items), fmt.Sprintf("a first fragment behind %d bytes", n))
		a.answered(piece4(proto, 24, false, 100+n, b[24:]...), answer48(), fmt.Sprintf("the last behind none, %d", n))
		a.ignored(piece4(proto, 24, false, 200+n, b[24:]...).IP(items), fmt.Sprintf("a last fragment behind %d bytes", n))
		a.answered(piece4(proto, 0, true, 200+n, b[:24]...), answer48(), fmt.Sprintf("the first behind none, %d", n))
	}
	return a.twin("out icmp.seq+1", "the first behind none, 40").ends()
}

func fragmentHeaderCut() *build.Case {
	a := must("R113 R115", "fragment-header-cut", "A fragment header of which the payload has only a part is none; the error about it points at the payload length.",
		v6, "RFC4443:3.4:1", "RFC4443:3.4:2").connected()
	for n := range 8 {
		a.told(raw(protoFrag, fragmentHeader(protoICM6, 0, true, 7)[:n]...), problem("header", 4), fmt.Sprintf("%d bytes of it", n))
	}
	a.ignored(raw(protoFrag, fragmentHeader(protoICM6, 0, true, 7)...), "a fragment of nothing")
	a.ignored(raw(protoFrag, fragmentHeader(protoICM6, 8, false, 7)...), "and a last one")
	return a.twin("out icmp.pointer+1", "7 bytes of it").ends()
}

func nestedFragments() *build.Case {
	a := should("R114", "fragments-nested", "Fragments of fragments, and chains of headers without end, are dropped before anything is put together of them.",
		v6, "RFC7112:5:1").connected()
	inner := append(fragmentHeader(protoICM6, 0, true, 9), echo6()...)
	a.ignored(piece(script.IPv6, protoFrag, 0, true, 7, inner...), "a fragment in the first one")
	a.ignored(raw(protoFrag, slices.Concat(fragmentHeader(protoFrag, 0, false, 7), fragmentHeader(protoFrag, 0, true, 8), echo6())...), "a fragment in a whole one")
	var chain []byte
	for range 8 {
		chain = append(chain, header(protoDest, 1, 4)...)
	}
	chain = append(chain, header(protoICM6, 1, 4)...)
	a.ignored(raw(protoDest, append(slices.Clone(chain), echo6()...)...), "nine headers of options")
	a.told(piece(script.IPv6, protoDest, 0, true, 9, chain[:64]...), problem("type_3", 0), "a first fragment that ends within its headers")
	return a.twin("out icmp.code+1", "a first fragment that ends within its headers").ends()
}

func badOptionsInFragments() *build.Case {
	a := must("R110", "bad-options-in-fragments", "Options that are wrong, before and in fragments, for a jumbogram too, make each packet be dropped by itself: no length adds up over them.",
		v6, "RFC4443:3.4:1", "RFC4443:3.4:2", together6).connected()
	proto, b := request48(script.IPv6)
	bad := header(protoFrag, 0x80, 0xff)
	jumbo := header(protoFrag, 0xc2, 4, 0, 1, 0, 0)
	for i := range 3 {
		a.told(raw(protoDest, slices.Concat(bad, fragmentHeader(proto, 0, true, byte(7+i)), b[:24])...), problem("header", 42), fmt.Sprintf("an option that leads too far before a first fragment, %d", i+1))
		a.told(raw(protoDest, slices.Concat(bad, fragmentHeader(proto, 24, false, byte(7+i)), b[24:])...), problem("header", 42), fmt.Sprintf("and before the last, %d", i+1))
		a.told(raw(protoHop, slices.Concat(jumbo, fragmentHeader(proto, 0, true, byte(7+i)), b[:24])...), problem("option", 42), fmt.Sprintf("a jumbogram in fragments, %d", i+1))
	}
	a.whole(script.IPv6, 46, "a packet in fragments still comes")
	return a.twin("out icmp.seq+1", "a packet in fragments still comes").ends()
}

func fragmentsAgain(form script.Form) *build.Case {
	a := must("R116", of(form, "fragments-again"), "The fragments of a datagram that has become whole are used no more: those that come again begin another, which is answered once more.",
		[]script.Form{form}, by(form, []string{together4}, []string{together6})...).connected()
	proto, b := request48(form)
	for i := range 4 {
		a.ignored(piece(form, proto, 0, true, 7, b[:24]...), fmt.Sprintf("the first fragment, %d", i+1))
		a.answered(piece(form, proto, 24, false, 7, b[24:]...), answer48(), fmt.Sprintf("the last one, %d", i+1))
		a.ignored(piece(form, proto, 24, false, 7, b[24:]...), fmt.Sprintf("the last one again, %d", i+1))
		a.answered(piece(form, proto, 0, true, 7, b[:24]...), answer48(), fmt.Sprintf("and the first, %d", i+1))
	}
	for id := range 5 { // on a board the third set makes the first give way
		a.ignored(piece(form, proto, 0, true, 80+id, b[:24]...), fmt.Sprintf("the first of set %d", id+1))
	}
	a.answered(piece(form, proto, 24, false, 84, b[24:]...), answer48(), "the last of the latest")
	return a.twin("out icmp.seq+1", "the last of the latest").ends()
}

// problem is a parameter problem of ICMPv6 that points to a place.
func problem(code string, pointer int) build.Packet {
	if code == "type_3" {
		return build.Text("icmp parameter_problem code_3 [...]")
	}
	return build.Text("icmp parameter_problem " + code + " [...]").With(fmt.Sprintf("icmp.pointer=%d", pointer))
}
