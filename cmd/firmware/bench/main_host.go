//go:build !tinygo

// Command bench is the image that measures; TinyGo compiles it. This file stands in for it on a host.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, `bench: this program runs on a board; "stackproof device bench" makes its image`)
	os.Exit(2)
}
