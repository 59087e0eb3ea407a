package tcp

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// octets is RFC 6675 3 by the letter: a flag for each outstanding octet, and the definitions of section 4 written out.
type octets []bool

func (o octets) stretchesAbove(at int) (stretches, bytes int) {
	for i := at + 1; i < len(o); i++ {
		if o[i] {
			bytes++
			if !o[i-1] {
				stretches++
			}
		}
	}
	return stretches, bytes
}

func (o octets) isLost(at, mss int) bool {
	stretches, bytes := o.stretchesAbove(at)
	return stretches >= 3 || bytes > 2*mss
}

func (o octets) pipe(again, mss int) (pipe int) {
	for i, sacked := range o {
		if !sacked && !o.isLost(i, mss) {
			pipe++
		}
		if !sacked && i < again {
			pipe++
		}
	}
	return pipe
}

// stretch returns the first run of octets from at on that are not SACKed.
func (o octets) stretch(at int) (lo, hi int) {
	for lo = at; lo < len(o) && o[lo]; lo++ {
	}
	for hi = lo; hi < len(o) && !o[hi]; hi++ {
	}
	return lo, hi
}

func (o octets) runs() (n int) {
	n, _ = o.stretchesAbove(0)
	return n
}

// TestScoreboardIsRFC6675 compares the scoreboard with the definitions, octet by octet, whatever blocks come.
func TestScoreboardIsRFC6675(t *testing.T) {
	full, untrue := 0, 0
	even := make([]int, 105)
	for i := range even {
		even[i] = i - 5
	}
	anywhere := rapid.SampledFrom(even) // IntRange prefers small numbers
	rapid.Check(t, func(t *rapid.T) {
		una := rapid.SampledFrom([]Seq{0, 1<<31 - 30, 1<<32 - 30}).Draw(t, "una")
		var s scoreboard
		o := make(octets, 6+anywhere.Draw(t, "flight"))
		mss := rapid.IntRange(1, 8).Draw(t, "mss")
		update := func(t *rapid.T, blocks []wire.SACKBlock) {
			news := false
			for _, b := range blocks {
				lo, hi := Seq(b.Left).Sub(una), Seq(b.Right).Sub(una)
				if lo <= 0 || hi <= lo || len(o) < hi {
					untrue++
					continue
				}
				next := append(octets{}, o...)
				for i := lo; i < hi; i++ {
					next[i] = true
				}
				if next.runs() > MaxRanges {
					full++
					continue
				}
				news = news || !slices.Equal(o, next)
				o = next
			}
			require.Equal(t, news, s.update(una, una.Add(len(o)), blocks))
		}
		t.Repeat(map[string]func(*rapid.T){
			"update": func(t *rapid.T) {
				var blocks []wire.SACKBlock
				for range rapid.IntRange(1, wire.MaxSACKBlocks).Draw(t, "blocks") {
					lo := anywhere.Draw(t, "lo") % (len(o) + 5)
					hi := rapid.IntRange(lo-2, lo+6).Draw(t, "hi")
					blocks = append(blocks, wire.SACKBlock{Left: uint32(una.Add(lo)), Right: uint32(una.Add(hi))})
				}
				update(t, blocks)
			},
			"comb": func(t *rapid.T) {
				var blocks []wire.SACKBlock
				for lo := rapid.IntRange(1, 9).Draw(t, "lo"); lo < len(o); lo += 7 {
					blocks = append(blocks, wire.SACKBlock{Left: uint32(una.Add(lo)), Right: uint32(una.Add(lo + 1))})
				}
				update(t, blocks)
			},
			"send": func(t *rapid.T) { o = append(o, make(octets, rapid.IntRange(0, 9).Draw(t, "n"))...) },
			"advance": func(t *rapid.T) {
				n := rapid.IntRange(0, min(len(o)-1, 9)).Draw(t, "n")
				s.advance(n)
				una, o = una.Add(n), o[n:]
				if o[0] { // the peer takes back what it said
					clear(o)
				}
			},
			"": func(t *rapid.T) {
				again := rapid.IntRange(0, len(o)).Draw(t, "again")
				require.Equal(t, o.pipe(again, mss), s.pipe(len(o), again, mss), "SetPipe")
				top, last := 0, block{}
				for i, sacked := range o {
					if sacked {
						top = i + 1
						continue
					}
					require.Equal(t, o.isLost(i, mss), s.lost(i, mss), "IsLost(%d)", i)
					if last.hi != Seq(i) || i == 0 {
						last.lo = Seq(i)
					}
					last.hi = Seq(i + 1)
				}
				require.Equal(t, top, s.top())
				lo, hi := s.lastHole(len(o))
				require.Equal(t, last, block{Seq(lo), Seq(hi)}, "the last stretch that has not arrived")
				from := rapid.IntRange(0, len(o)).Draw(t, "from")
				wantLo, wantHi := o.stretch(from)
				lo, hi = s.hole(from, len(o))
				require.Equal(t, []int{wantLo, wantHi}, []int{lo, hi}, "the first stretch from %d", from)
			},
		})
	})
	require.NotZero(t, full, "in all these runs it was never full")
	require.NotZero(t, untrue)
}
