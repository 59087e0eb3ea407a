package oracle

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryRuleSpeaks: each rule has a segment in a state of its own that it is about, and each segment has a rule.
func TestEveryRuleSpeaks(t *testing.T) {
	heard := map[*Rule]bool{}
	for state := range states {
		for _, passive := range []bool{false, true} {
			for flags := range Flags(0x20) {
				for _, seq := range []uint32{89, 90, 100, 600, 1100} {
					for _, ack := range []uint32{0, 1, 40, 50, 51, 60, 61} {
						for _, text := range []uint32{0, 10} {
							b := Block{State: state, Passive: passive, SndUna: 50, SndNxt: 60, MaxSndWnd: 10, RcvNxt: 90, RcvWnd: 1000}
							if state <= SynReceived {
								b.SndUna, b.SndNxt = 0, 1
							}
							if state == Established && seq == 90 && text == 10 {
								b.Held = Range{100, 110}
							}
							r := React(b, Segment{flags, seq, ack, text})
							require.NotEmpty(t, r.Rules, "%s %+v", state, Segment{flags, seq, ack, text})
							for _, rule := range r.Rules {
								heard[rule] = true
							}
						}
					}
				}
			}
		}
	}
	for _, rules := range [][]Rule{closed, listen, synSent, others} {
		for i := range rules {
			assert.True(t, heard[&rules[i]], "%v, rule %d, is about nothing", rules[i].Reqs, i)
		}
	}
}

// TestReceiver: RFC 2018 4's own example, segments of 500 bytes of which the first, or every second, is missing.
func TestReceiver(t *testing.T) {
	r := Receiver{RcvNxt: 5000}
	for from := uint32(5500); from < 9000; from += 500 {
		r.Arrive(Range{from, from + 500}, false)
		require.Equal(t, []Range{{5500, from + 500}}, r.Blocks)
	}
	r = Receiver{RcvNxt: 5500}
	for _, from := range []uint32{6000, 7000, 8000} {
		r.Arrive(Range{from, from + 500}, false)
	}
	require.Equal(t, []Range{{8000, 8500}, {7000, 7500}, {6000, 6500}}, r.Blocks)
	r.Arrive(Range{6500, 7000}, false) // the fourth comes after all
	require.Equal(t, []Range{{6000, 7500}, {8000, 8500}}, r.Blocks)
	require.Equal(t, Arrival{AtOnce: true}, r.Arrive(Range{5500, 6000}, false)) // and the second
	require.Equal(t, Receiver{RcvNxt: 7500, Blocks: []Range{{8000, 8500}}}, r)
	r.Arrive(Range{8500, 8500}, true)
	r.Arrive(Range{7500, 8000}, false)
	require.True(t, r.Closed)
	require.EqualValues(t, 8501, r.RcvNxt)
}
