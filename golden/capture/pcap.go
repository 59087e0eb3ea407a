package capture

import "time"

// pcap is the older format (draft-ietf-opsawg-pcap): a header and records.
type pcap struct {
	link    Link
	unit    time.Duration // of the second half of a time stamp
	swapped byte          // how the two lengths of a record lie
	fcs     int           // bytes of check sequence at the end of each frame
}

// How old files have the lengths of a record: as libpcap tells it, those before version 2.3 have the length on the wire
// first, and those of 2.3 have either.
const (
	inOrder = iota
	maybeSwapped
	wasSwapped
)

const (
	pcapHeader   = 24
	recordHeader = 16
)

// newPcap reads the header of the file.
func newPcap(r *Reader, nano bool) (*pcap, error) {
	b, err := r.bytes(pcapHeader, "the file's header")
	if err != nil {
		return nil, err
	}
	major, minor := r.order.Uint16(b[4:]), r.order.Uint16(b[6:])
	if major != 2 {
		return nil, r.refuse("pcap version %d.%d, want 2", major, minor)
	}
	p := &pcap{unit: time.Microsecond}
	if nano {
		p.unit = time.Nanosecond
	}
	switch {
	case minor < 3:
		p.swapped = wasSwapped
	case minor == 3:
		p.swapped = maybeSwapped
	}
	network := r.order.Uint32(b[20:])
	p.link = Link(network & 0xffff)
	if network&(1<<26) != 0 { // the f bit: the top four are the length of the FCS in 16-bit words
		p.fcs = int(network>>28) * 2
	}
	return p, nil
}

func (p *pcap) next(r *Reader) error {
	if err := r.begin(); err != nil {
		return err
	}
	h, err := r.bytes(recordHeader, "a record's header")
	if err != nil {
		return err
	}
	sec, frac := r.order.Uint32(h), r.order.Uint32(h[4:])
	have, wire := r.order.Uint32(h[8:]), r.order.Uint32(h[12:])
	if p.swapped == wasSwapped || p.swapped == maybeSwapped && have > wire {
		have, wire = wire, have
	}
	switch {
	case have > MaxFrame:
		return r.refuse("a record of %d bytes, at most %d", have, MaxFrame)
	case have > wire:
		return r.refuse("a record of %d bytes, of a frame that had %d", have, wire)
	case time.Duration(frac) >= time.Second/p.unit:
		return r.refuse("a time stamp with %d parts of a second, which has %d", frac, time.Second/p.unit)
	case wire > 1<<30:
		return r.refuse("a frame that had %d bytes, at most %d", wire, 1<<30)
	}
	r.frame.Link = p.link
	r.frame.Time = time.Duration(sec)*time.Second + time.Duration(frac)*p.unit
	if r.frame.Data, err = r.bytes(int(have), "a record"); err != nil {
		return err
	}
	r.frame.Length = int(wire)
	r.frame.dropFCS(p.fcs)
	return nil
}
