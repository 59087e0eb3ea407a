package emac_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
	"stackproof/stack"
)

var _ stack.Device = (*emac.Driver)(nil)

const ms = time.Millisecond

var own = [6]byte{2, 0, 0, 0, 0, 1}

// tester is a test, or a draw of one.
type tester interface {
	rapid.TB
	Cleanup(func())
}

// bench is a driver on the modelled hardware. What the hardware's manual forbids fails the test.
type bench struct {
	*emac.Driver
	t    tester
	host *model.Host
	sent [][]byte // frames on the wire, with FCS
	got  [][]byte // frames that Receive lent
}

func newBench(t tester, hardware model.Config, config emac.Config) *bench {
	b := &bench{t: t, Driver: new(emac.Driver)}
	hardware.Sent = func(f model.Frame) {
		if !f.Broken {
			b.sent = append(b.sent, bytes.Clone(f.Bytes))
		}
	}
	config.Address, config.PHY, config.BusHz = own, 1, 180_000_000
	if config.Receive == 0 {
		config.Receive, config.Transmit = 4, 4
	}
	n := emac.Size(config.Receive, config.Transmit)
	b.host = model.NewHost(hardware, n)
	b.host.Evict = 2
	config.Memory = b.host.RAM.CPU()
	for i := range config.Memory {
		config.Memory[i] = 0xa5 // as a start-up leaves it: dirty in the cache
	}
	require.Equal(t, emac.Fine, b.Init(b.host, &config, b.host.Now()))
	t.Cleanup(func() {
		// Not Errorf, which rapid does not heed any more when a draw is cleaned up.
		require.Empty(t, b.host.EMAC.Violations())
	})
	return b
}

// up is a bench with a link.
func up(t tester, hardware model.Config, config emac.Config) *bench {
	b := newBench(t, hardware, config)
	b.run(3 * time.Second)
	require.Equal(t, emac.Up, b.State())
	return b
}

// run lets the driver live for d: it is polled when it asks for it and when the hardware does something.
func (b *bench) run(d time.Duration) {
	end := b.host.Now() + d
	for {
		now := b.host.Now()
		next := min(b.Poll(now), end)
		b.drain()
		if at, ok := b.host.EMAC.Next(); ok {
			next = min(next, at)
		}
		if b.host.Now() >= end {
			return
		}
		b.host.At(max(next, now+1))
	}
}

// drain takes what has been received.
func (b *bench) drain() {
	for f := b.Receive(); f != nil; f = b.Receive() {
		b.host.Reads(f)
		b.got = append(b.got, bytes.Clone(f))
		b.Release()
	}
}

// send sends a frame, and reports whether there was a buffer.
func (b *bench) send(frame []byte) bool {
	buffer := b.Reserve(len(frame))
	if buffer == nil {
		return false
	}
	copy(buffer, frame)
	b.Send(len(frame))
	return true
}

// frame is one to us of n bytes, with a number in it.
func frame(n, number int) []byte {
	f := make([]byte, n)
	copy(f, own[:])
	copy(f[6:], []byte{2, 0, 0, 0, 0, 9, 0x88, 0xb5, byte(number >> 8), byte(number)})
	for i := 16; i < n; i++ {
		f[i] = byte(i * number)
	}
	return f
}

func TestBothWays(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	for i := range 50 {
		n := 60 + 31*i%1455
		require.True(t, b.send(frame(n, i)))
		b.host.EMAC.Receive(b.host.Now(), frame(n, i+100))
		b.run(200 * time.Microsecond)
		require.Equal(t, model.Seal(frame(n, i)), b.sent[i])
		require.Equal(t, frame(n, i+100), b.got[i])
	}
	s := b.Stats()
	require.EqualValues(t, 50, s.TxFrames)
	require.EqualValues(t, 50, s.RxFrames)
	require.EqualValues(t, 1, s.Resets)
}

func TestLoopback(t *testing.T) {
	b := newBench(t, model.Config{PHY: model.PHYConfig{Unplugged: true}}, emac.Config{Loopback: true})
	b.run(ms)
	require.Equal(t, emac.Up, b.State())
	require.True(t, b.send(frame(300, 1)))
	b.run(ms)
	require.Equal(t, [][]byte{frame(300, 1)}, b.got)
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		name          string
		abilities     uint16
		hundred, full bool
	}{
		{"100 full", emac.Ability100Ful, true, true},
		{"100 half", emac.Ability100, true, false},
		{"10 full", emac.Ability10Full, false, true},
		{"10 half", emac.Ability10, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := up(t, model.Config{PHY: model.PHYConfig{Partner: model.Partner{Abilities: c.abilities}}}, emac.Config{})
			link, hundred, full := b.Link()
			require.True(t, link)
			require.Equal(t, []bool{c.hundred, c.full}, []bool{hundred, full})
			b.send(frame(100, 1))
			b.run(ms)
			b.host.EMAC.Receive(b.host.Now(), frame(100, 2))
			b.run(ms)
			require.Len(t, b.sent, 1)
			require.Len(t, b.got, 1)
		})
	}
}

func TestRingsOfFrames(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	for i := range 4 {
		require.True(t, b.send(frame(1514, i)))
	}
	require.False(t, b.send(frame(60, 5)), "all four are under way")
	require.EqualValues(t, 1, b.Stats().TxNoRoom)
	require.Nil(t, b.Reserve(emac.MaxFrame+1))
	for i := range 6 {
		b.host.EMAC.Receive(b.host.Now(), frame(1514, i))
	}
	b.host.At(b.host.Now() + ms)
	b.run(ms)
	require.Len(t, b.sent, 4)
	require.Len(t, b.got, 4)
	require.EqualValues(t, 2, b.Stats().RxMissed, "two found no descriptor, and are counted")
	b.host.EMAC.Receive(b.host.Now(), frame(60, 7))
	b.run(ms)
	require.Len(t, b.got, 5)
}

func TestFramesThatAreNotTaken(t *testing.T) {
	broken := model.Seal(frame(500, 1))
	broken[100] ^= 1
	for _, c := range []struct {
		name  string
		bytes []byte
		count func(s *emac.Stats) uint32
	}{
		{"short", model.FCS(frame(40, 1)), func(s *emac.Stats) uint32 { return s.RxErrors }},
		{"corrupt", broken, func(s *emac.Stats) uint32 { return s.RxErrors }},
		{"giant", model.FCS(frame(1600, 1)), func(s *emac.Stats) uint32 { return s.RxCut }},
		{"a little giant", model.FCS(frame(1516, 1)), func(s *emac.Stats) uint32 { return s.RxErrors }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := up(t, model.Config{}, emac.Config{})
			b.host.EMAC.Arrive(model.Arrival{At: b.host.Now(), Bytes: c.bytes})
			b.host.EMAC.Receive(b.host.Now(), frame(60, 2))
			b.run(ms)
			require.Equal(t, [][]byte{frame(60, 2)}, b.got)
			s := b.Stats()
			require.EqualValues(t, 1, c.count(s))
			require.EqualValues(t, 1, s.RxErrors+s.RxCut+s.RxChecksum+s.RxMissed+s.RxOverflow+s.RxLost, "counted once")
		})
	}
}

func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(b *bench)
		count func(s *emac.Stats) uint32
	}{
		{"receive bus error", func(b *bench) { b.host.EMAC.FailBus(emac.BusErrorRxData) }, func(s *emac.Stats) uint32 { return s.BusErrors }},
		{"transmit bus error", func(b *bench) { b.host.EMAC.FailBus(emac.BusErrorTxDescWrite) }, func(s *emac.Stats) uint32 { return s.BusErrors }},
		{"overflow that wedges", func(b *bench) {
			b.host.EMAC.WedgeOnOverflow(true)
			b.host.EMAC.Stall(b.host.Now(), 80*time.Microsecond)
		}, func(s *emac.Stats) uint32 { return s.RxStalls + s.RxOverflow - 1 }},
		{"last segment lost", func(b *bench) {
			b.host.EMAC.LoseLast(true)
			b.host.EMAC.Receive(b.host.Now(), frame(1514, 3))
			b.run(40 * time.Microsecond)
			b.host.EMAC.Stall(b.host.Now(), 60*time.Microsecond)
		}, func(s *emac.Stats) uint32 { return s.RxCut }},
		{"MDIO that does not answer", func(b *bench) { b.host.EMAC.SlowMDIO(1, 0); b.run(300 * ms) }, func(s *emac.Stats) uint32 { return s.MDIOTimeouts }},
		{"MDIO that answers late", func(b *bench) { b.host.EMAC.SlowMDIO(1, 5*ms); b.run(300 * ms) }, func(s *emac.Stats) uint32 { return s.MDIOErrors }},
		{"link lost", func(b *bench) {
			b.host.EMAC.SetCable(b.host.Now(), false)
			b.run(ms)
			b.host.EMAC.SetCable(b.host.Now(), true)
		}, func(s *emac.Stats) uint32 { return s.LinkDowns }},
		{"PHY's clock lost", func(b *bench) {
			b.host.EMAC.SetPHYReset(b.host.Now(), true)
			b.send(frame(100, 9))
			b.run(2 * time.Second)
			b.host.EMAC.SetPHYReset(b.host.Now(), false)
		}, func(s *emac.Stats) uint32 { return min(s.TxStalls, 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := up(t, model.Config{}, emac.Config{})
			c.fault(b)
			b.send(frame(1000, 1))
			b.host.EMAC.Receive(b.host.Now(), frame(1514, 1))
			b.run(5 * time.Second)
			require.EqualValues(t, 1, c.count(b.Stats()), "the fault is noticed and counted: %+v", b.Stats())
			b.sent, b.got = nil, nil
			require.True(t, b.send(frame(100, 2)))
			b.host.EMAC.Receive(b.host.Now(), frame(100, 3))
			b.run(ms)
			require.Equal(t, [][]byte{model.Seal(frame(100, 2))}, b.sent, "%+v", b.Stats())
			require.Equal(t, [][]byte{frame(100, 3)}, b.got)
		})
	}
}

func TestNothingIsSentWithoutALink(t *testing.T) {
	b := newBench(t, model.Config{PHY: model.PHYConfig{Unplugged: true}}, emac.Config{})
	b.run(time.Second)
	require.Equal(t, emac.Down, b.State())
	for range 10 {
		require.True(t, b.send(frame(60, 1)))
	}
	require.EqualValues(t, 10, b.Stats().TxNoLink)
	link, _, _ := b.Link()
	require.False(t, link)
}

func TestResetWaitsForTheClock(t *testing.T) {
	b := newBench(t, model.Config{}, emac.Config{})
	b.host.EMAC.SetPHYReset(b.host.Now(), true)
	b.host.Write(emac.BusMode, emac.BusModeSWR)
	b.run(time.Second)
	require.Equal(t, emac.Resetting, b.State())
	require.GreaterOrEqual(t, b.Stats().ResetTimeouts, uint32(9))
	b.host.EMAC.SetPHYReset(b.host.Now(), false)
	b.run(3 * time.Second)
	require.Equal(t, emac.Up, b.State())
}

func TestGroups(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	group := func(i int) [6]byte { return [6]byte{0x33, 0x33, 0, 0, 0, byte(i)} }
	arrives := func(i int) bool {
		b.got = nil
		f := frame(60, i)
		a := group(i)
		copy(f, a[:])
		b.host.EMAC.Receive(b.host.Now(), f)
		b.run(ms)
		return len(b.got) == 1
	}
	require.False(t, arrives(1))
	for i := range 8 {
		b.Join(group(i))
	}
	b.Join(group(3))
	require.True(t, arrives(7))
	require.False(t, arrives(8))
	b.Join(group(8)) // no slot is left: by hash
	require.True(t, arrives(8))
	require.True(t, arrives(7))
	passed := 0
	for i := range 100 {
		if arrives(100 + i) {
			passed++
		}
	}
	require.Less(t, passed, 10, "groups that lie in the same bin of 64")
	b.Join(group(8))
	b.Leave(group(8))
	require.True(t, arrives(8), "joined twice, by hash")
	b.Leave(group(8))
	require.False(t, arrives(8))
	b.Leave(group(3))
	require.True(t, arrives(3), "joined twice")
	b.Leave(group(3))
	require.False(t, arrives(3))
	b.host.EMAC.FailBus(emac.BusErrorRxDescRead)
	b.host.EMAC.Receive(b.host.Now(), frame(60, 0))
	b.run(3 * time.Second)
	require.True(t, arrives(7), "after a reset too")
}

func TestInterrupt(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{})
	b.EnableInterrupt()
	require.False(t, b.host.EMAC.Interrupt())
	b.host.EMAC.Receive(b.host.Now(), frame(60, 1))
	b.host.At(b.host.Now() + ms)
	require.True(t, b.host.EMAC.Interrupt())
	b.Interrupt()
	require.False(t, b.host.EMAC.Interrupt(), "the handler takes the line down")
	b.run(ms)
	require.Len(t, b.got, 1)
	b.EnableInterrupt()
	require.False(t, b.host.EMAC.Interrupt(), "nothing is left to tell")

	b.host.EMAC.Receive(b.host.Now(), frame(60, 2))
	b.Interrupt()
	b.host.At(b.host.Now() + ms)
	b.EnableInterrupt()
	require.True(t, b.host.EMAC.Interrupt(), "what came meanwhile is told")

	for b.send(frame(1514, 1)) {
	}
	b.Poll(b.host.Now())
	b.EnableInterrupt()
	for !b.host.EMAC.Interrupt() {
		at, ok := b.host.EMAC.Next()
		require.True(t, ok, "buffers are free again")
		b.host.At(at)
	}
	b.Poll(b.host.Now())
	require.Equal(t, 2, b.Pending(), "half of the ring was waited for")
}

func TestInitProblems(t *testing.T) {
	h := model.NewHost(model.Config{}, 64<<10)
	good := emac.Config{Memory: h.RAM.CPU(), Receive: 4, Transmit: 4}
	for _, c := range []struct {
		want   emac.Problem
		change func(c *emac.Config)
	}{
		{emac.TooFew, func(c *emac.Config) { c.Receive = 1 }},
		{emac.TooFew, func(c *emac.Config) { c.Transmit = 0 }},
		{emac.TooSmall, func(c *emac.Config) { c.Memory = c.Memory[:emac.Size(4, 4)-1] }},
		{emac.Misaligned, func(c *emac.Config) { c.Memory = c.Memory[4:] }},
		{emac.Group, func(c *emac.Config) { c.Address[0] = 1 }},
	} {
		config := good
		c.change(&config)
		require.Equal(t, c.want, new(emac.Driver).Init(h, &config, h.Now()))
	}
}

func TestNoAllocation(t *testing.T) {
	b := up(t, model.Config{}, emac.Config{Receive: 4, Transmit: 4})
	f := frame(60, 1)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b.Poll(b.host.Now())
		if p := b.Reserve(60); p != nil {
			copy(p, f)
		}
		if b.Receive() != nil {
			b.Release()
		}
		b.Join(own)
		b.Leave(own)
	}))
}
