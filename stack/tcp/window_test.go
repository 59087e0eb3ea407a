package tcp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWindowShift: RFC 7323 2.3.
func TestWindowShift(t *testing.T) {
	for n, want := range map[int]uint8{0: 0, 1: 0, 65535: 0, 65536: 1, 131071: 1, 131072: 2, 256 << 10: 3, 65535 << 14: 14, 1<<31 - 1: 14} {
		require.Equal(t, want, windowShift(n), "%d bytes", n)
	}
}

// buffer sets how long the receive queue is and can become. Every window is seen at once.
func buffer(now, most int) func(*Config) {
	return func(c *Config) { c.RcvBuf, c.RcvMax, c.Settings.QuickAck = now, most, true }
}

// TestWindowScale: RFC 7323 2.2 and 2.3.
func TestWindowScale(t *testing.T) {
	big := []func(*Config){buffer(300000, 0)}
	scripts(t, []scriptCase{
		{"a SYN's own window is not scaled, later ones are", `
			connect
			> S 0:0(0) win 65535 options mss 1460 sackOK ts 3600000:0 ws 3
			< S. 0:0(0) ack 1 win 1000 mss 1000 ws 1
			> . 1:1(0) ack 1 win 37500
			write 5000
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 1001 win 1000
			> . 1001:2001(1000) ack 1
			> . 2001:3001(1000) ack 1
			< . 1:1(0) ack 3001 win 500
			> . 3001:4001(1000) ack 1
			< . 1:1(0) ack 4001 win 500
			> P. 4001:5001(1000) ack 1
			< . 1:1(0) ack 5001`, big},
		{"nor a SYN-ACK's", `
			listen
			< S 0:0(0) win 1000 mss 1000 ws 14
			> S. 0:0(0) ack 1 win 65535 options mss 1460 ws 3
			< . 1:1(0) ack 1 win 1
			write 5000
			> . 1:1001(1000) ack 1 win 37500
			> . 1001:2001(1000) ack 1
			> . 2001:3001(1000) ack 1
			> . 3001:4001(1000) ack 1
			> P. 4001:5001(1000) ack 1
			< . 1:1(0) ack 5001`, big},
		{"without it no window is, however long the queue is", `
			listen
			< S 0:0(0) win 1000 mss 1000
			> S. 0:0(0) ack 1 win 65535 options mss 1460
			< . 1:1(0) ack 1 win 1000
			write 2000
			> . 1:1001(1000) ack 1 win 65535
			< . 1:1(0) ack 1001 win 1000
			> P. 1001:2001(1000) ack 1
			< . 1:1(0) ack 2001`, big},
		{"a scale outside of the handshake means nothing", `
			listen
			< S 0:0(0) win 1000 mss 1000 ws 0
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1 win 1000 ws 5
			write 2000
			> . 1:1001(1000) ack 1
			< . 1:1(0) ack 1001 win 1000
			> P. 1001:2001(1000) ack 1
			< . 1:1(0) ack 2001 win 1000`, nil},
		{"a window that the scale cannot tell is none, and is probed", `
			listen
			< S 0:0(0) win 1000 mss 1000 ws 4
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1 win 0
			write 10
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 2 win 1
			> P. 2:11(9) ack 1
			< . 1:1(0) ack 11 win 1`, nil},
		// 16 bytes to a step. The buffer has 100: the SYN says so, the rest in steps.
		{"the right edge goes on to the next step if the buffer has the room", `
			listen
			< S 0:0(0) win 1000 mss 1000 ws 0
			> S. 0:0(0) ack 1 win 1600 options mss 1460 ws 4
			< . 1:1(0) ack 1
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11 win 99
			read 10
			< P. 11:21(10) ack 1
			> . 1:1(0) ack 21 win 99
			read 10
			< P. 21:31(10) ack 1
			> . 1:1(0) ack 31 win 99
			< P. 31:32(1) ack 1
			> . 1:1(0) ack 32 win 99
			unread 11`, []func(*Config){buffer(1600, 1<<20-1)}},
		{"what it once covered is taken, though it seems to have retreated", `
			listen
			< S 0:0(0) win 1000 mss 1000 ws 0
			> S. 0:0(0) ack 1 win 1600 options mss 1460 ws 4
			< . 1:1(0) ack 1
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11 win 99
			< P. 11:1601(1590) ack 1
			> . 1:1(0) ack 1601 win 0
			unread 1600
			read 1600
			> . 1:1(0) ack 1601 win 100`, []func(*Config){buffer(1600, 1<<20-1)}},
	})
}

// TestShiftTooLarge: one above 14 counts as 14 (RFC 7323 2.3).
func TestShiftTooLarge(t *testing.T) {
	for shift, want := range map[string]int{"13": 2 << 13, "14": 2 << 14, "15": 2 << 14, "255": 2 << 14} {
		s := runScript(t, `
			listen
			< S 0:0(0) win 1000 mss 1000 ws `+shift+`
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1 win 2`)
		require.Equal(t, want, s.c.sndWnd)
	}
}

// windowSights counts how often rounding hid a part of what was advertised before.
type windowSights struct{ retreats int }

// TestWindowNeverShrinks: whatever comes and is read, for any scale, what was advertised once is taken, and what is
// advertised there is room for (RFC 7323 2.4).
func TestWindowNeverShrinks(t *testing.T) {
	var seen windowSights
	rapid.Check(t, seen.propertyWindowNeverShrinks)
	require.NotZero(t, seen.retreats, "in all these runs rounding did not matter")
}

func FuzzWindowNeverShrinks(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(new(windowSights).propertyWindowNeverShrinks))
}

func (seen *windowSights) propertyWindowNeverShrinks(t *rapid.T) {
	shift := rapid.IntRange(0, MaxWindowShift).Draw(t, "shift")
	buf := rapid.IntRange(1, 1<<17).Draw(t, "buffer")
	var c Conn
	c.Listen(Config{ISS: 1, MSS: 1460, DefaultMSS: 536, RcvBuf: buf, RcvMax: max(buf, 1<<16<<shift-1<<shift)})
	irs := Seq(rapid.Uint32().Draw(t, "irs"))
	c.Arrive(0, Segment{Seq: irs, Flags: SYN, Wnd: 1000, Options: Options{HasWScale: true}})
	edge, visible := irs, irs
	for range rapid.IntRange(1, 100).Draw(t, "steps") {
		for p, ok := c.Next(); ok; p, ok = c.Next() {
			visible = p.Ack.Add(c.advertised(&p.Segment))
			edge = latest(edge, visible)
			if visible.Less(edge) {
				seen.retreats++
			}
			require.Less(t, edge.Sub(visible), 1<<c.rcvShift)
			require.LessOrEqual(t, edge.Sub(c.rcvNxt)+c.rcvUser, buf, "there is room")
			c.Sent(0, &p)
		}
		n := rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 3000), rapid.Just(1<<30)).Draw(t, "length")
		n = max(min(n, edge.Sub(c.rcvNxt)), 0) // up to the furthest edge
		r := c.Arrive(time.Second, Segment{Seq: c.rcvNxt, Ack: 2, Flags: ACK, Wnd: 1000, Len: n})
		require.Equal(t, n, r.Ready, "what was advertised is taken")
		if rapid.Bool().Draw(t, "read") {
			c.Read(rapid.IntRange(0, c.rcvUser).Draw(t, "bytes"))
		}
	}
}
