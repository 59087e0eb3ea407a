//go:build unicorn

package cpu

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/p4emu/chip"
)

const origin = 0x4ff4_0000

// nobody is at the other end of the line.
type nobody struct{ sent []byte }

func (n *nobody) Send(c byte)               { n.sent = append(n.sent, c) }
func (n *nobody) Receive(bool) (byte, bool) { return 0, false }

// load puts code at the origin.
func load(t *testing.T, code ...uint32) (*CPU, *nobody) {
	t.Helper()
	line := &nobody{}
	p, err := New(chip.Config{Flash: make([]byte, 0x4000), Line: line, Revision: 103})
	require.NoError(t, err)
	t.Cleanup(p.Close)
	var b []byte
	for _, w := range code {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	p.memory.Fill(origin, b)
	require.NoError(t, p.Watch(chip.Segment{Address: origin, Data: b}))
	return p, line
}

func run(t *testing.T, p *CPU) (code uint32, traps []Trap, err error) {
	t.Helper()
	code, err = p.Run(origin, func(trap Trap) { traps = append(traps, trap) })
	return code, traps, err
}

// The instructions of these tests.
const (
	wfi        = 0x1050_0073
	again      = 0xffdf_f06f // j .-4
	self       = 0x0000_006f // j .
	luiUART    = 0x500c_a337 // lui t1, 0x500ca
	liA0       = 0x0580_0513 // li a0, 'X'
	swA0       = 0x00a3_2023 // sw a0, 0(t1)
	lwA0       = 0x0003_2503 // lw a0, 0(t1)
	luiNowhere = 0x7000_0337 // lui t1, 0x70000
	luiMemory  = 0x4ff4_0337 // lui t1, 0x4ff40
	nop        = 0x0000_0013
	unimp      = 0xc000_1073 // csrw cycle, zero: not writable
)

// TestHalt: a sleep with no end is the end, and the instructions were counted.
func TestHalt(t *testing.T) {
	p, line := load(t, luiUART, liA0, swA0, wfi, again)
	code, traps, err := run(t, p)
	require.NoError(t, err)
	require.Empty(t, traps)
	require.Equal(t, uint32('X'), code)
	require.Equal(t, "X", string(line.sent))
	require.Equal(t, uint64(5), p.Instructions(), "with the first of those behind the sleep")
}

// TestTraps: each goes to the image's handler with its cause, place and address, and the emulator hears of it.
func TestTraps(t *testing.T) {
	const set = 0x3052_9073 // csrw mtvec, t0
	handler := func(rest ...uint32) []uint32 {
		// The handler, at origin+64, leaves mepc's distance from the origin in a0.
		head := []uint32{0x4ff4_02b7, 0x0432_8293, set} // lui t0, 0x4ff40; addi t0, t0, 64+3
		head = append(head, rest...)
		for len(head) < 16 {
			head = append(head, nop)
		}
		return append(head, 0x3410_2573, 0x4ff4_02b7, 0x4055_0533, wfi, again) // csrr a0,mepc; lui t0; sub a0,a0,t0
	}
	for _, c := range []struct {
		name string
		code []uint32
		want Trap
	}{
		{"load", handler(luiNowhere, nop, lwA0, nop), Trap{loadFault, origin + 20, 0x7000_0000}},
		{"store", handler(luiNowhere, swA0), Trap{storeFault, origin + 16, 0x7000_0000}},
		{"fetch", handler(luiNowhere, 0x0003_0067), Trap{fetchFault, 0x7000_0000, 0x7000_0000}},
		{"illegal", handler(nop, unimp), Trap{2, origin + 16, 0}},
		{"store to the ROM", handler(0x4fc0_0337, swA0), Trap{storeFault, origin + 16, 0x4fc0_0000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := load(t, c.code...)
			code, traps, err := run(t, p)
			require.NoError(t, err)
			require.Equal(t, []Trap{c.want}, traps)
			require.Equal(t, c.want.PC-origin, code)
		})
	}
	t.Run("no handler", func(t *testing.T) {
		p, _ := load(t, luiNowhere, lwA0)
		_, _, err := run(t, p)
		require.EqualError(t, err, "a trap, and no handler is set")
	})
}

// TestProtect: a page that the image has closed cannot be written any more.
func TestProtect(t *testing.T) {
	p, _ := load(t,
		0x4ff4_02b7, 0x0022_d293, 0x3b02_9073, // pmpaddr0 = 0x4ff40000 >> 2
		0x4ff4_12b7, 0x0022_d293, 0x3b12_9073, // pmpaddr1 = 0x4ff41000 >> 2
		0x0000_92b7, 0xd002_8293, 0x3a02_9073, // pmpcfg0 = 0x8d00: locked, TOR, read and execute
		0x4ff4_1337, swA0, 0x0040_006f, // the next page is open; j .+4
		luiMemory, lwA0, swA0, wfi, again)
	_, traps, err := run(t, p)
	require.Error(t, err)
	require.Equal(t, []Trap{{storeFault, origin + 14*4, origin}}, traps)
}

// TestWatchdogEnds: an image that does nothing about the watchdogs is reset, at the time that they take.
func TestWatchdogEnds(t *testing.T) {
	p, _ := load(t, self)
	_, _, err := run(t, p)
	require.EqualError(t, err, "reset by TIMG0's watchdog: the image neither fed nor stopped it for 0.65 s")
	require.InDelta(t, 0.65, p.Chip.Clock.Now().Seconds(), 0.001)
}

// TestProblemEnds: what a device refuses ends the run.
func TestProblemEnds(t *testing.T) {
	p, _ := load(t, 0x500c_b337, lwA0, wfi, again)
	_, _, err := run(t, p)
	require.EqualError(t, err, "read at 0x500cb000, where no device is")
}

// TestAlias: through the uncached alias the processor sees what the DMA does.
func TestAlias(t *testing.T) {
	p, _ := load(t, luiMemory, 0x2003_2503, 0x8ff4_0337, 0x2003_2583, wfi, again) // lw a0, 512(t1); lui t1, 0x8ff40; lw a1, 512(t1)
	binary.LittleEndian.PutUint32(p.memory.CPU[origin-chip.MemoryBase+512:], 1)
	binary.LittleEndian.PutUint32(p.memory.DMA[origin-chip.MemoryBase+512:], 2)
	_, _, err := run(t, p)
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 2}, []uint32{p.Register(10), p.Register(11)})
}

// TestROM: a call of a function in the ROM does what it does, and comes back.
func TestROM(t *testing.T) {
	// lui a0, 2; lui a1, 0x4ff50; li a2, 8; lui t1, 0x4fc00; jalr ra, 0x158(t1); wfi
	p, _ := load(t, 0x0000_2537, 0x4ff5_05b7, 0x0080_0613, 0x4fc0_0337, 0x1583_00e7, wfi, again)
	p.memory.CPU[0x5_0000] = 0xff
	code, _, err := run(t, p)
	require.NoError(t, err)
	require.Zero(t, code)
	require.Equal(t, make([]byte, 8), p.memory.CPU[0x5_0000:0x5_0008])
}

// TestSleep: an image that goes on when a sleep ends without a cause has not halted; one that can be woken does not, either.
func TestSleep(t *testing.T) {
	p, line := load(t, luiUART, liA0, wfi, swA0, wfi, again)
	code, _, err := run(t, p)
	require.NoError(t, err)
	require.Equal(t, uint32('X'), code)
	require.Equal(t, "X", string(line.sent))

	p, _ = load(t, wfi, again)
	p.HandOver(0, false)
	_, _, err = run(t, p)
	require.EqualError(t, err, "a sleep that has no end, and interrupts are enabled in mie")
}

// TestVector: the processor takes the mode of mtvec that it knows, and of the CLIC's an address in steps of 64.
func TestVector(t *testing.T) {
	p, _ := load(t, wfi)
	for _, c := range []struct {
		value, want uint32
		direct      bool
	}{{origin + 64, 0, false}, {origin + 67, origin + 64, false}, {origin + 35, origin, false}, {origin + 64, origin + 64, true}, {origin + 3, 0, true}} {
		p.handler, p.direct = 0, c.direct
		p.setVector(c.value)
		require.Equal(t, c.want, p.handler, "%+v", c)
	}
}

// TestHandlerThatCannotRun: a trap whose handler is not executable ends the run.
func TestHandlerThatCannotRun(t *testing.T) {
	p, _ := load(t, 0x7000_02b7, 0x0032_8293, 0x3052_9073, luiNowhere, lwA0) // lui t0, 0x70000; addi t0, t0, 3; csrw mtvec, t0
	_, _, err := run(t, p)
	require.EqualError(t, err, "a trap, and its handler cannot be executed")
}
