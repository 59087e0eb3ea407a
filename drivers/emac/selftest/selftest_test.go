package selftest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
	"stackproof/drivers/emac/selftest"
)

// clock is the hardware's time, which passes when it is looked at.
type clock struct{ host *model.Host }

func (c clock) Now() time.Duration {
	c.host.At(c.host.Now() + time.Microsecond)
	return c.host.Now()
}

const rings = 4

func newRunner(bus func(*model.Host) emac.Bus) (*selftest.Runner, *model.Host) {
	h := model.NewHost(model.Config{}, emac.Size(rings, rings))
	return &selftest.Runner{Bus: bus(h), Clock: clock{h}, Memory: h.RAM.CPU(), Rings: rings, PHY: 1, BusHz: 180_000_000}, h
}

func plain(h *model.Host) emac.Bus { return h }

func TestAllPass(t *testing.T) {
	r, h := newRunner(plain)
	for range 2 {
		for test := range selftest.Tests {
			require.Equal(t, selftest.Result{}, r.Run(test), test.String())
		}
	}
	require.Empty(t, h.EMAC.Violations())
}

// broken is hardware that does something else than it was told.
type broken struct {
	*model.Host
	write func(offset, value uint32) uint32
	read  func(offset, value uint32) uint32
}

func (b broken) Write(offset, value uint32) {
	if b.write != nil {
		value = b.write(offset, value)
	}
	b.Host.Write(offset, value)
}

func (b broken) Read(offset uint32) uint32 {
	v := b.Host.Read(offset)
	if b.read != nil {
		v = b.read(offset, v)
	}
	return v
}

// TestFlaws: each test finds what it is for.
func TestFlaws(t *testing.T) {
	masked := func(at, and, or uint32) func(offset, value uint32) uint32 {
		return func(offset, value uint32) uint32 {
			if offset == at {
				return value&and | or
			}
			return value
		}
	}
	for _, c := range []struct {
		test selftest.Test
		b    broken
		want selftest.Flaw
	}{
		{selftest.Descriptors, broken{read: masked(emac.BusMode, ^uint32(0), emac.BusModeSWR)}, selftest.NoStart},
		{selftest.Descriptors, broken{write: masked(emac.MACConfig, ^uint32(emac.ConfigLM), 0)}, selftest.Lost},
		{selftest.Loopback, broken{write: masked(emac.MACConfig, ^uint32(emac.ConfigRE), 0)}, selftest.Lost},
		{selftest.Overflow, broken{read: masked(emac.Missed, 0, 0)}, selftest.Count},
		{selftest.Filter, broken{write: masked(emac.MACFrameFilter, 0, emac.FilterPR)}, selftest.Passed},
		{selftest.Filter, broken{write: masked(emac.Addr0Low, 0, 0)}, selftest.Lost},
		{selftest.MDIO, broken{write: masked(emac.GMIIAddr, ^uint32(31<<emac.MDIOPAAt), 7<<emac.MDIOPAAt)}, selftest.Identifier},
		{selftest.MDIO, broken{read: masked(emac.GMIIAddr, ^uint32(0), emac.MDIOGB)}, selftest.NoAnswer},
	} {
		t.Run(c.test.String()+" "+c.want.String(), func(t *testing.T) {
			r, _ := newRunner(func(h *model.Host) emac.Bus {
				c.b.Host = h
				return c.b
			})
			require.Equal(t, c.want, r.Run(c.test).Flaw)
		})
	}
}
