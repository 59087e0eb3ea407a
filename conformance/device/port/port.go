// Package port opens the serial ports that boards are behind, and resets boards by a port's control lines.
package port

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.bug.st/serial"
)

// Baud is the rate in bits per second at which the ROM of the ESP32-P4 speaks, and the image after it.
const Baud = 115_200

// Open opens a port with 8 data bits, no parity, 1 stop bit, and forgets what came before. The error says in one line what
// is in the way.
func Open(name string, baud int) (serial.Port, error) {
	p, err := serial.Open(name, &serial.Mode{BaudRate: baud, DataBits: 8})
	if err != nil {
		return nil, fmt.Errorf("port: %s: %w", name, explained(err, baud))
	}
	if err := p.ResetInputBuffer(); err != nil {
		p.Close()
		return nil, fmt.Errorf("port: %s: %w", name, err)
	}
	return p, nil
}

// explained is what the library says, in words for who has plugged in a board.
func explained(err error, baud int) error {
	known := (*serial.PortError)(nil)
	switch {
	case errors.Is(err, fs.ErrNotExist), is(err, serial.PortNotFound):
		return errors.New("there is no such port: stackproof device list names those that are")
	case errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.EIO):
		return errors.New("there is nothing behind this port")
	case is(err, serial.PortBusy):
		return errors.New("another program has this port open")
	case is(err, serial.PermissionDenied):
		return errors.New("permission denied: on Debian, members of the group dialout may use serial ports")
	case is(err, serial.InvalidSerialPort), errors.Is(err, syscall.EISDIR):
		return fmt.Errorf("it is no serial port, or none that can do %d baud", baud)
	case errors.As(err, &known):
		return errors.New(known.EncodedErrorString())
	}
	return err
}

func is(err error, code serial.PortErrorCode) bool {
	e := (*serial.PortError)(nil)
	return errors.As(err, &e) && e.Code() == code
}

// Reset is how a board is reset from its port.
type Reset string

const (
	// Lines is the usual circuit between a serial converter and the chip: RTS holds the chip in reset, DTR asks for
	// download mode.
	Lines Reset = "lines"
	// USB is the same through the chip's own USB-Serial-JTAG, which understands the lines in another order.
	USB Reset = "usb"
	// None is a port without such lines: somebody presses the button, or nothing resets the board.
	None Reset = "none"
)

// Resets are the names of all.
var Resets = []Reset{Lines, USB, None}

// ParseReset is the Reset of this name.
func ParseReset(name string) (Reset, error) {
	if r := Reset(name); slices.Contains(Resets, r) {
		return r, nil
	}
	var names []string
	for _, r := range Resets {
		names = append(names, string(r))
	}
	return "", fmt.Errorf("port: no way to reset is called %q: it is one of %s", name, strings.Join(names, ", "))
}

// pulse is how long a chip is held in reset.
const pulse = 100 * time.Millisecond

// Restart resets the board behind a port, so that it starts its image, and forgets what came before. Reset None does
// neither: what is on the line is the board's answer to somebody else.
func (r Reset) Restart(p serial.Port) error {
	if r == None {
		return nil
	}
	// DTR first: what it says when the chip leaves its reset decides between image and download mode.
	err := p.SetDTR(false)
	if err == nil {
		err = p.SetRTS(true)
	}
	if err != nil {
		return fmt.Errorf("port: it has no lines that reset a board (%w): its reset is none", err)
	}
	time.Sleep(pulse)
	if err := p.ResetInputBuffer(); err != nil {
		return fmt.Errorf("port: %w", err)
	}
	if err := p.SetRTS(false); err != nil {
		return fmt.Errorf("port: %w", err)
	}
	return nil
}

// List names the serial ports of this machine.
func List() ([]string, error) {
	names, err := serial.GetPortsList()
	if err != nil {
		return nil, fmt.Errorf("port: cannot list the serial ports: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// Line is a port as a board's serial line. It may be closed while somebody writes: to a serial.Port that would be a write
// to whatever file has its number next.
func Line(p serial.Port) io.ReadWriteCloser { return &line{port: p} }

type line struct {
	port   serial.Port
	mu     sync.RWMutex
	closed bool
}

func (l *line) Read(p []byte) (int, error) { return l.port.Read(p) }

func (l *line) Write(p []byte) (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return 0, fs.ErrClosed
	}
	return l.port.Write(p)
}

func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return l.port.Close()
}
