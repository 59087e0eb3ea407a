package parsers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzz runs a body on its seeds and what the engine makes of them.
func fuzz(f *testing.F, body func([]byte) int, seeds [][]byte) {
	for _, b := range seeds {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { body(b) })
}

func FuzzCompiled(f *testing.F) { fuzz(f, Compiled, CompiledSeeds()) }
func FuzzRun(f *testing.F)      { fuzz(f, Run, RunSeeds()) }
func FuzzMessage(f *testing.F)  { fuzz(f, Message, MessageSeeds()) }
func FuzzSplit(f *testing.F)    { fuzz(f, Split, SplitSeeds()) }
func FuzzFrame(f *testing.F)    { fuzz(f, Frame, FrameSeeds()) }
func FuzzCodecs(f *testing.F)   { fuzz(f, Codecs, FrameSeeds()) }
func FuzzSiege(f *testing.F)    { fuzz(f, Siege, FrameSeeds()) }
func FuzzCapture(f *testing.F)  { fuzz(f, Capture, CaptureSeeds()) }
func FuzzObjects(f *testing.F)  { fuzz(f, Objects, ObjectsSeeds()) }

// TestSeeds: what an encoder wrote is understood, and nothing is not.
func TestSeeds(t *testing.T) {
	for name, c := range map[string]struct {
		body  func([]byte) int
		seeds [][]byte
		less  int // of the seeds are there to be refused
	}{
		"compiled": {Compiled, CompiledSeeds(), 0}, "message": {Message, MessageSeeds(), 0}, "split": {Split, SplitSeeds(), 0},
		"frame": {Frame, FrameSeeds(), 0}, "codecs": {Codecs, FrameSeeds(), 0}, "capture": {Capture, CaptureSeeds(), 0}, "objects": {Objects, ObjectsSeeds(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			understood := 0
			for _, b := range c.seeds {
				understood += c.body(b)
			}
			require.Equal(t, len(c.seeds)-c.less, understood)
			require.Zero(t, c.body(nil))
			require.Zero(t, c.body([]byte{0xff}))
		})
	}
}

// TestMust: a promise that is broken is a panic that says which.
func TestMust(t *testing.T) {
	must(true, "all is well")
	require.PanicsWithValue(t, "parsers: 3 is not 4", func() { must(3 == 4, "%d is not %d", 3, 4) })
}
