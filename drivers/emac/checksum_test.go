package emac_test

import (
	"bytes"
	"maps"
	"net"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// packets are one of each kind whose checksums the hardware knows: the frame, and where in it the checksums stand.
func packets(payload []byte) map[string]struct {
	frame []byte
	at    []int
} {
	v4 := &layers.IPv4{Version: 4, TTL: 64, SrcIP: net.IP{192, 0, 2, 9}, DstIP: net.IP{192, 0, 2, 1}}
	v6 := &layers.IPv6{Version: 6, HopLimit: 64, SrcIP: net.ParseIP("2001:db8::9"), DstIP: net.ParseIP("2001:db8::1")}
	all := map[string]struct {
		frame []byte
		at    []int
	}{}
	for _, c := range []struct {
		name     string
		protocol layers.IPProtocol
		v6       bool
		at       int // of the checksum behind the IP header
		layer    func(ip gopacket.NetworkLayer) gopacket.SerializableLayer
	}{
		{"TCP", layers.IPProtocolTCP, false, 16, tcpLayer}, {"TCP", layers.IPProtocolTCP, true, 16, tcpLayer},
		{"UDP", layers.IPProtocolUDP, false, 6, udpLayer}, {"UDP", layers.IPProtocolUDP, true, 6, udpLayer},
		{"ICMP", layers.IPProtocolICMPv4, false, 2, icmpLayer}, {"ICMP", layers.IPProtocolICMPv6, true, 2, icmpLayer},
	} {
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 9}, DstMAC: own[:], EthernetType: layers.EthernetTypeIPv4}
		out := gopacket.NewSerializeBuffer()
		options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
		name, at, ip := c.name+" over IPv4", []int{24, 34 + c.at}, gopacket.SerializableLayer(v4)
		network := gopacket.NetworkLayer(v4)
		v4.Protocol, v6.NextHeader = c.protocol, c.protocol
		if c.v6 {
			eth.EthernetType = layers.EthernetTypeIPv6
			name, at, ip, network = c.name+" over IPv6", []int{54 + c.at}, v6, v6
		}
		if err := gopacket.SerializeLayers(out, options, eth, ip, c.layer(network), gopacket.Payload(payload)); err != nil {
			panic(err)
		}
		all[name] = struct {
			frame []byte
			at    []int
		}{bytes.Clone(out.Bytes()), at}
	}
	return all
}

func tcpLayer(ip gopacket.NetworkLayer) gopacket.SerializableLayer {
	l := &layers.TCP{SrcPort: 1, DstPort: 2, Seq: 3, Ack: 4, ACK: true, Window: 5}
	_ = l.SetNetworkLayerForChecksum(ip)
	return l
}

func udpLayer(ip gopacket.NetworkLayer) gopacket.SerializableLayer {
	l := &layers.UDP{SrcPort: 1, DstPort: 2}
	_ = l.SetNetworkLayerForChecksum(ip)
	return l
}

func icmpLayer(ip gopacket.NetworkLayer) gopacket.SerializableLayer {
	if _, ok := ip.(*layers.IPv4); ok {
		return &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: 2}
	}
	l := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(128, 0)}
	_ = l.SetNetworkLayerForChecksum(ip)
	return l
}

// TestChecksumsAreInserted: whatever stands in their fields, packets leave with the checksums that gopacket computes.
func TestChecksumsAreInserted(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{Checksums: true})
	for name, p := range packets([]byte("an odd number of bytes.")) {
		t.Run(name, func(t *testing.T) {
			f := bytes.Clone(p.frame)
			for _, at := range p.at {
				f[at], f[at+1] = 0, 0
			}
			b.sent = nil
			require.True(t, b.send(f))
			b.run(ms)
			require.Equal(t, [][]byte{model.Seal(p.frame)}, b.sent)
		})
	}
}

// TestWrongChecksumsAreNotLetIn: with one bit of a packet inverted, in what a checksum covers, the driver lends nothing
// and counts it; without the help of the hardware it lends every frame, and the stack must look.
func TestWrongChecksumsAreNotLetIn(t *testing.T) { rapid.Check(t, propertyWrongChecksumsAreNotLetIn) }

func FuzzWrongChecksumsAreNotLetIn(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(propertyWrongChecksumsAreNotLetIn))
}

func propertyWrongChecksumsAreNotLetIn(t *rapid.T) {
	with := up(t, model.Config{}, emac.Config{Checksums: true})
	without := up(t, model.Config{}, emac.Config{})
	payload := rapid.SliceOfN(rapid.Byte(), 20, 1400).Draw(t, "payload")
	all := packets(payload)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		// Behind the first word of the header: another version or length is no longer the same packet.
		at := p.at[len(p.at)-1]
		from := at
		if at+2 < len(p.frame)-1 {
			from = rapid.SampledFrom([]int{at, at + 2, len(p.frame) - len(payload)}).Draw(t, "where")
		}
		f := bytes.Clone(p.frame)
		f[rapid.IntRange(from, len(f)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		for _, b := range []*bench{with, without} {
			b.got = nil
			before := b.Stats().RxChecksum
			b.host.EMAC.Receive(b.host.Now(), f)
			b.host.EMAC.Receive(b.host.Now(), p.frame)
			b.run(ms)
			if b == with {
				require.Len(t, b.got, 1, "%s: %x", name, f)
				require.EqualValues(t, 1, b.Stats().RxChecksum-before)
			} else {
				require.Len(t, b.got, 2)
			}
		}
	}
}
