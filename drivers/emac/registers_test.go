package emac_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
)

func TestDescriptorsAreCacheLines(t *testing.T) {
	b := make([]byte, 3*emac.DescriptorSize+8)
	d := emac.Descriptors(b)
	require.Len(t, d, 3)
	require.EqualValues(t, emac.DescriptorSize, unsafe.Sizeof(d[0]))
	d[1][emac.WordStatus] = emac.DescOwn
	require.Equal(t, byte(0x80), b[emac.DescriptorSize+3], "a descriptor is little-endian, as the DMA reads it")
	require.Nil(t, emac.Descriptors(b[:emac.DescriptorSize-1]))
}

func TestSkipLeadsToTheNextDescriptor(t *testing.T) {
	// In a ring the next descriptor lies 8 words and DSL words further.
	require.Equal(t, emac.DescriptorSize, 4*(8+emac.DescriptorSkip))
}

func TestStatusBits(t *testing.T) {
	require.Zero(t, emac.StatusNormal&emac.StatusAbnormal, "a cause has one summary")
	require.EqualValues(t, 0x1e7ff, emac.StatusClear, "bits 16:13 and 10:0 are cleared by writing 1")
}
