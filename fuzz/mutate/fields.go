package mutate

import (
	"bytes"

	"stackproof/conformance/frame"
)

// field sets a field that the frame has to a value at the edge of its range.
func field(f *Frame, n uint32) bool {
	x, ok := f.find(n, f.has)
	if !ok {
		return false
	}
	was, _ := f.View.Get(x)
	f.View.Set(x, edge(x.Bits(), n>>8, was))
	return true
}

// has reports whether a field is there and is a number.
func (f *Frame) has(x frame.Field) bool {
	_, ok := f.View.Get(x)
	return ok && x != frame.PayloadLen
}

func (f *Frame) hasAddr(x frame.Field) bool {
	_, ok := f.View.Addr(x)
	return ok
}

// find returns the first field from place n on that fits.
func (f *Frame) find(n uint32, fits func(frame.Field) bool) (x frame.Field, ok bool) {
	for i := range uint32(frame.Fields) {
		if x = frame.Field((n%uint32(frame.Fields) + i) % uint32(frame.Fields)); x > 0 && fits(x) {
			return x, true
		}
	}
	return 0, false
}

// edge returns a value of so many bits near an edge of its range, or of what it was.
func edge(bits int, n, was uint32) uint32 {
	top := uint32(1)<<min(bits, 31)<<max(bits-31, 0) - 1
	half := top>>1 + 1
	values := [...]uint32{0, 1, top, top - 1, half, half - 1, was + 1, was - 1, was ^ half, 2, 4, 5, 8, 20, 60, 255}
	return values[n%uint32(len(values))] & top
}

// addresses are those that mean something special.
var addresses = map[int][][]byte{
	4: {{0, 0, 0, 0}, {255, 255, 255, 255}, {127, 0, 0, 1}, {224, 0, 0, 1}, {224, 0, 0, 22}, {192, 0, 2, 255}, {192, 0, 2, 0}, {192, 0, 2, 1},
		{192, 0, 2, 2}, {192, 0, 2, 254}, {240, 0, 0, 1}, {169, 254, 1, 1}, {198, 51, 100, 7}},
	6: {{0, 0, 0, 0, 0, 0}, {255, 255, 255, 255, 255, 255}, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, {1, 0, 0x5e, 0, 0, 1}, {0x33, 0x33, 0, 0, 0, 1}, {3, 0, 0, 0, 0, 1}},
	16: {make([]byte, 16), {15: 1}, {0xff, 2, 15: 1}, {0xff, 2, 15: 2}, {0xff, 2, 11: 1, 12: 0xff, 15: 1}, {0xff, 1, 15: 1}, {0x20, 1, 0xd, 0xb8, 15: 1},
		{0x20, 1, 0xd, 0xb8, 15: 2}, {0x20, 1, 0xd, 0xb8, 15: 254}, {10: 255, 11: 255, 12: 192, 14: 2, 15: 1}, {0xfe, 0x80, 11: 0xff, 12: 0xfe, 15: 1}, {0xfe, 0x80, 15: 2}},
}

// address sets an address that the frame has to one that means something special.
func address(f *Frame, n uint32) bool {
	x, ok := f.find(n, f.hasAddr)
	if !ok {
		return false
	}
	was, _ := f.View.Addr(x)
	special := addresses[len(was)]
	a := special[n>>8%uint32(len(special))]
	if bytes.Equal(a, was) {
		a = special[(n>>8+1)%uint32(len(special))]
	}
	f.View.SetAddr(x, a)
	return true
}

// near moves a number of the sequence space a little, or by about a window.
func near(f *Frame, n uint32) bool {
	x := [...]frame.Field{frame.TCPSeq, frame.TCPAck, frame.QuoteSeq}[n%3]
	was, ok := f.View.Get(x)
	if !ok {
		return false
	}
	by := [...]uint32{1, 1<<32 - 1, 2, 1448, 1<<32 - 1448, 2047, 2048, 4096, 65535, 1 << 31, 1<<31 - 1, 1<<32 - 65535}
	f.View.Set(x, was+by[n>>8%uint32(len(by))])
	return true
}

// swap exchanges the source with the destination: the frame comes back.
func swap(f *Frame, n uint32) bool {
	pairs := [...][2]frame.Field{{frame.IPSrc, frame.IPDst}, {frame.ARPSPA, frame.ARPTPA}, {frame.EthSrc, frame.EthDst}}
	for i := range pairs {
		p := pairs[(int(n%3)+i)%3]
		a, ok := f.View.Addr(p[0])
		b, _ := f.View.Addr(p[1])
		if ok && !bytes.Equal(a, b) {
			var was [16]byte
			k := copy(was[:], a)
			f.View.SetAddr(p[0], b)
			f.View.SetAddr(p[1], was[:k])
			return true
		}
	}
	return false
}
