package tcp

import "testing"

func TestClose(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "SHLD-3 text that came with a SYN is not acknowledged for nobody", text: `
			connect
			> S 0:0(0)
			< S 0:10(10) mss 1000
			> S. 0:0(0) ack 1
			close
			> F. 1:1(0) ack 1
			< . 11:11(0) ack 2
			> R. 2:2(0) ack 11
			= CLOSED aborted
		`},
		{name: "RFC 9293 3.6 active close, MUST-13 two MSL of TIME-WAIT", text: established + `
			shutdown
			= FIN-WAIT-1
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			= FIN-WAIT-2
			deadline none
			< F. 1:1(0) ack 2
			= TIME-WAIT
			> . 2:2(0) ack 2
			+60s
			= CLOSED in-order
			deadline none
		`},
		{name: "RFC 9293 3.6 passive close", text: established + `
			< F. 1:1(0) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 2
			write 10
			> P. 1:11(10) ack 2
			< . 2:2(0) ack 11
			close
			= LAST-ACK
			> F. 11:11(0) ack 2
			< . 2:2(0) ack 12
			= CLOSED in-order
			deadline none
		`},
		{name: "RFC 9293 3.6 simultaneous close", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 1
			= CLOSING
			> . 2:2(0) ack 2
			< . 2:2(0) ack 2
			= TIME-WAIT
			+60s
			= CLOSED in-order
		`},
		{name: "RFC 9293 3.10.7.4 FIN-WAIT-1: FIN and the ACK of ours in one segment", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2
			= TIME-WAIT
			> . 2:2(0) ack 2
		`},
		{name: "RFC 9293 3.10.7.4 LAST-ACK: only the ACK of our FIN ends it", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			write 10
			close
			> FP. 1:11(10) ack 2
			< . 2:2(0) ack 1
			= LAST-ACK
			< . 2:2(0) ack 11
			= LAST-ACK
			< . 2:2(0) ack 12
			= CLOSED in-order
		`},
		{name: "RFC 9293 3.10.7.4 CLOSING: only the ACK of our FIN ends it", text: established + `
			write 10
			close
			> FP. 1:11(10) ack 1
			< F. 1:1(0) ack 1
			= CLOSING
			> . 12:12(0) ack 2
			< . 2:2(0) ack 11
			= CLOSING
			< . 2:2(0) ack 12
			= TIME-WAIT
		`},
		{name: "RFC 9293 3.10.7.4 TIME-WAIT: FIN again is acknowledged and starts the wait again", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			+50s idle
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			deadline 1m0s
			= TIME-WAIT
		`},
		{name: "RFC 1337 TIME-WAIT: resets are ignored", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			< R 2:2(0)
			drop reset-refused
			< R 3:3(0)
			= TIME-WAIT
		`},
		{name: "RFC 5961 4 TIME-WAIT: SYN is answered with ACK", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			< S 900:900(0)
			> . 2:2(0) ack 2
			= TIME-WAIT
		`},
		{name: "RFC 9293 3.6 half-close: the peer's text is still taken", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			< . 1:11(10) ack 1
			> . 2:2(0) ack 11
			< . 11:21(10) ack 2
			= FIN-WAIT-2
			> . 2:2(0) ack 21
			read 20
			< F. 21:21(0) ack 2
			> . 2:2(0) ack 22
			= TIME-WAIT
		`},
		{name: "RFC 9293 3.6.1 text after close is reset, SHLD-3", text: established + `
			close
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			< P. 1:11(10) ack 2
			drop unexpected-data
			> R. 2:2(0) ack 1
			= CLOSED aborted
			deadline none
		`},
		{name: "RFC 2525 2.17 close with unread data resets, SHLD-3", text: established + `
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11
			close
			> R. 1:1(0) ack 11
			= CLOSED aborted
		`},
		{name: "close in TIME-WAIT with unread data: there is nobody to tell", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			< F. 1:11(10) ack 2
			> . 2:2(0) ack 12
			close
			= TIME-WAIT
			+60s
			= CLOSED in-order
		`},
		{name: "RFC 9293 3.10.4 close sends what is queued first", text: established + `
			write 1500
			close
			> . 1:1001(1000) ack 1
			> FP. 1001:1501(500) ack 1
			< . 1:1(0) ack 1502
			= FIN-WAIT-2
			unsent 0
		`},
		{name: "FIN-WAIT-2 of an application that has gone ends by itself", text: established + `
			close
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			+60s
			= CLOSED in-order
		`},
		{name: "FIN-WAIT-2 of an application that still reads does not", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			+24h idle
			= FIN-WAIT-2
			close
			deadline 1m0s
		`},
		{name: "RFC 6298 5 FIN is sent again until it is acknowledged", text: established + `
			close
			> F. 1:1(0) ack 1
			+1s
			> F. 1:1(0) ack 1
			+2s
			> F. 1:1(0) ack 1
			+4s
			> F. 1:1(0) ack 1
			+8s
			> F. 1:1(0) ack 1
			+16s
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			= FIN-WAIT-2
		`},
		{name: "RFC 9293 3.10.7.4 a FIN behind a hole waits until the hole is filled", text: established + `
			< F. 11:21(10) ack 1
			= ESTABLISHED
			> . 1:1(0) ack 1
			< . 1:11(10) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 22
			read 20
		`},
		{name: "the FIN that was announced stays where it is", text: established + `
			< F. 11:11(0) ack 1
			> . 1:1(0) ack 1
			< F. 15:15(0) ack 1
			> . 1:1(0) ack 1
			< . 1:11(10) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 12
		`},
		{name: "a FIN again is acknowledged, however often", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
		` + repeat(2*challengeLimit, "< F. 1:1(0) ack 1\n> . 1:1(0) ack 2\n")},
		{name: "text behind the FIN that was announced is refused", text: established + `
			< F. 11:11(0) ack 1
			> . 1:1(0) ack 1
			< . 5:15(10) ack 1
			drop unexpected-data
			> . 1:1(0) ack 1
			< . 1:11(10) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 12
		`},
		{name: "a FIN before text that has come is refused", text: established + `
			< . 11:21(10) ack 1
			> . 1:1(0) ack 1
			< F. 5:5(0) ack 1
			> . 1:1(0) ack 1
			< . 1:11(10) ack 1
			= ESTABLISHED
			> . 1:1(0) ack 21
		`},
		{name: "RFC 9293 3.10.7.4 CLOSE-WAIT: text behind the FIN is ignored", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			< P. 2:12(10) ack 1
			drop unexpected-data
			unread 0
			= CLOSE-WAIT
		`},
	})
}

func TestAbort(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.10.5 LISTEN", text: `
			listen
			abort
			= CLOSED aborted
		`},
		{name: "RFC 9293 3.10.5 SYN-SENT", text: `
			connect
			> S 0:0(0)
			abort
			= CLOSED aborted
			deadline none
		`},
		{name: "RFC 9293 3.10.5 SYN-RECEIVED", text: `
			listen
			< S 0:0(0)
			> S. 0:0(0) ack 1
			abort
			> R. 1:1(0) ack 1
			= CLOSED aborted
		`},
		{name: "RFC 9293 3.10.5 ESTABLISHED, with data in flight and queued", text: established + `
			write 3000
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			abort
			> R. 2001:2001(0) ack 1
			deadline none
		`},
		{name: "RFC 9293 3.10.5 FIN-WAIT-1", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			abort
			> R. 2:2(0) ack 1
		`},
		{name: "RFC 9293 3.10.5 FIN-WAIT-2", text: established + `
			shutdown
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2
			abort
			> R. 2:2(0) ack 1
		`},
		{name: "RFC 9293 3.10.5 CLOSE-WAIT", text: established + `
			< F. 1:1(0) ack 1
			> . 1:1(0) ack 2
			abort
			> R. 1:1(0) ack 2
		`},
		{name: "RFC 9293 3.10.5 CLOSING, LAST-ACK and TIME-WAIT need no reset", text: established + `
			close
			> F. 1:1(0) ack 1
			< F. 1:1(0) ack 2
			> . 2:2(0) ack 2
			abort
			= CLOSED aborted
			deadline none
		`},
		{name: "RFC 9293 3.10.7.1 what comes after is for nobody", text: established + `
			abort
			> R. 1:1(0) ack 1
			< . 1:11(10) ack 1
			drop no-connection
			> R 1:1(0)
		`},
	})
}
