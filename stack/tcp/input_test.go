package tcp

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.10.7.4 seventh: in order", text: accepted + `
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11 win 3990
			read 10
			< P. 11:21(10) ack 1
			> . 1:1(0) ack 21 win 3980
		`},
		{name: "RFC 9293 3.10.7.4 several segments, one ACK, MUST-58 and MUST-59", text: established + `
			< . 1:11(10) ack 1
			< . 11:21(10) ack 1
			< P. 21:31(10) ack 1
			> . 1:1(0) ack 31
		`},
		{name: "RFC 9293 3.10.7.4 out of order, SHLD-31", text: established + `
			< . 11:21(10) ack 1
			unread 0
			> . 1:1(0) ack 1
			< . 31:41(10) ack 1
			> . 1:1(0) ack 1
			< . 1:11(10) ack 1
			unread 20
			> . 1:1(0) ack 21
			< . 21:31(10) ack 1
			> . 1:1(0) ack 41
			read 40
		`},
		{name: "an old segment is acknowledged", text: established + `
			< . 1:11(10) ack 1
			> . 1:1(0) ack 11
			< . 1:11(10) ack 1
			drop outside-window
			> . 1:1(0) ack 11
			unread 10
		`},
		{name: "a segment that is half old", text: established + `
			< . 1:11(10) ack 1
			> . 1:1(0) ack 11
			< . 6:21(15) ack 1
			> . 1:1(0) ack 21
			read 20
		`},
		{name: "what goes beyond the window is cut off", text: established + `
			< . 1:3901(3900) ack 1
			> . 1:1(0) ack 3901 win 100
			< F. 3901:4011(110) ack 1
			drop outside-window
			= ESTABLISHED
			> . 1:1(0) ack 4001 win 0
			read 4000
			> . 1:1(0) ack 4001 win 4000
		`},
		{name: "beyond the window altogether: not even the acknowledgment counts", text: established + `
			write 10
			> P. 1:11(10) ack 1
			< . 4001:4011(10) ack 11
			drop outside-window
			> . 11:11(0) ack 1
			unread 0
			unsent 10
			< . 4001:4001(0) ack 11
			drop outside-window
			> . 11:11(0) ack 1
			unsent 10
		`},
		{name: "a FIN that the window has no room for comes again", text: established + `
			< F. 1:4001(4000) ack 1
			drop outside-window
			> . 1:1(0) ack 4001 win 0
			= ESTABLISHED
			read 4000
			> . 1:1(0) ack 4001 win 4000
			< F. 4001:4001(0) ack 1
			= CLOSE-WAIT
			> . 1:1(0) ack 4002
		`},
		{name: "a segment that begins before and ends behind the window", text: established + `
			< . 1:11(10) ack 1
			> . 1:1(0) ack 11 win 3990
			< . 1:4011(4010) ack 1
			> . 1:1(0) ack 4001 win 0
			read 4000
			> . 1:1(0) ack 4001 win 4000
		`},
		{name: "a keep-alive probe without data is answered", text: established + `
			< . 0:0(0) ack 1
			drop outside-window
			> . 1:1(0) ack 1
			= ESTABLISHED
		`},
		{name: "a keep-alive probe with one old byte is answered", text: established + `
			< . 0:1(1) ack 1
			> . 1:1(0) ack 1
			unread 0
		`},
		{name: "a pure ACK is not acknowledged", text: established + `
			< . 1:1(0) ack 1
			> nothing
		`},
		{name: "RFC 9293 3.10.7.4 at window zero the acknowledgment still counts", text: established + `
			write 10
			> P. 1:11(10) ack 1
			< P. 1:4001(4000) ack 1
			> . 11:11(0) ack 4001 win 0
			< P. 4001:4002(1) ack 11 win 77
			unsent 0
			> . 11:11(0) ack 4001 win 0
			unread 4000
		`},
		{name: "more holes than can be remembered", text: established + manyHoles(MaxRanges) + `
			< . 1001:1002(1) ack 1
			drop too-many-holes
			> . 1:1(0) ack 1
			# but what fills none of them and is in order needs no memory
			< . 1:11(10) ack 1
			> . 1:1(0) ack 11
			< . 11:1001(990) ack 1
			> . 1:1(0) ack 1001
		`},
	})
}

// manyHoles has n single bytes arrive, each behind a hole.
func manyHoles(n int) string {
	var b strings.Builder
	for i := range n {
		at := 30*i + 30
		b.WriteString("< . " + itoa(at) + ":" + itoa(at+1) + "(1) ack 1\ndrop none\n> . 1:1(0) ack 1\n")
	}
	return b.String()
}

func TestAcknowledgment(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.10.7.4 fifth: of part of what was sent", text: established + `
			write 10
			> P. 1:11(10) ack 1
			< . 1:1(0) ack 4
			unsent 7
			deadline 1s
			< . 1:1(0) ack 11
			unsent 0
			deadline none
		`},
		{name: "RFC 9293 3.10.7.4 fifth: of what was not sent", text: established + `
			write 10
			> P. 1:11(10) ack 1
			< . 1:1(0) ack 12
			drop bad-ack
			> . 11:11(0) ack 1
			unsent 10
		`},
		{name: "RFC 5961 5 with data: the data is not taken", text: established + `
			< P. 1:11(10) ack 2
			drop bad-ack
			> . 1:1(0) ack 1
			unread 0
		`},
		{name: "RFC 5961 5 older than the largest window", text: established + `
			< P. 1:11(10) ack -10000
			drop bad-ack
			> . 1:1(0) ack 1
			unread 0
			< P. 1:11(10) ack -9999
			drop none
			> . 1:1(0) ack 11
		`},
		{name: "an ACK 2^31 away is neither old nor new", text: established + `
			write 10
			> P. 1:11(10) ack 1
			< P. 1:11(10) ack -2147483637
			drop bad-ack
			> . 11:11(0) ack 1
			< P. 1:11(10) ack -2147483647
			drop bad-ack
			> . 11:11(0) ack 1
			unsent 10
			unread 0
		`},
		{name: "a segment 2^31 away is not in the window", text: established + `
			< P. -2147483647:-2147483637(10) ack 1
			drop outside-window
			> . 1:1(0) ack 1
			< P. -2147479648:-2147479638(10) ack 1
			drop outside-window
			> . 1:1(0) ack 1
			< R -2147483647:-2147483647(0)
			> nothing
			= ESTABLISHED
		`},
		{name: "an old ACK changes neither SND.UNA nor the window", text: established + `
			write 1000
			> P. 1:1001(1000) ack 1
			< . 1:1(0) ack 1001 win 5000
			write 10
			> P. 1001:1011(10) ack 1
			< . 1:1(0) ack 1 win 0
			< P. 1:11(10) ack 1 win 0
			> . 1011:1011(0) ack 11
			write 1000
			> P. 1011:2011(1000) ack 11
			unsent 1010
			< . 11:11(0) ack 2011 win 5000
		`},
		{name: "a retransmission that acknowledges new data does bring its window", text: established + `
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11
			write 1000
			> P. 1:1001(1000) ack 11
			< . 1:11(10) ack 1001 win 0
			drop outside-window
			> . 1001:1001(0) ack 11
			< . 5:21(16) ack 1001 win 0
			> . 1001:1001(0) ack 21
			unsent 0
			write 10
			> nothing
			deadline 1s
		`},
		{name: "RFC 9293 3.10.7.4 an overtaken segment does not bring its window, SND.WL1", text: established + `
			< P. 11:21(10) ack 1 win 500
			> . 1:1(0) ack 1
			< P. 1:11(10) ack 1 win 9000
			> . 1:1(0) ack 21
			write 600
			+500ms
			> . 1:501(500) ack 21
			< . 21:21(0) ack 501 win 500
			> P. 501:601(100) ack 21
			< . 21:21(0) ack 601
		`},
	})
}
