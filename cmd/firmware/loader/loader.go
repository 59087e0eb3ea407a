// Package loader puts images on an ESP32-P4 over a serial line, through the loader in the chip's ROM: into flash, or into
// memory.
//
// The chip's entry into download mode, the first exchange and the writing of flash are the library's
// (tinygo.org/x/espflasher). The program that the library can load to be faster is left out: it is for chips before
// revision 3 only, and the library cannot tell. What the ROM has and the library does not offer without it is in
// protocol.go: the MD5 of a part of flash, which decides what has to be written, and proves what was; and loading into
// memory.
package loader

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"go.bug.st/serial"
	"tinygo.org/x/espflasher/pkg/espflasher"

	"stackproof/conformance/device/port"
)

// Part is something that lies in flash.
type Part struct {
	Name   string
	Offset uint32
	Data   []byte
}

// Board is where a chip is.
type Board struct {
	Port  string
	Baud  int // at which the ROM answers after a reset; 0 is port.Baud
	Fast  int // for what is written to flash; 0 is Baud. A ROM or a port that cannot do it goes on at Baud
	Reset port.Reset
	// Attempts is how often to reset the chip and to call it; 0 is 5.
	Attempts int
	// Open opens the port; nil is port.Open.
	Open func(name string, baud int) (serial.Port, error)
	// Log hears of what happens, a line each; nil: nobody does.
	Log func(line string)
}

// Mistake is an error that lies with who plugged in the board or named the port, and not with the board.
type Mistake struct{ error }

func (m Mistake) Unwrap() error { return m.error }

// chipName is what the library calls the chip; one it has, for all revisions.
const (
	chipType = espflasher.ChipESP32P4Rev1
	chipName = "ESP32-P4"
)

// session is a chip in download mode.
type session struct {
	board   Board
	flasher *espflasher.Flasher
	port    serial.Port // the one that the flasher has open
}

// Logf implements espflasher.Logger.
func (s *session) Logf(format string, args ...any) {
	if s.board.Log != nil {
		s.board.Log(fmt.Sprintf(format, args...))
	}
}

// connecting is held where the library finds out about a chip: it writes that into its table of chips.
var connecting sync.Mutex

// connect brings a chip into download mode.
func (b Board) connect(ctx context.Context) (*session, error) {
	if b.Baud == 0 {
		b.Baud = port.Baud
	}
	if b.Attempts == 0 {
		b.Attempts = 5
	}
	if b.Open == nil {
		b.Open = port.Open
	}
	modes := map[port.Reset]espflasher.ResetMode{port.Lines: espflasher.ResetDefault, port.USB: espflasher.ResetUSBJTAG, port.None: espflasher.ResetNoReset}
	s := &session{board: b}
	opened := error(nil)
	var err error
	connecting.Lock()
	defer connecting.Unlock()
	s.flasher, err = espflasher.New(b.Port, &espflasher.FlasherOptions{
		BaudRate: b.Baud, FlashBaudRate: b.Fast, ChipType: espflasher.ChipAuto, ResetMode: modes[b.Reset],
		ConnectAttempts: b.Attempts, SkipStub: true, Logger: s,
		FlashSize: "16MB", // what the image's header says: nothing is to be changed there
		SerialOpener: func(name string, mode *serial.Mode) (serial.Port, error) {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			s.port, opened = b.Open(name, mode.BaudRate)
			return s.port, opened
		},
	})
	silent := (*espflasher.SyncError)(nil)
	switch {
	case opened != nil:
		return nil, Mistake{fmt.Errorf("loader: %w", opened)}
	case errors.As(err, &silent):
		return nil, Mistake{fmt.Errorf("loader: %s: no answer from a chip in download mode, after %d attempts%s", b.Port, b.Attempts, b.hint())}
	case err != nil:
		return nil, fmt.Errorf("loader: %s: %w", b.Port, err)
	}
	if err := s.check(); err != nil {
		s.flasher.Close()
		return nil, err
	}
	return s, nil
}

// hint is what to do where a chip does not answer.
func (b Board) hint() string {
	if b.Reset == port.None {
		return ": hold BOOT while you press RESET, then try again"
	}
	return ": is it this port, and is a board behind it?"
}

// check finds out whether the chip is the one that images are for.
func (s *session) check() error {
	info, err := s.flasher.GetSecurityInfo()
	switch {
	case err != nil:
		return fmt.Errorf("loader: %s: the chip does not say what it is: %w", s.board.Port, err)
	case s.flasher.ChipType() != chipType:
		return Mistake{fmt.Errorf("loader: %s: the chip is an %s, and not an %s", s.board.Port, s.flasher.ChipName(), chipName)}
	case info.ParsedFlags.SecureBootEn || info.ParsedFlags.SecureDownloadEnable || info.FlashCryptCnt != 0:
		return Mistake{fmt.Errorf("loader: %s: the chip starts signed or encrypted images only", s.board.Port)}
	}
	return nil
}

// until runs work, and gives up on it when ctx ends: the library cannot be interrupted, and closes the port when it finds
// out by itself that nothing goes on.
func until[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		v, err := work()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return *new(T), fmt.Errorf("loader: interrupted: %w", ctx.Err())
	}
}

// Flash writes those parts that the flash does not have already, and proves by the ROM's MD5 of each that it has them
// then. The board is reset, so that it starts what it has. progress hears of bytes written, of all that must be; it may be
// nil. written are the parts that were written; an error of type Mistake is not the board's.
func Flash(ctx context.Context, b Board, parts []Part, progress func(n, of int)) (written []Part, err error) {
	return until(ctx, func() ([]Part, error) {
		s, err := b.connect(ctx)
		if err != nil {
			return nil, err
		}
		defer s.flasher.Close()
		missing, err := s.flash(parts, progress)
		if err != nil {
			return nil, fmt.Errorf("loader: %s: %w", b.Port, err)
		}
		s.flasher.Reset()
		return missing, nil
	})
}

// Where the fuses tell the chip's revision, and the revisions whose flash has no power in download mode.
const (
	revisionFuse = 0x5012_d04c // minor 3:0, major 5:4 and 23
	revision     = 1<<23 | 3<<4 | 0xf
	revision31   = 3<<4 | 1
	revision32   = 3<<4 | 2
)

func (s *session) flash(parts []Part, progress func(n, of int)) ([]Part, error) {
	fuse, err := s.flasher.ReadRegister(revisionFuse)
	if err != nil {
		return nil, fmt.Errorf("the chip's revision: %w", err)
	}
	if r := fuse & revision; r == revision31 || r == revision32 {
		return nil, Mistake{fmt.Errorf("flash has to be switched on first in a chip of revision %d.%d, which esptool can do: esptool --chip esp32p4 write-flash 0x2000 firmware.bin 0x50000 cases.bin", r>>4, r&0xf)}
	}
	_, kind, err := s.flasher.FlashID() // attaches the flash too
	if err != nil {
		return nil, fmt.Errorf("the flash does not answer: %w", err)
	}
	// The lower byte is the power of two of the size (JEDEC).
	if size := uint64(1) << (kind & 0x3f); kind&0xff > 17 && kind&0xff < 32 {
		for _, p := range parts {
			if end := uint64(p.Offset) + uint64(len(p.Data)); end > size {
				return nil, Mistake{fmt.Errorf("the flash has %d KiB, %s ends behind %d KiB", size>>10, p.Name, end>>10)}
			}
		}
	}
	missing, err := s.missing(parts)
	if err != nil || len(missing) == 0 {
		return nil, err
	}
	var images []espflasher.ImagePart
	for _, p := range missing {
		images = append(images, espflasher.ImagePart{Data: p.Data, Offset: p.Offset})
	}
	if err := s.flasher.FlashImages(images, espflasher.ProgressFunc(progress)); err != nil {
		return nil, err
	}
	wrong, err := s.missing(missing)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%s was written to 0x%x, and reads back as something else", wrong[0].Name, wrong[0].Offset)
	}
	return missing, err
}

// missing are the parts that the flash does not have.
func (s *session) missing(parts []Part) (missing []Part, err error) {
	s.flasher.FlushInput()
	for _, p := range parts {
		has, err := hashOf(s.port, p.Offset, uint32(len(p.Data)))
		if err != nil {
			return nil, fmt.Errorf("MD5 of %s at 0x%x: %w", p.Name, p.Offset, err)
		}
		if sum := md5.Sum(p.Data); has != hex.EncodeToString(sum[:]) {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

// Segment is a part of a program in memory.
type Segment struct {
	Address uint32
	Data    []byte
}

// Start loads a program into the chip's memory, starts it, and returns the line that it speaks on, which ends with ctx.
// Flash is left alone.
func Start(ctx context.Context, b Board, segments []Segment, entry uint32) (io.ReadWriteCloser, error) {
	return until(ctx, func() (io.ReadWriteCloser, error) {
		s, err := b.connect(ctx)
		if err != nil {
			return nil, err
		}
		if err := s.start(segments, entry); err != nil {
			s.flasher.Close()
			return nil, fmt.Errorf("loader: %s: %w", b.Port, err)
		}
		line := port.Line(s.port)
		context.AfterFunc(ctx, func() { line.Close() })
		return line, nil
	})
}

func (s *session) start(segments []Segment, entry uint32) error {
	s.flasher.FlushInput()
	for _, g := range segments {
		if err := intoMemory(s.port, g.Address, g.Data); err != nil {
			return fmt.Errorf("%d bytes to 0x%08x: %w", len(g.Data), g.Address, err)
		}
	}
	if err := start(s.port, entry); err != nil {
		return fmt.Errorf("start at 0x%08x: %w", entry, err)
	}
	return s.port.SetReadTimeout(serial.NoTimeout)
}
