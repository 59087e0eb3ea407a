package capture

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// pcapng is the newer format (draft-ietf-opsawg-pcapng): sections of blocks.
type pcapng struct {
	interfaces []iface
}

// iface is what a section says of one of its interfaces.
type iface struct {
	link   Link
	snap   uint32 // most bytes of a frame that are captured; 0: no limit
	resol  byte   // of time stamps: a power of ten, with the top bit of two
	offset int64  // seconds to add to time stamps
	fcs    int    // bytes of check sequence
}

// Block types (section 4 of the draft).
const (
	blockSection   = magicSection
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
)

const (
	byteOrderMagic = 0x1a2b3c4d
	blockOverhead  = 12        // type and both lengths
	maxBlock       = 1 << 20   // of the blocks that are looked into
	maxInterfaces  = 4096      // of one section
	maxSkipped     = 256 << 20 // of other blocks, which take no memory
)

func (p *pcapng) next(r *Reader) error {
	for {
		if err := r.begin(); err != nil {
			return err
		}
		found, err := p.block(r)
		if found || err != nil {
			return err
		}
	}
}

// block reads one block; found says that it holds a frame.
func (p *pcapng) block(r *Reader) (found bool, err error) {
	h, err := r.bytes(8, "a block's header")
	if err != nil {
		return false, err
	}
	if binary.BigEndian.Uint32(h) == blockSection {
		return false, p.section(r, [4]byte(h[4:]))
	}
	if r.order == nil {
		return false, r.refuse("a block before the first section") // NewReader has seen to it
	}
	kind, total := r.order.Uint32(h), r.order.Uint32(h[4:])
	if total < blockOverhead || total%4 != 0 {
		return false, r.refuse("a block of type %d whose length is %d", kind, total)
	}
	switch kind {
	case blockInterface, blockPacket, blockSimple, blockEnhanced:
	default:
		if total > maxSkipped {
			return false, r.refuse("a block of type %d of %d bytes, at most %d", kind, total, maxSkipped)
		}
		if err := r.skip(int64(total-blockOverhead), "a block"); err != nil {
			return false, err
		}
		return false, r.trailer(total)
	}
	if total > maxBlock {
		return false, r.refuse("a block of type %d of %d bytes, at most %d", kind, total, maxBlock)
	}
	b, err := r.bytes(int(total)-8, "a block")
	if err != nil {
		return false, err
	}
	body := b[:len(b)-4]
	if again := r.order.Uint32(b[len(body):]); again != total {
		return false, r.refuse("a block of type %d that is %d bytes long at its begin and %d at its end", kind, total, again)
	}
	switch kind {
	case blockInterface:
		return false, p.describe(r, body)
	case blockSimple:
		return true, p.simple(r, body)
	case blockEnhanced:
		return true, p.enhanced(r, body, r.u32(body, 0), r.u32(body, 4), r.u32(body, 8))
	}
	return true, p.enhanced(r, body, r.u32(body, 0)>>r.half()&0xffff, r.u32(body, 4), r.u32(body, 8))
}

// half is by how much the first two of four bytes must be shifted down to be a number.
func (r *Reader) half() int {
	if r.order == binary.BigEndian {
		return 16
	}
	return 0
}

// u32 is a number in a block, 0 beyond its end, whose caller checks the length.
func (r *Reader) u32(b []byte, at int) uint32 {
	if at+4 > len(b) {
		return 0
	}
	return r.order.Uint32(b[at:])
}

// trailer reads the length that stands at the end of a block.
func (r *Reader) trailer(total uint32) error {
	b, err := r.bytes(4, "a block's end")
	if err != nil {
		return err
	}
	if again := r.order.Uint32(b); again != total {
		return r.refuse("a block that is %d bytes long at its begin and %d at its end", total, again)
	}
	return nil
}

// section begins a section, with its own byte order and interfaces. length is as its bytes lie.
func (p *pcapng) section(r *Reader, length [4]byte) error {
	b, err := r.bytes(16, "a section's header")
	if err != nil {
		return err
	}
	switch m := binary.BigEndian.Uint32(b); m {
	case byteOrderMagic:
		r.order = binary.BigEndian
	case bits.ReverseBytes32(byteOrderMagic):
		r.order = binary.LittleEndian
	default:
		return r.refuse("a section whose byte order is %#08x", m)
	}
	total, major, minor := r.order.Uint32(length[:]), r.order.Uint16(b[4:]), r.order.Uint16(b[6:])
	switch {
	case total < blockOverhead+16 || total%4 != 0 || total > maxBlock:
		return r.refuse("a section's header whose length is %d", total)
	case major != 1:
		return r.refuse("pcapng version %d.%d, want 1", major, minor)
	}
	p.interfaces = p.interfaces[:0]
	options, err := r.bytes(int(total)-blockOverhead-16, "a section's header")
	if err != nil {
		return err
	}
	if err := r.options(options, func(uint16, []byte) error { return nil }); err != nil {
		return err
	}
	return r.trailer(total)
}

// Options of interfaces and frames.
const (
	optEnd       = 0
	optFlags     = 2 // of a frame
	optResol     = 9
	optFCS       = 13
	optOffset    = 14
	interfaceLen = 8
)

// describe reads what a block says of an interface.
func (p *pcapng) describe(r *Reader, b []byte) error {
	if len(b) < interfaceLen {
		return r.refuse("an interface's block of %d bytes, at least %d", len(b), interfaceLen)
	}
	if len(p.interfaces) == maxInterfaces {
		return r.refuse("more than %d interfaces", maxInterfaces)
	}
	i := iface{link: Link(r.order.Uint16(b)), snap: r.order.Uint32(b[4:]), resol: 6}
	err := r.options(b[interfaceLen:], func(code uint16, v []byte) error {
		switch {
		case code == optResol && len(v) == 1:
			i.resol = v[0]
			if _, ok := i.perSecond(); !ok {
				return r.refuse("time stamps of resolution %#02x", i.resol)
			}
		case code == optFCS && len(v) == 1:
			i.fcs = int(v[0])
		case code == optOffset && len(v) == 8:
			i.offset = int64(r.order.Uint64(v))
		case code == optResol || code == optFCS || code == optOffset:
			return r.refuse("an option %d of %d bytes", code, len(v))
		}
		return nil
	})
	p.interfaces = append(p.interfaces, i)
	return err
}

// perSecond is how many units of a time stamp make a second; ok is false for more than 64 bits hold.
func (i *iface) perSecond() (n uint64, ok bool) {
	if i.resol&0x80 != 0 {
		return 1 << (i.resol & 0x7f), i.resol&0x7f < 64
	}
	n = 1
	for range i.resol {
		if n > math.MaxUint64/10 {
			return 0, false
		}
		n *= 10
	}
	return n, true
}

// time is a time stamp since 1970; ok is false for one that no Duration holds.
func (i *iface) time(stamp uint64) (_ time.Duration, ok bool) {
	unit, _ := i.perSecond()
	sec, part := stamp/unit, stamp%unit
	hi, lo := bits.Mul64(part, uint64(time.Second))
	nano, _ := bits.Div64(hi, lo, unit)
	const most = math.MaxInt64/int64(time.Second) - 1
	if sec > uint64(most) || i.offset > most-int64(sec) || i.offset < -most {
		return 0, false
	}
	return time.Duration(int64(sec)+i.offset)*time.Second + time.Duration(nano), true
}

// interfaceOf is the interface of a frame.
func (p *pcapng) interfaceOf(r *Reader, n uint32) (*iface, error) {
	if uint64(n) >= uint64(len(p.interfaces)) {
		return nil, r.refuse("a frame of interface %d: the section describes %d", n, len(p.interfaces))
	}
	r.frame.Interface, r.frame.Link = int(n), p.interfaces[n].link
	return &p.interfaces[n], nil
}

// enhanced reads an enhanced packet block, or an obsolete one, which differs in how it names its interface.
func (p *pcapng) enhanced(r *Reader, b []byte, number, hi, lo uint32) error {
	const fixed = 20
	if len(b) < fixed {
		return r.refuse("a frame's block of %d bytes, at least %d", len(b)+blockOverhead, fixed+blockOverhead)
	}
	i, err := p.interfaceOf(r, number)
	if err != nil {
		return err
	}
	ok := false
	if r.frame.Time, ok = i.time(uint64(hi)<<32 | uint64(lo)); !ok {
		return r.refuse("a time stamp of %d, more than 292 years", uint64(hi)<<32|uint64(lo))
	}
	have, wire := r.order.Uint32(b[12:]), r.order.Uint32(b[16:])
	if err := r.take(b[fixed:], have, wire); err != nil {
		return err
	}
	fcs := i.fcs
	err = r.options(b[fixed+(int(have)+3)&^3:], func(code uint16, v []byte) error {
		if code == optFlags && len(v) == 4 {
			if n := int(r.order.Uint32(v) >> 5 & 15); n != 0 {
				fcs = n
			}
		}
		return nil
	})
	r.frame.dropFCS(fcs)
	return err
}

// simple reads a simple packet block: a frame of the first interface, without time.
func (p *pcapng) simple(r *Reader, b []byte) error {
	if len(b) < 4 {
		return r.refuse("a frame's block of %d bytes, at least %d", len(b)+blockOverhead, 4+blockOverhead)
	}
	i, err := p.interfaceOf(r, 0)
	if err != nil {
		return err
	}
	wire := r.order.Uint32(b)
	have := wire
	if i.snap > 0 {
		have = min(have, i.snap)
	}
	if err := r.take(b[4:], have, wire); err != nil {
		return err
	}
	r.frame.dropFCS(i.fcs)
	return nil
}

// take takes a frame of which have bytes are in b, with the padding.
func (r *Reader) take(b []byte, have, wire uint32) error {
	switch {
	case have > MaxFrame:
		return r.refuse("a frame of %d bytes, at most %d", have, MaxFrame)
	case (int(have)+3)&^3 > len(b):
		return r.refuse("a frame of %d bytes in a block that has room for %d", have, len(b))
	case have > wire:
		return r.refuse("a frame of %d bytes, that had %d", have, wire)
	case wire > 1<<30:
		return r.refuse("a frame that had %d bytes, at most %d", wire, 1<<30)
	}
	r.frame.Data, r.frame.Length = b[:have], int(wire)
	return nil
}

// options walks an option list. An option that does not fit is refused.
func (r *Reader) options(b []byte, each func(code uint16, value []byte) error) error {
	for len(b) > 0 {
		if len(b) < 4 {
			return r.refuse("an option that is cut off")
		}
		code, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if code == optEnd {
			return nil
		}
		padded := (n + 3) &^ 3
		if 4+padded > len(b) {
			return r.refuse("an option %d of %d bytes where there are %d", code, n, len(b)-4)
		}
		if err := each(code, b[4:4+n]); err != nil {
			return err
		}
		b = b[4+padded:]
	}
	return nil
}
