package console

import (
	"stackproof/conformance/device"
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// run names a run of a program on the board.
type run struct {
	index int
	twin  bool
}

// parseVerdict reads a verdict line. ok is false where a part is missing or out of range.
func parseVerdict(w device.Words) (r run, v vm.Verdict, ok bool) {
	p := parts{w, true}
	r.index = int(p.number("case", 1<<16))
	r.twin = p.number("twin", 2) == 1
	v.Outcome, v.Reason = vm.Outcome(p.number("o", 256)), vm.Reason(p.number("r", 256))
	v.Event, v.Planted = uint16(p.number("e", 1<<16)), p.number("pl", 2) == 1
	v.Defect = frame.Defect{Flaw: frame.Flaw(p.number("df", 256)), At: uint16(p.number("da", 1<<16))}
	v.Part, v.Field = vm.Part(p.number("p", 256)), frame.Field(p.number("f", 256))
	v.Index = uint16(p.number("i", 1<<16))
	v.Want, v.Got = p.hex("w"), p.hex("g")
	v.At, v.ISN, v.Hash = sut.Time(p.number("ns", 1<<62)), uint32(p.number("isn", 1<<32)), p.hex("hash")
	if w.Get("wa") != nil {
		putAddr(&v.WantAddr, p.hex("wa"), p.hex("wb"))
		putAddr(&v.GotAddr, p.hex("ga"), p.hex("gb"))
	}
	return r, v, p.ok
}

// parts reads the parts of a line; ok tells whether all were there.
type parts struct {
	w  device.Words
	ok bool
}

func (p *parts) number(key string, limit int64) int64 {
	n, ok := p.w.Int(key)
	p.ok = p.ok && ok && n >= 0 && n < limit
	return n
}

func (p *parts) hex(key string) uint64 {
	n, ok := p.w.Hex(key)
	p.ok = p.ok && ok
	return n
}

func putAddr(a *[16]byte, high, low uint64) {
	for i := range 8 {
		a[i], a[8+i] = byte(high>>(56-8*i)), byte(low>>(56-8*i))
	}
}
