package verify

import (
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// traffic are frames as a busy network has them: mostly segments, long and short, and some of everything else.
func traffic() (all [][]byte) {
	s := Samples()
	for _, name := range slices.Sorted(maps.Keys(s)) {
		all = append(all, s[name])
	}
	long := s["tcp6"]
	for len(all) < 100 {
		all = append(all, long, s["tcp4"])
	}
	return all
}

// BenchmarkFrame: a frame read by three codecs, compared and put together again.
func BenchmarkFrame(b *testing.B) {
	all, v, r := traffic(), NewVerifier(), NewResult()
	f := captured(nil)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f.Data = all[i%len(all)]
		f.Length = len(f.Data)
		v.Frame(f, r)
	}
	require.Zero(b, r.Failed)
}

// TestMillion: a million frames in less than a minute on one core; without STACKPROOF_LONG, as many as take a second of it.
func TestMillion(t *testing.T) {
	n := 20_000
	if os.Getenv("STACKPROOF_LONG") != "" {
		n = 1_000_000
	}
	all, v, r := traffic(), NewVerifier(), NewResult()
	f, begin := captured(nil), time.Now()
	for i := range n {
		f.Data = all[i%len(all)]
		f.Length = len(f.Data)
		v.Frame(f, r)
	}
	took := time.Since(begin)
	require.Zero(t, r.Failed)
	require.Less(t, took, time.Minute*time.Duration(n)/1_000_000, "%d frames", n)
	t.Logf("%d frames in %v", n, took)
}
