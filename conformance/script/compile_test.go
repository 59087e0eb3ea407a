package script

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

func compile(t *testing.T, text string, form Form) *Compiled {
	t.Helper()
	s, err := Parse("x.pkt", []byte(text))
	require.NoError(t, err)
	c, err := Compile(s, form)
	require.NoError(t, err)
	return c
}

// packets are the packets of the compiled text.
func packets(t *testing.T, text string, form Form) (ps []vm.Packet) {
	t.Helper()
	for _, e := range compile(t, text, form).Program.Events {
		ps = append(ps, e.Packet)
	}
	return ps
}

func TestCompileHost(t *testing.T) {
	const text = "--local_ip=198.51.100.9/28\n--local_ip=2001:db8:2::9/80\n--gateway_ip=198.51.100.1\n--remote_ip=2001:db8:2::7\n--mtu=1400\n--connect_port=7\n0 idle"
	c := compile(t, text, IPv4)
	assert.Equal(t, sut.Config{Seed: 1, MAC: stackMAC, MTU: 1400, Addr4: [4]byte{198, 51, 100, 9}, Prefix4: 28, Gateway4: [4]byte{198, 51, 100, 1}}, c.Program.Config)
	assert.Equal(t, vm.Peer{MAC: peerMAC, IP4: [4]byte{192, 0, 2, 2}, Port: 7, Neighbour: true}, c.Program.Peer)
	c = compile(t, text, IPv6)
	assert.Equal(t, uint8(80), c.Program.Config.Prefix6)
	assert.Zero(t, c.Program.Config.Prefix4, "one form has one address")
	assert.Equal(t, [16]byte{0x20, 1, 0xd, 0xb8, 0, 2, 15: 7}, c.Program.Peer.IP6)
}

// TestCompileQueues: how long the queues of TCP have to be.
func TestCompileQueues(t *testing.T) {
	g := compile(t, "--recv_buffer=100000\n--send_buffer=2147483647\n0 idle", IPv4).Program.Config
	assert.Equal(t, [2]uint32{100000, math.MaxInt32}, [2]uint32{g.RcvBuf, g.SndBuf})
	for _, bad := range []string{"0", "-1", "2147483648", "", "4k"} {
		s, err := Parse("test.pkt", []byte("--recv_buffer="+bad+"\n0 idle"))
		if err == nil {
			_, err = Compile(s, IPv4)
		}
		assert.ErrorContains(t, err, "recv_buffer", bad)
	}
}

func TestCompileNeeds(t *testing.T) {
	set := func(fs ...sut.Feature) (s sut.Features) {
		for _, f := range fs {
			s = s.With(f)
		}
		return s
	}
	for text, want := range map[string]sut.Features{
		"0 idle":                                     set(sut.FeatureIPv4, sut.FeatureARP),
		"0 < udp (1)":                                set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureUDP),
		"0 < S 0:0(0) truncate 20":                   set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureTCP, sut.FeatureRaw),
		"0 < icmp echo_request":                      set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureICMP),
		"0 link up\n0 inspect drops = 0":             set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureLink, sut.FeatureCounter),
		"0 inspect tcp.state(3) = 0":                 set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureTCPInfo),
		"0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3": set(sut.FeatureIPv4, sut.FeatureARP, sut.FeatureUDP),
	} {
		assert.Equal(t, want, compile(t, text, IPv4).Program.Needs, text)
	}
	assert.Equal(t, set(sut.FeatureIPv6, sut.FeatureNDP, sut.FeatureICMPv6), compile(t, "0 < icmp echo_request", IPv6).Program.Needs)
}

func TestCompileTimes(t *testing.T) {
	const ms = time.Millisecond
	for text, want := range map[string]vm.Event{
		"1.5 > udp (1)":     {Mode: vm.Absolute, At: 1500 * ms},
		"+.25 > udp (1)":    {Mode: vm.Relative, At: 250 * ms},
		"* > udp (1)":       {Mode: vm.AnyTime},
		"1~1.5 > udp (1)":   {Mode: vm.Absolute, At: 1000 * ms, Span: 500 * ms},
		"+.1~+.3 > udp (1)": {Mode: vm.Relative, At: 100 * ms, Span: 200 * ms},
	} {
		ev := compile(t, text, IPv4).Program.Events[0]
		assert.Equal(t, want, vm.Event{Mode: ev.Mode, At: ev.At, Span: ev.Span}, text)
	}
}

// TestCompileSequenceNumbers: a number counts from the initial one of the side that owns it.
func TestCompileSequenceNumbers(t *testing.T) {
	ps := packets(t, "0 < P. 5:15(10) ack 7\n0 > P. 7:8(1) ack 15 {tcp.ack>=15}\n0 < icmp unreachable [7:9(2)]", IPv4)
	assert.Equal(t, []vm.FieldOp{
		{Field: frame.TCPFlags, Op: vm.Set, N: 0x18},
		{Field: frame.TCPSeq, Op: vm.Set, Base: vm.BasePeerISN, N: 5},
		{Field: frame.TCPAck, Op: vm.Set, Base: vm.BaseLocalISN, N: 7},
		{Field: frame.TCPDstPort, Op: vm.Set, N: defaultBindPort},
	}, ps[0].Fields)
	assert.Equal(t, uint32(10), ps[0].Payload.Len)
	assert.Equal(t, []vm.FieldOp{
		{Field: frame.TCPFlags, Op: vm.Equal, N: 0x18},
		{Field: frame.TCPSeq, Op: vm.Equal, Base: vm.BaseLocalISN, N: 7},
		{Field: frame.TCPAck, Op: vm.AtLeast, Base: vm.BasePeerISN, N: 15},
	}, ps[1].Fields, "braces take the place of the line's own")
	assert.Contains(t, ps[2].Fields, vm.FieldOp{Field: frame.QuoteSeq, Op: vm.Set, Base: vm.BaseLocalISN, N: 7})
	assert.True(t, ps[2].Quote)
}

// TestCompilePorts: who begins decides, and the interpreter is told only what it does not know.
func TestCompilePorts(t *testing.T) {
	ports := func(text string) (all [][]vm.FieldOp) {
		for _, e := range compile(t, text, IPv4).Program.Events {
			if e.Kind != vm.Inject && e.Kind != vm.Expect {
				continue
			}
			var fs []vm.FieldOp
			for _, f := range e.Packet.Fields {
				switch f.Field {
				case frame.TCPSrcPort, frame.TCPDstPort, frame.UDPSrcPort, frame.UDPDstPort:
					fs = append(fs, f)
				}
			}
			all = append(all, fs)
		}
		return all
	}
	const udp = "0 socket(..., SOCK_DGRAM, 0) = 3\n"
	assert.Equal(t, [][]vm.FieldOp{nil}, ports(udp+"0 sendto(3, ..., 1, 0, ..., ...) = 1\n0 > udp (1)"), "the stack chooses")
	assert.Equal(t, [][]vm.FieldOp{{{Field: frame.UDPSrcPort, Op: vm.Equal, N: 9}}},
		ports(udp+"0 bind(3, {sin_port=htons(9)}, ...) = 0\n0 sendto(3, ..., 1, 0, ..., ...) = 1\n0 > udp (1)"), "it is bound")
	assert.Equal(t, [][]vm.FieldOp{{{Field: frame.UDPDstPort, Op: vm.Equal, N: 53}}, {{Field: frame.UDPSrcPort, Op: vm.Set, N: 53}}},
		ports(udp+"0 sendto(3, ..., 1, 0, {sin_port=htons(53)}, ...) = 1\n0 > udp (1)\n0 < udp (1)"), "another port of the peer")
	assert.Equal(t, [][]vm.FieldOp{{{Field: frame.TCPDstPort, Op: vm.Set, N: 9}}, nil},
		ports("0 socket(..., SOCK_STREAM, 0) = 3\n0 bind(3, {sin_port=htons(9)}, ...) = 0\n0 < S 0:0(0)\n0 > S. 0:0(0)"), "the bound port")
	assert.Equal(t, [][]vm.FieldOp{{{Field: frame.TCPSrcPort, Op: vm.Set, N: 1}, {Field: frame.TCPDstPort, Op: vm.Set, N: 2}}},
		ports("0 < 1 > 2 S 0:0(0)"), "as the line says")

	ps := packets(t, "0 < flow 1 udp (1)\n0 < flow 1 S 0:0(0)\n0 > flow 1 S. 0:0(0)", IPv4)
	assert.Equal(t, uint8(1), ps[0].Flow)
	assert.Equal(t, uint8(7), ps[1].Flow, "TCP and UDP do not share sequence numbers and ports")
	assert.Contains(t, ps[1].Fields, vm.FieldOp{Field: frame.TCPSrcPort, Op: vm.Set, N: defaultConnectPort + 1})
	assert.Equal(t, uint8(7), ps[2].Flow)
}

func TestCompileVariables(t *testing.T) {
	ps := packets(t, "0 > udp (1) {ip.id=$a}\n0 > udp (1) {ip.id=$b, udp.len=$a}\n0 < udp (1) {ip.id=$b+3}", IPv4)
	assert.Contains(t, ps[0].Fields, vm.FieldOp{Field: frame.IPID, Op: vm.Capture, Var: 0})
	assert.Contains(t, ps[1].Fields, vm.FieldOp{Field: frame.IPID, Op: vm.Capture, Var: 1})
	assert.Contains(t, ps[1].Fields, vm.FieldOp{Field: frame.UDPLen, Op: vm.Equal, Base: vm.BaseVar, Var: 0})
	assert.Contains(t, ps[2].Fields, vm.FieldOp{Field: frame.IPID, Op: vm.Set, Base: vm.BaseVar, Var: 1, N: 3})
	ps = packets(t, "0 > udp (1) {ip.src=$a}\n0 < udp (1) {ip.dst=$a}", IPv4)
	assert.Contains(t, ps[1].Fields, vm.FieldOp{Field: frame.IPDst, Op: vm.Set, Base: vm.BaseVar})
}

// TestCompileOptions: `...` behind options lets others stand among them.
func TestCompileOptions(t *testing.T) {
	p := packets(t, "0 > S 0:0(0) <mss mtu, wscale ..., ...>", IPv6)[0]
	assert.True(t, p.OptionsAny)
	assert.Equal(t, []vm.Option{{Kind: 2, N: [8]uint32{1440}, Count: 1}, {Kind: 3, Any: true}}, p.Options)
	assert.False(t, packets(t, "0 > S 0:0(0)", IPv6)[0].OptionsAny)
}

func TestCompileAddresses(t *testing.T) {
	bytes := func(field, value string, form Form) string {
		p := packets(t, "0 < udp (1) {"+field+"="+value+"}", form)[0]
		b := p.Fields[len(p.Fields)-1].B
		n := p.Fields[len(p.Fields)-1].Field.Bits() / 8
		if field == "ip.src" && form == IPv4 {
			n = 4
		}
		return string(b[:n])
	}
	assert.Equal(t, "\xc0\x00\x02\x02", bytes("ip.src", "peer", IPv4))
	assert.Equal(t, "\xc0\x00\x02\x03", bytes("ip.src", "other", IPv4))
	assert.Equal(t, "\xff\xff\xff\xff", bytes("ip.src", "broadcast", IPv4))
	assert.Equal(t, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", bytes("ip.src", "stack", IPv6))
	assert.Equal(t, "\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff\x00\x00\x02", bytes("nd.target", "solicited(peer)", IPv6))
	assert.Equal(t, "\x33\x33\xff\x00\x00\x01", bytes("eth.dst", "solicited(stack)", IPv6))
	assert.Equal(t, "\x33\x33\x00\x00\x00\x01", bytes("eth.dst", "allnodes", IPv6))
	assert.Equal(t, "\x02\x00\x00\x00\x00\x02", bytes("eth.dst", "gateway", IPv4))
	assert.Equal(t, "\x0a\x0b\x0c\x0d\x0e\xff", bytes("eth.dst", "0a:0b:0c:0d:0e:ff", IPv4))
}

// TestCompileNeighbours: the judge answers by itself unless the script does.
func TestCompileNeighbours(t *testing.T) {
	assert.True(t, compile(t, "0 < udp (1)", IPv4).Program.Peer.Neighbour)
	assert.False(t, compile(t, "0 < arp request", IPv4).Program.Peer.Neighbour)
	assert.False(t, compile(t, "0 > ns", IPv6).Program.Peer.Neighbour)

	p := packets(t, "--remote_ip=2001:db8:7::1\n--gateway_ip=2001:db8::ff\n0 > ns", IPv6)[0]
	assert.Contains(t, p.Fields, vm.FieldOp{Field: frame.NDTarget, Op: vm.Equal, B: [16]byte{0x20, 1, 0xd, 0xb8, 15: 0xff}}, "the next hop is the gateway")
	p = packets(t, "0 < ns {nd.sll=none}", IPv6)[0]
	for _, f := range p.Fields {
		assert.NotEqual(t, frame.NDSLL, f.Field)
	}
}

func TestCompileCalls(t *testing.T) {
	c := compile(t, `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
0...1 accept(3, ..., ...) = 4
.5 write(3, "a\x00b", 3) = 3
2 getsockopt(3, SOL_SOCKET, SO_ERROR, [111], [4]) = 0
2 poll([{fd=3, events=POLLIN, revents=POLLHUP}], 1, -1) = 1
2 read(4, ..., 9) = -1 EWOULDBLOCK (no data)
2 recvfrom(4, ..., 9, MSG_PEEK, {sin_port=htons(7)}, ...) = 5
2 close(9) = ...`, IPv4)
	ev := c.Program.Events
	assert.Equal(t, sut.Call{Op: sut.OpSocket, NewFD: 3, Domain: sut.DomainIPv4, Type: sut.TypeStream, Proto: 6}, ev[0].Call)
	assert.Equal(t, int32(3), ev[0].Want.Ret)
	assert.True(t, ev[1].Blocks)
	assert.Equal(t, time.Second, ev[1].Span)
	assert.Equal(t, uint8(0), ev[1].Call.Task)
	assert.Equal(t, uint8(1), ev[2].Call.Task, "the first task waits in accept")
	assert.Equal(t, vm.Payload{Len: 3, Literal: true, Data: []byte("a\x00b")}, ev[2].Send)
	assert.Equal(t, uint8(0), ev[3].Call.Task, "accept has returned")
	assert.Equal(t, []byte{byte(sut.ECONNREFUSED), 0, 0, 0}, ev[3].Want.Data)
	assert.Equal(t, []byte{sut.PollHup, 0}, ev[4].Want.Data)
	assert.Equal(t, int32(-1), ev[4].Call.Value)
	assert.Equal(t, vm.Want{Ret: -1, Err: sut.EAGAIN}, ev[5].Want)
	assert.Equal(t, vm.Want{Ret: 5, HasData: true, Pattern: true, Addr: sut.Addr{Family: 4, IP: [16]byte{192, 0, 2, 2}, Port: 7}}, ev[6].Want)
	assert.Equal(t, uint16(sut.MsgPeek), ev[6].Call.Flags)
	assert.True(t, ev[7].Want.Any)
	assert.Equal(t, EventInfo{Line: 3, Text: `write(3, "a\x00b", 3) = 3`}, c.Lines[2])
}

func TestCompileMistakes(t *testing.T) {
	const socket = "0 socket(..., SOCK_DGRAM, 0) = 3\n"
	for in, want := range map[string]string{
		"--mut=1\n0 idle":                                    "1:1: option: --mut: there is no such option",
		"--mtu=9000\n0 idle":                                 "1:1: option: --mtu: no link here has 9000",
		"--local_ip=1.2.3\n0 idle":                           "1:1: option: --local_ip: `1.2.3` is not an IP address",
		"--local_ip=1.2.3.4/33":                              "1:1: option: --local_ip: `33` is not a prefix length",
		"--netmask_ip=255.0.255.0":                           "1:1: option: --netmask_ip: `255.0.255.0` has a hole",
		"--ip_version=5":                                     "1:1: option: --ip_version=5 is neither ipv4 nor ipv6",
		"0~1 < udp (1)":                                      "1:1: time: a range and * are for expected packets",
		"* idle":                                             "1:1: time: a range and * are for expected packets",
		"0 > udp (1) truncate 20":                            "1:3: packet: truncate and pad are for injected packets",
		"0 > udp (1) {udp.sum+=1}":                           "1:14: field udp.sum: `+=` is for injected packets",
		"0 < udp (1) {udp.sum!=1}":                           "1:14: field udp.sum: `!=` is for expected packets",
		"0 < udp (1) {ip.ttl=256}":                           "1:21: field ip.ttl: 256 does not fit into 8 bits",
		"0 < udp (1) {ip.ttl=peer}":                          "1:21: field ip.ttl: `peer` is not a number",
		"0 < udp (1) {ip.src=pear}":                          "1:21: field ip.src: `pear` is neither an IP address nor the name of one",
		"0 < udp (1) {ip.src=::1}":                           "1:21: field ip.src: `::1` is not an IPv4 address",
		"0 < udp (1) {eth.src=1:2}":                          "1:22: field eth.src: `1:2` is neither an Ethernet address nor the name of one",
		"0 > udp (1) {ip.src>=peer}":                         "1:22: field ip.src: an address is set and compared by = and != only",
		"0 > udp (1) {ip.src=$x, ip.id=$x}":                  "1:31: field ip.id: $x holds a number where this is an address, or the other way round",
		"0 > udp (1) {ip.src=$x}\n0 < udp (1) {ip.dst=$x+1}": "2:21: field ip.dst: nothing can be added to an address",
		"0 > udp (1) {ip.src=$x}\n0 inspect drops = $x":      "2:19: inspect: $x holds an address",
		"0 < udp (1) {ip.id=$x}":                             "1:20: field ip.id: $x has no value yet: an expected packet gives it one by `ip.id=$x`",
		"0 < udp (3) data 0102":                              "1:3: data: 2 bytes, but the line says 3",
		"0 < ns":                                             "1:3: neighbour discovery: IPv4 has none: the case is for `forms: ipv6` only",
		"0 < icmp packet_too_big":                            "1:3: icmp packet: ipv4 has no `packet_too_big`",
		"0 < icmp ping":                                      "1:3: icmp packet: `ping` is no type or code of ICMP",
		"0 < [flowlabel 0x1] udp (1)":                        "1:6: ip info: IPv4 has no flow label",
		"0 knob x.y = 1":                                     "1:8: knob: there is no knob `x.y`",
		"0 inspect x = 1":                                    "1:11: inspect: there is no figure `x`",
		"0 inspect tcp.state = 1":                            "1:11: inspect: tcp.state is a figure of a socket, or of the whole stack: say so by (FD) or without",
		"0 inspect drops >= $x":                              "1:20: inspect: $x has no value yet: give it one by `drops = $x`",
		"0 frob() = 0":                                       "1:3: frob: the call is not supported",
		"0 listen(3) = 0":                                    "1:3: listen: 1 arguments instead of 2",
		"0 listen(..., 1) = 0":                               "1:10: listen: argument 1: want a number from 0 to 62, got `...`",
		"0 listen(3, 1) = EINVAL":                            "1:18: listen: the result must be a number or `...`",
		"0 listen(3, 1) = -1":                                "1:18: listen: -1 and the name of an error stand together, or neither",
		"0 listen(3, 1) = -1 EWHAT":                          "1:18: listen: the error EWHAT: no stack under test has it",
		"0 socket(AF_INET6, SOCK_STREAM, 0) = 3":             "1:10: socket: `AF_INET6` is not ipv4's: write `...`",
		"0 socket(..., SOCK_RAW, 0) = 3":                     "1:15: socket: argument 2: `SOCK_RAW` is neither SOCK_STREAM nor SOCK_DGRAM",
		"0 bind(3, ..., ...) = 0":                            "1:3: bind: no call has made the descriptor 3",
		socket + "0 bind(3, 5, ...) = 0":                     "2:11: bind: want a structure, got `5`",
		socket + "0 bind(3, {sin_port=5}, ...) = 0":          "2:21: bind: want htons(PORT), got `5`",
		socket + "0 bind(3, {port=5}, ...) = 0":              "2:16: bind: `port`: want each of [sa_family sin_family sin_port sin_addr sin6_port sin6_addr] once",
		"0 write(3, \"ab\", 3) = 3":                          "1:12: write: the string has 2 bytes, not 3",
		"0 read(3, \"ab\", 3) = 3":                           "1:11: read: the string has 2 bytes, the result is 3",
		"0 recv(3, ..., 3, MSG_ERRQUEUE) = 3":                "1:19: recv: the flag MSG_ERRQUEUE: no stack under test has it",
		"0 setsockopt(3, SOL_SOCKET, SO_X, [1], 4) = 0":      "1:29: setsockopt: the option SO_X: no stack under test has it",
		"0 setsockopt(3, SOL_SOCKET, SO_LINGER, {}, 8) = 0":  "1:40: setsockopt: `{}`: want numbers from 0 to 1",
		"0 getsockopt(3, SOL_SOCKET, SO_ERROR, [77], 4) = 0": "1:40: getsockopt: 77 is not the number of an error on Linux",
		"0 poll([], 0, 0) = 0":                               "1:8: poll: want structures and how many: [{fd=4, events=POLLIN, revents=POLLIN}], 1",
		"0 fcntl(3, F_SETFL, O_APPEND) = 0":                  "1:21: fcntl: `O_APPEND` is neither O_RDWR nor O_NONBLOCK",
	} {
		s, err := Parse("x.pkt", []byte(in))
		if assert.NoError(t, err, in) {
			form := IPv4
			if m, err := s.Meta(); err == nil {
				form = m.Forms[0]
			}
			_, err = Compile(s, form)
			assert.EqualError(t, err, "script: x.pkt:"+want, in)
		}
	}
}
