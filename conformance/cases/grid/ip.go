package grid

import (
	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

const (
	version4  = "RFC1122:3.2.1.1:1"
	checksum4 = "RFC1122:3.2.1.2:1"
	source4   = "RFC1122:3.2.1.3:2"
	length4   = "RFC791:3.1:4"
	header4   = "RFC791:3.1:5"
	version6  = "RFC8200:3:1"
	length6   = "RFC8200:3:3"
	group6    = "RFC4291:2.7:1"
	loopback6 = "RFC4291:2.5.3:2"
)

// ipv4Fields is each field of the IPv4 header with values that it must not have.
func ipv4Fields() []*build.Case {
	cases := []*build.Case{
		ping(v4, "version-0", "A packet of version 0 is no IPv4.", "ip.version=0", "ip.version=4").needs(version4).alone(),
		ping(v4, "version-6-as-4", "A packet of version 6 in a frame for IPv4 is neither.", "ip.version=6", "ip.version=4").needs(version4).alone(),
		ping(v4, "version-15", "A packet of version 15 is no IPv4.", "ip.version=15", "ip.version=4").needs(version4).alone(),
		ping(v4, "header-length-0", "A header of no words does not even hold its own length.", "ip.ihl=0", "good").needs(header4).bug("smoltcp-ihl").alone(),
		ping(v4, "header-length-1", "A header of one word is none.", "ip.ihl=1", "good").needs(header4).bug("smoltcp-ihl").alone(),
		ping(v4, "header-length-4", "A header of four words is a word too short.", "ip.ihl=4", "good").needs(header4).bug("smoltcp-ihl").alone(),
		ping(v4, "header-beyond-total", "A header that is longer than the whole datagram is none.", "ip.ihl=15, ip.len=56", "good").needs(header4).bug("smoltcp-ihl").alone(),
		ping(v4, "total-length-0", "A datagram of no bytes is none, however many the frame has.", "ip.len=0", "good").needs(length4).alone(),
		ping(v4, "total-length-19", "A datagram that does not hold its own header is none.", "ip.len=19", "good").needs(length4).alone(),
		ping(v4, "total-length-20", "A datagram of a header alone asks for nothing.", "ip.len=20", "good").needs(length4).alone(),
		ping(v4, "total-length-beyond", "A datagram that is said to be a byte longer than its frame has been cut short.", "ip.len=85", "good").needs(length4).alone(),
		ping(v4, "total-length-65535", "A datagram that is said to be as long as can be, in a short frame, has been cut short.", "ip.len=65535", "good").needs(length4).alone(),
		ping(v4, "checksum-0", "A header checksum of zero is wrong as any other: it does not say that there is none.", "ip.sum=0", "good").needs(checksum4).alone(),
		ping(v4, "checksum-minus-1", "A header checksum that is one too small is wrong.", "ip.sum+=65535", "good").needs(checksum4).alone(),
		cut(v4, "frame-without-packet", "A frame that ends behind its own header holds no packet.", 14).bug("smoltcp-pr866").needs(length4).alone(),
		cut(v4, "frame-of-one-byte", "A frame with a byte of a packet holds none.", 15).bug("smoltcp-pr866").needs(length4).alone(),
		cut(v4, "frame-with-header", "A frame with the header alone does not hold the packet.", 34).needs(length4).alone(),
		cut(v4, "frame-lacks-a-byte", "A frame that lacks the packet's last byte does not hold it.", 97).needs(length4).alone(),
		lives("ttl-0", "That a packet has no time to live left does not matter where it has arrived.", "ttl 0", "RFC1122:3.2.1.7:2"),
	}
	land := bad{id: "tcp/malformed/land", title: "A SYN from the stack's own address and port would have it speak to itself for ever. It is ignored.",
		forms: v4, packet: syn().With("ip.src=stack").With("tcp.sport=8080"), fault: "addresses"}.needs("RFC9293 MUST-63").bug("cve-1999-0016")
	land6 := land
	land6.id, land6.forms = "tcp/malformed/land-ipv6", v6
	return append(append(cases, land.listening(), land6.listening()), sources4()...)
}

// cut is an echo request of which the frame ends too early.
func cut(form []script.Form, slug, title string, n int) bad {
	return bad{id: "ip/malformed/" + slug, title: title, forms: form, packet: echo("56").Truncate(n), fault: "good"}
}

// lives is a packet that is answered.
func lives(slug, title, items, req string) *build.Case {
	build.Helper()
	const phrase = "the packet is processed"
	c := build.New("ip/malformed/"+slug, title).Reqs(req).Level(script.Must).Forms(v4...).Twin("out icmp.id+1", phrase)
	c.After(tick).In(echo("56").IP(items))
	return c.Out(build.Text("icmp echo_reply id 7 seq 1 (56)"), phrase)
}

// sources4 is each kind of address that cannot be one host's, as the source of each kind of packet that wants an answer.
func sources4() (cases []*build.Case) {
	for _, a := range []struct{ slug, what, addr string }{
		{"unspecified", "the unspecified address", "0.0.0.0"},
		{"loopback", "a loopback address", "127.0.0.1"},
		{"group", "a multicast group", "224.0.0.1"},
		{"wide-group", "a multicast group of wide scope", "239.1.2.3"},
		{"reserved", "an address of the reserved class", "240.0.0.1"},
		{"limited-broadcast", "the limited broadcast address", "255.255.255.255"},
		{"directed-broadcast", "the network's broadcast address", "192.0.2.255"},
	} {
		from := func(kind, what string, p build.Packet, reqs ...string) bad {
			return bad{
				id: "ip/malformed/source-" + a.slug + "-" + kind, title: what + " from " + a.what + " is dropped without a word.",
				forms: v4, packet: p.With("ip.src=" + a.addr), fault: "addresses", reqs: append(reqs, source4),
			}
		}
		tcp := from("tcp", "A SYN", syn(), "RFC9293 MUST-63")
		if a.slug == "unspecified" {
			tcp = tcp.bug("smoltcp-syn-from-zero")
		}
		cases = append(cases, from("echo", "An echo request", echo("56")).alone(), tcp.listening(),
			from("udp", "A datagram for a closed port", build.Text("udp (100)"), "RFC1122:4.1.3.6:1").alone())
	}
	return cases
}

// ipv6Fields is each field of the IPv6 header with values that it must not have.
func ipv6Fields() []*build.Case {
	cases := []*build.Case{
		ping(v6, "version-0-ipv6", "A packet of version 0 is no IPv6.", "ip.version=0", "ip.version=6").needs(version6).alone(),
		ping(v6, "version-4-as-6", "A packet of version 4 in a frame for IPv6 is neither.", "ip.version=4", "ip.version=6").needs(version6).alone(),
		ping(v6, "version-15-ipv6", "A packet of version 15 is no IPv6.", "ip.version=15", "ip.version=6").needs(version6).alone(),
		ping(v6, "payload-length-0", "A packet of no payload has no message in it.", "ip.len=0", "good").needs(length6).alone(),
		ping(v6, "payload-length-beyond", "A packet that is said to be a byte longer than its frame has been cut short.", "ip.len=65", "good").needs(length6).alone(),
		ping(v6, "payload-length-65535", "A packet that is said to be as long as can be, in a short frame, has been cut short.", "ip.len=65535", "good").needs(length6).alone(),
		cut(v6, "frame-without-packet-ipv6", "A frame that ends behind its own header holds no packet.", 14).bug("smoltcp-pr866").needs(length6).alone(),
		cut(v6, "frame-with-half-a-header", "A frame with half of a header holds no packet.", 34).bug("smoltcp-pr866").needs(length6).alone(),
		cut(v6, "frame-with-header-ipv6", "A frame with the header alone does not hold the packet.", 54).needs(length6).alone(),
		cut(v6, "frame-lacks-a-byte-ipv6", "A frame that lacks the packet's last byte does not hold it.", 117).needs(length6).alone(),
	}
	for _, a := range []struct{ slug, what, addr, req string }{
		{"group", "a multicast group", "ff02::1", group6},
		{"wide-group", "a multicast group of wide scope", "ff0e::1", group6},
		{"loopback", "the loopback address", "::1", loopback6},
	} {
		from := func(kind, what string, p build.Packet, reqs ...string) bad {
			return bad{
				id: "ip/malformed/ipv6-source-" + a.slug + "-" + kind, title: what + " from " + a.what + " is dropped without a word.",
				forms: v6, packet: p.With("ip.src=" + a.addr), fault: "addresses", reqs: append(reqs, a.req),
			}
		}
		cases = append(cases, from("echo", "An echo request", echo("56")).alone(),
			from("tcp", "A SYN", syn(), "RFC9293 MUST-63").listening(), from("udp", "A datagram for a closed port", build.Text("udp (100)")).alone())
	}
	return cases
}
