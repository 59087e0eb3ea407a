package model_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

const flowOn = 0x100<<emac.FlowPTAt | 1<<emac.FlowPLTAt | emac.FlowRFE | emac.FlowTFE

func pause(to mac, quanta uint16) []byte {
	b := control(to, 1)
	binary.BigEndian.PutUint16(b[16:], quanta)
	return b
}

func TestPauseIsObeyed(t *testing.T) {
	multicast := mac{0x01, 0x80, 0xc2, 0, 0, 1}
	for _, c := range []struct {
		name string
		flow uint32
		to   mac
		obey bool
	}{
		{"to the group", emac.FlowRFE, multicast, true},
		{"off", 0, multicast, false},
		{"unicast", emac.FlowRFE | emac.FlowUP, own, true},
		{"unicast off", emac.FlowRFE, own, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{})
			r.reset()
			r.linkUp()
			r.address(0, own, 0)
			r.Write(emac.FlowControl, c.flow)
			r.configure(config, 0, emac.OpModeTSF)
			r.EMAC.Receive(r.Now(), pause(c.to, 100)) // 512 us
			r.wait(20 * us)
			require.NotZero(t, r.rxStatus(0)&emac.DescOwn, "it is not forwarded")
			asked := r.Now()
			r.send(0, frame(60))
			r.wait(600 * us)
			require.Len(t, r.sent, 1)
			require.Equal(t, c.obey, r.sent[0].Start-asked > 400*us)
		})
	}
}

func TestPauseEndsEarly(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.Write(emac.FlowControl, emac.FlowRFE)
	r.configure(config, 0, emac.OpModeTSF)
	r.EMAC.Receive(r.Now(), pause(mac{0x01, 0x80, 0xc2, 0, 0, 1}, 0xffff))
	r.wait(20 * us)
	r.send(0, frame(60))
	r.wait(100 * us)
	require.Empty(t, r.sent)
	require.NotZero(t, r.Read(emac.Debug)&emac.DebugTXPAUSED)
	r.EMAC.Receive(r.Now(), pause(mac{0x01, 0x80, 0xc2, 0, 0, 1}, 0))
	r.wait(20 * us)
	require.Len(t, r.sent, 1)
	require.EqualValues(t, 2, r.EMAC.Stats().PauseReceived)
}

func TestPauseIsSent(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.address(0, own, 0)
	r.configure(config, 0, 0)
	r.Write(emac.FlowControl, flowOn|emac.FlowFCB)
	require.NotZero(t, r.Read(emac.FlowControl)&emac.FlowFCB)
	r.wait(20 * us)
	require.Zero(t, r.Read(emac.FlowControl)&emac.FlowFCB, "clears when it is sent")
	want := pause(mac{0x01, 0x80, 0xc2, 0, 0, 1}, 0x100)
	copy(want[6:], own[:])
	clear(want[18:])
	require.Equal(t, model.Seal(want), r.sent[0].Bytes)
}

// TestSideband: while the signal is on, PAUSE is repeated 28 slot times before its end; off sends a pause of 0.
func TestSideband(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.configure(config, 0, 0)
	r.Write(emac.FlowControl, flowOn)
	r.EMAC.SetFlowControl(r.Now(), true)
	r.wait(3 * ms)
	require.Len(t, r.sent, 3)
	require.Equal(t, (0x100-28)*5120/1000*us, (r.sent[2].Start - r.sent[1].Start).Truncate(us))
	r.EMAC.SetFlowControl(r.Now(), false)
	r.wait(10 * ms)
	require.Len(t, r.sent, 4)
	require.Equal(t, []byte{0, 0}, r.sent[3].Bytes[16:18])
	require.EqualValues(t, 4, r.EMAC.Stats().PauseSent)
}

func TestBackPressureIsNotModelled(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.Write(emac.FlowControl, emac.FlowFCB)
	r.violates(model.RuleUnknown, "back-pressure")
}
