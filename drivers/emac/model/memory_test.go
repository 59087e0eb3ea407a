package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

const base = 0x4ff40000

type told struct {
	rule    model.Rule
	address uint32
}

func newRAM(n int) (m *model.RAM, reports *[]told) {
	reports = &[]told{}
	m = model.NewRAM(base, model.Aligned(n))
	m.Report = func(rule model.Rule, address uint32, _ string) { *reports = append(*reports, told{rule, address}) }
	return m, reports
}

func TestTwoSidesMeetOnlyInCacheOperations(t *testing.T) {
	m, reports := newRAM(256)
	m.CPU()[3] = 7
	got := make([]byte, 1)
	require.True(t, m.Load(base+3, got))
	require.Zero(t, got[0], "the DMA does not see what is in the cache")
	require.True(t, m.Dirty(base, 4))
	require.False(t, m.Dirty(base+4, 4))
	m.WriteBack(base, 64)
	require.True(t, m.Load(base+3, got))
	require.EqualValues(t, 7, got[0])
	require.False(t, m.Dirty(base, 64))

	require.True(t, m.Store(base+64, []byte{9}))
	require.Zero(t, m.CPU()[64], "the CPU does not see what the DMA has written")
	require.True(t, m.Stale(base+64, 1))
	m.Invalidate(base+64, 64)
	require.EqualValues(t, 9, m.CPU()[64])
	require.False(t, m.Stale(base+64, 1))
	require.Empty(t, *reports)
}

func TestCacheMistakes(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(m *model.RAM)
		want told
	}{
		{"invalidation of what was written", func(m *model.RAM) { m.CPU()[0] = 1; m.Invalidate(base, 64) }, told{model.RuleLost, base}},
		{"a line over the DMA's data", func(m *model.RAM) {
			m.CPU()[64] = 1
			m.Store(base+127, []byte{1})
			m.WriteBack(base+64, 64)
		}, told{model.RuleOverwrite, base + 64}},
		{"half a line", func(m *model.RAM) { m.WriteBack(base, 32) }, told{model.RuleAlignment, base}},
		{"from the middle", func(m *model.RAM) { m.Invalidate(base+32, 64) }, told{model.RuleAlignment, base + 32}},
		{"outside", func(m *model.RAM) { m.Invalidate(base+192, 128) }, told{model.RuleAddress, base + 192}},
		{"below", func(m *model.RAM) { m.WriteBack(base-64, 64) }, told{model.RuleAddress, base - 64}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, reports := newRAM(256)
			c.do(m)
			require.Equal(t, []told{c.want}, *reports)
		})
	}
}

// TestWriteBackOfWhatWasThereBefore: a CPU that writes the values that it has read before the DMA wrote others.
func TestWriteBackOfWhatWasThereBefore(t *testing.T) {
	m, reports := newRAM(64)
	m.Store(base, []byte{5})
	m.CPU()[0] = 0 // as it was
	m.WriteBackAll()
	require.EqualValues(t, 5, m.DMA()[0], "no change is seen")
	m.WriteBack(base, 64)
	require.Zero(t, m.DMA()[0], "a line that is named is taken to be written")
	require.Empty(t, *reports)
}

func TestEviction(t *testing.T) {
	m, _ := newRAM(256)
	m.Seed(1)
	m.CPU()[70] = 1
	m.Store(base+200, []byte{2})
	m.Evict(100)
	require.Equal(t, m.CPU(), m.DMA(), "dirty lines go out, clean ones are read again")
	require.EqualValues(t, 1, m.DMA()[70])
	require.EqualValues(t, 2, m.CPU()[200])
}

func TestUncached(t *testing.T) {
	m := model.Uncached(base, model.Aligned(128))
	m.CPU()[0] = 1
	require.EqualValues(t, 1, m.DMA()[0])
	require.False(t, m.Dirty(base, 64))
	require.Zero(t, m.Line())
	m.WriteBack(base, 1)
	m.Invalidate(base, 1)
	m.WriteBackAll()
	m.Evict(1)
}

func TestBounds(t *testing.T) {
	m, _ := newRAM(128)
	b := make([]byte, 64)
	require.True(t, m.Load(base+64, b))
	require.False(t, m.Load(base+65, b))
	require.False(t, m.Store(base-1, b))
	require.False(t, m.Store(0xffffffff, b))
	require.Zero(t, m.Seen(base+126))
	require.Panics(t, func() { m.Address(b) })
	require.Panics(t, func() { m.Address(nil) })
	require.Panics(t, func() { model.NewRAM(base, make([]byte, 65)) })
	require.EqualValues(t, base+64, m.Address(m.CPU()[64:]))
}

// TestCacheAndDMA provokes what goes wrong between a CPU with a cache and the engines.
func TestCacheAndDMA(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *rig)
		rule model.Rule
		says string
	}{
		{"dirty line over a receive buffer", func(r *rig) {
			r.buffers[ring*room+5]++
			r.EMAC.Receive(r.Now(), frame(60))
		}, model.RuleDirty, "64 bytes"},
		{"read without invalidation", func(r *rig) {
			r.EMAC.Receive(r.Now(), frame(60))
			r.wait(20 * us)
			r.Reads(r.buffers[ring*room:][:60])
		}, model.RuleInvalidate, "60 bytes"},
		{"descriptor changed in memory", func(r *rig) {
			r.send(0, frame(1000))
			r.wait(20 * us)
			r.tx[0][1]++
			r.WriteBack(r.txAt, emac.DescriptorSize)
			r.wait(100 * us)
		}, model.RuleOwnership, "word 1"},
		{"descriptor taken back", func(r *rig) {
			r.rx[0][0] = 0
			r.WriteBack(r.rxAt, emac.DescriptorSize)
			r.EMAC.Receive(r.Now(), frame(60))
		}, model.RuleOwnership, "DMA owns"},
		{"descriptor given with its size to follow", func(r *rig) {
			r.EMAC.Receive(r.Now(), frame(60))
			r.wait(20 * us)
			r.rxStatus(0)
			r.giveBack(0)
			r.rx[0][1] = emac.RxRCH | 512
			r.WriteBack(r.rxAt, emac.DescriptorSize)
		}, model.RuleOwnership, "word 1"},
		{"demand without a barrier", func(r *rig) {
			r.Host.WriteBack(r.buffer(3), emac.CacheLine)
			r.Write(emac.RxPoll, 0)
		}, model.RuleBarrier, "RXPOLL"},
		{"start without a barrier", func(r *rig) {
			r.Write(emac.OpMode, 0)
			r.Host.WriteBack(r.buffer(3), emac.CacheLine)
			r.Write(emac.OpMode, emac.OpModeST)
		}, model.RuleBarrier, "OPMODE"},
		{"given without a barrier", func(r *rig) {
			r.Host.WriteBack(r.buffer(0), emac.CacheLine)
			r.tx[0][1] = 60
			r.tx[0][0] = emac.DescOwn | emac.TxTCH | emac.TxFS | emac.TxLS
			r.WriteBack(r.txAt, emac.DescriptorSize)
		}, model.RuleBarrier, "is given a descriptor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, model.Config{})
			c.do(r)
			r.wait(20 * us)
			r.violates(c.rule, c.says)
		})
	}
}

// TestHalfLineDescriptors: two descriptors in a line are somebody's mistake, unless there is no cache.
func TestHalfLineDescriptors(t *testing.T) {
	for _, cached := range []bool{true, false} {
		mem := model.Aligned(4096)
		ram := model.Uncached(base, mem)
		if cached {
			ram = model.NewRAM(base, mem)
		}
		e := model.New(model.Config{}, ram)
		e.SetPHYReset(10*ms, false)
		e.SetClocks(10*ms, model.Running())
		e.Advance(30 * ms)
		at := e.Now()
		d := emac.Descriptors(mem)
		d[0] = emac.Descriptor{0, emac.RxRCH | 128, base + 256, base + 32, 0, 0, 0, 0, emac.DescOwn, emac.RxRCH | 128, base + 512, base}
		d[0][0] = emac.DescOwn
		ram.WriteBack(base, 64)
		ram.Barrier()
		e.Write(at, emac.BusMode, emac.BusModeATDS)
		e.Write(at, emac.RxList, base+32)
		e.Write(at, emac.OpMode, emac.OpModeSR)
		e.Advance(at + us)
		require.Equal(t, cached, len(e.Violations()) == 1)
		if cached {
			require.Equal(t, model.RuleAlignment, e.Violations()[0].Rule)
		}
	}
}
