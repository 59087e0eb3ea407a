//go:build tinygo

// Command whole is an application to be weighed that may call all that there is: entries.go names every exported function of
// the stack, the sockets and the driver, so that the linker drops none.
package main

import (
	"unsafe"

	"runtime/volatile"
	"stackproof/cmd/firmware/board"
	"stackproof/cmd/firmware/testdata/footprint"
)

// sink is where the addresses of functions go.
var sink uint32

// keep keeps a function, whose value is a context and its address.
func keep[F any](f F) { volatile.StoreUint32(&sink, (*[2]uint32)(unsafe.Pointer(&f))[1]) }

func main() {
	entries()
	if !footprint.Init() {
		board.Exit(1)
	}
}
