package robust

import (
	"fmt"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	version6 = "RFC8200:3:1"
	length6  = "RFC8200:3:3"
	skip6    = "RFC8200:4.2:1"
	discard6 = "RFC8200:4.2:2"
	report6  = "RFC8200:4.2:3"
	report1  = "RFC8200:4.2:4"
	routing0 = "RFC8200:4.4:1"
	routing1 = "RFC8200:4.4:2"
	wrong6   = "RFC4443:3.4:1"
	points6  = "RFC4443:3.4:2"
)

func ipv6() []*build.Case {
	return []*build.Case{
		headerLies6(), payloadLength6(), headerCut6(), versions6(), wrappingLength(), longestOptions(), optionsBeyond(), headersCut(), chains6(),
		routingHeaders(), jumbograms(), actions6(), inconsistent6(),
	}
}

// all6 are packets of each protocol that want an answer.
func all6() []named { return all4() }

func headerLies6() *build.Case {
	a := must("R101", "ipv6-header", "A packet whose payload is not there, and one to a group of which nobody is a member, is dropped.", v6, length6, "RFC4291:2.7:1").connected()
	for _, p := range all6() {
		for _, n := range []int{200, 1500, 32768, 65535} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.len=%d", n)), fmt.Sprintf("%s of %d bytes", p.what, n))
		}
		for _, dst := range []string{"ff00::1", "ff01::2", "ff02::2", "ff03::1", "ff0f::1", "ffff::1", "ff02::1:ff00:77", "ff12::1"} {
			a.ignored(p.packet.With("ip.dst="+dst), p.what+" to "+dst)
		}
	}
	a.ignored(echo("56").With("ip.src=ff02::2"), "an echo request from a group")
	return a.twin("in addresses", "an echo request from a group").ends()
}

func payloadLength6() *build.Case {
	a := must("R102", "payload-length-beyond", "A packet that is longer than its frame has not come whole.", v6, length6).connected()
	for _, p := range all6() {
		a.ignored(p.packet.With("ip.len=1460"), p.what+" of as much as the link carries")
		a.ignored(p.packet.With("ip.len=110").Truncate(60), p.what+" of a short frame")
	}
	a.ignored(echo("56").With("ip.len=65"), "one byte too much")
	return a.twin("in good", "one byte too much").ends()
}

func headerCut6() *build.Case {
	a := must("R103", "ipv6-header-cut", "A frame that ends within the header of IPv6 holds no packet.", v6, length6).connected()
	for _, n := range []int{15, 20, 22, 38, 52, 53} {
		a.ignored(echo("56").Truncate(n), fmt.Sprintf("%d bytes", n))
	}
	return a.twin("in good", "53 bytes").ends()
}

func versions6() *build.Case {
	a := must("R056", "versions-ipv6", "In a frame for IPv6 there is IPv6, and no other version.", v6, version6).connected()
	for _, p := range all6() {
		for _, n := range []int{0, 3, 4, 5, 7, 15} {
			a.ignored(p.packet.With(fmt.Sprintf("ip.version=%d", n)), fmt.Sprintf("%s of version %d", p.what, n))
		}
	}
	return a.twin("in ip.version=6", "an echo request of version 15").ends()
}

// behind is an echo request behind extension headers, of which the first is announced.
func behind(first int, headers ...[]byte) build.Packet {
	return raw(first, append(slices.Concat(headers...), echo6()...)...)
}

// withLength is a header that says it has n times eight bytes besides the first.
func withLength(h []byte, n byte) []byte {
	h = slices.Clone(h)
	h[1] = n
	return h
}

func wrappingLength() *build.Case {
	a := must("R104", "extension-length-wraps", "An extension header that is longer than what there is has its packet dropped, also where its length would wrap around in eight or sixteen bits.",
		v6, wrong6, points6).connected()
	for _, proto := range []int{protoHop, protoDest, protoRH} {
		for _, n := range []byte{3, 31, 32, 127, 254, 255} {
			a.told(behind(proto, withLength(header(protoICM6, 1, 4), n)), problem("header", 41), fmt.Sprintf("header %d of length %d", proto, n))
		}
	}
	return a.twin("out icmp.pointer+1", "header 43 of length 255").ends()
}

func longestOptions() *build.Case {
	a := must("R105", "option-length-wraps", "Options as long as can be, and headers of nothing but padding, are walked through to their end, and no further.", v6, skip6).connected()
	padding := func(n int) []byte { return header(protoICM6, append([]byte{1, byte(n)}, make([]byte, n)...)...) }
	for _, n := range []int{0, 4, 5, 12, 252, 253, 254, 255} {
		a.answered(behind(protoDest, padding(n)), reply6(), fmt.Sprintf("an option of %d bytes", n))
	}
	a.answered(behind(protoHop, header(protoICM6, make([]byte, 262)...)), reply6(), "264 bytes of padding, one by one")
	a.answered(behind(protoDest, header(protoICM6, append([]byte{0x1e, 254}, make([]byte, 260)...)...)), reply6(), "an unknown option of 254 bytes that may be passed over")
	a.told(behind(protoDest, header(protoICM6, 1, 254, 0, 0, 0, 0)), problem("header", 42), "one of 254 bytes in a header of eight")
	return a.twin("out icmp.id+1", "an option of 254 bytes").ends()
}

func optionsBeyond() *build.Case {
	a := must("R106", "options-beyond", "An option that leads beyond its header has its packet dropped; the error points at it.", v6, wrong6, points6).connected()
	for _, proto := range []int{protoHop, protoDest} {
		for _, o := range []struct {
			body []byte
			at   int
		}{{[]byte{1, 5, 0, 0, 0, 0}, 42}, {[]byte{1, 255, 0, 0, 0, 0}, 42}, {[]byte{0x1e, 5}, 42}, {[]byte{1, 3, 0, 0, 0, 1}, 47}, {[]byte{0, 0, 0, 0, 5, 2}, 46}} {
			a.told(behind(proto, header(protoICM6, o.body...)), problem("header", o.at), fmt.Sprintf("header %d with %x", proto, o.body))
		}
	}
	return a.twin("out icmp.pointer+1", "header 60 with 000000000502").ends()
}

func headersCut() *build.Case {
	a := must("R107", "extension-cut", "An extension header of which a frame has only a part is dropped with its packet, the payload length true or not.", v6, length6, wrong6, points6).connected()
	for _, proto := range []int{protoHop, protoDest, protoRH} {
		for _, n := range []int{1, 2, 7} {
			a.told(raw(proto, header(protoICM6, 1, 4)[:n]...), problem("header", 4), fmt.Sprintf("%d bytes of header %d", n, proto))
			a.ignored(behind(proto, header(protoICM6, 1, 4)).Truncate(14+40+n), fmt.Sprintf("%d bytes of header %d, and the rest promised", n, proto))
		}
	}
	return a.twin("out icmp.pointer+1", "7 bytes of header 43").ends()
}

func chains6() *build.Case {
	a := must("R108", "header-chains", "Headers that follow one another without end are followed to a bound; a packet in the packet is not processed.", v6, "RFC8200:4:1", wrong6, routing0).connected()
	chain := func(proto, n int) (b []byte) {
		for range n - 1 {
			b = append(b, header(proto, 1, 4)...)
		}
		return append(b, header(protoICM6, 1, 4)...)
	}
	a.answered(behind(protoDest, chain(protoDest, 2)), reply6(), "two headers of options")
	a.ignored(behind(protoDest, chain(protoDest, 9)), "nine")
	a.ignored(behind(protoDest, chain(protoDest, 100)), "a hundred")
	route := header(protoRH, 4, 0, 0, 0, 0, 0)
	a.ignored(raw(protoRH, append(slices.Concat(slices.Repeat(route, 60)), header(protoICM6, 4, 0)...)...), "sixty routing headers")
	a.told(behind(protoRH, header(protoRH, 4, 0), header(protoIPv6, 4, 0), packet6(protoIPv6, packet6(protoICM6)...)), problem("next_header", 48), "a packet in a packet in a packet")
	a.told(behind(protoDest, header(protoHop, 1, 4), header(protoICM6, 1, 4)), problem("next_header", 40), "hop-by-hop options that are not the first")
	return a.twin("out icmp.pointer+1", "hop-by-hop options that are not the first").ends()
}

func routingHeaders() *build.Case {
	a := must("R109", "routing-headers", "A packet that is still to be routed by its header goes no further, and the error points at the header's type; one that has arrived is processed.",
		v6, routing0, routing1).connected()
	next := slices.Concat([]byte{0, 0, 0, 0}, ends[script.IPv6][1].AsSlice())
	for _, typ := range []byte{0, 1, 2, 3, 4, 253, 255} {
		for _, left := range []byte{1, 2, 255} {
			a.told(behind(protoRH, header(protoICM6, append([]byte{typ, left}, next...)...)), problem("header", 42), fmt.Sprintf("type %d with %d to go", typ, left))
		}
		a.answered(behind(protoRH, header(protoICM6, append([]byte{typ, 0}, next...)...)), reply6(), fmt.Sprintf("type %d with none to go", typ))
	}
	return a.twin("out icmp.pointer+1", "type 255 with 255 to go").ends()
}

func jumbograms() *build.Case {
	a := must("R111", "jumbograms", "The stack takes no jumbograms: a payload length of zero is one of nothing, and the option is one that it does not know.", v6, length6, report1, points6).connected()
	jumbo := header(protoICM6, 0xc2, 4, 0, 1, 0, 0)
	for _, p := range all6() {
		a.ignored(p.packet.With("ip.len=0"), p.what+" with a payload of 0")
	}
	a.told(behind(protoHop, jumbo), problem("option", 42), "the option, and a payload length")
	a.told(behind(protoHop, jumbo).With("ip.len=0"), build.Text("icmp type_4 code_0").Data(packet6(protoHop)).With("icmp.pointer=4"), "the option, and none")
	a.ignored(behind(protoHop, jumbo).With("ip.len=65535"), "the option, and a length that is not true")
	a.ignored(echo("56").With("ip.len=0"), "an echo request of length 0")
	return a.twin("in good", "an echo request of length 0").ends()
}

func actions6() *build.Case {
	a := must("R112", "option-actions", "An option that nobody knows says by its type what becomes of the packet, and whether its sender hears of it: if the packet went to a group, of one type only.",
		v6, skip6, discard6, report6, report1).connected()
	group := func(p build.Packet) build.Packet {
		return p.With("ip.dst=allnodes").With("eth.dst=33:33:00:00:00:01")
	}
	for _, proto := range []int{protoHop, protoDest} {
		in := func(typ byte) build.Packet { return behind(proto, header(protoICM6, typ, 4, 0, 0, 0, 0)) }
		a.answered(in(0x1e), reply6(), fmt.Sprintf("00 in header %d: passed over", proto))
		a.ignored(in(0x5e), fmt.Sprintf("01 in header %d: discarded", proto))
		a.told(in(0x9e), problem("option", 42), fmt.Sprintf("10 in header %d: the sender hears of it", proto))
		a.told(in(0xde), problem("option", 42), fmt.Sprintf("11 in header %d: the sender hears of it", proto))
		a.ignored(group(in(0x5e)), fmt.Sprintf("01 in header %d, to a group: discarded", proto))
		a.told(group(in(0x9e)), problem("option", 42), fmt.Sprintf("10 in header %d, to a group: the sender hears of it", proto))
		a.ignored(group(in(0xde)), fmt.Sprintf("11 in header %d, to a group: discarded", proto))
		a.ignored(group(behind(proto, header(protoICM6, 1, 9))), fmt.Sprintf("a malformed one in header %d, to a group: discarded", proto))
	}
	return a.twin("out icmp.pointer+1", "10 in header 60, to a group: the sender hears of it").ends()
}

func inconsistent6() *build.Case {
	a := must("R016", "extensions-and-payload", "Headers that leave less than a message of the payload leave none.", v6, "RFC4443:4.1:1", length6).connected()
	h := header(protoICM6, 1, 4)
	for n := range 8 {
		b := echo6()[:n]
		if n >= 4 {
			b = summed(script.IPv6, protoICM6, b)
		}
		a.ignored(raw(protoDest, append(slices.Clone(h), b...)...), fmt.Sprintf("%d bytes behind a header", n))
	}
	a.ignored(behind(protoDest, h).With("ip.len=8"), "a message behind the payload")
	return a.twin("in good", "a message behind the payload").ends()
}
