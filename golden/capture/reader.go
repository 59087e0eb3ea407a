package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Reader reads the frames of one capture.
type Reader struct {
	name   string
	in     *bufio.Reader
	at     int64 // offset in the file of what is read next
	record int64 // offset of the record that is being read
	frame  Frame
	format format
	order  binary.ByteOrder
	buf    []byte
	err    error
}

// format is one of the two kinds of files.
type format interface {
	// next reads up to the next frame into r.frame. io.EOF is the end of a whole file.
	next(r *Reader) error
}

// Magic numbers, as the first four bytes of a file read in big-endian order.
const (
	magicSection = 0x0a0d0d0a // pcapng, the same in both byte orders
	magicMicro   = 0xa1b2c3d4
	magicMicroLE = 0xd4c3b2a1
	magicNano    = 0xa1b23c4d
	magicNanoLE  = 0x4d3cb2a1
)

// strangers are other files that are met where captures are expected.
var strangers = []struct {
	magic uint32
	mask  uint32
	what  string
}{
	{0x1f8b0000, 0xffff0000, "a gzip file: unpack it first"},
	{0xa1b2cd34, 0xffffffff, "a pcap file of Kuznetzov's kind, whose records are longer"},
	{0x34cdb2a1, 0xffffffff, "a pcap file of Kuznetzov's kind, whose records are longer"},
	{0x736e6f6f, 0xffffffff, "a snoop file"},
	{0x28b52ffd, 0xffffffff, "a zstd file: unpack it first"},
	{0xfd377a58, 0xffffffff, "an xz file: unpack it first"},
}

// NewReader begins to read a capture; name is what errors call it. It refuses what is no capture.
func NewReader(in io.Reader, name string) (*Reader, error) {
	r := &Reader{name: name, in: bufio.NewReaderSize(in, 64<<10)}
	magic, err := r.in.Peek(4)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			return nil, r.failed(err)
		}
		if len(magic) == 0 {
			return nil, r.refuse("the file is empty")
		}
		return nil, r.refuse("%d bytes are no capture", len(magic))
	}
	switch m := binary.BigEndian.Uint32(magic); m {
	case magicSection:
		r.format = &pcapng{}
	case magicMicro, magicNano:
		r.order = binary.BigEndian
		r.format, err = newPcap(r, m == magicNano)
	case magicMicroLE, magicNanoLE:
		r.order = binary.LittleEndian
		r.format, err = newPcap(r, m == magicNanoLE)
	default:
		for _, s := range strangers {
			if m&s.mask == s.magic {
				return nil, r.refuse("%s", s.what)
			}
		}
		return nil, r.refuse("%#08x is not how a pcap or pcapng file begins", m)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Next reads the next frame, which is good until the next call. io.EOF is the end of a whole file; any other error is one
// of the file (*Error), or of what it is read from, and stays.
func (r *Reader) Next() (*Frame, error) {
	if r.err == nil {
		n := r.frame.Number
		r.frame = Frame{Number: n + 1}
		r.err = r.format.next(r)
	}
	if r.err != nil {
		return nil, r.err
	}
	return &r.frame, nil
}

// Offset is how many bytes of the file have been read.
func (r *Reader) Offset() int64 { return r.at }

// refuse is an error of the record that is being read.
func (r *Reader) refuse(format string, args ...any) error {
	return &Error{r.name, r.record, fmt.Sprintf(format, args...)}
}

// failed is an error of what the capture is read from, whose name is said once.
func (r *Reader) failed(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("capture: %s: %w", r.name, err)
}

// bytes reads n bytes, which hold until the next call. what says what they are a part of.
func (r *Reader) bytes(n int, what string) ([]byte, error) {
	if cap(r.buf) < n {
		r.buf = make([]byte, n+n/2)
	}
	b := r.buf[:n]
	got, err := io.ReadFull(r.in, b)
	r.at += int64(got)
	switch {
	case err == nil:
		return b, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, r.refuse("the file ends after %d of %d bytes of %s", got, n, what)
	}
	return nil, r.failed(err)
}

// skip passes n bytes over.
func (r *Reader) skip(n int64, what string) error {
	got, err := io.CopyN(io.Discard, r.in, n)
	r.at += got
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		return r.refuse("the file ends after %d of %d bytes of %s", got, n, what)
	}
	return r.failed(err)
}

// begin marks where the next record begins; io.EOF where the file ends.
func (r *Reader) begin() error {
	r.record = r.at
	r.frame.Offset = r.at
	if _, err := r.in.Peek(1); errors.Is(err, io.EOF) {
		return io.EOF
	} else if err != nil {
		return r.failed(err)
	}
	return nil
}
