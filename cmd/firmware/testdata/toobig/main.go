//go:build tinygo

// Command toobig has more variables than the window has room, and therefore must not link.
package main

import "stackproof/cmd/firmware/board"

var buffer [256 << 10]byte

func main() { buffer[board.Ticks()&0xffff] = buffer[board.Read(buffer[:])] }
