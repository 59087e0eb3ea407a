package hostile

import (
	"maps"
	"slices"

	"stackproof/golden/verify"
)

// FrameSeeds are inputs of Frame: the samples in every state, as they are and aimed.
func FrameSeeds() [][]byte {
	return seeds(func(state, order byte, b []byte) []byte { return append([]byte{state, order}, b...) })
}

// SequenceSeeds are inputs of Sequence: each sample twice.
func SequenceSeeds() [][]byte {
	return seeds(func(state, order byte, b []byte) []byte {
		one := append([]byte{order, 80, byte(len(b) >> 8), byte(len(b))}, b...)
		return append(append([]byte{state}, one...), one...)
	})
}

// seeds are the samples in every state; input makes one of an order and a frame.
func seeds(input func(state, order byte, b []byte) []byte) (all [][]byte) {
	samples := verify.Samples()
	for i, name := range slices.Sorted(maps.Keys(samples)) {
		for state := range byte(14) {
			order := []byte{0, orderAim, orderRepair | orderAim, orderV6 | orderAim}[(i+int(state))%4]
			all = append(all, input(state, order, samples[name]))
		}
	}
	return all
}
