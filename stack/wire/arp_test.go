package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleARP = []byte{
	0x00, 0x01, // hardware: Ethernet
	0x08, 0x00, // protocol: IPv4
	0x06, 0x04, // lengths of their addresses
	0x00, 0x02, // operation: reply
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, // sender's MAC
	192, 0, 2, 10, // sender's address
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, // target's MAC
	192, 0, 2, 11, // target's address
}

var sampleARPFields = ARPFields{
	Op:        ARPReply,
	SenderMAC: MAC{2, 0, 0, 0, 0, 10}, SenderIP: IPv4(192, 0, 2, 10),
	TargetMAC: MAC{2, 0, 0, 0, 0, 11}, TargetIP: IPv4(192, 0, 2, 11),
}

func TestARPBytes(t *testing.T) {
	got, err := ParseARP(sampleARP)
	require.Equal(t, OK, err)
	require.Equal(t, sampleARPFields, got)
	require.Equal(t, sampleARP, putExactly(t, ARPLen, got.Put))
}

func TestARPWithoutPadding(t *testing.T) {
	p, err := CheckARP(append(sampleARP[:ARPLen:ARPLen], make([]byte, 18)...))
	require.Equal(t, OK, err)
	require.Len(t, p, ARPLen)
}

func TestARPRefused(t *testing.T) {
	check := func(b []byte) Err { _, err := ParseARP(b); return err }
	refusesTruncation(t, sampleARP, check)
	for _, c := range []struct {
		name string
		at   int
		v    byte
		want Err
	}{
		{"hardware is IEEE 802", 1, 6, ErrHardware},
		{"hardware beyond a byte", 0, 1, ErrHardware},
		{"hardware address of 8 bytes", 4, 8, ErrHardware},
		{"protocol is IPv6", 2, 0x86, ErrProtocol},
		{"protocol is ARP itself", 3, 0x06, ErrProtocol},
		{"protocol address of 16 bytes", 5, 16, ErrProtocol},
		{"unknown operation", 6, 0xff, OK},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, check(edit(sampleARP, c.at, c.v))) })
	}
}

func TestARPRoundTrip(t *testing.T) { rapid.Check(t, propertyARPRoundTrip) }

func FuzzARPRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyARPRoundTrip)) }

func propertyARPRoundTrip(t *rapid.T) {
	x := ARPFields{
		Op:        rapid.Uint16().Draw(t, "op"),
		SenderMAC: genMAC().Draw(t, "sender"), SenderIP: genAddr4().Draw(t, "sender ip"),
		TargetMAC: genMAC().Draw(t, "target"), TargetIP: genAddr4().Draw(t, "target ip"),
	}
	got, err := ParseARP(putExactly(t, ARPLen, x.Put))
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
}
