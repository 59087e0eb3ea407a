// Package targets is the list of all fuzz targets whose input is bytes. Each has one body, which every engine calls: the go
// command's through the test function beside the body, go-fuzz through a function of this package (build tag gofuzz),
// libFuzzer through a program that fuzz/targets/libfuzzer makes, which is what OSS-Fuzz and ClusterFuzzLite run.
package targets

import (
	"path"
	"reflect"
	"runtime"
	"strings"

	"stackproof/fuzz/calls"
	"stackproof/fuzz/emac"
	"stackproof/fuzz/fragments"
	"stackproof/fuzz/hostile"
	"stackproof/fuzz/parsers"
)

// Target is a fuzz target.
type Target struct {
	Name   string           // of letters, digits and underscores: the name of libFuzzer's program
	Native string           // the test function of the same body, as `stackproof fuzz --list` has it
	Body   func([]byte) int // panics if a promise is broken; 1: the input is worth keeping, 0: it may be, -1: it is not
	Seeds  func() [][]byte
	Tokens func() []string // what inputs have in them, for engines that know dictionaries; nil: nothing in particular
}

// All are the targets.
var All = []Target{
	{"hostile_frame", "fuzz/hostile/FuzzFrame", hostile.Frame, hostile.FrameSeeds, parsers.FrameTokens},
	{"hostile_sequence", "fuzz/hostile/FuzzSequence", hostile.Sequence, hostile.SequenceSeeds, parsers.FrameTokens},
	{"fragments", "fuzz/fragments/FuzzFragments", fragments.Program, fragments.Seeds, nil},
	{"calls_posix", "fuzz/calls/FuzzPosix", calls.Posix, calls.Seeds, nil},
	{"calls_lwip", "fuzz/calls/FuzzLwip", calls.Lwip, calls.Seeds, nil},
	{"emac", "fuzz/emac/FuzzHardware", emac.Program, emac.Seeds, nil},
	{"siege", "fuzz/parsers/FuzzSiege", parsers.Siege, parsers.FrameSeeds, parsers.FrameTokens},
	{"codecs", "fuzz/parsers/FuzzCodecs", parsers.Codecs, parsers.FrameSeeds, parsers.FrameTokens},
	{"frame", "fuzz/parsers/FuzzFrame", parsers.Frame, parsers.FrameSeeds, parsers.FrameTokens},
	{"capture", "fuzz/parsers/FuzzCapture", parsers.Capture, parsers.CaptureSeeds, parsers.CaptureTokens},
	{"message", "fuzz/parsers/FuzzMessage", parsers.Message, parsers.MessageSeeds, parsers.MessageTokens},
	{"split", "fuzz/parsers/FuzzSplit", parsers.Split, parsers.SplitSeeds, parsers.MessageTokens},
	{"script", "fuzz/parsers/FuzzScript", parsers.Script, parsers.ScriptSeeds, parsers.ScriptTokens},
	{"compiled", "fuzz/parsers/FuzzCompiled", parsers.Compiled, parsers.CompiledSeeds, nil},
	{"run", "fuzz/parsers/FuzzRun", parsers.Run, parsers.RunSeeds, nil},
	{"objects", "fuzz/parsers/FuzzObjects", parsers.Objects, parsers.ObjectsSeeds, parsers.ObjectsTokens},
}

// Find is the target with a name; nil: there is none.
func Find(name string) *Target {
	for i := range All {
		if All[i].Name == name {
			return &All[i]
		}
	}
	return nil
}

// Where is the import path and the name of a target's body.
func (t *Target) Where() (pkg, fn string) {
	full := runtime.FuncForPC(reflect.ValueOf(t.Body).Pointer()).Name()
	dir, base := path.Split(full)
	name, fn, _ := strings.Cut(base, ".")
	return dir + name, fn
}
