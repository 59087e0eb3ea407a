// Package emac is the Ethernet MAC of the ESP32-P4, a DesignWare GMAC for 10 and 100 Mbit/s: its registers, its
// descriptors, and the small interface through which they are reached. On the chip that interface is volatile access and
// the cache controller; on a PC it is [stackproof/drivers/emac/model], the hardware in virtual time.
package emac

// Bus reaches the EMAC. Registers go through it; DMA memory does not: descriptors and buffers are slices that the CPU
// reads and writes as any others, in a cache that the DMA does not see. What crosses is said by WriteBack and Invalidate,
// with addresses as the DMA counts them, so that the path of a frame needs no more than one call for a cache operation.
//
// The CPU gives a descriptor away in this order: the buffer and its WriteBack, the descriptor's other words, Barrier,
// the word with the OWN bit (an atomic store, see [Descriptor]), WriteBack of the descriptor, Barrier, poll demand. It
// takes one back in this order: Invalidate of the descriptor, an atomic load of the word with the OWN bit, Invalidate of
// the buffer, and then the buffer.
type Bus interface {
	// Read returns the register at offset, in bytes from the block's base (0x50098000 on the ESP32-P4): one of the
	// offsets of this package, always a multiple of 4. All registers are read and written as whole words.
	Read(offset uint32) uint32
	// Write sets the register at offset.
	Write(offset, value uint32)
	// Address returns where the DMA finds the first byte of b, which must be memory that the DMA reaches. It is for the
	// start, not for each frame: a region is contiguous for the DMA too.
	Address(b []byte) uint32
	// WriteBack brings what the CPU has written to n bytes from address on to where the DMA reads. Both are multiples of
	// CacheLine. The lines stay in the cache.
	WriteBack(address, n uint32)
	// Invalidate drops the cache's copy of n bytes from address on, so that the CPU reads what the DMA has written. What
	// the CPU wrote there since the last WriteBack is lost. Both are multiples of CacheLine.
	Invalidate(address, n uint32)
	// Barrier keeps every access before it, to memory and to registers, before every access after it (fence iorw, iorw).
	Barrier()
	// SetSpeed sets the dividers of the RMII's receive and transmit clocks, which lie outside the EMAC, for 100 Mbit/s or
	// else for 10. The bit FES of MACConfig is the caller's.
	SetSpeed(hundred bool)
}

// CacheLine is the size and alignment of a cache line of the level 1 data cache, in bytes.
const CacheLine = 64
