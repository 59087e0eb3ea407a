package reassembly

// headRoom is what a row has room for before the data: a header as it was received. That of IPv4 has 60 bytes at most; of
// IPv6 it is everything up to the end of the fragment header.
const headRoom = 128

// Where a fragment begins and ends is kept in units of 8 bytes, as the headers have it.
const unit = 8

// MinMemory is the least memory of a row: it takes a datagram of 1500 bytes with its header (RFC 8200 5 asks for that,
// RFC 1122 3.3.2 for 576). MaxMemory is what a row can use: it takes any datagram.
const (
	MinMemory = headRoom + 1480 + 2*24
	MaxMemory = headRoom + 1<<16 + 2*1024
)

// slot is the memory of one row.
type slot struct {
	all     []byte // room for the header, and the data
	arrived bits   // the units of data that have arrived
	begins  bits   // those with which a fragment begins
}

// roomIn returns how many bytes of data a row with so much memory takes.
func roomIn(memory int) int {
	if memory >= MaxMemory {
		return 1 << 16
	}
	// Each 64 bytes of data have a byte in each of the two sets.
	left := max(memory-headRoom, 0)
	room := left / 66 * 64
	if rest := left%66 - 2; rest > 0 {
		room += rest / unit * unit
	}
	return room
}

func (t *Table) slot(i int) slot {
	n := len(t.memory) / len(t.entries)
	b := t.memory[i*n:][:n]
	sets, k := b[headRoom+t.room:], (t.room+63)/64
	return slot{all: b[:headRoom+t.room], arrived: bits(sets[:k]), begins: bits(sets[k:][:k])}
}

// bits is a set of small numbers.
type bits []byte

func (b bits) has(i int) bool { return b[i/8]>>(i%8)&1 != 0 }

func (b bits) add(i int) { b[i/8] |= 1 << (i % 8) }

// count returns how many of the numbers from lo up to but not including hi are in the set.
func (b bits) count(lo, hi int) (n int) {
	for i := lo; i < hi; i++ {
		if b.has(i) {
			n++
		}
	}
	return n
}
