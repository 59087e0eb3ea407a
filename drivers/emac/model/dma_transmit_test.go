package model_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

func TestTransmitShapes(t *testing.T) {
	full := model.Seal(frame(100))
	for _, c := range []struct {
		name string
		in   []byte
		bits uint32
		want []byte
	}{
		{"whole", frame(100), 0, full},
		{"padded", frame(20), 0, model.Seal(frame(20))},
		{"FCS given", full, emac.TxDC, full},
		{"no padding", frame(20), emac.TxDP, model.FCS(frame(20))},
		{"neither", frame(20), emac.TxDP | emac.TxDC, frame(20)},
		{"padding brings the FCS", frame(20), emac.TxDC, model.Seal(frame(20))},
		{"FCS replaced", append(frame(100), 1, 2, 3, 4), emac.TxDC | emac.TxCRCR, full},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, model.Config{})
			r.load(0, c.in, emac.TxFS|emac.TxLS|c.bits)
			r.Write(emac.TxPoll, 0)
			r.wait(100 * us)
			require.Len(t, r.sent, 1)
			require.Equal(t, c.want, r.sent[0].Bytes)
			require.Zero(t, r.txStatus(0)&emac.TxES)
		})
	}
}

func TestTransmitFrameOfSeveralDescriptors(t *testing.T) {
	r := started(t, model.Config{})
	whole := frame(300)
	r.load(1, whole[100:200], 0)
	r.load(2, whole[200:], emac.TxLS|emac.TxIC)
	r.load(0, whole[:100], emac.TxFS)
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.Len(t, r.sent, 1)
	require.Equal(t, model.Seal(whole), r.sent[0].Bytes)
	require.EqualValues(t, emac.TxTCH|emac.TxFS, r.txStatus(0), "a descriptor in the middle only loses OWN")
	require.EqualValues(t, emac.TxTCH|emac.TxLS|emac.TxIC, r.txStatus(2))
	require.NotZero(t, r.causes()&emac.StatusTI)
	require.EqualValues(t, emac.TxSuspended, r.Read(emac.Status)>>emac.StatusTSAt&7)
}

func TestTransmitRing(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.Write(emac.BusMode, emac.BusModeATDS|emac.DescriptorSkip<<emac.BusModeDSLAt)
	for i := range ring {
		r.tx[i] = emac.Descriptor{0, 0, r.buffer(i), 0}
	}
	r.WriteBack(r.txAt, ring*emac.DescriptorSize)
	r.Write(emac.TxList, r.txAt)
	r.Write(emac.MACConfig, config|emac.ConfigTE)
	r.Write(emac.OpMode, emac.OpModeST|emac.OpModeTSF)
	for n := range 2 * ring {
		i := n % ring
		f := frame(100 + n)
		copy(r.buffers[i*room:], f[:50])
		copy(r.buffers[(ring+i)*room:], f[50:])
		r.WriteBack(r.buffer(i), lines(50))
		r.WriteBack(r.buffer(ring+i), lines(100))
		r.tx[i] = emac.Descriptor{emac.DescOwn | emac.TxFS | emac.TxLS, 50 | uint32(len(f)-50)<<emac.TxTBS2At, r.buffer(i), r.buffer(ring + i)}
		if i == ring-1 {
			r.tx[i][0] |= emac.TxTER
		}
		r.WriteBack(r.txAt+uint32(i*emac.DescriptorSize), emac.DescriptorSize)
		r.Write(emac.TxPoll, 0)
		r.wait(50 * us)
		require.Zero(t, r.txStatus(i)&emac.DescOwn)
	}
	require.Len(t, r.sent, 2*ring)
	for n, f := range r.sent {
		require.Equal(t, model.Seal(frame(100+n)), f.Bytes, "both buffers of a descriptor, and TER leads to the list's base")
	}
}

func TestTransmitSuspendsUntilDemanded(t *testing.T) {
	r := started(t, model.Config{})
	r.Write(emac.Status, ^uint32(0))
	r.load(0, frame(60), emac.TxFS|emac.TxLS)
	r.wait(ms)
	require.Empty(t, r.sent, "a suspended engine does not look by itself")
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.Len(t, r.sent, 1)
	require.NotZero(t, r.causes()&emac.StatusTU)
	r.Write(emac.Status, emac.StatusTU)
	r.Write(emac.TxPoll, 0)
	r.wait(us)
	require.NotZero(t, r.causes()&emac.StatusTU, "a demand in vain is told")
}

func TestTransmitStopsAfterTheFrame(t *testing.T) {
	r := started(t, model.Config{})
	r.load(1, frame(60), emac.TxFS|emac.TxLS)
	r.send(0, frame(1000))
	r.wait(10 * us)
	r.Write(emac.OpMode, emac.OpModeTSF|emac.OpModeSR)
	require.Zero(t, r.causes()&emac.StatusTPS)
	r.wait(ms)
	require.Len(t, r.sent, 1, "the frame ends, the next one does not begin")
	require.NotZero(t, r.causes()&emac.StatusTPS)
	require.EqualValues(t, emac.TxStopped, r.Read(emac.Status)>>emac.StatusTSAt&7)
	r.Write(emac.OpMode, emac.OpModeTSF|running)
	r.wait(ms)
	require.Len(t, r.sent, 2, "it goes on where it was")
}

// TestOperateOnSecondFrame: with OSF the wire has no more gap than it must; without it the status comes first.
func TestOperateOnSecondFrame(t *testing.T) {
	gap := func(mode uint32) (ns int) {
		r := newRig(t, model.Config{})
		r.reset()
		r.linkUp()
		r.configure(config, 0, emac.OpModeTSF|mode)
		for i := 3; i >= 1; i-- {
			r.load(i, frame(1514), emac.TxFS|emac.TxLS)
		}
		r.send(0, frame(1514))
		r.wait(ms)
		require.Len(t, r.sent, 4)
		return int(r.sent[3].Start - r.sent[2].End)
	}
	require.Equal(t, 960, gap(emac.OpModeOSF), "96 bit times")
	require.Greater(t, gap(0), 7500, "the whole frame is read first")
}

func TestThresholdStartsEarly(t *testing.T) {
	start := func(mode uint32) int {
		r := newRig(t, model.Config{})
		r.reset()
		r.linkUp()
		r.configure(config, 0, mode)
		r.send(0, frame(1514))
		asked := r.Now()
		r.wait(ms)
		require.Len(t, r.sent, 1)
		require.Equal(t, model.Seal(frame(1514)), r.sent[0].Bytes)
		return int(r.sent[0].Start - asked)
	}
	require.Less(t, start(0), 1000, "64 bytes are enough")
	require.Greater(t, start(emac.OpModeTSF), 7500, "the whole frame must be there")
	require.Greater(t, start(3<<emac.OpModeTTCAt), start(0))
}

func TestUnderflow(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.configure(config, 0, 0)
	r.load(0, frame(200), emac.TxFS) // and its rest is not there
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.Len(t, r.sent, 1)
	require.True(t, r.sent[0].Broken)
	require.Equal(t, frame(200), r.sent[0].Bytes)
	require.NotZero(t, r.causes()&emac.StatusUNF)
	require.NotZero(t, r.causes()&emac.StatusTU)
	r.load(1, frame(100), emac.TxLS)
	r.Write(emac.TxPoll, 0)
	r.wait(100 * us)
	require.Len(t, r.sent, 1, "the rest is passed by")
	require.EqualValues(t, emac.TxES|emac.TxUF, r.txStatus(1)&(emac.TxES|emac.TxUF))
	r.send(2, frame(100))
	r.wait(100 * us)
	require.Len(t, r.sent, 2)
	require.False(t, r.sent[1].Broken)
}

func TestTransmitFIFOLargerThanItself(t *testing.T) {
	r := newRig(t, model.Config{TransmitFIFO: 512})
	r.reset()
	r.linkUp()
	r.configure(config, 0, emac.OpModeTSF)
	r.send(0, frame(1514))
	r.wait(ms)
	require.Len(t, r.sent, 1, "a frame that does not fit starts when the FIFO is full")
	require.Equal(t, model.Seal(frame(1514)), r.sent[0].Bytes)
}

func TestJabber(t *testing.T) {
	r := started(t, model.Config{TransmitFIFO: 8192})
	r.load(1, frame(1500), emac.TxLS)
	r.load(0, frame(1500), emac.TxFS)
	r.Write(emac.TxPoll, 0)
	r.wait(ms)
	require.Len(t, r.sent, 1)
	require.True(t, r.sent[0].Broken)
	require.Len(t, r.sent[0].Bytes, 2048)
	require.NotZero(t, r.causes()&emac.StatusTJT)
	require.EqualValues(t, emac.TxES|emac.TxJT, r.txStatus(1)&(emac.TxES|emac.TxJT))
}

func TestFlush(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.configure(config, 0, emac.OpModeTSF|emac.OpModeOSF)
	r.load(1, frame(500), emac.TxFS|emac.TxLS)
	r.send(0, frame(500))
	r.wait(15 * us)
	r.Write(emac.OpMode, emac.OpModeTSF|emac.OpModeOSF|running|emac.OpModeFTF)
	require.NotZero(t, r.Read(emac.OpMode)&emac.OpModeFTF)
	r.wait(5 * us)
	require.Zero(t, r.Read(emac.OpMode)&emac.OpModeFTF, "clears itself")
	for i := range 2 {
		require.EqualValues(t, emac.TxES|emac.TxFF, r.txStatus(i)&(emac.DescOwn|emac.TxES|emac.TxFF), "descriptor %d", i)
	}
	require.True(t, r.sent[0].Broken, "the frame on the wire is cut")
	r.send(2, frame(60))
	r.wait(100 * us)
	require.Len(t, r.sent, 2)
}

// TestForbiddenDescriptors provokes what a transmit descriptor can have wrong.
func TestForbiddenDescriptors(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *rig)
		rule model.Rule
		says string
	}{
		{"no FS", func(r *rig) { r.load(0, frame(60), emac.TxLS) }, model.RuleDescriptor, "without FS"},
		{"two FS", func(r *rig) {
			r.load(1, frame(60), emac.TxFS|emac.TxLS)
			r.load(0, frame(60), emac.TxFS)
		}, model.RuleDescriptor, "middle"},
		{"no bytes", func(r *rig) {
			r.load(1, frame(60), emac.TxLS)
			r.load(0, nil, emac.TxFS)
		}, model.RuleDescriptor, "without bytes"},
		{"buffer not written back", func(r *rig) {
			r.load(0, frame(60), emac.TxFS|emac.TxLS)
			r.buffers[7]++
		}, model.RuleWriteBack, "60 bytes"},
		{"descriptor not written back", func(r *rig) { r.tx[0][0] = emac.DescOwn | emac.TxFS | emac.TxLS }, model.RuleWriteBack, "poll demand"},
		{"changed in the cache", func(r *rig) {
			r.load(0, frame(60), emac.TxFS|emac.TxLS)
			r.tx[0][5] = 1
		}, model.RuleOwnership, "keeps that in its cache"},
		{"no memory", func(r *rig) {
			r.give(0, emac.Descriptor{emac.TxTCH | emac.TxFS | emac.TxLS, 60, 0x1000, r.txAt})
		}, model.RuleAddress, "0x1000"},
		{"checksums without TSF", func(r *rig) {
			r.Write(emac.OpMode, running)
			r.load(0, frame(60), emac.TxFS|emac.TxLS|emac.CICFull)
		}, model.RuleChecksum, "TSF"},
		{"VLAN insertion", func(r *rig) { r.load(0, frame(60), emac.TxFS|emac.TxLS|1<<18) }, model.RuleUnknown, "VLAN"},
		{"reserved bits", func(r *rig) {
			r.give(0, emac.Descriptor{emac.TxTCH | emac.TxFS | emac.TxLS, 60 | 1<<14, r.buffer(0), r.txAt})
		}, model.RuleReserved, "TDES1"},
		{"next not aligned", func(r *rig) {
			r.tx[0][3]++
			r.load(0, frame(60), emac.TxFS|emac.TxLS)
		}, model.RuleAlignment, "not a multiple of 4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, model.Config{})
			c.do(r)
			r.Write(emac.TxPoll, 0)
			r.wait(3 * us)
			r.violates(c.rule, c.says)
		})
	}
}

func TestTransmitStatusIsWrittenLast(t *testing.T) {
	r := started(t, model.Config{})
	r.send(0, frame(1000))
	r.wait(50 * us)
	require.NotZero(t, r.txStatus(0)&emac.DescOwn, "a descriptor is the DMA's until its frame has left")
	require.True(t, bytes.Equal(frame(1000), r.buffers[:1000]))
	r.wait(50 * us)
	require.Zero(t, r.txStatus(0)&emac.DescOwn)
}
