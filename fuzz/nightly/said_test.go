package nightly

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListen(t *testing.T) {
	const text = `fuzz: elapsed: 0s, gathering baseline coverage: 0/3 completed
2026-01-02 03:04:05.6 DEBUG processed an initial input, id: , new bits: 234, size: 0, exec time: 221.673µs
2026-01-02 03:04:05.6 DEBUG processed an initial input, id: , new bits: 0, size: 0, exec time: 221.673µs
2026-01-02 03:04:05.6 DEBUG processed an initial input, id: , new bits: 7, size: 0, exec time: 1µs
fuzz: elapsed: 0s, gathering baseline coverage: 3/3 completed, now fuzzing with 1 workers
2026-01-02 03:04:05.6 DEBUG finished processing input corpus, entries: 3, initial coverage bits: 241
2026-01-02 03:04:05.6 DEBUG new interesting input, id: x, parent: y, gen: 1, new bits: 3, total bits: 244, size: 1, exec time: 1µs
fuzz: elapsed: 3s, execs: 38473 (12820/sec), new interesting: 38 (total: 41)
fuzz: minimizing 68-byte failing input file
--- FAIL: FuzzX (3.01s)
    --- FAIL: FuzzX (0.00s)
        x_test.go:9: what a pity
    2026-01-02 03:04:05.6 DEBUG stop called
    Failing input written to testdata/fuzz/FuzzX/0123456789abcdef
FAIL
`
	s := listen(strings.NewReader(text))
	require.Equal(t, int64(38473), s.execs)
	require.Equal(t, 38, s.fresh)
	require.Equal(t, 3, s.entries)
	require.Equal(t, []int{234, 0, 7}, s.newBits)
	require.Equal(t, 241, s.coverage)
	require.Equal(t, "testdata/fuzz/FuzzX/0123456789abcdef", s.input)
	require.Contains(t, s.failure, "what a pity")
	require.True(t, strings.HasPrefix(s.failure, "--- FAIL: FuzzX"))

	long := "--- FAIL\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", 1000)
	require.Less(t, len(listen(strings.NewReader(long)).failure), mostSaid+1002)
	require.Empty(t, listen(strings.NewReader("")).failure)
}
