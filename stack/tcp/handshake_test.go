package tcp

import "testing"

func TestHandshake(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.5 active", text: established + `
			deadline none
		`},
		{name: "RFC 9293 3.5 passive", text: accepted + `
			deadline none
		`},
		{name: "RFC 9293 3.5 simultaneous open, MUST-10", text: `
			connect
			> S 0:0(0)
			< S 0:0(0) win 10000
			= SYN-RECEIVED
			> S. 0:0(0) ack 1 win 4000 mss 1460
			# the peer did the same
			< S. 0:0(0) ack 1 win 10000
			= ESTABLISHED
		`},
		{name: "RFC 9293 3.5 simultaneous open ended by a bare ACK", text: `
			connect
			> S 0:0(0)
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 1
			= ESTABLISHED
		`},
		{name: "RFC 9293 3.10.7.3 SYN-SENT: wrong ACK is reset, and the open goes on", text: `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 0
			drop bad-ack
			> R 0:0(0)
			< S. 0:0(0) ack 2
			> R 2:2(0)
			< . 7:7(0) ack 9
			> R 9:9(0)
			= SYN-SENT
			< S. 0:0(0) ack -2147483648
			> R -2147483648:-2147483648(0)
			= SYN-SENT
			< R. 0:0(0) ack 9
			> nothing
			= SYN-SENT
		`},
		{name: "RFC 9293 3.10.7.3 SYN-SENT: neither SYN nor RST", text: `
			connect
			> S 0:0(0)
			< . 0:0(0) ack 1
			drop ignored
			< F. 0:0(0) ack 1
			drop ignored
			= SYN-SENT
		`},
		{name: "RFC 9293 3.10.7.3 SYN-SENT: refused", text: `
			connect
			> S 0:0(0)
			< R. 0:0(0) ack 1
			= CLOSED refused
			deadline none
		`},
		{name: "RFC 5961 3.2 SYN-SENT: a reset without ACK is nobody's word", text: `
			connect
			> S 0:0(0)
			< R 0:0(0)
			drop reset-refused
			= SYN-SENT
		`},
		{name: "RFC 9293 3.10.7.2 LISTEN", text: `
			listen
			< R 0:0(0)
			drop reset-refused
			< R. 0:0(0) ack 5
			> nothing
			< . 0:0(0) ack 77
			> R 77:77(0)
			< S. 0:0(0) ack 77
			> R 77:77(0)
			< F 0:0(0)
			drop no-ack
			= LISTEN
		`},
		{name: "RFC 9293 3.10.7.4 SYN-RECEIVED: wrong ACK is reset", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 0
			drop bad-ack
			> R 0:0(0)
			< . 1:1(0) ack 2
			> R 2:2(0)
			= SYN-RECEIVED
			< . 1:1(0) ack 1
			= ESTABLISHED
		`},
		{name: "RFC 9293 3.10.7.4 SYN-RECEIVED, passive: reset returns to LISTEN, MUST-11", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< R 1:1(0)
			= LISTEN
			deadline none
			< S 500:500(0)
			> S. 0:0(0) ack 501
		`},
		{name: "RFC 9293 3.10.7.4 SYN-RECEIVED, active: reset is a refusal, MUST-11", text: `
			connect
			> S 0:0(0)
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< R 1:1(0)
			= CLOSED refused
		`},
		{name: "RFC 9293 3.10.7.4 SYN-RECEIVED, passive: SYN in the window returns to LISTEN", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< S 5:5(0)
			drop syn-in-connection
			= LISTEN
		`},
		{name: "RFC 9293 3.10.7.4 SYN-RECEIVED, active: SYN in the window is challenged", text: `
			connect
			> S 0:0(0)
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< S 5:5(0)
			> . 1:1(0) ack 1
			= SYN-RECEIVED
		`},
		{name: "SYN-RECEIVED: an ACK counts our SYN whatever the peer's window", text: `
			listen
			< S 0:0(0) win 0
			> S. 0:0(0) ack 1
			< . 5000:5010(10) ack 1
			drop outside-window
			> . 1:1(0) ack 1
		`},
		{name: "RFC 9293 3.9.2.2 SHLD-26: the peer's host refuses", text: `
			connect
			> S 0:0(0)
			refuse
			= CLOSED refused
			deadline none
		`},
		{name: "RFC 5927 5.2: but not in a connection", text: established + `
			refuse
			= ESTABLISHED
		`},
		{name: "the peer's SYN again gets our SYN again", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			< S 0:0(0)
			> S. 0:0(0) ack 1
			= SYN-RECEIVED
			deadline 1s
		`},
		{name: "RFC 9293 3.10.7.4 fifth: a segment without ACK", text: established + `
			< P 1:11(10)
			drop no-ack
			unread 0
		`},
		{name: "RFC 9293 3.10.7.2 text with the SYN waits for the handshake", text: `
			listen
			< S 0:5(5)
			> S. 0:0(0) ack 1
			unread 0
			< . 6:11(5) ack 1
			unread 10
			> . 1:1(0) ack 11
			read 10
		`},
		{name: "RFC 9293 3.10.7.2 text and FIN with the SYN", text: `
			listen
			< SF 0:5(5)
			> S. 0:0(0) ack 1
			< . 7:7(0) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 7
			unread 5
		`},
		{name: "RFC 9293 3.10.7.3 text with the SYN-ACK", text: `
			connect
			> S 0:0(0)
			< S. 0:5(5) ack 1
			> . 1:1(0) ack 6
			read 5
		`},
		{name: "text with a SYN beyond our window is cut off", text: `
			listen
			< S 0:5000(5000)
			drop outside-window
			> S. 0:0(0) ack 1 win 4000
			< . 5001:5001(0) ack 1
			> . 1:1(0) ack 1
			< . 1:1(0) ack 1
			> . 1:1(0) ack 4001 win 0
			read 4000
			> . 1:1(0) ack 4001 win 4000
		`},
		{name: "RFC 9293 3.10.4 close in SYN-SENT", text: `
			connect
			> S 0:0(0)
			close
			= CLOSED in-order
			deadline none
		`},
		{name: "RFC 9293 3.10.4 close in SYN-RECEIVED sends FIN at once", text: `
			connect
			> S 0:0(0)
			< S 0:0(0)
			> S. 0:0(0) ack 1
			close
			> F. 1:1(0) ack 1
			= FIN-WAIT-1
			+1s
			> S. 0:0(0) ack 1
			< . 1:1(0) ack 2
			= FIN-WAIT-2
		`},
		{name: "RFC 9293 3.10.4 close before our SYN-ACK went out", text: `
			connect
			> S 0:0(0)
			< S 0:0(0)
			shutdown
			> S. 0:0(0) ack 1
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 1
			= FIN-WAIT-1
			< . 1:1(0) ack 2
			= FIN-WAIT-2
		`},
		{name: "MUST-15 no MSS option means 536", text: `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 1 win 10000
			> . 1:1(0) ack 1
			write 600
			> . 1:537(536) ack 1
			> nothing
			< . 1:1(0) ack 537
			> P. 537:601(64) ack 1
			< . 1:1(0) ack 601
		`},
		{name: "MUST-16 our own MSS limits what we send", text: `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 1 win 10000 mss 9000
			> . 1:1(0) ack 1
			write 1461
			> . 1:1461(1460) ack 1
			< . 1:1(0) ack 1461
			> P. 1461:1462(1) ack 1
			< . 1:1(0) ack 1462
		`},
		{name: "CVE-2019-11479 an MSS below the floor", text: `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 1 win 10000 mss 0
			> . 1:1(0) ack 1
			write 50
			> . 1:49(48) ack 1
			< . 1:1(0) ack 49
			> P. 49:51(2) ack 1
			< . 1:1(0) ack 51
		`},
	})
}
