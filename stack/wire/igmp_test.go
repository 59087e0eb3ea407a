package wire

import (
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleIGMP = []byte{
	0x16, 0x00, // report of version 2
	0xfa, 0xf9, // checksum
	0xef, 0x01, 0x02, 0x03, // 239.1.2.3
}

func TestIGMPBytes(t *testing.T) {
	m, err := CheckIGMP(sampleIGMP)
	require.Equal(t, OK, err)
	require.Equal(t, uint8(IGMPv2Report), m.Type())
	require.Equal(t, IPv4(239, 1, 2, 3), m.Group())
	b := append([]byte(nil), sampleIGMP...)
	b[2], b[3] = 1, 2
	IGMP(b).SetChecksum()
	require.Equal(t, OK, IGMP(b).VerifyChecksum())
	b[4] ^= 1
	require.Equal(t, ErrChecksum, IGMP(b).VerifyChecksum())
	refusesTruncation(t, sampleIGMP, func(b []byte) Err { _, err := CheckIGMP(b); return err })
}

// igmpQuery is a query with n sources, of which only some may be there.
func igmpQuery(code uint8, sources, there int) IGMP {
	b := make([]byte, 12+4*there)
	b[0], b[1], b[4], b[7] = IGMPQuery, code, 239, 9
	b[10], b[11] = byte(sources>>8), byte(sources)
	return b
}

func TestIGMPQuery(t *testing.T) {
	group := IPv4(239, 0, 0, 9)
	for _, c := range []struct {
		name string
		m    IGMP
		want GroupQuery
		err  Err
	}{
		{"version 1", igmpQuery(0, 0, 0)[:8], GroupQuery{group, 10 * time.Second, 2}, OK},
		{"version 2", igmpQuery(100, 0, 0)[:8], GroupQuery{group, 10 * time.Second, 1}, OK},
		{"version 2, the longest", igmpQuery(255, 0, 0)[:8], GroupQuery{group, 25500 * time.Millisecond, 1}, OK},
		{"neither 2 nor 3", igmpQuery(1, 0, 0)[:11], GroupQuery{}, ErrTotalLen},
		{"version 3, at once", igmpQuery(0, 0, 0), GroupQuery{group, 0, 0}, OK},
		{"version 3", igmpQuery(127, 0, 0), GroupQuery{group, 12700 * time.Millisecond, 0}, OK},
		{"version 3, the first exponent", igmpQuery(128, 0, 0), GroupQuery{group, 12800 * time.Millisecond, 0}, OK},
		{"version 3, the longest", igmpQuery(255, 0, 0), GroupQuery{group, 31744 * 100 * time.Millisecond, 0}, OK},
		{"version 3 with sources", igmpQuery(1, 3, 3), GroupQuery{group, 100 * time.Millisecond, 0}, OK},
		{"more sources than bytes", igmpQuery(1, 4, 3), GroupQuery{}, ErrTotalLen},
		{"far more sources than bytes", igmpQuery(1, 65535, 0), GroupQuery{}, ErrTotalLen},
		{"bytes behind the sources", igmpQuery(1, 2, 3), GroupQuery{group, 100 * time.Millisecond, 0}, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := c.m.Query()
			require.Equal(t, c.err, err)
			if err == OK {
				require.Equal(t, c.want, q)
			}
		})
	}
}

// TestQueryCodes: a greater code is never a shorter time, in either version.
func TestQueryCodes(t *testing.T) {
	last := time.Duration(-1)
	for code := range 256 {
		q, err := igmpQuery(uint8(code), 0, 0).Query()
		require.Equal(t, OK, err)
		require.Greater(t, q.MaxResp, last)
		last = q.MaxResp
	}
	last = -1
	for code := range 65536 {
		q, err := mldQuery(uint16(code), 0, 0).Query()
		require.Equal(t, OK, err)
		require.Greater(t, q.MaxResp, last)
		last = q.MaxResp
	}
}

// TestGroupRecord: gopacket reads what Put writes.
func TestGroupRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := GroupRecord{Type: rapid.Uint8Range(1, 6).Draw(t, "type"), Group: genAddr4().Draw(t, "group")}
		b := make([]byte, IGMPLen)
		ICMPFields{Type: IGMPv3Report, Rest: 1}.Put(b)
		b = append(b, putExactly(t, 8, r.Put)...)
		IGMP(b).SetChecksum()
		p := gopacket.NewPacket(b, layers.LayerTypeIGMP, gopacket.Default)
		require.Nil(t, p.ErrorLayer())
		got := p.Layer(layers.LayerTypeIGMP).(*layers.IGMP).GroupRecords
		require.Len(t, got, 1)
		require.Equal(t, r.Type, uint8(got[0].Type))
		require.Equal(t, r.Group.As4(), [4]byte(got[0].MulticastAddress.To4()))
		require.Zero(t, got[0].NumberOfSources)
	})
}
