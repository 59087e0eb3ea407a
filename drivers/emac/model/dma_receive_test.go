package model_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// small gives every receive descriptor a buffer of n bytes, and starts.
func small(t *testing.T, n uint32, mode uint32) *rig {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.Write(emac.BusMode, emac.BusModeATDS)
	r.Write(emac.MACFrameFilter, emac.FilterPR)
	r.rings()
	for i := range ring {
		r.rx[i][1] = emac.RxRCH | n
	}
	r.WriteBack(r.rxAt, ring*emac.DescriptorSize)
	r.Write(emac.MACConfig, config|emac.ConfigTE)
	r.Write(emac.OpMode, mode|running)
	r.Write(emac.MACConfig, config|on)
	r.wait(us)
	r.Write(emac.Status, ^uint32(0))
	return r
}

func TestReceiveAcrossDescriptors(t *testing.T) {
	r := small(t, 128, 0)
	r.EMAC.Receive(r.Now(), frame(300))
	r.wait(15 * us)
	require.NotZero(t, r.causes()&emac.StatusERI, "the first buffer is full")
	require.Zero(t, r.causes()&emac.StatusRI)
	require.EqualValues(t, emac.RxFS, r.rxStatus(0), "a descriptor in the middle is given back when its buffer is full")
	r.wait(100 * us)
	require.Zero(t, r.rxStatus(1))
	require.EqualValues(t, 304<<emac.RxFLAt|emac.RxLS|emac.RxFT, r.rxStatus(2))
	require.NotZero(t, r.causes()&emac.StatusRI)
	require.Zero(t, r.causes()&emac.StatusERI, "RI takes ERI back")
	var got []byte
	for i := range 3 {
		r.Invalidate(r.buffer(ring+i), 128)
		got = append(got, r.buffers[(ring+i)*room:][:128]...)
	}
	require.Equal(t, model.Seal(frame(300)), got[:304])
}

func TestReceiveRingWithTwoBuffers(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.Write(emac.BusMode, emac.BusModeATDS|emac.DescriptorSkip<<emac.BusModeDSLAt)
	r.Write(emac.MACFrameFilter, emac.FilterPR)
	for i := range ring {
		r.rx[i] = emac.Descriptor{emac.DescOwn, 64 | 512<<emac.RxRBS2At, r.buffer(ring + i), r.buffer(i)}
	}
	r.rx[ring-1][1] |= emac.RxRER
	r.WriteBack(r.rxAt, ring*emac.DescriptorSize)
	r.Write(emac.RxList, r.rxAt)
	r.Write(emac.OpMode, emac.OpModeSR)
	r.Write(emac.MACConfig, config|emac.ConfigRE)
	for n := range 2 * ring {
		i := n % ring
		r.EMAC.Receive(r.Now(), frame(100+n))
		r.wait(50 * us)
		require.Zero(t, r.rxStatus(i)&emac.DescOwn)
		r.Invalidate(r.buffer(ring+i), 64)
		r.Invalidate(r.buffer(i), 512)
		got := append(append([]byte(nil), r.buffers[(ring+i)*room:][:64]...), r.buffers[i*room:][:36+n]...)
		require.Equal(t, frame(100+n), got)
		r.giveBack(i)
	}
}

func TestRingFull(t *testing.T) {
	r := small(t, room, 0)
	for range ring + 3 {
		r.EMAC.Receive(r.Now(), frame(60))
	}
	r.wait(100 * us)
	require.EqualValues(t, emac.StatusRI|emac.StatusRU, r.causes())
	require.EqualValues(t, emac.RxSuspended, r.Read(emac.Status)>>emac.StatusRSAt&7)
	require.EqualValues(t, 3, r.Read(emac.Missed), "frames that found no descriptor are counted")
	require.Zero(t, r.Read(emac.Missed), "reading clears")
	require.EqualValues(t, 3, r.EMAC.Stats().Missed)

	r.Write(emac.Status, emac.StatusRU)
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(100 * us)
	require.Zero(t, r.causes()&emac.StatusRU, "only told where the descriptor before was the DMA's")
	r.Write(emac.RxPoll, 0)
	r.wait(us)
	require.NotZero(t, r.causes()&emac.StatusRU, "a demand in vain is told")

	r.giveBack(0)
	r.EMAC.Receive(r.Now(), frame(61))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(61)), r.received(0), "a new frame lets the engine look again")

	r.giveBack(1)
	r.Write(emac.RxPoll, 0)
	r.wait(us)
	require.EqualValues(t, emac.RxWaiting, r.Read(emac.Status)>>emac.StatusRSAt&7, "so does a demand")
}

// TestNoFlush: with DFF a frame waits in the FIFO for a descriptor.
func TestNoFlush(t *testing.T) {
	r := small(t, room, emac.OpModeDFF)
	for range ring + 1 {
		r.EMAC.Receive(r.Now(), frame(60))
	}
	r.wait(100 * us)
	require.Zero(t, r.Read(emac.Missed))
	r.giveBack(0)
	r.Write(emac.RxPoll, 0)
	r.wait(10 * us)
	require.Equal(t, model.Seal(frame(60)), r.received(0))
	for range ring + 4 {
		r.EMAC.Receive(r.Now(), frame(60))
	}
	r.wait(200 * us)
	require.NotZero(t, r.Read(emac.Missed)&emac.MissedOverflow, "until the FIFO is full")
	require.NotZero(t, r.causes()&emac.StatusOVF)
}

func TestDescriptorError(t *testing.T) {
	r := small(t, 128, 0)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(200 * us)
	require.EqualValues(t, 512<<emac.RxFLAt|emac.RxES|emac.RxDE|emac.RxLS, r.rxStatus(3), "the frame ends with the ring")
	require.NotZero(t, r.causes()&emac.StatusRU)
	for i := range ring {
		r.giveBack(i)
	}
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(200 * us)
	require.EqualValues(t, 64<<emac.RxFLAt|emac.RxFS|emac.RxLS|emac.RxFT, r.rxStatus(0), "the next frame is whole")
}

func TestReceiveTimer(t *testing.T) {
	r := small(t, room, 0)
	r.Write(emac.RxWatchdog, 70) // 70*256/180 MHz = 99.6 us
	r.rxDIC(0)
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(20 * us)
	require.Zero(t, r.rxStatus(0)&emac.DescOwn)
	require.Zero(t, r.causes()&emac.StatusRI, "DIC: no interrupt yet")
	r.wait(100 * us)
	require.NotZero(t, r.causes()&emac.StatusRI, "the timer tells")
}

// rxDIC makes descriptor i one that does not interrupt, before a frame can have come.
func (r *rig) rxDIC(i int) {
	r.Write(emac.OpMode, 0)
	r.wait(us)
	r.rx[i] = emac.Descriptor{emac.DescOwn, emac.RxDIC | emac.RxRCH | room, r.buffer(ring + i), r.rxAt + emac.DescriptorSize}
	r.WriteBack(r.rxAt, emac.DescriptorSize)
	r.Write(emac.RxList, r.rxAt)
	r.Write(emac.OpMode, emac.OpModeSR)
}

func TestReceiveStopsAfterTheFrame(t *testing.T) {
	r := small(t, room, 0)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(50 * us)
	r.Write(emac.OpMode, 0)
	require.Zero(t, r.causes()&emac.StatusRPS)
	r.wait(100 * us)
	require.NotZero(t, r.causes()&emac.StatusRPS)
	require.Equal(t, model.Seal(frame(1000)), r.received(0))
	r.Write(emac.OpMode, emac.OpModeSR)
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(60)), r.received(1), "it goes on where it was")
}

// TestErrorFrames: what reaches the memory of frames with errors, with each mode.
func TestErrorFrames(t *testing.T) {
	corrupt := func(n int) []byte {
		b := model.Seal(frame(n))
		b[20] ^= 1
		return b
	}
	for _, c := range []struct {
		name   string
		bytes  []byte
		mode   uint32
		status uint32 // bits of RDES0; 0: the frame is dropped
	}{
		{"corrupt, cut through", corrupt(500), 0, emac.RxES | emac.RxCE},
		{"corrupt, shorter than the threshold", corrupt(60), 3 << emac.OpModeRTCAt, 0},
		{"the same, forwarded", corrupt(60), 3<<emac.OpModeRTCAt | emac.OpModeFEF, emac.RxES | emac.RxCE},
		{"corrupt, stored", corrupt(200), emac.OpModeRSF, 0},
		{"runt", model.FCS(frame(30)), 0, 0},
		{"runt, forwarded", model.FCS(frame(30)), emac.OpModeFUF, emac.RxFT},
		{"runt, threshold of 32", model.FCS(frame(40)), 1 << emac.OpModeRTCAt, emac.RxFT},
		{"runt and corrupt", frame(40), emac.OpModeFUF, 0},
		{"giant", model.FCS(frame(1515)), 0, emac.RxES | emac.RxGF},
		{"watchdog", model.FCS(frame(2500)), 0, emac.RxES | emac.RxRWT},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := small(t, room, c.mode)
			r.EMAC.Arrive(model.Arrival{At: r.Now(), Bytes: c.bytes})
			r.wait(ms)
			s := r.rxStatus(0)
			if c.status == 0 {
				require.Equal(t, uint32(emac.DescOwn), s, "dropped")
				require.EqualValues(t, 1, r.EMAC.Stats().Dropped)
				return
			}
			require.Equal(t, c.status, s&(emac.DescOwn|c.status|emac.RxES), "%#x", s)
			require.Equal(t, min(len(c.bytes), 2048), int(s&emac.RxFL>>emac.RxFLAt))
		})
	}
}

func TestStatusOfShapes(t *testing.T) {
	vlan := frame(1518)
	vlan[12], vlan[13] = 0x81, 0
	short := frame(200)
	short[12], short[13] = 0, 100
	exact := frame(200)
	exact[12], exact[13] = 0, 186
	for _, c := range []struct {
		name string
		a    model.Arrival
		mac  uint32
		want uint32
		n    int
	}{
		{"VLAN", model.Arrival{Bytes: model.FCS(vlan)}, 0, emac.RxVLAN | emac.RxFT, 1522},
		{"length too small", model.Arrival{Bytes: model.FCS(short)}, 0, emac.RxLE, 204},
		{"length", model.Arrival{Bytes: model.FCS(exact)}, 0, 0, 204},
		{"strip", model.Arrival{Bytes: model.FCS(exact)}, emac.ConfigACS, 0, 200},
		{"strip is not for types", model.Arrival{Bytes: model.Seal(frame(100))}, emac.ConfigACS, emac.RxFT, 104},
		{"strip types", model.Arrival{Bytes: model.Seal(frame(100))}, emac.ConfigCST, emac.RxFT, 100},
		{"dribble", model.Arrival{Bytes: model.Seal(frame(100)), Dribble: true}, 0, emac.RxFT | emac.RxDBE, 104},
		{"PHY's error", model.Arrival{Bytes: model.Seal(frame(100)), Error: true}, 0, emac.RxFT | emac.RxRE | emac.RxES, 104},
		{"2 K", model.Arrival{Bytes: model.FCS(frame(1900))}, emac.Config2KPE, emac.RxFT, 1904},
		{"no watchdog", model.Arrival{Bytes: model.FCS(frame(2040))}, emac.ConfigWD | emac.ConfigJE, emac.RxFT, 2044},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{})
			r.reset()
			r.linkUp()
			r.configure(config|c.mac, emac.FilterPR, 0)
			r.EMAC.Arrive(c.a)
			r.wait(ms)
			require.Equal(t, c.want|emac.RxFS|emac.RxLS|uint32(c.n)<<emac.RxFLAt, r.rxStatus(0), "%#x", r.rxStatus(0))
		})
	}
}

func TestOverflow(t *testing.T) {
	r := small(t, room, 0)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(20 * us)
	r.EMAC.Stall(r.Now(), 60*us)
	r.wait(200 * us)
	require.NotZero(t, r.causes()&emac.StatusOVF)
	require.EqualValues(t, emac.RxES|emac.RxOE|emac.RxFS|emac.RxLS, r.rxStatus(0)&(emac.DescOwn|0xff07), "the frame is cut")
	require.EqualValues(t, 1<<emac.MissedOverflowAt, r.Read(emac.Missed))
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(60)), r.received(1))
}

func TestOverflowThatWedges(t *testing.T) {
	r := small(t, room, 0)
	r.EMAC.WedgeOnOverflow(true)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(20 * us)
	r.EMAC.Stall(r.Now(), 60*us)
	r.wait(200 * us)
	require.True(t, r.EMAC.Wedged())
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(100 * us)
	require.NotZero(t, r.rxStatus(1)&emac.DescOwn, "nothing is received any more")
	r.reset()
	r.configure(config, emac.FilterPR, 0)
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(60)), r.received(0), "after a reset it is")
}

func TestLastSegmentLost(t *testing.T) {
	r := small(t, room, 0)
	r.EMAC.LoseLast(true)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(20 * us)
	r.EMAC.Stall(r.Now(), 60*us)
	r.wait(200 * us)
	require.EqualValues(t, emac.RxFS, r.rxStatus(0)&(emac.DescOwn|emac.RxFS|emac.RxLS), "FS without LS")
	require.EqualValues(t, emac.RxFS|emac.RxLS, r.rxStatus(1)&(emac.DescOwn|emac.RxFS|emac.RxLS), "and the next frame's FS")
	require.Equal(t, model.Seal(frame(60)), r.received(1))
}

func TestStoreAndForwardNeedsTheFIFO(t *testing.T) {
	r := small(t, room, emac.OpModeRSF)
	r.EMAC.Receive(r.Now(), frame(200))
	r.EMAC.Receive(r.Now(), frame(300))
	r.wait(200 * us)
	require.Equal(t, model.Seal(frame(200)), r.received(0))
	require.NotZero(t, r.rxStatus(1)&emac.DescOwn, "256 bytes do not store 304")
	require.EqualValues(t, 1, r.EMAC.Stats().Overflowed)
}

func TestForbiddenReceiveDescriptors(t *testing.T) {
	for _, c := range []struct {
		name string
		d    func(r *rig) emac.Descriptor
		rule model.Rule
		says string
	}{
		{"size", func(r *rig) emac.Descriptor { return emac.Descriptor{0, emac.RxRCH | 130, r.buffer(4)} }, model.RuleAlignment, "130 bytes"},
		{"line", func(r *rig) emac.Descriptor { return emac.Descriptor{0, emac.RxRCH | 128, r.buffer(4) + 4} }, model.RuleAlignment, "units of 64"},
		{"no room", func(r *rig) emac.Descriptor { return emac.Descriptor{0, emac.RxRCH, r.buffer(4)} }, model.RuleDescriptor, "without room"},
		{"reserved", func(r *rig) emac.Descriptor { return emac.Descriptor{0, emac.RxRCH | 1<<29 | 128, r.buffer(4)} }, model.RuleReserved, "RDES1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, model.Config{})
			r.reset()
			r.Write(emac.BusMode, emac.BusModeATDS)
			d := c.d(r)
			d[0], d[3] = emac.DescOwn, r.rxAt
			r.rx[0] = d
			r.WriteBack(r.rxAt, emac.DescriptorSize)
			r.Write(emac.RxList, r.rxAt)
			r.Write(emac.OpMode, emac.OpModeSR)
			r.wait(us)
			r.violates(c.rule, c.says)
		})
	}
}

func TestReceiveOffAndOn(t *testing.T) {
	r := small(t, room, 0)
	r.Write(emac.MACConfig, config|emac.ConfigTE)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(10 * us)
	r.Write(emac.MACConfig, config|on)
	r.wait(200 * us)
	require.NotZero(t, r.rxStatus(0)&emac.DescOwn, "a frame that began before is not taken")
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(10 * us)
	r.Write(emac.MACConfig, config|emac.ConfigTE)
	r.wait(200 * us)
	require.Equal(t, model.Seal(frame(1000)), r.received(0), "one that began is taken whole")
	require.EqualValues(t, 1, r.EMAC.Stats().Deaf)
}

// TestLineRate: back-to-back frames of full length all arrive, at 100 Mbit/s.
func TestLineRate(t *testing.T) {
	r := small(t, room, 0)
	start := r.Now()
	for range ring {
		r.EMAC.Receive(start, frame(1514))
	}
	r.wait(4*123040 - 960 + 2*us)
	for i := range ring {
		require.Equal(t, model.Seal(frame(1514)), r.received(i))
	}
	require.Less(t, r.Now()-start, 500*us)
	require.Equal(t, 4*time.Duration(1538*80)*time.Nanosecond, 4*123040*time.Nanosecond, "1518 bytes, preamble and gap")
}
