//go:build tinygo

// Command firmware is the flash image: the stack, the interpreter and the compiled cases on one board. It obeys the
// host's lines on its console (conformance/device): it runs cases and tells of them, or serves its stack.
package main

import (
	_ "unsafe" // go:section

	"stackproof/cmd/firmware/board"
	"stackproof/conformance/device"
	"stackproof/conformance/sut/inproc"
)

// All storage is static: the image has no heap.
var (
	host  inproc.Host
	rooms inproc.Small
	list  flash
	line  console
	input [256]byte
)

// agent and buffers lie below the window where the board has memory there (runtime/esp32p4.ld).

//go:section .bss.low
var agent device.Agent

//go:section .bss.low
var buffers inproc.SmallBuffers

func main() {
	host.Init(&rooms, &buffers)
	agent.StackLeft, agent.Carry, agent.SelfTest = board.StackLeft, carry, selfTest
	agent.Build = board.Build()
	agent.Init(&list, attach(), &line)
	agent.Hello()
	for {
		n := board.Read(input[:])
		if n == 0 {
			board.Wait()
			continue
		}
		agent.Feed(input[:n])
	}
}

// flash is where the compiled cases lie; they are read one at a time.
type flash struct{}

func (*flash) Size() int                { return board.FlashSize }
func (*flash) ReadAt(p []byte, off int) { board.ReadFlash(p, off) }

// console is the board's serial line.
type console struct{}

func (*console) Write(p []byte) (int, error) {
	board.Write(p)
	return len(p), nil
}
