package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleEthernet = []byte{
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, // destination
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, // source
	0x08, 0x00, // type: IPv4
	0xde, 0xad, // payload
}

func TestEthernetBytes(t *testing.T) {
	f, err := CheckEthernet(sampleEthernet)
	require.Equal(t, OK, err)
	require.Equal(t, MAC{2, 0, 0, 0, 0, 1}, f.Dst())
	require.Equal(t, MAC{2, 0, 0, 0, 0, 2}, f.Src())
	require.Equal(t, uint16(EtherTypeIPv4), f.Type())
	require.Equal(t, []byte{0xde, 0xad}, f.Payload())

	b := dirty(14)
	require.Equal(t, 14, PutEthernet(b, f.Dst(), f.Src(), f.Type()))
	require.Equal(t, sampleEthernet[:14], b)
}

func TestEthernetTruncated(t *testing.T) {
	refusesTruncation(t, sampleEthernet[:EthernetHeaderLen], func(b []byte) Err { _, err := ParseEthernet(b); return err })
}

func TestEthernetLengthIsNoType(t *testing.T) {
	for typ, is8023 := range map[uint16]bool{0: true, 46: true, 1500: true, 1535: true, 1536: false, EtherTypeIPv4: false, 0xffff: false} {
		b := make([]byte, 14)
		PutEthernet(b, Broadcast, MAC{2}, typ)
		f, err := CheckEthernet(b)
		require.Equal(t, OK, err)
		require.Equal(t, is8023, f.Is8023(), "%#04x", typ)
	}
}

func TestEthernetRoundTrip(t *testing.T) { rapid.Check(t, propertyEthernetRoundTrip) }

func FuzzEthernetRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyEthernetRoundTrip)) }

func propertyEthernetRoundTrip(t *rapid.T) {
	x := EthernetFields{genMAC().Draw(t, "dst"), genMAC().Draw(t, "src"), rapid.Uint16().Draw(t, "type")}
	got, err := ParseEthernet(putExactly(t, EthernetHeaderLen, x.Put))
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
}
