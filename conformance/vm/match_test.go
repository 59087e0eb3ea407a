package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// against runs one expectation against one frame.
func against(t *testing.T, k vm.Packet, b func(f *fake) []byte) vm.Verdict {
	t.Helper()
	return run(t, expecting(k), says(b), vm.RunOptions{})
}

func withOptions(any bool, options ...vm.Option) vm.Packet {
	k := tcpPacket(vm.NetIPv4, 0)
	k.OptionsAny, k.Options = any, options
	return k
}

func TestOptions(t *testing.T) {
	sent := []byte{2, 4, 5, 0xb4, 4, 2, 99, 4, 1, 2, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0}
	syn := segment(vm.NetIPv4, frame.SYN, 0, sent, nil)
	mss := vm.Option{Kind: frame.OptMSS, Count: 1, N: [8]uint32{1460}}
	sackOK, nop := vm.Option{Kind: frame.OptSACKPerm}, vm.Option{Kind: frame.OptNOP}
	raw := vm.Option{Kind: 99, Raw: true, Data: []byte{99, 4, 1, 2}}
	stamps := vm.Option{Kind: frame.OptTimestamps, Count: 2, AbsN: 3, N: [8]uint32{1, 2}}
	eol := vm.Option{Kind: frame.OptEOL}
	another := raw
	another.Data = []byte{99, 4, 1, 3}
	shorter := raw
	shorter.Data = []byte{99, 3, 1}
	for _, c := range []struct {
		name  string
		k     vm.Packet
		part  vm.Part
		index int
	}{
		{"all", withOptions(false, mss, sackOK, raw, nop, nop, stamps), 0, 0},
		{"all, with the padding", withOptions(false, mss, sackOK, raw, nop, nop, stamps, eol, eol), 0, 0},
		{"more padding than there is", withOptions(false, mss, sackOK, raw, nop, nop, stamps, eol, eol, eol), vm.PartOption, 8},
		{"one too few", withOptions(false, mss, sackOK, raw, nop), vm.PartOption, 4},
		{"none", withOptions(false), vm.PartOption, 0},
		{"other order", withOptions(false, sackOK, mss), vm.PartOption, 0},
		{"raw differs", withOptions(false, mss, sackOK, another), vm.PartValue, 2},
		{"raw of another length", withOptions(false, mss, sackOK, shorter), vm.PartOptionSize, 2},
		{"any value", withOptions(false, vm.Option{Kind: frame.OptMSS, Any: true}, sackOK, raw, nop, nop, stamps), 0, 0},
		{"among others", withOptions(true, stamps, mss), 0, 0},
		{"not among others", withOptions(true, mss, vm.Option{Kind: frame.OptWScale, Any: true}), vm.PartOption, 1},
		{"another value among others", withOptions(true, another), vm.PartValue, 0},
		{"whatever", withOptions(true), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := against(t, c.k, syn)
			require.Equal(t, c.part, v.Part, "%+v", v)
			require.EqualValues(t, c.index, v.Index)
			require.Equal(t, c.part == 0, v.Outcome == vm.Pass)
		})
	}
	two := vm.Option{Kind: frame.OptSACK, Count: 4}
	v := against(t, withOptions(false, two), segment(vm.NetIPv4, frame.ACK, 0, []byte{5, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}, nil))
	require.Equal(t, vm.PartOptionSize, v.Part)
	require.EqualValues(t, 18, v.Want)
	require.EqualValues(t, 10, v.Got)
}

func TestFieldsThatAreNotThere(t *testing.T) {
	ack := segment(vm.NetIPv4, frame.ACK, 0, nil, nil)
	v := against(t, tcpPacket(vm.NetIPv4, 0, eq(frame.UDPLen, 8)), ack)
	require.Equal(t, frame.UDPLen, v.Field)
	require.EqualValues(t, uint64(1)<<32, v.Got)
	v = against(t, tcpPacket(vm.NetIPv4, 0, vm.FieldOp{Field: frame.ARPSHA, Op: vm.Equal}), ack)
	require.Equal(t, frame.ARPSHA, v.Field)
	require.EqualValues(t, uint64(1)<<32, v.Got)
	v = against(t, tcpPacket(vm.NetIPv4, 0, vm.FieldOp{Field: frame.IPSrc, Op: vm.Equal, Base: vm.BaseVar}), ack)
	require.Equal(t, vm.Undefined, v.Reason)
	v = against(t, tcpPacket(vm.NetIPv4, 0, vm.FieldOp{Field: frame.IPSrc, Op: vm.NotEq, B: [16]byte{1}}), ack)
	require.Equal(t, vm.Pass, v.Outcome)
}

// TestTimeStampBases: fields may count from the flow's clocks.
func TestTimeStampBases(t *testing.T) {
	var got []uint32
	f := newFake()
	f.onIn = func(_ *fake, v *frame.View, _ sut.Sink) bool {
		n, _ := v.Get(frame.TCPSeq)
		got = append(got, n)
		return true
	}
	for _, b := range []vm.Base{vm.BasePeerTS, vm.BaseLocalTS} {
		e := in(0, frame.ACK, 0, 0, 0)
		e.Packet.Fields = append(e.Packet.Fields, based(frame.TCPSeq, b, 3))
		require.Equal(t, vm.Pass, run(t, program(e), f, vm.RunOptions{}).Outcome)
	}
	require.Greater(t, got[0], uint32(0xffffff00))
	require.EqualValues(t, 3, got[1], "not known yet")
}

// TestVariableAddress: an address that was captured is used.
func TestVariableAddress(t *testing.T) {
	f := says(segment(vm.NetIPv4, frame.ACK, 0, nil, nil))
	dst := []byte{}
	f.onIn = func(_ *fake, v *frame.View, _ sut.Sink) bool {
		b, _ := v.Addr(frame.EthDst)
		dst = append([]byte(nil), b...)
		return true
	}
	e := in(0, frame.ACK, 0, 0, 0)
	e.Packet.Fields = append(e.Packet.Fields, vm.FieldOp{Field: frame.EthDst, Base: vm.BaseVar, Var: 1})
	p := expecting(tcpPacket(vm.NetIPv4, 0, vm.FieldOp{Field: frame.EthDst, Op: vm.Capture, Var: 1}))
	p.Events = append(p.Events, e)
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	require.Equal(t, peerMAC, dst)
	p.Events = p.Events[2:]
	require.Equal(t, vm.Undefined, run(t, p, f, vm.RunOptions{}).Reason)
}

func TestExpectedIPv6(t *testing.T) {
	to := func(src, dst []byte) func(f *fake) []byte {
		return func(f *fake) []byte {
			return f.build(frame.Layout{Net: vm.NetIPv6, Transport: vm.TransportUDP}, func(v *frame.View) {
				if src != nil {
					v.SetAddr(frame.IPSrc, src)
				}
				v.SetAddr(frame.IPDst, dst)
				v.Set(frame.UDPDstPort, 8080)
			})
		}
	}
	k := vm.Packet{Net: vm.NetIPv6, Transport: vm.TransportUDP}
	require.Equal(t, vm.Pass, against(t, k, to(nil, peer6)).Outcome)
	require.Equal(t, frame.IPDst, against(t, k, to(nil, make([]byte, 16))).Field)
	require.Equal(t, frame.IPSrc, against(t, k, to(peer6, peer6)).Field)
}

// TestExpectedDiscovery: where nothing is said, neighbour discovery may use its own addresses, but the right MAC.
func TestExpectedDiscovery(t *testing.T) {
	ns := vm.Packet{Net: vm.NetIPv6, Transport: vm.TransportICMP, Fields: []vm.FieldOp{eq(frame.ICMPType, 135)}}
	same := func(*frame.View) {}
	require.Equal(t, vm.Pass, against(t, ns, solicitFor(7, same)).Outcome)
	require.Equal(t, vm.Pass, against(t, ns, solicitFor(7, func(v *frame.View) { v.SetAddr(frame.IPSrc, []byte{0xfe, 0x80, 15: 7}) })).Outcome)
	require.Equal(t, frame.EthDst, against(t, ns, solicitFor(7, func(v *frame.View) { v.SetAddr(frame.EthDst, toAll) })).Field)
}

func TestExpectedARPAddresses(t *testing.T) {
	k := vm.Packet{Net: vm.NetARP}
	other := []byte{9, 9, 9, 9}
	require.Equal(t, frame.ARPSPA, against(t, k, arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.SetAddr(frame.ARPSPA, other) })).Field)
	require.Equal(t, frame.ARPTPA, against(t, k, arpFor(other, func(*frame.View) {})).Field)
	require.Equal(t, frame.EthDst, against(t, k, arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.SetAddr(frame.EthDst, peerMAC) })).Field)
}

// TestQuoteOfSomeLength: a quote may be asked for to the byte; one of nothing is the program's fault.
func TestQuoteOfSomeLength(t *testing.T) {
	f := newFake()
	f.onIn = func(f *fake, v *frame.View, out sut.Sink) bool {
		f.mac = peerMAC
		datagram := append([]byte(nil), v.Datagram()...)
		out.Frame(f.now, f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportICMP, ICMPType: 3, Payload: 28}, func(r *frame.View) {
			copy(r.Payload(), datagram)
		}))
		return true
	}
	udp := vm.Event{Kind: vm.Inject, Packet: vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportUDP, Payload: vm.Payload{Len: 50}, Fields: []vm.FieldOp{num(frame.UDPDstPort, 9)}}}
	for _, c := range []struct {
		n    uint32
		want vm.Outcome
	}{{0, vm.Pass}, {28, vm.Pass}, {29, vm.Fail}, {27, vm.Fail}} {
		k := vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportICMP, Quote: true, Payload: vm.Payload{Len: c.n}}
		v := run(t, program(udp, vm.Event{Kind: vm.Expect, Packet: k}), f, vm.RunOptions{})
		require.Equal(t, c.want, v.Outcome, "%d: %+v", c.n, v)
		require.True(t, c.want == vm.Pass || v.Part == vm.PartQuote && v.Index == 0xffff && v.Got == 28)
	}
	k := vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportICMP, Quote: true}
	b := func(f *fake) []byte {
		return f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportICMP, ICMPType: 8}, func(*frame.View) {})
	}
	require.Equal(t, vm.Undefined, against(t, k, b).Reason)
}

// TestPointToPoint: on a link of two there is no broadcast address.
func TestPointToPoint(t *testing.T) {
	k := vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportUDP, Fields: []vm.FieldOp{{Field: frame.IPDst, Op: vm.Equal, B: [16]byte{192, 168, 0, 1}}}}
	p := expecting(k)
	p.Config.Prefix4 = 31
	v := run(t, p, says(func(f *fake) []byte {
		return f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportUDP}, func(v *frame.View) {
			v.SetAddr(frame.IPDst, []byte{192, 168, 0, 1})
			v.Set(frame.UDPDstPort, 8080)
		})
	}), vm.RunOptions{})
	require.Equal(t, vm.Pass, v.Outcome, "%+v", v)
}
