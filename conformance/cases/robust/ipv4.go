package robust

import (
	"fmt"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	version4  = "RFC1122:3.2.1.1:1"
	checksum4 = "RFC1122:3.2.1.2:1"
	source4   = "RFC1122:3.2.1.3:2"
	options4  = "RFC1122:3.2.1.8:1"
	parsed4   = "RFC791:3.1:3"
	length4   = "RFC791:3.1:4"
	header4   = "RFC791:3.1:5"
)

func ipv4() []*build.Case {
	return []*build.Case{
		longTotal(), shortTotal(), headerLengths(), headerAndTotal(), nothingBehind(), versions4(), headerSums(),
		sourceRoutes(), optionsOfEchoes(), timestampOptions(), optionsOfAllLengths(), optionLengths(),
		land(script.IPv4), land(script.IPv6), sources(), tunnels4(), tunnels6(),
	}
}

// all4 are packets of each protocol that want an answer.
func all4() []named {
	return []named{{"text", build.TCP("P.", 1, 20).Ack(1)}, {"a datagram", closed()}, {"a SYN", syn().Flow(2)}, {"an echo request", echo("56")}}
}

// named is a packet with words for it.
type named struct {
	what   string
	packet build.Packet
}

func longTotal() *build.Case {
	a := must("R013 R038", "total-length-beyond", "A datagram that is longer than its frame has not come whole, whatever it is and whatever else is wrong with it.",
		v4, length4).connected()
	for _, p := range all4() {
		for _, n := range []int{200, 1500, 1501, 32768, 65535} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.len=%d", n)), fmt.Sprintf("%s of %d bytes", p.what, n))
		}
	}
	a.ignored(echo("56").With("ip.len=85, ip.sum+=1"), "a wrong checksum besides")
	a.ignored(echo("56").With("ip.len=85, icmp.sum=0"), "a sum over nothing")
	a.ignored(echo("56").With("ip.len=85"), "a byte too much")
	return a.twin("in good", "a byte too much").ends()
}

func shortTotal() *build.Case {
	a := must("R014", "total-length-short", "A datagram that does not hold its own header is none.", v4, length4, header4).connected()
	for _, p := range all4() {
		for _, n := range []int{0, 1, 8, 19} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.len=%d", n)), fmt.Sprintf("%s of %d bytes", p.what, n))
		}
	}
	for _, n := range []int{20, 23} {
		a.ignored(echo("56").IP("options 01010100").With(fmt.Sprintf("ip.len=%d", n)), fmt.Sprintf("%d bytes with a header of 24", n))
	}
	return a.twin("in good", "23 bytes with a header of 24").ends()
}

func headerLengths() *build.Case {
	a := must("R015", "header-length", "A header of fewer than five words is none, and one that is longer than its frame has not come.", v4, header4).connected()
	for _, p := range all4() {
		for _, n := range []int{0, 1, 2, 4} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.ihl=%d", n)), fmt.Sprintf("%s with %d words", p.what, n))
		}
	}
	a.ignored(echo("0").With("ip.ihl=15").Truncate(42), "more words than the frame has")
	a.ignored(echo("0").With("ip.ihl=8").Truncate(42), "one word more")
	return a.twin("in good", "one word more").ends()
}

func headerAndTotal() *build.Case {
	a := must("R016", "header-beyond-total", "A header that is longer than its datagram is none; one that fills it leaves no message.", v4, header4, length4).connected()
	for _, p := range all4() {
		a.ignored(p.packet.With("ip.ihl=15, ip.len=59"), p.what+" in less than its header")
		a.ignored(p.packet.With("ip.ihl=6, ip.len=20"), p.what+" with a word of options that is not there")
	}
	a.ignored(echo("56").IP("options 0101010101010101").With("ip.len=28"), "an echo request of no bytes behind options")
	a.ignored(echo("56").IP("options 0101010101010101").With("ip.len=35"), "one of seven bytes")
	return a.twin("in good", "one of seven bytes").ends()
}

func nothingBehind() *build.Case {
	a := must("R017 R062", "header-alone", "A datagram that ends with its header has no message, of whatever protocol it says that it is.",
		v4, length4, "RFC792:echo:2", "RFC768:length:1", "RFC9293:3.1:1").connected()
	for _, proto := range []int{protoICMP, protoIGMP, protoTCP, protoUDP} {
		a.ignored(build.Text("ip (0)").With(fmt.Sprintf("ip.proto=%d", proto)), fmt.Sprintf("protocol %d", proto))
		a.ignored(build.Text("ip (0)").IP("options 01010101").With(fmt.Sprintf("ip.proto=%d", proto)), fmt.Sprintf("protocol %d behind options", proto))
	}
	a.ignored(echo("56").With("ip.len=20"), "an echo request behind the end")
	return a.twin("in good", "an echo request behind the end").ends()
}

func versions4() *build.Case {
	a := must("R018", "versions", "In a frame for IPv4 there is IPv4, and no other version.", v4, version4).connected()
	for _, p := range all4() {
		for _, n := range []int{0, 3, 5, 6, 15} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.version=%d", n)), fmt.Sprintf("%s of version %d", p.what, n))
		}
	}
	return a.twin("in ip.version=4", "an echo request of version 15").ends()
}

func headerSums() *build.Case {
	a := must("R019", "header-checksum", "A datagram whose header does not pass its checksum is dropped, however near it comes.", v4, checksum4).connected()
	for _, p := range all4() {
		for _, wrong := range []string{"+=1", "+=65535", "=0", "=65535", "+=32768"} {
			a.ignored(p.packet.With("ip.sum"+wrong), p.what+" with its checksum "+wrong)
		}
	}
	return a.twin("in good", "an echo request with its checksum +=32768").ends()
}

func sourceRoutes() *build.Case {
	a := should("R020", "source-routes", "A datagram with a source route is dropped without a word, well formed or not, once or twice, and though it wants an error.",
		v4, "RFC7126:4.3.5:1", "RFC7126:4.4.5:1").connected()
	for _, o := range []struct{ options, what string }{
		{"83 07 04 c0000203 00", "a loose route"}, {"89 07 04 c0000203 00", "a strict route"}, {"83 07 08 c0000203 00", "a route at its end"},
		{"83 07 03 c0000203 00", "a pointer into the header"}, {"83 07 00 c0000203 00", "a pointer of 0"}, {"83 07 ff c0000203 00", "a pointer beyond the end"},
		{"83 07 05 c0000203 00", "a pointer to half an address"}, {"83 06 04 c00002 01 00", "three quarters of an address"}, {"83 03 04 00", "a route of no address"},
		{"83 07 04 c0000203 89 07 04 c0000203 00 00", "both routes"}, {"83 07 04 c0000203 83 07 04 c0000203 00 00", "two loose routes"},
		{"83 27 04" + strings.Repeat("c0000203", 9) + "00", "as many addresses as there is room for"},
	} {
		items := "options " + strings.ReplaceAll(o.options, " ", "")
		a.ignored(closed().IP(items), "a datagram with "+o.what)
		a.ignored(echo("56").IP(items), "an echo request with "+o.what)
	}
	return a.twin("out extra", "an echo request with as many addresses as there is room for").ends()
}

func optionsOfEchoes() *build.Case {
	a := must("R021", "echo-options", "The reply to an echo request goes to its source, whatever addresses its options name; those that route are dropped.",
		v4, "RFC792:echo:1", options4, "RFC1122:3.2.2.6:3").connected()
	for _, o := range []struct{ options, what string }{
		{"070708c000020300", "a recorded route"}, {"070704c000020300", "a route to be recorded"}, {"440c0d03c00002030000000001", "times with addresses"},
		{"9404c00001", "an alert"}, {"5e07c0000203c0", "an option that nobody knows"},
	} {
		a.answered(echo("56").IP("options "+o.options), reply("56").With("ip.dst=peer").With("eth.dst=peer"), o.what)
	}
	a.ignored(echo("56").IP("options 830704c000020300"), "a source route")
	return a.twin("out ip.dst^1", "an option that nobody knows").ends()
}

func timestampOptions() *build.Case {
	a := must("R022", "timestamp-option", "An option that the stack does not know is passed over by its length, whatever is in it: a time stamp option without room, "+
		"with a pointer into itself or beyond, or with its counter full.", v4, options4, parsed4).connected()
	for _, o := range []struct{ options, what string }{
		{"44020101", "of two bytes"}, {"44030501", "of three bytes"}, {"44040500", "of no time"}, {"4408000000000000", "with a pointer of 0"},
		{"4408040000000000", "with a pointer of 4"}, {"4408ff0000000000", "with a pointer of 255"}, {"440805f000000000", "with a full counter"},
		{"440805f100000000", "with a full counter and half an address"}, {"440805ff00000000", "of an unknown kind"}, {"4408050200000000", "of a reserved kind"},
	} {
		a.answered(echo("56").IP("options "+o.options), reply("56"), "a time stamp option "+o.what)
	}
	return a.twin("out icmp.id+1", "a time stamp option of a reserved kind").ends()
}

func optionsOfAllLengths() *build.Case {
	a := must("R023", "options-of-all-lengths", "What follows options is found where they end, however long they are.", v4, options4, parsed4).connected()
	for n := 4; n <= 40; n += 4 {
		items := "options " + strings.Repeat("01", n)
		a.answered(echo("56").IP(items), reply("56"), fmt.Sprintf("an echo request behind %d bytes", n))
		if n%12 == 4 {
			a.answered(closed().IP(items), build.Text("icmp unreachable port_unreachable [...]"), fmt.Sprintf("a datagram behind %d bytes", n))
			a.After(tick).In(build.TCP("P.", a.rcv, 10).Ack(a.snd).Win(65535).IP(items))
			a.rcv += 10
			a.Within(5*trip).Out(own(a.snd, a.rcv), fmt.Sprintf("text behind %d bytes", n))
			a.Line("read(4, ..., 1000) = 10", fmt.Sprintf("which is delivered, %d", n))
		}
	}
	return a.twin("out icmp.id+1", "an echo request behind 40 bytes").ends()
}

func optionLengths() *build.Case {
	a := must("R024", "option-length", "Options that cannot be walked through, because one is of no length or leads beyond the header, have their datagram dropped; its sender hears where.",
		v4, parsed4, "RFC1122:3.2.2.5:1").connected()
	told := func(options string, at int, phrase string) {
		a.told(echo("56").IP("options "+options), build.Text(fmt.Sprintf("icmp parameter_problem [...] {icmp.pointer=%d}", at)), phrase)
	}
	for _, kind := range []string{"07", "44", "83", "94", "5e", "ff"} {
		for _, rest := range []string{"000000", "010000", "05ffff", "ffffff"} {
			told(kind+rest, 20, fmt.Sprintf("option %s with %s", kind, rest))
		}
		told("010101"+kind, 23, "option "+kind+" with nothing")
	}
	return a.twin("out icmp.pointer+1", "option ff with nothing").ends()
}

func land(form script.Form) *build.Case {
	slug := "land"
	if form == script.IPv6 {
		slug = "land-ipv6"
	}
	a := must("R025", slug, "What says that it is from the stack itself is dropped: it would have the stack answer itself.",
		[]script.Form{form}, "RFC9293 MUST-63").connected()
	own := func(p build.Packet) build.Packet { return p.With("ip.src=stack") }
	a.ignored(own(echo("56")), "an echo request")
	a.ignored(own(closed()), "a datagram to nobody")
	a.ignored(own(build.TCP("S.", 0, 0).Ack(1)).With("tcp.sport=8080"), "a SYN-ACK from its own port")
	a.ignored(own(build.TCP(".", 1, 0).Ack(1)), "an ACK of the connection's ports")
	a.ignored(own(build.TCP("R", 1, 0)), "a reset of them")
	a.ignored(own(syn().Flow(2)), "a SYN from another port")
	a.ignored(own(syn()).With("tcp.sport=8080"), "a SYN from its own port")
	return a.twin("in addresses", "a SYN from another port").ends()
}

func sources() *build.Case {
	a := must("R026", "sources", "A datagram from an address that is no host's is dropped without a word, though it wants an error.", v4, source4).connected()
	for _, ip := range []string{
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.254", "255.255.255.255",
		"192.0.2.255",
	} {
		for _, p := range all4() {
			a.ignored(p.packet.With("ip.src="+ip), p.what+" from "+ip)
		}
	}
	return a.twin("in addresses", "an echo request from 192.0.2.255").ends()
}

// tunnels4: the inner packets are echo requests to the stack, one that is whole and some that are not.
func tunnels4() *build.Case {
	a := should("R027 R028 R029", "tunnels", "A packet inside of another is a protocol that the stack does not speak, whole, cut short, or in fragments: "+
		"the answer quotes what came, and the inner one is not processed.", v4, "RFC1122:3.2.2.1:1", "RFC1122:3.2.2:2").connected()
	inner := asked()
	lies := append([]byte(nil), inner...)
	lies[2], lies[3] = 0, 24 // less than the outer one has
	no := func(p build.Packet, what string) {
		a.told(p, build.Text("icmp unreachable protocol_unreachable [...]"), what)
	}
	no(raw(protoIPIP, inner...), "IP in IP")
	no(raw(protoIPIP, lies...), "with an inner length that is less")
	no(raw(protoIPIP, inner[:19]...), "with half a header")
	no(raw(protoIPv6, hexed("60 000000 0008 3a 40")...), "IPv6 in IP, cut short")
	a.ignored(piece4(protoIPIP, 0, true, 7, lies[:24]...), "the first fragment of a tunnel")
	a.answered(piece4(protoIPIP, 24, false, 7, lies[24:]...), build.Text("icmp type_3 code_2 (48)").Data(packet4(protoIPIP, 7, lies...)), "the last one")
	return a.twin("out icmp.code+1", "IPv6 in IP, cut short").ends()
}

func tunnels6() *build.Case {
	a := must("R027 R029", "tunnels-ipv6", "A packet inside of another is a next header that the stack does not know: the answer points at it, and the inner one is not processed.",
		v6, "RFC8200:4:1", "RFC4443:3.4:1", "RFC4443:3.4:2").connected()
	inner := packet6(protoICM6, echo6()...)
	lies := append([]byte(nil), inner...)
	lies[5] = 8
	for _, p := range []struct {
		proto int
		b     []byte
		what  string
	}{
		{protoIPv6, inner, "IPv6 in IPv6"}, {protoIPv6, lies, "with an inner length that is less"}, {protoIPv6, inner[:39], "with half a header"},
		{protoIPIP, asked(), "IP in IPv6"}, {protoIPIP, asked()[:19], "IP in IPv6, cut short"},
	} {
		a.told(raw(p.proto, p.b...), build.Text("icmp parameter_problem next_header [...]").With("icmp.pointer=6"), p.what)
	}
	return a.twin("out icmp.pointer+1", "IP in IPv6, cut short").ends()
}
