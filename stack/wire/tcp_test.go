package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sampleTCP travels from 192.0.2.10 to 192.0.2.11.
var sampleTCP = []byte{
	0xc0, 0x00, // source port 49152
	0x00, 0x50, // destination port 80
	0x01, 0x02, 0x03, 0x04, // sequence number
	0x05, 0x06, 0x07, 0x08, // acknowledgment number
	0x80, 0x18, // header of 8 words, PSH and ACK
	0x20, 0x00, // window 8192
	0x78, 0xb6, // checksum
	0x00, 0x09, // urgent pointer
	0x01, 0x01, 0x08, 0x0a, // no-operation twice, timestamps
	0x00, 0x00, 0x00, 0x07, // TSval
	0x00, 0x00, 0x00, 0x08, // TSecr
	0x68, 0x69, 0x21, // data, an odd number of bytes
}

var sampleTCPFields = TCPFields{
	SrcPort: 49152, DstPort: 80, Seq: 0x01020304, Ack: 0x05060708, OptionsLen: 12,
	Flags: FlagPSH | FlagACK, Window: 8192, Urgent: 9,
}

func TestTCPBytes(t *testing.T) {
	s, err := CheckTCP(sampleTCP)
	require.Equal(t, OK, err)
	require.Equal(t, sampleTCPFields, s.Fields())
	require.Equal(t, uint16(0x78b6), s.Checksum())
	require.Equal(t, []byte("hi!"), s.Payload())
	require.Equal(t, TCPOpts{HasTS: true, TSVal: 7, TSEcr: 8}, ParseTCPOptions(s.Options()))
	require.Equal(t, OK, s.VerifyChecksum(sampleSrc4, sampleDst4))

	b := dirty(len(sampleTCP))
	f := s.Fields()
	require.Equal(t, 12, PutTCPOptions(b[TCPHeaderLen:], &TCPOpts{HasTS: true, TSVal: 7, TSEcr: 8}))
	require.Equal(t, 32, f.Put(b))
	copy(b[32:], "hi!")
	TCP(b).SetChecksum(sampleSrc4, sampleDst4)
	require.Equal(t, sampleTCP, b)
}

func TestTCPRefused(t *testing.T) {
	// Where the data ends only the checksum can tell, through the length in the pseudo-header.
	refusesTruncation(t, sampleTCP, func(b []byte) Err {
		s, err := CheckTCP(b)
		if err == OK {
			err = s.VerifyChecksum(sampleSrc4, sampleDst4)
		}
		return err
	})
	refusesTruncation(t, sampleTCP[:32], func(b []byte) Err { _, err := ParseTCP(b); return err })
	for words, want := range map[byte]Err{0: ErrHeaderLen, 4: ErrHeaderLen, 5: OK, 8: OK, 9: ErrHeaderLen, 15: ErrHeaderLen} {
		_, err := CheckTCP(edit(sampleTCP, 12, words<<4))
		require.Equal(t, want, err, "data offset %d", words)
	}
	s, err := CheckTCP(edit(sampleTCP, 12, 0x8f))
	require.Equal(t, OK, err, "RFC 9293 3.1: reserved bits are ignored")
	require.Equal(t, sampleTCPFields, s.Fields())
}

func TestTCPChecksumCoversEverything(t *testing.T) {
	for at := range sampleTCP {
		for bit := range 8 {
			s := TCP(edit(sampleTCP, at, sampleTCP[at]^1<<bit))
			require.Equal(t, ErrChecksum, s.VerifyChecksum(sampleSrc4, sampleDst4), "byte %d bit %d", at, bit)
		}
	}
	require.Equal(t, ErrChecksum, TCP(sampleTCP).VerifyChecksum(sampleSrc4, IPv4(192, 0, 2, 12)))
	require.Equal(t, ErrChecksum, TCP(sampleTCP).VerifyChecksum(sampleSrc6, sampleDst6))
}

func TestTCPSegLen(t *testing.T) {
	for flags, want := range map[TCPFlags]uint32{0: 3, FlagACK: 3, FlagSYN: 4, FlagFIN | FlagACK: 4, FlagSYN | FlagFIN: 5, FlagRST: 3} {
		s := TCP(edit(sampleTCP, 13, uint8(flags)))
		require.Equal(t, want, s.SegLen(), flags.String())
	}
}

func TestTCPRoundTrip(t *testing.T) { rapid.Check(t, propertyTCPRoundTrip) }

func FuzzTCPRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPRoundTrip)) }

func propertyTCPRoundTrip(t *rapid.T) {
	x := genTCP().Draw(t, "header")
	data := genData(64).Draw(t, "data")
	b := append(putExactly(t, TCPHeaderLen+int(x.OptionsLen), x.Put), data...)
	src, dst := genAddr6().Draw(t, "src"), genAddr6().Draw(t, "dst")
	require.Zero(t, TCP(b).Checksum(), "Put leaves it to SetChecksum")
	TCP(b).SetChecksum(src, dst)
	first := TCP(b).Checksum()
	TCP(b).SetChecksum(src, dst)
	require.Equal(t, first, TCP(b).Checksum(), "what stands in the field is not summed")
	TCP(b).SetChecksumOf(src, dst, len(data), Sum(data, 0))
	require.Equal(t, first, TCP(b).Checksum())
	got, err := ParseTCP(b)
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
	require.Equal(t, OK, TCP(b).VerifyChecksum(src, dst))
	require.Equal(t, data, TCP(b).Payload())
	require.Len(t, TCP(b).Options(), int(x.OptionsLen))
}
