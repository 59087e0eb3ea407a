package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// Slot is one frame that waits for an Expect.
type Slot struct {
	at     sut.Time
	off, n int
}

// queue holds the frames that came and were not expected yet, in order.
type queue struct {
	slots []Slot
	bytes []byte
	first int // slot of the oldest frame
	count int
	tail  int // where free bytes begin
}

func (q *queue) reset(s Storage) {
	q.slots, q.bytes = s.Slots, s.Queue
	q.first, q.count, q.tail = 0, 0, 0
}

func (q *queue) empty() bool { return q.count == 0 }

// slot is the i-th oldest frame.
func (q *queue) slot(i int) *Slot { return &q.slots[(q.first+i)%len(q.slots)] }

func (q *queue) head() *Slot { return q.slot(0) }

func (q *queue) frame(s *Slot) []byte { return q.bytes[s.off : s.off+s.n] }

// room is how many bytes a frame takes: at least one, so that no two begin at the same place.
func room(n int) int { return max(n, 1) }

// push appends a copy of a frame; false where there is no room. Of a frame that is too long only as much is kept as
// shows it.
func (q *queue) push(at sut.Time, b []byte) bool {
	b = b[:min(len(b), frame.MaxLen+1)]
	if q.count == len(q.slots) {
		return false
	}
	if room(len(b)) > len(q.bytes)-q.tail {
		q.compact()
	}
	if room(len(b)) > len(q.bytes)-q.tail {
		return false
	}
	*q.slot(q.count) = Slot{at, q.tail, len(b)}
	q.count++
	copy(q.bytes[q.tail:], b)
	q.tail += room(len(b))
	return true
}

// pushFirst puts a copy of a frame before all others.
func (q *queue) pushFirst(at sut.Time, b []byte) bool {
	if !q.push(at, b) {
		return false
	}
	last := *q.slot(q.count - 1)
	q.first = (q.first + len(q.slots) - 1) % len(q.slots)
	*q.slot(0) = last
	return true
}

func (q *queue) pop() {
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	if q.count == 0 {
		q.tail = 0
	}
}

// compact moves the frames together, in the order in which their bytes lie.
func (q *queue) compact() {
	tail := 0
	for range q.count {
		var low *Slot // the first frame that lies at or behind tail
		for i := range q.count {
			if s := q.slot(i); s.off >= tail && (low == nil || s.off < low.off) {
				low = s
			}
		}
		copy(q.bytes[tail:], q.frame(low))
		low.off = tail
		tail += room(low.n)
	}
	q.tail = tail
}
