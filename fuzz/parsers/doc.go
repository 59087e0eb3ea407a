// Package parsers is fuzz targets for what reads bytes that come from outside: scripts and their compiled form, the messages
// of stacks under test, frames, captures, object files. Each is one function of bytes for every engine: it panics if a promise
// is broken, and returns 1 for an input that was understood, else 0. Its seeds are what the encoders write.
package parsers

import "fmt"

// must panics unless a promise is kept.
func must(kept bool, format string, args ...any) {
	if !kept {
		panic("parsers: " + fmt.Sprintf(format, args...))
	}
}

// interesting is 1 for an input that was understood: an engine is to keep it.
func interesting(understood bool) int {
	if understood {
		return 1
	}
	return 0
}
