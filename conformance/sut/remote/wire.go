package remote

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"stackproof/conformance/sut/message"
)

// wire puts messages on a connection and finds them there.
type wire struct {
	conn   io.ReadWriteCloser
	out    *bufio.Writer
	send   message.Sender
	split  message.Splitter
	in     []byte
	unread []byte // the part of in that the splitter has not seen
	body   []byte
	// stale: the connection may hold answers to requests from before it was opened (a serial line).
	stale bool
}

func (w *wire) init(conn io.ReadWriteCloser, f message.Framing) {
	if w.in == nil {
		w.in = make([]byte, 64<<10)
		w.body = make([]byte, message.MaxBody+4)
	}
	w.conn, w.unread, w.stale = conn, nil, f == message.Line
	w.out = bufio.NewWriterSize(conn, 64<<10)
	w.send.Init(w.out, f)
	w.split.Init(f, w.body)
}

// write sends one message.
func (w *wire) write(head, tail []byte) error {
	w.send.Send(head, tail) // its writer remembers the error
	return w.out.Flush()
}

// read gives the body of the next message. An error that is a garbled is the other side's fault.
func (w *wire) read() ([]byte, error) {
	for {
		for len(w.unread) > 0 {
			n, found := w.split.Feed(w.unread)
			w.unread = w.unread[n:]
			switch found {
			case message.Whole:
				return w.split.Body(), nil
			case message.Lost, message.TooLong:
				return nil, w.garbled()
			}
		}
		n, err := w.conn.Read(w.in)
		w.unread = w.in[:n]
		if n == 0 && err != nil {
			return nil, err
		}
	}
}

// garbled is bytes that cannot be a message, in words.
type garbled string

func (g garbled) Error() string { return string(g) }

// garbled quotes what stands in the place of a message: often it is text that should not have gone there.
func (w *wire) garbled() error {
	start := binary.LittleEndian.AppendUint32(nil, w.split.Length())
	start = append(start, w.unread[:min(len(w.unread), 28)]...)
	return garbled(fmt.Sprintf("%q: as a length that is %d, at most %d", start, w.split.Length(), message.MaxBody))
}
