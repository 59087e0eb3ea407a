package robust

import (
	"fmt"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const soft = "RFC5927:5.2:1"

func icmps() []*build.Case {
	cases := []*build.Case{addressMask(), extensions(), smurf(), forgedLength4(), forgedLength6(), quotesCut4(), quotesCut6(), longAnswered(), tooMuchToQuote()}
	for _, form := range both {
		cases = append(cases, echoShort(form))
	}
	return cases
}

func echoShort(form script.Form) *build.Case {
	rows, req, typ := "R039 R048", "RFC792:echo:2", byte(8)
	if form == script.IPv6 {
		rows, req, typ = "R118 R048", "RFC4443:4.1:1", 128
	}
	a := must(rows, of(form, "echo-short"), "An echo request, or a reply, that does not hold its own header is dropped, its checksum right.", []script.Form{form}, req).connected()
	b := []byte{typ, 0, 0, 0, 0, 7, 0}
	for n := range len(b) {
		a.ignored(icmp(form, b[:n+1]...), fmt.Sprintf("a request of %d bytes", n+1))
	}
	b[0] = map[script.Form]byte{script.IPv4: 0, script.IPv6: 129}[form]
	for n := range len(b) {
		a.ignored(icmp(form, b[:n+1]...), fmt.Sprintf("a reply of %d bytes", n+1))
	}
	a.ignored(icmp(form, append(b, 1)...), "a reply that nobody waits for")
	a.ignored(echo("56").With("icmp.sum+=1"), "a wrong checksum")
	return a.twin("in good", "a wrong checksum").ends()
}

func addressMask() *build.Case {
	a := must("R040", "address-mask", "Nobody learns the network's mask, or anything else that ICMP was once for, and nobody sets it.", v4, "RFC1122:3.2.2:1").connected()
	for _, t := range []string{"address_mask_reply", "information_request", "information_reply", "timestamp_reply", "address_mask_request"} {
		for _, n := range []int{0, 4, 12} {
			a.ignored(build.Text(fmt.Sprintf("icmp %s id 7 seq 1 (%d)", t, n)), fmt.Sprintf("%s of %d bytes", t, n))
		}
	}
	return a.twin("in icmp.type=8", "address_mask_request of 12 bytes").ends()
}

// underWay has the stack send text that is not acknowledged yet.
func (a *attack) underWay(n int) *attack {
	a.Do(fmt.Sprintf("write(4, ..., %d) = %d", n, n))
	a.Out(build.TCP("P.", a.snd, uint16(n)).Ack(a.rcv), fmt.Sprintf("%d bytes are under way", n))
	return a
}

// arrives acknowledges what is under way.
func (a *attack) arrives(n uint32) *attack {
	a.snd += n
	a.After(tick).In(ack(a.rcv, a.snd))
	return a
}

// sent is a segment of the connection as an error quotes it: the stack's, from a sequence number that is nobody's.
func sent(form script.Form) []byte {
	tcp := hexed("1f90 9c40 12345678 9abcdef0 50 10 1000 0000 0000")
	b, at, n := packet4(protoTCP, 7, tcp...), 12, 4
	if form == script.IPv6 {
		b, at, n = packet6(protoTCP, tcp...), 8, 16
	}
	for i := range n {
		b[at+i], b[at+n+i] = b[at+n+i], b[at+i]
	}
	return b
}

// unreachable is an error with these bytes behind its header.
func unreachable(form script.Form, quote ...byte) build.Packet {
	b := []byte{3, 3, 0, 0, 0, 0, 0, 0}
	if form == script.IPv6 {
		b = []byte{1, 4, 0, 0, 0, 0, 0, 0}
	}
	return icmp(form, append(b, quote...)...)
}

func quotesCut4() *build.Case {
	const form = script.IPv4
	a := may("R041", "quote-cut", "An error that quotes less than a header and eight bytes, or a header that lies, is about nobody's segment.", v4, "RFC5927:4.1:1", soft).connected()
	a.underWay(100)
	q := sent(form)
	for _, n := range []int{0, 1, 19, 20, 24, 27} {
		a.ignored(unreachable(form, q[:n]...), fmt.Sprintf("%d bytes of a quote", n))
	}
	lies := func(phrase string, at int, b ...byte) {
		l := append([]byte(nil), q...)
		copy(l[at:], b)
		a.ignored(unreachable(form, l...), phrase)
	}
	lies("a quote with a header of 60 bytes", 0, 0x4f)
	lies("one of 16 bytes", 0, 0x44)
	lies("one of version 6", 0, 0x65)
	lies("one of no bytes in all", 2, 0, 0)
	lies("one of 19 bytes in all", 2, 0, 19)
	lies("one of 65,535 bytes in all", 2, 0xff, 0xff)
	lies("one of a later fragment", 6, 0x1f, 0xff)
	lies("one of another host", 12, 10, 0, 0, 1)
	lies("one of a sequence number that is not under way", 0, 0x45)
	a.ignored(build.Text("icmp unreachable port_unreachable [5000:5000(0)]"), "one of the connection's segments that was not sent")
	a.arrives(100)
	return a.twin("out extra", "one of the connection's segments that was not sent").ends()
}

func quotesCut6() *build.Case {
	const form = script.IPv6
	a := may("R041", "quote-cut-ipv6", "An error that quotes less than a header and eight bytes, or headers that lie, is about nobody's segment.", v6, "RFC5927:4.1:1", soft).connected()
	a.underWay(100)
	q := sent(form)
	for _, n := range []int{0, 1, 39, 40, 44, 47} {
		a.ignored(unreachable(form, q[:n]...), fmt.Sprintf("%d bytes of a quote", n))
	}
	lies := func(phrase string, at int, b ...byte) {
		l := append([]byte(nil), q...)
		copy(l[at:], b)
		a.ignored(unreachable(form, l...), phrase)
	}
	lies("a quote of version 4", 0, 0x40)
	lies("one of no payload", 4, 0, 0)
	lies("one of 65,535 bytes", 4, 0xff, 0xff)
	lies("one of options that end nowhere", 6, protoDest)
	lies("one of a routing header", 6, protoRH)
	lies("one of a fragment header", 6, protoFrag)
	lies("one of another host", 8, 0xfd)
	a.ignored(build.Text("icmp unreachable port_unreachable [5000:5000(0)]"), "one of the connection's segments that was not sent")
	a.arrives(100)
	return a.twin("out extra", "one of the connection's segments that was not sent").ends()
}

func forgedLength4() *build.Case {
	a := may("R042", "path-mtu-forged", "Errors about a segment that is not under way change nothing, whatever length they tell; nor does one that tells less than a link may have.",
		v4, "RFC5927:4.1:1", "RFC1191:3:4").connected()
	a.underWay(1000)
	for _, mtu := range []int{0, 1, 67, 68, 552, 576, 1300, 65535} {
		a.ignored(build.Text(fmt.Sprintf("icmp unreachable frag_needed mtu %d [900000:900000(0)]", mtu)), fmt.Sprintf("%d bytes, and not under way", mtu))
	}
	for _, code := range []string{"port_unreachable", "protocol_unreachable", "host_unreachable"} {
		a.ignored(build.Text("icmp unreachable "+code+" [900000:900000(0)]"), code)
	}
	for _, mtu := range []int{1, 20, 40, 67} {
		a.ignored(build.Text(fmt.Sprintf("icmp unreachable frag_needed mtu %d [1:1001(1000)]", mtu)), fmt.Sprintf("%d bytes, and under way", mtu))
	}
	a.arrives(1000)
	a.underWay(1400).arrives(1400)
	return a.twin("out tcp.seq+1", "1400 bytes are under way").ends()
}

func forgedLength6() *build.Case {
	a := must("R042", "path-mtu-forged-ipv6", "A packet too big about a segment that is not under way changes nothing, whatever length it tells; nor does one that tells less than a link may have.",
		v6, "RFC8201:4:2", "RFC8201:4:3", "RFC5927:4.1:1").connected()
	a.underWay(1000)
	for _, mtu := range []int{0, 1, 67, 1279, 1280, 1300, 65535} {
		a.ignored(build.Text(fmt.Sprintf("icmp packet_too_big mtu %d [900000:900000(0)]", mtu)), fmt.Sprintf("%d bytes, and not under way", mtu))
	}
	for _, mtu := range []int{0, 1, 40, 67, 1279} {
		a.ignored(build.Text(fmt.Sprintf("icmp packet_too_big mtu %d [1:1001(1000)]", mtu)), fmt.Sprintf("%d bytes, and under way", mtu))
	}
	a.arrives(1000)
	a.underWay(1400).arrives(1400)
	return a.twin("out tcp.seq+1", "1400 bytes are under way").ends()
}

func extensions() *build.Case {
	a := may("R045", "icmp-extensions", "What an error has behind its quote is not looked at: lengths there that lead nowhere do no harm.", v4, soft).connected()
	a.underWay(100)
	quote := append(sent(script.IPv4), make([]byte, 128-40)...)
	for _, ext := range []string{"", "20", "2000 0000", "2000 0000 0000 0101", "2000 0000 ffff 0101", "2000 0000 0003 0101", "2000 0000 0008 0101 0000 0000 ffff", "2000 0000 0004 0205 0004 02ff"} {
		for _, words := range []byte{0, 1, 32, 33, 255} {
			b := append([]byte{3, 1, 0, 0, 0, words, 0, 0}, quote...)
			a.ignored(icmp(script.IPv4, append(b, hexed(ext)...)...), fmt.Sprintf("a quote of %d words, and %q behind it", words, ext))
		}
	}
	a.ignored(build.Text("icmp unreachable host_unreachable [5000:5000(0)]"), "an error about what was not sent")
	a.arrives(100)
	return a.twin("out extra", "an error about what was not sent").ends()
}

func smurf() *build.Case {
	a := may("R046", "smurf", "An echo request to all is not answered by each.", v4, "RFC1122:3.2.2.6:2").connected()
	for _, dst := range []struct{ ip, mac string }{
		{"192.0.2.255", "broadcast"}, {"255.255.255.255", "broadcast"}, {"224.0.0.1", "01:00:5e:00:00:01"}, {"192.0.2.255", "stack"}, {"255.255.255.255", "stack"}, {"stack", "broadcast"},
	} {
		a.ignored(echo("56").With("ip.dst="+dst.ip).With("eth.dst="+dst.mac), dst.ip+" at "+dst.mac)
	}
	return a.twin("in addresses", "192.0.2.255 at stack").ends()
}

func longAnswered() *build.Case {
	a := must("R120", "error-is-cut", "An error about a packet that is as long as the link carries is no longer than errors may be.", both, "RFC4443:2.4:2", "RFC1122:3.2.2:2").connected()
	for _, n := range []int{1400, 1452, 1300, 600} {
		a.told(build.Text(fmt.Sprintf("udp 40000 > 9 (%d)", n)), build.Text("icmp unreachable port_unreachable [...]").With("ip.len<=1280"), fmt.Sprintf("an error about %d bytes", n))
	}
	return a.twin("out icmp.type+1", "an error about 600 bytes").ends()
}

func tooMuchToQuote() *build.Case {
	a := must("R120", "error-is-cut-ipv6", "An error about a packet with many headers is no longer than errors may be.", v6, "RFC4443:2.4:2").connected()
	b := append(header(253, append([]byte{1, 252}, make([]byte, 252)...)...), text(1200)...)
	a.told(raw(protoDest, b...), build.Text("icmp parameter_problem next_header [...]").With("icmp.pointer=40").With("ip.len=1240"), "an error of 1280 bytes")
	return a.twin("out icmp.pointer+1", "an error of 1280 bytes").ends()
}
