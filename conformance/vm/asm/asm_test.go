package asm

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

func TestRoundTrip(t *testing.T) { rapid.Check(t, propertyRoundTrip) }

func FuzzRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyRoundTrip)) }

func propertyRoundTrip(t *rapid.T) {
	p := draw(t)
	b, err := Encode(p) // which decodes and compares
	require.NoError(t, err)
	back, err := Decode(b)
	require.NoError(t, err)
	again, err := Encode(back)
	require.NoError(t, err)
	require.Equal(t, b, again)
	for n := range b {
		_, err := Decode(b[:n])
		require.Error(t, err, "cut to %d of %d bytes", n, len(b))
	}
	_, err = Decode(append(b, 0))
	require.ErrorContains(t, err, "bytes after its end")
}

// TestEncodingIsPinned: the format cannot change unnoticed, in both directions of the coder at once.
func TestEncodingIsPinned(t *testing.T) {
	b, err := Encode(&example)
	require.NoError(t, err)
	require.Equal(t, pinned, hex.EncodeToString(b))
}

var example = vm.Program{
	Config: sut.Config{Seed: 300, MAC: [6]byte{2, 0, 0, 0, 0, 1}, MTU: 1500, Addr4: [4]byte{192, 168, 0, 1}, Prefix4: 16},
	Peer:   vm.Peer{MAC: [6]byte{2, 0, 0, 0, 0, 2}, IP4: [4]byte{192, 0, 2, 1}, Port: 8080, Neighbour: true},
	Needs:  1 << sut.FeatureTCP,
	Events: []vm.Event{
		{Kind: vm.Call, Call: sut.Call{Op: sut.OpSocket, NewFD: 3, Domain: 4, Type: 1}, Want: vm.Want{Ret: 3}},
		{Kind: vm.Inject, Mode: vm.Relative, At: 100 * time.Millisecond, Packet: vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportTCP,
			Fields:  []vm.FieldOp{{Field: frame.TCPFlags, N: frame.SYN}, {Field: frame.TCPSeq, Base: vm.BasePeerISN}},
			Options: []vm.Option{{Kind: frame.OptMSS, Count: 1, N: [8]uint32{1000}}, {Kind: frame.OptNOP}}}},
		{Kind: vm.Expect, Mode: vm.AnyTime, Packet: vm.Packet{Net: vm.NetIPv4, Transport: vm.TransportTCP, OptionsAny: true,
			Fields: []vm.FieldOp{{Field: frame.TCPAck, Op: vm.Equal, Base: vm.BasePeerISN, N: 1}}}},
		{Kind: vm.End, Mode: vm.Relative, At: 1500 * time.Nanosecond},
	},
	Fault: vm.Fault{Target: 2, Kind: vm.FaultOut, Field: frame.TCPAck, N: 1},
}

const pinned = "02ac0206020000000001dc0b04c0a80001100000000000000602000000000204c000020100903f0180010000040102310204" +
	"0000b840030401020611c09a0c0600000234000430200002020001d00f01000022060400013122020010b917"

func TestRefused(t *testing.T) {
	ok := vm.Event{Kind: vm.Wait}
	for _, c := range []struct {
		name string
		p    vm.Program
		want string
	}{
		{"unused part", vm.Program{Events: []vm.Event{{Kind: vm.Wait, Value: 3}}}, "no use for Value"},
		{"payload of a call", vm.Program{Events: []vm.Event{{Kind: vm.Call, Packet: vm.Packet{Flow: 1}}}}, "no use for Packet.Flow"},
		{"event after the end", vm.Program{Events: []vm.Event{{Kind: vm.End}, ok}}, "event after the end"},
		{"kind", vm.Program{Events: []vm.Event{{Kind: 77}}}, "without a meaning"},
		{"kind that would fit", vm.Program{Events: []vm.Event{{Kind: 12}}}, "without a meaning"},
		{"mode", vm.Program{Events: []vm.Event{{Kind: vm.Wait, Mode: vm.AnyTime}}}, "without a meaning"},
		{"flow", vm.Program{Events: []vm.Event{{Kind: vm.Expect, Packet: vm.Packet{Flow: vm.Flows}}}}, "without a meaning"},
		{"net", vm.Program{Events: []vm.Event{{Kind: vm.Expect, Packet: vm.Packet{Net: 4}}}}, "without a meaning"},
		{"time", vm.Program{Events: []vm.Event{{Kind: vm.Wait, At: -1}}}, "out of range"},
		{"long time", vm.Program{Events: []vm.Event{{Kind: vm.Wait, At: vm.MaxTime + 1}}}, "out of range"},
		{"descriptor", vm.Program{Events: []vm.Event{{Kind: vm.Call, Call: sut.Call{FD: vm.MaxFDs}}}}, "out of range"},
		{"fault", vm.Program{Events: []vm.Event{ok}, Fault: vm.Fault{Kind: vm.FaultDrop, Target: 1}}, "without a target"},
		{"too many events", vm.Program{Events: make([]vm.Event, vm.MaxEvents+1)}, "too many"},
		{"too many fields", vm.Program{Events: []vm.Event{{Kind: vm.Inject, Packet: vm.Packet{Fields: make([]vm.FieldOp, vm.MaxFields+1)}}}}, "too many"},
		{"comparison in what is injected", fieldProgram(vm.Inject, vm.FieldOp{Field: frame.TCPSeq, Op: vm.Equal}), "field cannot"},
		{"setting in what is expected", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.TCPSeq}), "field cannot"},
		{"length of payload set", fieldProgram(vm.Inject, vm.FieldOp{Field: frame.PayloadLen}), "field cannot"},
		{"order of addresses", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.IPSrc, Op: vm.AtLeast}), "field cannot"},
		{"address in a stream", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.IPSrc, Op: vm.Equal, Base: vm.BasePeerISN}), "field cannot"},
		{"no field", fieldProgram(vm.Expect, vm.FieldOp{Op: vm.Equal}), "field cannot"},
		{"operation", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.TCPSeq, Op: 15}), "without a meaning"},
		{"variable", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.TCPSeq, Op: vm.Capture, Var: vm.Vars}), "without a meaning"},
		{"variable that is not used", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.TCPSeq, Op: vm.Equal, Var: 1}), "no use for Packet.Fields"},
		{"number of an address", fieldProgram(vm.Expect, vm.FieldOp{Field: frame.IPSrc, Op: vm.Equal, N: 1}), "no use for Packet.Fields"},
		{"unknown option", optionProgram(vm.Option{Kind: 30}), "bad TCP option"},
		{"MSS without value", optionProgram(vm.Option{Kind: frame.OptMSS}), "bad TCP option"},
		{"large MSS", optionProgram(vm.Option{Kind: frame.OptMSS, Count: 1, N: [8]uint32{65536}}), "bad TCP option"},
		{"half a SACK block", optionProgram(vm.Option{Kind: frame.OptSACK, Count: 3}), "bad TCP option"},
		{"mask beyond the numbers", optionProgram(vm.Option{Kind: frame.OptMSS, Count: 1, AnyN: 2}), "bad TCP option"},
		{"raw option of another kind", optionProgram(vm.Option{Kind: 30, Raw: true, Data: []byte{31}}), "bad TCP option"},
		{"payload shorter than it says", vm.Program{Events: []vm.Event{{Kind: vm.Inject, Packet: vm.Packet{Payload: vm.Payload{Len: 2, Literal: true, Data: []byte{1}}}}}}, "canonical"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Encode(&c.p)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func fieldProgram(k vm.Kind, f vm.FieldOp) vm.Program {
	return vm.Program{Events: []vm.Event{{Kind: k, Packet: vm.Packet{Net: vm.NetIPv4, Fields: []vm.FieldOp{f}}}}}
}

func optionProgram(o vm.Option) vm.Program {
	return vm.Program{Events: []vm.Event{{Kind: vm.Expect, Packet: vm.Packet{Net: vm.NetIPv4, Options: []vm.Option{o}}}}}
}

func TestVersion(t *testing.T) {
	b, err := Encode(&example)
	require.NoError(t, err)
	b[0]++
	_, err = Decode(b)
	require.ErrorContains(t, err, "unknown version")
}
