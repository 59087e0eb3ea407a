package message

import "encoding/binary"

// Found is what Splitter.Feed came upon.
type Found uint8

const (
	// More: nothing is complete yet.
	More Found = iota
	// Whole: Body is the body of one message.
	Whole
	// TooLong: a message was longer than the buffer; Body is its beginning, Length its length.
	TooLong
	// Lost: on a pipe, a length beyond MaxBody; where the next message begins cannot be known. Length is that length.
	Lost
)

// Splitter finds the messages in a stream of bytes.
type Splitter struct {
	framing Framing
	found   Found
	buf     []byte
	n       int    // bytes of the body so far, also those that did not fit into buf
	length  uint32 // Pipe: the body's length
	prefix  int    // Pipe: bytes of the length so far
	escape  bool   // Line: the last byte was slipEsc
	damaged bool   // Line: this message has an escape that means nothing
	crc     uint32 // Line: over the bytes so far
	// Damaged counts what was not a message on a Line: pieces between two end bytes with a wrong CRC or escape.
	Damaged uint32
}

// Init readies the splitter for a stream's first byte. The longest body that it can take is Limit.
func (s *Splitter) Init(f Framing, buf []byte) {
	*s = Splitter{framing: f, buf: buf, crc: crcStart}
}

// SetBuffer gives the splitter another buffer for the messages that follow. It may be called after Feed has found
// something, or before the first Feed.
func (s *Splitter) SetBuffer(buf []byte) { s.buf = buf }

// Limit is the length of the longest body that fits into a buffer: on a Line the CRC needs room too.
func Limit(f Framing, buf []byte) int {
	n := len(buf)
	if f == Line {
		n -= 4
	}
	return min(n, MaxBody)
}

// Body is what Feed has found, until the next Feed. It lies in the buffer.
func (s *Splitter) Body() []byte { return s.buf[:min(uint32(len(s.buf)), s.Length())] }

// Length is the length of the body that Feed has found or is in the middle of, whether or not it fits the buffer.
func (s *Splitter) Length() uint32 {
	if s.framing == Pipe {
		return s.length
	}
	return uint32(max(s.n-4, 0))
}

// Partial tells that a message has begun and not ended.
func (s *Splitter) Partial() bool { return s.found == More && s.n+s.prefix > 0 }

// Feed takes bytes of p until it has found something, and gives how many it took.
func (s *Splitter) Feed(p []byte) (n int, f Found) {
	if s.found == Lost {
		return len(p), More
	}
	if s.found != More {
		s.restart()
	}
	if s.framing == Line {
		return s.feedLine(p)
	}
	return s.feedPipe(p)
}

func (s *Splitter) restart() {
	s.found, s.n, s.length, s.prefix = More, 0, 0, 0
	s.escape, s.damaged, s.crc = false, false, crcStart
}

func (s *Splitter) feedPipe(p []byte) (n int, f Found) {
	for s.prefix < 4 {
		if n == len(p) {
			return n, More
		}
		s.length |= uint32(p[n]) << (8 * s.prefix)
		s.prefix++
		n++
	}
	if s.length > MaxBody {
		s.found = Lost
		return n, Lost
	}
	take := min(int(s.length)-s.n, len(p)-n)
	if s.n < len(s.buf) {
		copy(s.buf[s.n:], p[n:n+take])
	}
	s.n += take
	n += take
	switch {
	case s.n < int(s.length):
	case s.n > len(s.buf):
		s.found = TooLong
	default:
		s.found = Whole
	}
	return n, s.found
}

func (s *Splitter) feedLine(p []byte) (n int, f Found) {
	for n < len(p) {
		b := p[n]
		n++
		if b == slipEnd {
			if s.found = s.endOfLine(); s.found != More {
				return n, s.found
			}
			s.restart()
			continue
		}
		s.lineByte(b)
	}
	return n, More
}

func (s *Splitter) lineByte(b byte) {
	switch {
	case s.escape && b == slipEscEnd:
		b = slipEnd
	case s.escape && b == slipEscEsc:
		b = slipEsc
	case s.escape:
		s.damaged = true
	case b == slipEsc:
		s.escape = true
		return
	}
	s.escape = false
	if s.n < len(s.buf) {
		s.buf[s.n] = b
	}
	s.n = min(s.n+1, MaxBody+5) // beyond that it is noise, however long
	s.crc = crcByte(s.crc, b)
}

// endOfLine judges what lies between two end bytes; nothing is no fault, since each message begins and ends with one.
func (s *Splitter) endOfLine() Found {
	switch {
	case s.n == 0 && !s.escape:
		return More
	case s.escape || s.damaged || s.n < 4 || s.n > MaxBody+4 || s.crc != crcResidue:
		s.Damaged++
		return More
	case s.n > len(s.buf):
		return TooLong
	}
	return Whole
}

// RequestID gives the operation and the id of a request of which only the beginning is there.
func RequestID(body []byte) (op Op, id uint16) {
	if len(body) < header {
		return 0, 0
	}
	return Op(body[0]), binary.LittleEndian.Uint16(body[1:])
}
