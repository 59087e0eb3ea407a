//go:build !unicorn

// Command p4emu boots a flash image on an emulated ESP32-P4. This file stands in for it where Unicorn is not linked.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "p4emu: built without its processor: apt-get install --no-install-recommends libunicorn-dev, and go build -tags unicorn")
	os.Exit(2)
}
