package grid

import (
	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// tcpFields is each field of the TCP header with values that it must not have.
func tcpFields() []*build.Case {
	off := func(slug, title, wrong string) *build.Case {
		build.Helper()
		return bad{id: "tcp/malformed/" + slug, title: title, forms: both, packet: syn().With(wrong), fault: "good"}.
			needs("RFC9293:3.1:1").listening()
	}
	return []*build.Case{
		off("offset-0", "A header of no words does not even hold its own length.", "tcp.off=0"),
		off("offset-4", "A header of four words is a word too short.", "tcp.off=4"),
		off("offset-beyond", "A header that is longer than the segment is none.", "tcp.off=15"),

		option("length-0", "An option of length 0 would never end.", "opt 253 00aabb"),
		option("length-1", "An option of length 1 does not hold its own length.", "opt 253 01aabb"),
		option("length-beyond", "An option must not lead beyond the header.", "opt 253 05aabb"),
		option("length-255", "An option must not lead far beyond the header.", "opt 253 ffaabb"),
		option("length-last", "An option of which only the kind and the length have room is not there.", "nop, nop, opt 253 03"),
		option("mss-0", "The length of the segment size option is wrong.", "opt 2 00aabb"),
		option("mss-3", "The segment size option has a byte too little.", "opt 2 03ff, nop"),
		option("mss-beyond", "The segment size option has a byte too much, beyond the header.", "nop, opt 2 0405"),
		option("wscale-2", "The window scale option has no number.", "opt 3 02, nop, nop"),
		option("wscale-beyond", "The window scale option ends before its number.", "nop, nop, opt 3 03"),
		option("timestamps-beyond", "Most of the time stamps lies beyond the header.", "opt 8 0a0102"),
		option("timestamps-8", "The time stamps option has two bytes too little.", "opt 8 08010203040506"),
		option("sack-2", "The acknowledgment of no block says nothing.", "nop, nop, opt 5 02"),
		option("sack-9", "The acknowledgment of a part of a block is none.", "nop, opt 5 0901020304050607, nop, nop"),
		option("sack-beyond", "The acknowledged block lies beyond the header.", "nop, nop, opt 5 0a"),
	}
}

// option is an option that is not well formed, in a segment which nobody answers whatever its options are: a reset beyond
// the window. The connection lives on.
func option(slug, title, list string) *build.Case {
	build.Helper()
	const phrase = "the connection is still there"
	c := build.New("tcp/malformed/option-"+slug, title+" It does no harm.").Reqs("RFC9293 MUST-7").Level(script.Must).
		Bug("lwip-3d896ba").Forms(both...).Twin("out tcp.ack+1", phrase)
	enterEstablished(c)
	c.In(build.TCP("R", 1+far, 0).Options(list))
	c.Idle(tick, "a reset from beyond the window is not answered")
	answers(c, 1, 1)
	return c
}

// otherFields is UDP, ICMP, ARP and neighbour discovery.
func otherFields() []*build.Case {
	udp := func(slug, title, wrong string) *build.Case {
		build.Helper()
		return bad{id: "udp/malformed/" + slug, title: title, forms: both, packet: build.Text("udp (100)").With(wrong), fault: "good"}.
			needs("RFC768:length:1").alone()
	}
	icmp := func(form []script.Form, slug, title, wrong string) *build.Case {
		build.Helper()
		req := "RFC792:echo:2"
		if form[0] == script.IPv6 {
			req = "RFC4443:4.1:1"
		}
		return bad{id: "icmp/malformed/" + slug, title: title, forms: form, packet: echo("0").With(wrong), fault: "good"}.
			needs(req).alone()
	}
	arp := func(slug, title, wrong, right string) bad {
		return bad{id: "arp/malformed/" + slug, title: title, forms: v4, packet: build.Text("arp request").With(wrong), fault: right}
	}
	return []*build.Case{
		udp("length-0", "A datagram of no bytes is none, not even an error is sent about it.", "udp.len=0"),
		udp("length-1", "A datagram of one byte does not hold its header.", "udp.len=1"),
		udp("length-7", "A datagram of seven bytes lacks the last of its header.", "udp.len=7"),
		udp("length-beyond", "A datagram that is said to be a byte longer than its packet has been cut short.", "udp.len=109"),
		udp("length-65535", "A datagram that is said to be as long as can be has been cut short.", "udp.len=65535"),

		icmp(v4, "length-0", "A packet without a byte of ICMP asks for nothing.", "ip.len=20"),
		icmp(v4, "length-1", "A byte is no ICMP message.", "ip.len=21"),
		icmp(v4, "length-4", "An echo request without identifier is none.", "ip.len=24"),
		icmp(v4, "length-7", "An echo request that lacks a byte of its header is none.", "ip.len=27"),
		icmp(v6, "length-0-ipv6", "A packet without a byte of ICMPv6 asks for nothing.", "ip.len=0"),
		icmp(v6, "length-1-ipv6", "A byte is no ICMPv6 message.", "ip.len=1"),
		icmp(v6, "length-4-ipv6", "An echo request without identifier is none.", "ip.len=4"),
		icmp(v6, "length-7-ipv6", "An echo request that lacks a byte of its header is none.", "ip.len=7"),

		arp("hardware-length-0", "Addresses of no bytes are none.", "arp.hlen=0", "arp.hlen=6").needs("RFC826:reception:7").may().alone(),
		arp("hardware-length-5", "Ethernet's addresses have six bytes, not five.", "arp.hlen=5", "arp.hlen=6").needs("RFC826:reception:7").may().alone(),
		arp("hardware-length-255", "Addresses must not lie beyond the frame.", "arp.hlen=255", "arp.hlen=6").needs("RFC826:reception:7").may().alone(),
		arp("protocol-length-0", "Addresses of no bytes are none.", "arp.plen=0", "arp.plen=4").needs("RFC826:reception:7").may().alone(),
		arp("protocol-length-16", "IPv4's addresses have four bytes, not sixteen.", "arp.plen=16", "arp.plen=4").needs("RFC826:reception:7").may().alone(),
		arp("protocol-length-255", "Addresses must not lie beyond the frame.", "arp.plen=255", "arp.plen=4").needs("RFC826:reception:7").may().alone(),
		arp("operation-0", "Operation 0 asks for nothing.", "arp.op=0", "arp.op=1").needs("RFC826:reception:8").alone(),
		arp("operation-3", "Who asks for its own protocol address (RFC 903) does not ask for ours.", "arp.op=3", "arp.op=1").needs("RFC826:reception:8").alone(),
		arp("operation-257", "An operation whose low byte is a request's is none.", "arp.op=257", "arp.op=1").needs("RFC826:reception:8").alone(),

		bad{id: "ndp/malformed/solicitation-short", title: "A solicitation that ends within its target is none.", forms: v6,
			packet: build.Text("ns").With("ip.len=20"), fault: "good"}.needs("RFC4861:7.1.1:4").alone(),
	}
}
