//go:build !tinygo

package main

func main() { println("typical: is built to be weighed: stackproof device size --table") }
