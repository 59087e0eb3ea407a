package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRcvBuf: RFC 9293 3.8.6 SHLD-14, RFC 7323 2.3 and 2.4. The receive queue of these scripts can have 300000 bytes.
func TestRcvBuf(t *testing.T) {
	memory := []func(*Config){buffer(300000, 0)}
	scripts(t, []scriptCase{
		{"the scale is that of the queue when the SYN is sent", `
			connect
			queue 100000
			> S 0:0(0) win 65535 options mss 1460 sackOK ts 3600000:0 ws 1
			queue 300000
			< S. 0:0(0) ack 1 mss 1000 ws 0
			> . 1:1(0) ack 1 win 65535`, memory},
		{"a short one needs none", `
			connect
			queue 1000
			> S 0:0(0) win 1000 options mss 1460 sackOK ts 3600000:0 ws 0
			< S. 0:0(0) ack 1 mss 1000 ws 0
			> . 1:1(0) ack 1 win 1000`, memory},
		{"what the SYN has offered stays open when the SYN is sent again, and when it is answered", `
			connect
			> S 0:0(0) win 65535
			queue 1000
			+1s
			> S 0:0(0) win 65535
			< S. 0:0(0) ack 1 mss 1000 ws 0
			> . 1:1(0) ack 1 win 8191
			< . 65530:65536(6) ack 1
			> . 1:1(0) ack 1 win 8191
			< . 65536:65537(1) ack 1
			drop outside-window
			> . 1:1(0) ack 1 win 8191`, memory},
		{"a SYN that comes before ours is sent has settled the scale", `
			connect
			< S 0:0(0) mss 1000 ws 0
			queue 1000
			> S. 0:0(0) ack 1 options mss 1460 ws 3
			< . 1:1(0) ack 1`, memory},
		{"a shorter queue closes the window as data comes, and what is open is taken", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 win 4000
			< . 1:1(0) ack 1
			queue 1000
			> nothing
			< P. 1:2001(2000) ack 1
			> . 1:1(0) ack 2001 win 2000
			read 2000
			> nothing
			< P. 2001:3501(1500) ack 1
			> . 1:1(0) ack 3501 win 500
			read 1500
			> . 1:1(0) ack 3501 win 1000`, nil},
		{"a longer one opens it", `
			listen
			queue 1000
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 win 1000
			< . 1:1(0) ack 1
			< P. 1:1001(1000) ack 1
			> . 1:1(0) ack 1001 win 0
			queue 4000
			> . 1:1(0) ack 1001 win 3000
			unread 1000`, nil},
	})
}

// TestMaxSegSetting: the SYN says it, segments keep it, a link that takes less wins.
func TestMaxSegSetting(t *testing.T) {
	scripts(t, []scriptCase{
		{"less than the link takes", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 500
			< . 1:1(0) ack 1
			write 600
			> . 1:501(500) ack 1
			> P. 501:601(100) ack 1
			< . 1:1(0) ack 601`, []func(*Config){withSettings(Settings{MaxSeg: 500, NoDelay: true})}},
		{"more", `
			listen
			< S 0:0(0) mss 1000
			> S. 0:0(0) ack 1 options mss 1460
			< . 1:1(0) ack 1`, []func(*Config){withSettings(Settings{MaxSeg: 5000})}},
	})
	for _, s := range []Settings{{MaxSeg: MinMaxSeg - 1}, {RcvBuf: -1}, {SndBuf: -1}} {
		require.False(t, s.Valid(), "%+v", s)
	}
	require.True(t, (&Settings{MaxSeg: MinMaxSeg}).Valid())
}
