// Package fakeboard is a board behind a pseudo-terminal, for tests: the ESP32-P4's ROM with its two modes, flash, the lines
// that reset it, and an image that obeys. No instruction is executed: where a processor would start the image in flash or
// memory, an agent runs in this process, with the list of cases that lies there. What a board may do wrong, a test plugs in.
package fakeboard

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
	"go.bug.st/serial"
	"golang.org/x/term"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/p4emu/chip"
	"stackproof/conformance/device"
	"stackproof/conformance/device/port"
	"stackproof/conformance/notrun"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
)

// FlashSize is how much flash there is.
const FlashSize = 16 << 20

// What a ROM says first: why it was reset, and what it does.
const (
	romText    = "ESP-ROM:esp32p4-eco2-20240710\r\nBuild:Jul 10 2024\r\n"
	powerOn    = "rst:0x1 (POWERON)"
	watchdog   = "rst:0x7 (HP_SYS_HP_WDT_RESET)"
	fromFlash  = ",boot:0x30f (SPI_FAST_FLASH_BOOT)\r\n"
	downloadIs = ",boot:0x307 (DOWNLOAD(USB/UART0/SPI))\r\nwaiting for download\r\n"
)

// Program is what runs on the board.
type Program interface{ Feed(p []byte) }

// Board is a board. Its fields are set before the port is opened, or with Lock held.
type Board struct {
	sync.Mutex
	Path     string        // the port
	Flash    []byte        // FlashSize bytes
	Download chip.Download // the ROM's; its Flash and Memory are the board's
	// Heard is told what the host says to a program; what it returns is what the program hears.
	Heard func(p []byte) []byte
	// Said is told what a program says; what it returns is what the host hears.
	Said func(p []byte) []byte
	// Agent is told of each agent before it says hello.
	Agent func(*device.Agent)
	// Stack makes of the host in a program what that has under test; nil: all of it is.
	Stack func(*inproc.Host) sut.SUT
	// Stiff is set where the port has no lines that reset the board.
	Stiff bool
	// Boots counts how often a program was started.
	Boots int
	// Entry is where the last of them began.
	Entry uint32

	master, tty *os.File
	program     Program
	downloading bool
	held        bool // in reset
	dtr         bool
	hostBaud    int
}

// New is a board with erased flash, which has just been switched on.
func New(t testing.TB) *Board {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		notrun.Skip(t, "serial line", "no pseudo-terminals here: "+err.Error())
	}
	_, err = term.MakeRaw(int(tty.Fd()))
	require.NoError(t, err)
	b := &Board{Path: tty.Name(), Download: chip.Download{Revision: 103}, Flash: bytes.Repeat([]byte{0xff}, FlashSize), master: master, tty: tty}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for p := make([]byte, 4096); ; {
			n, err := master.Read(p)
			if err != nil {
				return
			}
			b.feed(p[:n])
		}
	}()
	t.Cleanup(func() {
		b.Unplug()
		<-ended
	})
	return b
}

// Unplug takes the board away.
func (b *Board) Unplug() {
	b.master.Close()
	b.tty.Close()
}

// Open is port.Open for this board: through the pseudo-terminal, with the lines that one does not have.
func (b *Board) Open(name string, baud int) (serial.Port, error) {
	p, err := port.Open(name, baud)
	if err != nil {
		return nil, err
	}
	b.Lock()
	defer b.Unlock()
	b.hostBaud = baud
	if b.Stiff {
		return p, nil
	}
	return &lines{p, b}, nil
}

// lines are a port's control lines, wired to the board.
type lines struct {
	serial.Port
	board *Board
}

func (l *lines) SetMode(m *serial.Mode) error {
	l.board.Lock()
	defer l.board.Unlock()
	l.board.hostBaud = m.BaudRate
	return l.Port.SetMode(m)
}

func (l *lines) SetDTR(on bool) error {
	l.board.Lock()
	defer l.board.Unlock()
	l.board.dtr = on
	return nil
}

func (l *lines) SetRTS(on bool) error {
	b := l.board
	b.Lock()
	defer b.Unlock()
	if b.held && !on {
		b.reset(b.dtr)
	}
	if b.held = on; on {
		b.program, b.downloading = nil, false
	}
	return nil
}

// PowerOn resets the board as its button does, or the switch that is held beside it for download mode.
func (b *Board) PowerOn(download bool) {
	b.Lock()
	defer b.Unlock()
	b.reset(download)
}

// reset starts the ROM.
func (b *Board) reset(download bool) {
	b.program, b.downloading = nil, download
	if b.hostBaud == 0 {
		b.hostBaud = port.Baud // somebody else's program has the port open, as a rule at this rate
	}
	if !download {
		b.boot(powerOn)
		return
	}
	b.Say(romText + powerOn + downloadIs)
	d := b.Download
	b.Download = chip.Download{
		Flash: b.Flash, Memory: chip.NewMemory(make([]byte, chip.MemorySize)), Revision: d.Revision, ID: d.ID,
		Answered: d.Answered, Baud: port.Baud, OneRate: d.OneRate,
	}
}

// boot starts what lies in flash.
func (b *Board) boot(reason string) {
	b.Say(romText + reason + fromFlash)
	l, err := chip.ReadImage(b.Flash[espimage.ImageOffset:])
	if err != nil {
		b.Say("invalid header: 0xffffffff\r\n")
		return
	}
	b.run(l.Entry, b.Flash[espimage.CasesOffset:])
}

// run starts an image.
func (b *Board) run(entry uint32, cases store) {
	b.Boots++
	b.Entry = entry
	b.downloading = false
	agent, host := new(device.Agent), new(inproc.Host)
	host.Init(new(inproc.Small), new(inproc.SmallBuffers))
	stack := sut.SUT(host)
	if b.Stack != nil {
		stack = b.Stack(host)
	}
	agent.Init(cases, stack, writer{b})
	if b.Agent != nil {
		b.Agent(agent)
	}
	b.program = agent
	b.Say("boot:12345\r\n")
	agent.Hello()
}

// inMemory is the list of cases behind an image that was loaded into memory.
func inMemory(m *chip.Memory) store {
	at := bytes.Index(m.CPU, []byte("SPCL"))
	if at < 0 || len(m.CPU) < at+12 {
		return nil
	}
	return m.CPU[at:][:binary.LittleEndian.Uint32(m.CPU[at+8:])]
}

func (b *Board) feed(p []byte) {
	b.Lock()
	defer b.Unlock()
	switch {
	case b.downloading && int(b.Download.Baud) == b.hostBaud: // at another rate it hears noise
		answers, next, entry := b.Download.Feed(p)
		b.send(answers)
		switch next {
		case chip.Starts:
			b.run(entry, inMemory(b.Download.Memory))
		case chip.Boots:
			b.reset(false)
		}
	case b.program != nil:
		if b.Heard != nil {
			p = b.Heard(p)
		}
		if b.program != nil {
			b.program.Feed(p)
		}
	}
}

// Say has the board say something. This and what follows is for Heard and Said, which have the lock.
func (b *Board) Say(text string) { b.send([]byte(text)) }

// Hang stops the program.
func (b *Board) Hang() { b.program = nil }

// Reboot is what a watchdog does.
func (b *Board) Reboot() { b.boot(watchdog) }

func (b *Board) send(p []byte) {
	if len(p) > 0 {
		_, _ = b.master.Write(p) // a board does not know whether somebody listens
	}
}

// writer is what an agent speaks to.
type writer struct{ b *Board }

func (w writer) Write(p []byte) (int, error) {
	n := len(p)
	if w.b.Said != nil {
		p = w.b.Said(append([]byte(nil), p...))
	}
	w.b.send(p)
	return n, nil
}

var _ io.Writer = writer{}

// store is a device.Store over bytes.
type store []byte

func (s store) Size() int                { return len(s) }
func (s store) ReadAt(p []byte, off int) { copy(p, s[off:off+len(p)]) }
