package device

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// memory is a Store over bytes.
type memory []byte

func (m memory) Size() int                { return len(m) }
func (m memory) ReadAt(p []byte, off int) { copy(p, m[off:off+len(p)]) }

func TestBlobRoundTrip(t *testing.T) { rapid.Check(t, propertyBlobRoundTrip) }

func FuzzBlobRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyBlobRoundTrip)) }

func propertyBlobRoundTrip(t *rapid.T) {
	programs := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 100), 0, 20).Draw(t, "programs")
	var b Blob
	require.Equal(t, BlobOK, b.Open(memory(AppendBlob(nil, programs))))
	require.Equal(t, len(programs), b.Count())
	buf := make([]byte, 100)
	for i, want := range programs {
		got, e := b.Program(i, buf)
		require.Equal(t, BlobOK, e)
		require.Equal(t, string(want), string(got))
	}
	_, e := b.Program(len(programs), buf)
	require.Equal(t, BlobIndex, e)
	_, e = b.Program(-1, buf)
	require.Equal(t, BlobIndex, e)
}

// TestBlobDamage: every prefix and every changed byte is refused.
func TestBlobDamage(t *testing.T) {
	good := AppendBlob(nil, [][]byte{{1, 2, 3}, {}, {4, 5}})
	var b Blob
	require.Equal(t, BlobOK, b.Open(memory(good)))
	for n := range good {
		require.NotEqual(t, BlobOK, b.Open(memory(good[:n])), "first %d bytes", n)
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x40
		require.NotEqual(t, BlobOK, b.Open(memory(bad)), "byte %d", i)
	}
}

func TestBlobEntryOutside(t *testing.T) {
	for _, off := range []byte{0, 200} { // within the header, behind the end
		bad := AppendBlob(nil, [][]byte{{1, 2, 3}})
		bad[blobHeader] = off
		h := fnv(fnvOffset, bad[blobHeader:])
		for i := range 8 {
			bad[16+i] = byte(h >> (8 * i))
		}
		var b Blob
		require.Equal(t, BlobEntry, b.Open(memory(bad)), "offset %d", off)
	}
}

func TestBlobSpace(t *testing.T) {
	var b Blob
	require.Equal(t, BlobOK, b.Open(memory(AppendBlob(nil, [][]byte{{1, 2, 3}}))))
	_, e := b.Program(0, make([]byte, 2))
	require.Equal(t, BlobSpace, e)
}
