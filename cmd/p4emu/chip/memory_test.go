package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// operate has the cache controller do one thing.
func operate(b *board, address, size, operation uint32) {
	b.store(0x3ff1_009c, levelData)
	b.store(0x3ff1_00a0, address)
	b.store(0x3ff1_00a4, size)
	b.store(0x3ff1_0098, operation)
}

// TestCache: what either side writes reaches the other by the operation for it and by no other.
func TestCache(t *testing.T) {
	const at = MemoryBase + 0x4_0000
	b := newBoard(t)
	cpu, dma := b.Memory.CPU[at-MemoryBase:][:128], b.Memory.DMA[at-MemoryBase:][:128]

	cpu[0], cpu[64] = 1, 2
	require.Zero(t, dma[0])
	operate(b, at+4, 4, operationWriteBack)
	require.Equal(t, uint32(operationDone), b.load(0x3ff1_0098))
	require.Equal(t, []byte{1, 0}, []byte{dma[0], dma[64]}, "one line")
	operate(b, at, 128, operationWriteBack)
	b.load(0x3ff1_0098)

	dma[0], dma[64] = 3, 4
	require.Equal(t, byte(1), cpu[0])
	operate(b, at, 128, operationInvalidate)
	require.Equal(t, []byte{3, 4}, []byte{cpu[0], cpu[64]})
	b.load(0x3ff1_0098)

	cpu[1] = 5
	operate(b, at+1, 3, operationWriteBackInvalidate)
	require.Equal(t, byte(5), dma[1])
	b.works()
}

// TestCacheNotAwaited: an operation has an end, and what comes next waits for it.
func TestCacheNotAwaited(t *testing.T) {
	b := newBoard(t)
	operate(b, MemoryBase, 64, operationWriteBack)
	operate(b, MemoryBase+64, 64, operationWriteBack)
	require.Equal(t, Misuse, b.Problem().Kind)
	require.Contains(t, b.Problem().What, "was begun, and its end was not waited for")
}

// TestCacheLoses: what the model of the EMAC holds against a program is a problem here.
func TestCacheLoses(t *testing.T) {
	b := newBoard(t)
	b.Memory.CPU[0] = 1
	operate(b, MemoryBase, 64, operationInvalidate)
	require.Equal(t, Misuse, b.Problem().Kind)
	require.Contains(t, b.Problem().What, "lost: address 0x4ff00000: an invalidation loses what the CPU has written to the line")
}

func TestCacheMisuse(t *testing.T) {
	for _, c := range []struct {
		address, size, operation uint32
		want                     string
	}{
		{0x4fe0_0000, 64, operationWriteBack, "cache operation on 64 bytes at 0x4fe00000, outside of internal memory"},
		{MemoryBase + 4, 64, operationInvalidate, "invalidate of 64 bytes at 0x4ff00004: parts of lines, whose rest would be lost"},
		{MemoryBase, 64, 3, "cache operation 0x3: it must be one of the four"},
	} {
		b := newBoard(t)
		operate(b, c.address, c.size, c.operation)
		b.fails(Misuse, c.want)
	}
}
