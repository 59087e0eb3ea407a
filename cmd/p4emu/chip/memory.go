package chip

import (
	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// The memory that processor and DMA share.
const (
	MemoryBase  = 0x4ff0_0000
	MemorySize  = 768 << 10
	UncachedGap = 0x4000_0000 // from an address to its alias that passes the cache by
)

const lineSize = emac.CacheLine

// Memory is the internal memory with the level 1 data cache before it: as the processor sees it, and as the DMA does. The
// two meet only where a cache operation says so. It is the EMAC model's, whose rules about memory hold here too. The cache
// is taken as boundless: no line leaves it of itself, which shows every operation that is missing, and hides what a line
// that leaves by chance would do.
type Memory struct {
	CPU []byte // MemorySize bytes: what the processor loads and stores
	DMA []byte // as many: what the DMA does, and the processor through the uncached alias

	ram *model.RAM
}

// NewMemory is memory over MemorySize bytes, which are the processor's.
func NewMemory(cpu []byte) *Memory {
	ram := model.NewRAM(MemoryBase, cpu)
	return &Memory{ram.CPU(), ram.DMA(), ram}
}

// Fill is for the loader: both see it.
func (m *Memory) Fill(address uint32, data []byte) {
	copy(m.CPU[address-MemoryBase:], data)
	m.writeBack(address, uint32(len(data)))
}

// Contains tells whether n bytes from address on are in it.
func (m *Memory) Contains(address, n uint32) bool {
	return address >= MemoryBase && uint64(address)+uint64(n) <= MemoryBase+MemorySize
}

// Barrier is a fence of the processor's over memory and devices.
func (m *Memory) Barrier() { m.ram.Barrier() }

// writeBack brings what the processor changed in the lines of a range to the DMA.
func (m *Memory) writeBack(address, n uint32) {
	end := (address + n + lineSize - 1) / lineSize * lineSize
	address = address / lineSize * lineSize
	m.ram.WriteBack(address, end-address)
}

// cache is the controller at 0x3ff10000: an operation on a range of addresses, done at once.
type cache struct {
	memory *Memory
	fail   func(kind Kind, format string, args ...any)

	levels, address, size, control uint32

	running bool // an operation was begun, and nobody has seen it end
}

const (
	cacheControl = 0x98
	cacheLevels  = 0x9c
	cacheAddress = 0xa0
	cacheSize    = 0xa4

	operationInvalidate          = 1 << 0
	operationWriteBack           = 1 << 2
	operationWriteBackInvalidate = 1 << 3
	operationDone                = 1 << 4

	levelData = 1 << 4
)

func (c *cache) Read(offset uint32) (uint32, bool) {
	switch offset {
	case cacheControl:
		c.running = false
		return c.control, true
	case cacheLevels:
		return c.levels, true
	case cacheAddress:
		return c.address, true
	case cacheSize:
		return c.size, true
	}
	return 0, false
}

func (c *cache) Write(offset, value uint32) bool {
	switch offset {
	case cacheControl:
		c.operate(value)
	case cacheLevels:
		c.levels = value
	case cacheAddress:
		c.address = value
	case cacheSize:
		c.size = value & 0xfff_ffff
	default:
		return false
	}
	return true
}

// awaited reports an operation whose end nobody has waited for: what comes now may come before it.
func (c *cache) awaited() {
	if c.running {
		c.fail(Misuse, "a cache operation on %d bytes at 0x%08x was begun, and its end was not waited for", c.size, c.address)
	}
}

// operate does what one bit asks for. Other levels than L1D have nothing to do with internal memory.
func (c *cache) operate(operation uint32) {
	c.awaited()
	c.running = true
	c.control = operationDone
	if c.levels&levelData == 0 {
		return
	}
	if !c.memory.Contains(c.address, c.size) {
		c.fail(Misuse, "cache operation on %d bytes at 0x%08x, outside of internal memory", c.size, c.address)
		return
	}
	switch operation &^ operationDone {
	case operationInvalidate:
		if c.address%lineSize != 0 || c.size%lineSize != 0 {
			c.fail(Misuse, "invalidate of %d bytes at 0x%08x: parts of lines, whose rest would be lost", c.size, c.address)
			return
		}
		c.memory.ram.Invalidate(c.address, c.size)
	case operationWriteBack:
		c.memory.writeBack(c.address, c.size)
	case operationWriteBackInvalidate:
		c.memory.writeBack(c.address, c.size)
		c.memory.ram.Invalidate(c.address/lineSize*lineSize, (c.size+c.address%lineSize+lineSize-1)/lineSize*lineSize)
	default:
		c.fail(Misuse, "cache operation 0x%x: it must be one of the four", operation)
	}
}
