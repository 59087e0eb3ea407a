//go:build tinygo

package tcp

// On the board memory counts, and the queues are short.
const (
	// MaxRanges is how many separate ranges of what came out of order a connection holds.
	MaxRanges = 8
	// maxRuns is how many runs of a scoreboard there is room for: half as many holes can be told apart, less one.
	maxRuns = 20
)
