package wire

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// decode is the third opinion: gopacket takes the bytes from this layer on, without an error layer.
func decode(t *rapid.T, b []byte, first gopacket.LayerType) gopacket.Packet {
	p := gopacket.NewPacket(b, first, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("gopacket refuses % x: %v", b, e.Error())
	}
	return p
}

// layer returns the layer of type L.
func layer[L gopacket.Layer](t *rapid.T, p gopacket.Packet) L {
	for _, l := range p.Layers() {
		if l, ok := l.(L); ok {
			return l
		}
	}
	t.Fatalf("no %T in %v", *new(L), p)
	panic("unreachable")
}

func TestGopacketReadsTCPOverIPv4(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "data")
		b := make([]byte, 1600)
		opts := TCPOpts{HasMSS: true, MSS: 1460, HasTS: true, TSVal: 7, SACKPermitted: true, HasWScale: true, WScale: 3}
		tf := TCPFields{
			SrcPort: rapid.Uint16().Draw(t, "sport"), DstPort: rapid.Uint16().Draw(t, "dport"),
			Seq: rapid.Uint32().Draw(t, "seq"), Ack: rapid.Uint32().Draw(t, "ack"),
			Flags: TCPFlags(rapid.Uint8().Draw(t, "flags")), Window: rapid.Uint16().Draw(t, "window"),
			Urgent: rapid.Uint16().Draw(t, "urgent"),
		}
		f := IPv4Fields{
			TOS: rapid.Uint8().Draw(t, "tos"), ID: rapid.Uint16().Draw(t, "id"), DF: true, TTL: 64, Protocol: ProtoTCP,
			Src: genAddr4().Draw(t, "src"), Dst: genAddr4().Draw(t, "dst"),
		}
		tf.OptionsLen = uint8(PutTCPOptions(b[IPv4HeaderLen+TCPHeaderLen:], &opts))
		n := IPv4HeaderLen + tf.Put(b[IPv4HeaderLen:])
		n += copy(b[n:], data)
		f.TotalLen = uint16(n)
		f.Put(b)
		seg := TCP(b[IPv4HeaderLen:n])
		seg.SetChecksum(f.Src, f.Dst)

		p := decode(t, b[:n], layers.LayerTypeIPv4)
		ip, tcp := layer[*layers.IPv4](t, p), layer[*layers.TCP](t, p)
		require.Equal(t, f.TOS, ip.TOS)
		require.Equal(t, tf.Seq, tcp.Seq)
		require.Equal(t, tf.Window, tcp.Window)
		require.Equal(t, data, tcp.Payload)
		require.NoError(t, tcp.SetNetworkLayerForChecksum(ip))

		got, err := ParseIPv4(b)
		require.Equal(t, OK, err)
		require.Equal(t, f, got)
		ipp, _ := CheckIPv4(b)
		s, err := CheckTCP(ipp.Payload())
		require.Equal(t, OK, err)
		require.Equal(t, OK, s.VerifyChecksum(ipp.Src(), ipp.Dst()))
		require.Equal(t, tf, s.Fields())
		require.Equal(t, opts, ParseTCPOptions(s.Options()))
	})
}
