package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// board is a chip whose instructions a test counts by hand.
type board struct {
	*Chip
	t        *testing.T
	executed uint64
	sent     []byte
	input    []byte
}

func (b *board) Send(c byte) { b.sent = append(b.sent, c) }

func (b *board) Receive(bool) (c byte, ok bool) {
	if len(b.input) == 0 {
		return 0, false
	}
	c, b.input = b.input[0], b.input[1:]
	return c, true
}

func newBoard(t *testing.T) *board {
	b := &board{t: t}
	b.Chip = New(Config{
		Memory: NewMemory(make([]byte, MemorySize)), Flash: make([]byte, 0x3000), Line: b,
		Instructions: func() uint64 { return b.executed }, Revision: 103,
	})
	return b
}

func (b *board) load(address uint32) uint32  { return b.Chip.Read(address, 4) }
func (b *board) store(address, value uint32) { b.Chip.Write(address, 4, value) }
func (b *board) set(address, bits uint32)    { b.store(address, b.load(address)|bits) }
func (b *board) clear(address, bits uint32)  { b.store(address, b.load(address)&^bits) }
func (b *board) fails(kind Kind, text string) {
	b.t.Helper()
	require.Equal(b.t, &Problem{kind, text}, b.Problem())
}
func (b *board) works() { b.t.Helper(); require.Nil(b.t, b.Problem()) }
func (b *board) after(seconds float64) {
	b.executed += uint64(seconds * float64(b.Clock.Hertz()) / 1.5)
	b.Tick()
}
func (b *board) unlocked(lock uint32, f func()) { b.store(lock, key); f(); b.store(lock, 0) }

func TestNothingThere(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(b *board)
		kind Kind
		want string
	}{
		{"no device", func(b *board) { b.load(0x5000_0000) }, Nothing, "read at 0x50000000, where no device is"},
		{"no register", func(b *board) { b.store(0x500e_2ff0, 7) }, Nothing, "write of 0x00000007 to SYSTIMER+0xff0 (0x500e2ff0), which the emulator does not have"},
		{"a byte", func(b *board) { b.Read(0x500c_a000, 1) }, Misuse, "read of 1 bytes at 0x500ca000: UART0 takes whole words only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBoard(t)
			c.do(b)
			b.fails(c.kind, c.want)
		})
	}
}

func TestUART(t *testing.T) {
	b := newBoard(t)
	require.Zero(t, b.load(0x500c_a01c))
	b.input = []byte("ab")
	for _, want := range "ab" {
		require.Equal(t, uint32(1), b.load(0x500c_a01c))
		require.Equal(t, uint32(want), b.load(0x500c_a000))
	}
	b.store(0x500c_a000, 'x')
	require.Equal(t, "x", string(b.sent))
	for range patience {
		require.Zero(t, b.load(0x500c_a01c))
	}
	b.works()
	b.load(0x500c_a01c) // now it waits, in vain
	b.fails(HungUp, "the other end of the serial line has gone")
}

func TestUSBWithoutHost(t *testing.T) {
	b := newBoard(t)
	require.Zero(t, b.load(0x500d_2004), "nothing received, no room to send")
	b.store(0x500d_2004, 1)
	b.works()
}

func TestSystimer(t *testing.T) {
	b := newBoard(t)
	read := func() uint64 {
		b.store(0x500e_2004, 1<<30)
		require.Equal(t, uint32(1<<29), b.load(0x500e_2004))
		return uint64(b.load(0x500e_2040))<<32 | uint64(b.load(0x500e_2044))
	}
	require.Zero(t, read())
	b.executed = 40_000_000 // of 1.5 cycles each, at 40 MHz: 1.5 s
	require.Equal(t, uint64(24_000_000), read())
	b.executed *= 1000
	require.Equal(t, uint64(24_000_000_000), read(), "above 32 bits")
}
