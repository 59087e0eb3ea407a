//go:build tinygo

// Command probe shows on the board what the image relies on. It reads letters and does what each stands for; the
// tests in cmd/firmware boot it once for every letter.
package main

import (
	_ "embed"
	"encoding/binary"
	"time"
	"unsafe"

	"stackproof/cmd/firmware/board"
)

//go:embed blob.txt
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
	case 'e':
		echo()
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
	case 's':
		left := board.StackLeft()
		table[0] = byte(climb(8))
		println("stack", left > 4<<10, board.StackLeft() <= left-8*256)
	case 't':
		println("ticks", elapse() >= board.TicksPerSecond/1000)
	case 'x':
		board.Exit(7)
	case 'z':
		board.Exit(0)
	default:
		println("unknown letter", what)
	}
}

// echo sends back every frame that it receives: two bytes of length, lower byte first, and as many bytes. One of length
// zero ends it.
func echo() {
	for {
		head := frame[:2]
		receive(head)
		body := frame[2 : 2+int(binary.LittleEndian.Uint16(head))]
		if len(body) == 0 {
			return
		}
		receive(body)
		board.Write(frame[:2+len(body)])
	}
}

var frame [2 + 0xffff]byte

// receive fills p.
func receive(p []byte) {
	for len(p) > 0 {
		n := board.Read(p)
		if n == 0 {
			board.Wait()
		}
		p = p[n:]
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

// climb uses at least 256 bytes of stack for each step.
func climb(n int) int {
	var pad [256]byte
	touch(pad[:])
	if n == 0 {
		return 0
	}
	return climb(n-1) + int(pad[n])
}

//go:noinline
func touch(p []byte) { p[board.Ticks()&0xff] = 1 }

// elapse sees a thousandth of a second pass, by the runtime's clock, and tells how far the board's went.
func elapse() uint64 {
	start := board.Ticks()
	time.Sleep(time.Millisecond)
	return board.Ticks() - start
}
