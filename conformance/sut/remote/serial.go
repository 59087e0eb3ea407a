package remote

import (
	"io"
	"strconv"

	"go.bug.st/serial"

	"stackproof/conformance/sut/message"
)

// Serial is a Transport to a board behind a serial line, 8 data bits, no parity, 1 stop bit. Opening it does not restart
// the board: one that hangs has to be reset by other means, and until then every case ends as Hung.
type Serial struct {
	Device string
	Baud   int // bits per second
}

// Open opens the device.
func (s *Serial) Open() (io.ReadWriteCloser, error) {
	port, err := serial.Open(s.Device, &serial.Mode{BaudRate: s.Baud})
	if err != nil {
		return nil, err
	}
	if err := port.ResetInputBuffer(); err != nil {
		port.Close()
		return nil, err
	}
	return port, nil
}

// Framing is that of a serial line.
func (s *Serial) Framing() message.Framing { return message.Line }

// String is the device as Parse takes it.
func (s *Serial) String() string { return "serial:" + s.Device + "@" + strconv.Itoa(s.Baud) }
