package message

import "encoding/binary"

// Framing says how message bodies lie in a stream of bytes.
type Framing uint8

const (
	// Pipe is for a stream that loses nothing: the body's length (32 bits, little-endian), then the body.
	Pipe Framing = iota
	// Line is for a serial line, where bytes are lost, damaged and added (boot messages, log lines): an end byte, the
	// body and its CRC-32 (little-endian) with end and escape bytes escaped as in SLIP (RFC 1055), an end byte. The
	// next message is found again whatever came before it.
	Line
)

// String is the framing's name in reports.
func (f Framing) String() string {
	if f == Line {
		return "line"
	}
	return "pipe"
}

// RFC 1055: the bytes of SLIP.
const (
	slipEnd    = 0xc0
	slipEsc    = 0xdb
	slipEscEnd = 0xdc
	slipEscEsc = 0xdd
)

// Writer is where bytes go; an io.Writer is one.
type Writer interface {
	Write(p []byte) (n int, err error)
}

// Sender puts messages on a stream.
type Sender struct {
	w       Writer
	framing Framing
	failed  bool
	crc     uint32
	n       int // bytes of buf in use
	buf     [512]byte
}

// Init readies the sender to write to w.
func (s *Sender) Init(w Writer, f Framing) {
	s.w, s.framing = w, f
	s.failed, s.n = false, 0
}

// Send writes the message whose body is head and tail. It gives false once the writer has failed.
func (s *Sender) Send(head, tail []byte) bool {
	if s.framing == Line {
		s.line(head, tail)
	} else {
		s.pipe(head, tail)
	}
	s.flush()
	return !s.failed
}

func (s *Sender) pipe(head, tail []byte) {
	var length [4]byte
	binary.LittleEndian.PutUint32(length[:], uint32(len(head)+len(tail)))
	s.bytes(length[:])
	s.bytes(head)
	s.bytes(tail)
}

func (s *Sender) line(head, tail []byte) {
	s.crc = crcStart
	s.put(slipEnd) // ends whatever noise came before
	s.escaped(head)
	s.escaped(tail)
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], ^s.crc)
	s.escaped(sum[:])
	s.put(slipEnd)
}

func (s *Sender) escaped(p []byte) {
	for _, b := range p {
		s.crc = crcByte(s.crc, b)
		switch b {
		case slipEnd:
			s.put(slipEsc)
			s.put(slipEscEnd)
		case slipEsc:
			s.put(slipEsc)
			s.put(slipEscEsc)
		default:
			s.put(b)
		}
	}
}

func (s *Sender) put(b byte) {
	if s.n == len(s.buf) {
		s.flush()
	}
	s.buf[s.n] = b
	s.n++
}

func (s *Sender) bytes(p []byte) {
	for len(p) > 0 {
		if s.n == len(s.buf) {
			s.flush()
		}
		n := copy(s.buf[s.n:], p)
		s.n += n
		p = p[n:]
	}
}

func (s *Sender) flush() {
	if s.n > 0 && !s.failed {
		_, err := s.w.Write(s.buf[:s.n])
		s.failed = err != nil
	}
	s.n = 0
}
