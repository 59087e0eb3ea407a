// Package mutate changes frames as a hostile host would who knows the protocols: it takes the headers apart, sets a field to a
// value at the edge of its range, puts in what may be repeated, cuts, and can make the checksums right again, so that what
// was changed gets past the first doors.
package mutate

import (
	"stackproof/conformance/frame"
	"stackproof/drivers/queue"
)

// Frame is a frame in room of its own. The zero value is empty.
type Frame struct {
	View frame.View // of the bytes as they were laid out before fields were changed
	room [queue.MaxFrame]byte
	tail [queue.MaxFrame]byte // what was moved
}

// Set makes f a copy of as much of b as a frame can be.
func (f *Frame) Set(b []byte) { f.parse(copy(f.room[:], b)) }

// Bytes are the frame.
func (f *Frame) Bytes() []byte { return f.View.B }

func (f *Frame) parse(n int) { frame.Parse(f.room[:n], &f.View) }

// Repair makes the checksums right that the layout has.
func (f *Frame) Repair() { f.View.RepairSums() }

// RepairLengths makes the lengths right that the layout has, and then the checksums.
func (f *Frame) RepairLengths() { f.View.Repair() }

// Mutator is one way to change a frame.
type Mutator struct {
	Name string
	do   func(f *Frame, n uint32) bool
}

// Do changes the frame; n chooses where and how. It reports whether the frame has what the mutator is about: if so some byte
// has changed for most n.
func (m *Mutator) Do(f *Frame, n uint32) bool { return m.do(f, n) }

// All are the mutators. Inputs name them by their place: new ones come last.
var All = []Mutator{
	{"field", field}, {"address", address}, {"near", near}, {"flip", flip}, {"cut", cut}, {"pad", pad}, {"swap", swap},
	{"extension", extension}, {"ip-option", ipOption}, {"tcp-option", tcpOption}, {"nd-option", ndOption}, {"fragment", fragment},
	{"repeat", repeat},
}

// insert puts bytes in at a place, as far as there is room; what was there moves back.
func (f *Frame) insert(at int, b []byte) bool {
	n := len(f.View.B)
	if len(b) == 0 || at > n || n+len(b) > len(f.room) {
		return false
	}
	rest := copy(f.tail[:], f.room[at:n])
	copy(f.room[at:], b)
	copy(f.room[at+len(b):], f.tail[:rest])
	f.View.B = f.room[:n+len(b)]
	return true
}

// remove takes n bytes out at a place.
func (f *Frame) remove(at, n int) {
	copy(f.room[at:], f.View.B[at+n:])
	f.View.B = f.room[:len(f.View.B)-n]
}
