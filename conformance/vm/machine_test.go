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

const ms = time.Millisecond

func newMachine() *vm.Machine {
	m := &vm.Machine{}
	m.Init(vm.Storage{Queue: make([]byte, 32<<10), Slots: make([]vm.Slot, 64), Data: make([]byte, 4096)})
	return m
}

// program is a case against fake, between 192.168.0.1 and 192.0.2.1.
func program(events ...vm.Event) *vm.Program {
	return &vm.Program{
		Config: sut.Config{
			Seed: 1, MAC: [6]byte{2, 0, 0, 0, 0, 1}, MTU: 1500, Addr4: [4]byte{192, 168, 0, 1}, Prefix4: 16,
			Gateway4: [4]byte{192, 168, 0, 2}, Addr6: [16]byte{0xfd, 15: 1}, Prefix6: 64, Gateway6: [16]byte{0xfd, 15: 9},
		},
		Peer: vm.Peer{
			MAC: [6]byte{2, 0, 0, 0, 0, 2}, IP4: [4]byte{192, 0, 2, 1}, IP6: [16]byte{0xfd, 15: 2}, Port: 8080, Neighbour: true,
		},
		Events: events,
	}
}

func num(f frame.Field, n uint32) vm.FieldOp { return vm.FieldOp{Field: f, N: n} }

func based(f frame.Field, b vm.Base, n uint32) vm.FieldOp { return vm.FieldOp{Field: f, Base: b, N: n} }

// in is a segment that the judge sends, out one that it expects; seq and ack are relative.
func in(at time.Duration, flags, seq, ack, n uint32) vm.Event {
	return vm.Event{Kind: vm.Inject, Mode: vm.Relative, At: at, Packet: vm.Packet{
		Net: vm.NetIPv4, Transport: vm.TransportTCP, Payload: vm.Payload{Len: n},
		Fields: []vm.FieldOp{
			num(frame.TCPDstPort, 80), num(frame.TCPFlags, flags), based(frame.TCPSeq, vm.BasePeerISN, seq),
			based(frame.TCPAck, vm.BaseLocalISN, ack), num(frame.TCPWin, 1000),
		},
	}}
}

func out(at time.Duration, flags, seq, ack, n uint32) vm.Event {
	e := vm.Event{Kind: vm.Expect, Mode: vm.Relative, At: at, Packet: vm.Packet{
		Net: vm.NetIPv4, Transport: vm.TransportTCP, Payload: vm.Payload{Len: n}, OptionsAny: true,
		Fields: []vm.FieldOp{
			num(frame.TCPFlags, flags), based(frame.TCPSeq, vm.BaseLocalISN, seq), based(frame.TCPAck, vm.BasePeerISN, ack),
		},
	}}
	for i := range e.Packet.Fields {
		e.Packet.Fields[i].Op = vm.Equal
	}
	return e
}

func call(op sut.Op, fd sut.FD, ret int32) vm.Event {
	return vm.Event{Kind: vm.Call, Mode: vm.Relative, Call: sut.Call{Op: op, FD: fd}, Want: vm.Want{Ret: ret}}
}

// Indices of the events of exchange.
const (
	atSocket = iota
	atBind
	atListen
	atAccept
	atSYN
	atSYNACK
	atACK
	atData
	atDataACK
	atRead
	atWrite
	atPush
	atPushACK
	atState
	atIdle
	atEnd
)

// exchange is a connection that is accepted, carries data both ways, and stays.
func exchange() *vm.Program {
	socket := call(sut.OpSocket, 0, 3)
	socket.Call.NewFD, socket.Call.Domain, socket.Call.Type = 3, sut.DomainIPv4, sut.TypeStream
	bind := call(sut.OpBind, 3, 0)
	bind.Call.Addr = sut.Addr{Family: sut.DomainIPv4, Port: 80}
	accept := call(sut.OpAccept, 3, 4)
	accept.Call.NewFD, accept.Blocks, accept.Span = 4, true, 200*ms
	accept.Want.Addr = sut.Addr{Family: sut.DomainIPv4, IP: [16]byte{192, 0, 2, 1}, Port: 8080}
	read := call(sut.OpRead, 4, 10)
	read.Call.Value, read.Want.HasData, read.Want.Pattern = 100, true, true
	write := call(sut.OpWrite, 4, 20)
	write.Send.Len = 20
	synack := out(0, frame.SYN|frame.ACK, 0, 1, 0)
	synack.Packet.OptionsAny = false
	synack.Packet.Options = []vm.Option{
		{Kind: frame.OptMSS, Count: 1, N: [8]uint32{1460}}, {Kind: frame.OptNOP}, {Kind: frame.OptWScale, Count: 1, N: [8]uint32{7}},
	}
	return program(
		socket, bind, call(sut.OpListen, 3, 0), accept,
		in(100*ms, frame.SYN, 0, 0, 0),
		synack,
		in(100*ms, frame.ACK, 1, 1, 0),
		in(0, frame.PSH|frame.ACK, 1, 1, 10),
		out(0, frame.ACK, 1, 11, 0),
		read, write,
		out(0, frame.PSH|frame.ACK, 1, 11, 20),
		in(10*ms, frame.ACK, 11, 21, 0),
		vm.Event{Kind: vm.Inspect, Mode: vm.Relative, Call: sut.Call{FD: 4}, Figure: sut.FigTCPState, Value: 4, Check: vm.Equal},
		vm.Event{Kind: vm.Idle, Mode: vm.Relative, At: 5 * time.Second},
		vm.Event{Kind: vm.End, Mode: vm.Relative},
	)
}

func run(t testing.TB, p *vm.Program, s sut.SUT, opt vm.RunOptions) vm.Verdict {
	t.Helper()
	b, err := asm.Encode(p)
	require.NoError(t, err)
	return newMachine().Run(b, s, opt, nil)
}

func TestExchangePasses(t *testing.T) {
	v := run(t, exchange(), newFake(), vm.RunOptions{})
	require.Equal(t, vm.Pass, v.Outcome, "%v at event %d: %+v", v.Reason, v.Event, v)
	require.Equal(t, 5210*ms, v.At)
	require.NotZero(t, v.Hash)
}

// TestEverySeed: whatever the judge's initial sequence numbers are.
func TestEverySeed(t *testing.T) {
	hashes := map[uint64]bool{}
	for seed := range uint64(300) {
		v := run(t, exchange(), newFake(), vm.RunOptions{Seed: seed + 1})
		require.Equal(t, vm.Pass, v.Outcome, "seed %d: %v at event %d", seed+1, v.Reason, v.Event)
		hashes[v.Hash] = true
	}
	require.Greater(t, len(hashes), 100, "another seed is another run")
}

func TestSequenceNumbersWrap(t *testing.T) {
	m := newMachine()
	b, err := asm.Encode(exchange())
	require.NoError(t, err)
	for swapped := range 2 {
		v := m.Run(b, newFake(), vm.RunOptions{Swap: swapped == 1}, nil)
		require.Equal(t, vm.Pass, v.Outcome)
		require.EqualValues(t, 5000, v.ISN)
		for i := range vm.Flows {
			_, isn, _, port := m.Numbers(i)
			top := uint64(1) << (32 - (i+swapped)%2)
			require.Less(t, uint64(isn), top)
			require.GreaterOrEqual(t, uint64(isn), top-256, "flow %d", i)
			require.Equal(t, 8080+i, int(port))
		}
	}
	isn, _, port, _ := m.Numbers(0)
	require.EqualValues(t, 80, port)
	require.EqualValues(t, 5000, isn)
	isn, _, port, _ = m.Numbers(1)
	require.Zero(t, port, "nothing came of it")
	require.Zero(t, isn)
}

// TestDeterminism: the same program against the same stack gives the same verdict, on the same machine or another, and
// a stack that pads its frames the same as one whose MAC does.
func TestDeterminism(t *testing.T) {
	b, err := asm.Encode(exchange())
	require.NoError(t, err)
	m, f := newMachine(), newFake()
	want := m.Run(b, f, vm.RunOptions{}, nil)
	for range 3 {
		require.Equal(t, want, m.Run(b, f, vm.RunOptions{}, nil))
	}
	m.Run(b, f, vm.RunOptions{Seed: 77}, nil)
	require.Equal(t, want, newMachine().Run(b, f, vm.RunOptions{}, nil))
	f.noPad = true
	require.Equal(t, want, m.Run(b, f, vm.RunOptions{}, nil))
	f.figure = 5
	require.NotEqual(t, want, m.Run(b, f, vm.RunOptions{}, nil))
}

// silent is a stack that allocates nothing, and answers an injected segment with what reply holds.
type silent struct{ reply [60]byte }

func (s *silent) Capabilities(c *sut.Caps) sut.Status {
	c.Features, c.Tick = 1<<sut.FeatureTCP, 0
	return sut.OK
}
func (s *silent) Reset(*sut.Config) sut.Status { return sut.OK }
func (s *silent) Deliver(b []byte, out sut.Sink) sut.Status {
	out.Frame(0, s.reply[:])
	return sut.OK
}
func (s *silent) Advance(sut.Time, sut.Sink) sut.Status                  { return sut.OK }
func (s *silent) Call(_ *sut.Call, r *sut.Result, _ sut.Sink) sut.Status { return sut.OK }
func (s *silent) Cancel(sut.CallID, sut.Sink) sut.Status                 { return sut.OK }
func (s *silent) Link(bool, sut.Sink) sut.Status                         { return sut.OK }
func (s *silent) Knob(sut.Knob, int64, sut.Sink) sut.Status              { return sut.OK }
func (s *silent) Inspect(sut.Figure, sut.FD, *int64) sut.Status          { return sut.OK }
func (s *silent) Next() (sut.Time, bool)                                 { return 0, false }

func TestNoAllocation(t *testing.T) {
	raw := vm.Event{Kind: vm.Expect, Packet: vm.Packet{Payload: vm.Payload{Any: true}, Fields: []vm.FieldOp{
		{Field: frame.EthSrc, Op: vm.NotEq}, {Field: frame.EthDst, Op: vm.NotEq, B: [16]byte{9}}}}}
	bind := call(sut.OpWrite, 3, 0)
	bind.Send.Len = 100
	b, err := asm.Encode(program(bind, in(0, frame.SYN, 0, 0, 10), raw, vm.Event{Kind: vm.Idle, At: time.Second}))
	require.NoError(t, err)
	m, s := newMachine(), &silent{}
	s.reply[6], s.reply[12] = 2, 0x99
	require.Equal(t, vm.Pass, m.Run(b, s, vm.RunOptions{}, nil).Outcome)
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Run(b, s, vm.RunOptions{}, nil) }))
}
