//go:build !tinygo

package main

func main() { println("probe: runs on a board only: go test ./cmd/firmware boots it") }
