package tcp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArrivingReset(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 5961 3 exactly at RCV.NXT resets", text: established + `
			< R 1:1(0)
			= CLOSED reset
			deadline none
		`},
		{name: "RFC 5961 3 elsewhere in the window is challenged", text: established + `
			< R 2:2(0)
			drop reset-refused
			> . 1:1(0) ack 1
			< R. 4000:4000(0) ack 1
			> . 1:1(0) ack 1
			= ESTABLISHED
		`},
		{name: "RFC 5961 3 outside of the window is silent", text: established + `
			< R 0:0(0)
			drop reset-refused
			> nothing
			< R 4001:4001(0)
			> nothing
			= ESTABLISHED
		`},
		{name: "RFC 5961 7 challenges are throttled", text: established + `
			< R 2:2(0)
			> . 1:1(0) ack 1
			< R 2:2(0)
			> . 1:1(0) ack 1
			< R 2:2(0)
			> . 1:1(0) ack 1
			< R 2:2(0)
			> . 1:1(0) ack 1
			< R 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> . 1:1(0) ack 1
			< S 2:2(0)
			> nothing
			< R 2:2(0)
			> nothing
			+5s idle
			< R 2:2(0)
			> . 1:1(0) ack 1
		`},
		{name: "MUST-66 at window zero", text: established + `
			< P. 1:4001(4000) ack 1
			> . 1:1(0) ack 4001 win 0
			< R 4002:4002(0)
			> nothing
			< R 4001:4001(0)
			= CLOSED reset
			read 4000
		`},
		{name: "SHLD-2 a reset may carry data", text: established + `
			< R 1:11(10)
			= CLOSED reset
			unread 0
		`},
		{name: "RFC 9293 3.10.7.4 FIN-WAIT-1", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			< R 1:1(0)
			= CLOSED reset
		`},
		{name: "RFC 9293 3.10.7.4 CLOSE-WAIT", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			< R 2:2(0)
			= CLOSED reset
		`},
		{name: "RFC 9293 3.10.7.4 LAST-ACK", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			close
			> F. 1:1(0) ack 2
			< R 2:2(0)
			= CLOSED in-order
		`},
		{name: "RFC 9293 3.10.7.4 CLOSING", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 1
			> . 2:2(0) ack 2
			< R 2:2(0)
			= CLOSED in-order
		`},
		{name: "RFC 9293 3.10.7.4 LAST-ACK, and text is lost", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			write 10
			close
			> FP. 1:11(10) ack 2
			< R 2:2(0)
			= CLOSED reset
		`},
		{name: "RFC 9293 3.10.7.4 CLOSING, and text is lost", text: established + `
			write 10
			close
			> FP. 1:11(10) ack 1
			< F. 1:1(0) ack 1
			> . 12:12(0) ack 2
			< R 2:2(0)
			= CLOSED reset
		`},
		{name: "RFC 9293 3.10.7.4 CLOSING, and all text has arrived", text: established + `
			write 10
			close
			> FP. 1:11(10) ack 1
			< F. 1:1(0) ack 11
			> . 12:12(0) ack 2
			< R 2:2(0)
			= CLOSED in-order
		`},
		{name: "what was received before can still be read", text: established + `
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11
			< R 11:11(0)
			= CLOSED reset
			read 10
		`},
	})
}

func TestArrivingSYN(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 5961 4 in the window is challenged", text: established + `
			< S 1:1(0)
			drop syn-in-connection
			> . 1:1(0) ack 1
			= ESTABLISHED
		`},
		{name: "RFC 5961 4 out of the window too", text: established + `
			< S 900000:900000(0)
			drop outside-window
			> . 1:1(0) ack 1
			< S. 0:0(0) ack 1
			> . 1:1(0) ack 1
			= ESTABLISHED
		`},
	})
}

// TestReset: RFC 9293 3.5.2 group 1, 3.10.7.1.
func TestReset(t *testing.T) {
	for _, c := range []struct {
		name string
		g    Segment
		want Segment
		ok   bool
	}{
		{"without ACK: everything is acknowledged", Segment{Seq: 7, Len: 5, Flags: SYN | FIN},
			Segment{Ack: 14, Flags: RST | ACK}, true},
		{"without ACK, at the wrap", Segment{Seq: 1<<32 - 1, Flags: SYN}, Segment{Flags: RST | ACK}, true},
		{"with ACK: it is believable to the peer", Segment{Seq: 7, Ack: 99, Len: 5, Flags: ACK | FIN},
			Segment{Seq: 99, Flags: RST}, true},
		{"never to a reset", Segment{Seq: 7, Ack: 99, Flags: RST | ACK}, Segment{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Reset(&c.g)
			require.Equal(t, c.ok, ok)
			require.Equal(t, c.want, got)
		})
	}
}
