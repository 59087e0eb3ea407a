package script

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

func TestForeignNetwork(t *testing.T) {
	c := foreign(t, "0 idle", false)
	assert.Equal(t, sut.Config{Seed: 1, MAC: stackMAC, MTU: 1500, Addr4: [4]byte{192, 168, 0, 1}, Prefix4: 16, Gateway4: [4]byte{192, 168, 0, 2}, RcvBuf: 65536, SndBuf: 256 << 10}, c.Program.Config)
	assert.Equal(t, [4]byte{192, 0, 2, 1}, c.Program.Peer.IP4)
	assert.Equal(t, uint16(8080), c.Program.Peer.Port)
	assert.Equal(t, 4*time.Millisecond, c.Program.Tolerance)
	c = foreign(t, "--ip_version=ipv6\n--local_ip=fd::1\n--gateway_ip=fd::1\n--remote_ip=fd:1::3\n--tolerance_usecs=10\n0 idle", false)
	assert.Equal(t, [16]byte{0, 0xfd, 15: 1}, c.Program.Config.Addr6)
	assert.Equal(t, [16]byte{0, 0xfd, 15: 2}, c.Program.Config.Gateway6, "the stack is not its own gateway")
	assert.Equal(t, 10*time.Microsecond, c.Program.Tolerance)
	c = foreign(t, "// needs: nothing\n// id of nothing\n--ip_version=ipv4-mapped-ipv6\n0 socket(AF_INET6, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3\n0 connect(3, ..., ...) = -1", false)
	ev := c.Program.Events
	assert.Equal(t, uint8(sut.DomainIPv6), ev[0].Call.Domain)
	assert.Equal(t, sut.Call{Op: sut.OpSetNonblock, FD: 3, Value: 1}, ev[1].Call)
	assert.Equal(t, sut.Addr{Family: 6, IP: [16]byte{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 1}, Port: 8080}, ev[2].Call.Addr)
	assert.Equal(t, vm.Want{Ret: -1}, ev[2].Want, "any error")
}

// TestLongSegments: what is longer than the link takes goes in parts, with PSH and FIN in the last.
func TestLongSegments(t *testing.T) {
	c := foreign(t, "0 < FP. 1:3001(3000) ack 1 win 5\n+1 idle", false)
	require.Len(t, c.Program.Events, 4)
	for i, want := range []struct{ seq, n, flags uint32 }{{1, 1460, 16}, {1461, 1460, 16}, {2921, 80, 16 | 8 | 1}} {
		p := c.Program.Events[i].Packet
		assert.Equal(t, want.n, p.Payload.Len)
		assert.Contains(t, p.Fields, vm.FieldOp{Field: frame.TCPSeq, Op: vm.Set, Base: vm.BasePeerISN, N: want.seq})
		assert.Contains(t, p.Fields, vm.FieldOp{Field: frame.TCPFlags, Op: vm.Set, N: want.flags})
		assert.Equal(t, 1, c.Lines[i].Line)
	}
	assert.Equal(t, vm.Relative, c.Program.Events[1].Mode)
}

// TestConnections: each connect begins another connection, to another port of the stack.
func TestConnections(t *testing.T) {
	c := foreign(t, `0 socket(..., SOCK_STREAM, 0) = 3
0 connect(3, ..., ...) = -1
0 > S 0:0(0) <...>
0 close(3) = 0
0 socket(..., SOCK_STREAM, 0) = 3
0 connect(3, ..., ...) = -1
0 > S 0:0(0) <...>`, false)
	assert.Equal(t, uint8(0), c.Program.Events[2].Packet.Flow)
	second := c.Program.Events[6].Packet
	assert.Equal(t, uint8(7), second.Flow)
	assert.Contains(t, second.Fields, vm.FieldOp{Field: frame.TCPDstPort, Op: vm.Equal, N: 8080})
	assert.NotContains(t, second.Fields, vm.FieldOp{Field: frame.TCPSrcPort, Op: vm.Equal})
}

func TestForeignOptions(t *testing.T) {
	const line = "0 > S. 0:0(0) ack 1 win 5 <mss 1460,sackOK,TS val 100 ecr 200,nop,wscale 7>"
	p := foreign(t, line, false).Program.Events[0].Packet
	assert.True(t, p.Split)
	assert.False(t, p.OptionsAny)
	require.Len(t, p.Options, 5)
	assert.Equal(t, vm.Option{Kind: 8, Count: 2, N: [8]uint32{100, 200}, AnyN: 1}, p.Options[2])
	assert.Contains(t, p.Fields, vm.FieldOp{Field: frame.TCPWin, Op: vm.Equal, N: 5})

	p = foreign(t, "--tcp_ts_tick_usecs=1000\n--strict_segments\n"+line, false).Program.Events[0].Packet
	assert.Zero(t, p.Options[2].AnyN)
	assert.False(t, p.Split)

	p = foreign(t, line, true).Program.Events[0].Packet
	assert.True(t, p.OptionsAny)
	assert.Equal(t, []vm.Option{
		{Kind: 2, Count: 1, N: [8]uint32{1460}}, {Kind: 4, Maybe: true}, {Kind: 8, Count: 2, N: [8]uint32{100, 200}, AnyN: 1, Maybe: true},
		{Kind: 3, Count: 1, N: [8]uint32{7}, Any: true, Maybe: true},
	}, p.Options)
	for _, f := range p.Fields {
		assert.NotEqual(t, frame.TCPWin, f.Field)
	}
	assert.True(t, foreign(t, "0 > . 1:1(0) ack 5", true).Program.Events[0].Packet.Later)
}

// TestCoalesced: segments in sequence at one time are one stretch of the stream, and nothing else is.
func TestCoalesced(t *testing.T) {
	lens := func(text string) (ns []uint32) {
		for _, e := range foreign(t, text, true).Program.Events {
			ns = append(ns, e.Packet.Payload.Len)
		}
		return ns
	}
	assert.Equal(t, []uint32{300}, lens("0 > . 1:101(100) ack 1\n+0 > . 101:201(100) ack 1\n+0 > P. 201:301(100) ack 1"))
	assert.Equal(t, []uint32{100, 100}, lens("0 > . 1:101(100) ack 1\n+.1 > . 101:201(100) ack 1"), "not at once")
	assert.Equal(t, []uint32{100, 100}, lens("0 > . 1:101(100) ack 1\n+0 > . 201:301(100) ack 1"), "a gap")
	assert.Equal(t, []uint32{100, 100}, lens("0 > . 1:101(100) ack 1\n+0 > . 101:201(100) ack 2"), "another acknowledgment")
	assert.Equal(t, []uint32{100, 100}, lens("0 > . 1:101(100) ack 1\n+0 > F. 101:201(100) ack 1"), "an end")
	assert.Equal(t, []uint32{100, 100}, lens("0 > . 1:101(100) ack 1\n+0 > [ect0] . 101:201(100) ack 1"), "another mark")
	assert.Equal(t, []uint32{40000, 40000}, lens("0 > . 1:40001(40000) ack 1\n+0 > . 40001:80001(40000) ack 1"), "more than a segment can say")
	s := foreign(t, "0 > . 1:101(100) ack 1\n+0 > P. 101:201(100) ack 1", true)
	assert.Contains(t, s.Program.Events[0].Packet.Fields, vm.FieldOp{Field: frame.TCPFlags, Op: vm.Equal, N: 0x18}, "PSH as in the last")
	assert.Len(t, foreign(t, "0 > . 1:101(100) ack 1\n+0 > . 101:201(100) ack 1", false).Program.Events, 2, "strictly they are two")
}

func TestQuotes(t *testing.T) {
	const open = "0 socket(..., SOCK_STREAM, 0) = 3\n0 connect(3, ..., ...) = -1\n0 > S 0:0(0) <...>\n"
	for line, want := range map[string][]vm.FieldOp{
		"icmp unreachable code_255":                     {{Field: frame.QuoteSeq, Op: vm.Set, Base: vm.BaseLocalISN}, {Field: frame.ICMPCode, Op: vm.Set, N: 255}},
		"icmp unreachable host_unreachable [7:7(0)]":    {{Field: frame.QuoteSeq, Op: vm.Set, Base: vm.BaseLocalISN, N: 7}},
		"[4294967295:4294967295(0)] icmp time_exceeded": {{Field: frame.QuoteSeq, Op: vm.Set, Base: vm.BaseLocalISN, N: 1<<32 - 1}},
		"icmp type_9 code_3":                            {{Field: frame.ICMPType, Op: vm.Set, N: 9}, {Field: frame.ICMPCode, Op: vm.Set, N: 3}},
	} {
		p := foreign(t, open+"+0 < "+line, false).Program.Events[3].Packet
		for _, f := range want {
			assert.Contains(t, p.Fields, f, line)
		}
	}
}

func TestMarks(t *testing.T) {
	tos := func(line string) (ops []vm.FieldOp) {
		for _, f := range foreign(t, "0 "+line+" udp (5)", false).Program.Events[0].Packet.Fields {
			if f.Field == frame.IPTOS {
				ops = append(ops, f)
			}
		}
		return ops
	}
	is := func(op vm.CheckOp, n uint32) vm.FieldOp { return vm.FieldOp{Field: frame.IPTOS, Op: op, N: n} }
	assert.Equal(t, []vm.FieldOp{is(vm.Set, 0x20)}, tos("< (class CS1)"))
	assert.Equal(t, []vm.FieldOp{is(vm.Set, 0x20)}, tos("< [dscp CS1]"))
	assert.Equal(t, []vm.FieldOp{is(vm.Set, 0x2a)}, tos("< [dscp AF11, ecn ect0]"))
	assert.Equal(t, []vm.FieldOp{is(vm.Equal, 3)}, tos("> [ce]"))
	assert.Equal(t, []vm.FieldOp{is(vm.AtLeast, 0x28), is(vm.AtMost, 0x2b)}, tos("> [dscp 0xa]"))
	assert.Equal(t, []vm.FieldOp{is(vm.AtLeast, 1), is(vm.AtMost, 2)}, tos("> [ect01]"))
	assert.Equal(t, []vm.FieldOp{is(vm.AtLeast, 0x21), is(vm.AtMost, 0x22)}, tos("> [dscp CS1, ecn ect01]"))
}

func TestAccurateECN(t *testing.T) {
	fields := func(flags string) []vm.FieldOp {
		return foreign(t, "0 < "+flags+" 1:1(0)", false).Program.Events[0].Packet.Fields[:3]
	}
	of := func(flags, res uint32) []vm.FieldOp {
		return []vm.FieldOp{{Field: frame.TCPFlags, Op: vm.Set, N: flags}, {Field: frame.TCPRes, Op: vm.Set, N: res}, {Field: frame.TCPSeq, Op: vm.Set, Base: vm.BasePeerISN, N: 1}}
	}
	assert.Equal(t, of(2|64|128, 1), fields("SEWA"))
	assert.Equal(t, of(16|64, 1), fields("5."))
	assert.Equal(t, of(16|8|128, 0), fields("P2."))
	assert.Equal(t, of(16|128|64, 1), fields("7."))
	assert.Equal(t, frame.TCPSeq, fields("E.")[1].Field, "where it plays no part nothing is said of it")
}

func TestRawOptions(t *testing.T) {
	for text, want := range map[string]string{
		"md5 00ff":                     "\x13\x04\x00\xff",
		"AccECN0 ee0b 1 eceb 2 ee1b 3": "\xac\x0b\x00\x00\x01\x00\x00\x02\x00\x00\x03",
		"AccECN1 ee1b 65537":           "\xae\x05\x01\x00\x01",
		"ECN e0b 1 ceb 2":              "\xac\x08\x00\x00\x01\x00\x00\x02",
		"ECN e1b 1":                    "\xae\x05\x00\x00\x01",
		"exp-AccECN0":                  "\xfe\x04\xac\xc0",
		"exp-AccECN1 ee1b 1":           "\xfe\x07\xac\xc1\x00\x00\x01",
		"exp-tarr":                     "\xfe\x04\x00\xac",
		"exp-tarr 2047":                "\xfe\x06\x00\xac\xff\xe0",
	} {
		o := foreign(t, "0 < S 0:0(0) <"+text+">", false).Program.Events[0].Packet.Options[0]
		assert.True(t, o.Raw, text)
		assert.Equal(t, want, string(o.Data), text)
	}
}

func TestMessages(t *testing.T) {
	c := foreign(t, `0 socket(..., SOCK_STREAM, 0) = 3
0 sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {iov_base=..., iov_len=20}], msg_flags=0, msg_control=[]}, MSG_DONTWAIT) = 30
0 recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 50}], msg_flags=0}, 0) = 7
0 writev(3, [{..., 1}, {..., 2}], 2) = 3
0 readv(3, [{..., 5}], 1) = -1 EAGAIN (none)
0 ioctl(3, SIOCINQ, [9]) = 0
0 ioctl(3, TIOCOUTQ, [8]) = 0
0 ioctl(3, FIONBIO, [1]) = 0
0 setsockopt(3, SOL_SOCKET, SO_DEBUG, [1], 4) = 0
0 setsockopt(3, SOL_IP, IP_TOS, [IPTOS_DSCP_CS7|IPTOS_ECN_CE], 4) = 0`, false)
	ev := c.Program.Events
	assert.Equal(t, sut.Call{Op: sut.OpSend, FD: 3, Flags: sut.MsgDontWait}, ev[1].Call)
	assert.Equal(t, uint32(30), ev[1].Send.Len)
	assert.Equal(t, sut.Call{Op: sut.OpRecv, FD: 3, Value: 50}, ev[2].Call)
	assert.Equal(t, vm.Want{Ret: 7, HasData: true, Pattern: true}, ev[2].Want)
	assert.Equal(t, uint32(3), ev[3].Send.Len)
	assert.Equal(t, vm.Want{Ret: -1, Err: sut.EAGAIN}, ev[4].Want)
	assert.Equal(t, vm.Event{Kind: vm.Inspect, Figure: sut.FigRecvQueue, Check: vm.Equal, Value: 9, Call: sut.Call{FD: 3}}, ev[5])
	assert.Equal(t, sut.FigSendQueue, ev[6].Figure)
	assert.Equal(t, sut.OpSetNonblock, ev[7].Call.Op)
	assert.Equal(t, vm.Wait, ev[8].Kind, "a hint")
	assert.Equal(t, []byte{0xe3, 0, 0, 0}, ev[9].Call.Data)
	assert.True(t, foreign(t, "--non_fatal=syscall\n0 socket(..., SOCK_STREAM, 0) = 3", false).Program.Events[0].Want.Any)
}
