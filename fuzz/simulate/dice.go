package simulate

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// dice are the chance of one concern. Each concern has its own, made of the seed and of the concern's name, so that a new
// draw in one place does not shift the others.
type dice struct{ *rand.Rand }

func newDice(seed uint64, concern string) dice {
	h := fnv.New64a()
	h.Write([]byte(concern)) //nolint:errcheck // a hash has no error
	return dice{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// often is true with a probability.
func (d dice) often(p float64) bool { return d.Float64() < p }

// between draws a number from a to b, both included.
func (d dice) between(a, b int) int { return a + d.IntN(b-a+1) }

// span draws a time from a to b, whole milliseconds.
func (d dice) span(a, b time.Duration) time.Duration {
	const ms = time.Millisecond
	return a + time.Duration(d.IntN(int((b-a)/ms)+1))*ms
}

// pick draws one of several.
func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }
