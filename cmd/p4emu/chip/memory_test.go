package chip

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
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
	require.Equal(t, 2, b.Memory.Dirty(at, 128))
	require.Zero(t, dma[0])
	operate(b, at+4, 4, operationWriteBack)
	require.Equal(t, uint32(operationDone), b.load(0x3ff1_0098))
	require.Equal(t, []byte{1, 0}, []byte{dma[0], dma[64]}, "one line")

	dma[0], dma[64] = 3, 4
	require.Equal(t, byte(1), cpu[0])
	operate(b, at, 64, operationWriteBack)
	require.Equal(t, byte(3), dma[0], "a clean line is not written back over what the DMA wrote")
	operate(b, at, 128, operationInvalidate)
	require.Equal(t, []byte{3, 4}, []byte{cpu[0], cpu[64]}, "what was written and not written back is lost")

	cpu[1] = 5
	operate(b, at, 64, operationWriteBackInvalidate)
	require.Equal(t, byte(5), dma[1])
	require.Zero(t, b.Memory.Dirty(at, 128))
	b.works()
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

// TestCacheKeepsWhatWasWrittenBack: whatever else happens, a byte that the processor wrote and wrote back, and nobody
// wrote after, is what both see after an invalidate.
func TestCacheKeepsWhatWasWrittenBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := NewMemory(make([]byte, MemorySize), make([]byte, MemorySize))
		want := map[uint32]byte{}
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			i := rapid.Uint32Range(0, 255).Draw(r, "at")
			line := MemoryBase + i/lineSize*lineSize
			v := rapid.Byte().Draw(r, "value")
			if rapid.Bool().Draw(r, "dma") {
				m.invalidate(line, lineSize)
				m.DMA[i] = v
			} else {
				m.invalidate(line, lineSize)
				m.CPU[i] = v
				m.writeBack(line, lineSize)
			}
			want[i] = v
		}
		m.invalidate(MemoryBase, 256)
		for i, v := range want {
			require.Equal(r, v, m.CPU[i])
			require.Equal(r, v, m.DMA[i])
		}
	})
}
