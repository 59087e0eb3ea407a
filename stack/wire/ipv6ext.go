package wire

import "encoding/binary"

// MaxExtHeaders is how many extension headers a packet may have; a host may set such a limit (RFC 8504 5.3). Honest
// packets have at most one of each kind and a second destination options header (RFC 8200 4.1).
const MaxExtHeaders = 8

// FragmentHeaderLen is the length of a fragment header.
const FragmentHeaderLen = 8

// Ext is one extension header of a packet.
type Ext struct {
	Proto     uint8  // ProtoHopByHop, ProtoRouting, ProtoFragment or ProtoDestOpts
	Offset    int    // where it starts in the packet
	NextField int    // where in the packet the byte is that announced it, for parameter problems
	Data      []byte // the whole header, a multiple of 8 bytes
}

// ExtWalker finds the upper-layer header behind the extension headers of a packet. It takes at most MaxExtHeaders steps
// and ends at the first header that it does not know; whether the host knows that one is not its concern. After the last
// step Proto, Offset, NextField and Payload describe what follows.
type ExtWalker struct {
	p         IPv6Packet
	proto     uint8
	off       int
	nextField int
	steps     int
	done      bool
	err       Err
}

// Walk returns a walker that stands before the first extension header.
func (p IPv6Packet) Walk() ExtWalker {
	return ExtWalker{p: p, proto: p.NextHeader(), off: IPv6HeaderLen, nextField: 6}
}

// Next returns the next extension header. ok is false when the upper layer is reached, and when the chain is broken:
// then Err is not OK. Behind a fragment that is not the first there are no headers; the walk ends there.
func (w *ExtWalker) Next() (x Ext, ok bool) {
	if w.done || !w.isExt() {
		return Ext{}, false
	}
	if w.steps == MaxExtHeaders {
		return w.fail(ErrExtLimit)
	}
	rest := w.p[w.off:]
	if len(rest) < 8 {
		return w.fail(ErrShort)
	}
	n := 8
	if w.proto == ProtoFragment {
		w.done = binary.BigEndian.Uint16(rest[2:])>>3 != 0
	} else {
		n += int(rest[1]) * 8
	}
	if n > len(rest) {
		return w.fail(ErrShort)
	}
	x = Ext{Proto: w.proto, Offset: w.off, NextField: w.nextField, Data: rest[:n]}
	w.proto, w.nextField = rest[0], w.off
	w.off += n
	w.steps++
	return x, true
}

// isExt reports whether an extension header follows that can be stepped over. Hop-by-hop options are one only directly
// behind the fixed header; elsewhere they are an unknown next header (RFC 8200 4).
func (w *ExtWalker) isExt() bool {
	switch w.proto {
	case ProtoHopByHop:
		return w.steps == 0
	case ProtoRouting, ProtoFragment, ProtoDestOpts:
		return true
	}
	return false
}

func (w *ExtWalker) fail(err Err) (Ext, bool) {
	w.done, w.err = true, err
	return Ext{}, false
}

// Proto returns the type of the header that the walker stands before.
func (w *ExtWalker) Proto() uint8 { return w.proto }

// Offset returns where in the packet that header starts.
func (w *ExtWalker) Offset() int { return w.off }

// NextField returns where in the packet the byte is that announced it: the pointer of a parameter problem for an
// unrecognized next header (RFC 4443 3.4).
func (w *ExtWalker) NextField() int { return w.nextField }

// Payload returns the packet from that header on.
func (w *ExtWalker) Payload() []byte { return w.p[w.off:] }

// Err returns why the chain is broken: ErrShort if a header is cut off, ErrExtLimit if there are too many.
func (w *ExtWalker) Err() Err { return w.err }

// UpperLayer walks to the end and returns the upper-layer protocol, and where its header starts. It is for quoted
// packets and whoever else need not look at the extension headers.
func (p IPv6Packet) UpperLayer() (proto uint8, offset int, err Err) {
	w := p.Walk()
	for {
		if _, ok := w.Next(); !ok {
			return w.Proto(), w.Offset(), w.Err()
		}
	}
}

// Fragment is a fragment header (RFC 8200 4.5).
type Fragment struct {
	NextHeader uint8
	Offset     uint16 // in bytes, a multiple of 8
	More       bool
	ID         uint32
}

// Atomic reports whether the header belongs to a packet that is whole, which is handled apart from any other fragments
// (RFC 6946 4).
func (f Fragment) Atomic() bool { return f.Offset == 0 && !f.More }

// ParseFragment reads a fragment header. It refuses fewer than 8 bytes (ErrShort).
func ParseFragment(b []byte) (Fragment, Err) {
	if len(b) < FragmentHeaderLen {
		return Fragment{}, ErrShort
	}
	v := binary.BigEndian.Uint16(b[2:])
	return Fragment{NextHeader: b[0], Offset: v &^ 7, More: v&1 != 0, ID: binary.BigEndian.Uint32(b[4:])}, OK
}

// Put writes the header and returns FragmentHeaderLen.
func (f Fragment) Put(b []byte) int {
	_ = b[FragmentHeaderLen-1]
	v := f.Offset &^ 7
	if f.More {
		v |= 1
	}
	b[0], b[1] = f.NextHeader, 0
	binary.BigEndian.PutUint16(b[2:], v)
	binary.BigEndian.PutUint32(b[4:], f.ID)
	return FragmentHeaderLen
}
