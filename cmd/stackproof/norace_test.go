//go:build !race

package main

// raceScale is by how much live transfers are smaller.
const raceScale = 1
