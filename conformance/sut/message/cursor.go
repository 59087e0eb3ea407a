package message

import (
	"encoding/binary"

	"stackproof/conformance/sut"
)

// reader takes fields from a body, in order. After the first fault it gives zeros and keeps the fault.
type reader struct {
	b     []byte
	n     int
	fault Fault
}

func (r *reader) fail(c Cause, at int) {
	if r.fault.OK() {
		r.fault = Fault{c, at}
	}
}

// take is the next n bytes, nil where there are fewer.
func (r *reader) take(n int) []byte {
	if !r.fault.OK() || len(r.b)-r.n < n {
		r.fail(Short, r.n)
		return nil
	}
	b := r.b[r.n : r.n+n : r.n+n]
	r.n += n
	return b
}

// rest is all that has not been taken.
func (r *reader) rest() []byte { return r.take(len(r.b) - r.n) }

// end is the fault of the whole body, which must have nothing left.
func (r *reader) end() Fault {
	if r.n < len(r.b) {
		r.fail(Surplus, r.n)
	}
	return r.fault
}

func (r *reader) u8() uint8 {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// boolean is a byte that is 0 or 1.
func (r *reader) boolean() bool {
	v := r.u8()
	if v > 1 {
		r.fail(BadValue, r.n-1)
	}
	return v == 1
}

// time is a moment of virtual time in nanoseconds: the upper half of the range means nothing.
func (r *reader) time() sut.Time {
	v := r.u64()
	if v > 1<<63-1 {
		r.fail(BadValue, r.n-8)
		return 0
	}
	return sut.Time(v)
}

// noDeadline stands for a deadline where there is none.
const noDeadline = 1<<64 - 1

func (r *reader) deadline() (at sut.Time, ok bool) {
	if r.fault.OK() && len(r.b)-r.n >= 8 && binary.LittleEndian.Uint64(r.b[r.n:]) == noDeadline {
		r.n += 8
		return 0, false
	}
	at = r.time()
	return at, r.fault.OK()
}

// name is a length byte and as many bytes, sut.MaxName at most.
func (r *reader) name() []byte {
	n := int(r.u8())
	if n > sut.MaxName {
		r.fail(BadName, r.n-1)
	}
	return r.take(n)
}

func (r *reader) addr() (a sut.Addr) {
	a.Family = r.u8()
	if a.Family != 0 && a.Family != sut.DomainIPv4 && a.Family != sut.DomainIPv6 {
		r.fail(BadValue, r.n-1)
	}
	copy(a.IP[:], r.take(16))
	a.Port = r.u16()
	return a
}

// writer puts fields into a buffer, in order. Once something did not fit, or had no encoding, bad is set.
type writer struct {
	b   []byte
	n   int
	bad bool
}

// room is the place for the next n bytes, nil where there is none.
func (w *writer) room(n int) []byte {
	if w.bad || len(w.b)-w.n < n {
		w.bad = true
		return nil
	}
	b := w.b[w.n : w.n+n]
	w.n += n
	return b
}

func (w *writer) u8(v uint8) {
	if b := w.room(1); b != nil {
		b[0] = v
	}
}

func (w *writer) u16(v uint16) {
	if b := w.room(2); b != nil {
		binary.LittleEndian.PutUint16(b, v)
	}
}

func (w *writer) u32(v uint32) {
	if b := w.room(4); b != nil {
		binary.LittleEndian.PutUint32(b, v)
	}
}

func (w *writer) u64(v uint64) {
	if b := w.room(8); b != nil {
		binary.LittleEndian.PutUint64(b, v)
	}
}

func (w *writer) boolean(v bool) {
	if v {
		w.u8(1)
	} else {
		w.u8(0)
	}
}

func (w *writer) time(t sut.Time) {
	if t < 0 {
		w.bad = true
	}
	w.u64(uint64(t))
}

func (w *writer) deadline(at sut.Time, ok bool) {
	if ok {
		w.time(at)
	} else {
		w.u64(noDeadline)
	}
}

func (w *writer) bytes(p []byte) { copy(w.room(len(p)), p) }

func (w *writer) name(s string) {
	if len(s) > sut.MaxName {
		w.bad = true
	}
	w.u8(uint8(len(s)))
	copy(w.room(len(s)), s)
}

func (w *writer) addr(a *sut.Addr) {
	w.u8(a.Family)
	w.bytes(a.IP[:])
	w.u16(a.Port)
}
