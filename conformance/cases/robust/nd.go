package robust

import (
	"fmt"
	"net/netip"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	noOption = "RFC4861:7.1.1:6"
	unknown6 = "RFC4443:2.4:1"
	unasked  = "RFC4861:7.2.5:1"
	otherND  = "RFC4861:7.2.3:1"
)

func discovery() []*build.Case {
	return []*build.Case{ndOptions(), ndChains(), ndStrangers(), raRDNSS(), raPrefixes(), neighbourTable(), raFlood(), ndFragments()}
}

// nd is a message of neighbour discovery from the peer to the stack, of these bytes.
func nd(b ...byte) build.Packet { return icmp(script.IPv6, b...).IP("ttl 255") }

// solicitation asks for the stack's address, with options.
func solicitation(options ...byte) build.Packet {
	return nd(slices.Concat([]byte{135, 0, 0, 0, 0, 0, 0, 0}, ends[script.IPv6][1].AsSlice(), options)...)
}

// advertisement is the peer's of itself, at an address that is not its.
func advertisement(options ...byte) build.Packet {
	return nd(slices.Concat([]byte{136, 0, 0, 0, 0x60, 0, 0, 0}, ends[script.IPv6][0].AsSlice(), options)...)
}

// router is a router's advertisement, with options.
func router(options ...byte) build.Packet {
	src := netip.MustParseAddr("fe80::2")
	b := append([]byte{134, 0, 0, 0, 64, 0xc0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}, options...)
	return raw(protoICM6, summedBetween(src, ends[script.IPv6][1], protoICM6, b)...).IP("ttl 255").With("ip.src=fe80::2")
}

func ndOptions() *build.Case {
	a := must("R121", "nd-option-length", "An option of neighbour discovery that has no length, or leads beyond the message, has all of it discarded.", v6, noOption, "RFC4443:3.4:1").met()
	wrong := hexed("02 01 0200000000ff")
	for _, o := range []string{"01 00 020000000003", "01 02 020000000003", "01 ff 020000000003", "0e 00 000000000000", "00 00 000000000000", "01", "01 01", "01 01 0200000000"} {
		a.ignored(solicitation(hexed(o)...), "a solicitation with "+o)
		a.ignored(advertisement(append(slices.Clone(wrong), hexed(o)...)...), "an advertisement with "+o)
	}
	a.ignored(build.Text("ns").With("nd.optlen=0"), "the solicitation as it was, and no length")
	return a.twin("in nd.optlen=1", "the solicitation as it was, and no length").ends()
}

func ndChains() *build.Case {
	a := must("R122", "nd-option-chain", "A chain of options that does not move on is not followed, wherever it stops.", v6, noOption).met()
	good, stop := hexed("01 01 020000000002"), hexed("01 00 020000000002")
	for _, n := range []int{0, 1, 2, 10, 60} {
		chain := slices.Concat(slices.Repeat(good, n), stop, good)
		a.ignored(solicitation(chain...), fmt.Sprintf("a solicitation, after %d", n))
		a.ignored(advertisement(chain...), fmt.Sprintf("an advertisement, after %d", n))
		a.ignored(router(chain...), fmt.Sprintf("a router's, after %d", n))
	}
	a.ignored(build.Text("ns").With("nd.optlen=0"), "the first of one")
	return a.twin("in nd.optlen=1", "the first of one").ends()
}

func ndStrangers() *build.Case {
	a := must("R123", "nd-invalid", "What a router may have forwarded, has another code, comes from nobody with an address, or is about a group is discarded.",
		v6, "RFC4861:7.1.1:1", "RFC4861:7.1.1:3", "RFC4861:7.1.1:5", "RFC4861:7.1.1:7", "RFC4861:7.1.2:1", "RFC4861:7.1.2:3").met()
	wrong := hexed("02 01 0200000000ff")
	ns := build.Text("ns")
	for _, hops := range []int{0, 1, 64, 254} {
		a.ignored(ns.With(fmt.Sprintf("ip.ttl=%d", hops)), fmt.Sprintf("a solicitation with hop limit %d", hops))
		a.ignored(advertisement(wrong...).With(fmt.Sprintf("ip.ttl=%d", hops)), fmt.Sprintf("an advertisement with hop limit %d", hops))
	}
	for _, code := range []int{1, 255} {
		a.ignored(ns.With(fmt.Sprintf("icmp.code=%d", code)), fmt.Sprintf("a solicitation of code %d", code))
	}
	a.ignored(ns.With("ip.src=zero"), "a probe with an address")
	a.ignored(ns.With("ip.src=zero").With("nd.sll=none").With("ip.dst=stack"), "a probe to one")
	a.ignored(ns.With("nd.target=ff02::1"), "a solicitation of a group")
	a.ignored(build.Text("na").With("nd.target=ff02::1"), "an advertisement of one")
	a.ignored(build.Text("na").With("nd.tll=02:00:00:00:00:ff").With("ip.dst=allnodes").With("eth.dst=33:33:00:00:00:01").With("nd.flags=3"), "an answer to all")
	for _, mac := range []string{"ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "00:00:00:00:00:00", "stack"} {
		a.ignored(ns.With("nd.sll="+mac), "a peer at "+mac)
		a.ignored(build.Text("na").With("nd.tll="+mac), "and one that says so at "+mac)
	}
	a.ignored(ns.With("icmp.sum+=1"), "a wrong checksum")
	return a.twin("in good", "a wrong checksum").ends()
}

func raRDNSS() *build.Case {
	a := must("R124", "ra-name-servers", "A router's advertisement with a list of name servers that ends within an address changes nothing.", v6, unknown6, noOption).met()
	server := netip.MustParseAddr("2001:db8::53").AsSlice()
	for _, units := range []byte{0, 1, 2, 3, 4, 5, 6, 255} {
		for _, servers := range []int{1, 2} {
			a.ignored(router(append([]byte{25, units, 0, 0, 0, 0, 7, 8}, slices.Repeat(server, servers)...)...), fmt.Sprintf("%d units with %d servers", units, servers))
		}
	}
	a.ignored(build.Text("ns").With("nd.optlen=0"), "nothing else")
	return a.twin("in nd.optlen=1", "nothing else").ends()
}

// prefix is an option that tells of one, of a length in bits and units.
func prefix(units, bits byte, addr string) []byte {
	return slices.Concat([]byte{3, units, bits, 0xc0, 0, 0, 7, 8, 0, 0, 7, 8, 0, 0, 0, 0}, netip.MustParseAddr(addr).AsSlice())
}

func raPrefixes() *build.Case {
	a := must("R125", "ra-prefixes", "A router's advertisement with a prefix that is cut short, or has more bits than an address, changes nothing.", v6, unknown6, "RFC4861:7.2.3:1").met()
	for _, bits := range []byte{0, 1, 63, 127, 128, 129, 255} {
		for _, units := range []byte{0, 1, 3, 4, 5} {
			a.ignored(router(prefix(units, bits, "2001:db8:5::")...), fmt.Sprintf("%d bits in %d units", bits, units))
		}
	}
	a.ignored(router(prefix(4, 64, "2001:db8:5::")[:16]...), "half a prefix")
	a.ignored(build.Text("ns").With("nd.target=2001:db8:5::ff:fe00:1"), "the stack has no address of it")
	a.ignored(build.Text("ns").With("nd.target=2001:db8::77"), "nor any other")
	return a.twin("in nd.target^0x76", "nor any other").ends()
}

func neighbourTable() *build.Case {
	a := should("R126", "neighbour-table", "Solicitations of many, each with an address of its own, and of the same ones with another, are answered though there is no room to take them down.",
		v6, "RFC4861:7.2.2:7").met()
	a.goesOn()
	for i := range 12 {
		ip, mac := fmt.Sprintf("2001:db8::1:%x", i), fmt.Sprintf("02:00:00:01:00:%02x", i)
		for _, m := range []string{mac, "02:00:00:02:00:01"} {
			a.answered(build.Text("ns").With("ip.src="+ip).With("nd.sll="+m).With("eth.src="+m), build.Text("na").With("ip.dst="+ip).With("eth.dst="+m), fmt.Sprintf("%d is answered at %s", i, m))
		}
		a.ignored(build.Text("na").With("ip.src="+ip).With("nd.target="+ip).With("nd.tll="+mac).With("eth.src="+mac), fmt.Sprintf("%d says where it is", i))
	}
	a.ignored(router(hexed("01 01 0200000000ff")...), "a router is among them")
	a.Do("write(4, ..., 100) = 100").Out(build.TCP("P.", a.snd, 100).Ack(a.rcv).With("eth.dst=peer"), "the peer is still known")
	a.arrives(100)
	return a.twin("out drop", "the peer is still known").ends()
}

func raFlood() *build.Case {
	a := must("R127", "ra-flood", "However many routers and prefixes are told of, and however the link is said to be, nothing is taken down.", v6, unknown6, otherND).met()
	for i := range 60 {
		options := slices.Concat(prefix(4, 64, fmt.Sprintf("2001:db8:%x::", 0x100+i)), []byte{5, 1, 0, 0, 0, 0, byte(i), 0}, hexed("01 01 020000000002"))
		src := netip.MustParseAddr(fmt.Sprintf("fe80::%x", 0x100+i))
		b := append([]byte{134, 0, 0, 0, byte(i), 0, 0, byte(i), 0, 0, 0, 1, 0, 0, 0, 1}, options...)
		a.In(raw(protoICM6, summedBetween(src, ends[script.IPv6][1], protoICM6, b)...).IP("ttl 255").With("ip.src=" + src.String()))
	}
	a.Idle(tick, "nobody is asked or told")
	a.ignored(build.Text("ns").With("nd.target=2001:db8:100::ff:fe00:1"), "the stack has no address of any")
	a.underWay(1400).arrives(1400)
	return a.twin("out tcp.seq+1", "1400 bytes are under way").ends()
}

func ndFragments() *build.Case {
	a := must("R123 R114", "nd-fragments", "Neighbour discovery does not come in fragments, nor in a packet that is said to be the only one.", v6, "RFC6980:5:1").met()
	b := slices.Concat([]byte{135, 0, 0, 0, 0, 0, 0, 0}, ends[script.IPv6][1].AsSlice(), hexed("01 01 020000000002"))
	b = summed(script.IPv6, protoICM6, b)
	a.ignored(raw(protoFrag, append(fragmentHeader(protoICM6, 0, false, 7), b...)...).IP("ttl 255"), "one fragment")
	a.ignored(raw(protoFrag, append(fragmentHeader(protoICM6, 0, true, 8), b[:24]...)...).IP("ttl 255"), "the first of two")
	a.ignored(raw(protoFrag, append(fragmentHeader(protoICM6, 24, false, 8), b[24:]...)...).IP("ttl 255"), "the second of two")
	a.ignored(build.Text("ns").With("nd.optlen=0"), "nothing else")
	return a.twin("in nd.optlen=1", "nothing else").ends()
}
