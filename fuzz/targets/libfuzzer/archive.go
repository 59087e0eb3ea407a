package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"stackproof/conformance/gotool"
)

// program is the source of a target as libFuzzer has it. A panic must end in SIGABRT, which the engine takes for a crash and
// saves the input; Go itself would leave with exit status 2. Of the numbers that are returned libFuzzer knows -1, not to keep an
// input; all others but 0 are reserved.
const program = `package main

// #include <stddef.h>
import "C"

import (
	"runtime/debug"
	"unsafe"

	body %q
)

func init() { debug.SetTraceback("crash") }

//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.char, size C.size_t) C.int {
	return C.int(min(body.%s(C.GoBytes(unsafe.Pointer(data), C.int(size))), 0))
}

func main() {}
`

// archive builds a body as a C archive with libFuzzer's instrumentation in all packages; the tag is for its part in the runtime.
func archive(ctx context.Context, root, file, pkg, fn string) error {
	dir, err := os.MkdirTemp("", "libfuzzer")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, fmt.Appendf(nil, program, pkg, fn), 0o666); err != nil {
		return err
	}
	_, err = gotool.Run(ctx, root, "build", "-buildmode=c-archive", "-tags=libfuzzer", "-gcflags=all=-d=libfuzzer", "-o", filepath.Join(dir, "body.a"), source)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(dir, "body.a")) // beside it lies a header, which nobody needs
	if err != nil {
		return err
	}
	return write(file, b)
}
