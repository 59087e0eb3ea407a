//go:build !tinygo

package main

func main() { println("whole: is built to be weighed: stackproof device size --table") }
