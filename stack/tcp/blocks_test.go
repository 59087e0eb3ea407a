package tcp

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// model is the bitmap of what has come, with the order in which its runs changed: a run is known by any number in it.
type model struct {
	has    [64]bool
	recent []int // one number of each run, that of the run that changed last first
}

// run returns the run that at is in.
func (m *model) run(at int) (lo, hi int) {
	for lo = at; lo > 0 && m.has[lo-1]; lo-- {
	}
	for hi = at; hi < len(m.has) && m.has[hi]; hi++ {
	}
	return lo, hi
}

func (m *model) add(lo, hi int) model {
	next := model{has: m.has, recent: []int{lo}}
	for i := lo; i < hi; i++ {
		next.has[i] = true
	}
	lo, hi = next.run(lo)
	for _, at := range m.recent {
		if at < lo || hi <= at {
			next.recent = append(next.recent, at)
		}
	}
	return next
}

// TestBlocksAreABitmap, at the start, the sign and the wrap of the sequence space.
func TestBlocksAreABitmap(t *testing.T) { rapid.Check(t, propertyBlocksAreABitmap) }

func FuzzBlocksAreABitmap(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyBlocksAreABitmap)) }

func propertyBlocksAreABitmap(t *rapid.T) {
	base := rapid.SampledFrom([]Seq{0, 1<<31 - 30, 1<<32 - 30}).Draw(t, "base")
	var b blocks
	var m model
	first := 0 // what is before it has been taken
	t.Repeat(map[string]func(*rapid.T){
		"add": func(t *rapid.T) {
			if first == len(m.has) {
				t.Skip("all is taken")
			}
			lo := rapid.IntRange(first, len(m.has)-1).Draw(t, "lo")
			hi := rapid.IntRange(lo+1, min(lo+6, len(m.has))).Draw(t, "hi")
			next := m.add(lo, hi)
			fits := len(next.recent) <= MaxRanges
			require.Equal(t, fits, b.add(base.Add(lo), base.Add(hi)), "refused exactly if there is no room")
			if fits {
				m = next
			}
		},
		"take": func(t *rapid.T) {
			nxt := rapid.IntRange(first, min(first+5, len(m.has))).Draw(t, "next")
			got := b.take(base.Add(nxt))
			for nxt < len(m.has) && m.has[nxt] {
				nxt++
			}
			require.Equal(t, base.Add(nxt), got)
			m.recent = slices.DeleteFunc(m.recent, func(at int) bool { return at < nxt })
			for i := range nxt {
				m.has[i] = false
			}
			first = nxt
		},
		"look": func(t *rapid.T) {
			from := rapid.IntRange(0, len(m.has)).Draw(t, "from")
			end := rapid.IntRange(from, len(m.has)).Draw(t, "end")
			stretch := func(of bool) block {
				lo := from
				for lo < end && m.has[lo] != of {
					lo++
				}
				hi := lo
				for hi < end && m.has[hi] == of {
					hi++
				}
				return block{base.Add(lo), base.Add(hi)}
			}
			require.Equal(t, stretch(false), b.missing(base.Add(from), base.Add(end)), "missing")
			require.Equal(t, stretch(true), b.held(base.Add(from), base.Add(end)), "held")
		},
		"": func(t *rapid.T) {
			want, end := []block{}, base.Add(first)
			for _, at := range m.recent {
				lo, hi := m.run(at)
				want = append(want, block{base.Add(lo), base.Add(hi)})
				end = latest(end, base.Add(hi))
			}
			require.Equal(t, want, append([]block{}, b.all()...), "the one that changed last is first")
			require.Equal(t, end, b.end(base.Add(first)))
		},
	})
}
