package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The clock of the scripts stands at an hour: 3,600,000 ticks.
const stamped = `
	listen
	< S 0:0(0) win 10000 mss 1000 ts 500:0
	> S. 0:0(0) ack 1 options mss 1460 ts 3600000:500
	< . 1:1(0) ack 1 ts 501:3600000
	= ESTABLISHED
`

// TestTimestamps: RFC 7323 3.2 and 4.3.
func TestTimestamps(t *testing.T) {
	scripts(t, []scriptCase{
		{"every segment has them, and text is shorter", stamped + `
			write 1976
			> . 1:989(988) ack 1 options ts 3600000:501
			> P. 989:1977(988) ack 1 options ts 3600000:501
			< . 1:1(0) ack 1977 ts 502:3600000
			abort
			> R. 1977:1977(0) ack 1 options ts 3600000:502`, nil},
		{"an ACK echoes the first of what it acknowledges", stamped + `
			< P. 1:2(1) ack 1 ts 510:3600000
			< P. 2:3(1) ack 1 ts 520:3600000
			> . 1:1(0) ack 3 options ts 3600000:510
			< P. 3:4(1) ack 1 ts 530:3600000
			> . 1:1(0) ack 4 options ts 3600000:530`, nil},
		{"while there is a hole what came before it is echoed, then what filled it", stamped + `
			< P. 1:2(1) ack 1 ts 510:3600000
			> . 1:1(0) ack 2 options ts 3600000:510
			< P. 3:4(1) ack 1 ts 520:3600000
			> . 1:1(0) ack 2 options ts 3600000:510
			< P. 2:3(1) ack 1 ts 530:3600000
			> . 1:1(0) ack 4 options ts 3600000:530`, nil},
		{"what overlaps with what is acknowledged is echoed", stamped + `
			< P. 1:2(1) ack 1 ts 510:3600000
			> . 1:1(0) ack 2 options ts 3600000:510
			< P. 1:3(2) ack 1 ts 520:3600000
			> . 1:1(0) ack 3 options ts 3600000:520`, nil},
		{"what is wholly old is not", stamped + `
			< P. 1:3(2) ack 1 ts 510:3600000
			> . 1:1(0) ack 3 options ts 3600000:510
			< P. 1:2(1) ack 1 ts 520:3600000
			drop outside-window
			> . 1:1(0) ack 3 options ts 3600000:510`, nil},
		{"a SYN that comes again is", `
			listen
			< S 0:0(0) mss 1000 ts 500:0
			> S. 0:0(0) ack 1 options mss 1460 ts 3600000:500
			< S 0:0(0) mss 1000 ts 600:0
			> S. 0:0(0) ack 1 options mss 1460 ts 3600000:600`, nil},
		{"a segment without them is dropped without a word", stamped + `
			< P. 1:2(1) ack 1
			drop no-timestamp
			> nothing
			< F. 1:1(0) ack 1
			drop no-timestamp
			> nothing`, nil},
		{"but not a reset", stamped + `
			< R 1:1(0)
			= CLOSED reset`, nil},
		{"where they were not agreed on they mean nothing", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 1460
			< . 1:1(0) ack 1 ts 9:9
			< P. 1:2(1) ack 1 ts 8:8
			> . 1:1(0) ack 2 options none`, nil},
	})
}

// TestPAWS: RFC 7323 5.
func TestPAWS(t *testing.T) {
	scripts(t, []scriptCase{
		{"what is older than what came is dropped and acknowledged", stamped + `
			< P. 1:2(1) ack 1 ts 500:3600000
			drop outdated
			> . 1:1(0) ack 1 options ts 3600000:501
			unread 0
			< P. 1:2(1) ack 1 ts 501:3600000
			> . 1:1(0) ack 2 options ts 3600000:501`, nil},
		{"even if its numbers are right and it acknowledges more", stamped + `
			write 1
			> P. 1:2(1) ack 1
			< . 1:1(0) ack 2 ts 500:3600000
			drop outdated
			unsent 1
			> . 2:2(0) ack 1
			< . 1:1(0) ack 2 ts 501:3600000
			unsent 0`, nil},
		{"not a reset", stamped + `
			< R 1:1(0) ts 400:0
			= CLOSED reset`, nil},
		{"a SYN of the past is challenged as any is", stamped + `
			< S 1:1(0) ts 400:0
			drop outdated
			> . 1:1(0) ack 1`, nil},
		{"acknowledgments of bare ones are limited like challenges", stamped + repeat(challengeLimit, `
			< . 1:1(0) ack 1 ts 400:3600000
			drop outdated
			> . 1:1(0) ack 1`) + `
			< . 1:1(0) ack 1 ts 400:3600000
			drop outdated
			> nothing`, nil},
		{"timestamps wrap", `
			listen
			< S 0:0(0) mss 1000 ts 4294967290:0
			> S. 0:0(0) ack 1 options mss 1460 ts 3600000:4294967290
			< . 1:1(0) ack 1 ts 4294967295:3600000
			< P. 1:2(1) ack 1 ts 3:3600000
			> . 1:1(0) ack 2 options ts 3600000:3
			< P. 2:3(1) ack 1 ts 4294967295:3600000
			drop outdated
			> . 1:1(0) ack 2 options ts 3600000:3`, nil},
		{"after 24 days TS.Recent is no good", stamped + `
			< P. 1:2(1) ack 1 ts 510:3600000
			> . 1:1(0) ack 2
			+576h idle
			< P. 2:3(1) ack 1 ts 509:3600000
			drop outdated
			> . 1:1(0) ack 2
			+1ms idle
			< P. 2:3(1) ack 1 ts 5:3600000
			drop none
			> . 1:1(0) ack 3 options ts 2077200001:5`, nil},
		{"what is dropped for something else leaves TS.Recent alone", stamped + `
			< P. 1:2(1) ack 9 ts 600:3600000
			drop bad-ack
			> . 1:1(0) ack 1 options ts 3600000:501`, nil},
		{"TIME-WAIT is not begun anew by an old FIN", `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 1 mss 1000 ts 500:3600000
			> . 1:1(0) ack 1
			shutdown
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2 ts 501:3600000
			> . 2:2(0) ack 2
			= TIME-WAIT
			+10s idle
			< F. 1:1(0) ack 2 ts 400:3600000
			drop outdated
			> . 2:2(0) ack 2
			deadline 50s
			< F. 1:1(0) ack 2 ts 502:3600000
			> . 2:2(0) ack 2
			deadline 1m0s`, nil},
	})
}

// TestRoundTripTime: RFC 7323 4.1; the time is that since the echoed timestamp was sent.
func TestRoundTripTime(t *testing.T) {
	const from = `
		listen
		< S 0:0(0) win 10000 mss 1000 ts 500:0
		> S. 0:0(0) ack 1
	`
	for _, c := range []struct {
		name, text string
		want       time.Duration
	}{
		{"the handshake is measured", from + "+400ms idle\n < . 1:1(0) ack 1 ts 501:3600000", 400 * time.Millisecond},
		{"so is what was sent twice", from + `
			+1s
			> S. 0:0(0) ack 1
			+100ms idle
			< . 1:1(0) ack 1 ts 501:3601000`, 100 * time.Millisecond},
		{"an echo of what was never sent tells nothing", from + "+400ms idle\n < . 1:1(0) ack 1 ts 501:3600401", 0},
		{"nor one of what was sent before this connection", from + "+400ms idle\n < . 1:1(0) ack 1 ts 501:3599999", 0},
		{"an acknowledgment of nothing new is not measured", from + `
			< . 1:1(0) ack 1 ts 501:3600000
			+400ms idle
			< . 1:1(0) ack 1 ts 502:3600000`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := runScript(t, c.text)
			require.Equal(t, c.want, s.c.rtt.srtt)
		})
	}
}

// TestExpectedSamples: RFC 7323 appendix G.
func TestExpectedSamples(t *testing.T) {
	c := Conn{sndMSS: 1000}
	for flight, want := range map[int]int{0: 1, 1: 1, 2000: 1, 2001: 2, 20000: 10} {
		require.Equal(t, want, c.expectedSamples(flight), "%d bytes under way", flight)
	}
	var one, many rttEstimator
	var tune Tuning
	tune.Fill()
	one.init(&tune)
	many.init(&tune)
	one.sample(&tune, time.Second, 1)
	many.sample(&tune, time.Second, 1)
	one.sample(&tune, 2*time.Second, 1)
	for range 10 {
		many.sample(&tune, 2*time.Second, 10)
	}
	require.InDelta(t, one.srtt, many.srtt, float64(10*time.Millisecond), "ten samples of a round trip weigh like one")
}

// TestReopensWithTimestamps: RFC 6191 2.
func TestReopensWithTimestamps(t *testing.T) {
	old := Conn{state: TimeWait, rcvNxt: 1000, sndNxt: 100}
	with := old
	with.agreed, with.ts.recent = Timestamps, 1<<32-5
	for _, c := range []struct {
		name    string
		conn    Conn
		without OptionSet
		seq     Seq
		opts    Options
		want    bool
	}{
		{"a later timestamp", with, 0, 5, Options{HasTS: true, TSVal: 2}, true},
		{"the same, a later number", with, 0, 1001, Options{HasTS: true, TSVal: 1<<32 - 5}, true},
		{"the same, an earlier number", with, 0, 999, Options{HasTS: true, TSVal: 1<<32 - 5}, false},
		{"an earlier timestamp, whatever the number", with, 0, 5000, Options{HasTS: true, TSVal: 1<<32 - 6}, false},
		{"none any more, a later number", with, 0, 1001, Options{}, true},
		{"none any more, an earlier number", with, 0, 999, Options{}, false},
		{"one that will not be used, a later number", with, Timestamps, 1001, Options{HasTS: true, TSVal: 1<<32 - 6}, true},
		{"one that will not be used, an earlier number", with, Timestamps, 999, Options{HasTS: true, TSVal: 2}, false},
		{"the first with timestamps", old, 0, 5, Options{HasTS: true}, true},
		{"the first with timestamps, which will not be used", old, Timestamps, 5, Options{HasTS: true}, false},
		{"neither, a later number", old, 0, 1001, Options{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.conn.cfg.Without = c.without
			require.Equal(t, c.want, c.conn.Reopens(&Segment{Seq: c.seq, Flags: SYN, Options: c.opts}))
		})
	}
}

// TestPAWSWrap: a duplicate of any age from which its numbers can have come round again is refused, wherever the clocks
// stand (RFC 7323 5.2).
func TestPAWSWrap(t *testing.T) { rapid.Check(t, propertyPAWSWrap) }

func FuzzPAWSWrap(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyPAWSWrap)) }

func propertyPAWSWrap(t *rapid.T) {
	var c Conn
	c.Listen(Config{ISS: 1, MSS: 1460, DefaultMSS: 536, RcvBuf: 1000, TSOffset: rapid.Uint32().Draw(t, "offset")})
	start := rapid.Uint32().Draw(t, "peer's clock")
	age := rapid.Uint32Range(1, 1<<31-1).Draw(t, "age")
	recent := start + age
	c.Arrive(0, Segment{Seq: 100, Flags: SYN, Wnd: 1000, Options: Options{HasTS: true, TSVal: recent}})
	p, _ := c.Next()
	c.Sent(0, &p)
	g := Segment{Seq: 101, Ack: 2, Flags: ACK, Wnd: 1000, Len: 1, Options: Options{HasTS: true, TSVal: start, TSEcr: p.TSVal}}
	require.Equal(t, DropOutdated, c.Arrive(0, g).Drop)
	g.TSVal = recent + rapid.Uint32Range(0, 1<<31-1).Draw(t, "later")
	require.Equal(t, DropNone, c.Arrive(0, g).Drop)
	require.Equal(t, g.TSVal, c.ts.recent)
}
