package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// says is a stack that sends these frames when the first call is made.
func says(frames ...func(f *fake) []byte) *fake {
	f := newFake()
	f.mac = []byte{2, 0, 0, 0, 0, 2}
	f.onCall = func(f *fake, _ *sut.Call, _ *sut.Result, out sut.Sink) (sut.Status, bool) {
		f.mac = []byte{2, 0, 0, 0, 0, 2}
		for _, make := range frames {
			out.Frame(f.now, make(f))
		}
		return sut.OK, true
	}
	return f
}

// expecting is a program that makes a call and then expects these packets.
func expecting(packets ...vm.Packet) *vm.Program {
	p := program(call(sut.OpListen, 3, 0))
	p.Peer.Neighbour = false
	for _, k := range packets {
		p.Events = append(p.Events, vm.Event{Kind: vm.Expect, Mode: vm.Relative, Packet: k})
	}
	return p
}

func eq(f frame.Field, n uint32) vm.FieldOp { return vm.FieldOp{Field: f, Op: vm.Equal, N: n} }

func check(f frame.Field, op vm.CheckOp, n uint32) vm.FieldOp {
	return vm.FieldOp{Field: f, Op: op, N: n}
}

func segment(net vm.Net, flags, seq uint32, opts, data []byte) func(f *fake) []byte {
	return func(f *fake) []byte {
		return f.build(frame.Layout{Net: net, Transport: vm.TransportTCP, Options: len(opts), Payload: len(data)}, func(v *frame.View) {
			if net == vm.NetIPv6 {
				v.SetAddr(frame.IPDst, []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2})
			}
			v.Set(frame.TCPSrcPort, 1025)
			v.Set(frame.TCPDstPort, 8080)
			v.Set(frame.TCPFlags, flags)
			v.Set(frame.TCPSeq, seq)
			copy(v.Options(), opts)
			copy(v.Payload(), data)
		})
	}
}

func tcpPacket(net vm.Net, n uint32, fields ...vm.FieldOp) vm.Packet {
	return vm.Packet{Net: net, Transport: vm.TransportTCP, OptionsAny: true, Fields: fields, Payload: vm.Payload{Len: n}}
}

// stream is n bytes of what the stack writes, from a position on.
func stream(at uint32, n int) []byte {
	b := make([]byte, n)
	frame.Fill(b, at, 0x80)
	return b
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		op   vm.CheckOp
		n    uint32
		pass bool
	}{
		{vm.Equal, 5000, true}, {vm.Equal, 5001, false}, {vm.NotEq, 5001, true}, {vm.NotEq, 5000, false},
		{vm.AtLeast, 5000, true}, {vm.AtLeast, 5001, false}, {vm.AtMost, 5000, true}, {vm.AtMost, 4999, false},
		{vm.Bits, 0x1388, true}, {vm.Bits, 0x1380, true}, {vm.Bits, 1, false}, {vm.Capture, 0, true},
	} {
		v := run(t, expecting(tcpPacket(vm.NetIPv4, 0, check(frame.TCPSeq, c.op, c.n))), says(segment(vm.NetIPv4, frame.ACK, 5000, nil, nil)), vm.RunOptions{})
		require.Equal(t, c.pass, v.Outcome == vm.Pass, "%d %d: %+v", c.op, c.n, v)
		if !c.pass {
			require.EqualValues(t, 5000, v.Got)
		}
	}
}

// TestSerialChecks: numbers of a stream compare as sequence numbers do.
func TestSerialChecks(t *testing.T) {
	syn := segment(vm.NetIPv4, frame.SYN, 0xfffffff0, nil, nil)
	later := segment(vm.NetIPv4, frame.ACK, 0x10, nil, nil) // 0x20 after the initial number
	for _, c := range []struct {
		op   vm.CheckOp
		n    uint32
		pass bool
	}{
		{vm.Equal, 0x20, true}, {vm.AtLeast, 0x20, true}, {vm.AtLeast, 0x21, false}, {vm.AtMost, 0x20, true}, {vm.AtMost, 0x1f, false},
		{vm.AtLeast, 1<<32 - 1, true}, {vm.AtMost, 1<<32 - 1, false},
	} {
		second := vm.FieldOp{Field: frame.TCPSeq, Op: c.op, Base: vm.BaseLocalISN, N: c.n}
		p := expecting(tcpPacket(vm.NetIPv4, 0, eq(frame.TCPFlags, frame.SYN)), tcpPacket(vm.NetIPv4, 0, second))
		v := run(t, p, says(syn, later), vm.RunOptions{})
		require.Equal(t, c.pass, v.Outcome == vm.Pass, "%d %#x: %+v", c.op, c.n, v)
	}
}

// TestLearntFromTheStack: its port, its initial sequence number, its time stamps.
func TestLearntFromTheStack(t *testing.T) {
	for _, net := range []vm.Net{vm.NetIPv4, vm.NetIPv6} {
		syn := segment(net, frame.SYN, 77, []byte{8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1}, nil)
		f := says(syn)
		p := expecting(tcpPacket(net, 0, eq(frame.TCPFlags, frame.SYN), vm.FieldOp{Field: frame.TCPSeq, Op: vm.Equal, Base: vm.BaseLocalISN}))
		k := &p.Events[1].Packet
		k.OptionsAny = false
		k.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{100, 0}}, {Kind: frame.OptNOP}, {Kind: frame.OptNOP}}
		// The answer goes to the port that the SYN came from, acknowledges it, and echoes its time stamp.
		answer := in(0, fSA, 0, 1, 0)
		answer.Packet.Net, answer.Packet.Fields = net, answer.Packet.Fields[1:]
		answer.Packet.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{500, 100}}}
		p.Events = append(p.Events, answer)
		var v *frame.View
		f.onIn = func(_ *fake, in *frame.View, _ sut.Sink) bool {
			c := *in
			c.B = append([]byte(nil), in.B...)
			v = &c
			return true
		}
		verdict := run(t, p, f, vm.RunOptions{})
		require.Equal(t, vm.Pass, verdict.Outcome, "%+v", verdict)
		require.EqualValues(t, 1025, number(t, v, frame.TCPDstPort))
		require.EqualValues(t, 78, number(t, v, frame.TCPAck))
		require.Equal(t, []byte{0, 0, 1, 0}, v.Options()[6:10], "the echo is the stack's own value")
	}
}

// TestMappedOptions: time stamps and SACK edges count from the flow's numbers, in both directions.
func TestMappedOptions(t *testing.T) {
	p := exchange()
	p.Events[atSYN].Packet.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{1000, 0}}}
	p.Events[atSYNACK].Packet.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{200, 1000}}}
	p.Events[atDataACK].Packet.OptionsAny = false
	p.Events[atDataACK].Packet.Options = []vm.Option{
		{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{203, 1000}}, {Kind: frame.OptSACK, Count: 2, N: [8]uint32{21, 31}},
	}
	var isn, stamp uint32
	f := newFake()
	f.onIn = func(_ *fake, v *frame.View, _ sut.Sink) bool {
		if flags, _ := v.Get(frame.TCPFlags); flags == frame.SYN {
			isn, _ = v.Get(frame.TCPSeq)
			o := v.Options()
			require.Equal(t, []byte{0, 0, 0, 0}, o[6:10], "no echo without ACK")
			stamp = uint32(o[2])<<24 | uint32(o[3])<<16 | uint32(o[4])<<8 | uint32(o[5])
		}
		return false
	}
	put := func(b []byte, n uint32) { b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n) }
	rebuild := func(f *fake, b []byte, opts []byte) []byte {
		var v frame.View
		frame.Parse(b, &v)
		flags, _ := v.Get(frame.TCPFlags)
		seq, _ := v.Get(frame.TCPSeq)
		return f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportTCP, Options: len(opts)}, func(n *frame.View) {
			for _, x := range []frame.Field{frame.TCPSrcPort, frame.TCPDstPort, frame.TCPAck} {
				was, _ := v.Get(x)
				n.Set(x, was)
			}
			n.Set(frame.TCPFlags, flags)
			n.Set(frame.TCPSeq, seq)
			copy(n.Options(), opts)
		})
	}
	shift := uint32(0)
	f.onFrame = func(f *fake, _ sut.Time, b []byte) [][]byte {
		opts := make([]byte, 12)
		opts[0], opts[1] = 8, 10
		put(opts[6:], stamp)
		switch {
		case isTCP(b, fSA):
			put(opts[2:], 0xfffffffe)
		case isTCP(b, frame.ACK):
			put(opts[2:], 1) // 3 later
			opts = append(opts[:10], 5, 10, 0, 0, 0, 0, 0, 0, 0, 0)
			put(opts[12:], isn+21)
			put(opts[16:], isn+31+shift)
		default:
			return nil
		}
		return [][]byte{rebuild(f, b, opts)}
	}
	v := run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.Pass, v.Outcome, "%v at %d: %+v", v.Reason, v.Event, v)

	shift = 1
	v = run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.PartValue, v.Part)
	require.EqualValues(t, 1, v.Index)
	require.EqualValues(t, 31, v.Want)
	require.EqualValues(t, 32, v.Got)

	p.Events[atDataACK].Packet.Options[1].AnyN = 2
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome, "the right edge is not compared")
	p.Events[atDataACK].Packet.Options[1] = vm.Option{Kind: frame.OptSACK, Any: true}
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome, "nor are the values")
}

func TestCapturedVariables(t *testing.T) {
	capture := func(f frame.Field, v uint8) vm.FieldOp { return vm.FieldOp{Field: f, Op: vm.Capture, Var: v} }
	first := tcpPacket(vm.NetIPv4, 0, capture(frame.TCPSeq, 3), capture(frame.IPSrc, 4))
	again := tcpPacket(vm.NetIPv4, 0, vm.FieldOp{Field: frame.TCPSeq, Op: vm.Equal, Base: vm.BaseVar, Var: 3, N: 10},
		vm.FieldOp{Field: frame.IPSrc, Op: vm.Equal, Base: vm.BaseVar, Var: 4})
	s := says(segment(vm.NetIPv4, frame.ACK, 50, nil, nil), segment(vm.NetIPv4, frame.ACK, 60, nil, nil))
	require.Equal(t, vm.Pass, run(t, expecting(first, again), s, vm.RunOptions{}).Outcome)
	s = says(segment(vm.NetIPv4, frame.ACK, 50, nil, nil), segment(vm.NetIPv4, frame.ACK, 61, nil, nil))
	v := run(t, expecting(first, again), s, vm.RunOptions{})
	require.EqualValues(t, 10, v.Want)
	require.EqualValues(t, 11, v.Got)
	require.Equal(t, vm.Undefined, run(t, expecting(again), s, vm.RunOptions{}).Reason)
}

// TestSplit: a segment may come in parts, with PSH in the last.
func TestSplit(t *testing.T) {
	syn := segment(vm.NetIPv4, frame.SYN, 0xffffffff, nil, nil)
	part := func(flags uint32, at uint32, n int) func(f *fake) []byte {
		return segment(vm.NetIPv4, flags, at, nil, stream(at, n))
	}
	want := tcpPacket(vm.NetIPv4, 30, eq(frame.TCPFlags, fPA), vm.FieldOp{Field: frame.TCPSeq, Op: vm.Equal, Base: vm.BaseLocalISN, N: 1})
	want.Split = true
	first := tcpPacket(vm.NetIPv4, 0, eq(frame.TCPFlags, frame.SYN))
	for _, c := range []struct {
		name   string
		frames []func(f *fake) []byte
		part   vm.Part
		field  frame.Field
	}{
		{"whole", []func(f *fake) []byte{part(fPA, 0, 30)}, 0, 0},
		{"in three", []func(f *fake) []byte{part(frame.ACK, 0, 10), part(fPA, 10, 10), part(fPA, 20, 10)}, 0, 0},
		{"out of order", []func(f *fake) []byte{part(frame.ACK, 10, 10), part(frame.ACK, 0, 10), part(fPA, 20, 10)}, vm.PartField, frame.TCPSeq},
		{"too much", []func(f *fake) []byte{part(frame.ACK, 0, 10), part(fPA, 10, 21)}, vm.PartField, frame.PayloadLen},
		{"without PSH", []func(f *fake) []byte{part(frame.ACK, 0, 10), part(frame.ACK, 10, 20)}, vm.PartField, frame.TCPFlags},
		{"FIN too soon", []func(f *fake) []byte{part(frame.ACK|frame.FIN, 0, 10), part(fPA, 10, 20)}, vm.PartField, frame.TCPFlags},
		{"other bytes", []func(f *fake) []byte{part(frame.ACK, 0, 10), segment(vm.NetIPv4, fPA, 10, nil, stream(9, 20))}, vm.PartPayload, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := expecting(first, want)
			p.Events = append(p.Events, vm.Event{Kind: vm.End})
			v := run(t, p, says(append([]func(f *fake) []byte{syn}, c.frames...)...), vm.RunOptions{})
			require.Equal(t, c.part, v.Part, "%+v", v)
			require.Equal(t, c.field, v.Field)
			require.Equal(t, c.part == 0, v.Outcome == vm.Pass)
		})
	}
	want.Split = false
	v := run(t, expecting(first, want), says(syn, part(frame.ACK, 0, 10), part(fPA, 10, 20)), vm.RunOptions{})
	require.Equal(t, vm.Wrong, v.Reason)
}

func TestLiteralPayload(t *testing.T) {
	k := tcpPacket(vm.NetIPv4, 5)
	k.Payload.Literal, k.Payload.Data = true, []byte("hello")
	require.Equal(t, vm.Pass, run(t, expecting(k), says(segment(vm.NetIPv4, fPA, 1, nil, []byte("hello"))), vm.RunOptions{}).Outcome)
	v := run(t, expecting(k), says(segment(vm.NetIPv4, fPA, 1, nil, []byte("hallo"))), vm.RunOptions{})
	require.EqualValues(t, 1, v.Index)
	require.EqualValues(t, 'e', v.Want)
	k.Payload = vm.Payload{Any: true}
	require.Equal(t, vm.Pass, run(t, expecting(k), says(segment(vm.NetIPv4, fPA, 1, nil, []byte("hi"))), vm.RunOptions{}).Outcome)
}

// TestLinkAddress: where a frame goes on the link follows from where its datagram goes.
func TestLinkAddress(t *testing.T) {
	to := func(ip []byte, mac []byte) func(f *fake) []byte {
		return func(f *fake) []byte {
			net := vm.NetIPv4
			if len(ip) == 16 {
				net = vm.NetIPv6
			}
			return f.build(frame.Layout{Net: net, Transport: vm.TransportUDP}, func(v *frame.View) {
				v.SetAddr(frame.IPDst, ip)
				v.SetAddr(frame.EthDst, mac)
				v.Set(frame.UDPDstPort, 8080)
			})
		}
	}
	peer := []byte{2, 0, 0, 0, 0, 2}
	all := []byte{255, 255, 255, 255, 255, 255}
	for _, c := range []struct {
		ip, mac []byte
		pass    bool
	}{
		{[]byte{192, 0, 2, 1}, peer, true},
		{[]byte{192, 0, 2, 1}, all, false},
		{[]byte{8, 8, 8, 8}, peer, true}, // by way of the gateway
		{[]byte{224, 129, 2, 3}, []byte{1, 0, 0x5e, 1, 2, 3}, true},
		{[]byte{224, 129, 2, 3}, []byte{1, 0, 0x5e, 129, 2, 3}, false},
		{[]byte{224, 129, 2, 3}, peer, false},
		{[]byte{255, 255, 255, 255}, all, true},
		{[]byte{192, 168, 255, 255}, all, true},
		{[]byte{192, 168, 255, 255}, peer, false},
		{[]byte{192, 167, 255, 255}, peer, true},
		{[]byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, []byte{0x33, 0x33, 0, 0, 0, 1}, true},
		{[]byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, peer, false},
	} {
		k := vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportUDP, Fields: []vm.FieldOp{{Field: frame.IPDst, Op: vm.Equal}}}
		if len(c.ip) == 16 {
			k.Net = vm.NetIPv6
		}
		copy(k.Fields[0].B[:], c.ip)
		v := run(t, expecting(k), says(to(c.ip, c.mac)), vm.RunOptions{})
		require.Equal(t, c.pass, v.Outcome == vm.Pass, "%v to %v: %+v", c.ip, c.mac, v)
		if !c.pass {
			require.Equal(t, frame.EthDst, v.Field)
		}
	}
}

func TestExpectedARP(t *testing.T) {
	ask := func(f *fake) []byte {
		return f.build(frame.Layout{Net: vm.NetARP}, func(v *frame.View) {
			v.SetAddr(frame.EthDst, []byte{255, 255, 255, 255, 255, 255})
			v.SetAddr(frame.ARPSHA, f.cfg.MAC[:])
			v.SetAddr(frame.ARPSPA, f.cfg.Addr4[:])
			v.SetAddr(frame.ARPTPA, []byte{192, 0, 2, 1})
		})
	}
	reply := func(tha byte) func(f *fake) []byte {
		return func(f *fake) []byte {
			return f.build(frame.Layout{Net: vm.NetARP}, func(v *frame.View) {
				v.Set(frame.ARPOp, 2)
				v.SetAddr(frame.ARPSHA, f.cfg.MAC[:])
				v.SetAddr(frame.ARPSPA, f.cfg.Addr4[:])
				v.SetAddr(frame.ARPTHA, []byte{2, 0, 0, 0, 0, tha})
				v.SetAddr(frame.ARPTPA, []byte{192, 0, 2, 1})
			})
		}
	}
	request := vm.Packet{Net: vm.NetARP, Fields: []vm.FieldOp{eq(frame.ARPOp, 1)}}
	answer := vm.Packet{Net: vm.NetARP, Fields: []vm.FieldOp{eq(frame.ARPOp, 2)}}
	require.Equal(t, vm.Pass, run(t, expecting(request, answer), says(ask, reply(2)), vm.RunOptions{}).Outcome)
	require.Equal(t, frame.ARPTHA, run(t, expecting(answer), says(reply(3)), vm.RunOptions{}).Field)
	require.Equal(t, frame.ARPOp, run(t, expecting(answer), says(ask), vm.RunOptions{}).Field)
	other := vm.Packet{Net: vm.NetARP, Fields: []vm.FieldOp{{Field: frame.ARPTPA, Op: vm.Equal, B: [16]byte{1, 2, 3, 4}}}}
	require.Equal(t, frame.ARPTPA, run(t, expecting(other), says(ask), vm.RunOptions{}).Field)
}

// TestQuotes: an ICMP error quotes what was injected; an injected one quotes what the stack sent.
func TestQuotes(t *testing.T) {
	for _, net := range []vm.Net{vm.NetIPv4, vm.NetIPv6} {
		kind := map[vm.Net]uint32{vm.NetIPv4: 3, vm.NetIPv6: 1}[net]
		quote, flip := 28, -1
		if net == vm.NetIPv6 {
			quote = 48
		}
		f := newFake()
		var quoted uint32
		f.onIn = func(f *fake, v *frame.View, out sut.Sink) bool {
			f.mac = []byte{2, 0, 0, 0, 0, 2}
			if v.Transport == vm.TransportICMP {
				quoted, _ = v.Get(frame.QuoteSeq)
				return true
			}
			datagram := append([]byte(nil), v.Datagram()...)
			if flip >= 0 {
				datagram[flip] ^= 1
			}
			src, _ := v.Addr(frame.IPSrc)
			if v.Transport == vm.TransportTCP {
				out.Frame(f.now, f.build(frame.Layout{Net: net, Transport: vm.TransportTCP}, func(r *frame.View) {
					r.SetAddr(frame.IPDst, src)
					r.Set(frame.TCPSrcPort, 80)
					r.Set(frame.TCPDstPort, 8080)
					r.Set(frame.TCPSeq, 1000)
				}))
				return true
			}
			out.Frame(f.now, f.build(frame.Layout{Net: net, Transport: vm.TransportICMP, ICMPType: uint8(kind), Payload: quote}, func(r *frame.View) {
				r.SetAddr(frame.IPDst, src)
				copy(r.Payload(), datagram)
			}))
			return true
		}
		udp := vm.Packet{Net: net, Transport: vm.TransportUDP, Payload: vm.Payload{Len: 20}, Fields: []vm.FieldOp{num(frame.UDPDstPort, 9)}}
		unreachable := vm.Packet{Net: net, Transport: vm.TransportICMP, Quote: true, Fields: []vm.FieldOp{eq(frame.ICMPType, kind)}}
		tcp := in(0, frame.ACK, 1, 0, 0).Packet
		tcp.Net = net
		toobig := vm.Packet{Net: net, Transport: vm.TransportICMP, Quote: true, Fields: []vm.FieldOp{
			num(frame.ICMPType, kind), {Field: frame.QuoteSeq, Op: vm.Add, N: 7}}}
		p := program(
			vm.Event{Kind: vm.Inject, Packet: udp}, vm.Event{Kind: vm.Expect, Packet: unreachable},
			vm.Event{Kind: vm.Inject, Packet: tcp}, vm.Event{Kind: vm.Expect, Packet: tcpPacket(net, 0, eq(frame.TCPSeq, 1000))},
			vm.Event{Kind: vm.Inject, Packet: toobig}, vm.Event{Kind: vm.End},
		)
		v := run(t, p, f, vm.RunOptions{})
		require.Equal(t, vm.Pass, v.Outcome, "%+v", v)
		require.EqualValues(t, 1007, quoted)

		flip = 9
		if net == vm.NetIPv6 {
			flip = 7
		}
		v = run(t, p, f, vm.RunOptions{})
		require.Equal(t, vm.PartQuote, v.Part)
		require.EqualValues(t, flip, v.Index)

		flip, quote = -1, 60
		if net == vm.NetIPv6 {
			quote = 80
		}
		v = run(t, p, f, vm.RunOptions{})
		require.Equal(t, vm.PartQuote, v.Part, "it quotes more than there was")
	}
}
