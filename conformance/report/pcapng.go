package report

import (
	"encoding/binary"
	"io"
	"time"
)

// Capture writes a pcapng (draft-ietf-opsawg-pcapng) that opens in Wireshark: one interface per side, virtual time
// stamps in nanoseconds, and packet comments, which the capture libraries at hand cannot write.
type Capture struct {
	w   io.Writer
	buf []byte
	err error
}

// Block types and option codes, section 4 of the draft.
const (
	blockSection   = 0x0A0D0D0A
	blockInterface = 1
	blockPacket    = 6

	optEnd     = 0
	optComment = 1
	optName    = 2 // if_name, shb_hardware
	optTsresol = 9

	linkEthernet = 1
)

// NewCapture begins a capture; interfaces are numbered in the order of their names. comment describes the whole.
func NewCapture(w io.Writer, comment string, interfaces ...string) *Capture {
	c := &Capture{w: w}
	c.begin(blockSection)
	c.u32(0x1A2B3C4D)
	c.u32(1) // version 1.0: major in the low half
	c.u32(0xFFFFFFFF)
	c.u32(0xFFFFFFFF) // section length not given
	c.option(optComment, []byte(comment))
	c.end()
	for _, name := range interfaces {
		c.begin(blockInterface)
		c.u32(linkEthernet)
		c.u32(0) // no snap length
		c.option(optName, []byte(name))
		c.option(optTsresol, []byte{9}) // nanoseconds
		c.end()
	}
	return c
}

// Frame adds one frame of interface iface at a virtual time; an empty comment is left out.
func (c *Capture) Frame(iface int, at time.Duration, frame []byte, comment string) {
	c.begin(blockPacket)
	c.u32(uint32(iface))
	c.u32(uint32(uint64(at) >> 32))
	c.u32(uint32(at))
	c.u32(uint32(len(frame)))
	c.u32(uint32(len(frame)))
	c.padded(frame)
	c.option(optComment, []byte(comment))
	c.end()
}

// Err is the first error of the writer.
func (c *Capture) Err() error { return c.err }

func (c *Capture) begin(kind uint32) {
	c.buf = c.buf[:0]
	c.u32(kind)
	c.u32(0) // total length, known at the end
}

func (c *Capture) end() {
	c.u32(optEnd)
	total := uint32(len(c.buf) + 4)
	c.u32(total)
	binary.LittleEndian.PutUint32(c.buf[4:], total)
	if c.err == nil {
		_, c.err = c.w.Write(c.buf)
	}
}

func (c *Capture) u32(v uint32) { c.buf = binary.LittleEndian.AppendUint32(c.buf, v) }

func (c *Capture) padded(b []byte) {
	c.buf = append(c.buf, b...)
	for len(c.buf)%4 != 0 {
		c.buf = append(c.buf, 0)
	}
}

func (c *Capture) option(code uint16, value []byte) {
	if len(value) == 0 {
		return
	}
	if len(value) > 0xFFFF {
		value = value[:0xFFFF]
	}
	c.buf = binary.LittleEndian.AppendUint16(c.buf, code)
	c.buf = binary.LittleEndian.AppendUint16(c.buf, uint16(len(value)))
	c.padded(value)
}
