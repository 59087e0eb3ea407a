package tcp

import "testing"

func TestSend(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.9.1.2 full segments, PSH on the last, MUST-61", text: established + `
			write 2500
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			> nothing
			< . 1:1(0) ack 2001
			> P. 2001:2501(500) ack 1
			< . 1:1(0) ack 2501
			deadline none
		`},
		{name: "RFC 9293 3.7.4 Nagle, SHLD-7", text: established + `
			write 10
			> P. 1:11(10) ack 1
			write 10
			> nothing
			write 10
			> nothing
			< . 1:1(0) ack 11
			> P. 11:31(20) ack 1
			< . 1:1(0) ack 31
		`},
		{name: "RFC 9293 3.7.4 Nagle switched off, MUST-17", text: established + `
			nodelay
			write 10
			> P. 1:11(10) ack 1
			write 10
			> P. 11:21(10) ack 1
			< . 1:1(0) ack 21
		`},
		{name: "FIN does not wait for Nagle", text: established + `
			write 10
			> P. 1:11(10) ack 1
			write 10
			close
			> FP. 11:21(10) ack 1
			< . 1:1(0) ack 22
			= FIN-WAIT-2
		`},
		{name: "RFC 9293 3.8.6 no more than the window", text: established + `
			< . 1:1(0) ack 1 win 1500
			write 3000
			> . 1:1001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1001 win 2000
			> . 1001:2001(1000) ack 1
			> P. 2001:3001(1000) ack 1
			< . 1:1(0) ack 3001
		`},
		{name: "FIN needs room in the window too", text: established + `
			< . 1:1(0) ack 1 win 1000
			write 1000
			close
			> P. 1:1001(1000) ack 1
			> nothing
			< . 1:1(0) ack 1001 win 1
			> F. 1001:1001(0) ack 1
			< . 1:1(0) ack 1002
		`},
		{name: "RFC 9293 3.8.6.2.1 silly window, MUST-38: half of the largest window is enough", text: established + `
			# the peer's largest window so far was 10000
			< . 1:1(0) ack 1 win 700
			write 5000
			> nothing
			deadline 500ms
			< . 1:1(0) ack 1 win 1000
			> . 1:1001(1000) ack 1
		`},
		{name: "RFC 9293 3.8.6.2.1 (3) a peer whose windows are small", text: `
			connect
			> S 0:0(0)
			< S. 0:0(0) ack 1 win 800 mss 1000
			> . 1:1(0) ack 1
			write 5000
			> . 1:801(800) ack 1
			< . 1:1(0) ack 801 win 399
			> nothing
			< . 1:1(0) ack 801 win 400
			> . 801:1201(400) ack 1
		`},
		{name: "RFC 9293 3.8.6.2.1 (4) the override timeout", text: established + `
			< . 1:1(0) ack 1 win 10
			write 100
			+500ms
			> . 1:11(10) ack 1
			deadline 1s
			< . 1:1(0) ack 11 win 10
			+500ms
			> . 11:21(10) ack 1
		`},
		{name: "MUST-34 the peer takes its window back: nothing new is sent, SHLD-15", text: established + `
			write 3000
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			> P. 2001:3001(1000) ack 1
			write 1000
			> P. 3001:4001(1000) ack 1
			< . 1:1(0) ack 1001 win 500
			write 1000
			> nothing
			# SHLD-16: what is inside the window is still sent again
			+1s
			> . 1001:1501(500) ack 1
			> nothing
			< . 1:1(0) ack 4001 win 10000
			> P. 4001:5001(1000) ack 1
			< . 1:1(0) ack 5001
		`},
	})
}

func TestLowerMSS(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.7.5 what is outstanding goes again in smaller segments, SHLD-6", text: established + `
			write 2000
			> . 1:1001(1000) ack 1
			> P. 1001:2001(1000) ack 1
			lower 700
			> . 1:701(700) ack 1
			> . 701:1401(700) ack 1
			> P. 1401:2001(600) ack 1
			< . 1:1(0) ack 2001
			write 700
			> P. 2001:2701(700) ack 1
			< . 1:1(0) ack 2701
			deadline none
		`},
		{name: "larger segments are nothing new", text: established + `
			write 1000
			> P. 1:1001(1000) ack 1
			lower 1000
			> nothing
			lower 1400
			> nothing
			< . 1:1(0) ack 1001
			write 1001
			> . 1001:2001(1000) ack 1
		`},
		{name: "the floor", text: established + `
			lower 1
			write 50
			> . 1:49(48) ack 1
		`},
		{name: "before there is a connection", text: `
			connect
			> S 0:0(0)
			lower 1300
			> nothing
		`},
	})
}

func TestZeroWindow(t *testing.T) {
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.8.6.1 probes of one byte, first after RTO, then further and further apart, MUST-36, SHLD-29, SHLD-30",
			text: established + `
			< . 1:1(0) ack 1 win 0
			write 500
			> nothing
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+2s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+4s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+8s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+16s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+32s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+1m
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+1m
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+1m
			> . 1:2(1) ack 1
			# the window opens: the byte was not taken
			< . 1:1(0) ack 1 win 1000
			> P. 1:501(500) ack 1
			deadline 1s
			< . 1:1(0) ack 501
			deadline none
		`},
		{name: "RFC 9293 3.8.6.1 the probe's byte is taken", text: established + `
			< . 1:1(0) ack 1 win 0
			write 500
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 2 win 0
			+2s
			> . 2:3(1) ack 1
			< . 1:1(0) ack 3 win 2000
			> P. 3:501(498) ack 1
			< . 1:1(0) ack 501
		`},
		{name: "RFC 9293 3.8.3 nobody answers the probes", text: established + `
			< . 1:1(0) ack 1 win 0
			write 500
			+1s
			> . 1:2(1) ack 1
			+2s
			> . 1:2(1) ack 1
			+4s
			> . 1:2(1) ack 1
			+8s
			> . 1:2(1) ack 1
			+16s
			> . 1:2(1) ack 1
			+32s
			> . 1:2(1) ack 1
			+38s
			= CLOSED timed-out
			deadline none
		`},
		{name: "the probe that cannot be sent waits", text: established + `
			< . 1:1(0) ack 1 win 0
			write 500
			+1s
			+10s idle
			> . 1:2(1) ack 1
			deadline 2s
			< . 1:1(0) ack 1 win 0
		`},
		{name: "RFC 5681 2 answers to probes are no duplicates", text: established + `
			< . 1:1(0) ack 1 win 0
			write 3000
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+2s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+4s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			< . 1:1(0) ack 1 win 4000
			> . 1:1001(1000) ack 1
			> . 1001:2001(1000) ack 1
			> P. 2001:3001(1000) ack 1
			< . 1:1(0) ack 3001
			write 10001
		` + segments(3001, 10) + `
			> nothing
		`},
		{name: "a FIN as probe", text: established + `
			< . 1:1(0) ack 1 win 0
			close
			> nothing
			+1s
			> F. 1:1(0) ack 1
			< . 1:1(0) ack 2 win 0
			= FIN-WAIT-2
		`},
		{name: "RFC 9293 3.8.6 the window closes by shrinking: probe, do not time out, MUST-35", text: established + `
			write 1000
			> P. 1:1001(1000) ack 1
			< . 1:1(0) ack 1 win 0
			+1s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 0
			+2s
			> . 1:2(1) ack 1
			< . 1:1(0) ack 1 win 5000
			> P. 1:1001(1000) ack 1
			< . 1:1(0) ack 1001
			deadline none
		`},
		{name: "an ACK during probing has a sequence number that the peer accepts", text: established + `
			< . 1:1(0) ack 1 win 0
			write 500
			+1s
			> . 1:2(1) ack 1
			< P. 1:11(10) ack 1 win 0
			> . 1:1(0) ack 11
		`},
	})
}

func TestReceiveWindow(t *testing.T) {
	small := func(c *Config) { c.RcvBuf = 1000 }
	scripts(t, []scriptCase{
		{name: "RFC 9293 3.8.6.2.2 silly window, MUST-39: the right edge moves by a segment at least", text: established + `
			< P. 1:4001(4000) ack 1
			> . 1:1(0) ack 4001 win 0
			read 999
			> nothing
			read 1
			> . 1:1(0) ack 4001 win 1000
			read 1999
			> nothing
			read 1
			> . 1:1(0) ack 4001 win 3000
			read 1000
			> nothing
			< P. 4001:4002(1) ack 1
			> . 1:1(0) ack 4002 win 3999
		`},
		{name: "RFC 9293 3.8.6.2.2 or by half the buffer, if that is less", opts: []func(*Config){small}, text: `
			listen
			< S 0:0(0) win 10000 mss 1460
			> S. 0:0(0) ack 1 win 1000
			< . 1:1001(1000) ack 1
			> . 1:1(0) ack 1001 win 0
			read 499
			> nothing
			read 1
			> . 1:1(0) ack 1001 win 500
			read 499
			> nothing
			< . 1001:1011(10) ack 1
			> . 1:1(0) ack 1011 win 490
			read 11
			> . 1:1(0) ack 1011 win 1000
		`},
		{name: "SHLD-14 the right edge does not retreat", text: established + `
			< P. 1:11(10) ack 1
			> . 1:1(0) ack 11 win 3990
			< . 21:31(10) ack 1
			> . 1:1(0) ack 11 win 3990
			< . 11:21(10) ack 1
			> . 1:1(0) ack 31 win 3970
			read 30
		`},
		{name: "MUST-1 windows of 32768 and more", opts: []func(*Config){func(c *Config) { c.RcvBuf = 1 << 20 }}, text: `
			connect
			> S 0:0(0) win 65535
			< S. 0:0(0) ack 1 win 65535 mss 1460
			> . 1:1(0) ack 1 win 65535
			write 16000
			> . 1:1461(1460) ack 1
			> . 1461:2921(1460) ack 1
			> . 2921:4381(1460) ack 1
			> . 4381:5841(1460) ack 1
			> . 5841:7301(1460) ack 1
			> . 7301:8761(1460) ack 1
			> . 8761:10221(1460) ack 1
			> . 10221:11681(1460) ack 1
			> . 11681:13141(1460) ack 1
			> . 13141:14601(1460) ack 1
			# ten segments: RFC 6928 2
			> nothing
			< . 1:1(0) ack 14601 win 0
		`},
		{name: "there is nothing to announce to a peer that has closed", text: established + `
			< FP. 1:3001(3000) ack 1
			> . 1:1(0) ack 3002 win 999
			read 3000
			> nothing
		`},
	})
}
