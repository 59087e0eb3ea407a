//go:build tinygo

// Command probe shows on the board what the image relies on. It reads letters and does what each stands for; the
// tests in cmd/firmware boot it once for every letter.
package main

import (
	_ "embed"
	"unsafe"

	"stackproof/cmd/firmware/board"
)

// blob is written by the test, through the build's Prepare.
//
//go:embed blob.bin
var blob string

var letter [1]byte

func main() {
	println("probe")
	for {
		if board.Read(letter[:]) == 0 {
			board.Wait()
			continue
		}
		do(letter[0])
	}
}

func do(what byte) {
	switch what {
	case 'b':
		println("blob", len(blob), blob)
	case 'c':
		constructs()
	case 'i':
		println(table[what])
	case 'n':
		println(nowhere.next)
	case 'p':
		panic("on purpose")
	case 'o':
		println(dive(-1))
	case 'r':
		println(*device(nothing))
	case 'w':
		*device(windowStart) = 0
	case 'j':
		*device(windowEnd) = 0
	case 't':
		println("ticks", board.Ticks() < board.Ticks()+1, elapse())
	case 'x':
		board.Exit(7)
	case 'z':
		board.Exit(0)
	default:
		println("unknown letter", what)
	}
}

const (
	windowStart = 0x8000_0000
	windowEnd   = 0x8004_0000
	nothing     = 0x8 // to the compiler an address, to the machine none
)

var (
	table   [4]byte
	nowhere *link
)

type link struct {
	next *link
	pad  [64]byte
}

// device is an address as such.
func device(address uintptr) *uint32 { return (*uint32)(unsafe.Pointer(address)) }

// dive calls itself until the stack ends. One of two calls is no tail call, which the compiler would make a loop.
func dive(n int) int {
	if n == 0 {
		return 1
	}
	return dive(n-1) * dive(n-2)
}

// elapse waits for the clock to move on by a thousandth of a second.
func elapse() bool {
	start := board.Ticks()
	for board.Ticks()-start < board.TicksPerSecond/1000 {
	}
	return true
}
