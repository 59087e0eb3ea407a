package model

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"unsafe"

	"stackproof/drivers/emac"
)

// Memory is what the DMA sees.
type Memory interface {
	// Load reads len(p) bytes at address, false where no memory is: a bus error.
	Load(address uint32, p []byte) bool
	// Store writes p at address, false where no memory is: a bus error.
	Store(address uint32, p []byte) bool
	// Dirty reports whether the CPU has changed some of n bytes at address and keeps that in its cache.
	Dirty(address, n uint32) bool
	// Seen is the word at address as the CPU sees it.
	Seen(address uint32) uint32
	// Line is the size of a cache line, 0 if the CPU reaches this memory without a cache.
	Line() uint32
	// Settled reports whether what the CPU has written back is sure to be in memory before what it does next: behind the
	// last write-back there was a barrier.
	Settled() bool
}

// RAM is memory behind a write-back cache: one copy that the CPU reads and writes, one that the DMA does, and cache
// operations that move lines between the two. The CPU's copy is plain bytes: which lines are dirty is found by comparing
// with what they were when the cache last met the memory. A CPU that writes what was there already is therefore not seen;
// of a line that is written back by name it is assumed.
type RAM struct {
	base   uint32
	cpu    []byte // what the CPU sees
	dma    []byte // what the DMA sees
	synced []byte // what the CPU saw when the line was last filled or written back

	// Report is told of violations, Watch of each line that is about to be written back: what the DMA saw and what it will
	// see. EMAC sets both.
	Report func(rule Rule, address uint32, reason string)
	Watch  func(address uint32, old, new []byte)

	uncached bool
	moving   bool // a line has been written back by name, and no barrier was since
	rand     *rand.Rand
}

// NewRAM makes memory of the CPU's bytes, which the DMA finds at base; the length and base must be multiples of a cache
// line. The DMA's copy is the same at first.
func NewRAM(base uint32, cpu []byte) *RAM {
	if base%emac.CacheLine != 0 || len(cpu)%emac.CacheLine != 0 {
		panic(fmt.Sprintf("model: memory of %d bytes at %#x is not made of cache lines", len(cpu), base))
	}
	m := &RAM{base: base, cpu: cpu, rand: rand.New(rand.NewPCG(0, 0))}
	m.dma = bytes.Clone(cpu)
	m.synced = bytes.Clone(cpu)
	return m
}

// Uncached is memory that the CPU reaches without the cache, at an alias or by an attribute: both see the same bytes.
func Uncached(base uint32, cpu []byte) *RAM {
	return &RAM{base: base, cpu: cpu, dma: cpu, synced: cpu, uncached: true}
}

// Aligned allocates n bytes that begin at a multiple of a cache line.
func Aligned(n int) []byte {
	b := make([]byte, n+emac.CacheLine-1)
	skip := -uintptr(unsafe.Pointer(&b[0])) % emac.CacheLine
	return b[skip:][:n:n]
}

// CPU is the memory as the CPU sees it.
func (m *RAM) CPU() []byte { return m.cpu }

// DMA is the memory as the DMA sees it.
func (m *RAM) DMA() []byte { return m.dma }

// Address is where the DMA finds the first byte of b, which must be part of CPU.
func (m *RAM) Address(b []byte) uint32 {
	if len(b) == 0 {
		panic("model: no address: the slice is empty")
	}
	at := uintptr(unsafe.Pointer(&b[0])) - uintptr(unsafe.Pointer(&m.cpu[0]))
	if at > uintptr(len(m.cpu)-len(b)) {
		panic(fmt.Sprintf("model: no address: %d bytes outside the memory that the DMA reaches", len(b)))
	}
	return m.base + uint32(at)
}

// within gives the indices of n bytes at address, if all of them are there.
func (m *RAM) within(address, n uint32) (from, to int, ok bool) {
	at := uint64(address) - uint64(m.base)
	if address < m.base || at+uint64(n) > uint64(len(m.cpu)) {
		return 0, 0, false
	}
	return int(at), int(at) + int(n), true
}

// Load reads as the DMA does.
func (m *RAM) Load(address uint32, p []byte) bool {
	from, to, ok := m.within(address, uint32(len(p)))
	if ok {
		copy(p, m.dma[from:to])
	}
	return ok
}

// Store writes as the DMA does.
func (m *RAM) Store(address uint32, p []byte) bool {
	from, to, ok := m.within(address, uint32(len(p)))
	if ok {
		copy(m.dma[from:to], p)
	}
	return ok
}

// Line is the size of a cache line, 0 without a cache.
func (m *RAM) Line() uint32 {
	if m.uncached {
		return 0
	}
	return emac.CacheLine
}

// Dirty reports whether the CPU has changed some of n bytes at address since they were written back.
func (m *RAM) Dirty(address, n uint32) bool {
	from, to, ok := m.within(address, n)
	return ok && !m.uncached && !bytes.Equal(m.cpu[from:to], m.synced[from:to])
}

// Seen is the word at address as the CPU sees it, 0 where no memory is.
func (m *RAM) Seen(address uint32) uint32 {
	from, to, ok := m.within(address, 4)
	if !ok {
		return 0
	}
	return word(m.cpu[from:to], 0)
}

// Stale reports whether the CPU would read something else than the DMA has written.
func (m *RAM) Stale(address, n uint32) bool {
	from, to, ok := m.within(address, n)
	return ok && !bytes.Equal(m.cpu[from:to], m.dma[from:to])
}

// WriteBack brings the lines of n bytes at address from the cache to the memory. The CPU is taken to have written to them.
func (m *RAM) WriteBack(address, n uint32) {
	m.lines("write-back", address, n, func(at int) {
		if to := at + emac.CacheLine; bytes.Equal(m.cpu[at:to], m.synced[at:to]) {
			copy(m.synced[at:to], m.dma[at:to]) // else this looked like a line that was changed after the DMA wrote
		}
		m.writeBack(at)
	})
	m.moving = !m.uncached
}

// Barrier is the CPU's fence over memory and devices.
func (m *RAM) Barrier() { m.moving = false }

// Settled reports whether there was a Barrier behind the last WriteBack.
func (m *RAM) Settled() bool { return !m.moving }

// WriteBackAll brings every line that has changed from the cache to the memory.
func (m *RAM) WriteBackAll() {
	if m.uncached {
		return
	}
	for at := 0; at < len(m.cpu); at += emac.CacheLine {
		m.writeBack(at)
	}
}

// Invalidate drops the lines of n bytes at address from the cache; they are filled again at once, which is the worst
// moment for who invalidates too early.
func (m *RAM) Invalidate(address, n uint32) {
	m.lines("invalidate", address, n, func(at int) {
		if line := at + emac.CacheLine; !bytes.Equal(m.cpu[at:line], m.synced[at:line]) {
			m.tell(RuleLost, at, "an invalidation loses what the CPU has written to the line")
		}
		m.fill(at)
	})
}

func (m *RAM) lines(operation string, address, n uint32, do func(at int)) {
	if m.uncached {
		return
	}
	from, to, ok := m.within(address, n)
	if !ok {
		m.tellAt(RuleAddress, address, fmt.Sprintf("%s of %d bytes outside the memory", operation, n))
		return
	}
	if from%emac.CacheLine != 0 || to%emac.CacheLine != 0 {
		m.tellAt(RuleAlignment, address, fmt.Sprintf("%s of %d bytes, not whole lines of %d", operation, n, emac.CacheLine))
	}
	for at := from &^ (emac.CacheLine - 1); at < to; at += emac.CacheLine {
		do(at)
	}
}

func (m *RAM) fill(at int) {
	copy(m.cpu[at:at+emac.CacheLine], m.dma[at:at+emac.CacheLine])
	copy(m.synced[at:at+emac.CacheLine], m.dma[at:at+emac.CacheLine])
}

func (m *RAM) writeBack(at int) {
	to := at + emac.CacheLine
	if bytes.Equal(m.cpu[at:to], m.synced[at:to]) {
		return
	}
	if m.Watch != nil {
		m.Watch(m.base+uint32(at), m.dma[at:to], m.cpu[at:to])
	}
	if !bytes.Equal(m.dma[at:to], m.synced[at:to]) {
		m.tell(RuleOverwrite, at, "a changed line goes over what the DMA has written there since the CPU read it")
	}
	copy(m.dma[at:to], m.cpu[at:to])
	copy(m.synced[at:to], m.cpu[at:to])
}

func (m *RAM) tell(rule Rule, at int, reason string) { m.tellAt(rule, m.base+uint32(at), reason) }

func (m *RAM) tellAt(rule Rule, address uint32, reason string) {
	if m.Report != nil {
		m.Report(rule, address, reason)
	}
}

// Seed chooses which lines Evict takes.
func (m *RAM) Seed(seed uint64) { m.rand = rand.New(rand.NewPCG(seed, 0xcac4e)) }

// Evict lets the cache drop n lines of its own choice, as it may at any time: dirty ones are written back, and all are
// read again.
func (m *RAM) Evict(n int) {
	if m.uncached {
		return
	}
	for range n {
		at := m.rand.IntN(len(m.cpu)/emac.CacheLine) * emac.CacheLine
		m.writeBack(at)
		m.fill(at)
	}
}

// word and words read little-endian numbers, as descriptors are.
func word(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }

func putWord(b []byte, i int, v uint32) { binary.LittleEndian.PutUint32(b[4*i:], v) }
