package robust

import (
	"fmt"

	"stackproof/conformance/cases/build"
)

func udps() []*build.Case {
	return []*build.Case{udpLengths(), udpSums4(), udpSums6(), udpPorts(), udpLoops(), udpTooLong()}
}

func udpLengths() *build.Case {
	a := must("R053 R054", "udp-length", "A datagram of UDP that is shorter than its header, or longer than its packet, is dropped, and no error tells of it.", both, "RFC768:length:1").connected()
	for _, n := range []int{0, 1, 4, 7, 109, 110, 1500, 32768, 65535} {
		a.ignored(closed().With(fmt.Sprintf("udp.len=%d", n)), fmt.Sprintf("%d bytes", n))
	}
	a.ignored(closed().With("udp.len=0, udp.sum=0"), "of no bytes, without a checksum")
	return a.twin("in good", "65535 bytes").ends()
}

func udpSums4() *build.Case {
	a := must("R055", "udp-checksum", "A datagram with a wrong checksum is dropped without a word.", v4, "RFC1122:4.1.3.4:2").connected()
	for _, wrong := range []string{"+=1", "+=65535", "+=256", "=65535", "+=32768"} {
		a.ignored(closed().With("udp.sum"+wrong), wrong)
	}
	return a.twin("in good", "+=32768").ends()
}

func udpSums6() *build.Case {
	a := must("R055", "udp-checksum-ipv6", "A datagram with a wrong checksum is dropped without a word, and so is one without any.", v6, "RFC8200:8.1:2", "RFC768:checksum:1").connected()
	for _, wrong := range []string{"+=1", "+=65535", "+=256", "=65535", "=0"} {
		a.ignored(closed().With("udp.sum"+wrong), wrong)
	}
	return a.twin("in good", "=0").ends()
}

func udpPorts() *build.Case {
	a := should("R058", "udp-ports", "The stack has no services of its own that two of them could be set upon one another with: where no application listens there is nobody, port 0 included.",
		both, "RFC1122:4.1.3.1:1", "RFC4443:3.1:1").connected()
	for _, p := range []struct{ from, to int }{{7, 19}, {19, 7}, {7, 7}, {40000, 7}, {40000, 13}, {40000, 17}, {40000, 37}, {40000, 0}, {0, 7}, {0, 0}, {65535, 65535}} {
		a.told(build.Text(fmt.Sprintf("udp %d > %d (100)", p.from, p.to)), build.Text("icmp unreachable port_unreachable [...]"), fmt.Sprintf("nobody is at port %d for %d", p.to, p.from))
	}
	return a.twin("out icmp.code+1", "nobody is at port 65535 for 65535").ends()
}

func udpLoops() *build.Case {
	a := must("R058", "udp-loop", "An error about a datagram is answered by nothing, whoever it says has sent the datagram: two hosts do not go on for ever.", both, "RFC1122:3.2.2:3", "RFC4443:2.4:3").connected()
	const phrase = "nobody is at port 9"
	for i := range 5 {
		a.told(closed(), build.Text("icmp unreachable port_unreachable [...]"), fmt.Sprintf("%s, %d", phrase, i+1))
		a.ignored(build.Text("icmp unreachable port_unreachable [raw (28)]"), fmt.Sprintf("and nobody answers that, %d", i+1))
	}
	return a.twin("out extra", "and nobody answers that, 5").ends()
}

func udpTooLong() *build.Case {
	a := must("R057", "udp-queue", "What a socket's queue has no room for is lost by itself: neither the datagrams in it nor anybody else hears of it.", both, "RFC768:ports:1").connected()
	fd := a.fd
	a.fd++
	a.Do(fmt.Sprintf("socket(..., SOCK_DGRAM, IPPROTO_UDP) = %d", fd), fmt.Sprintf("bind(%d, ..., ...) = 0", fd))
	for i := range 12 {
		a.ignored(build.Text("udp (1400)"), fmt.Sprintf("datagram %d", i+1))
	}
	a.Line(fmt.Sprintf("recvfrom(%d, ..., 100, 0, ..., ...) = 100", fd), "the first one, as far as there is room")
	a.Do(fmt.Sprintf("close(%d) = 0", fd))
	a.told(build.Text("udp (100)"), build.Text("icmp unreachable port_unreachable [...]"), "the socket is closed")
	return a.twin("result+1", "the first one, as far as there is room").ends()
}
