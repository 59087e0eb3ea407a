package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// sampleICMPv6 travels from 2001:db8::a to 2001:db8::b.
var sampleICMPv6 = []byte{
	0x81, 0x00, // echo reply, code 0
	0x5f, 0x53, // checksum
	0x12, 0x34, // identifier
	0x00, 0x01, // sequence number
	0xb0, 0xaa, 0x01, // data, an odd number of bytes
}

func TestICMPv6Bytes(t *testing.T) {
	m, err := CheckICMPv6(sampleICMPv6)
	require.Equal(t, OK, err)
	require.Equal(t, ICMPFields{Type: ICMPv6EchoReply, Rest: EchoRest(0x1234, 1)}, m.Fields())
	require.Equal(t, uint8(0), m.Code())
	require.Equal(t, uint16(0x5f53), m.Checksum())
	require.Equal(t, uint16(0x1234), m.ID())
	require.Equal(t, uint16(1), m.Seq())
	require.Equal(t, []byte{0xb0, 0xaa, 0x01}, m.Payload())
	require.Equal(t, OK, m.VerifyChecksum(sampleSrc6, sampleDst6))

	b := append(putExactly(t, 8, m.Fields().Put), m.Payload()...)
	ICMPv6(b).SetChecksum(sampleSrc6, sampleDst6)
	require.Equal(t, sampleICMPv6, b)
}

func TestICMPv6Refused(t *testing.T) {
	refusesTruncation(t, sampleICMPv6, func(b []byte) Err {
		m, err := CheckICMPv6(b)
		if err == OK {
			err = m.VerifyChecksum(sampleSrc6, sampleDst6)
		}
		return err
	})
	for at := range sampleICMPv6 {
		for bit := range 8 {
			m := ICMPv6(edit(sampleICMPv6, at, sampleICMPv6[at]^1<<bit))
			require.Equal(t, ErrChecksum, m.VerifyChecksum(sampleSrc6, sampleDst6), "byte %d bit %d", at, bit)
		}
	}
	m := ICMPv6(sampleICMPv6)
	require.Equal(t, ErrChecksum, m.VerifyChecksum(sampleSrc6, AllNodes6), "RFC 4443 2.3: the addresses are summed")
}

// error6 returns an ICMPv6 message that quotes b; its checksum is not set.
func error6(typ uint8, rest uint32, b []byte) ICMPv6 {
	m := make([]byte, ICMPHeaderLen, ICMPHeaderLen+len(b))
	ICMPFields{Type: typ, Rest: rest}.Put(m)
	return append(m, b...)
}

func TestICMPv6Fields(t *testing.T) {
	require.Equal(t, uint32(0x10500), error6(ICMPv6PacketTooBig, 0x10500, nil).MTU())
	require.Equal(t, uint32(48), error6(ICMPv6ParamProblem, 48, nil).Pointer())
	for typ := range 256 {
		require.Equal(t, typ < 128, error6(uint8(typ), 0, nil).IsError(), "type %d", typ)
	}
}

func TestICMPv6Quoted(t *testing.T) {
	for _, typ := range []uint8{ICMPv6Echo, ICMPv6EchoReply, ICMPv6NeighborSolicit, 255} {
		_, err := error6(typ, 0, sampleIPv6).Quoted()
		require.Equal(t, ErrType, err, "type %d", typ)
	}
	for typ := uint8(0); typ < 128; typ++ {
		for n := range sampleIPv6 {
			q, err := error6(typ, 0, sampleIPv6[:n]).Quoted()
			if n < IPv6HeaderLen {
				require.Equal(t, ErrShort, err)
				continue
			}
			require.Equal(t, OK, err)
			require.Equal(t, sampleIPv6[:n], []byte(q))
		}
	}
}

// TestICMPv6Extensions: RFC 4884 gives two types a length of the quoted part; in the others these bytes are a number.
func TestICMPv6Extensions(t *testing.T) {
	long := append([]byte(packet6(ProtoUDP, dirty(300))), 0)
	for typ, want := range map[uint8]int{ICMPv6Unreachable: 128, ICMPv6TimeExceeded: 128, ICMPv6PacketTooBig: 340, ICMPv6ParamProblem: 340} {
		q, err := error6(typ, 128/8<<24, long).Quoted()
		require.Equal(t, OK, err)
		require.Len(t, q, want, "type %d", typ)
	}
	_, err := error6(ICMPv6Unreachable, 4<<24, long).Quoted()
	require.Equal(t, ErrShort, err, "the length is below a header's")
}
