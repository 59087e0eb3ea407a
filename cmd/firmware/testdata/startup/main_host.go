//go:build !tinygo

package main

func main() {
	println("startup: runs on a board only: stackproof mutants startup boots it")
}
