package tcp

// block is a stretch of the sequence space: from lo up to but not including hi.
type block struct{ lo, hi Seq }

// blocks is the text that has come out of order and waits for what is missing before it. The block that changed last
// stands first, so this is the list that SACK reports from, in the order in which RFC 2018 4 wants it. Blocks neither
// overlap nor touch. The zero value is empty.
type blocks struct {
	at [MaxRanges]block
	n  uint8
}

// all returns the blocks, the one that changed last first.
func (b *blocks) all() []block { return b.at[:b.n] }

// add adds what lies from lo up to but not including hi, which is not empty, and puts the block that it belongs to
// first. It refuses, and changes nothing, if that took more than MaxRanges blocks.
func (b *blocks) add(lo, hi Seq) bool {
	// As no two blocks touch, one that the new one merges with does not bring another into reach.
	rest := 0
	for _, x := range b.all() {
		if x.lo.LessEq(hi) && lo.LessEq(x.hi) {
			lo, hi = earliest(lo, x.lo), latest(hi, x.hi)
			continue
		}
		b.at[rest] = x
		rest++
	}
	if rest == MaxRanges {
		return false
	}
	copy(b.at[1:rest+1], b.at[:rest])
	b.at[0] = block{lo, hi}
	b.n = uint8(rest + 1)
	return true
}

// take removes the block that everything before nxt makes contiguous, and those before it. It returns the first
// sequence number that is missing.
func (b *blocks) take(nxt Seq) Seq {
	end, rest := nxt, 0
	for _, x := range b.all() {
		if x.lo.LessEq(nxt) {
			end = latest(end, x.hi)
			continue
		}
		b.at[rest] = x
		rest++
	}
	b.n = uint8(rest)
	return end
}

// missing returns the first stretch of from up to end that is in no block; it is empty, at end, if all is there.
func (b *blocks) missing(from, end Seq) (gap block) {
	for _, x := range b.all() {
		if x.lo.LessEq(from) && from.Less(x.hi) {
			from = x.hi // as no two blocks touch, this is in none
			break
		}
	}
	if !from.Less(end) {
		return block{end, end}
	}
	for _, x := range b.all() {
		if from.Less(x.lo) {
			end = earliest(end, x.lo)
		}
	}
	return block{from, end}
}

// held returns the first stretch of from up to end that is in a block; it is empty, at end, if nothing is there.
func (b *blocks) held(from, end Seq) (dup block) {
	dup = block{end, end}
	for _, x := range b.all() {
		if lo := latest(x.lo, from); lo.Less(dup.lo) && lo.Less(x.hi) {
			dup = block{lo, earliest(x.hi, end)}
		}
	}
	return dup
}

// end returns the end of the last block, or nxt if there is none.
func (b *blocks) end(nxt Seq) Seq {
	for _, x := range b.all() {
		nxt = latest(nxt, x.hi)
	}
	return nxt
}
