package stack

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Steps of a siege, as the first byte of each says.
const (
	stepFrame   = iota // 4 is the same
	stepTime           // every deadline kept
	stepCall           // by the application
	stepLink           // down and up, perhaps with a frame between
	_                  //
	stepSegment        // with numbers that fit
	stepLate           // time passes, and nobody polls
	stepSpoof          // a frame of the corpus, with a byte changed
)

// besiege reads its input as steps: a byte that says what to do, and a number in two more. Of a frame or a segment that is
// the length; the top bit of the first byte has a frame's checksums repaired.
func besiege(t rapid.TB, in []byte) {
	s, frames := newSiege(t), anyFrames()
	for steps := 0; len(in) >= 3 && steps < 200; steps++ {
		what, n := in[0], int(in[1])<<8|int(in[2])
		in = in[3:]
		switch what & 7 {
		case stepTime:
			s.pass(time.Duration(n) * time.Millisecond)
		case stepCall:
			s.call(n)
		case stepLink:
			s.SetLink(s.now, false)
			s.settle()
			if n&1 != 0 {
				s.feed(frames[n/2%len(frames)], false)
			}
			s.SetLink(s.now, true)
			s.settle()
		case stepSegment:
			k := min(n&0x1ff, len(in))
			s.segment(in[:k])
			in = in[k:]
		case stepLate:
			s.now += time.Duration(n) * time.Millisecond
			s.settle()
		case stepSpoof:
			f := append([]byte(nil), frames[n%len(frames)]...)
			if len(f) > 0 {
				f[n/len(frames)%len(f)] ^= what >> 3
			}
			s.feed(f, what&0x80 != 0)
		default:
			k := min(n, len(in))
			s.feed(in[:k], what&0x80 != 0)
			in = in[k:]
		}
	}
	s.lift()
}

// FuzzReceive: any bytes from the network, with any time between and whatever the application does.
func FuzzReceive(f *testing.F) {
	for _, frame := range anyFrames() {
		step := []byte{0x80, byte(len(frame) >> 8), byte(len(frame))}
		f.Add(append(step, frame...))
	}
	for _, seed := range seeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) { besiege(t, in) })
}

// seeds are sieges that make sense: handshakes that the besieger completes, data, and ends of all kinds.
func seeds() (all [][]byte) {
	segment := func(flags byte, data ...byte) []byte {
		return append([]byte{stepSegment, 0, byte(8 + len(data)), flags, 0, 0, 0, 0, 0x40, byte((len(data) + 7) / 8), 0}, data...)
	}
	greet := func(family byte) []byte {
		b := segment(byte(syn))
		b[10] = 2 | family
		return append(append(b, segment(byte(ack))...), stepCall, 0, 4)
	}
	call := func(what, k byte) []byte { return []byte{stepCall, k >> 4, k<<4 | what} }
	for _, then := range [][]byte{
		segment(byte(psh|ack), 1, 2, 3, 4, 5, 6, 7, 8), segment(byte(fin | ack)), segment(byte(rst)),
		call(6, 15), call(8, 0), call(10, 0), call(11, 0), {stepTime, 0xff, 0xff}, {stepLate, 0xff, 0xff},
		call(0, 255), call(1, 255), call(2, 254), call(5, 7), call(13, 3), call(14, 0), {stepLink, 0, 1},
	} {
		for family := range byte(2) {
			all = append(all, append(greet(family), then...), append(append(greet(family), then...), segment(byte(ack))...))
		}
	}
	return all
}

// anyStep draws a step, likely to do something.
var anyStep = rapid.Custom(func(t *rapid.T) []byte {
	what := rapid.SampledFrom([]byte{stepTime, stepCall, stepCall, stepLink, stepSegment, stepSegment, stepLate, stepSpoof, stepSpoof}).Draw(t, "what")
	b := []byte{what | rapid.Byte().Draw(t, "how")&^7, rapid.Byte().Draw(t, "n"), rapid.Byte().Draw(t, "n")}
	if what == stepSegment {
		flags := rapid.SampledFrom([]byte{byte(syn), byte(ack), byte(ack | psh), byte(fin | ack), byte(rst)}).Draw(t, "flags")
		b[1], b[2] = 0, 24
		b = append(b, flags)
		b = append(b, rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0, 0, 0, 1, 2, 0xff}), 23, 23).Draw(t, "segment")...)
	}
	return b
})

// TestSiege: the same with steps that are drawn.
func TestSiege(t *testing.T) {
	for _, seed := range seeds() {
		besiege(t, seed)
	}
	rapid.Check(t, propertySiege)
}

func FuzzSiege(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertySiege)) }

func propertySiege(t *rapid.T) {
	var in []byte
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		in = append(in, anyStep.Draw(t, "step")...)
	}
	besiege(t, in)
}
