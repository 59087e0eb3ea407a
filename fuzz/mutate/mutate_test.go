package mutate

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/drivers/queue"
	"stackproof/golden/verify"
)

// about is of how many samples each mutator is: those that have what it changes.
var about = map[string]int{
	"field": 23, "address": 23, "near": 4, "flip": 23, "cut": 23, "pad": 23, "swap": 23, "extension": 12, "ip-option": 8, "tcp-option": 2,
	"nd-option": 5, "fragment": 20, "repeat": 14,
}

// TestEachChangesBytes: a mutator changes the samples that it is about, most of the times; whatever it does, the frame is one
// that a device can carry, and its checksums can be repaired.
func TestEachChangesBytes(t *testing.T) {
	samples := verify.Samples()
	require.Len(t, All, len(about))
	for _, m := range All {
		t.Run(m.Name, func(t *testing.T) {
			require.Contains(t, about, m.Name)
			n, changed, tries := 0, 0, 0
			for _, name := range slices.Sorted(maps.Keys(samples)) {
				any := false
				for k := range uint32(2000) {
					var f Frame
					f.Set(samples[name])
					if !m.Do(&f, k*2654435761) {
						continue
					}
					any = true
					tries++
					if !bytes.Equal(f.Bytes(), samples[name]) {
						changed++
					}
					require.LessOrEqual(t, len(f.Bytes()), queue.MaxFrame)
					f.Repair()
				}
				if any {
					n++
				}
			}
			require.Equal(t, about[m.Name], n, "samples")
			require.Greater(t, changed, tries*2/3, "of %d", tries)
		})
	}
}

// TestRepair: what was changed in a header gets past the checksums again.
func TestRepair(t *testing.T) {
	for name, b := range verify.Samples() {
		var f Frame
		var v frame.View
		f.Set(b)
		f.Repair()
		require.Equal(t, b, f.Bytes(), name)
		if f.View.Transport != frame.TransportUDP && f.View.Transport != frame.TransportTCP {
			continue
		}
		x := frame.UDPSrcPort
		if f.View.Transport == frame.TransportTCP {
			x = frame.TCPSrcPort
		}
		f.View.Set(x, 7)
		f.View.Set(frame.IPTTL, 9)
		require.False(t, verdict(f.Bytes(), &v), name)
		f.Repair()
		require.True(t, verdict(f.Bytes(), &v), name)
	}
}

func verdict(b []byte, v *frame.View) bool {
	d := frame.Parse(b, v)
	return d.OK()
}

// TestTogether: mutators one after the other, on any bytes.
func TestTogether(t *testing.T) {
	seed := uint32(1)
	next := func() uint32 { seed = seed*1664525 + 1013904223; return seed >> 3 }
	samples := verify.Samples()
	names := slices.Sorted(maps.Keys(samples))
	for range 20000 {
		var f Frame
		b := samples[names[next()%uint32(len(names))]]
		f.Set(b[:len(b)-int(next()%8)])
		for range next() % 5 {
			All[next()%uint32(len(All))].Do(&f, next())
		}
		f.Repair()
	}
	var f Frame
	f.Set(samples["tcp6"])
	require.Zero(t, testing.AllocsPerRun(10, func() {
		for i := range All {
			All[i].Do(&f, 7)
		}
	}))
}
