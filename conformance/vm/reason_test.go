package vm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
	"stackproof/conformance/vm/asm"
)

// misbehaviour is one thing that goes wrong, and what the machine says of it.
type misbehaviour struct {
	name   string
	reason vm.Reason
	event  int
	part   vm.Part
	field  frame.Field
	break_ func(f *fake, p *vm.Program)
}

// mangle changes the stack's frames with these flags: b may be changed and is sent as it is then.
func mangle(flags byte, change func(v *frame.View)) func(*fake, *vm.Program) {
	return replace(flags, func(f *fake, b []byte) [][]byte {
		var v frame.View
		frame.Parse(b, &v)
		change(&v)
		return [][]byte{b}
	})
}

func replace(flags byte, with func(f *fake, b []byte) [][]byte) func(*fake, *vm.Program) {
	return func(f *fake, _ *vm.Program) {
		f.onFrame = func(f *fake, _ sut.Time, b []byte) [][]byte {
			if !isTCP(b, flags) {
				return nil
			}
			return with(f, b)
		}
	}
}

func setField(x frame.Field, n uint32) func(v *frame.View) {
	return func(v *frame.View) { v.Set(x, n); v.RepairSums() }
}

func result(op sut.Op, change func(r *sut.Result)) func(*fake, *vm.Program) {
	return func(f *fake, _ *vm.Program) {
		f.onResult = func(_ *fake, c *sut.Call, r *sut.Result) {
			if c.Op == op {
				change(r)
			}
		}
	}
}

func failing(op string, s sut.Status) func(*fake, *vm.Program) {
	return func(f *fake, _ *vm.Program) { f.status[op] = s }
}

const (
	fSA = frame.SYN | frame.ACK
	fPA = frame.PSH | frame.ACK
)

var drop = func(*fake, []byte) [][]byte { return [][]byte{} }

var misbehaviours = []misbehaviour{
	{"no answer", vm.Silent, atSYNACK, 0, 0, replace(fSA, drop)},
	{"sequence number", vm.Wrong, atPush, vm.PartField, frame.TCPSeq, mangle(fPA, setField(frame.TCPSeq, 1))},
	{"flags", vm.Wrong, atSYNACK, vm.PartField, frame.TCPFlags, mangle(fSA, setField(frame.TCPFlags, frame.SYN))},
	{"another port", vm.Wrong, atDataACK, vm.PartField, frame.TCPSrcPort, mangle(frame.ACK, setField(frame.TCPSrcPort, 81))},
	{"from another MAC", vm.Wrong, atPush, vm.PartField, frame.EthSrc, mangle(fPA, func(v *frame.View) { v.SetAddr(frame.EthSrc, []byte{2, 2, 2, 2, 2, 2}) })},
	{"to another MAC", vm.Wrong, atPush, vm.PartField, frame.EthDst, mangle(fPA, func(v *frame.View) { v.SetAddr(frame.EthDst, []byte{2, 2, 2, 2, 2, 2}) })},
	{"from another address", vm.Wrong, atPush, vm.PartField, frame.IPSrc, mangle(fPA, func(v *frame.View) { v.SetAddr(frame.IPSrc, []byte{1, 1, 1, 1}); v.RepairSums() })},
	{"to another address", vm.Wrong, atPush, vm.PartField, frame.IPDst, mangle(fPA, func(v *frame.View) { v.SetAddr(frame.IPDst, []byte{1, 1, 1, 1}); v.RepairSums() })},
	{"another kind", vm.Wrong, atPush, vm.PartKind, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		return [][]byte{f.build(frame.Layout{Net: vm.NetIPv4, Transport: vm.TransportUDP}, func(*frame.View) {})}
	})},
	{"option value", vm.Wrong, atSYNACK, vm.PartValue, 0, mangle(fSA, func(v *frame.View) { v.Options()[3]++; v.RepairSums() })},
	{"option kind", vm.Wrong, atSYNACK, vm.PartOption, 0, mangle(fSA, func(v *frame.View) { copy(v.Options(), []byte{1, 3, 3, 7, 1, 1, 1, 1}); v.RepairSums() })},
	{"option missing", vm.Wrong, atSYNACK, vm.PartOption, 0, mangle(fSA, func(v *frame.View) { copy(v.Options()[4:], []byte{1, 0, 0, 0}); v.RepairSums() })},
	{"extra option", vm.Wrong, atSYNACK, vm.PartOption, 0, func(f *fake, p *vm.Program) {
		p.Events[atSYNACK].Packet.Options = p.Events[atSYNACK].Packet.Options[:1]
	}},
	{"payload", vm.Wrong, atPush, vm.PartPayload, 0, mangle(fPA, func(v *frame.View) { v.Payload()[5] ^= 1; v.RepairSums() })},
	{"payload length", vm.Wrong, atPush, vm.PartField, frame.PayloadLen, func(f *fake, p *vm.Program) { p.Events[atPush].Packet.Payload.Len++ }},
	{"checksum", vm.Malformed, atPush, 0, 0, mangle(fPA, func(v *frame.View) { v.Set(frame.TCPSum, 0) })},
	{"huge frame", vm.Malformed, atPush, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte { return [][]byte{make([]byte, 9000)} })},
	{"empty frame", vm.Malformed, atPush, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte { return [][]byte{{}} })},
	{"malformed ARP", vm.Malformed, atSYNACK, 0, 0, func(f *fake, _ *vm.Program) {
		f.onFrame = func(_ *fake, _ sut.Time, b []byte) [][]byte {
			if b[13] == 6 {
				b[20] = 77
			}
			return nil
		}
	}},
	{"frame in silence", vm.Unexpected, atIdle, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		again := append([]byte(nil), b...)
		f.after(time.Second, func(out sut.Sink) { out.Frame(f.now, again) })
		return nil
	})},
	{"another frame before the range", vm.Unexpected, atPush, vm.PartField, frame.TCPWin, func(f *fake, p *vm.Program) {
		e := &p.Events[atPush]
		e.At = time.Second
		e.Packet.Fields = append(e.Packet.Fields, vm.FieldOp{Field: frame.TCPWin, Op: vm.Equal, N: 1})
	}},
	{"too early", vm.Early, atPush, 0, 0, func(f *fake, p *vm.Program) { p.Events[atPush].At = time.Second }},
	{"too late", vm.Late, atPush, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		later := append([]byte(nil), b...)
		f.after(ms, func(out sut.Sink) { out.Frame(f.now, later) })
		return [][]byte{}
	})},
	{"left over", vm.LeftOver, atEnd, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		again := append([]byte(nil), b...)
		f.after(5010*ms, func(out sut.Sink) { out.Frame(f.now, again) })
		return nil
	})},
	{"result", vm.CallWrong, atWrite, vm.PartRet, 0, result(sut.OpWrite, func(r *sut.Result) { r.Ret = 19 })},
	{"error", vm.CallWrong, atListen, vm.PartErr, 0, result(sut.OpListen, func(r *sut.Result) { r.Err = sut.EINVAL })},
	{"address", vm.CallWrong, atAccept, vm.PartAddr, 0, result(sut.OpAccept, func(r *sut.Result) { r.Addr.IP[3]++ })},
	{"port", vm.CallWrong, atAccept, vm.PartPort, 0, result(sut.OpAccept, func(r *sut.Result) { r.Addr.Port++ })},
	{"data", vm.CallWrong, atRead, vm.PartData, 0, result(sut.OpRead, func(r *sut.Result) { r.Data[9]++ })},
	{"length of data", vm.CallWrong, atRead, vm.PartDataSize, 0, result(sut.OpRead, func(r *sut.Result) { r.Data = r.Data[1:] })},
	{"returned at once", vm.CallEarly, atAccept, 0, 0, accepting(func(_ *fake, r *sut.Result) { r.Ret = 4 })},
	{"returned too soon", vm.CallEarly, atAccept, 0, 0, func(_ *fake, p *vm.Program) { p.Events[atAccept].Span += ms; p.Tolerance = ms / 2 }},
	{"returned late", vm.CallLate, atAccept, 0, 0, accepting(func(f *fake, r *sut.Result) {
		r.Pending, r.ID = true, 9
		f.after(205*ms, func(out sut.Sink) { out.Done(f.now, 9, &sut.Result{Ret: 4}) })
	})},
	{"never returns", vm.CallBlocked, atAccept, 0, 0, accepting(func(_ *fake, r *sut.Result) { r.Pending = true })},
	{"not back by the end", vm.CallBlocked, atAccept, 0, 0, func(f *fake, p *vm.Program) {
		p.Events = append(p.Events[:atSYN:atSYN], p.Events[atEnd])
	}},
	{"blocks", vm.CallBlocked, atRead, 0, 0, result(sut.OpRead, func(r *sut.Result) { r.Pending = true })},
	{"stray return", vm.CallStray, atRead, 0, 0, func(f *fake, _ *vm.Program) {
		f.onCall = func(f *fake, c *sut.Call, r *sut.Result, out sut.Sink) (sut.Status, bool) {
			if c.Op == sut.OpRead {
				out.Done(f.now, 99, r)
			}
			return sut.OK, false
		}
	}},
	{"figure", vm.FigureWrong, atState, vm.PartRet, 0, func(f *fake, _ *vm.Program) { f.figure = 5 }},
	{"time in the future", vm.TimeWrong, atSYNACK - 1, 0, 0, func(f *fake, _ *vm.Program) { f.lie = 1 }},
	{"time in the past", vm.TimeWrong, atSYNACK - 1, 0, 0, func(f *fake, _ *vm.Program) { f.lie = -1 }},
	{"coarse clock", vm.TimeWrong, 0, 0, 0, func(f *fake, _ *vm.Program) { f.caps.Tick = vm.MaxTick + 1 }},
	{"deadline in the past", vm.TimeWrong, 0, 0, 0, func(f *fake, _ *vm.Program) { f.past = true }},
	{"deadlines without end", vm.Stuck, atIdle, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		f.after(time.Second, forever(f, 0))
		return nil
	})},
	{"deadlines too close", vm.Stuck, atIdle, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		f.after(time.Second, forever(f, 1))
		return nil
	})},
	{"hangs", vm.Hung, 0, 0, 0, func(f *fake, p *vm.Program) {
		failing("advance", sut.Hung)(f, p)
		p.Events = p.Events[atIdle:]
		p.Fault = vm.Fault{}
	}},
	{"crashes", vm.Crashed, atSYN, 0, 0, failing("deliver", sut.Crashed)},
	{"crashes at once", vm.Crashed, 0, 0, 0, failing("reset", sut.Crashed)},
	{"feature", vm.NeedsFeature, 0, 0, 0, func(f *fake, p *vm.Program) { p.Needs = 1 << sut.FeatureTCP; f.caps.Features = 1 }},
	{"personality", vm.NeedsPersonality, 0, 0, 0, func(f *fake, p *vm.Program) { p.Personalities = 1 << sut.LwIP }},
	{"longer receive queues", vm.NeedsBuffers, 0, 0, 0, func(f *fake, p *vm.Program) {
		failing("reset", sut.Unsupported)(f, p)
		p.Config.RcvBuf = 4097
	}},
	{"longer send queues", vm.NeedsBuffers, 0, 0, 0, func(f *fake, p *vm.Program) {
		failing("reset", sut.Unsupported)(f, p)
		p.Config.RcvBuf, p.Config.SndBuf = 100, 1<<30
	}},
	{"usual queues", vm.Violation, 0, 0, 0, func(f *fake, p *vm.Program) {
		failing("reset", sut.Unsupported)(f, p)
		p.Config.RcvBuf, p.Config.SndBuf = 4096, 0
	}},
	{"call not offered", vm.NotOffered, atSocket, 0, 0, func(f *fake, p *vm.Program) {
		failing("call", sut.Unsupported)(f, p)
		p.Events[atSocket].Call.Op = sut.OpPoll
	}},
	{"basic call not offered", vm.Violation, atSocket, 0, 0, failing("call", sut.Unsupported)},
	{"capabilities not offered", vm.Violation, 0, 0, 0, failing("caps", sut.Unsupported)},
	{"reset not offered", vm.Violation, 0, 0, 0, failing("reset", sut.Unsupported)},
	{"frames not taken", vm.Violation, atSYN, 0, 0, failing("deliver", sut.Unsupported)},
	{"figure not offered", vm.NotOffered, atState, 0, 0, failing("inspect", sut.Unsupported)},
	{"garbage", vm.Violation, atSocket, 0, 0, failing("call", sut.Malformed)},
	{"bad program", vm.BadProgram, 0, 0, 0, nil},
	{"no port", vm.Undefined, atSYN, 0, 0, func(_ *fake, p *vm.Program) { p.Events[atSYN].Packet.Fields = p.Events[atSYN].Packet.Fields[1:] }},
	{"no value", vm.Undefined, atSYN, 0, 0, func(_ *fake, p *vm.Program) {
		p.Events[atSYN].Packet.Fields = append(p.Events[atSYN].Packet.Fields, vm.FieldOp{Field: frame.TCPUrg, Base: vm.BaseVar, Var: 3})
	}},
	{"nothing to quote", vm.Undefined, atSYN, 0, 0, func(_ *fake, p *vm.Program) {
		p.Events[atSYN].Packet = vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportICMP, Quote: true}
	}},
	{"too long to build", vm.BadFrame, atSYN, 0, 0, func(_ *fake, p *vm.Program) { p.Events[atSYN].Packet.Payload.Len = frame.MaxLen - 53 }},
	{"field not in the frame", vm.BadFrame, atSYN, vm.PartField, frame.ARPOp, func(_ *fake, p *vm.Program) {
		p.Events[atSYN].Packet.Fields = append(p.Events[atSYN].Packet.Fields, num(frame.ARPOp, 3))
	}},
	{"write too long", vm.NoRoom, atWrite, 0, 0, func(_ *fake, p *vm.Program) { p.Events[atWrite].Send.Len = 4097 }},
	{"flood", vm.Flooded, atIdle, 0, 0, replace(fPA, func(f *fake, b []byte) [][]byte {
		again := append([]byte(nil), b...)
		f.after(time.Second, func(out sut.Sink) {
			for range 65 {
				out.Frame(f.now, again)
			}
		})
		return nil
	})},
}

// accepting lets accept answer so.
func accepting(answer func(f *fake, r *sut.Result)) func(*fake, *vm.Program) {
	return func(f *fake, _ *vm.Program) {
		f.onCall = func(f *fake, c *sut.Call, r *sut.Result, _ sut.Sink) (sut.Status, bool) {
			if c.Op == sut.OpAccept {
				answer(f, r)
			}
			return sut.OK, c.Op == sut.OpAccept
		}
	}
}

// forever is a deadline that sets the next one, step later.
func forever(f *fake, step time.Duration) func(out sut.Sink) {
	return func(sut.Sink) { f.after(step, forever(f, step)) }
}

func TestEveryReason(t *testing.T) {
	seen := map[vm.Reason]bool{vm.NoReason: true}
	parts := map[vm.Part]bool{}
	for _, c := range misbehaviours {
		t.Run(c.name, func(t *testing.T) {
			f, p := newFake(), exchange()
			if c.break_ == nil {
				v := newMachine().Run([]byte{99}, f, vm.RunOptions{}, nil)
				require.Equal(t, c.reason, v.Reason)
				require.Equal(t, vm.Error, v.Outcome)
				require.EqualValues(t, vm.BadVersion, v.Got)
				return
			}
			c.break_(f, p)
			v := run(t, p, f, vm.RunOptions{})
			require.Equal(t, c.reason, v.Reason, "%v at event %d: %+v", v.Reason, v.Event, v)
			require.EqualValues(t, c.event, v.Event, "%v", v.Reason)
			require.Equal(t, c.part, v.Part)
			require.Equal(t, c.field, v.Field)
			require.NotEqual(t, vm.Pass, v.Outcome)
			require.NotEqual(t, vm.NotRun, v.Outcome)
			parts[v.Part] = true
		})
		seen[c.reason] = true
	}
	for r := vm.NoReason; r.String() != "unknown"; r++ {
		require.True(t, seen[r], "nothing produces %q", r)
	}
}

// TestNames: every reason, part and outcome has a name of its own.
func TestNames(t *testing.T) {
	seen := map[string]bool{"": true}
	once := func(name string) {
		t.Helper()
		require.False(t, seen[name], "%q", name)
		seen[name] = true
	}
	for r := vm.NoReason + 1; r.String() != "unknown"; r++ {
		once(r.String())
	}
	for p := vm.NoPart + 1; p.String() != "unknown"; p++ {
		once(p.String())
	}
	for b := vm.BadNone; b.String() != "unknown"; b++ {
		once(b.String())
	}
	seen = map[string]bool{"": true}
	for _, o := range []vm.Outcome{vm.NotRun, vm.Pass, vm.Fail, vm.Error, vm.Timeout, vm.Crash, vm.Unsupported} {
		once(o.String())
	}
	require.Equal(t, "unknown", (vm.Unsupported + 1).String())
	require.Equal(t, "data", vm.PartData.String())
}

func TestOutcomeOfReason(t *testing.T) {
	for _, c := range []struct {
		break_ func(*fake, *vm.Program)
		want   vm.Outcome
	}{
		{replace(fSA, drop), vm.Fail},
		{failing("deliver", sut.Crashed), vm.Crash},
		{failing("deliver", sut.Hung), vm.Timeout},
		{failing("deliver", sut.Malformed), vm.Fail},
		{failing("deliver", sut.Unsupported), vm.Fail},
		{failing("inspect", sut.Unsupported), vm.Unsupported},
		{failing("caps", sut.Crashed), vm.Crash},
		{func(f *fake, p *vm.Program) { f.caps.Features, p.Needs = 0, 1 }, vm.Unsupported},
	} {
		f, p := newFake(), exchange()
		c.break_(f, p)
		require.Equal(t, c.want, run(t, p, f, vm.RunOptions{}).Outcome)
	}
}

// TestTooManyDeadlines: a stack that never rests is followed only so far; one with a tick for as long as it takes.
func TestTooManyDeadlines(t *testing.T) {
	p := exchange()
	b, err := asm.Encode(p)
	require.NoError(t, err)
	f := newFake()
	replace(fPA, func(f *fake, b []byte) [][]byte {
		f.after(time.Second, forever(f, ms))
		return nil
	})(f, p)
	m := newMachine()
	require.Equal(t, vm.Pass, m.Run(b, f, vm.RunOptions{}, nil).Outcome)
	m.SetSteps(4000)
	v := m.Run(b, f, vm.RunOptions{}, nil)
	require.Equal(t, vm.Stuck, v.Reason)
	require.Equal(t, vm.Timeout, v.Outcome)
	require.EqualValues(t, atIdle, v.Event)
}

func TestNeedsAreCheckedBeforeAnythingRuns(t *testing.T) {
	f, p := newFake(), exchange()
	p.Needs, f.caps.Features = 1<<sut.FeatureNDP, 1<<sut.FeatureTCP
	v := run(t, p, f, vm.RunOptions{})
	require.Equal(t, vm.Unsupported, v.Outcome)
	require.EqualValues(t, p.Needs, v.Want)
	require.Zero(t, f.resets, "the stack was not touched")
	p.Personalities, p.Needs = 1<<sut.POSIX, 0
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
}

// TestDiffs: what a verdict says of the difference, in the numbers of the script.
func TestDiffs(t *testing.T) {
	f, p := newFake(), exchange()
	mangle(fPA, func(v *frame.View) {
		ack, _ := v.Get(frame.TCPAck)
		setField(frame.TCPAck, ack+5)(v)
	})(f, p)
	v := run(t, p, f, vm.RunOptions{})
	require.EqualValues(t, 11, v.Want)
	require.EqualValues(t, 16, v.Got)
	require.Equal(t, 200*ms, v.At)

	f, p = newFake(), exchange()
	mangle(fPA, func(v *frame.View) { v.SetAddr(frame.IPDst, []byte{1, 2, 3, 4}); v.RepairSums() })(f, p)
	v = run(t, p, f, vm.RunOptions{})
	require.Equal(t, [16]byte{192, 0, 2, 1}, v.WantAddr)
	require.Equal(t, [16]byte{1, 2, 3, 4}, v.GotAddr)

	f, p = newFake(), exchange()
	mangle(fPA, func(v *frame.View) { v.Payload()[5] ^= 1; v.RepairSums() })(f, p)
	v = run(t, p, f, vm.RunOptions{})
	require.EqualValues(t, 5, v.Index)
	require.EqualValues(t, 1, v.Want^v.Got)

	f, p = newFake(), exchange()
	mangle(fPA, func(v *frame.View) { v.Set(frame.IPSum, 0) })(f, p)
	v = run(t, p, f, vm.RunOptions{})
	require.Equal(t, frame.Defect{Flaw: frame.IPChecksum, At: 24}, v.Defect)
}

// FuzzRun: no bytes make the machine panic or run for ever.
func FuzzRun(f *testing.F) {
	b, err := asm.Encode(exchange())
	require.NoError(f, err)
	f.Add(b, true)
	silence := corrupt()
	silence.Fault = vm.Fault{Target: atQuiet, Kind: vm.FaultInGood}
	b, err = asm.Encode(silence)
	require.NoError(f, err)
	f.Add(b, true)
	m := newMachine()
	f.Fuzz(func(t *testing.T, b []byte, twin bool) {
		v := m.Run(b, newFake(), vm.RunOptions{Twin: twin}, nil)
		require.NotEqual(t, vm.NotRun, v.Outcome)
	})
}
