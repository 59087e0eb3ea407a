package neighbour

// One packet at most waits for each neighbour, the latest (RFC 1122 2.3.2.2, RFC 4861 7.2.2). A slot belongs to a row
// only as long as a packet is in it.

// Hold returns n bytes of a slot in which a packet for row i may wait, nil if no slot can be had. A packet in that slot
// is lost, and lost says so. An answer to a stranger takes the place of no packet of our own; own packets take that of
// such answers. The packet waits only after Keep.
func (t *Table) Hold(i, n int, own bool) (b []byte, lost bool) {
	s, lost := t.slotFor(i, own)
	if s < 0 || n > t.slot {
		return nil, false
	}
	for j := range t.entries {
		if e := &t.entries[j]; e.waiting != 0 && int(e.slot) == s {
			e.waiting = 0
		}
	}
	t.entries[i].slot = uint16(s)
	return t.memory[s*t.slot:][:n:n], lost
}

// slotFor returns the slot to be used by row i, and whether a packet is in it; -1 for none.
func (t *Table) slotFor(i int, own bool) (s int, taken bool) {
	if e := &t.entries[i]; e.waiting != 0 {
		if e.waitingOwn && !own {
			return -1, false
		}
		return int(e.slot), true
	}
	stolen := -1
	for s := 0; (s+1)*t.slot <= len(t.memory); s++ {
		owner := t.slotOwner(s)
		if owner < 0 {
			return s, false
		}
		if own && !t.entries[owner].waitingOwn {
			stolen = s
		}
	}
	return stolen, stolen >= 0
}

// slotOwner returns the row whose packet is in a slot, -1 for none.
func (t *Table) slotOwner(s int) int {
	for i := range t.entries {
		if e := &t.entries[i]; e.waiting != 0 && int(e.slot) == s {
			return i
		}
	}
	return -1
}

// Keep makes the n bytes that Hold returned last for row i wait.
func (t *Table) Keep(i, n int, own bool) {
	t.entries[i].waiting, t.entries[i].waitingOwn = uint16(n), own
}

// Waiting returns the packet that waits for a neighbour, empty if none does.
func (t *Table) Waiting(i int) []byte {
	e := &t.entries[i]
	return t.memory[int(e.slot)*t.slot:][:e.waiting]
}

// Sent takes the waiting packet away.
func (t *Table) Sent(i int) { t.entries[i].waiting = 0 }

// Holds returns how many packets wait.
func (t *Table) Holds() (n int) {
	for i := range t.entries {
		if t.entries[i].waiting != 0 {
			n++
		}
	}
	return n
}
