// Package liar is a fuzz target with one fault, for the test of what is built of targets.
package liar

// Body fails on one word, which an engine finds by its coverage, and has no use for inputs that begin with another.
func Body(data []byte) int {
	if len(data) > 3 && data[0] == 'F' && data[1] == 'U' && data[2] == 'Z' && data[3] == 'Z' {
		panic("liar: found")
	}
	if len(data) > 0 && data[0] == 'x' {
		return -1
	}
	return 1
}
