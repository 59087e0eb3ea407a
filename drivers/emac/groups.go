package emac

import "math/bits"

// groups are the group addresses that are received: in the filter's slots from 1 on, which compare in full, and those for
// which there is no slot by the bin of the hash table in which they lie, with all others that lie there too.
type groups struct {
	slots [AddrSlots - 1]group
	bins  [64]uint16 // groups without a slot, by bin
}

type group struct {
	address [6]byte
	users   uint16
}

// slot is the slot of an address, -1 if it has none. With address nil: one that is free.
func (g *groups) slot(address *[6]byte) int {
	for i := range g.slots {
		if s := &g.slots[i]; address == nil && s.users == 0 || address != nil && s.users > 0 && s.address == *address {
			return i
		}
	}
	return -1
}

// Join lets frames to a group address pass, and perhaps others: who receives looks at the address. It is counted: each
// Join has its Leave.
func (d *Driver) Join(address [6]byte) {
	g := &d.groups
	i := g.slot(&address)
	if i < 0 {
		if i = g.slot(nil); i >= 0 {
			g.slots[i].address = address
		}
	}
	if i >= 0 {
		g.slots[i].users++
	} else {
		g.bins[bin(&address)]++
	}
	if d.state != Resetting {
		d.writeGroups()
	}
}

// Leave takes a Join back.
func (d *Driver) Leave(address [6]byte) {
	g := &d.groups
	if i := g.slot(&address); i >= 0 {
		g.slots[i].users--
	} else if n := &g.bins[bin(&address)]; *n > 0 {
		*n--
	}
	if d.state != Resetting {
		d.writeGroups()
	}
}

// bin is the bin of the hash table in which an address lies: the upper six bits of the FCS over it, the last one first.
func bin(address *[6]byte) uint32 {
	const polynomial = 0xedb88320
	crc := ^uint32(0)
	for _, b := range address {
		crc ^= uint32(b)
		for range 8 {
			crc = crc>>1 ^ polynomial&-(crc&1)
		}
	}
	return bits.Reverse32(^crc) >> 26
}

// writeGroups puts the filter's slots, bins and modes into the registers.
func (d *Driver) writeGroups() {
	for i := range d.groups.slots {
		s := &d.groups.slots[i]
		a := &s.address
		at := uint32(Addr0High + 8*(i+1))
		high := uint32(0)
		if s.users > 0 {
			high = AddrAE | uint32(a[4]) | uint32(a[5])<<8
		}
		d.bus.Write(at, high)
		d.bus.Write(at+4, uint32(a[0])|uint32(a[1])<<8|uint32(a[2])<<16|uint32(a[3])<<24)
	}
	table := uint64(0)
	for i, n := range d.groups.bins {
		if n > 0 {
			table |= 1 << i
		}
	}
	d.bus.Write(HashTableHigh, uint32(table>>32))
	d.bus.Write(HashTableLow, uint32(table))
	filter := uint32(0)
	if table != 0 {
		filter |= FilterHMC | FilterHPF
	}
	if d.config.Promiscuous {
		filter |= FilterPR
	}
	d.bus.Write(MACFrameFilter, filter)
}
