//go:build tinygo

// Command firmware is the flash image. It says hello, then sends back every frame that it receives: two bytes of
// length, lower byte first, and as many bytes. A frame of length zero ends it.
package main

import (
	"encoding/binary"

	"stackproof/cmd/firmware/board"
)

var frame [2 + 0xffff]byte

func main() {
	println("stackproof firmware")
	for {
		head := frame[:2]
		receive(head)
		body := frame[2 : 2+int(binary.LittleEndian.Uint16(head))]
		if len(body) == 0 {
			board.Exit(0)
		}
		receive(body)
		board.Write(frame[:2+len(body)])
	}
}

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
