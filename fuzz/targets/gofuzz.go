//go:build gofuzz

package targets

import (
	"stackproof/fuzz/calls"
	"stackproof/fuzz/emac"
	"stackproof/fuzz/fragments"
	"stackproof/fuzz/hostile"
	"stackproof/fuzz/parsers"
)

// What go-fuzz-build -func takes, for each of All.

func FuzzHostileFrame(data []byte) int    { return hostile.Frame(data) }
func FuzzHostileSequence(data []byte) int { return hostile.Sequence(data) }
func FuzzFragments(data []byte) int       { return fragments.Program(data) }
func FuzzCallsPosix(data []byte) int      { return calls.Posix(data) }
func FuzzCallsLwip(data []byte) int       { return calls.Lwip(data) }
func FuzzEMAC(data []byte) int            { return emac.Program(data) }
func FuzzSiege(data []byte) int           { return parsers.Siege(data) }
func FuzzCodecs(data []byte) int          { return parsers.Codecs(data) }
func FuzzFrame(data []byte) int           { return parsers.Frame(data) }
func FuzzCapture(data []byte) int         { return parsers.Capture(data) }
func FuzzMessage(data []byte) int         { return parsers.Message(data) }
func FuzzSplit(data []byte) int           { return parsers.Split(data) }
func FuzzScript(data []byte) int          { return parsers.Script(data) }
func FuzzCompiled(data []byte) int        { return parsers.Compiled(data) }
func FuzzRun(data []byte) int             { return parsers.Run(data) }
func FuzzObjects(data []byte) int         { return parsers.Objects(data) }
