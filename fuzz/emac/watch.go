package emac

import (
	"bytes"
	"encoding/binary"

	driver "stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// watch is the bus: it tells the lies of the hardware, and looks at what the driver does.
type watch struct {
	*model.Host
	world    *world
	accesses int    // of the call that runs
	during   string // which that is
	strict   bool   // the hardware behaves: it is asked for more

	rings [2]ring // receive, transmit
	next  int     // receive descriptor that is to be delivered next
	lies  map[uint32]lie
	eager [2]*[driver.DescriptorSize / 4]uint32 // what the hardware closes each descriptor with at once
}

// ring is the descriptors of an engine, as offsets in memory.
type ring struct {
	base, n   int
	buffers   int
	given     []bool // it is the DMA's, as far as the driver knows
	delivered []bool // its frame has been lent
}

// lie is what a register reads as.
type lie struct {
	left      int // times; negative: for ever
	keep, set uint32
}

const (
	receives = iota
	transmits
)

func (b *watch) init(w *world, h *model.Host) {
	c := &w.config
	b.world, b.Host, b.lies = w, h, map[uint32]lie{}
	tx, buffers := c.Receive*driver.DescriptorSize, (c.Receive+c.Transmit)*driver.DescriptorSize
	b.rings = [2]ring{
		{base: guard, n: c.Receive, buffers: guard + buffers},
		{base: guard + tx, n: c.Transmit, buffers: guard + buffers + c.Receive*driver.BufferSize},
	}
	b.stopped()
}

// stopped: the engines stand, and nothing is the DMA's.
func (b *watch) stopped() {
	for i := range b.rings {
		r := &b.rings[i]
		r.given, r.delivered = make([]bool, r.n), make([]bool, r.n)
	}
	b.next = 0
}

// heal ends all lies.
func (b *watch) heal() {
	clear(b.lies)
	b.eager = [2]*[driver.DescriptorSize / 4]uint32{}
	e, now := b.EMAC, b.Now()
	e.WedgeOnOverflow(false)
	e.LoseLast(false)
	e.SlowMDIO(0, 0)
	e.SetCable(now, true)
	e.SetPHYReset(now, false)
}

// count: a call of the driver makes few accesses.
func (b *watch) count() {
	w := b.world
	b.accesses++
	if most := mostAccesses + perDescriptor*(w.config.Receive+w.config.Transmit); b.accesses > most {
		w.fail("%s accesses the bus more than %d times", b.during, most)
	}
}

func (b *watch) register(offset uint32) {
	b.count()
	if offset%4 != 0 || offset >= driver.RegistersEnd {
		b.world.fail("%s accesses a register at %#x", b.during, offset)
	}
}

// Read implements [driver.Bus].
func (b *watch) Read(offset uint32) uint32 {
	b.register(offset)
	v := b.Host.Read(offset)
	if l, ok := b.lies[offset]; ok && l.left != 0 {
		l.left--
		b.lies[offset] = l
		v = v&l.keep ^ l.set
	}
	return v
}

// Write implements [driver.Bus].
func (b *watch) Write(offset, value uint32) {
	b.register(offset)
	switch {
	case offset == driver.OpMode && value&(driver.OpModeST|driver.OpModeSR) == 0, offset == driver.BusMode && value&driver.BusModeSWR != 0:
		b.stopped()
	case offset == driver.RxList && value != b.at(receives, 0), offset == driver.TxList && value != b.at(transmits, 0):
		b.world.fail("the list at register %#x is said to be at %#x", offset, value)
	}
	b.Host.Write(offset, value)
	switch offset {
	case driver.RxPoll:
		b.hurry(receives)
	case driver.TxPoll:
		b.hurry(transmits)
	}
}

// at is the address of a descriptor.
func (b *watch) at(which, i int) uint32 {
	return b.RAM.Address(b.RAM.CPU()) + uint32(b.rings[which].base+i*driver.DescriptorSize)
}

// hurry closes at once each descriptor that has just been given, if the hardware is eager.
func (b *watch) hurry(which int) {
	if words := b.eager[which]; words != nil {
		for i, given := range b.rings[which].given {
			if given {
				b.scribble(which, i, words)
			}
		}
	}
}

// scribble writes a descriptor's status, and for a receive descriptor its extended status, as the DMA does.
func (b *watch) scribble(which, i int, words *[driver.DescriptorSize / 4]uint32) {
	var word [4]byte
	for _, k := range []int{driver.WordExtended, driver.WordStatus} {
		binary.LittleEndian.PutUint32(word[:], words[k])
		b.RAM.Store(b.at(which, i)+uint32(4*k), word[:])
	}
}

// part checks n bytes at an address that a cache operation is for, and returns which descriptor of which ring they are, or
// its buffer; all is a region of several.
func (b *watch) part(what string, address, n uint32) (which, i int, buffer, all bool) {
	b.count()
	at, end := int(int64(address)-int64(b.RAM.Address(b.RAM.CPU()))), len(b.world.config.Memory)+guard
	if n == 0 || n%driver.CacheLine != 0 || at%driver.CacheLine != 0 || at < guard || at+int(n) > end {
		b.world.fail("%s: %s of %d bytes at %d, of %d that are the driver's", b.during, what, n, at-guard, end-guard)
	}
	for which := range b.rings {
		r := &b.rings[which]
		for _, x := range []struct {
			base, size int
			buffer     bool
		}{{r.base, driver.DescriptorSize, false}, {r.buffers, driver.BufferSize, true}} {
			if at < x.base || at >= x.base+r.n*x.size {
				continue
			}
			i := (at - x.base) / x.size
			return which, i, x.buffer, (at-x.base)%x.size+int(n) > x.size
		}
	}
	panic("emac: memory that is no part") // a mistake here
}

// WriteBack implements [driver.Bus].
func (b *watch) WriteBack(address, n uint32) {
	which, i, buffer, all := b.part("write-back", address, n)
	switch r := &b.rings[which]; {
	case all: // where everything begins
		for which := range b.rings {
			r := &b.rings[which]
			for i, given := range r.given {
				if given {
					b.world.fail("%s: descriptor %d is written back with others while it is the DMA's", b.during, i)
				}
				if !buffer {
					r.given[i] = b.status(which, i)&driver.DescOwn != 0
				}
			}
		}
	case r.given[i]:
		b.world.fail("%s: descriptor or buffer %d is written while it is the DMA's", b.during, i)
	case !buffer && b.status(which, i)&driver.DescOwn != 0:
		r.given[i], r.delivered[i] = true, false
		b.check(which, i)
		if which == receives {
			b.next = (i + 1) % r.n
		}
	}
	b.Host.WriteBack(address, n)
}

// check: a descriptor that is given away names its own buffer, and no more than it has.
func (b *watch) check(which, i int) {
	r := &b.rings[which]
	d := b.RAM.CPU()[r.base+i*driver.DescriptorSize:]
	at := binary.LittleEndian.Uint32(d[4*driver.WordBuffer1:])
	sizes := binary.LittleEndian.Uint32(d[4*driver.WordSizes:])
	if want := b.RAM.Address(b.RAM.CPU()) + uint32(r.buffers+i*driver.BufferSize); b.strict && (at != want || sizes&driver.TxSize > driver.BufferSize) {
		b.world.fail("%s: descriptor %d is given with %d bytes at %#x, want %#x", b.during, i, sizes&driver.TxSize, at, want)
	}
}

// Invalidate implements [driver.Bus].
func (b *watch) Invalidate(address, n uint32) {
	which, i, buffer, all := b.part("invalidation", address, n)
	if r := &b.rings[which]; all || buffer && r.given[i] {
		b.world.fail("%s: %d bytes of buffer %d are invalidated while it is the DMA's", b.during, n, i)
	}
	b.Host.Invalidate(address, n)
	if !buffer && b.status(which, i)&driver.DescOwn == 0 {
		b.rings[which].given[i] = false
	}
}

// Barrier implements [driver.Bus].
func (b *watch) Barrier() {
	b.count()
	b.Host.Barrier()
}

// status is a descriptor's first word, as the driver sees it.
func (b *watch) status(which, i int) uint32 { return b.word(which, i, driver.WordStatus) }

func (b *watch) word(which, i, k int) uint32 {
	return binary.LittleEndian.Uint32(b.RAM.CPU()[b.rings[which].base+i*driver.DescriptorSize+4*k:])
}

// buffer is which buffer of a ring b begins, -1 for none.
func (b *watch) buffer(which int, buf []byte) int {
	r := &b.rings[which]
	at := int(b.RAM.Address(buf)-b.RAM.Address(b.RAM.CPU())) - r.buffers
	if at < 0 || at%driver.BufferSize != 0 || at/driver.BufferSize >= r.n || len(buf) > driver.BufferSize {
		return -1
	}
	return at / driver.BufferSize
}

// lent checks a frame that Receive has lent.
func (b *watch) lent(f []byte) {
	w, i := b.world, -1
	if len(f) > 0 {
		i = b.buffer(receives, f)
	}
	if i != b.next || cap(f) > driver.BufferSize {
		w.fail("%d bytes are lent of buffer %d, and %d is next", len(f), i, b.next)
	}
	r := &b.rings[receives]
	if r.given[i] || r.delivered[i] {
		w.fail("buffer %d is lent: it is the DMA's %v, was delivered before %v", i, r.given[i], r.delivered[i])
	}
	const whole = driver.RxFS | driver.RxLS
	const broken = driver.RxES | driver.RxDE | driver.RxOE | driver.RxGF | driver.RxLC | driver.RxRWT | driver.RxRE | driver.RxCE
	s := b.status(receives, i)
	if s&whole != whole || s&broken != 0 || int(s&driver.RxFL>>driver.RxFLAt) != len(f)+4 || len(f) < 60 || len(f) > driver.MaxFrame {
		w.fail("%d bytes are lent for the status %#08x", len(f), s)
	}
	if at := r.buffers + i*driver.BufferSize; !bytes.Equal(f, b.RAM.DMA()[at:at+len(f)]) {
		w.fail("what is lent of buffer %d is not what the DMA has written", i)
	}
	r.delivered[i] = true
}

// returned checks what Release has done.
func (b *watch) returned(i int) {
	if !b.rings[receives].given[i] {
		b.world.fail("the buffer %d that was released is not the DMA's", i)
	}
}
