//go:build race

package main

// raceScale is by how much live transfers are smaller, and generated cases over a pipe fewer, under the race detector, which
// is that much slower.
const raceScale = 10
