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
		{"version 1, whatever group it names", igmpQuery(0, 0, 0)[:8], GroupQuery{Group: Any4, MaxResp: 10 * time.Second, Older: 2}, OK},
		{"version 2", igmpQuery(100, 0, 0)[:8], GroupQuery{Group: group, MaxResp: 10 * time.Second, Older: 1}, OK},
		{"version 2, the longest", igmpQuery(255, 0, 0)[:8], GroupQuery{Group: group, MaxResp: 25500 * time.Millisecond, Older: 1}, OK},
		{"neither 2 nor 3", igmpQuery(1, 0, 0)[:11], GroupQuery{}, ErrTotalLen},
		{"version 3, at once", igmpQuery(0, 0, 0), GroupQuery{Group: group}, OK},
		{"version 3", igmpQuery(127, 0, 0), GroupQuery{Group: group, MaxResp: 12700 * time.Millisecond}, OK},
		{"version 3, the first exponent", igmpQuery(128, 0, 0), GroupQuery{Group: group, MaxResp: 12800 * time.Millisecond}, OK},
		{"version 3, the longest", igmpQuery(255, 0, 0), GroupQuery{Group: group, MaxResp: 31744 * 100 * time.Millisecond}, OK},
		{"version 3 with sources", igmpQuery(1, 3, 3), GroupQuery{Group: group, MaxResp: 100 * time.Millisecond}, OK},
		{"more sources than bytes", igmpQuery(1, 4, 3), GroupQuery{}, ErrTotalLen},
		{"far more sources than bytes", igmpQuery(1, 65535, 0), GroupQuery{}, ErrTotalLen},
		{"bytes behind the sources", igmpQuery(1, 2, 3), GroupQuery{Group: group, MaxResp: 100 * time.Millisecond}, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := c.m.Query()
			require.Equal(t, c.err, err)
			if err == OK {
				q.sources = nil
				require.Equal(t, c.want, q)
			}
		})
	}
}

// TestQuerySources: what only the newest versions have.
func TestQuerySources(t *testing.T) {
	m4, m6 := igmpQuery(1, 2, 3), mldQuery(1, 2, 2)
	m4[8], m4[9], m4[15], m4[19] = 0x0a, 0x81, 1, 2
	m6[24], m6[25], m6[43], m6[59] = 0x17, 0x7f, 1, 2
	q4, err4 := m4.Query()
	q6, err6 := m6.Query()
	require.Equal(t, []Err{OK, OK}, []Err{err4, err6})
	require.Equal(t, []uint8{2, 7}, []uint8{q4.Robust, q6.Robust})
	require.Equal(t, []time.Duration{17 << 3 * time.Second, 127 * time.Second}, []time.Duration{q4.Interval, q6.Interval})
	require.Equal(t, []int{2, 2}, []int{q4.Sources(), q6.Sources()})
	require.Equal(t, []Addr{IPv4(0, 0, 0, 1), IPv4(0, 0, 0, 2)}, []Addr{q4.Source(0), q4.Source(1)})
	require.Equal(t, []byte{1, 2}, []byte{byte(q6.Source(0).lo), byte(q6.Source(1).lo)})
	q, _ := igmpQuery(1, 0, 0).Query()
	require.Zero(t, q.Sources())
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
func TestGroupRecord(t *testing.T) { rapid.Check(t, propertyGroupRecord) }

func FuzzGroupRecord(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGroupRecord)) }

func propertyGroupRecord(t *rapid.T) {
	r := GroupRecord{Type: rapid.Uint8Range(1, 6).Draw(t, "type"), Group: genAddr4().Draw(t, "group"), Sources: rapid.SliceOfN(genAddr4(), 0, 3).Draw(t, "sources")}
	b := make([]byte, IGMPLen)
	ICMPFields{Type: IGMPv3Report, Rest: 1}.Put(b)
	b = append(b, putExactly(t, r.Len(), r.Put)...)
	IGMP(b).SetChecksum()
	p := gopacket.NewPacket(b, layers.LayerTypeIGMP, gopacket.Default)
	require.Nil(t, p.ErrorLayer())
	got := p.Layer(layers.LayerTypeIGMP).(*layers.IGMP).GroupRecords
	require.Len(t, got, 1)
	require.Equal(t, r.Type, uint8(got[0].Type))
	require.Equal(t, r.Group.As4(), [4]byte(got[0].MulticastAddress.To4()))
	require.Len(t, got[0].SourceAddresses, len(r.Sources))
	for i, a := range r.Sources {
		require.Equal(t, a.As4(), [4]byte(got[0].SourceAddresses[i].To4()))
	}
}
