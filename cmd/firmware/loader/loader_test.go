package loader

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/p4emu/fakeboard"
	"stackproof/conformance/device/port"
)

// parts are an image and a list, of lengths that are no multiple of anything, with all bytes that framing has to escape.
func parts() []Part {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	return []Part{{"image", espimage.ImageOffset, random(10_001)}, {"cases", espimage.CasesOffset, random(5_003)}}
}

// at is how a loader reaches a fake board.
func at(b *fakeboard.Board) Board {
	return Board{Port: b.Path, Fast: 460_800, Reset: port.Lines, Open: b.Open}
}

// holds tells that flash has the parts where they belong, and nothing else.
func holds(t *testing.T, b *fakeboard.Board, parts []Part) {
	t.Helper()
	b.Lock()
	defer b.Unlock()
	want := bytes.Repeat([]byte{0xff}, fakeboard.FlashSize)
	for _, p := range parts {
		copy(want[p.Offset:], p.Data)
		// The library fills the last word with zeros.
		clear(want[int(p.Offset)+len(p.Data):][:-len(p.Data)&3])
	}
	require.True(t, bytes.Equal(want, b.Flash))
}

// TestFlash: what is flashed lies where it belongs, once; what has changed is written again, and nothing else.
func TestFlash(t *testing.T) {
	t.Parallel()
	b := fakeboard.New(t)
	p := parts()
	told := 0
	written, err := Flash(t.Context(), at(b), p, func(n, of int) { told = n })
	require.NoError(t, err)
	require.Equal(t, p, written)
	require.GreaterOrEqual(t, told, len(p[0].Data)+len(p[1].Data))
	holds(t, b, p)

	written, err = Flash(t.Context(), at(b), p, nil)
	require.NoError(t, err)
	require.Empty(t, written)

	p[1].Data[7]++
	written, err = Flash(t.Context(), at(b), p, nil)
	require.NoError(t, err)
	require.Equal(t, p[1:], written)
	holds(t, b, p)
}

// TestFlashSlowly: a ROM that refuses another rate is written to at the one that it has.
func TestFlashSlowly(t *testing.T) {
	t.Parallel()
	b := fakeboard.New(t)
	var log []string
	board := at(b)
	board.Log = func(line string) { log = append(log, line) }
	b.Download.OneRate = true
	_, err := Flash(t.Context(), board, parts(), nil)
	require.NoError(t, err)
	holds(t, b, parts())
	require.Contains(t, log, "Warning: could not change baud rate to 460800: command 0x0F failed: status=0x01 error=0x06 (failed to act on received message)")
}

// refuse has the ROM refuse a command.
func refuse(command byte) func(byte, []byte) []byte {
	return func(c byte, answer []byte) []byte {
		if c == command {
			return append(answer[:8:8], 1, 6, 0, 0)
		}
		return answer
	}
}

// TestFaults: what goes wrong is told in one line, and who is to mend it.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		damage  func(*fakeboard.Board, *Board)
		mistake bool
		want    string
	}{
		{"no port", func(_ *fakeboard.Board, at *Board) { at.Port = "/dev/no-such-port" }, true,
			"loader: port: /dev/no-such-port: there is no such port: stackproof device list names those that are"},
		{"no answer", func(b *fakeboard.Board, _ *Board) { b.Download.Answered = func(byte, []byte) []byte { return nil } }, true,
			"no answer from a chip in download mode, after 1 attempts: is it this port, and is a board behind it?"},
		{"another chip", func(b *fakeboard.Board, at *Board) { b.Download.ID, at.Attempts = 5, 5 }, true, "the chip is an ESP32-C3, and not an ESP32-P4"},
		{"a chip that nobody knows", func(b *fakeboard.Board, _ *Board) { b.Download.ID = 77 }, false, "failed to detect chip type (magic value: 0x00000000)"},
		{"a revision whose flash is off", func(b *fakeboard.Board, at *Board) { b.Download.Revision, at.Attempts = 301, 5 }, true,
			"flash has to be switched on first in a chip of revision 3.1, which esptool can do: esptool --chip esp32p4 write-flash"},
		{"small flash", func(b *fakeboard.Board, at *Board) { b.Flash, at.Attempts = b.Flash[:256<<10], 5 }, true, "the flash has 256 KiB, cases ends behind 324 KiB"},
		{"erasing fails", func(b *fakeboard.Board, _ *Board) { b.Download.Answered = refuse(0x02) }, false, "flash at 0x00002000: command 0x02 failed: status=0x01 error=0x06"},
		{"no hash", func(b *fakeboard.Board, _ *Board) { b.Download.Answered = refuse(0x13) }, false, "MD5 of image at 0x2000: the ROM refuses it with error 6"},
		{"a bit that does not stick", func(b *fakeboard.Board, _ *Board) {
			b.Download.Answered = func(command byte, answer []byte) []byte {
				if command == 0x03 {
					b.Flash[espimage.CasesOffset+1234] = 0
				}
				return answer
			}
		}, false, "cases was written to 0x50000, and reads back as something else"},
		{"unplugged while it is written to", func(b *fakeboard.Board, _ *Board) {
			blocks := 0
			b.Download.Answered = func(command byte, answer []byte) []byte {
				if command == 0x03 {
					if blocks++; blocks == 4 {
						b.Unplug()
					}
				}
				return answer
			}
		}, false, "flash at 0x00002000: flash block "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := fakeboard.New(t)
			board := at(b)
			if c.mistake {
				board.Attempts = 1
			}
			c.damage(b, &board)
			written, err := Flash(t.Context(), board, parts(), nil)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
			mistake := Mistake{}
			require.Equal(t, c.mistake, errors.As(err, &mistake))
			require.Empty(t, written)
		})
	}
}

// TestHint: a port without lines that reset the chip needs somebody's fingers.
func TestHint(t *testing.T) {
	require.Equal(t, ": hold BOOT while you press RESET, then try again", Board{Reset: port.None}.hint())
}

// TestStart: a program lies in memory where it belongs, in blocks, and its line is there from its first word on.
func TestStart(t *testing.T) {
	t.Parallel()
	b := fakeboard.New(t)
	line, err := Start(t.Context(), at(b), []Segment{{0x4ff4_0000, parts()[0].Data}, {0x4ff6_0000, []byte("\xc0\xdb")}}, 0x4ff4_0010)
	require.NoError(t, err)
	defer line.Close()
	b.Lock()
	memory := b.Download.Memory.CPU
	require.True(t, bytes.Equal(parts()[0].Data, memory[0x4_0000:][:10_001]))
	require.Equal(t, "\xc0\xdb\x00", string(memory[0x6_0000:][:3]))
	require.EqualValues(t, 0x4ff4_0010, b.Entry)
	b.Unlock()
	first := make([]byte, len("boot:"))
	_, err = io.ReadFull(line, first)
	require.NoError(t, err)
	require.Equal(t, "boot:", string(first))

	_, err = Start(t.Context(), at(b), []Segment{{0x4ff3_fff0, make([]byte, 100)}}, 0)
	require.ErrorContains(t, err, "100 bytes to 0x4ff3fff0: the ROM refuses it with error 6")
	b.Lock()
	b.Download.Answered = refuse(0x06)
	b.Unlock()
	_, err = Start(t.Context(), at(b), []Segment{{0x4ff4_0000, make([]byte, 100)}}, 0x4ff4_0000)
	require.ErrorContains(t, err, "start at 0x4ff40000: the ROM refuses it with error 6")
}

// TestInterrupted: who gives up does not wait for a board that says nothing.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	b := fakeboard.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.Download.Answered = func(command byte, answer []byte) []byte {
		if command != 0x03 {
			return answer
		}
		cancel()
		return nil
	}
	_, err := Flash(ctx, at(b), parts(), nil)
	require.ErrorIs(t, err, context.Canceled)
}
