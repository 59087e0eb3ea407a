package wire

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMACKinds(t *testing.T) {
	for _, c := range []struct {
		mac                                MAC
		broadcast, multicast, zero, single bool
	}{
		{MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, true, true, false, false},
		{MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, false, true, false, false},
		{MAC{0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}, false, true, false, false},
		{MAC{0x33, 0x33, 0x00, 0x00, 0x00, 0x01}, false, true, false, false},
		{MAC{}, false, false, true, false},
		{MAC{0x02, 0, 0, 0, 0, 0x01}, false, false, false, true},
		{MAC{0, 0, 0, 0, 0, 0x01}, false, false, false, true},
	} {
		t.Run(c.mac.String(), func(t *testing.T) {
			require.Equal(t, c.broadcast, c.mac.IsBroadcast())
			require.Equal(t, c.multicast, c.mac.IsMulticast())
			require.Equal(t, c.zero, c.mac.IsZero())
			require.Equal(t, c.single, c.mac.IsUnicast())
		})
	}
}

func TestMACPutAndText(t *testing.T) { rapid.Check(t, propertyMACPutAndText) }

func FuzzMACPutAndText(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyMACPutAndText)) }

func propertyMACPutAndText(t *rapid.T) {
	m := genMAC().Draw(t, "mac")
	require.Equal(t, m, macAt(putExactly(t, 6, m.Put)))
	require.Equal(t, net.HardwareAddr(m[:]).String(), m.String())
	require.Len(t, m.String(), MACTextLen)
}
