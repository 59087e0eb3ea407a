//go:build tinygo

// Command none is a program without the stack: what start-up code and runtime take by themselves.
package main

import "stackproof/cmd/firmware/board"

func main() { board.Exit(0) }
