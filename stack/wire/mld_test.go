package wire

import (
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var sampleMLD = []byte{
	0x83, 0x00, // report of version 1
	0x00, 0x00, // checksum
	0x00, 0x00, // no delay
	0x00, 0x00, // reserved
	0xff, 0x0e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78,
}

// mldQuery is a query with n sources, of which only some may be there.
func mldQuery(code uint16, sources, there int) MLD {
	b := make([]byte, 28+16*there)
	copy(b, sampleMLD)
	b[0], b[4], b[5] = ICMPv6MLDQuery, byte(code>>8), byte(code)
	b[26], b[27] = byte(sources>>8), byte(sources)
	return b
}

func TestMLD(t *testing.T) {
	refusesTruncation(t, sampleMLD, func(b []byte) Err { _, err := CheckMLD(b); return err })
	m, _ := CheckMLD(sampleMLD)
	group, _ := ParseAddr("ff0e::1234:5678")
	require.Equal(t, group, m.Group())
	for _, c := range []struct {
		name string
		m    MLD
		want GroupQuery
		err  Err
	}{
		{"version 1", mldQuery(10000, 0, 0)[:24], GroupQuery{Group: group, MaxResp: 10 * time.Second, Older: 1}, OK},
		{"version 1, the longest", mldQuery(65535, 0, 0)[:24], GroupQuery{Group: group, MaxResp: 65535 * time.Millisecond, Older: 1}, OK},
		{"neither 1 nor 2", mldQuery(1, 0, 0)[:27], GroupQuery{}, ErrTotalLen},
		{"version 2, at once", mldQuery(0, 0, 0), GroupQuery{Group: group}, OK},
		{"version 2", mldQuery(32767, 0, 0), GroupQuery{Group: group, MaxResp: 32767 * time.Millisecond}, OK},
		{"version 2, the first exponent", mldQuery(32768, 0, 0), GroupQuery{Group: group, MaxResp: 32768 * time.Millisecond}, OK},
		{"version 2, the longest", mldQuery(65535, 0, 0), GroupQuery{Group: group, MaxResp: 0x1fff << 10 * time.Millisecond}, OK},
		{"version 2 with sources", mldQuery(1, 3, 3), GroupQuery{Group: group, MaxResp: time.Millisecond}, OK},
		{"more sources than bytes", mldQuery(1, 4, 3), GroupQuery{}, ErrTotalLen},
		{"far more sources than bytes", mldQuery(1, 65535, 0), GroupQuery{}, ErrTotalLen},
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

// TestGroupRecord6: gopacket reads what Put writes.
func TestGroupRecord6(t *testing.T) { rapid.Check(t, propertyGroupRecord6) }

func FuzzGroupRecord6(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGroupRecord6)) }

func propertyGroupRecord6(t *rapid.T) {
	r := GroupRecord{Type: rapid.Uint8Range(1, 6).Draw(t, "type"), Group: genAddr6().Draw(t, "group"), Sources: rapid.SliceOfN(genAddr6(), 0, 3).Draw(t, "sources")}
	b := make([]byte, ICMPHeaderLen)
	ICMPFields{Type: ICMPv6MLDv2Report, Rest: 1}.Put(b)
	b = append(b, putExactly(t, r.Len(), r.Put)...)
	p := gopacket.NewPacket(b, layers.LayerTypeICMPv6, gopacket.Default)
	require.Nil(t, p.ErrorLayer())
	got := p.Layer(layers.LayerTypeMLDv2MulticastListenerReport).(*layers.MLDv2MulticastListenerReportMessage).MulticastAddressRecords
	require.Len(t, got, 1)
	require.Equal(t, r.Type, uint8(got[0].RecordType))
	require.Equal(t, r.Group.As16(), [16]byte(got[0].MulticastAddress))
	require.Len(t, got[0].SourceAddresses, len(r.Sources))
	for i, a := range r.Sources {
		require.Equal(t, a.As16(), [16]byte(got[0].SourceAddresses[i]))
	}
}

func TestPutIPv4RouterAlert(t *testing.T) {
	require.Equal(t, []byte{0x94, 4, 0, 0}, putExactly(t, 4, PutIPv4RouterAlert))
}
