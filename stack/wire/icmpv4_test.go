package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleICMPv4 = []byte{
	0x08, 0x00, // echo, code 0
	0x34, 0x20, // checksum
	0x12, 0x34, // identifier
	0x00, 0x01, // sequence number
	0xb0, 0xaa, 0x01, // data, an odd number of bytes
}

func TestICMPv4Bytes(t *testing.T) {
	m, err := CheckICMPv4(sampleICMPv4)
	require.Equal(t, OK, err)
	require.Equal(t, ICMPFields{Type: ICMPv4Echo, Rest: EchoRest(0x1234, 1)}, m.Fields())
	require.Equal(t, uint8(0), m.Code())
	require.Equal(t, uint16(0x3420), m.Checksum())
	require.Equal(t, uint32(0x12340001), m.Rest())
	require.Equal(t, uint16(0x1234), m.ID())
	require.Equal(t, uint16(1), m.Seq())
	require.Equal(t, []byte{0xb0, 0xaa, 0x01}, m.Payload())
	require.Equal(t, OK, m.VerifyChecksum())

	b := append(putExactly(t, 8, m.Fields().Put), m.Payload()...)
	ICMPv4(b).SetChecksum()
	require.Equal(t, sampleICMPv4, b)
}

func TestICMPv4Refused(t *testing.T) {
	refusesTruncation(t, sampleICMPv4, func(b []byte) Err {
		m, err := CheckICMPv4(b)
		if err == OK {
			err = m.VerifyChecksum()
		}
		return err
	})
	refusesTruncation(t, sampleICMPv4[:8], func(b []byte) Err { _, err := ParseICMP(b); return err })
	refusesTruncation(t, sampleICMPv4[:8], func(b []byte) Err { _, err := CheckICMPv4(b); return err })
	refusesTruncation(t, sampleICMPv6[:8], func(b []byte) Err { _, err := CheckICMPv6(b); return err })
	for at := range sampleICMPv4 {
		for bit := range 8 {
			m := ICMPv4(edit(sampleICMPv4, at, sampleICMPv4[at]^1<<bit))
			require.Equal(t, ErrChecksum, m.VerifyChecksum(), "byte %d bit %d", at, bit)
		}
	}
}

// error4 returns an ICMPv4 error that quotes b.
func error4(typ, code uint8, rest uint32, b []byte) ICMPv4 {
	m := make([]byte, ICMPHeaderLen, ICMPHeaderLen+len(b))
	ICMPFields{typ, code, rest}.Put(m)
	m = append(m, b...)
	ICMPv4(m).SetChecksum()
	return m
}

func TestICMPv4Fields(t *testing.T) {
	require.Equal(t, uint8(4), error4(ICMPv4Unreachable, ICMPv4FragNeeded, 1280, nil).Code())
	require.Equal(t, 1280, error4(ICMPv4Unreachable, ICMPv4FragNeeded, 1280, nil).MTU())
	require.Equal(t, 20, error4(ICMPv4ParamProblem, 0, PointerRest4(20), nil).Pointer())
	require.Equal(t, 255, error4(ICMPv4ParamProblem, 0, PointerRest4(255), nil).Pointer())
}

func TestICMPv4IsError(t *testing.T) {
	errors := map[uint8]bool{3: true, 4: true, 5: true, 11: true, 12: true} // RFC 1122 3.2.2
	for typ := range 256 {
		require.Equal(t, errors[uint8(typ)], error4(uint8(typ), 0, 0, nil).IsError(), "type %d", typ)
	}
}

func TestICMPv4Quoted(t *testing.T) {
	_, err := ICMPv4(sampleICMPv4).Quoted()
	require.Equal(t, ErrType, err)
	for _, typ := range []uint8{ICMPv4Unreachable, ICMPv4SourceQuench, ICMPv4Redirect, ICMPv4TimeExceeded, ICMPv4ParamProblem} {
		for n := range sampleIPv4 {
			q, err := error4(typ, 0, 0, sampleIPv4[:n]).Quoted()
			if n < 24 {
				require.NotEqual(t, OK, err, "type %d quotes %d bytes", typ, n)
				continue
			}
			require.Equal(t, OK, err)
			require.Equal(t, sampleIPv4[:n], []byte(q))
		}
	}
}

// TestICMPv4Extensions: RFC 4884 puts the length of the quoted part into the header; what follows is not quoted.
func TestICMPv4Extensions(t *testing.T) {
	long := dirty(200)
	IPv4Fields{TotalLen: 1000, Protocol: ProtoUDP}.Put(long)
	for typ, want := range map[uint8]int{ICMPv4Unreachable: 128, ICMPv4TimeExceeded: 128, ICMPv4ParamProblem: 128, ICMPv4Redirect: 200} {
		q, err := error4(typ, 0, 128/4<<16, long).Quoted()
		require.Equal(t, OK, err)
		require.Len(t, q, want, "type %d", typ)
	}
	q, err := error4(ICMPv4Unreachable, 0, 255<<16, long).Quoted()
	require.Equal(t, OK, err)
	require.Len(t, q, 200, "the length is beyond the end")
	_, err = error4(ICMPv4Unreachable, 0, 1<<16, long).Quoted()
	require.Equal(t, ErrShort, err, "the length is below a header's")
}

func TestICMPRoundTrip(t *testing.T) { rapid.Check(t, propertyICMPRoundTrip) }

func FuzzICMPRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyICMPRoundTrip)) }

func propertyICMPRoundTrip(t *rapid.T) {
	x, data := genICMP().Draw(t, "header"), genData(64).Draw(t, "data")
	b := append(putExactly(t, ICMPHeaderLen, x.Put), data...)
	got, err := ParseICMP(b)
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
	require.Zero(t, ICMPv4(b).Checksum(), "Put leaves it to SetChecksum")
	for range 2 { // what stands in the field is not summed
		ICMPv4(b).SetChecksum()
		require.Equal(t, OK, ICMPv4(b).VerifyChecksum())
	}
	src, dst := genAddr6().Draw(t, "src"), genAddr6().Draw(t, "dst")
	for range 2 {
		ICMPv6(b).SetChecksum(src, dst)
		require.Equal(t, OK, ICMPv6(b).VerifyChecksum(src, dst))
	}
	require.Equal(t, x, ICMPv6(b).Fields())
}
