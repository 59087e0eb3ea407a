package model_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

const cr = 4 << emac.MDIOCRAt // 180 MHz / 102

// mdio starts a transfer.
func (r *rig) mdio(phy, register, more uint32) {
	r.Write(emac.GMIIAddr, cr|phy<<emac.MDIOPAAt|register<<emac.MDIOGRAt|more|emac.MDIOGB)
}

// phy reads a register of the PHY at address 1.
func (r *rig) phy(register uint32) uint16 {
	r.mdio(1, register, 0)
	r.wait(40 * us)
	require.Zero(r.t, r.Read(emac.GMIIAddr)&emac.MDIOGB)
	return uint16(r.Read(emac.GMIIData))
}

func (r *rig) setPHY(register uint32, v uint16) {
	r.Write(emac.GMIIData, uint32(v))
	r.mdio(1, register, emac.MDIOGW)
	r.wait(40 * us)
}

func TestMDIO(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.mdio(1, emac.PHYID1, 0)
	require.NotZero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB, "busy")
	r.wait(36 * us)
	require.NotZero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB, "64 bits at 1.76 MHz take 36.3 us")
	r.wait(us)
	require.Zero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB)
	require.EqualValues(t, 0x0243, r.Read(emac.GMIIData))
	require.EqualValues(t, 0x0c54, r.phy(emac.PHYID2))

	r.mdio(2, emac.PHYID1, 0)
	r.wait(40 * us)
	require.EqualValues(t, 0xffff, r.Read(emac.GMIIData), "nobody is there")

	r.setPHY(emac.PHYPage, 1)
	r.setPHY(17, 0x1234)
	require.EqualValues(t, 0x1234, r.phy(17))
	r.setPHY(emac.PHYPage, 16)
	require.Zero(t, r.phy(17), "another page")
}

func TestNegotiation(t *testing.T) {
	for _, c := range []struct {
		name    string
		advert  uint16
		partner model.Partner
		mode    uint16
		summary uint16
		word    uint16
	}{
		{"all", 0x1e1, model.Partner{}, emac.Ability100Ful, 0x106, 0x45e1},
		{"partner of 10", 0x1e1, model.Partner{Abilities: emac.Ability10 | emac.Ability10Full}, emac.Ability10Full, 0x105, 0x4061},
		{"half duplex only", 0xa1, model.Partner{}, emac.Ability100, 0x102, 0x45e1},
		{"silent partner", 0x1e1, model.Partner{Abilities: emac.Ability10Full, Silent: true}, emac.Ability10, 0x101, 0x20},
		{"nothing in common", 0x21, model.Partner{Abilities: emac.Ability100}, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{PHY: model.PHYConfig{Partner: c.partner}})
			r.reset()
			r.setPHY(emac.PHYAdvert, c.advert)
			r.setPHY(emac.PHYControl, emac.ControlNegotiate|emac.ControlRestart)
			r.wait(time.Second)
			require.Zero(t, r.phy(emac.PHYStatus)&emac.LinkUp, "negotiation takes its time")
			r.wait(time.Second)
			_, mode := r.EMAC.Link()
			require.Equal(t, c.mode, mode)
			r.phy(emac.PHYStatus)
			status := r.phy(emac.PHYStatus)
			require.Equal(t, c.mode != 0, status&emac.LinkUp != 0)
			require.Equal(t, c.mode != 0, status&emac.LinkNegotiated != 0)
			require.Equal(t, c.summary, r.phy(emac.PHYSummary))
			require.Equal(t, c.word, r.phy(emac.PHYPartner))
		})
	}
}

func TestLinkLossIsLatched(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.phy(emac.PHYStatus)
	require.NotZero(t, r.phy(emac.PHYStatus)&emac.LinkUp)
	r.EMAC.SetCable(r.Now(), false)
	r.EMAC.SetCable(r.Now(), true)
	r.linkUp()
	require.Zero(t, r.phy(emac.PHYStatus)&emac.LinkUp, "a loss is shown once, though it is over")
	require.NotZero(t, r.phy(emac.PHYStatus)&emac.LinkUp)
}

func TestForcedMode(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.setPHY(emac.PHYControl, emac.Control100)
	r.wait(100 * ms)
	up, mode := r.EMAC.Link()
	require.True(t, up)
	require.EqualValues(t, emac.Ability100, mode)
	r.setPHY(emac.PHYControl, emac.ControlPowerDown)
	up, _ = r.EMAC.Link()
	require.False(t, up)
}

func TestPHYReset(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.setPHY(emac.PHYAdvert, 0x21)
	r.setPHY(emac.PHYControl, emac.ControlReset)
	require.NotZero(t, r.phy(emac.PHYControl)&emac.ControlReset)
	r.wait(ms)
	require.EqualValues(t, 0x3100, r.phy(emac.PHYControl))
	require.EqualValues(t, 0x1e1, r.phy(emac.PHYAdvert))
}

func TestSlowMDIO(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.EMAC.SlowMDIO(1, 5*ms)
	r.mdio(1, emac.PHYID1, 0)
	r.wait(4 * ms)
	require.NotZero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB)
	r.wait(2 * ms)
	require.Zero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB)
	require.EqualValues(t, 0xffff, r.Read(emac.GMIIData))

	r.EMAC.SlowMDIO(1, 0)
	r.mdio(1, emac.PHYID1, 0)
	r.wait(time.Second)
	require.NotZero(t, r.Read(emac.GMIIAddr)&emac.MDIOGB)
	r.reset()
	require.EqualValues(t, 0x0243, r.phy(emac.PHYID1), "a soft reset helps")
}

func TestSoftResetNeedsThePHYsClock(t *testing.T) {
	r := newRig(t, model.Config{})
	r.EMAC.SetPHYReset(r.Now(), true)
	r.Write(emac.BusMode, emac.BusModeSWR)
	r.wait(time.Second)
	require.NotZero(t, r.Read(emac.BusMode)&emac.BusModeSWR, "SWR never clears without REF_CLK")
	r.EMAC.SetPHYReset(r.Now(), false)
	r.wait(9 * ms)
	require.NotZero(t, r.Read(emac.BusMode)&emac.BusModeSWR)
	r.wait(2 * ms)
	require.Zero(t, r.Read(emac.BusMode)&emac.BusModeSWR)

	r.EMAC.SetPHYReset(r.Now(), true)
	c := model.Running()
	c.Own = true
	r.EMAC.SetClocks(r.Now(), c)
	r.reset()
}

// TestPHYLoopback: frames come back from the PHY, at the pace that it is set to.
func TestPHYLoopback(t *testing.T) {
	r := newRig(t, model.Config{PHY: model.PHYConfig{Unplugged: true}})
	r.reset()
	r.setPHY(emac.PHYControl, emac.ControlLoopback|emac.Control100|emac.ControlDuplex)
	r.configure(config, emac.FilterPR, emac.OpModeTSF)
	r.send(0, frame(300))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(300)), r.received(0))
	require.Empty(t, r.sent)
}
