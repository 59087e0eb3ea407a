package vm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// echoer is a stack whose sockets keep what was written, and return what the judge's pattern has where they are.
func echoer() *fake {
	f := newFake()
	written := map[sut.FD][]byte{}
	read := map[sut.FD]uint32{}
	datagram := map[sut.FD]bool{}
	f.onCall = func(f *fake, c *sut.Call, r *sut.Result, out sut.Sink) (sut.Status, bool) {
		switch c.Op {
		case sut.OpSocket, sut.OpAccept:
			r.Ret = int32(c.NewFD)
			written[c.NewFD], read[c.NewFD], datagram[c.NewFD] = nil, 0, c.Type == sut.TypeDatagram
		case sut.OpWrite, sut.OpSendTo, sut.OpSend:
			n := min(len(c.Data), 50)
			written[c.FD] = append(written[c.FD], c.Data[:n]...)
			r.Ret = int32(n)
		case sut.OpRead, sut.OpRecv, sut.OpRecvFrom:
			r.Ret = c.Value
			r.Data = make([]byte, c.Value)
			at := read[c.FD]
			if datagram[c.FD] {
				at = 0
			}
			frame.Fill(r.Data, at, byte(c.FD))
			if c.Flags&sut.MsgPeek == 0 {
				read[c.FD] += uint32(c.Value)
			}
		case sut.OpGetSockOpt: // what was written, all of it
			r.Data, r.Ret = written[c.FD], 0
		}
		return sut.OK, true
	}
	return f
}

func open(fd sut.FD, kind uint8) vm.Event {
	e := call(sut.OpSocket, 0, int32(fd))
	e.Call.NewFD, e.Call.Type = fd, kind
	return e
}

func write(fd sut.FD, n uint32, ret int32, salt byte) vm.Event {
	e := call(sut.OpWrite, fd, ret)
	e.Send = vm.Payload{Len: n, Salt: salt}
	return e
}

func read(fd sut.FD, n int32, flags uint16) vm.Event {
	e := call(sut.OpRecv, fd, n)
	e.Call.Value, e.Call.Flags = n, flags
	e.Want.HasData, e.Want.Pattern, e.Want.Salt = true, true, byte(fd)
	return e
}

func wrote(fd sut.FD, data []byte) vm.Event {
	e := call(sut.OpGetSockOpt, fd, 0)
	e.Want.HasData, e.Want.Data = true, data
	return e
}

// TestStreams: what a descriptor writes and reads goes on where the last call left off, by what calls returned.
func TestStreams(t *testing.T) {
	pass := func(events ...vm.Event) {
		t.Helper()
		v := run(t, program(events...), echoer(), vm.RunOptions{})
		require.Equal(t, vm.Pass, v.Outcome, "event %d: %+v", v.Event, v)
	}
	const tcp, udp = sut.TypeStream, sut.TypeDatagram
	pass(open(3, tcp), write(3, 40, 40, 0), write(3, 20, 20, 0), wrote(3, stream(0, 60)))
	pass(open(3, tcp), write(3, 90, 50, 0), write(3, 40, 40, 0), wrote(3, stream(0, 90)))
	pass(open(3, tcp), open(4, tcp), write(3, 10, 10, 0), write(4, 5, 5, 0), wrote(4, stream(0, 5)))
	pass(open(3, tcp), write(3, 10, 10, 0), open(3, tcp), write(3, 5, 5, 0), wrote(3, stream(0, 5)))
	pass(open(3, udp), write(3, 10, 10, 0), write(3, 10, 10, 0), wrote(3, append(stream(0, 10), stream(0, 10)...)))
	salted := make([]byte, 10)
	frame.Fill(salted, 0, 0x80^5)
	pass(open(3, tcp), write(3, 10, 10, 5), wrote(3, salted))
	literal := write(3, 5, 5, 0)
	literal.Send.Literal, literal.Send.Data = true, []byte("hello")
	pass(open(3, tcp), literal, write(3, 5, 5, 0), wrote(3, append([]byte("hello"), stream(5, 5)...)))

	pass(open(3, tcp), read(3, 10, 0), read(3, 10, sut.MsgPeek), read(3, 30, 0), read(3, 5, 0))
	pass(open(3, udp), read(3, 10, 0), read(3, 10, 0))
	bad := read(3, 10, 0)
	bad.Want.Salt++
	v := run(t, program(open(3, tcp), bad), echoer(), vm.RunOptions{})
	require.Equal(t, vm.PartData, v.Part)
}

// TestLiteralResult: an answer that the script spells out.
func TestLiteralResult(t *testing.T) {
	v := run(t, program(open(3, 1), write(3, 3, 3, 0), wrote(3, []byte{1, 2, 3})), echoer(), vm.RunOptions{})
	require.Equal(t, vm.PartData, v.Part)
	require.EqualValues(t, 1, v.Want)
	any := wrote(3, nil)
	any.Want = vm.Want{Any: true}
	require.Equal(t, vm.Pass, run(t, program(open(3, 1), any), echoer(), vm.RunOptions{}).Outcome)
}

// TestPendingData: the data of calls that block stays as it is until they return.
func TestPendingData(t *testing.T) {
	f := newFake()
	var held [][]byte
	f.onCall = func(f *fake, c *sut.Call, r *sut.Result, out sut.Sink) (sut.Status, bool) {
		if c.Op == sut.OpSocket {
			r.Ret = int32(c.NewFD)
			return sut.OK, true
		}
		held = append(held, c.Data)
		n := len(held) - 1
		r.Pending, r.ID = true, sut.CallID(n)
		f.after(time.Second, func(out sut.Sink) {
			want := stream(0, len(held[n]))
			require.Equal(t, string(want), string(held[n]))
			out.Done(f.now, sut.CallID(n), &sut.Result{Ret: int32(len(held[n]))})
		})
		return sut.OK, true
	}
	blocks := func(fd sut.FD, n uint32) vm.Event {
		e := write(fd, n, int32(n), 0)
		e.Blocks, e.Span, e.Call.Task = true, time.Second, uint8(fd)
		return e
	}
	p := program(open(3, 1), open(4, 1), blocks(3, 2000), blocks(4, 1500), vm.Event{Kind: vm.Wait, Mode: vm.Relative, At: 2 * time.Second}, blocks(3, 1))
	p.Events[5].Send.Len, p.Events[5].Want.Ret = 0, 0
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	held = nil
	p.Events[3] = blocks(4, 2500)
	require.Equal(t, vm.NoRoom, run(t, p, f, vm.RunOptions{}).Reason, "4096 bytes are all there is")
}

// TestManyBlock: as many calls as can be pending, and one more.
func TestManyBlock(t *testing.T) {
	f := newFake()
	f.onCall = func(f *fake, c *sut.Call, r *sut.Result, _ sut.Sink) (sut.Status, bool) {
		id := sut.CallID(c.Task)
		r.Pending, r.ID = true, id
		f.after(time.Duration(c.Task+1)*ms, func(out sut.Sink) { out.Done(f.now, id, &sut.Result{Ret: int32(id)}) })
		return sut.OK, true
	}
	var events []vm.Event
	for i := range vm.MaxPending {
		e := call(sut.OpRead, 3, int32(i))
		e.Call.Task, e.Blocks, e.Span = uint8(i), true, time.Duration(i+1)*ms
		events = append(events, e)
	}
	require.Equal(t, vm.Pass, run(t, program(events...), f, vm.RunOptions{}).Outcome)
	one := events[0]
	require.Equal(t, vm.NoRoom, run(t, program(append(events, one)...), f, vm.RunOptions{}).Reason)
}

// TestReturnWithinACall: a call that blocked may return while another is made; neither result covers the other.
func TestReturnWithinACall(t *testing.T) {
	f := newFake()
	f.onCall = func(f *fake, c *sut.Call, r *sut.Result, out sut.Sink) (sut.Status, bool) {
		if c.Op == sut.OpRead {
			r.Pending, r.ID = true, 5
			return sut.OK, true
		}
		r.Ret = 2
		out.Done(f.now, 5, &sut.Result{Ret: 1})
		return sut.OK, true
	}
	reading := call(sut.OpRead, 3, 1)
	reading.Blocks = true
	require.Equal(t, vm.Pass, run(t, program(reading, call(sut.OpWrite, 3, 2)), f, vm.RunOptions{}).Outcome)
}

// TestManyFramesAtOnce: a program may let in as many as it likes.
func TestManyFramesAtOnce(t *testing.T) {
	f := newFake()
	f.onIn = func(*fake, *frame.View, sut.Sink) bool { return true }
	var events []vm.Event
	for range 3000 {
		events = append(events, in(0, frame.ACK, 0, 0, 0))
	}
	require.Equal(t, vm.Pass, run(t, program(events...), f, vm.RunOptions{}).Outcome)
}

func TestFigures(t *testing.T) {
	look := func(op vm.CheckOp, n int64) vm.Event {
		return vm.Event{Kind: vm.Inspect, Figure: sut.FigDrops, Check: op, Value: n}
	}
	keep := look(vm.Capture, 0)
	keep.Var = 2
	since := look(vm.Equal, 3)
	since.Base, since.Var = vm.BaseVar, 2
	f := newFake()
	f.figure = 10
	for _, c := range []struct {
		e    vm.Event
		pass bool
	}{
		{look(vm.Equal, 10), true}, {look(vm.Equal, 9), false}, {look(vm.NotEq, 9), true}, {look(vm.NotEq, 10), false},
		{look(vm.AtLeast, 10), true}, {look(vm.AtLeast, 11), false}, {look(vm.AtMost, 10), true}, {look(vm.AtMost, 9), false},
		{look(vm.Bits, 2), true}, {look(vm.Bits, 1), false},
	} {
		v := run(t, program(c.e), f, vm.RunOptions{})
		require.Equal(t, c.pass, v.Outcome == vm.Pass, "%+v", v)
		require.True(t, c.pass || v.Got == 10 && v.Reason == vm.FigureWrong)
	}
	grow := newFake()
	grow.figure = 10
	grow.onIn = func(f *fake, _ *frame.View, _ sut.Sink) bool { f.figure += 3; return true }
	require.Equal(t, vm.Pass, run(t, program(keep, in(0, 0, 0, 0, 0), since), grow, vm.RunOptions{}).Outcome)
	require.Equal(t, vm.FigureWrong, run(t, program(keep, since), grow, vm.RunOptions{}).Reason)
	require.Equal(t, vm.Undefined, run(t, program(since), grow, vm.RunOptions{}).Reason)
}

func TestLinkAndKnob(t *testing.T) {
	p := program(vm.Event{Kind: vm.Link}, vm.Event{Kind: vm.Knob, Knob: sut.KnobMSL, Value: 1000}, vm.Event{Kind: vm.Link, Value: 1})
	f := newFake()
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	f.status["knob"] = sut.Unsupported
	v := run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.Unsupported, v.Outcome)
	require.EqualValues(t, 1, v.Event)
	p.Events[1].Soft = true
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome, "it is taken as it is")
	f.status["link"] = sut.Hung
	require.EqualValues(t, 0, run(t, p, f, vm.RunOptions{}).Event)
}
