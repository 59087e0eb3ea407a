//go:build !tinygo

package main

func main() { println("none: is built to be weighed: stackproof device size --table") }
