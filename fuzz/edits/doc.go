// Package edits sets every field of every header that the stack reads to the values at the edges of its range, one, two and
// three fields at a time, with the checksums right and left as they were, and throws the frame at the stack in every state
// of TCP and in what other states there are.
//
// The headers are a table (layout.go), the frames that are good are built for each state (bases.go), and whoever forgets a
// bit of either is found out by a test. What must not happen is in judge.go. The cases
// tcp/edits are a sample of it that runs on every stack, on a board too.
package edits
