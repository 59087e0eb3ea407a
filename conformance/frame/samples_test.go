package frame

import (
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
)

var (
	macA = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x0a}
	macB = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x0b}
	ip4A = net.IP{192, 0, 2, 1}
	ip4B = net.IP{192, 0, 2, 2}
	ip6A = net.ParseIP("2001:db8::1")
	ip6B = net.ParseIP("2001:db8::2")
)

// pack is a frame that gopacket wrote, with its lengths and checksums, but without the padding that it likes to add.
func pack(t require.TestingT, parts ...gopacket.SerializableLayer) []byte {
	var header []byte
	if e, ok := parts[0].(*layers.Ethernet); ok {
		header = append(append(append(header, e.DstMAC...), e.SrcMAC...), byte(e.EthernetType>>8), byte(e.EthernetType))
		parts = parts[1:]
	}
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...))
	return append(header, b.Bytes()...)
}

func ether(t layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: macA, DstMAC: macB, EthernetType: t}
}

func ipv4(p layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Id: 0x1234, Protocol: p, SrcIP: ip4A, DstIP: ip4B}
}

func ipv6(p layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: p, SrcIP: ip6A, DstIP: ip6B}
}

func tcpOver(n gopacket.NetworkLayer) *layers.TCP {
	x := &layers.TCP{SrcPort: 1000, DstPort: 80, Seq: 0xfffffff0, Ack: 7, Window: 5840, SYN: true, ACK: true, Options: []layers.TCPOption{
		{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}},
		{OptionType: layers.TCPOptionKindNop, OptionLength: 1},
		{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}},
		{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2},
		{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 2}},
	}}
	if err := x.SetNetworkLayerForChecksum(n); err != nil {
		panic(err)
	}
	return x
}

func udpOver(n gopacket.NetworkLayer) *layers.UDP {
	x := &layers.UDP{SrcPort: 1000, DstPort: 53}
	if err := x.SetNetworkLayerForChecksum(n); err != nil {
		panic(err)
	}
	return x
}

func icmp6Over(n gopacket.NetworkLayer, typ, code uint8) *layers.ICMPv6 {
	x := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(typ, code)}
	if err := x.SetNetworkLayerForChecksum(n); err != nil {
		panic(err)
	}
	return x
}

const group6 = "\xff\x0e\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x12\x34"

// mldFrame has an IPv6 header, one with a router alert, and an ICMPv6 message whose checksum it computes.
func mldFrame(t require.TestingT, msg string) []byte {
	ip := ipv6(layers.IPProtocolIPv6HopByHop)
	ip.HopLimit = 1
	b := []byte("\x3a\x00\x05\x02\x00\x00\x01\x00" + msg)
	pseudo := append(append([]byte{}, ip.SrcIP.To16()...), ip.DstIP.To16()...)
	pseudo = append(pseudo, 0, 0, 0, byte(len(msg)), 0, 0, 0, 58)
	put16(b[10:], zeroed(sum(0, pseudo), b[8:], 2))
	return pack(t, ether(layers.EthernetTypeIPv6), ip, gopacket.Payload(b))
}

// sample is a good frame of every kind that Parse knows.
type sample struct {
	name string
	b    []byte
}

func samples(t require.TestingT) []sample {
	const v4, v6 = layers.EthernetTypeIPv4, layers.EthernetTypeIPv6
	data := gopacket.Payload("some data, odd")
	t4, t6 := ipv4(layers.IPProtocolTCP), ipv6(layers.IPProtocolTCP)
	u4, u6 := ipv4(layers.IPProtocolUDP), ipv6(layers.IPProtocolUDP)
	i6 := ipv6(layers.IPProtocolICMPv6)
	nd := ipv6(layers.IPProtocolICMPv6)
	nd.HopLimit = 255
	quoted := pack(t, t4, tcpOver(t4))
	quoted6 := pack(t, t6, tcpOver(t6))
	slla := layers.ICMPv6Option{Type: layers.ICMPv6OptSourceAddress, Data: macA}
	tlla := layers.ICMPv6Option{Type: layers.ICMPv6OptTargetAddress, Data: macB}
	over6 := pack(t, ether(v6), u6, udpOver(u6), data)
	hop := append([]byte{17, 0, 5, 2, 0, 0, 1, 0}, over6[atBody:]...) // router alert, PadN
	fragment := ipv4(layers.IPProtocolUDP)
	fragment.Flags, fragment.FragOffset = layers.IPv4MoreFragments, 3
	router := ipv4(layers.IPProtocolUDP)
	router.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
	return []sample{
		{"arp", pack(t, ether(layers.EthernetTypeARP), &layers.ARP{AddrType: 1, Protocol: 0x800, HwAddressSize: 6,
			ProtAddressSize: 4, Operation: 1, SourceHwAddress: macA, SourceProtAddress: ip4A, DstHwAddress: make([]byte, 6),
			DstProtAddress: ip4B})},
		{"tcp4", pack(t, ether(v4), t4, tcpOver(t4), data)},
		{"tcp6", pack(t, ether(v6), t6, tcpOver(t6), data)},
		{"udp4", pack(t, ether(v4), u4, udpOver(u4), data)},
		{"udp6", over6},
		{"echo4", pack(t, ether(v4), ipv4(layers.IPProtocolICMPv4),
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 5, Seq: 6}, data)},
		{"unreachable4", pack(t, ether(v4), ipv4(layers.IPProtocolICMPv4),
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 4), Seq: 1400}, gopacket.Payload(quoted[:28]))},
		{"echo6", pack(t, ether(v6), i6, icmp6Over(i6, 128, 0), &layers.ICMPv6Echo{Identifier: 5, SeqNumber: 6}, data)},
		{"toobig6", pack(t, ether(v6), i6, icmp6Over(i6, 2, 0),
			gopacket.Payload(append([]byte{0, 0, 5, 0x78}, quoted6...)))},
		{"ns", pack(t, ether(v6), nd, icmp6Over(nd, 135, 0),
			&layers.ICMPv6NeighborSolicitation{TargetAddress: ip6B, Options: layers.ICMPv6Options{slla}})},
		{"na", pack(t, ether(v6), nd, icmp6Over(nd, 136, 0),
			&layers.ICMPv6NeighborAdvertisement{Flags: 0x60, TargetAddress: ip6B, Options: layers.ICMPv6Options{tlla}})},
		{"rs", pack(t, ether(v6), nd, icmp6Over(nd, 133, 0),
			&layers.ICMPv6RouterSolicitation{Options: layers.ICMPv6Options{slla}})},
		{"ra", pack(t, ether(v6), nd, icmp6Over(nd, 134, 0),
			&layers.ICMPv6RouterAdvertisement{HopLimit: 64, Flags: 0x80, RouterLifetime: 1800})},
		{"redirect6", pack(t, ether(v6), nd, icmp6Over(nd, 137, 0),
			&layers.ICMPv6Redirect{TargetAddress: ip6A, DestinationAddress: ip6B, Options: layers.ICMPv6Options{tlla}})},
		{"hopbyhop", pack(t, ether(v6), ipv6(layers.IPProtocolIPv6HopByHop), gopacket.Payload(hop))},
		{"fragment4", pack(t, ether(v4), fragment, gopacket.Payload("16 bytes of data"))},
		{"fragment6", pack(t, ether(v6), ipv6(layers.IPProtocolIPv6Fragment), gopacket.Payload(
			"\x11\x00\x00\x19\x00\x00\x00\x07sixteen bytes ok"))},
		{"options4", pack(t, ether(v4), router, udpOver(router), data)},
		{"igmp2", pack(t, ether(v4), ipv4(2), gopacket.Payload("\x16\x00\xff\xfa\xe8\x01\x02\x03"))},
		{"igmp3", pack(t, ether(v4), ipv4(2), gopacket.Payload("\x22\x00\x1c\x11\x00\x00\x00\x02"+
			"\x04\x00\x00\x00\xe8\x01\x02\x03"+"\x06\x01\x00\x01\xe8\x01\x02\x04\x0a\x00\x00\x01auxi"))},
		{"mld1", mldFrame(t, "\x83\x00\x00\x00\x00\x00\x00\x00"+group6)},
		{"mld2", mldFrame(t, "\x8f\x00\x00\x00\x00\x00\x00\x02"+
			"\x04\x00\x00\x00"+group6+"\x05\x00\x00\x01"+group6+group6)},
		{"unknown", pack(t, ether(0x88b5), data)},
		{"802.3", pack(t, ether(4), gopacket.Payload("four"))},
	}
}

func TestSamplesAreSound(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			var v View
			d := Parse(s.b, &v)
			require.True(t, d.OK(), "%v at %d", d, d.At)
			require.Len(t, v.Packet(), len(s.b))
			padded := append(append([]byte(nil), s.b...), make([]byte, max(0, MinLen-len(s.b)))...)
			d = Parse(padded, &v)
			if v.Net == NetRaw && s.name == "unknown" {
				return // its end is not known
			}
			require.True(t, d.OK(), "padded: %v at %d", d, d.At)
			require.Len(t, v.Packet(), len(s.b))
		})
	}
}
