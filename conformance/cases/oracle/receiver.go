package oracle

import "slices"

// Receiver is what a connection has received: RCV.NXT and what lies beyond a hole, in the order in which SACK reports it.
type Receiver struct {
	RcvNxt uint32
	Blocks []Range // the one that was reported last comes first
	FINAt  uint32  // where the peer's FIN stands; 0: it has not come
	Closed bool    // all before it has come, too
}

// Arrival is what a segment with text did, and how it is acknowledged.
type Arrival struct {
	Held   bool // it lies beyond a hole
	AtOnce bool // a hole is there, or was: RFC 5681 4.2 does not let that wait
}

// Arrive takes the text of a segment, all of which is new or in a block as a whole, and its FIN.
func (r *Receiver) Arrive(text Range, fin bool) Arrival {
	a := Arrival{Held: less(r.RcvNxt, text.From), AtOnce: len(r.Blocks) > 0 || r.FINAt != 0}
	if fin {
		r.FINAt = text.To
	}
	switch {
	case !a.Held:
		if less(r.RcvNxt, text.To) {
			r.RcvNxt = text.To
		}
		r.absorb()
	case text.From != text.To:
		r.hold(text)
	}
	if r.FINAt == r.RcvNxt && !r.Closed {
		r.Closed = true
		r.RcvNxt++
	}
	a.AtOnce = a.AtOnce || a.Held
	return a
}

// hold makes one block of the text and those that it touches, and puts it first (RFC 2018 4).
func (r *Receiver) hold(text Range) {
	r.Blocks = slices.DeleteFunc(r.Blocks, func(b Range) bool {
		if less(b.To, text.From) || less(text.To, b.From) {
			return false
		}
		if less(b.From, text.From) {
			text.From = b.From
		}
		if less(text.To, b.To) {
			text.To = b.To
		}
		return true
	})
	r.Blocks = slices.Insert(r.Blocks, 0, text)
}

// absorb moves RCV.NXT over the blocks that it has reached.
func (r *Receiver) absorb() {
	for range r.Blocks {
		r.Blocks = slices.DeleteFunc(r.Blocks, func(b Range) bool {
			if less(r.RcvNxt, b.From) {
				return false
			}
			if less(r.RcvNxt, b.To) {
				r.RcvNxt = b.To
			}
			return true
		})
	}
}
