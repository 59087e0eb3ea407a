package remote

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"stackproof/conformance/sut/message"
)

// Transport makes connections to the side of a stack under test. Each Open starts that side afresh as far as it can.
//
// Close of a connection must end a Read or Write that waits in it, and may be called more than once.
type Transport interface {
	Open() (io.ReadWriteCloser, error)
	Framing() message.Framing
	String() string
}

// logger is a connection that knows what its other side has said to people.
type logger interface{ Log() string }

// mortal is a connection to a process.
type mortal interface {
	CloseInput() error
	Obituary(wait time.Duration) string // how the process ended; it waits so long for that
}

// Parse reads a stack's address as it is given on a command line:
//
//	exec:COMMAND ARGUMENT...      a child process, the protocol on its standard input and output
//	uart:COMMAND ARGUMENT...      the same with the framing of a serial line, such as an emulator's UART
//	serial:DEVICE@BAUD            a serial line, 8 data bits, no parity, 1 stop bit
//
// Arguments are separated by spaces; there is no quoting.
func Parse(address string) (Transport, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "exec", "uart":
		argv := strings.Fields(rest)
		if len(argv) == 0 {
			return nil, fmt.Errorf("remote: %q names no command", address)
		}
		return &Command{Argv: argv, Line: scheme == "uart"}, nil
	case "serial":
		device, speed, _ := strings.Cut(rest, "@")
		baud, err := strconv.Atoi(speed)
		if device == "" || err != nil || baud <= 0 {
			return nil, fmt.Errorf("remote: %q is not serial:DEVICE@BAUD", address)
		}
		return &Serial{Device: device, Baud: baud}, nil
	}
	return nil, fmt.Errorf("remote: %q is no stack's address: none of exec:, uart: and serial: is at its beginning", address)
}

// Dial is a Transport made of a function.
type Dial struct {
	Name string
	Line bool // the framing is that of a serial line
	Func func() (io.ReadWriteCloser, error)
}

// Open calls Func.
func (d *Dial) Open() (io.ReadWriteCloser, error) { return d.Func() }

// Framing is the framing that Line says.
func (d *Dial) Framing() message.Framing { return framing(d.Line) }

// String is Name.
func (d *Dial) String() string { return d.Name }

func framing(line bool) message.Framing {
	if line {
		return message.Line
	}
	return message.Pipe
}
