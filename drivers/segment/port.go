package segment

import "fmt"

// Port is where a host is plugged in: a stack's device.
type Port struct {
	segment *Segment
	number  int
	tx, rx  path
	out     fifo   // sent, and not taken by Poll yet
	in      fifo   // arrived, for the host
	held    *frame // reserved
	lent    *frame // received
}

// Receive lends the next frame that has arrived, nil if there is none. It stays until Release.
func (p *Port) Receive() []byte {
	if p.lent == nil {
		p.lent = p.in.pop()
	}
	if p.lent == nil {
		return nil
	}
	return p.lent.bytes
}

// Release takes the frame of the last Receive back.
func (p *Port) Release() {
	if p.lent != nil {
		p.segment.frames.free(p.lent)
		p.lent = nil
	}
}

// Reserve returns a transmit buffer of n bytes, nil if the port has no room, or n is more than MaxFrame.
func (p *Port) Reserve(n int) []byte {
	if n > p.segment.cfg.MaxFrame || p.out.full() {
		return nil
	}
	if p.held == nil {
		p.held = p.segment.frames.take()
	}
	if p.held == nil {
		return nil
	}
	p.held.bytes = p.held.bytes[:n]
	return p.held.bytes[:n:n]
}

// Send hands over the first n bytes of the reserved buffer. The segment takes them at its next Poll.
func (p *Port) Send(n int) {
	f := p.held
	if f == nil || n > len(f.bytes) {
		return // without a reservation there is nothing to be sent
	}
	p.held = nil
	f.bytes = f.bytes[:n]
	p.out.push(f)
}

// Waiting returns how many frames have arrived and were not released.
func (p *Port) Waiting() int {
	n := p.in.count
	if p.lent != nil {
		n++
	}
	return n
}

// SetPaths changes what becomes of the frames that enter the port's paths from now on; those on their way keep their fate.
// An error names what is wrong with p.
func (p *Port) SetPaths(paths Paths) error {
	for _, d := range [...]struct {
		name string
		cfg  *Path
	}{{"Tx", &paths.Tx}, {"Rx", &paths.Rx}} {
		if err := d.cfg.complete(); err != nil {
			return fmt.Errorf("segment: port %d: %s: %w", p.number, d.name, err)
		}
	}
	p.tx.set(&paths.Tx)
	p.rx.set(&paths.Rx)
	return nil
}

// Unsent returns how many frames the host has sent that no Poll has taken yet.
func (p *Port) Unsent() int { return p.out.count }

// Stats tells what has befallen the frames of both directions.
func (p *Port) Stats() (tx, rx Stats) { return p.tx.stats, p.rx.stats }

// arrive ends a frame's way at the port's host.
func (p *Port) arrive(f *frame) {
	if p.in.full() {
		p.rx.stats.PortFull++
		p.segment.frames.free(f)
		return
	}
	p.in.push(f)
}
