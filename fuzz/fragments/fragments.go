// Package fragments holds reassembly to a model: bytes are a program of fragments of several datagrams and of time that
// passes, and after each step the table must say what a map of bytes says that cares for no memory.
//
// What is held: overlaps spoil a datagram for as long as it waits (RFC 5722 4, RFC 8200 4.5), copies do not, the length is
// one (RFC 791 3.2), a full table gives up the oldest, time ends what is not whole (RFC 1122 3.3.2), marks of congestion are
// not lost (RFC 3168 5.3), what is delivered is what was sent, nothing is held at the end, and then a good datagram passes.
package fragments

import (
	"bytes"
	"fmt"
	"time"

	"stackproof/stack/invariant"
	"stackproof/stack/reassembly"
)

// table is what is tried: a [reassembly.Table], or in a test one with a fault.
type table interface {
	Add(time.Duration, *reassembly.Fragment) (int, reassembly.Result, bool)
	Check(time.Duration) invariant.Violation
	Free(int)
	Used() int
	Expired(time.Duration) (int, bool)
	Next() (time.Duration, bool)
	Group(int) bool
	ECN(int, reassembly.ECN) (reassembly.ECN, bool)
	First(int) []byte
	Whole(int) ([]byte, int)
}

const (
	stepLen   = 5
	mostSteps = 256 // what a longer program finds, a shorter one does, too
	mostHead  = 128 // a header has so many bytes at most
)

// rowMemory is what k times 64 bytes of data take in a row: with them room for a header, and two sets of their units.
func rowMemory(k int) int { return mostHead + 66*k }

// Program runs the program in data: a byte that chooses the table's size, then steps. It panics if the table says what the
// model does not, and returns 1 for an input that is worth keeping, else 0.
func Program(data []byte) int {
	return try(data, func(rows, k int) table {
		t := new(reassembly.Table)
		t.Init(make([]reassembly.Entry, rows), make([]byte, rows*rowMemory(k)))
		return t
	})
}

func try(data []byte, build func(rows, k int) table) int {
	if len(data) < 1+stepLen {
		return 0
	}
	rows, k := 1+int(data[0]&3), []int{1, 2, 4, 23}[data[0]>>2&3]
	w := &world{table: build(rows, k), rows: rows, room: 64 * k, waiting: map[reassembly.Key]*datagram{}}
	for s := data[1:]; len(s) >= stepLen && w.steps < mostSteps; s = s[stepLen:] {
		w.step(s[:stepLen])
	}
	w.finish()
	return 1
}

// fail ends the program.
func (w *world) fail(format string, args ...any) {
	panic(fmt.Sprintf("fragments: step %d: ", w.steps) + fmt.Sprintf(format, args...))
}

// finish lets time pass until nothing is held, and has a good datagram pass.
func (w *world) finish() {
	w.pass(reassembly.Timeout)
	if _, ok := w.table.Next(); ok || w.table.Used() != 0 {
		w.fail("%d rows are held after %v", w.table.Used(), reassembly.Timeout)
	}
	good := reassembly.Key{ID: 0xfffffff0}
	w.add(&reassembly.Fragment{Key: good, Head: []byte{1}, Data: content(8, 24, 0), Offset: 8})
	w.add(&reassembly.Fragment{Key: good, Head: []byte{1}, Data: content(0, 8, 0), More: true})
	if w.table.Used() != 0 || len(w.waiting) != 0 {
		w.fail("a good datagram was not delivered")
	}
}

// deliver compares a datagram of which all has arrived with what was sent.
func (w *world) deliver(i int, d *datagram) {
	b, head := w.table.Whole(i)
	if head != len(d.head) || !bytes.Equal(b[:head], d.head) || len(b)-head != len(d.bytes) {
		w.fail("delivered a header of %d bytes and %d bytes of data, want %d and %d", head, len(b)-head, len(d.head), len(d.bytes))
	}
	for n, got := range b[head:] {
		if want, ok := d.bytes[n]; !ok || got != want {
			w.fail("byte %d delivered is %#02x, want %#02x", n, got, want)
		}
	}
}
