package segment

import (
	"math/bits"
	"math/rand/v2"
	"time"
)

// Stats counts the frames of a path. When nothing is on the way any more, Entered + Duplicated = Left + Lost +
// QueueFull: Left have come to its end. NoBuffer counts copies that never were: of a duplicate, or of a frame for
// several ports.
type Stats struct {
	Entered, Left        uint64
	Bytes                uint64 // of those that left
	Lost, QueueFull      uint64 // by chance; because too much waited for the line
	Duplicated, HeldBack uint64
	Reordered            uint64 // arrived behind one that was sent later
	Corrupted            uint64
	NoBuffer             uint64 // all Buffers were taken
	PortFull             uint64 // left, but too many waited for the host already
	TooLong              uint64 // a device of a [Live] gave more than MaxFrame bytes; it did not enter
}

// path is one direction of a port at work.
type path struct {
	Path
	segment *Segment
	port    *Port
	toHost  bool
	chance  chance
	stats   Stats

	busy     time.Duration // when the line is free again,
	busyPart uint64        // and the fraction of a nanosecond beyond, in units of 1/Rate
	maxWait  time.Duration // how long Queue bytes take
	latest   time.Duration // arrival of the latest frame that keeps its order
	serial   uint64        // of the last frame that came in
	newest   uint64        // serial of the newest frame that has left
	back     []*frame      // frames that are held back
}

// maxHeldBack is how many frames a path holds back at the same time.
const maxHeldBack = 16

func (p *path) init(s *Segment, cfg *Path, port *Port, toHost bool) {
	*p = path{segment: s, port: port, toHost: toHost, back: make([]*frame, 0, maxHeldBack)}
	way := uint64(port.number) << 1
	if toHost {
		way |= 1
	}
	p.chance.init(s.cfg.Seed, way)
	p.set(cfg)
}

// set changes what becomes of the frames that enter from now on.
func (p *path) set(cfg *Path) {
	p.Path = *cfg
	if p.Rate > 0 {
		p.maxWait, _ = lineTime(uint64(p.Queue)*8, uint64(p.Rate), 0)
	}
}

// WireBits is how long a frame of n bytes, without the FCS, keeps an Ethernet line busy, in bits: padded to the minimum,
// with FCS, preamble and interframe gap (IEEE 802.3 clauses 3 and 4).
func WireBits(n int) uint64 { return uint64(max(n, 60)+4+8+12) * 8 }

// lineTime is how long n bits take, with a part of a nanosecond over from before, and what is over now: in units of a
// nanosecond over rate, so that no error adds up. The limits on Rate and Queue keep it from overflowing.
func lineTime(n, rate, part uint64) (time.Duration, uint64) {
	t := n*uint64(time.Second) + part
	return time.Duration(t / rate), t % rate
}

// enter takes a frame in at a time.
func (p *path) enter(now time.Duration, f *frame) {
	p.stats.Entered++
	p.serial++
	f.path, f.serial = p, p.serial
	// All dice are thrown for each frame, so that its fate does not depend on that of others.
	d := p.chance.draw(&p.Path, len(f.bytes))
	end, ok := p.line(now, len(f.bytes))
	comment := ""
	switch {
	case !ok:
		p.stats.QueueFull++
		comment = "dropped: the queue is full"
	case d.lost:
		p.stats.Lost++
		comment = "lost"
	case d.corrupt:
		comment = "corrupted on its way"
	case d.duplicate:
		comment = "duplicated"
	case d.overtake > 0:
		comment = "held back"
	}
	if !p.toHost {
		p.segment.tap(2*p.port.number, now, f, comment)
	} else if comment != "" {
		p.segment.tap(2*p.port.number+1, now, f, comment)
	}
	if !ok || d.lost {
		p.segment.frames.free(f)
		return
	}
	p.fly(end, f, &d)
}

// line is when the line has sent a frame that comes now; false if too much waits already.
func (p *path) line(now time.Duration, n int) (end time.Duration, ok bool) {
	if p.Rate == 0 {
		return now, true
	}
	if p.busy < now {
		p.busy, p.busyPart = now, 0
	}
	if p.busy-now > p.maxWait {
		return 0, false
	}
	t, part := lineTime(WireBits(n), uint64(p.Rate), p.busyPart)
	p.busy, p.busyPart = p.busy+t, part
	return p.busy, true
}

// fly sends a frame on its way behind the line.
func (p *path) fly(end time.Duration, f *frame, d *dice) {
	if d.corrupt {
		p.stats.Corrupted++
		f.bytes[d.bit/8] ^= 1 << (d.bit % 8)
	}
	var second *frame
	if d.duplicate {
		if second = p.segment.frames.copy(f); second != nil {
			p.stats.Duplicated++
			second.path, second.serial = p, f.serial
		} else {
			p.stats.NoBuffer++
		}
	}
	at, back := end+p.Delay+d.jitter, d.overtake > 0 && len(p.back) < cap(p.back)
	if !back {
		p.inOrder(at, f)
	}
	if second != nil {
		p.inOrder(end+p.Delay+d.jitter2, second)
	}
	if back { // behind its duplicate, which is not one of those that overtake it
		p.stats.HeldBack++
		f.overtake = d.overtake
		p.schedule(at+p.Hold, f)
		p.back = append(p.back, f)
	}
}

// inOrder lets a frame arrive, not before those that came before it, and those that it was to overtake behind it.
func (p *path) inOrder(at time.Duration, f *frame) {
	p.latest = max(p.latest, at)
	p.schedule(p.latest, f)
	for i := 0; i < len(p.back); {
		b := p.back[i]
		if b.overtake--; b.overtake > 0 || b.at <= p.latest {
			i++
			continue
		}
		p.segment.events.remove(b)
		p.schedule(p.latest, b)
		p.forget(i)
	}
}

func (p *path) schedule(at time.Duration, f *frame) {
	p.segment.order++
	f.at, f.order = at, p.segment.order
	p.segment.events.add(f)
}

// forget takes frame i off the list of those that are held back.
func (p *path) forget(i int) {
	p.back = append(p.back[:i], p.back[i+1:]...)
}

// leave ends a frame's way on the path.
func (p *path) leave(f *frame) {
	for i, b := range p.back {
		if b == f {
			p.forget(i)
			break
		}
	}
	p.stats.Left++
	p.stats.Bytes += uint64(len(f.bytes))
	if f.serial < p.newest {
		p.stats.Reordered++
	}
	p.newest = max(p.newest, f.serial)
	if p.toHost {
		p.segment.tap(2*p.port.number+1, f.at, f, "")
		p.port.arrive(f)
		return
	}
	p.segment.forward(f.at, p.port.number, f)
}

// chance is all the chance of a path: a generator for each concern, so that a new draw in one place does not shift the
// others.
type chance struct {
	loss, duplicate, reorder, overtake, corrupt, bit, jitter, jitter2 *rand.Rand
}

func (c *chance) init(seed, way uint64) {
	for i, r := range []**rand.Rand{&c.loss, &c.duplicate, &c.reorder, &c.overtake, &c.corrupt, &c.bit, &c.jitter, &c.jitter2} {
		*r = rand.New(rand.NewPCG(seed, way<<8|uint64(i)))
	}
}

// dice say what befalls one frame.
type dice struct {
	lost, duplicate, corrupt bool
	overtake                 int // by so many frames; 0: it keeps its place
	bit                      int
	jitter, jitter2          time.Duration
}

func (c *chance) draw(p *Path, n int) (d dice) {
	d.lost = c.loss.Float64() < p.Loss
	d.duplicate = c.duplicate.Float64() < p.Duplicate
	if k := 1 + c.overtake.IntN(p.Overtake); c.reorder.Float64() < p.Reorder {
		d.overtake = k
	}
	// Not IntN, which may draw twice: where the bit is must not depend on the lengths of earlier frames.
	place, _ := bits.Mul64(c.bit.Uint64(), uint64(n)*8)
	d.bit = int(place)
	d.corrupt = c.corrupt.Float64() < p.Corrupt && n > 0
	late, late2 := c.jitter.Float64(), c.jitter2.Float64()
	d.jitter = time.Duration(late * float64(p.Jitter))
	d.jitter2 = time.Duration(late2 * float64(p.Jitter))
	return d
}
