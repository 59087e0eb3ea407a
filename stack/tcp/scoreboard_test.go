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

// boardSights counts updates for which there was no room, and those that told what cannot be.
type boardSights struct{ full, untrue int }

// boardModel is a scoreboard beside what is known of each octet.
type boardModel struct {
	scoreboard
	first Seq
	now   tick
	o     octets
	at    []tick
	again []bool
	seen  *boardSights
}

// send sends n octets from lo on, anew or again.
func (m *boardModel) send(lo, n int) {
	for i := lo; i < lo+n; i++ {
		if i == len(m.o) {
			m.o, m.at, m.again = append(m.o, false), append(m.at, m.now), append(m.again, false)
			continue
		}
		m.at[i], m.again[i] = m.now, true
	}
	if n > 0 {
		m.sent(m.first.Add(lo), m.first.Add(lo+n), m.now)
	}
}

// sack tells that the octets from lo up to but not including hi have arrived.
func (m *boardModel) sack(t *rapid.T, lo, hi int) {
	news := m.update([]wire.SACKBlock{{Left: uint32(m.first.Add(lo)), Right: uint32(m.first.Add(hi))}})
	if lo <= 0 || hi <= lo || len(m.o) < hi {
		require.False(t, news)
		m.seen.untrue++
		return
	}
	next := slices.Clone(m.o)
	for i := lo; i < hi; i++ {
		next[i] = true
	}
	if !news && !slices.Equal(m.o, next) {
		require.Greater(t, m.n, maxRuns-2, "there was room")
		m.seen.full++
		return
	}
	require.Equal(t, news, !slices.Equal(m.o, next))
	m.o = next
}

// acknowledge takes the first n octets away.
func (m *boardModel) acknowledge(n int) {
	m.first = m.first.Add(n)
	m.rack.now = m.now
	m.advance(m.first)
	m.o, m.at, m.again = m.o[n:], m.at[n:], m.again[n:]
	if m.o[0] { // the peer takes back what it said
		clear(m.o)
	}
}

// anywhere draws from -5 to 99, all as likely: IntRange prefers small numbers.
var anywhere = func() *rapid.Generator[int] {
	even := make([]int, 105)
	for i := range even {
		even[i] = i - 5
	}
	return rapid.SampledFrom(even)
}()

// TestScoreboard compares the scoreboard with the definitions of RFC 6675 4, octet by octet, whatever blocks come; and no octet
// counts as sent earlier than it was, nor does one of which the times are in order tell of a shorter time under way.
func TestScoreboard(t *testing.T) {
	var seen boardSights
	rapid.Check(t, seen.propertyScoreboard)
	require.NotZero(t, seen.full, "in all these runs it was never full")
	require.NotZero(t, seen.untrue)
}

func FuzzScoreboard(f *testing.F) { f.Fuzz(rapid.MakeFuzz(new(boardSights).propertyScoreboard)) }

func (seen *boardSights) propertyScoreboard(t *rapid.T) {
	m := &boardModel{seen: seen, first: rapid.SampledFrom([]Seq{0, 1<<31 - 30, 1<<32 - 30}).Draw(t, "una")}
	m.init(m.first)
	m.now = rapid.SampledFrom([]tick{5, 1<<31 - 30, 1<<32 - 30}).Draw(t, "now")
	m.send(0, 6+anywhere.Draw(t, "flight"))
	mss := rapid.IntRange(1, 8).Draw(t, "mss")
	t.Repeat(map[string]func(*rapid.T){
		"update": func(t *rapid.T) {
			lo := anywhere.Draw(t, "lo") % (len(m.o) + 5)
			m.sack(t, lo, rapid.IntRange(lo-2, lo+6).Draw(t, "hi"))
		},
		"comb": func(t *rapid.T) {
			for lo := rapid.IntRange(1, 9).Draw(t, "lo"); lo < len(m.o); lo += 5 {
				m.sack(t, lo, lo+1)
			}
		},
		"send": func(t *rapid.T) { m.send(len(m.o), rapid.IntRange(0, 9).Draw(t, "n")) },
		"wait": func(t *rapid.T) { m.now += tick(rapid.IntRange(1, 9).Draw(t, "wait")) },
		"again": func(t *rapid.T) {
			lo, hi := m.o.stretch(rapid.IntRange(0, len(m.o)-1).Draw(t, "from"))
			m.send(lo, min(hi-lo, rapid.IntRange(0, 9).Draw(t, "n")))
		},
		"lose":    func(t *rapid.T) { m.detect(m.now, 0) },
		"advance": func(t *rapid.T) { m.acknowledge(rapid.IntRange(0, min(len(m.o)-1, 9)).Draw(t, "n")) },
		"": func(t *rapid.T) {
			for i := range m.o {
				if m.n == maxRuns && m.o[i] && m.scoreboard.at[m.find(m.first.Add(i))].is&runSacked == 0 {
					m.o[i] = false // it had to be forgotten
				}
			}
			checkRuns(t, &m.scoreboard, m.o, m.at, m.again)
			checkRFC6675(t, &m.scoreboard, m.o, mss)
		},
	})
}

// checkRuns compares the runs with what is known of each octet.
func checkRuns(t *rapid.T, s *scoreboard, o octets, at []tick, again []bool) {
	require.Equal(t, len(o), s.top().Sub(s.una))
	sacked, lost := 0, 0
	for i := range o {
		x := &s.at[s.find(s.una.Add(i))]
		require.Equal(t, o[i], x.is&runSacked != 0, "octet %d", i)
		sacked += btoi(o[i])
		lost += btoi(x.is&runLost != 0)
		require.False(t, x.at.before(at[i]), "octet %d was sent later", i)
		if x.is&runMixed == 0 {
			require.False(t, at[i].before(x.at-tick(x.spread)), "octet %d was sent earlier", i)
			require.True(t, x.is&runAgain != 0 || !again[i], "octet %d was sent more than once", i)
		}
	}
	require.Equal(t, []int{sacked, lost}, []int{s.sacked, s.lost})
}

// checkRFC6675 compares what section 4 asks.
func checkRFC6675(t *rapid.T, s *scoreboard, o octets, mss int) {
	again := rapid.IntRange(0, len(o)).Draw(t, "again")
	require.Equal(t, o.pipe(again, mss), s.pipe(len(o), again, mss), "SetPipe")
	top, last := 0, block{}
	for i, sacked := range o {
		if sacked {
			top = i + 1
			continue
		}
		require.Equal(t, o.isLost(i, mss), s.lostBehind(i, mss), "IsLost(%d)", i)
		if last.hi != Seq(i) || i == 0 {
			last.lo = Seq(i)
		}
		last.hi = Seq(i + 1)
	}
	require.Equal(t, top, s.sackedTop())
	lo, hi := s.lastHole(len(o))
	require.Equal(t, last, block{Seq(lo), Seq(hi)}, "the last stretch that has not arrived")
	from := rapid.IntRange(0, len(o)).Draw(t, "from")
	wantLo, wantHi := o.stretch(from)
	lo, hi = s.hole(from, len(o))
	require.Equal(t, []int{wantLo, wantHi}, []int{lo, hi}, "the first stretch from %d", from)
}
