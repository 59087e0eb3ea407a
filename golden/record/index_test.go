package record

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/golden"
)

// TestIndex: an entry comes back as it was, in order, and in the place of an older one; the others stay.
func TestIndex(t *testing.T) {
	dir := t.TempDir()
	all, err := ReadIndex(dir)
	require.NoError(t, err)
	require.Empty(t, all)
	a := Entry{"a.pcapng", 3, 400, "2026-01-02", "Linux 6.1, curl 8", "something, over IPv4", "arp=1 tcp=2"}
	b := Entry{"b.pcapng", 1, 90, "2026-01-03", "Linux 6.1", "something else", "arp=1"}
	for _, e := range []Entry{b, a} {
		require.NoError(t, addToIndex(dir, e))
	}
	newer := b
	newer.Frames = 7
	require.NoError(t, addToIndex(dir, newer))
	all, err = ReadIndex(dir)
	require.NoError(t, err)
	require.Equal(t, []Entry{a, newer}, all)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "the index alone is there")

	for text, want := range map[string]string{
		"a.pcapng\t1\t2":                       "3 fields, want 7",
		"a.pcapng\tx\t2\td\tw\ta\ts":           `"x" is no count`,
		"a.pcapng\t1x\t2\td\tw\ta\ts":          `"1x" is no count`,
		"a.pcapng\t1\t-2\td\tw\ta\ts":          `"-2" is no count`,
		"../a.pcapng\t1\t2\td\tw\ta\ts":        `"../a.pcapng" is no name of a file in this folder`,
		"# words\na.pcapng\t1\t\td\tw\ta\ts\n": `index.txt:2: "" is no count`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, golden.Index), []byte(text), 0o600))
		_, err := ReadIndex(dir)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, addToIndex(dir, a), want, "what cannot be read is not written over")
	}
}
