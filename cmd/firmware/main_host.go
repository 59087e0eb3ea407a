//go:build !tinygo

// Command firmware is the flash image; TinyGo compiles it. This file stands in for it on a host.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, `firmware: this program runs on a board; "go run ./cmd/firmware/build" makes its image`)
	os.Exit(2)
}
