package vm_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
	"stackproof/conformance/vm/asm"
)

// recorder notes what a Tracer sees.
type recorder struct {
	lines     []string
	delivered [][]byte
}

func (r *recorder) note(at sut.Time, event int, what string, helper bool) {
	if helper {
		what += " (helper)"
	}
	r.lines = append(r.lines, fmt.Sprintf("%v #%d %s", at, event, what))
}

func (r *recorder) Sent(at sut.Time, event int, helper bool, b []byte) {
	r.note(at, event, "sent "+summary(b), helper)
}

func (r *recorder) Taken(event int) {
	r.lines = append(r.lines, fmt.Sprintf("taken by #%d", event))
}

func (r *recorder) Delivered(at sut.Time, event int, helper bool, b []byte) {
	r.note(at, event, "delivered "+summary(b), helper)
	r.delivered = append(r.delivered, append([]byte(nil), b...))
}

func (r *recorder) Started(at sut.Time, event int, c *sut.Call) {
	r.note(at, event, "started "+c.Op.String(), false)
}

func (r *recorder) Returned(at sut.Time, event int, res *sut.Result) {
	r.note(at, event, fmt.Sprintf("returned %d", res.Ret), false)
}

func (r *recorder) Inspected(at sut.Time, event int, figure int64) {
	r.note(at, event, fmt.Sprintf("figure %d", figure), false)
}

func summary(b []byte) string {
	var v frame.View
	frame.Parse(b, &v)
	if flags, ok := v.Get(frame.TCPFlags); ok {
		return fmt.Sprintf("tcp %02x %d", flags, len(v.Payload()))
	}
	if op, ok := v.Get(frame.ARPOp); ok {
		return fmt.Sprintf("arp %d", op)
	}
	return "frame"
}

func TestTracer(t *testing.T) {
	b, err := asm.Encode(exchange())
	require.NoError(t, err)
	r := &recorder{}
	require.Equal(t, vm.Pass, newMachine().Run(b, newFake(), vm.RunOptions{}, r).Outcome)
	require.Equal(t, []string{
		"0s #0 started socket", "0s #0 returned 3", "0s #1 started bind", "0s #1 returned 0", "0s #2 started listen",
		"0s #2 returned 0", "0s #3 started accept",
		"100ms #4 delivered tcp 02 0", "100ms #4 sent arp 1 (helper)", "100ms #4 delivered arp 2 (helper)", "100ms #4 sent tcp 12 0",
		"taken by #5",
		"200ms #6 delivered tcp 10 0", "200ms #3 returned 4",
		"200ms #7 delivered tcp 18 10", "200ms #7 sent tcp 10 0", "taken by #8",
		"200ms #9 started read", "200ms #9 returned 10", "200ms #10 started write", "200ms #10 sent tcp 18 20",
		"200ms #10 returned 20", "taken by #11", "210ms #12 delivered tcp 10 0", "210ms #13 figure 4",
	}, r.lines)
}

// deliver runs a program that injects one packet and answers the frame that the stack got.
func deliver(t *testing.T, packet vm.Packet, change ...func(p *vm.Program)) []byte {
	t.Helper()
	p := program(vm.Event{Kind: vm.Inject, Packet: packet})
	for _, c := range change {
		c(p)
	}
	b, err := asm.Encode(p)
	require.NoError(t, err)
	r := &recorder{}
	f := newFake()
	f.onIn = func(*fake, *frame.View, sut.Sink) bool { return true } // it says nothing
	v := newMachine().Run(b, f, vm.RunOptions{Twin: p.Fault.Kind != vm.NoFault}, r)
	require.Equal(t, vm.Pass, v.Outcome, "%v: %+v", v.Reason, v)
	require.Len(t, r.delivered, 1)
	return r.delivered[0]
}

func parse(t *testing.T, b []byte) *frame.View {
	t.Helper()
	v := &frame.View{}
	d := frame.Parse(b, v)
	require.True(t, d.OK(), "%v at %d", d, d.At)
	return v
}

func number(t *testing.T, v *frame.View, f frame.Field) uint32 {
	t.Helper()
	n, ok := v.Get(f)
	require.True(t, ok, f)
	return n
}

func TestInjectedFrameIsAPeers(t *testing.T) {
	b := deliver(t, in(0, frame.SYN, 0, 0, 0).Packet)
	require.Len(t, b, frame.MinLen, "padded as by a card")
	v := parse(t, b)
	require.EqualValues(t, 8080, number(t, v, frame.TCPSrcPort))
	require.EqualValues(t, 64, number(t, v, frame.IPTTL))
	src, _ := v.Addr(frame.IPSrc)
	require.Equal(t, []byte{192, 0, 2, 1}, src)
	dst, _ := v.Addr(frame.EthDst)
	require.Equal(t, []byte{2, 0, 0, 0, 0, 1}, dst)

	p := in(0, frame.SYN, 0, 0, 0).Packet
	p.Net, p.Flow = vm.NetIPv6, 3
	v = parse(t, deliver(t, p))
	require.EqualValues(t, 8083, number(t, v, frame.TCPSrcPort))
	src, _ = v.Addr(frame.IPSrc)
	require.EqualValues(t, []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, src)
}

func TestInjectedOptions(t *testing.T) {
	p := in(0, frame.ACK, 1, 0, 0).Packet
	p.Options = []vm.Option{
		{Kind: frame.OptMSS, Count: 1, N: [8]uint32{1460}}, {Kind: frame.OptSACKPerm}, {Kind: frame.OptWScale, Count: 1, N: [8]uint32{7}},
		{Kind: frame.OptNOP}, {Kind: frame.OptSACK, Count: 2, N: [8]uint32{1, 0x10203}}, {Kind: 99, Raw: true, Data: []byte{99, 0}},
		{Kind: frame.OptTimestamps, Count: 2, AbsN: 3, N: [8]uint32{5, 6}},
	}
	var v frame.View
	frame.Parse(deliver(t, p), &v)
	require.Equal(t, []byte{2, 4, 5, 0xb4, 4, 2, 3, 3, 7, 1, 5, 10, 0, 0, 0, 1, 0, 1, 2, 3, 99, 0, 8, 10, 0, 0, 0, 5, 0, 0, 0, 6}, v.Options())
}

// TestLies: fields over the finished frame, lengths before the checksums that cover them.
func TestLies(t *testing.T) {
	udp := func(fields ...vm.FieldOp) vm.Packet {
		return vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportUDP, Payload: vm.Payload{Len: 30}, Fields: append([]vm.FieldOp{num(frame.UDPDstPort, 7)}, fields...)}
	}
	for _, c := range []struct {
		name string
		p    vm.Packet
		want frame.Flaw
	}{
		{"none", udp(), frame.Sound},
		{"checksum", udp(vm.FieldOp{Field: frame.UDPSum, Op: vm.Add, N: 1}), frame.UDPChecksum},
		{"header checksum", udp(vm.FieldOp{Field: frame.IPSum, Op: vm.Add, N: 1}), frame.IPChecksum},
		{"UDP length", udp(num(frame.UDPLen, 7)), frame.UDPLength},
		{"IP length", udp(vm.FieldOp{Field: frame.IPLen, Op: vm.Add, N: 100}), frame.IPLength},
		{"short IP length", udp(vm.FieldOp{Field: frame.IPLen, Op: vm.Add, N: 1<<32 - 1}), frame.UDPLength},
		{"header length", udp(num(frame.IPIHL, 4)), frame.IPHeaderLength},
		{"TTL", udp(num(frame.IPTTL, 0)), frame.IPZeroTTL},
		{"version", udp(num(frame.IPVersion, 5)), frame.IPVersionWrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := deliver(t, c.p)
			var v frame.View
			require.Equal(t, c.want, frame.Parse(b, &v).Flaw)
			good := deliver(t, c.p, func(p *vm.Program) {
				p.Events = append(p.Events, vm.Event{Kind: vm.Idle})
				p.Fault = vm.Fault{Kind: vm.FaultInGood, Target: 1}
			})
			if c.want != frame.IPZeroTTL && c.want != frame.IPVersionWrong {
				parse(t, good)
			}
		})
	}
}

func TestTruncateAndPad(t *testing.T) {
	p := in(0, frame.SYN, 0, 0, 100).Packet
	p.Truncate = 33
	require.Len(t, deliver(t, p), 33)
	p.Truncate, p.Pad, p.PadByte = 0, 200, 7
	b := deliver(t, p)
	require.Len(t, b, 200)
	require.EqualValues(t, 7, b[154])
	require.EqualValues(t, 7, b[199])
	p.Pad, p.PadByte = 0, 0
	require.Len(t, deliver(t, p), 154, "what is long enough is not padded")
	p.Payload.Len, p.Pad, p.PadByte = 0, 1, 9
	require.EqualValues(t, 9, deliver(t, p)[59], "the least length is kept")
}

func TestNetOptions(t *testing.T) {
	p := vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportUDP, NetOptions: []byte{148, 4, 0, 0, 1}, Fields: []vm.FieldOp{num(frame.UDPDstPort, 7)}}
	v := parse(t, deliver(t, p))
	require.EqualValues(t, 7, number(t, v, frame.IPIHL))
	require.Equal(t, []byte{148, 4, 0, 0, 1, 0, 0, 0}, v.NetOptions())
	p.Net, p.NetOptions = vm.NetIPv6, []byte{17, 0, 1, 4, 0, 0, 0, 0}
	p.Fields = append(p.Fields, num(frame.IPProto, 60))
	v = parse(t, deliver(t, p))
	require.EqualValues(t, 7, number(t, v, frame.UDPDstPort))
}

func TestInjectedNeighbourDiscovery(t *testing.T) {
	v := parse(t, deliver(t, vm.Packet{Net: vm.NetIPv6, Transport: vm.TransportICMP, Fields: []vm.FieldOp{
		num(frame.ICMPType, 135), {Field: frame.NDSLL, B: [16]byte{2, 0, 0, 0, 0, 2}}}}))
	target, _ := v.Addr(frame.NDTarget)
	require.EqualValues(t, append(append([]byte{0xfd}, make([]byte, 14)...), 1), target)
	dst, _ := v.Addr(frame.IPDst)
	require.EqualValues(t, []byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 1}, dst)
	mac, _ := v.Addr(frame.EthDst)
	require.EqualValues(t, []byte{0x33, 0x33, 0xff, 0, 0, 1}, mac)
	sll, ok := v.Addr(frame.NDSLL)
	require.True(t, ok)
	require.EqualValues(t, []byte{2, 0, 0, 0, 0, 2}, sll)
	require.EqualValues(t, 255, number(t, v, frame.IPTTL))

	v = parse(t, deliver(t, vm.Packet{Net: vm.NetIPv6, Transport: vm.TransportICMP, Fields: []vm.FieldOp{
		num(frame.ICMPType, 136), num(frame.NDFlags, 1)}}))
	target, _ = v.Addr(frame.NDTarget)
	require.EqualValues(t, 2, target[15])
	_, ok = v.Addr(frame.NDTLL)
	require.False(t, ok)
}

func TestInjectedARP(t *testing.T) {
	v := parse(t, deliver(t, vm.Packet{Net: vm.NetARP}))
	dst, _ := v.Addr(frame.EthDst)
	require.EqualValues(t, []byte{255, 255, 255, 255, 255, 255}, dst)
	tpa, _ := v.Addr(frame.ARPTPA)
	require.EqualValues(t, []byte{192, 168, 0, 1}, tpa)
	v = parse(t, deliver(t, vm.Packet{Net: vm.NetARP, Fields: []vm.FieldOp{num(frame.ARPOp, 2)}}))
	dst, _ = v.Addr(frame.EthDst)
	require.EqualValues(t, []byte{2, 0, 0, 0, 0, 1}, dst)
	tha, _ := v.Addr(frame.ARPTHA)
	require.EqualValues(t, []byte{2, 0, 0, 0, 0, 1}, tha)
}

func TestRawFrame(t *testing.T) {
	b := deliver(t, vm.Packet{Payload: vm.Payload{Len: 3, Literal: true, Data: []byte{1, 2, 3}}, Fields: []vm.FieldOp{
		num(frame.EthType, 0x88b5), {Field: frame.EthDst, B: [16]byte{1, 1, 1, 1, 1, 1}}}})
	require.Equal(t, append([]byte{1, 1, 1, 1, 1, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, 1, 2, 3}, make([]byte, 43)...), b)
}
