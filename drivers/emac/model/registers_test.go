package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

func TestRegistersAfterReset(t *testing.T) {
	r := newRig(t, model.Config{})
	for _, c := range []struct{ offset, want uint32 }{
		{emac.MACConfig, 0}, {emac.MACFrameFilter, 0}, {emac.Version, 0x37}, {emac.LPITimers, 1000 << 16},
		{emac.Addr0High, 0x8000ffff}, {emac.Addr0Low, 0xffffffff}, {emac.Addr0High + 8, 0xffff},
		{emac.Addr0Low + 8*8, 0xffffffff}, {emac.TSControl, 0x2000}, {emac.BusMode, 0x20100}, {emac.Status, 0},
		{emac.OpMode, 0}, {emac.IntEnable, 0}, {emac.AXIBusMode, 0x110001}, {emac.CurRxDesc, 0}, {0x100, 0},
	} {
		require.Equal(t, c.want, r.Read(c.offset), "offset %#x", c.offset)
	}
}

func TestSoftResetTakesEverythingBack(t *testing.T) {
	r := started(t, model.Config{})
	r.Write(emac.BusMode, emac.BusModeSWR)
	require.EqualValues(t, 0x20101, r.Read(emac.BusMode), "SWR stays until the clocks have carried it through")
	r.wait(10 * us)
	require.EqualValues(t, 0x20100, r.Read(emac.BusMode))
	require.Zero(t, r.Read(emac.MACConfig))
	require.Zero(t, r.Read(emac.OpMode))
	require.Zero(t, r.Read(emac.RxList))
	require.Zero(t, r.Read(emac.Status)>>emac.StatusRSAt, "both engines are stopped")
}

// TestForbiddenAccess provokes each rule about registers.
func TestForbiddenAccess(t *testing.T) {
	clocksOff := func(r *rig) { r.EMAC.SetClocks(r.Now(), model.Clocks{}) }
	for _, c := range []struct {
		name string
		do   func(r *rig)
		rule model.Rule
		says string
	}{
		{"clock off", func(r *rig) { clocksOff(r); r.Read(emac.Version) }, model.RuleClock, "VERSION (offset 0x20): the block's clock is off"},
		{"in reset", func(r *rig) {
			c := model.Running()
			c.Held = true
			r.EMAC.SetClocks(r.Now(), c)
			r.Write(emac.MACConfig, 0)
		}, model.RuleClock, "held in reset"},
		{"soft reset", func(r *rig) { r.Write(emac.BusMode, emac.BusModeSWR); r.Read(emac.MACConfig) }, model.RuleSoftReset, "MACCONFIG"},
		{"no register", func(r *rig) { r.Read(0x0e4) }, model.RuleUnknown, "0xe4"},
		{"reserved bit", func(r *rig) { r.Write(emac.MACConfig, 1<<31) }, model.RuleReserved, "0x80000000"},
		{"read-only", func(r *rig) { r.Write(emac.Version, 1) }, model.RuleReadOnly, "VERSION"},
		{"not modelled", func(r *rig) { r.Write(emac.MACFrameFilter, emac.FilterVTFE) }, model.RuleUnknown, "does not have"},
		{"receive list", func(r *rig) { r.configure(config, 0, 0); r.Write(emac.RxList, r.rxAt) }, model.RuleList, "RXLIST"},
		{"transmit list", func(r *rig) { r.configure(config, 0, 0); r.Write(emac.TxList, r.txAt) }, model.RuleList, "TXLIST"},
		{"misaligned list", func(r *rig) { r.Write(emac.TxList, r.txAt+2) }, model.RuleAlignment, "not a multiple of 4"},
		{"flush", func(r *rig) { r.Write(emac.OpMode, emac.OpModeFTF); r.Write(emac.OpMode, 0) }, model.RuleFlush, "FTF"},
		{"MDIO", func(r *rig) { r.mdio(1, 0, 0); r.Write(emac.GMIIData, 0) }, model.RuleBusy, "GMIIDATA"},
		{"MDIO clock", func(r *rig) { r.Write(emac.GMIIAddr, emac.MDIOGB) }, model.RuleSpeed, "at most 2500000"},
		{"FCB", func(r *rig) {
			r.configure(config, 0, 0)
			r.Write(emac.FlowControl, emac.FlowTFE|emac.FlowFCB)
			r.Write(emac.FlowControl, emac.FlowTFE)
		}, model.RuleBusy, "FCB"},
		{"ST before TE", func(r *rig) { r.rings(); r.Write(emac.OpMode, emac.OpModeST) }, model.RuleOrder, "TE"},
		{"gigabit", func(r *rig) { r.Write(emac.MACConfig, emac.ConfigTE) }, model.RuleSpeed, "1000"},
		{"speed while on", func(r *rig) {
			r.Write(emac.MACConfig, config|on)
			r.Write(emac.MACConfig, (config|on)&^emac.ConfigFES)
		}, model.RuleOrder, "FES"},
		{"loopback in half duplex", func(r *rig) {
			r.Write(emac.MACConfig, emac.ConfigPS|emac.ConfigFES|emac.ConfigLM|on)
		}, model.RuleOrder, "full duplex"},
		{"half an address", func(r *rig) {
			r.Write(emac.Addr0High, 0x0201)
			r.Write(emac.MACConfig, config|on)
		}, model.RuleOrder, "low word"},
		{"demand while stopped", func(r *rig) { r.Write(emac.RxPoll, 0) }, model.RuleOrder, "stopped"},
		{"divider", func(r *rig) {
			r.linkUp()
			r.configure(config, 0, 0)
			r.SetSpeed(false)
			r.send(0, frame(60))
			r.wait(ms)
		}, model.RuleSpeed, "divider is 19"},
		{"PHY reset too short", func(r *rig) {
			r.EMAC.SetPHYReset(r.Now(), true)
			r.EMAC.SetPHYReset(r.Now()+ms, false)
		}, model.RuleOrder, "1ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{})
			r.reset()
			c.do(r)
			r.violates(c.rule, c.says)
		})
	}
}

func TestSlowBusClock(t *testing.T) {
	r := newRig(t, model.Config{SystemHz: 20_000_000})
	r.reset()
	r.linkUp()
	r.configure(config, 0, 0)
	r.send(0, frame(60))
	r.wait(ms)
	r.violates(model.RuleSpeed, "20000000")
}

func TestViolationsAreCountedAndReported(t *testing.T) {
	told := 0
	r := newRig(t, model.Config{Report: func(model.Violation) { told++ }})
	for range 150 {
		r.Read(0xffc)
	}
	require.Equal(t, 150, told)
	require.Equal(t, 150, r.EMAC.Violated())
	require.Len(t, r.EMAC.Violations(), 100)
	r.EMAC.Forgive()
	require.Zero(t, r.EMAC.Violated())
}

func TestDebugAndCurrentPointers(t *testing.T) {
	r := started(t, model.Config{})
	require.Zero(t, r.Read(emac.Debug))
	require.Equal(t, r.rxAt, r.Read(emac.CurRxDesc))
	r.send(0, frame(1000))
	r.wait(20 * us)
	require.EqualValues(t, 3, r.Read(emac.Debug)&emac.DebugTFCSTS>>emac.DebugTFCSTSAt, "a frame is on the wire")
	require.NotZero(t, r.Read(emac.Debug)&emac.DebugTXFSTS)
	require.Equal(t, r.txAt+emac.DescriptorSize, r.Read(emac.CurTxDesc))
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(20 * us)
	require.NotZero(t, r.Read(emac.Debug)&emac.DebugRPESTS)
	r.wait(200 * us)
	require.Zero(t, r.Read(emac.Debug))
	require.Equal(t, r.rxAt+emac.DescriptorSize, r.Read(emac.CurRxDesc))
}
