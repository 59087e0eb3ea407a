package tcp

import "time"

// RFC 5961 7: challenge acknowledgments are throttled, here per connection, so that nobody can learn from one connection
// how many another has sent.
const (
	challengeLimit  = 10
	challengePeriod = 5 * time.Second
)

// limiter counts the challenge acknowledgments of the current period.
type limiter struct {
	since time.Duration
	spent int
}

// allows reports whether there is one left.
func (l *limiter) allows(now time.Duration) bool {
	return l.spent < challengeLimit || now-l.since >= challengePeriod
}

// spend takes one.
func (l *limiter) spend(now time.Duration) {
	if l.spent == 0 || now-l.since >= challengePeriod {
		l.since, l.spent = now, 0
	}
	l.spent++
}
