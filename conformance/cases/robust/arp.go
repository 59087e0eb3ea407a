package robust

import (
	"fmt"

	"stackproof/conformance/cases/build"
)

const (
	lengths = "RFC826:reception:7"
	forUs   = "RFC826:reception:4"
	forThem = "RFC826:reception:6"
)

func arp() []*build.Case {
	return []*build.Case{arpCut(), arpLengths(), arpHardware(), arpSenders(), arpFlood()}
}

func request() build.Packet { return build.Text("arp request") }

func arpCut() *build.Case {
	a := must("R006", "arp-cut", "A frame that ends within a packet of ARP holds none.", v4, forThem, lengths).met()
	for _, n := range []int{15, 16, 20, 22, 28, 32, 38, 41} {
		a.ignored(request().Truncate(n), fmt.Sprintf("%d bytes are no request", n))
	}
	return a.twin("in good", "41 bytes are no request").ends()
}

func arpLengths() *build.Case {
	a := may("R007 R008", "arp-lengths", "A packet of ARP whose addresses have other lengths than Ethernet's and IPv4's is nothing that could be read, also where "+
		"they would lie beyond the frame.", v4, lengths).met()
	for _, n := range []int{0, 1, 5, 7, 8, 14, 34, 128, 255} {
		a.ignored(request().With(fmt.Sprintf("arp.hlen=%d", n)), fmt.Sprintf("hardware addresses of %d bytes", n))
	}
	for _, n := range []int{0, 1, 3, 5, 16, 128, 255} {
		a.ignored(request().With(fmt.Sprintf("arp.plen=%d", n)), fmt.Sprintf("protocol addresses of %d bytes", n))
	}
	a.ignored(request().With("arp.hlen=0, arp.plen=0"), "addresses of no bytes")
	a.ignored(request().With("arp.hlen=255, arp.plen=255"), "addresses of 255 bytes")
	a.ignored(request().With("arp.hlen=14").Truncate(42), "more than the frame has")
	a.ignored(request().With("arp.hlen=5"), "a byte too little")
	return a.twin("in arp.hlen=6", "a byte too little").ends()
}

// unlearned has the stack send to a neighbour which it must not know.
func (a *attack) unlearned(addr, phrase string) *attack {
	fd := a.fd
	a.fd++
	a.Do(fmt.Sprintf("socket(..., SOCK_DGRAM, IPPROTO_UDP) = %d", fd)).
		Do(fmt.Sprintf(`sendto(%d, ..., 10, 0, {sin_addr=inet_addr("%s")}, ...) = 10`, fd, addr)).
		Out(request().With("arp.tpa="+addr), phrase)
	return a
}

func arpHardware() *build.Case {
	a := may("R009", "arp-sender-hardware", "Nobody has a hardware address that is a group's, nobody's or the stack's own: who says so is not taken down, "+
		"and keeps the peer's entry as it is.", v4, forUs, lengths).met()
	for _, mac := range []string{"ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "33:33:00:00:00:01", "00:00:00:00:00:00", "stack"} {
		a.ignored(request().With("arp.sha="+mac), "the peer is not at "+mac)
		a.ignored(request().With("arp.sha="+mac).With("arp.spa=other"), "nor is another one at "+mac)
	}
	a.twin("in arp.sha^2", "nor is another one at stack")
	a.unlearned("other", "who was told falsely of is asked for")
	a.After(tick).In(build.Text("arp reply").With("arp.spa=other").With("arp.sha=other").With("eth.src=other"))
	a.Out(build.Text("udp (10)").With("ip.dst=other").With("eth.dst=other"), "and believed")
	return a.ends()
}

func arpSenders() *build.Case {
	a := may("R010", "arp-sender-address", "Nobody has an address that is a group's, the network's broadcast, a loopback or a reserved one; who speaks from "+
		"the stack's own is not believed, and who is not of this network is no neighbour.", v4, forUs, lengths).met()
	for _, ip := range []string{"192.0.2.255", "255.255.255.255", "224.0.0.1", "127.0.0.1", "240.0.0.1", "stack"} {
		a.ignored(request().With("arp.spa="+ip).With("arp.sha=other").With("eth.src=other"), "nobody is "+ip)
	}
	a.twin("in arp.spa^2", "nobody is stack")
	a.answered(request().With("arp.spa=198.51.100.7").With("arp.sha=other").With("eth.src=other"),
		build.Text("arp reply").With("arp.tpa=198.51.100.7").With("arp.tha=other").With("eth.dst=other"), "a stranger is answered")
	a.answered(request().With("arp.spa=zero").With("arp.sha=other").With("eth.src=other"),
		build.Text("arp reply").With("arp.tpa=zero").With("arp.tha=other").With("eth.dst=other"), "and so is a probe")
	return a.ends()
}

func arpFlood() *build.Case {
	a := should("R012", "arp-flood", "However many make themselves known, the table of neighbours has its bounds, and who is being talked to stays in it.",
		v4, "RFC1122:2.3.2.2:2").met()
	a.goesOn()
	const many = 60
	for i := range many {
		mac := fmt.Sprintf("02:00:00:01:00:%02x", i)
		a.In(build.Text("arp reply").With(fmt.Sprintf("arp.spa=192.0.2.%d", 10+i)).With("arp.sha=" + mac).With("eth.src=" + mac))
	}
	a.Idle(tick, "nobody is answered")
	a.Do("write(4, ..., 100) = 100").Out(build.TCP("P.", a.snd, 100).Ack(a.rcv).With("eth.dst=peer"), "the peer is still known")
	a.snd += 100
	a.After(tick).In(ack(a.rcv, a.snd))
	return a.twin("out drop", "the peer is still known").ends()
}
