package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCookie: a connection whose SYN nobody remembered is like one whose SYN was, but for what a cookie cannot tell; and
// its SYN-ACK was, too.
func TestCookie(t *testing.T) { rapid.Check(t, propertyCookie) }

func FuzzCookie(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyCookie)) }

func propertyCookie(t *rapid.T) {
	now := time.Duration(rapid.Int64Range(0, 1<<52).Draw(t, "now"))
	cfg := Config{
		ISS: Seq(rapid.Uint32().Draw(t, "iss")), MSS: 1460, DefaultMSS: rapid.SampledFrom([]int{536, 1220}).Draw(t, "default"),
		TSOffset: rapid.Uint32().Draw(t, "offset"), Without: OptionSet(rapid.IntRange(0, int(everything)).Draw(t, "without")),
		RcvBuf: rapid.IntRange(1000, 1<<20).Draw(t, "queue"),
		Settings: Settings{
			MaxSeg: uint16(rapid.SampledFrom([]int{0, 1000}).Draw(t, "largest")),
			RcvBuf: int32(rapid.SampledFrom([]int{0, 3000, 300000}).Draw(t, "set")),
		},
	}
	syn := Segment{Seq: Seq(rapid.Uint32().Draw(t, "irs")), Flags: SYN, Wnd: 5000, Options: drawOptions(t)}
	ack := Segment{Seq: syn.Seq + 1, Ack: cfg.ISS + 1, Flags: ACK, Wnd: 5000}
	stamped := syn.HasTS && !cfg.Without.Has(Timestamps)

	usual := cfg
	usual.Without |= ECN
	if !stamped {
		usual.Without |= WindowScale | SACK
	}
	var want Conn
	want.Listen(usual)
	want.Arrive(now, syn)
	p, ok := want.Next()
	require.True(t, ok)
	want.Sent(now, &p)

	at := cfg
	k := at.CookieOf(&syn)
	answer := at.AnswerSYN(now, k, &syn)
	if stamped {
		age := p.TSVal - answer.TSVal
		require.LessOrEqual(t, age, uint32(cookieOptions))
		ack.HasTS, ack.TSVal, ack.TSEcr = true, syn.TSVal+1, answer.TSVal
	}
	answer.TSVal = p.TSVal
	require.Equal(t, p.Segment, answer)

	now += time.Duration(rapid.IntRange(0, 1e9).Draw(t, "round trip"))
	require.Equal(t, k.Options, cfg.CookieOptions(&ack))
	var got Conn
	got.ListenOnce(now, cfg, k, &ack)
	got.Arrive(now, ack)
	want.Arrive(now, ack)
	require.Equal(t, Established, got.State())
	a, b := want.Info(), got.Info()
	require.Equal(t, a.Agreed&^ECN, b.Agreed)
	require.LessOrEqual(t, b.SndMSS, a.SndMSS, "there are few sizes")
	require.Zero(t, b.SRTT, "nobody knows when it began")
	for _, i := range []*Info{&a, &b} {
		i.Agreed, i.SRTT, i.RTTVar, i.RTO, i.SndMSS, i.Cwnd = 0, 0, 0, 0, 0, 0
	}
	require.Equal(t, a, b)
}

// TestCookieSizes: what is common is told as it is, and no size is more than the peer takes, if it takes what everybody does.
func TestCookieSizes(t *testing.T) {
	cfg := Config{DefaultMSS: 536}
	for _, mss := range []uint16{MinMaxSeg, 536, 1220, 1440, 1460} {
		k := cfg.CookieOf(&Segment{Options: Options{HasMSS: true, MSS: mss}})
		require.Equal(t, mss, cookieMSS[k.Size])
	}
	for mss := uint16(MinMaxSeg); mss < 10000; mss++ {
		k := cfg.CookieOf(&Segment{Options: Options{HasMSS: true, MSS: mss}})
		require.LessOrEqual(t, cookieMSS[k.Size], mss)
	}
	k := cfg.CookieOf(&Segment{})
	require.EqualValues(t, 536, cookieMSS[k.Size], "MUST-15")
}
