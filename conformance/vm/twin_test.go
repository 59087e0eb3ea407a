package vm_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/vm"
)

// corrupt is a case about silence: a segment with a wrong checksum, between two that are right, must not be answered.
func corrupt() *vm.Program {
	p := exchange()
	bad := in(0, fPA, 1, 1, 10)
	bad.Packet.Fields = append(bad.Packet.Fields, vm.FieldOp{Field: frame.TCPSum, Op: vm.Add, N: 1})
	quiet := vm.Event{Kind: vm.Idle, Mode: vm.Relative, At: time.Second}
	p.Events = append(p.Events[:atData:atData], append([]vm.Event{bad, quiet}, p.Events[atData:]...)...)
	return p
}

// toGroup is a case about silence: a segment to a group must not be answered.
func toGroup() *vm.Program {
	p := corrupt()
	p.Events[atData].Packet.Fields[len(p.Events[atData].Packet.Fields)-1] = vm.FieldOp{Field: frame.IPDst, Op: vm.Set, B: [16]byte{239, 1}}
	return p
}

const atQuiet = atData + 1

func TestTwins(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      *vm.Program
		fault  vm.Fault
		reason vm.Reason
		field  frame.Field
	}{
		{"field", exchange(), vm.Fault{Target: atPush, Kind: vm.FaultOut, Field: frame.TCPAck, N: 1}, vm.Wrong, frame.TCPAck},
		{"flags", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultOut, Field: frame.TCPFlags, N: frame.RST}, vm.Wrong, frame.TCPFlags},
		{"address", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultOut, Field: frame.IPDst, N: 1}, vm.Wrong, frame.IPDst},
		{"checksum", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultOut, Field: frame.TCPSum, N: 1}, vm.Malformed, 0},
		{"length", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultOut, Field: frame.TCPOff, N: 9}, vm.Malformed, 0},
		{"lost", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultDrop}, vm.Silent, 0},
		{"lost and sent again", exchange(), vm.Fault{Target: atPush, Kind: vm.FaultDrop}, vm.Late, 0},
		{"lost result", exchange(), vm.Fault{Target: atRead, Kind: vm.FaultDrop}, vm.CallBlocked, 0},
		{"lost result of a call that blocks", exchange(), vm.Fault{Target: atAccept, Kind: vm.FaultDrop}, vm.CallBlocked, 0},
		{"extra in silence", exchange(), vm.Fault{Target: atIdle, Kind: vm.FaultExtra}, vm.Unexpected, 0},
		{"extra at the end", exchange(), vm.Fault{Target: atEnd, Kind: vm.FaultExtra}, vm.LeftOver, 0},
		{"extra first", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultExtra}, vm.Wrong, frame.TCPFlags},
		{"extra among others", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultExtra}, vm.Wrong, frame.TCPFlags},
		{"let in another", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultIn, Field: frame.TCPFlags, N: frame.ACK}, vm.Silent, 0},
		{"let in another number", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultIn, Field: frame.TCPSeq, N: 2}, vm.Silent, 0},
		{"let in a bad checksum", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultIn, Field: frame.TCPSum, N: 2}, vm.Silent, 0},
		{"let in as another version", exchange(), vm.Fault{Target: atDataACK, Kind: vm.FaultIn, Field: frame.IPVersion, N: 5}, vm.Silent, 0},
		{"let in what is good", corrupt(), vm.Fault{Target: atQuiet, Kind: vm.FaultInGood}, vm.Unexpected, 0},
		{"let in for the stack", toGroup(), vm.Fault{Target: atQuiet, Kind: vm.FaultInAddresses}, vm.Unexpected, 0},
		{"let in again", func() *vm.Program {
			p := exchange()
			p.Events[atPushACK] = in(10*ms, frame.SYN, 0, 0, 0)
			again := out(0, fSA, 0, 1, 0)
			p.Events[atState] = again
			return p
		}(), vm.Fault{Target: atIdle, Kind: vm.FaultInAgain}, vm.Unexpected, 0},
		{"result", exchange(), vm.Fault{Target: atWrite, Kind: vm.FaultResult, N: 1}, vm.CallWrong, 0},
		{"result of a call that blocks", exchange(), vm.Fault{Target: atAccept, Kind: vm.FaultResult, N: 1}, vm.CallWrong, 0},
		{"figure", exchange(), vm.Fault{Target: atState, Kind: vm.FaultResult, N: 1}, vm.FigureWrong, 0},
		{"data read", exchange(), vm.Fault{Target: atRead, Kind: vm.FaultData}, vm.CallWrong, 0},
		{"data sent", exchange(), vm.Fault{Target: atPush, Kind: vm.FaultData}, vm.Wrong, 0},
		{"late", exchange(), vm.Fault{Target: atPush, Kind: vm.FaultTime, N: 1}, vm.Late, 0},
		{"early", exchange(), vm.Fault{Target: atPush, Kind: vm.FaultTime, N: 1<<32 - 1}, vm.Early, 0},
		{"call late", exchange(), vm.Fault{Target: atAccept, Kind: vm.FaultTime, N: 1}, vm.CallLate, 0},
		{"call early", exchange(), vm.Fault{Target: atAccept, Kind: vm.FaultTime, N: 1<<32 - 1}, vm.CallEarly, 0},
		{"option value", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultOption, N: 1<<8 | frame.OptMSS}, vm.Wrong, 0},
		{"option gone", exchange(), vm.Fault{Target: atSYNACK, Kind: vm.FaultOption, N: frame.OptWScale}, vm.Wrong, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, vm.Pass, run(t, c.p, newFake(), vm.RunOptions{}).Outcome, "the case itself")
			c.p.Fault = c.fault
			v := run(t, c.p, newFake(), vm.RunOptions{})
			require.Equal(t, vm.Pass, v.Outcome, "the fault is the twin's only")
			require.False(t, v.Planted)
			v = run(t, c.p, newFake(), vm.RunOptions{Twin: true})
			require.True(t, v.Red(&c.p.Fault), "%v at event %d of %d: %+v", v.Reason, v.Event, c.fault.Target, v)
			require.Equal(t, c.reason, v.Reason, "%+v", v)
			require.Equal(t, c.field, v.Field)
		})
	}
}

// TestTwinsThatProveNothing: a fault that no expectation looks at, or that cannot be planted, leaves the twin green.
func TestTwinsThatProveNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   vm.Fault
		planted bool
	}{
		{"field not looked at", vm.Fault{Target: atPush, Kind: vm.FaultOut, Field: frame.TCPUrg, N: 1}, true},
		{"field not in the frame", vm.Fault{Target: atPush, Kind: vm.FaultOut, Field: frame.UDPSum, N: 1}, false},
		{"nothing added", vm.Fault{Target: atPush, Kind: vm.FaultOut, Field: frame.TCPAck}, false},
		{"option not there", vm.Fault{Target: atPush, Kind: vm.FaultOption, N: frame.OptMSS}, false},
		{"no data", vm.Fault{Target: atDataACK, Kind: vm.FaultData}, false},
		{"nothing let in yet", vm.Fault{Target: atBind, Kind: vm.FaultInAgain}, false},
		{"nothing sent yet", vm.Fault{Target: atBind, Kind: vm.FaultExtra}, false},
		{"what is let in is good already", vm.Fault{Target: atPush, Kind: vm.FaultInGood}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := exchange()
			p.Fault = c.fault
			v := run(t, p, newFake(), vm.RunOptions{Twin: true})
			require.Equal(t, vm.Pass, v.Outcome, "%+v", v)
			require.Equal(t, c.planted, v.Planted)
			require.False(t, v.Red(&p.Fault))
		})
	}
}

// TestRedElsewhere: a twin that fails before its target proves nothing.
func TestRedElsewhere(t *testing.T) {
	p := exchange()
	p.Fault = vm.Fault{Target: atPush, Kind: vm.FaultIn, Field: frame.TCPSeq, N: 3}
	p.Events[atPushACK], p.Events[atPush] = p.Events[atPush], p.Events[atPushACK]
	v := run(t, p, newFake(), vm.RunOptions{Twin: true})
	require.True(t, v.Planted)
	require.Equal(t, vm.Fail, v.Outcome)
	require.False(t, v.Red(&p.Fault))
}

// TestExtraTurnedRound: where the stack has sent nothing yet, what was let in comes back.
func TestExtraTurnedRound(t *testing.T) {
	p := program(in(0, frame.ACK, 7, 0, 3), vm.Event{Kind: vm.Idle, At: time.Second})
	p.Fault = vm.Fault{Target: 1, Kind: vm.FaultExtra}
	f := newFake()
	require.Equal(t, vm.Pass, run(t, p, f, vm.RunOptions{}).Outcome)
	v := run(t, p, f, vm.RunOptions{Twin: true})
	require.Equal(t, vm.Unexpected, v.Reason, "it is well formed, and from the stack")
	require.True(t, v.Red(&p.Fault))
}
