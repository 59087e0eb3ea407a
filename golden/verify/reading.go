package verify

import (
	"bytes"
	"fmt"
)

// codec is one of those that read.
type codec uint8

const (
	byWire codec = iota
	byJudge
	byGopacket
	numCodecs
)

var codecNames = [numCodecs]string{"stack/wire", "the judge", "gopacket"}

func (c codec) String() string { return codecNames[c] }

// value is what a field holds: a number, or bytes.
type value struct {
	n uint64
	b []byte
}

func (v value) equal(o value) bool { return v.n == o.n && bytes.Equal(v.b, o.b) }

func (v value) String() string {
	if v.b != nil {
		return fmt.Sprintf("% x", v.b)
	}
	return fmt.Sprint(v.n)
}

// Reading is what one codec has read of one frame.
type Reading struct {
	values  [NumFields]value
	has     [NumFields]bool
	end     Field  // from here on the codec has no say
	refused string // why it has read no further
	over    string // what the rest is, in which it has no say
	frame   []byte // what was read, from the Ethernet header on
	scratch []byte
}

func (r *Reading) reset(frame []byte) {
	clear(r.has[:])
	r.frame = frame
	r.end, r.refused, r.over, r.scratch = NumFields, "", "", r.scratch[:0]
}

// num notes a number.
func (r *Reading) num(f Field, n uint64) {
	r.values[f], r.has[f] = value{n: n}, true
}

// bit notes a flag.
func (r *Reading) bit(f Field, set bool) {
	n := uint64(0)
	if set {
		n = 1
	}
	r.num(f, n)
}

// bytes notes bytes, which are borrowed.
func (r *Reading) bytes(f Field, b []byte) {
	if b == nil {
		b = noBytes
	}
	r.values[f], r.has[f] = value{b: b}, true
}

var noBytes = []byte{}

// refuse notes that a layer is not whole, or that a checksum is wrong. Of what a layer that is not whole holds the codec
// has no say.
func (r *Reading) refuse(f Field, why string) {
	r.num(f, 0)
	if f.verdict() {
		r.end = min(r.end, f+1)
	}
	r.refused = why
}

// pass notes that the codec has no say from a field on, and what the rest is.
func (r *Reading) pass(f Field, what string) {
	r.end = min(r.end, f)
	r.over = what
}

// item adds an item to a list that list then notes.
func (r *Reading) item(kind uint8, data []byte) {
	r.scratch = append(r.scratch, kind, byte(len(data)>>8), byte(len(data)))
	r.scratch = append(r.scratch, data...)
}

// list notes the items that were added since from, a length of r.scratch.
func (r *Reading) list(f Field, from int) { r.bytes(f, r.scratch[from:]) }

// is tells whether a field was read as this number.
func (r *Reading) is(f Field, n uint64) bool { return r.has[f] && r.values[f].n == n }

// Disagreement is a field that two codecs have read differently. A codec that has not read it at all has no value.
type Disagreement struct {
	Field      Field
	A, B       codec
	va, vb     value
	hasA, hasB bool
	why        string // a codec's own words, where one has refused what the other has not
}

func (d Disagreement) String() string {
	text := func(has bool, v value) string {
		if !has {
			return "nothing"
		}
		return v.String()
	}
	s := fmt.Sprintf("%v: %v reads %s, %v %s", d.Field, d.A, text(d.hasA, d.va), d.B, text(d.hasB, d.vb))
	if d.why != "" {
		s += " (" + d.why + ")"
	}
	return s
}

// compare appends what two codecs have read differently, up to where one has no say, and up to the first layer on whose
// being whole they do not agree. stop is that layer's verdict, or the one that both refuse; NumFields if there is none.
func compare(all []Disagreement, a, b codec, ra, rb *Reading, end Field) (_ []Disagreement, stop Field) {
	for f := range min(ra.end, rb.end, end) {
		if !ra.has[f] && !rb.has[f] || silent[a][f] || silent[b][f] {
			continue
		}
		va, vb := ra.values[f], rb.values[f]
		if ra.has[f] == rb.has[f] && va.equal(vb) {
			if f.verdict() && va.n == 0 {
				return all, f
			}
			continue
		}
		d := Disagreement{f, a, b, va, vb, ra.has[f], rb.has[f], ra.refused}
		if d.why == "" || f.verdict() && !ra.is(f, 0) {
			d.why = rb.refused
		}
		all = append(all, d)
		if f.verdict() {
			return all, f
		}
	}
	return all, NumFields
}
