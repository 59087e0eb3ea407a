package tcp

import "testing"

// The usual beginning with SACK. The peer's window is large, its MSS 1000.
const sackEstablished = `
	connect
	> S 0:0(0) options mss 1460 sackOK ts 3600000:0 ws 0
	< S. 0:0(0) ack 1 win 60000 mss 1000 sackOK
	> . 1:1(0) ack 1 options none
`

// TestSACKReport: what our acknowledgments say of what has come out of order.
func TestSACKReport(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 2018 4 the first block has the segment that brought the ACK, then the most recent ones", text: sackEstablished + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options sack 101:201
			< . 301:401(100) ack 1
			> . 1:1(0) ack 1 options sack 301:401,101:201
			< . 501:601(100) ack 1
			> . 1:1(0) ack 1 options sack 501:601,301:401,101:201
			< . 201:251(50) ack 1
			> . 1:1(0) ack 1 options sack 101:251,501:601,301:401
			< . 251:301(50) ack 1
			> . 1:1(0) ack 1 options sack 101:401,501:601
			# the ACK moves on: what is left needs no order
			< . 1:101(100) ack 1
			> . 1:1(0) ack 401 options sack 501:601
			< . 401:501(100) ack 1
			> . 1:1(0) ack 601 options none
		`},
		{name: "RFC 2018 3 four blocks fit; the fifth comes back when one before it is gone", text: sackEstablished + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options sack 101:201
			< . 301:401(100) ack 1
			> . 1:1(0) ack 1 options sack 301:401,101:201
			< . 501:601(100) ack 1
			> . 1:1(0) ack 1 options sack 501:601,301:401,101:201
			< . 701:801(100) ack 1
			> . 1:1(0) ack 1 options sack 701:801,501:601,301:401,101:201
			< . 901:1001(100) ack 1
			> . 1:1(0) ack 1 options sack 901:1001,701:801,501:601,301:401
			< . 801:901(100) ack 1
			> . 1:1(0) ack 1 options sack 701:1001,501:601,301:401,101:201
		`},
		{name: "RFC 2018 4 text carries them too, and gives room to them", text: sackEstablished + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options sack 101:201
			write 1000
			> . 1:989(988) ack 1 options sack 101:201
			< . 1:101(100) ack 989
			> P. 989:1001(12) ack 201 options none
			< . 201:201(0) ack 1001
		`},
		{name: "RFC 2018 2 not without agreement", text: established + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options none
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options none
		`},
		{name: "not in a reset", text: sackEstablished + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1 options sack 101:201
			abort
			> R. 1:1(0) ack 1 options none
		`},
		{name: "what comes before the handshake is over is not out of order", text: `
			listen
			< S 0:10(10) mss 1000 sackOK
			> S. 0:0(0) ack 1 options mss 1460 sackOK
			shutdown
			> F. 1:1(0) ack 1 options none
			< . 11:11(0) ack 2
			> . 2:2(0) ack 11 options none
		`},
	})
}

// TestDSACK: RFC 2883. The numbers are those of its examples where it has one.
func TestDSACK(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "4.1.1 a duplicate below the acknowledgment, reported once", text: sackEstablished + `
			< . 1:501(500) ack 1
			> . 1:1(0) ack 501 options none
			< . 501:1001(500) ack 1
			> . 1:1(0) ack 1001 options none
			< . 501:1001(500) ack 1
			> . 1:1(0) ack 1001 options sack 501:1001
			< . 1001:1501(500) ack 1
			> . 1:1(0) ack 1501 options none
		`},
		{name: "4.1.2 together with what is out of order", text: sackEstablished + `
			< . 1:501(500) ack 1
			> . 1:1(0) ack 501 options none
			< . 1001:1501(500) ack 1
			> . 1:1(0) ack 501 options sack 1001:1501
			< . 1:501(500) ack 1
			> . 1:1(0) ack 501 options sack 1:501,1001:1501
			< . 1501:2001(500) ack 1
			> . 1:1(0) ack 501 options sack 1001:2001
		`},
		{name: "4.1.3 a duplicate out of order: then the block that it is part of", text: sackEstablished + `
			< . 501:1001(500) ack 1
			> . 1:1(0) ack 1 options sack 501:1001
			< . 1001:1501(500) ack 1
			> . 1:1(0) ack 1 options sack 501:1501
			< . 2001:2501(500) ack 1
			> . 1:1(0) ack 1 options sack 2001:2501,501:1501
			< . 501:1001(500) ack 1
			> . 1:1(0) ack 1 options sack 501:1001,501:1501,2001:2501
		`},
		{name: "4.2.1 the old part of a segment that moves the acknowledgment on", text: sackEstablished + `
			< . 1:501(500) ack 1
			> . 1:1(0) ack 501 options none
			< . 1:1001(1000) ack 1
			> . 1:1(0) ack 1001 options sack 1:501
		`},
		{name: "4.2.2 the old part of a segment out of order", text: sackEstablished + `
			< . 1001:1501(500) ack 1
			> . 1:1(0) ack 1 options sack 1001:1501
			< . 501:2001(1500) ack 1
			> . 1:1(0) ack 1 options sack 1001:1501,501:2001
		`},
		{name: "4.2.3 of two old parts the first", text: sackEstablished + `
			< . 501:1001(500) ack 1
			> . 1:1(0) ack 1 options sack 501:1001
			< . 1501:2001(500) ack 1
			> . 1:1(0) ack 1 options sack 1501:2001,501:1001
			< . 1:2501(2500) ack 1
			> . 1:1(0) ack 2501 options sack 501:1001
		`},
		{name: "beside four blocks there is room for three", text: sackEstablished + `
			< . 101:201(100) ack 1
			> . 1:1(0) ack 1
			< . 301:401(100) ack 1
			> . 1:1(0) ack 1
			< . 501:601(100) ack 1
			> . 1:1(0) ack 1
			< . 701:801(100) ack 1
			> . 1:1(0) ack 1
			< . 301:351(50) ack 1
			> . 1:1(0) ack 1 options sack 301:351,301:401,701:801,501:601
		`},
		{name: "a keep-alive probe with an old byte, and a duplicate whose FIN is new", text: sackEstablished + `
			< . 1:101(100) ack 1
			> . 1:1(0) ack 101 options none
			< . 100:101(1) ack 1
			> . 1:1(0) ack 101 options sack 100:101
			< F. 51:101(50) ack 1
			> . 1:1(0) ack 102 options sack 51:101
			# no data, no report
			< F. 101:101(0) ack 1
			> . 1:1(0) ack 102 options none
		`},
	})
}
