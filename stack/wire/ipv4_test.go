package wire

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleIPv4 = []byte{
	0x46, 0xb8, // version 4, header of 6 words; DSCP EF, not ECN-capable
	0x00, 0x1a, // total length 26
	0x12, 0x34, // identification
	0x40, 0x00, // don't fragment, offset 0
	0x40, 0x02, // TTL 64, IGMP
	0xf0, 0xe5, // header checksum
	192, 0, 2, 10, // source
	224, 0, 0, 1, // destination
	0x94, 0x04, 0x00, 0x00, // router alert
	0xca, 0xfe, // payload
}

var sampleIPv4Fields = IPv4Fields{
	OptionsLen: 4, TOS: 0xb8, TotalLen: 26, ID: 0x1234, DF: true, TTL: 64, Protocol: ProtoIGMP,
	Src: IPv4(192, 0, 2, 10), Dst: AllHosts4,
}

func TestIPv4Bytes(t *testing.T) {
	got, err := ParseIPv4(sampleIPv4)
	require.Equal(t, OK, err)
	require.Equal(t, sampleIPv4Fields, got)

	b := dirty(24)
	PutRouterAlert(b[IPv4HeaderLen:])
	require.Equal(t, 24, got.Put(b))
	require.Equal(t, sampleIPv4[:24], b)

	p, err := CheckIPv4(sampleIPv4)
	require.Equal(t, OK, err)
	require.Equal(t, []byte{0xca, 0xfe}, p.Payload())
	require.Equal(t, sampleIPv4[:24], p.Header())
	require.Equal(t, uint16(0xf0e5), p.Checksum())
	require.Equal(t, uint8(ECNNotECT), p.ECN())
	require.False(t, p.IsFragment())
}

func TestIPv4WithoutPadding(t *testing.T) {
	frame := append(sampleIPv4[:26:26], make([]byte, 20)...)
	p, err := CheckIPv4(frame)
	require.Equal(t, OK, err)
	require.Equal(t, sampleIPv4, []byte(p))
	p, err = CheckIPv4Quoted(frame)
	require.Equal(t, OK, err)
	require.Equal(t, sampleIPv4, []byte(p))
}

func TestIPv4Refused(t *testing.T) {
	check := func(b []byte) Err { _, err := CheckIPv4(b); return err }
	refusesTruncation(t, sampleIPv4, check)
	for _, c := range []struct {
		name string
		at   int
		v    byte
		want Err
	}{
		{"version 6", 0, 0x66, ErrVersion},
		{"version 0", 0, 0x06, ErrVersion},
		{"header of 16 bytes", 0, 0x44, ErrHeaderLen},
		{"header of 0 bytes", 0, 0x40, ErrHeaderLen},
		{"header beyond the frame", 0, 0x47, ErrHeaderLen},
		{"total length in the middle of the header", 3, 23, ErrTotalLen},
		{"total length 0", 3, 0, ErrTotalLen},
		{"total length one beyond the frame", 3, 27, ErrTotalLen},
		{"total length far beyond the frame", 2, 0xff, ErrTotalLen},
		{"total length of the header", 3, 24, OK},
		{"reserved flag", 6, 0xc0, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := edit(sampleIPv4, c.at, c.v)
			require.Equal(t, c.want, check(b))
			_, err := ParseIPv4(b)
			if c.want == OK {
				require.Equal(t, ErrChecksum, err)
			} else {
				require.Equal(t, c.want, err)
			}
		})
	}
}

func TestIPv4Quoted(t *testing.T) {
	for n := range sampleIPv4 {
		p, err := CheckIPv4Quoted(sampleIPv4[:n])
		if n < 24 {
			require.NotEqual(t, OK, err, "%d bytes have no whole header", n)
			continue
		}
		require.Equal(t, OK, err)
		require.Equal(t, 26, p.TotalLen())
		require.Equal(t, sampleIPv4[24:n], p.Payload())
		require.Equal(t, OK, p.VerifyChecksum())
	}
}

func TestIPv4EveryBitIsSummed(t *testing.T) {
	for at := range 24 {
		for bit := range 8 {
			p := IPv4Packet(edit(sampleIPv4, at, sampleIPv4[at]^1<<bit))
			if p.HeaderLen() == 24 {
				require.Equal(t, ErrChecksum, p.VerifyChecksum(), "byte %d bit %d", at, bit)
			}
		}
	}
}

func TestIPv4Fragments(t *testing.T) {
	for _, c := range []struct {
		field    uint16
		df, mf   bool
		offset   int
		fragment bool
	}{
		{0x0000, false, false, 0, false},
		{0x4000, true, false, 0, false},
		{0x8000, false, false, 0, false}, // the reserved bit says nothing
		{0x2000, false, true, 0, true},   // the first
		{0x20b9, false, true, 1480, true},
		{0x0172, false, false, 2960, true}, // the last
		{0x1fff, false, false, 65528, true},
		{0x6001, true, true, 8, true},
	} {
		p := IPv4Packet(append([]byte(nil), sampleIPv4...))
		binary.BigEndian.PutUint16(p[6:], c.field)
		require.Equal(t, c.df, p.DF(), "%#04x", c.field)
		require.Equal(t, c.mf, p.MF(), "%#04x", c.field)
		require.Equal(t, c.offset, p.FragOffset(), "%#04x", c.field)
		require.Equal(t, c.fragment, p.IsFragment(), "%#04x", c.field)
	}
}

func TestIPv4RoundTrip(t *testing.T) { rapid.Check(t, propertyIPv4RoundTrip) }

func FuzzIPv4RoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyIPv4RoundTrip)) }

func propertyIPv4RoundTrip(t *rapid.T) {
	data := genData(64).Draw(t, "data")
	x := genIPv4(len(data)).Draw(t, "header")
	n := IPv4HeaderLen + int(x.OptionsLen)
	b := append(putExactly(t, n, x.Put), data...)
	require.Equal(t, slowSum(b[:n], 0), uint16(0xffff))
	got, err := ParseIPv4(b)
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
	p, err := CheckIPv4(b)
	require.Equal(t, OK, err)
	require.Equal(t, data, p.Payload())
	require.Equal(t, x.TOS&3, p.ECN())
}
