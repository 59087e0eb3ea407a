//go:build tinygo

// Command firmware is the flash image: the stack, the interpreter and the compiled cases on one board. It obeys the
// host's lines on its console (conformance/device): it runs cases and tells of them, or serves its stack.
package main

import (
	_ "embed"

	"stackproof/cmd/firmware/board"
	"stackproof/conformance/device"
	"stackproof/conformance/sut/inproc"
)

// cases is the list of compiled cases; the build command makes it.
//
//go:embed cases.bin
var cases string

// All storage is static: the image has no heap.
var (
	agent device.Agent
	host  inproc.Host
	list  memory
	line  console
	input [1024]byte
)

func main() {
	agent.Init(&list, &host, &line)
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

// memory is where the list lies.
type memory struct{}

func (*memory) Size() int                { return len(cases) }
func (*memory) ReadAt(p []byte, off int) { copy(p, cases[off:]) }

// console is the board's serial line.
type console struct{}

func (*console) Write(p []byte) (int, error) {
	board.Write(p)
	return len(p), nil
}
