package render

import (
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	macA = net.HardwareAddr{2, 0, 0, 0, 0, 1}
	macB = net.HardwareAddr{2, 0, 0, 0, 0, 2}
	ipA  = net.IP{192, 0, 2, 1}
	ipB  = net.IP{192, 0, 2, 2}
)

// serialize builds a frame with a codec that is not ours.
func serialize(t *testing.T, l ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...))
	return b.Bytes()
}

func segment(t *testing.T, out bool, s layers.TCP, payload string) []byte {
	eth := &layers.Ethernet{SrcMAC: macA, DstMAC: macB, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: ipA, DstIP: ipB}
	s.SrcPort, s.DstPort = 40000, 8080
	if out {
		ip.SrcIP, ip.DstIP = ipB, ipA
		s.SrcPort, s.DstPort = s.DstPort, s.SrcPort
	}
	require.NoError(t, s.SetNetworkLayerForChecksum(ip))
	return serialize(t, eth, ip, &s, gopacket.Payload(payload))
}

// TestHandshake: numbers are relative to each side's SYN, also across the wrap.
func TestHandshake(t *testing.T) {
	var tr Trace
	const isnA, isnB = 0xFFFFFFF0, 0x7FFFFFFF
	mss := []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 180}}}
	ts := func(v, e byte) []layers.TCPOption {
		return []layers.TCPOption{{OptionType: 1}, {OptionType: 1}, {OptionType: 8, OptionLength: 10, OptionData: []byte{0, 0, 0, v, 0, 0, 0, e}}}
	}
	for _, c := range []struct {
		arrow   string
		seg     layers.TCP
		payload string
		want    string
	}{
		{"<", layers.TCP{SYN: true, Seq: isnA, Window: 1000, Options: append(mss, ts(7, 0)...)}, "", "< 40000 > 8080 S 0:0(0) win 1000 <mss 1460, nop, nop, TS val 0 ecr 0>"},
		{">", layers.TCP{SYN: true, ACK: true, Seq: isnB, Ack: isnA + 1, Window: 2000, Options: ts(50, 7)}, "", "> 8080 > 40000 S. 0:0(0) ack 1 win 2000 <nop, nop, TS val 0 ecr 0>"},
		{"<", layers.TCP{PSH: true, ACK: true, Seq: isnA + 1, Ack: isnB + 1, Window: 1000, Options: ts(9, 51)}, "hello world 20 bytes", "< 40000 > 8080 P. 1:21(20) ack 1 win 1000 <nop, nop, TS val 2 ecr 1>"},
		{">", layers.TCP{ACK: true, Seq: isnB + 1, Ack: (isnA + 21) & 0xFFFFFFFF, Window: 2000}, "", "> 8080 > 40000 . 1:1(0) ack 21 win 2000"},
		{">", layers.TCP{RST: true, Seq: isnB + 1}, "", "> 8080 > 40000 R 1:1(0) win 0"},
	} {
		require.Equal(t, c.want, tr.Line(c.arrow, segment(t, c.arrow == ">", c.seg, c.payload)))
	}
}

func TestFrame(t *testing.T) {
	eth := func(typ layers.EthernetType) *layers.Ethernet {
		return &layers.Ethernet{SrcMAC: macA, DstMAC: macB, EthernetType: typ}
	}
	ip4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolICMPv4, SrcIP: ipA, DstIP: ipB}
	require.Equal(t, "< arp request {arp.spa=192.0.2.1, arp.sha=02:00:00:00:00:01, arp.tpa=192.0.2.2, arp.tha=00:00:00:00:00:00}",
		Frame("<", serialize(t, eth(layers.EthernetTypeARP), &layers.ARP{AddrType: 1, Protocol: layers.EthernetTypeIPv4,
			HwAddressSize: 6, ProtAddressSize: 4, Operation: 1, SourceHwAddress: macA, SourceProtAddress: ipA,
			DstHwAddress: make([]byte, 6), DstProtAddress: ipB})))
	echo := serialize(t, eth(layers.EthernetTypeIPv4), ip4, &layers.ICMPv4{TypeCode: 8 << 8, Id: 7, Seq: 1}, gopacket.Payload("four"))
	require.Equal(t, "< icmp echo_request id 7 seq 1 (4)", Frame("<", echo))
	echo[len(echo)-1]++
	require.Contains(t, Frame("<", echo), "malformed: ")
}

// TestAnything: whatever the bytes are, there is a line.
func TestAnything(t *testing.T) { rapid.Check(t, propertyAnything) }

func FuzzAnything(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyAnything)) }

func propertyAnything(t *rapid.T) {
	require.NotContains(t, Frame(">", rapid.SliceOf(rapid.Byte()).Draw(t, "frame")), "\n")
}
