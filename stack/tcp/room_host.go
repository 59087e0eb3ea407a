//go:build !tinygo

package tcp

// A fast and long path that overflows once leaves a hole for every second segment. Who has forgotten where they are sends
// again what has arrived: with room for them a transfer through 200 ms at 20 Mbit/s is half as fast again.
const (
	// MaxRanges is how many separate ranges of what came out of order a connection holds.
	MaxRanges = 32
	// maxRuns is how many runs of a [scoreboard] there is room for: half as many holes can be told apart, less one.
	maxRuns = 64
)
