//go:build !tinygo

package main

func main() { println("ethernet: runs on a board only: go test ./cmd/p4emu/emulator boots it") }
