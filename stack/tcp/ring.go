package tcp

import "stackproof/stack/wire"

// Ring is a byte queue in memory that the caller keeps and passes to every call: the same slice each time, of any
// length. Bytes can also be put in place ahead of the queue's end, to become part of it later. The zero value is an
// empty queue, and a copy of Ring together with a copy of the memory is a copy of the queue.
type Ring struct{ head, n int }

// Len returns the number of bytes in the queue.
func (r *Ring) Len() int { return r.n }

// Free returns how many bytes there is room for in buf.
func (r *Ring) Free(buf []byte) int { return len(buf) - r.n }

// Write appends as much of p as there is room for, and returns how much that is.
func (r *Ring) Write(buf, p []byte) int {
	n := r.Place(buf, 0, p)
	r.n += n
	return n
}

// Place puts as much of p as there is room for where it will be when off more bytes have been appended. It returns how
// much that is. The queue does not change.
func (r *Ring) Place(buf []byte, off int, p []byte) int {
	p = p[:min(len(p), max(r.Free(buf)-off, 0))]
	if len(p) == 0 {
		return 0
	}
	at := r.index(buf, r.n+off)
	k := copy(buf[at:], p)
	copy(buf, p[k:])
	return len(p)
}

// Commit appends the next n bytes, which Place has put there.
func (r *Ring) Commit(buf []byte, n int) { r.n += min(n, r.Free(buf)) }

// Peek copies bytes to p, from the one that off others are in front of. It returns how many, and removes none.
func (r *Ring) Peek(buf []byte, off int, p []byte) int {
	p = p[:min(len(p), max(r.n-off, 0))]
	if len(p) == 0 {
		return 0
	}
	k := copy(p, buf[r.index(buf, off):])
	copy(p[k:], buf)
	return len(p)
}

// PeekSum is Peek, and sums up what it copies: wire.Sum.
func (r *Ring) PeekSum(buf []byte, off int, p []byte) (n int, sum uint32) {
	p = p[:min(len(p), max(r.n-off, 0))]
	if len(p) == 0 {
		return 0, 0
	}
	from := buf[r.index(buf, off):]
	k := min(len(p), len(from))
	sum = wire.CopySum(p[:k], from[:k], 0)
	if k < len(p) {
		sum = wire.JoinSum(sum, k, wire.CopySum(p[k:], buf[:len(p)-k], 0))
	}
	return len(p), sum
}

// Discard removes the first n bytes, or all if there are fewer.
func (r *Ring) Discard(buf []byte, n int) {
	if n = min(n, r.n); n > 0 {
		r.head = r.index(buf, n)
		r.n -= n
	}
}

// index returns where in buf the byte is that off others are in front of; off is at most len(buf).
func (r *Ring) index(buf []byte, off int) int {
	if i := r.head + off; i < len(buf) {
		return i
	}
	return r.head + off - len(buf)
}
