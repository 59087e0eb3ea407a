package vm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// beacon is a stack that sends a broadcast frame at each of its times, the n-th with type 0x9000+n.
func beacon(times ...time.Duration) *fake {
	f := newFake()
	f.onCall = func(f *fake, _ *sut.Call, _ *sut.Result, _ sut.Sink) (sut.Status, bool) {
		for n, at := range times {
			f.after(at, func(out sut.Sink) {
				b := f.build(frame.Layout{}, func(v *frame.View) {
					v.SetAddr(frame.EthDst, []byte{255, 255, 255, 255, 255, 255})
					v.Set(frame.EthType, 0x9000+uint32(n))
				})
				out.Frame(f.now, b)
			})
		}
		return sut.OK, true
	}
	return f
}

// heard expects the n-th frame of a beacon.
func heard(n uint32, mode vm.TimeMode, at, span time.Duration) vm.Event {
	return vm.Event{Kind: vm.Expect, Mode: mode, At: at, Span: span, Packet: vm.Packet{Payload: vm.Payload{Any: true}, Fields: []vm.FieldOp{
		{Field: frame.EthDst, Op: vm.Equal, B: [16]byte{255, 255, 255, 255, 255, 255}}, {Field: frame.EthType, Op: vm.Equal, N: 0x9000 + n},
	}}}
}

func TestTime(t *testing.T) {
	const rel, abs, any = vm.Relative, vm.Absolute, vm.AnyTime
	start := call(sut.OpListen, 3, 0)
	idle := func(mode vm.TimeMode, at time.Duration) vm.Event {
		return vm.Event{Kind: vm.Idle, Mode: mode, At: at}
	}
	wait := func(mode vm.TimeMode, at time.Duration) vm.Event {
		return vm.Event{Kind: vm.Wait, Mode: mode, At: at}
	}
	end := vm.Event{Kind: vm.End, Mode: rel}
	for _, c := range []struct {
		name      string
		beacon    []time.Duration
		tick, tol time.Duration
		events    []vm.Event
		reason    vm.Reason
		event     int
		at        time.Duration
	}{
		{"absolute", []time.Duration{seconds(1)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, 0, 0, seconds(1)},
		{"absolute is from the start", []time.Duration{seconds(1), seconds(3)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), 0), heard(1, abs, seconds(3), 0)}, 0, 0, seconds(3)},
		{"relative is from the last", []time.Duration{seconds(1), seconds(3)}, 0, 0, []vm.Event{heard(0, rel, seconds(1), 0), heard(1, rel, seconds(2), 0)}, 0, 0, seconds(3)},
		{"whenever", []time.Duration{seconds(7), seconds(8)}, 0, 0, []vm.Event{heard(0, any, 0, 0), heard(1, rel, seconds(1), 0)}, 0, 0, seconds(8)},
		{"relative to when a range was met", []time.Duration{seconds(2), seconds(3)}, 0, 0, []vm.Event{heard(0, rel, seconds(1), seconds(5)), heard(1, rel, seconds(1), 0)}, 0, 0, seconds(3)},
		{"patience ends", []time.Duration{vm.Patience + 1}, 0, 0, []vm.Event{heard(0, any, 0, 0)}, vm.Late, 1, vm.Patience + 1},
		{"patience lasts", []time.Duration{vm.Patience}, 0, 0, []vm.Event{heard(0, any, 0, 0)}, 0, 0, vm.Patience},
		{"range begins", []time.Duration{seconds(1)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), seconds(1))}, 0, 0, seconds(1)},
		{"range ends", []time.Duration{seconds(2)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), seconds(1))}, 0, 0, seconds(2)},
		{"before the range", []time.Duration{seconds(1) - 1}, 0, 0, []vm.Event{heard(0, abs, seconds(1), seconds(1))}, vm.Early, 1, seconds(1) - 1},
		{"behind the range", []time.Duration{seconds(2) + 1}, 0, 0, []vm.Event{heard(0, abs, seconds(1), seconds(1))}, vm.Late, 1, seconds(2) + 1},
		{"within the tick", []time.Duration{seconds(1) + ms}, ms, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, 0, 0, seconds(1) + ms},
		{"a tick makes nothing early", []time.Duration{seconds(1) - 1}, ms, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, vm.Early, 1, seconds(1) - 1},
		{"beyond the tick", []time.Duration{seconds(1) + ms + 1}, ms, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, vm.Late, 1, seconds(1) + ms + 1},
		{"tolerance before", []time.Duration{seconds(1) - ms}, 0, ms, []vm.Event{heard(0, abs, seconds(1), 0)}, 0, 0, seconds(1) - ms},
		{"tolerance behind, and the tick", []time.Duration{seconds(1) + 2*ms}, ms, ms, []vm.Event{heard(0, abs, seconds(1), 0)}, 0, 0, seconds(1) + 2*ms},
		{"much too late is silent", []time.Duration{seconds(62)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, vm.Silent, 1, seconds(1)},
		{"another one later is silent", []time.Duration{seconds(2)}, 0, 0, []vm.Event{heard(5, abs, seconds(1), 0)}, vm.Silent, 1, seconds(1)},
		{"a queue in order", []time.Duration{seconds(1), seconds(1), seconds(2)}, 0, 0,
			[]vm.Event{heard(0, abs, seconds(1), 0), heard(1, rel, 0, 0), heard(2, rel, seconds(1), 0), end}, 0, 0, seconds(2)},
		{"a queue out of order", []time.Duration{seconds(1), seconds(1)}, 0, 0, []vm.Event{heard(1, abs, seconds(1), 0)}, vm.Wrong, 1, seconds(1)},
		{"two where one is expected", []time.Duration{seconds(1), seconds(1), seconds(2)}, 0, 0,
			[]vm.Event{heard(0, abs, seconds(1), 0), heard(2, abs, seconds(2), 0)}, vm.Unexpected, 2, seconds(1)},
		{"waiting keeps frames", []time.Duration{seconds(1)}, 0, 0, []vm.Event{wait(abs, seconds(5)), heard(0, abs, seconds(1), 0)}, vm.Early, 2, seconds(1)},
		{"waiting keeps frames for whenever", []time.Duration{seconds(1)}, 0, 0, []vm.Event{wait(abs, seconds(5)), heard(0, any, 0, 0), end}, 0, 0, seconds(5)},
		{"idle until just then", []time.Duration{seconds(3)}, 0, 0, []vm.Event{idle(abs, seconds(3)), heard(0, rel, 0, 0)}, 0, 0, seconds(3)},
		{"not idle just before", []time.Duration{seconds(3) - 1}, 0, 0, []vm.Event{idle(abs, seconds(3))}, vm.Unexpected, 1, seconds(3) - 1},
		{"a tick is no idleness", []time.Duration{seconds(3) - 1}, ms, ms, []vm.Event{idle(abs, seconds(3))}, vm.Unexpected, 1, seconds(3) - 1},
		{"what idle left is left over", []time.Duration{seconds(3)}, 0, 0, []vm.Event{idle(abs, seconds(3)), end}, vm.LeftOver, 2, seconds(3)},
		{"left over where nobody asks", []time.Duration{seconds(1), seconds(1)}, 0, 0, []vm.Event{heard(0, abs, seconds(1), 0)}, 0, 0, seconds(1)},
		{"the end may wait", []time.Duration{seconds(1)}, 0, 0, []vm.Event{{Kind: vm.End, Mode: rel, At: seconds(1)}}, vm.LeftOver, 1, seconds(1)},
		{"what is past is done now", nil, 0, 0, []vm.Event{wait(abs, seconds(5)), wait(abs, seconds(2)), wait(rel, seconds(1))}, 0, 0, seconds(6)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := program(append([]vm.Event{start}, c.events...)...)
			p.Tolerance = c.tol
			for _, from := range []time.Duration{0, 5 * time.Hour} { // whenever it begins
				f := beacon(c.beacon...)
				f.caps.Tick = c.tick
				v := run(t, p, f, vm.RunOptions{Start: from})
				require.Equal(t, c.reason, v.Reason, "%v at %v: %+v", v.Reason, v.At, v)
				require.EqualValues(t, c.event, v.Event)
				require.Equal(t, from+c.at, v.At)
				require.Equal(t, c.reason == 0, v.Outcome == vm.Pass)
			}
		})
	}
}

// TestMalformedLeftOver: what nobody expects must be well formed too.
func TestMalformedLeftOver(t *testing.T) {
	f := newFake()
	f.onCall = func(f *fake, _ *sut.Call, _ *sut.Result, out sut.Sink) (sut.Status, bool) {
		out.Frame(f.now, make([]byte, 13))
		return sut.OK, true
	}
	v := run(t, program(call(sut.OpListen, 3, 0)), f, vm.RunOptions{})
	require.Equal(t, vm.Malformed, v.Reason)
	require.Equal(t, frame.FrameShort, v.Defect.Flaw)
}

// TestStepsAtDeadlines: time never jumps over a deadline, so that a neighbour who is asked for at one is answered then.
func TestStepsAtDeadlines(t *testing.T) {
	f := newFake()
	answered := sut.Time(-1)
	f.onCall = func(f *fake, _ *sut.Call, _ *sut.Result, _ sut.Sink) (sut.Status, bool) {
		f.after(time.Second, func(out sut.Sink) { f.askARP(out) })
		f.after(2*time.Second, func(sut.Sink) {})
		return sut.OK, true
	}
	f.onIn = func(f *fake, v *frame.View, _ sut.Sink) bool { answered = f.now; return true }
	v := run(t, program(call(sut.OpListen, 3, 0), vm.Event{Kind: vm.Idle, At: 9 * time.Second}), f, vm.RunOptions{})
	require.Equal(t, vm.Pass, v.Outcome)
	require.Equal(t, time.Second, answered)
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
