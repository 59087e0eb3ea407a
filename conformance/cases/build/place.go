package build

import (
	"path"
	"runtime"
	"strings"
	"sync"
)

// place is a line of Go, its file counted from the repository's root.
type place struct {
	file string
	line int
}

// helpers are the functions that called Helper.
var helpers sync.Map

// Helper says that the function which calls it writes cases on behalf of its caller: a case, or an event, that it makes is
// said to stand where it was called.
func Helper() {
	pc, _, _, _ := runtime.Caller(1)
	helpers.Store(runtime.FuncForPC(pc).Name(), nil)
}

// caller is the place that called this package, helpers left out; where it lies in another file than the case began in,
// the place in that file that led there.
func caller(in string) (at place) {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		p := place{rooted(f.File), f.Line}
		_, helper := helpers.Load(f.Function)
		switch {
		case helper || path.Dir(p.file) == "conformance/cases/build" && !strings.HasSuffix(p.file, "_test.go"):
		case in == "" || p.file == in:
			return p
		case at.file == "":
			at = p
		}
		if !more {
			return at
		}
	}
}

// rooted is a source file's path from the repository's root on, whatever the machine that compiled it calls that.
func rooted(file string) string {
	if i := strings.LastIndex(file, "/conformance/"); i >= 0 {
		return file[i+1:]
	}
	return path.Base(file)
}
