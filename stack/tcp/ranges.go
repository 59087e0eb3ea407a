package tcp

// span is the range from lo up to but not including hi.
type span struct{ lo, hi uint32 }

// Ranges is a set of numbers, kept as few ranges. They are sorted and neither overlap nor touch. The zero value is the
// empty set.
type Ranges struct {
	at [MaxRanges]span
	n  int
}

// Len returns the number of ranges.
func (r *Ranges) Len() int { return r.n }

// At returns range i, counted from the lowest: from lo up to but not including hi.
func (r *Ranges) At(i int) (lo, hi uint32) { return r.at[i].lo, r.at[i].hi }

// Add adds the numbers from lo up to but not including hi. It refuses, and changes nothing, if that took more than
// MaxRanges ranges.
func (r *Ranges) Add(lo, hi uint32) bool {
	if lo >= hi {
		return true
	}
	// Ranges i up to but not including j overlap or touch the new one and merge with it.
	i := 0
	for i < r.n && r.at[i].hi < lo {
		i++
	}
	j := i
	for j < r.n && r.at[j].lo <= hi {
		lo, hi = min(lo, r.at[j].lo), max(hi, r.at[j].hi)
		j++
	}
	n := r.n - (j - i) + 1
	if n > MaxRanges {
		return false
	}
	copy(r.at[i+1:n], r.at[j:r.n])
	r.at[i] = span{lo, hi}
	r.n = n
	return true
}

// Drop removes the numbers below n and makes n the new 0.
func (r *Ranges) Drop(n uint32) {
	k := 0
	for k < r.n && r.at[k].hi <= n {
		k++
	}
	r.n = copy(r.at[:], r.at[k:r.n])
	for i := range r.at[:r.n] {
		r.at[i].lo = max(r.at[i].lo, n) - n
		r.at[i].hi -= n
	}
}
