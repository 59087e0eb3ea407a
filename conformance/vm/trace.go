package vm

import "stackproof/conformance/sut"

// Tracer sees all that happens in a run, as it happens; event is the index of the event at hand. What it is given is
// borrowed.
type Tracer interface {
	// Sent is a frame from the stack; helper: the judge's neighbour helper took it, the program does not see it.
	Sent(at sut.Time, event int, helper bool, frame []byte)
	// Taken is the oldest frame from the stack that still waits: event expected it, or, if that is -1, nothing does.
	Taken(event int)
	// Delivered is a frame to the stack; helper: the judge's neighbour helper made it.
	Delivered(at sut.Time, event int, helper bool, frame []byte)
	// Started is a socket call that begins; event names it in Returned.
	Started(at sut.Time, event int, c *sut.Call)
	// Returned is what the call begun at event returned, at once or now.
	Returned(at sut.Time, event int, r *sut.Result)
	// Inspected is a figure that the event read.
	Inspected(at sut.Time, event int, figure int64)
}

// hash is FNV-1a, 64 bits.
type hash uint64

const (
	hashStart hash = 0xcbf29ce484222325
	hashPrime hash = 0x100000001b3
)

func (h *hash) bytes(b []byte) {
	x := *h
	for _, c := range b {
		x = (x ^ hash(c)) * hashPrime
	}
	*h = x
}

func (h *hash) number(n uint64) {
	x := *h
	for range 8 {
		x = (x ^ hash(n&0xff)) * hashPrime
		n >>= 8
	}
	*h = x
}

// What the trace hash takes in, each begun with its tag.
const (
	tagSent = iota + 1
	tagDelivered
	tagReturned
	tagFigure
)

// sent notes a frame from the stack. Its padding is left out: whether the stack pads or the MAC behind it is all one.
func (m *Machine) sent(at sut.Time, helper bool, b, packet []byte) {
	m.hash.number(tagSent)
	m.hash.number(uint64(at))
	m.hash.number(uint64(len(packet)))
	m.hash.bytes(packet)
	if m.tracer != nil {
		m.tracer.Sent(at, m.index, helper, b)
	}
}

// taken takes the oldest frame that waits off the queue.
func (m *Machine) taken(event int) {
	m.queue.pop()
	if m.tracer != nil {
		m.tracer.Taken(event)
	}
}

func (m *Machine) delivered(helper bool, b []byte) {
	m.hash.number(tagDelivered)
	m.hash.number(uint64(m.now))
	m.hash.number(uint64(len(b)))
	m.hash.bytes(b)
	if m.tracer != nil {
		m.tracer.Delivered(m.now, m.index, helper, b)
	}
}

func (m *Machine) returned(at sut.Time, event int, r *sut.Result) {
	m.hash.number(tagReturned)
	m.hash.number(uint64(at))
	m.hash.number(uint64(event))
	m.hash.number(uint64(uint32(r.Ret))<<8 | uint64(r.Err))
	m.hash.number(uint64(r.Addr.Family)<<16 | uint64(r.Addr.Port))
	m.hash.bytes(r.Addr.IP[:])
	m.hash.bytes(r.Data)
	if m.tracer != nil {
		m.tracer.Returned(at, event, r)
	}
}
