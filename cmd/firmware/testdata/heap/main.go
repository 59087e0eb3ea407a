//go:build tinygo

// Command heap allocates, and therefore must not link.
package main

import "stackproof/cmd/firmware/board"

type node struct{ next *node }

var list *node

func main() {
	for board.Ticks() > 0 {
		list = &node{next: list}
	}
}
