// Package shim is the main loop of a child process that serves a stack on its standard input and output.
package shim

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/serve"
)

// pendingWrites is how many calls with data may be pending at once.
const pendingWrites = 8

// Run serves the stack until the tester says bye or closes the stream; both are no error.
func Run(stack sut.SUT, in io.Reader, out io.Writer, f message.Framing) error {
	bufs := make([][]byte, pendingWrites+1)
	for i := range bufs {
		bufs[i] = make([]byte, message.MaxBody+4)
	}
	w := bufio.NewWriterSize(out, 64<<10)
	var server serve.Server
	server.Init(stack, w, f, bufs)
	piece := make([]byte, 64<<10)
	for {
		n, err := in.Read(piece)
		state := server.Feed(piece[:n])
		if err := w.Flush(); err != nil {
			return fmt.Errorf("shim: cannot write to the tester: %w", err)
		}
		switch {
		case state == serve.Ended, errors.Is(err, io.EOF):
			return nil
		case state == serve.Lost:
			return errors.New("shim: the tester and this shim lost each other: bytes that are no message")
		case err != nil:
			return fmt.Errorf("shim: cannot read from the tester: %w", err)
		}
	}
}
