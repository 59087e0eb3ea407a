package emulator

import (
	"context"
	"errors"
	"os"
	"time"

	"go.bug.st/serial"

	"stackproof/cmd/firmware/child"
	"stackproof/cmd/firmware/image"
)

// Port returns what opens a serial port with a p4emu behind it, started then, in its ROM's download mode. Only what has a
// meaning there does anything: bytes, time limits, and the end.
func Port(ctx context.Context, program string, files image.Files) func(name string, baud int) (serial.Port, error) {
	return func(string, int) (serial.Port, error) {
		m, err := start(ctx, program, files.ELF, "-download")
		if err != nil {
			return nil, err
		}
		return &line{Machine: m, limit: serial.NoTimeout}, nil
	}
}

// line is a child's serial line as a port.
type line struct {
	*child.Machine
	limit time.Duration
}

// Read implements serial.Port: after the limit it has read nothing.
func (l *line) Read(p []byte) (int, error) {
	deadline := time.Time{}
	if l.limit != serial.NoTimeout {
		deadline = time.Now().Add(l.limit)
	}
	if err := l.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := l.Machine.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

func (l *line) SetReadTimeout(limit time.Duration) error {
	l.limit = limit
	return nil
}

func (*line) SetMode(*serial.Mode) error { return nil }
func (*line) Drain() error               { return nil }
func (*line) ResetInputBuffer() error    { return nil }
func (*line) ResetOutputBuffer() error   { return nil }
func (*line) SetDTR(bool) error          { return nil }
func (*line) SetRTS(bool) error          { return nil }
func (*line) Break(time.Duration) error  { return nil }
func (*line) GetModemStatusBits() (*serial.ModemStatusBits, error) {
	return &serial.ModemStatusBits{}, nil
}
