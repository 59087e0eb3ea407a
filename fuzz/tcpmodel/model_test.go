package tcpmodel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/drivers/segment"
)

// anyFaults draws what the network does.
func anyFaults(t *rapid.T, v6 bool) (f Faults) {
	chance := rapid.SampledFrom([]float64{0, 0, 0, .02, .1, .3})
	f.Path = segment.Path{
		Rate:      rapid.SampledFrom([]int64{0, 0, 1_000_000, 10_000_000}).Draw(t, "rate"),
		Delay:     time.Duration(rapid.SampledFrom([]int{0, 1, 20, 200}).Draw(t, "delay ms")) * time.Millisecond,
		Jitter:    time.Duration(rapid.SampledFrom([]int{0, 0, 5, 100}).Draw(t, "jitter ms")) * time.Millisecond,
		Loss:      chance.Draw(t, "loss"),
		Duplicate: chance.Draw(t, "duplicate"),
		Reorder:   chance.Draw(t, "reorder"),
		Corrupt:   chance.Draw(t, "corrupt"),
	}
	for i := range f.Window {
		f.Window[i] = rapid.SampledFrom([]uint32{0, 0, 1, 4}).Draw(t, "window")
	}
	f.MTU = rapid.SampledFrom([]int{0, 0, 1400, 1280}).Draw(t, "MTU")
	if !v6 && f.MTU == 1280 {
		f.MTU = 576
	}
	return f
}

// anyConfig draws the hosts.
func anyConfig(t *rapid.T) (c Config) {
	c.IPv6 = rapid.Bool().Draw(t, "IPv6")
	c.Seed = rapid.Uint64Range(0, 1<<60).Draw(t, "seed")
	knobs := []sut.Knob{sut.KnobSACK, sut.KnobTimestamps, sut.KnobWindowScale, sut.KnobRACK, sut.KnobCUBIC}
	for i := range 2 {
		c.RcvBuf[i] = rapid.SampledFrom([]uint32{0, 1500, 20_000, 200_000}).Draw(t, "receive buffer")
		c.SndBuf[i] = rapid.SampledFrom([]uint32{0, 1500, 20_000, 200_000}).Draw(t, "send buffer")
		for _, k := range knobs {
			if rapid.IntRange(0, 3).Draw(t, k.String()) == 0 {
				c.Off[i] = append(c.Off[i], k)
			}
		}
	}
	return c
}

// act does one thing that is drawn.
func act(t *rapid.T, m *Model, v6 bool) {
	i := rapid.IntRange(0, 1).Draw(t, "host")
	switch rapid.SampledFrom([]string{
		"write", "write", "write", "read", "read", "soon", "soon", "later", "network", "link", "shutdown", "abort",
	}).Draw(t, "act") {
	case "write":
		m.Write(i, rapid.SampledFrom([]int{1, 100, 1460, 5000, 60_000}).Draw(t, "bytes"))
	case "read":
		m.Read(i, rapid.SampledFrom([]int{1, 500, 3000, 100_000}).Draw(t, "bytes"))
	case "soon":
		m.Pass(time.Duration(rapid.IntRange(0, 100).Draw(t, "ms")) * time.Millisecond)
	case "later":
		m.Pass(time.Duration(rapid.IntRange(1, 30).Draw(t, "ds")) * 100 * time.Millisecond)
	case "network":
		require.NoError(t, m.Network(anyFaults(t, v6)))
	case "link":
		m.Link(i, rapid.IntRange(0, 2).Draw(t, "up") > 0)
	case "shutdown":
		if rapid.IntRange(0, 3).Draw(t, "sure") == 0 {
			m.Shutdown(i)
		}
	case "abort":
		if rapid.IntRange(0, 7).Draw(t, "sure") == 0 {
			m.Abort(i)
		}
	}
	require.NoError(t, m.Err())
}

// modelRun is many runs of the model on the same hosts, and all that happened in them.
type modelRun struct {
	stacks [2]sut.SUT
	total  Count
}

func newModelRun() *modelRun { return &modelRun{stacks: [2]sut.SUT{large.New(), large.New()}} }

// TestModel: whatever the applications and the network do, what TCP promises holds; and they did do it.
func TestModel(t *testing.T) {
	r := newModelRun()
	rapid.Check(t, r.propertyModel)
	total := r.total
	t.Logf("%+v", total)
	for _, n := range total.all() {
		if n != &total.Unopened {
			require.NotZero(t, *n, "%+v: a run in which something never happened proves nothing about it", total)
		}
	}
}

func FuzzModel(f *testing.F) { f.Fuzz(rapid.MakeFuzz(newModelRun().propertyModel)) }

func (r *modelRun) propertyModel(t *rapid.T) {
	cfg := anyConfig(t)
	m, err := New(cfg, r.stacks)
	require.NoError(t, err)
	for range rapid.IntRange(1, 60).Draw(t, "acts") {
		act(t, m, cfg.IPv6)
	}
	require.NoError(t, m.Finish())
	r.total.Add(m.Tally())
}
