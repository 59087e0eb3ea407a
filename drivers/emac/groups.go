package emac

// groups are the group addresses that are received, in the filter's slots from 1 on. Those for which there is no slot let
// all groups pass.
type groups struct {
	slots [AddrSlots - 1]group
	extra int // joined, and without a slot
}

type group struct {
	address [6]byte
	users   uint8
}

// Join lets frames to a group address pass. It is counted: each Join has its Leave.
func (d *Driver) Join(address [6]byte) {
	free := -1
	for i := range d.groups.slots {
		s := &d.groups.slots[i]
		if s.users > 0 && s.address == address {
			s.users++
			return
		}
		if s.users == 0 && free < 0 {
			free = i
		}
	}
	if free < 0 {
		d.groups.extra++
	} else {
		d.groups.slots[free].address = address
		d.groups.slots[free].users = 1
	}
	if d.state != Resetting {
		d.writeGroups()
	}
}

// Leave takes a Join back.
func (d *Driver) Leave(address [6]byte) {
	found := false
	for i := range d.groups.slots {
		if s := &d.groups.slots[i]; s.users > 0 && s.address == address {
			s.users--
			found = true
		}
	}
	if !found && d.groups.extra > 0 {
		d.groups.extra--
	}
	if d.state != Resetting {
		d.writeGroups()
	}
}

// writeGroups puts the filter's slots and modes into the registers.
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
	filter := uint32(0)
	if d.groups.extra > 0 {
		filter |= FilterPM
	}
	if d.config.Promiscuous {
		filter |= FilterPR
	}
	d.bus.Write(MACFrameFilter, filter)
}
