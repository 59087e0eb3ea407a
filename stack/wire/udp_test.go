package wire

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sampleUDP travels from 192.0.2.10 to 192.0.2.11.
var sampleUDP = []byte{
	0x00, 0x44, // source port 68
	0x00, 0x43, // destination port 67
	0x00, 0x0b, // length 11
	0x39, 0x39, // checksum
	0x01, 0x02, 0x41, // data, an odd number of bytes
}

var (
	sampleSrc4, sampleDst4 = IPv4(192, 0, 2, 10), IPv4(192, 0, 2, 11)
	sampleSrc6, sampleDst6 = Addr{hi: 0x20010db8 << 32, lo: 10, fam: fam6}, Addr{hi: 0x20010db8 << 32, lo: 11, fam: fam6}
)

func TestUDPBytes(t *testing.T) {
	u, err := CheckUDP(sampleUDP)
	require.Equal(t, OK, err)
	require.Equal(t, UDPFields{SrcPort: 68, DstPort: 67, Length: 11}, u.Fields())
	require.Equal(t, uint16(0x3939), u.Checksum())
	require.Equal(t, []byte{1, 2, 0x41}, u.Payload())
	require.Equal(t, OK, u.VerifyChecksum(sampleSrc4, sampleDst4))

	b := append(putExactly(t, 8, u.Fields().Put), u.Payload()...)
	UDP(b).SetChecksum(sampleSrc4, sampleDst4)
	require.Equal(t, sampleUDP, b)
}

func TestUDPRefused(t *testing.T) {
	check := func(b []byte) Err { _, err := ParseUDP(b); return err }
	refusesTruncation(t, sampleUDP, check)
	for _, c := range []struct {
		name string
		n    uint16
		want Err
	}{
		{"length 0", 0, ErrTotalLen},
		{"length below the header", 7, ErrTotalLen},
		{"length of the header", 8, OK},
		{"shorter than the IP payload", 10, OK},
		{"one beyond the IP payload", 12, ErrTotalLen},
		{"longest", 0xffff, ErrTotalLen},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := append([]byte(nil), sampleUDP...)
			binary.BigEndian.PutUint16(b[4:], c.n)
			u, err := CheckUDP(b)
			require.Equal(t, c.want, err)
			if err == OK {
				require.Len(t, u, int(c.n), "bytes behind the datagram are cut off")
				require.Len(t, u.Payload(), int(c.n)-8)
			}
		})
	}
}

func TestUDPChecksumCoversEverything(t *testing.T) {
	for at := range sampleUDP {
		for bit := range 8 {
			u := UDP(edit(sampleUDP, at, sampleUDP[at]^1<<bit))
			require.Equal(t, ErrChecksum, u.VerifyChecksum(sampleSrc4, sampleDst4), "byte %d bit %d", at, bit)
		}
	}
	u := UDP(sampleUDP)
	require.Equal(t, ErrChecksum, u.VerifyChecksum(sampleSrc4, IPv4(192, 0, 2, 12)), "another destination")
	require.Equal(t, ErrChecksum, u.VerifyChecksum(IPv4(192, 0, 3, 10), sampleDst4), "another source")
}

func TestUDPZeroChecksum(t *testing.T) {
	u := UDP(append([]byte(nil), sampleUDP...))
	u[6], u[7] = 0, 0
	require.Equal(t, OK, u.VerifyChecksum(sampleSrc4, sampleDst4), "RFC 768: the sender computed none")
	require.Equal(t, ErrNoChecksum, u.VerifyChecksum(sampleSrc6, sampleDst6), "RFC 8200 8.1: not over IPv6")

	// A datagram whose sum comes out as zero: the data takes what is missing to 0xffff.
	for _, c := range []struct{ src, dst Addr }{{sampleSrc4, sampleDst4}, {sampleSrc6, sampleDst6}} {
		b := make([]byte, 10)
		UDPFields{SrcPort: 1, DstPort: 2, Length: 10}.Put(b)
		binary.BigEndian.PutUint16(b[8:], Checksum(b, PseudoSum(c.src, c.dst, ProtoUDP, 10)))
		UDP(b).SetChecksum(c.src, c.dst)
		require.Equal(t, uint16(0xffff), UDP(b).Checksum(), "zero is sent as all ones")
		require.Equal(t, OK, UDP(b).VerifyChecksum(c.src, c.dst))
	}
}

func TestUDPRoundTrip(t *testing.T) { rapid.Check(t, propertyUDPRoundTrip) }

func FuzzUDPRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyUDPRoundTrip)) }

func propertyUDPRoundTrip(t *rapid.T) {
	data := genData(64).Draw(t, "data")
	x := UDPFields{rapid.Uint16().Draw(t, "sport"), rapid.Uint16().Draw(t, "dport"), uint16(UDPHeaderLen + len(data))}
	src, dst := genAddr4().Draw(t, "src"), genAddr4().Draw(t, "dst")
	if rapid.Bool().Draw(t, "v6") {
		src, dst = genAddr6().Draw(t, "src"), genAddr6().Draw(t, "dst")
	}
	b := append(putExactly(t, UDPHeaderLen, x.Put), data...)
	require.Zero(t, UDP(b).Checksum(), "Put leaves it to SetChecksum")
	UDP(b).SetChecksum(src, dst)
	first := UDP(b).Checksum()
	require.NotZero(t, first)
	UDP(b).SetChecksum(src, dst)
	require.Equal(t, first, UDP(b).Checksum(), "what stands in the field is not summed")
	got, err := ParseUDP(b)
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
	require.Equal(t, OK, UDP(b).VerifyChecksum(src, dst))
}
