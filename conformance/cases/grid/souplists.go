package grid

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/cases/oracle"
)

// item is an option in a list: its bytes, and the language's words for them.
type item struct {
	slug, words string
	bytes       []byte
}

// list is the options of a segment.
type list struct {
	slug, title string
	words       string
	bytes       []byte
}

// on is a segment with the list.
func (l list) on(p build.Packet) build.Packet { return optional(p, l.words) }

// maxList is what a header of fifteen words has for options.
const maxList = 40

var (
	itemEnd   = item{"end", "eol", []byte{oracle.EndOfOptions}}
	itemNop   = item{"nop", "nop", []byte{oracle.NoOperation}}
	itemSize  = item{"size", "mss 400", []byte{oracle.SegmentSize, 4, soupSize >> 8, soupSize & 0xff}}
	itemScale = item{"scale", "wscale 2", []byte{oracle.WindowScale, 3, soupShift}}
	itemSACK  = item{"sack-ok", "sackOK", []byte{oracle.SACKPermitted, 2}}
	itemTimes = item{"times", "TS val 100 ecr 0", []byte{oracle.Timestamps, 10, 0, 0, 0, 100, 0, 0, 0, 0}}
	// itemBlock says what nobody believes: nothing that has been sent lies there.
	itemBlock = raw("block", []byte{oracle.SACKBlocks, 10, 0, 0, 0, 1, 0, 0, 0, 2})
	ofSYN     = []item{itemSize, itemScale, itemSACK, itemTimes}
	known     = []item{itemSize, itemScale, itemSACK, itemTimes, itemBlock}
	// strangers are kinds that no stack is likely to know: unassigned, reserved for others, of experiments (RFC 6994).
	strangers = []byte{31, 69, 253, 254}
)

// raw is an option, or the beginning of one, by its bytes.
func raw(slug string, b []byte) item {
	if len(b) == 1 { // the language wants a byte behind the kind: a no-operation goes first
		b = []byte{oracle.NoOperation, b[0]}
	}
	return item{slug, fmt.Sprintf("opt %d %s", b[0], hex.EncodeToString(b[1:])), b}
}

// stranger is an unknown option of n bytes.
func stranger(kind byte, n int) item {
	b := make([]byte, n)
	b[0], b[1] = kind, byte(n)
	for i := 2; i < n; i++ {
		b[i] = byte(i) // what would be options, were the length not obeyed
	}
	return raw(fmt.Sprintf("kind-%d-of-%d", kind, n), b)
}

// nops are n no-operations.
func nops(n int) (items []item) {
	for range n {
		items = append(items, itemNop)
	}
	return items
}

// listOf is a list of options, padded with zeros to whole words as the language does.
func listOf(slug, title string, items ...item) list {
	l := list{slug: slug, title: title}
	var words []string
	for _, x := range items {
		words = append(words, x.words)
		l.bytes = append(l.bytes, x.bytes...)
	}
	l.words = strings.Join(words, ", ")
	for len(l.bytes)%4 != 0 {
		l.bytes = append(l.bytes, oracle.EndOfOptions)
	}
	if len(l.bytes) > maxList {
		panic(fmt.Sprintf("grid: %d bytes of options in %s", len(l.bytes), slug))
	}
	return l
}

// named are the slugs of options, joined.
func named(items []item) string {
	var s []string
	for _, x := range items {
		s = append(s, x.slug)
	}
	return strings.Join(s, "-")
}

// lengths are lists of each length from 0 to 40, last an option that must be found behind all others.
func lengths(last item) (all []list) {
	for n := range maxList + 1 {
		title := fmt.Sprintf("a list of %d bytes", n)
		fill := n - len(last.bytes)
		if fill < 0 {
			all = append(all, listOf(fmt.Sprintf("length-%d", n), title+", no-operations alone", nops(n)...))
			continue
		}
		all = append(all, listOf(fmt.Sprintf("length-%d-of-nops", n), title+", no-operations and an option", append(nops(fill), last)...))
		if fill >= 2 {
			x := stranger(strangers[n%len(strangers)], fill)
			all = append(all, listOf(fmt.Sprintf("length-%d-%s", n, x.slug), title+", an unknown option and a known one", x, last))
		}
	}
	return all
}

// kinds are all that no table of the oracle has, one in four of them, each with another length, before an option that must
// be found behind it.
func kinds(quarter int, last item) (all []list) {
	for kind := 6 + quarter; kind < 256; kind += 4 {
		if kind == oracle.Timestamps {
			continue
		}
		n := 2 + kind/4%(maxList-len(last.bytes)-1)
		x := stranger(byte(kind), n)
		all = append(all, listOf("any-"+x.slug, fmt.Sprintf("option %d, of %d bytes", kind, n), x, last))
	}
	return all
}

// orders are all orders of all subsets of the options of a SYN. What stands between them goes round.
func orders() (all []list) {
	between := []item{{}, itemNop, stranger(strangers[1], 3)}
	for subset := 1; subset < 1<<len(ofSYN); subset++ {
		var some []item
		for i, x := range ofSYN {
			if subset>>i&1 == 1 {
				some = append(some, x)
			}
		}
		for k, p := range permutations(len(some)) {
			var ordered, items []item
			for _, i := range p {
				ordered = append(ordered, some[i])
				if sep := between[(k+subset)%len(between)]; sep.bytes != nil {
					items = append(items, sep)
				}
				items = append(items, some[i])
			}
			all = append(all, listOf("order-"+named(ordered), "options in one of their orders", items...))
		}
	}
	return all
}

// repeated are options that stand there twice, with the same data, beside another: for each pair, in the three orders.
func repeated() (all []list) {
	for _, x := range ofSYN {
		for _, y := range known {
			for i, items := range [][]item{{x, x, y}, {x, y, x}, {y, x, x}} {
				if x.slug != y.slug || i == 0 {
					all = append(all, listOf("again-"+named(items), "an option that is there again", items...))
				}
			}
		}
	}
	return all
}

// ended are lists with an end and something behind it that is not read: an option, or what would be illegal.
func ended() (all []list) {
	unread := append([]item{raw("illegal", []byte{253, 0, 253, 1, 2, 255})}, ofSYN...)
	for _, x := range ofSYN {
		for _, y := range unread {
			all = append(all, listOf("end-"+x.slug+"-"+y.slug, "an option, the end, and something behind it", x, itemEnd, y))
		}
	}
	return all
}

// Whole words before what is illegal: an option that must not count then, and timestamps, without which a segment of a
// connection that uses them would not be looked at.
var (
	soupPermit = []item{itemSACK, itemNop, itemNop}
	soupStamp  = []item{itemNop, itemNop, itemTimes}
)

// behind are options with others in front of them, and how many bytes those have.
func behind(front []item, more ...item) (items []item, n int) {
	for _, x := range front {
		n += len(x.bytes)
	}
	return append(slices.Clip(front), more...), n
}

// wrong are options with each of these lengths in a list that is full: every kind that is known, and the strangers.
func wrong(front []item, values ...byte) (all []list) {
	_, used := behind(front)
	for _, kind := range append([]byte{2, 3, 4, 5, 8}, strangers...) {
		for _, n := range values {
			if kind == oracle.Timestamps && n == 10 {
				continue // its numbers would have to be those of the connection
			}
			b := slices.Repeat([]byte{oracle.NoOperation}, maxList-used)
			b[0], b[1] = kind, n
			x := raw(fmt.Sprintf("kind-%d-of-%d", kind, n), b)
			items, _ := behind(front, x)
			all = append(all, listOf("says-"+x.slug, fmt.Sprintf("option %d says that it has %d bytes", kind, n), items...))
		}
	}
	return all
}

// truncated are options of which the last bytes would lie beyond the header.
func truncated(front []item) (all []list) {
	whole := slices.Clip(known)
	for _, kind := range strangers {
		whole = append(whole, stranger(kind, 6))
	}
	for _, x := range whole {
		for n := 1; n < len(x.bytes); n++ {
			cut := raw("", x.bytes[:n])
			items, _ := behind(front, append(nops((4-len(cut.bytes)%4)%4), cut)...)
			all = append(all, listOf(fmt.Sprintf("cut-%s-to-%d", x.slug, n), fmt.Sprintf("only %d bytes of an option are there", n), items...))
		}
	}
	return all
}

// pairs are two options, of which only timestamps count in a segment without SYN.
func pairs() (all []list) {
	for i, x := range known {
		for _, y := range known[i:] {
			if x.slug != y.slug {
				all = append(all, listOf("pair-"+named([]item{x, y}), "options that are known", x, y))
			}
		}
	}
	return all
}

// join is one list of lists.
func join(parts ...[]list) (all []list) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// The lists in each place. Everything in every place would be too much: each sort of list is there in full once, and each
// place has some of each sort, so that pairs of sort and place are complete, triples with the kind or length are not.
func listsOfSYN() []list {
	return join(lengths(itemSize), kinds(0, itemSize), kinds(1, itemTimes), orders(), repeated(), ended(), truncated(soupPermit),
		wrong(soupPermit, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 18, 26, 34, 35, 36, 37, 38, 255))
}

func listsOfAnswer() []list {
	return join(lengths(itemTimes), kinds(2, itemScale), orders(), ended(), truncated(soupPermit), wrong(soupPermit, 0, 1, 2, 3, 36, 37, 255))
}

func listsOfSegment() []list {
	return join(lengths(itemTimes), kinds(3, itemTimes), pairs(), truncated(soupStamp), wrong(soupStamp, 0, 1, 28, 29))
}
