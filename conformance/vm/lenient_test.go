package vm_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// What a script for another kernel leaves open: each way in which a stack may differ, and one beyond it.

// afterData changes what a stack sends in answer to the data of exchange.
func afterData(send func(f *fake, out sut.Sink)) *fake {
	f := newFake()
	f.onIn = func(f *fake, v *frame.View, out sut.Sink) bool {
		if len(v.Payload()) == 0 || v.Transport != vm.TransportTCP {
			return false
		}
		f.got = append(f.got, v.Payload()...)
		send(f, out)
		return true
	}
	return f
}

// ack sends an acknowledgment of so many bytes of the data.
func (f *fake) ack(out sut.Sink, flags, n uint32) {
	f.rcvNxt += n
	f.tcp(out, flags, f.sndNxt, nil, nil)
}

func TestLesserAcknowledgments(t *testing.T) {
	p := exchange()
	p.Events[atDataACK].Packet.Later = true
	step := func(flags uint32, ns ...uint32) *fake {
		return afterData(func(f *fake, out sut.Sink) {
			for _, n := range ns {
				f.ack(out, flags, n)
			}
		})
	}
	require.Equal(t, vm.Pass, run(t, p, step(frame.ACK, 10), vm.RunOptions{}).Outcome, "the one that is expected")
	require.Equal(t, vm.Pass, run(t, p, step(frame.ACK, 0, 4, 3, 3), vm.RunOptions{}).Outcome, "some before it")
	v := run(t, p, step(frame.ACK, 4, 7), vm.RunOptions{})
	require.Equal(t, vm.Wrong, v.Reason, "more than that")
	require.Equal(t, frame.TCPAck, v.Field)
	v = run(t, p, step(frame.ACK|frame.FIN, 4, 6), vm.RunOptions{})
	require.Equal(t, vm.Wrong, v.Reason, "with another flag")
	v = run(t, p, step(frame.ACK, 4), vm.RunOptions{})
	require.Equal(t, vm.Silent, v.Reason, "and then nothing")

	p.Events[atDataACK].Packet.Later = false
	require.Equal(t, vm.Wrong, run(t, p, step(frame.ACK, 4, 6), vm.RunOptions{}).Reason)
}

// TestLesserReports: of as much acknowledged, less reported by SACK may come first.
func TestLesserReports(t *testing.T) {
	p := exchange()
	e := &p.Events[atDataACK].Packet
	e.Later = true
	e.Options = []vm.Option{{Kind: frame.OptSACK, Count: 4, N: [8]uint32{51, 61, 21, 31}, Maybe: true}}
	step := func(reports ...[]uint32) *fake {
		return afterData(func(f *fake, out sut.Sink) {
			f.rcvNxt += 10
			for _, edges := range reports {
				opts := []byte{1, 1, 5, byte(2 + 4*len(edges))}
				for _, n := range edges {
					opts = binary.BigEndian.AppendUint32(opts, f.rcvNxt-11+n)
				}
				if len(edges) == 0 {
					opts = nil
				}
				f.tcp(out, frame.ACK, f.sndNxt, opts, nil)
			}
		})
	}
	require.Equal(t, vm.Pass, run(t, p, step([]uint32{51, 61, 21, 31}), vm.RunOptions{}).Outcome)
	require.Equal(t, vm.Pass, run(t, p, step([]uint32{}, []uint32{21, 31}, []uint32{51, 56, 21, 31}, []uint32{51, 61, 21, 31}), vm.RunOptions{}).Outcome)
	require.Equal(t, vm.Silent, run(t, p, step([]uint32{21, 31}), vm.RunOptions{}).Reason, "and then nothing")
	require.Equal(t, vm.PartValue, run(t, p, step([]uint32{52, 62, 21, 31}), vm.RunOptions{}).Part, "as much, but another")
	require.Equal(t, vm.Wrong, run(t, p, step([]uint32{51, 71, 21, 31}), vm.RunOptions{}).Reason, "more")
	e.Options[0].Any = true
	require.Equal(t, vm.Pass, run(t, p, step([]uint32{21, 31}), vm.RunOptions{}).Outcome, "whatever it says")
}

// TestPush: where the cut of a stream is open, so is where PSH stands.
func TestPush(t *testing.T) {
	p := exchange()
	e := &p.Events[atPush].Packet
	for i := range e.Fields {
		if e.Fields[i].Field == frame.TCPFlags {
			e.Fields[i].N = frame.ACK
		}
	}
	v := run(t, p, newFake(), vm.RunOptions{})
	require.Equal(t, frame.TCPFlags, v.Field, "the stack pushes")
	e.Later = true
	require.Equal(t, vm.Pass, run(t, p, newFake(), vm.RunOptions{}).Outcome)
}

func TestOtherKinds(t *testing.T) {
	p := exchange()
	p.Events[atDataACK].Packet.Split = true
	f := afterData(func(f *fake, out sut.Sink) {
		f.send(out, f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportICMP, ICMPType: 8}, func(v *frame.View) { v.Set(frame.ICMPType, 8) }))
		f.ack(out, frame.ACK, 10)
	})
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	p.Events[atDataACK].Packet.Split = false
	v := run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.PartKind, v.Part)
}

// TestAnotherSYN: the second SYN-ACK counts from another initial sequence number.
func TestAnotherSYN(t *testing.T) {
	p := exchange()
	again := []vm.Event{in(0, frame.SYN, 0, 0, 0), p.Events[atSYNACK]}
	p.Events = append(p.Events[:atACK:atACK], append(again, p.Events[atACK:]...)...)
	f := newFake()
	f.onIn = func(f *fake, v *frame.View, _ sut.Sink) bool {
		if flags, ok := v.Get(frame.TCPFlags); ok && flags == frame.SYN {
			f.isn += 1000
		}
		return false
	}
	v := run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.Wrong, v.Reason)
	require.EqualValues(t, 1000, v.Got)
	p.Events[atACK+1].Packet.Split = true
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
}

func TestOptionsThatMayBeAbsent(t *testing.T) {
	p := exchange()
	sack := vm.Option{Kind: frame.OptSACKPerm, Maybe: true}
	scale := vm.Option{Kind: frame.OptWScale, Count: 1, N: [8]uint32{7}, Maybe: true}
	e := &p.Events[atSYNACK].Packet
	e.OptionsAny, e.Options = true, []vm.Option{sack, scale, {Kind: frame.OptMSS, Count: 1, N: [8]uint32{1460}}}
	require.Equal(t, vm.Pass, run(t, p, newFake(), vm.RunOptions{}).Outcome)
	e.Options[1].N[0] = 8
	v := run(t, p, newFake(), vm.RunOptions{})
	require.Equal(t, vm.PartValue, v.Part, "what is there must be right")
	e.Options[1].N[0], e.Options[0].Maybe = 7, false
	require.Equal(t, vm.PartOption, run(t, p, newFake(), vm.RunOptions{}).Part)
}

// TestNamedStamps: a time stamp that is not compared is what the script calls it from then on, so that the peer can
// echo it.
func TestNamedStamps(t *testing.T) {
	stamps := func(val, ecr uint32) []byte {
		b := []byte{8, 10}
		return append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, val), ecr), 0, 0)
	}
	name := func(e *vm.Event, n uint32) {
		e.Packet.OptionsAny = false
		e.Packet.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{n}, AnyN: 3}}
	}
	var echoed []uint32
	f := newFake()
	clock := uint32(70_000)
	f.onFrame = func(f *fake, _ sut.Time, b []byte) [][]byte {
		if !isTCP(b, byte(frame.SYN|frame.ACK)) && !isTCP(b, byte(frame.ACK)) {
			return nil
		}
		clock += 500
		flags := uint32(b[47])
		seq := binary.BigEndian.Uint32(b[38:])
		return [][]byte{f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportTCP, Options: 12}, func(v *frame.View) {
			v.Set(frame.TCPSrcPort, 80)
			v.Set(frame.TCPDstPort, 8080)
			v.Set(frame.TCPFlags, flags)
			v.Set(frame.TCPSeq, seq)
			v.Set(frame.TCPAck, f.rcvNxt)
			copy(v.Options(), stamps(clock, 0))
		})}
	}
	f.onIn = func(_ *fake, v *frame.View, _ sut.Sink) bool {
		if o, ok := frame.NextOption(v.Options()); v.Transport == vm.TransportTCP && ok {
			echoed = append(echoed, binary.BigEndian.Uint32(o.Data[4:]))
		}
		return false
	}
	p := exchange()
	name(&p.Events[atSYNACK], 100)
	name(&p.Events[atDataACK], 200)
	for at, n := range map[int]uint32{atACK: 100, atData: 100, atPushACK: 200} {
		p.Events[at].Packet.Options = []vm.Option{{Kind: frame.OptTimestamps, Count: 2, N: [8]uint32{1, n}}}
	}
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	require.Equal(t, []uint32{70_500, 70_500, 71_000}, echoed)
}

func TestAnyError(t *testing.T) {
	f := newFake()
	f.onCall = func(_ *fake, _ *sut.Call, r *sut.Result, _ sut.Sink) (sut.Status, bool) {
		*r = sut.Result{Ret: -1, Err: sut.EINPROGRESS}
		return sut.OK, true
	}
	e := call(sut.OpConnect, 3, -1)
	require.Equal(t, vm.Pass, run(t, program(e), f, vm.RunOptions{}).Outcome)
	e.Want.Err = sut.EAGAIN
	require.Equal(t, vm.PartErr, run(t, program(e), f, vm.RunOptions{}).Part)
	f.onCall = func(_ *fake, _ *sut.Call, r *sut.Result, _ sut.Sink) (sut.Status, bool) {
		*r = sut.Result{Err: sut.EAGAIN}
		return sut.OK, true
	}
	e = call(sut.OpConnect, 3, 0)
	require.Equal(t, vm.PartErr, run(t, program(e), f, vm.RunOptions{}).Part, "a success has no error")
}
