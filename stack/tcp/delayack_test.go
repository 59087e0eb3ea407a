package tcp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// warm has the peer send as many small segments as are acknowledged one by one, 10 bytes each.
func warm(n int) (text string) {
	for i := range n {
		text += fmt.Sprintf("< P. %d:%d(10) ack 1\n> . 1:1(0) ack %d\n", 10*i+1, 10*i+11, 10*i+11)
	}
	return text
}

// roomy is a connection with a larger receive queue.
var roomy = strings.ReplaceAll(accepted, "win 4000", "win 8000")

func withRcvBuf(n int) func(*Config) { return func(c *Config) { c.RcvBuf = n } }

func withSettings(v Settings) func(*Config) { return func(c *Config) { c.Settings = v } }

// The receive queue of the scripts has 4000 bytes: the first three segments are acknowledged at once.
func TestDelayedACK(t *testing.T) {
	scripts(t, []scriptCase{
		{"RFC 9293 3.8.6.3 one ACK for several segments", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			> nothing
			< P. 41:51(10) ack 1
			> nothing
			deadline 40ms
			+40ms
			> . 1:1(0) ack 51
			deadline none
		`, nil},
		{"the delay counts from the first", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			+39ms idle
			< P. 41:51(10) ack 1
			+1ms
			> . 1:1(0) ack 51
		`, nil},
		{"RFC 9293 3.8.6.3 SHLD-19 every second full-sized segment", roomy + warm(7) + `
			< . 71:1071(1000) ack 1
			> nothing
			< . 1071:2071(1000) ack 1
			> . 1:1(0) ack 2071
			< . 2071:3071(1000) ack 1
			> nothing
			< . 3071:4071(1000) ack 1
			> . 1:1(0) ack 4071
			deadline none
		`, []func(*Config){withRcvBuf(8000)}},
		{"as large as the peer's have been, if not as our MSS", roomy + warm(7) + `
			< . 71:671(600) ack 1
			< . 671:1270(599) ack 1
			> nothing
			< . 1270:1271(1) ack 1
			> . 1:1(0) ack 1271
		`, []func(*Config){withRcvBuf(8000)}},
		{"small ones do not count as full", accepted + warm(3) + `
			< . 31:100(69) ack 1
			< . 100:200(100) ack 1
			< . 200:1102(902) ack 1
			> nothing
			+40ms
			> . 1:1(0) ack 1102
		`, nil},
		{"data carries the acknowledgment", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			+20ms idle
			write 10
			> P. 1:11(10) ack 41
			< . 41:41(0) ack 11
			deadline none
		`, nil},
		{"a window update carries it", accepted + warm(3) + `
			< P. 31:541(510) ack 1
			> nothing
			< P. 541:1041(500) ack 1
			> nothing
			< P. 1041:2041(1000) ack 1
			> . 1:1(0) ack 2041
			< P. 2041:2051(10) ack 1
			> nothing
			read 2050
			> . 1:1(0) ack 2051
			deadline none
		`, nil},
		{"RFC 5681 4.2 out of order, and what fills the gap, at once", accepted + warm(3) + `
			< . 41:51(10) ack 1
			> . 1:1(0) ack 31
			< . 61:71(10) ack 1
			> . 1:1(0) ack 31
			< . 31:41(10) ack 1
			> . 1:1(0) ack 51
			< . 51:61(10) ack 1
			> . 1:1(0) ack 71
			< P. 71:81(10) ack 1
			> nothing
			+40ms
			> . 1:1(0) ack 81
		`, nil},
		{"a part of the gap", accepted + warm(3) + `
			< . 51:61(10) ack 1
			> . 1:1(0) ack 31
			< . 31:41(10) ack 1
			> . 1:1(0) ack 41
			deadline none
		`, nil},
		{"an old segment and FIN at once", accepted + warm(3) + `
			< . 1:31(30) ack 1
			> . 1:1(0) ack 31
			< P. 31:41(10) ack 1
			> nothing
			< F. 41:41(0) ack 1
			> . 1:1(0) ack 42
			= CLOSE-WAIT
			deadline none
		`, nil},
		{"the peer has no window left for a full segment", accepted + `
			< . 1:1001(1000) ack 1
			> . 1:1(0) ack 1001
			< . 1001:2001(1000) ack 1
			> . 1:1(0) ack 2001
			< . 2001:2011(10) ack 1
			> nothing
			< . 2011:3001(990) ack 1
			> nothing
			< . 3001:3002(1) ack 1
			> . 1:1(0) ack 3002 win 999
		`, nil},
		{"after a pause one by one again", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			+40ms
			> . 1:1(0) ack 41
			+960ms idle
			< P. 41:51(10) ack 1
			> nothing
			+40ms
			> . 1:1(0) ack 51
			+961ms idle
			< P. 51:61(10) ack 1
			> . 1:1(0) ack 61
		`, nil},
		{"a delay of another length", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			+499ms
			> . 1:1(0) ack 41
		`, []func(*Config){withSettings(Settings{AckDelay: 499 * time.Millisecond})}},
		{"no delay", accepted + warm(9), []func(*Config){withSettings(Settings{AckDelay: -1})}},
		{"no delay for this connection", accepted + warm(9), []func(*Config){withSettings(Settings{QuickAck: true})}},
		{"nothing is acknowledged after a reset", accepted + warm(3) + `
			< P. 31:41(10) ack 1
			< R 41:41(0)
			= CLOSED reset
			deadline none
		`, nil},
	})
}

func TestQuickSegments(t *testing.T) {
	for window, want := range map[int]int{0: 2, 3 * 1072: 3, 16 * 1072: 16, 65535: 16} {
		c := Conn{rcvNxt: 1, rcvAdv: Seq(1).Add(window), rcvMSS: 536}
		require.EqualValues(t, want, c.quickAcks(), window)
	}
}

func TestSettings(t *testing.T) {
	v := Settings{}
	require.True(t, v.Valid())
	v.Fill()
	require.Equal(t, Settings{
		AckDelay: 40 * time.Millisecond, KeepIdle: 2 * time.Hour, KeepInterval: 75 * time.Second, KeepCount: 9,
		Tuning: Tuning{ABC: 1, InitialRTO: time.Second, MinRTO: time.Second, MaxRTO: time.Minute, RTOSlack: 100 * time.Millisecond},
	}, v)
	for _, bad := range []Settings{{AckDelay: MaxAckDelay}, {UserTimeout: -1}, {KeepIdle: -1}, {KeepInterval: -1}} {
		require.False(t, bad.Valid())
	}
	require.True(t, (&Settings{AckDelay: MaxAckDelay - 1}).Valid())
}
