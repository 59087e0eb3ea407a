package model_test

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// packet serialises a packet with right checksums; gopacket is the judge of them.
func packet(t *testing.T, v6 bool, transport gopacket.SerializableLayer, payload string) []byte {
	eth := &layers.Ethernet{SrcMAC: sender[:], DstMAC: own[:], EthernetType: layers.EthernetTypeIPv4}
	var ip gopacket.NetworkLayer = &layers.IPv4{Version: 4, TTL: 64, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}}
	if v6 {
		eth.EthernetType = layers.EthernetTypeIPv6
		ip = &layers.IPv6{Version: 6, HopLimit: 64, SrcIP: net.ParseIP("fe80::1"), DstIP: net.ParseIP("fe80::2")}
	}
	protocol := layers.IPProtocolTCP
	switch l := transport.(type) {
	case *layers.TCP:
		require.NoError(t, l.SetNetworkLayerForChecksum(ip))
	case *layers.UDP:
		require.NoError(t, l.SetNetworkLayerForChecksum(ip))
		protocol = layers.IPProtocolUDP
	case *layers.ICMPv4:
		protocol = layers.IPProtocolICMPv4
	case *layers.ICMPv6:
		require.NoError(t, l.SetNetworkLayerForChecksum(ip))
		protocol = layers.IPProtocolICMPv6
	}
	if v6 {
		ip.(*layers.IPv6).NextHeader = protocol
	} else {
		ip.(*layers.IPv4).Protocol = protocol
	}
	buffer := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		eth, ip.(gopacket.SerializableLayer), transport, gopacket.Payload(payload)))
	b := buffer.Bytes()
	return append(b, make([]byte, max(0, 60-len(b)))...)
}

type protocol struct {
	name  string
	v6    bool
	layer func() gopacket.SerializableLayer
	at    int // of the checksum in the payload
	kind  uint32
}

func protocols() []protocol {
	tcp := func() gopacket.SerializableLayer {
		return &layers.TCP{SrcPort: 1, DstPort: 2, Seq: 7, ACK: true, Window: 9}
	}
	udp := func() gopacket.SerializableLayer { return &layers.UDP{SrcPort: 1, DstPort: 2} }
	return []protocol{
		{"TCP", false, tcp, 16, emac.IPTTCP},
		{"TCP over IPv6", true, tcp, 16, emac.IPTTCP},
		{"UDP", false, udp, 6, emac.IPTUDP},
		{"UDP over IPv6", true, udp, 6, emac.IPTUDP},
		{"ICMP", false, func() gopacket.SerializableLayer { return &layers.ICMPv4{TypeCode: 0x800, Id: 1, Seq: 2} }, 2, emac.IPTICMP},
		{"ICMPv6", true, func() gopacket.SerializableLayer { return &layers.ICMPv6{TypeCode: 0x8000} }, 2, emac.IPTICMP},
	}
}

func (p protocol) payload() int {
	if p.v6 {
		return 54
	}
	return 34
}

func (p protocol) version() uint32 {
	if p.v6 {
		return emac.ExtIPv6
	}
	return emac.ExtIPv4
}

func TestInsertChecksums(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			r := started(t, model.Config{})
			want := packet(t, p.v6, p.layer(), "odd payload")
			bare := append([]byte(nil), want...)
			if !p.v6 {
				bare[24], bare[25] = 0xde, 0xad
			}
			at := p.payload() + p.at
			bare[at], bare[at+1] = 0xbe, 0xef
			r.load(0, bare, emac.TxFS|emac.TxLS|emac.CICFull)
			r.Write(emac.TxPoll, 0)
			r.wait(100 * us)
			require.Equal(t, model.Seal(want), r.sent[0].Bytes)

			r.load(1, bare, emac.TxFS|emac.TxLS|emac.CICIP)
			r.Write(emac.TxPoll, 0)
			r.wait(100 * us)
			copy(bare[14:34], want[14:34])
			require.Equal(t, model.Seal(bare), r.sent[1].Bytes, "only the header's")
		})
	}
}

func TestInsertPartialChecksum(t *testing.T) {
	r := started(t, model.Config{})
	want := packet(t, false, &layers.TCP{SrcPort: 1, DstPort: 2}, "payload")
	bare := append([]byte(nil), want...)
	// The sum of the pseudo-header: addresses, protocol and length.
	binary.BigEndian.PutUint16(bare[50:], 0x0a00+1+0x0a00+2+6+27)
	r.load(0, bare, emac.TxFS|emac.TxLS|emac.CICPart)
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.Equal(t, model.Seal(want), r.sent[0].Bytes)
}

func TestInsertChecksumsIntoNonsense(t *testing.T) {
	r := started(t, model.Config{})
	bad := packet(t, false, &layers.UDP{}, "payload")
	bad[14] = 0x44
	r.load(0, bad, emac.TxFS|emac.TxLS|emac.CICFull)
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.EqualValues(t, emac.TxES|emac.TxIHE, r.txStatus(0)&(emac.TxES|emac.TxIHE))
	require.Equal(t, model.Seal(bad), r.sent[0].Bytes)
}

func TestVerifyChecksums(t *testing.T) {
	receive := func(t *testing.T, b []byte, mode uint32) (status, extended uint32) {
		r := newRig(t, model.Config{})
		r.reset()
		r.linkUp()
		r.configure(config|emac.ConfigIPC, emac.FilterPR, mode)
		r.EMAC.Receive(r.Now(), b)
		r.wait(100 * us)
		return r.rxStatus(0), r.rx[0][emac.WordExtended]
	}
	for _, p := range protocols() {
		t.Run(p.name, func(t *testing.T) {
			good := packet(t, p.v6, p.layer(), "some payload")
			s, x := receive(t, good, 0)
			require.EqualValues(t, emac.RxESA, s&(emac.DescOwn|emac.RxESA|emac.RxES))
			require.Equal(t, p.version()|p.kind, x)

			bad := append([]byte(nil), good...)
			bad[p.payload()+p.at] ^= 0x10
			s, x = receive(t, bad, emac.OpModeDT)
			require.NotZero(t, s&emac.RxES)
			require.Equal(t, p.version()|p.kind|emac.ExtIPPE, x)
			if len(bad) <= 92 { // so that it is whole in the FIFO before the threshold of 96 is reached
				s, _ = receive(t, bad, 2<<emac.OpModeRTCAt)
				require.EqualValues(t, uint32(emac.DescOwn), s, "without DT it is dropped, if nothing of it has been moved")
			}
		})
	}
	t.Run("header", func(t *testing.T) {
		bad := packet(t, false, &layers.UDP{}, "")
		bad[22]++
		s, x := receive(t, bad, emac.OpModeDT)
		require.NotZero(t, s&emac.RxES)
		require.EqualValues(t, emac.ExtIPv4|emac.ExtIPHE, x)
	})
	t.Run("fragment", func(t *testing.T) {
		b := packet(t, false, &layers.UDP{}, "")
		b[20] |= 0x20
		b[24] -= 0x20 // its checksum
		_, x := receive(t, b, emac.OpModeDT)
		require.EqualValues(t, emac.ExtIPv4|emac.ExtIPCB, x)
	})
	t.Run("no checksum", func(t *testing.T) {
		b := packet(t, false, &layers.UDP{}, "")
		b[40], b[41] = 0, 0
		s, x := receive(t, b, 0)
		require.Zero(t, s&emac.RxES)
		require.EqualValues(t, emac.ExtIPv4|emac.IPTUDP, x)
	})
	t.Run("no IP", func(t *testing.T) {
		s, x := receive(t, frame(60), 0)
		require.Zero(t, s&emac.RxES)
		require.Zero(t, x)
	})
}

// TestShortDescriptors: with four words there is no RDES4, and the next one of a ring is 16 bytes further.
func TestShortDescriptors(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.Write(emac.BusMode, (emac.CacheLine-16)/4<<emac.BusModeDSLAt)
	r.Write(emac.MACFrameFilter, emac.FilterPR)
	for i := range ring {
		r.rx[i] = emac.Descriptor{emac.DescOwn, room / 2, r.buffer(ring + i), 0, 0xabcd}
	}
	r.WriteBack(r.rxAt, ring*emac.DescriptorSize)
	r.Write(emac.RxList, r.rxAt)
	r.Write(emac.OpMode, emac.OpModeSR|emac.OpModeDT)
	r.Write(emac.MACConfig, config|emac.ConfigRE|emac.ConfigIPC)
	good := packet(t, false, &layers.UDP{}, "")
	r.EMAC.Receive(r.Now(), good)
	good[40] ^= 1
	r.EMAC.Receive(r.Now(), good)
	good[22]++
	r.EMAC.Receive(r.Now(), good)
	r.wait(100 * us)
	require.Zero(t, r.rxStatus(0)&(emac.DescOwn|emac.RxES|emac.RxESA|emac.RxGF))
	require.EqualValues(t, emac.RxES|emac.RxESA, r.rxStatus(1)&(emac.DescOwn|emac.RxES|emac.RxESA|emac.RxGF), "payload")
	require.EqualValues(t, emac.RxES|emac.RxGF, r.rxStatus(2)&(emac.DescOwn|emac.RxES|emac.RxESA|emac.RxGF), "header")
	require.EqualValues(t, 0xabcd, r.rx[0][4], "what is behind the four words is nobody's")
}
