//go:build linux

package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// contents counts what a capture shows, by the names that scenarios promise and the index prints. gopacket reads the
// frames: what is recorded shall not be judged by what it is recorded for.
type contents struct {
	count       map[string]int
	connections map[gopacket.Flow]map[gopacket.Flow]bool
	next        map[string]uint32 // by direction of a connection: the sequence number after all that was sent
	window      map[string]uint16 // by direction: the window that was advertised last
}

// look counts what the frames show.
func look(frames []frame) *contents {
	c := &contents{
		count: map[string]int{}, connections: map[gopacket.Flow]map[gopacket.Flow]bool{},
		next: map[string]uint32{}, window: map[string]uint16{},
	}
	for _, f := range frames {
		c.add(f.bytes)
	}
	return c
}

func (c *contents) add(b []byte) {
	p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.NoCopy)
	// A damaged frame is counted as what it still looks like: faults of the wire are what some captures are about.
	for _, l := range p.Layers() {
		c.layer(p, l)
	}
}

// saw counts a figure where it is there.
func (c *contents) saw(name string, there bool) {
	if there {
		c.count[name]++
	}
}

func (c *contents) layer(p gopacket.Packet, l gopacket.Layer) {
	switch l := l.(type) {
	case *layers.ARP:
		c.saw("arp", true)
		empty := unspecified4(l.SourceProtAddress)
		c.saw("arpprobe", l.Operation == layers.ARPRequest && empty)
		c.saw("gratuitous", !empty && bytes.Equal(l.SourceProtAddress, l.DstProtAddress))
	case *layers.IPv4:
		c.saw("ipv4", true)
		c.saw("fragment", l.FragOffset != 0 || l.Flags&layers.IPv4MoreFragments != 0)
		c.saw("igmp", l.Protocol == layers.IPProtocolIGMP)
		c.saw("ect", l.TOS&3 == 1 || l.TOS&3 == 2)
		c.saw("badsum", checksum(l.Contents) != 0)
	case *layers.IPv6:
		c.saw("ipv6", true)
		c.saw("ect", l.TrafficClass&3 == 1 || l.TrafficClass&3 == 2)
	case *layers.IPv6Fragment:
		c.saw("fragment", true)
	case *layers.ICMPv4:
		c.icmp4(l)
	case *layers.ICMPv6:
		c.icmp6(p, l)
	case *layers.UDP:
		c.saw("udp", true)
		c.ports(uint16(l.SrcPort), uint16(l.DstPort), map[uint16]string{53: "dns", 67: "dhcp", 547: "dhcpv6", 123: "ntp", 5353: "mdns"})
	case *layers.TCP:
		c.tcp(p, l)
	}
}

func unspecified4(b []byte) bool { return bytes.Equal(b, []byte{0, 0, 0, 0}) }

// ports counts a protocol by the server's port.
func (c *contents) ports(src, dst uint16, names map[uint16]string) {
	for _, port := range []uint16{src, dst} {
		if name := names[port]; name != "" {
			c.count[name]++
			return
		}
	}
}

func (c *contents) icmp4(l *layers.ICMPv4) {
	c.saw("icmp", true)
	t, code := l.TypeCode.Type(), l.TypeCode.Code()
	c.saw("echo", t == layers.ICMPv4TypeEchoRequest || t == layers.ICMPv4TypeEchoReply)
	tooBig := t == layers.ICMPv4TypeDestinationUnreachable && code == layers.ICMPv4CodeFragmentationNeeded
	c.saw("toobig", tooBig)
	c.saw("unreachable", t == layers.ICMPv4TypeDestinationUnreachable && !tooBig)
	c.saw("exceeded", t == layers.ICMPv4TypeTimeExceeded)
}

// The types of ICMPv6 that scenarios are about.
var icmp6Names = map[uint8]string{
	layers.ICMPv6TypeEchoRequest: "echo", layers.ICMPv6TypeEchoReply: "echo", layers.ICMPv6TypePacketTooBig: "toobig",
	layers.ICMPv6TypeDestinationUnreachable: "unreachable", layers.ICMPv6TypeTimeExceeded: "exceeded",
	layers.ICMPv6TypeRouterSolicitation: "rs", layers.ICMPv6TypeRouterAdvertisement: "ra",
	layers.ICMPv6TypeNeighborSolicitation: "solicitation", layers.ICMPv6TypeNeighborAdvertisement: "advertisement",
	131: "mld", 132: "mld", 143: "mld",
}

func (c *contents) icmp6(p gopacket.Packet, l *layers.ICMPv6) {
	c.saw("icmpv6", true)
	t := l.TypeCode.Type()
	if name := icmp6Names[t]; name != "" {
		c.count[name]++
	}
	if ip, ok := p.NetworkLayer().(*layers.IPv6); ok {
		c.saw("dad", t == layers.ICMPv6TypeNeighborSolicitation && ip.SrcIP.IsUnspecified())
	}
}

func (c *contents) tcp(p gopacket.Packet, l *layers.TCP) {
	if p.NetworkLayer() == nil {
		return
	}
	c.saw("tcp", true)
	network, transport := p.NetworkLayer().NetworkFlow(), l.TransportFlow()
	c.connection(network, transport, l)
	c.saw("fin", l.FIN)
	c.saw("rst", l.RST)
	c.saw("push", l.PSH)
	c.saw("urgent", l.URG)
	c.saw("ece", l.ECE)
	c.ports(uint16(l.SrcPort), uint16(l.DstPort), map[uint16]string{80: "http", 443: "tls", 1883: "mqtt"})
	for _, o := range l.Options {
		if o.OptionType == layers.TCPOptionKindSACK && len(o.OptionData) >= 8 {
			c.count["sack"]++
			left := binary.BigEndian.Uint32(o.OptionData)
			c.saw("dsack", int32(left-l.Ack) < 0) // RFC 2883 4: the first block is below the acknowledgment
		}
	}
	c.badTCP(p, l)
	c.sequence(fmt.Sprint(network, transport), fmt.Sprint(network.Reverse(), transport.Reverse()), l)
}

// connection counts each pair of ends that opens a connection once.
func (c *contents) connection(network, transport gopacket.Flow, l *layers.TCP) {
	if !l.SYN || l.ACK {
		return
	}
	if c.connections[network] == nil {
		c.connections[network] = map[gopacket.Flow]bool{}
	}
	if !c.connections[network][transport] {
		c.connections[network][transport] = true
		c.count["connection"]++
	}
}

// sequence finds what comes again, and what asks.
func (c *contents) sequence(there, back string, l *layers.TCP) {
	n := uint32(len(l.Payload))
	next, known := c.next[there]
	behind := known && int32(l.Seq-next) < 0 && !l.SYN && !l.RST
	c.saw("keepalive", behind && n <= 1 && l.Seq == next-1 && c.window[back] != 0)
	c.saw("windowprobe", known && n <= 1 && !l.SYN && !l.FIN && !l.RST && (l.Seq == next-1 || l.Seq == next && n == 1) && c.window[back] == 0)
	c.saw("retransmission", behind && n > 1)
	c.saw("zerowindow", l.Window == 0 && !l.RST)
	end := l.Seq + n
	if l.SYN || l.FIN {
		end++
	}
	if !known || int32(end-next) > 0 {
		c.next[there] = end
	}
	if !l.RST {
		c.window[there] = l.Window
	}
}

// badTCP sees a wrong checksum.
func (c *contents) badTCP(p gopacket.Packet, l *layers.TCP) {
	var pseudo []byte
	length := len(l.Contents) + len(l.Payload)
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		pseudo = slices.Concat(ip.SrcIP.To4(), ip.DstIP.To4(), []byte{0, 6, byte(length >> 8), byte(length)})
	case *layers.IPv6:
		pseudo = slices.Concat(ip.SrcIP.To16(), ip.DstIP.To16(), []byte{0, 0, byte(length >> 8), byte(length), 0, 0, 0, 6})
	}
	c.saw("badsum", checksum(slices.Concat(pseudo, l.Contents, l.Payload)) != 0)
}

// checksum is the Internet checksum (RFC 1071), 0 over what carries its own and is whole.
func checksum(b []byte) uint16 {
	var sum uint32
	for i, v := range b {
		if i%2 == 0 {
			sum += uint32(v) << 8
		} else {
			sum += uint32(v)
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// lacks are the promised figures that are not there.
func (c *contents) lacks(shows []string) (none []string) {
	for _, s := range shows {
		if c.count[s] == 0 {
			none = append(none, s)
		}
	}
	return none
}

// String is all figures, for the index: "arp=2 ipv4=40 tcp=38".
func (c *contents) String() string {
	var all []string
	for name, n := range c.count {
		all = append(all, fmt.Sprintf("%s=%d", name, n))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
