package model_test

import (
	"testing"
	"time"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// clock starts the time stamps at 5 s, in nanoseconds, with the crystal's 25 ns.
func (r *rig) clock(bits uint32) {
	r.Write(emac.SubSecondInc, 25)
	r.Write(emac.UpdateSeconds, 5)
	r.Write(emac.UpdateNanos, 0)
	r.Write(emac.TSControl, emac.TSEnable|emac.TSDecimal|bits)
	r.Write(emac.TSControl, emac.TSEnable|emac.TSDecimal|bits|emac.TSInit)
	require.Zero(r.t, r.Read(emac.TSControl)&emac.TSInit, "clears itself")
}

func (r *rig) time() time.Duration {
	ns := r.Read(emac.SystemNanos)
	return time.Duration(r.Read(emac.SystemSeconds))*time.Second + time.Duration(ns)
}

func TestClock(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.clock(0)
	start := r.time()
	require.InDelta(t, 5*time.Second, start, float64(us))
	r.wait(1500 * ms)
	require.InDelta(t, start+1500*ms, r.time(), 200)

	r.Write(emac.UpdateSeconds, 1)
	r.Write(emac.UpdateNanos, 500_000_000|emac.UpdateSubtract)
	r.Write(emac.TSControl, emac.TSEnable|emac.TSDecimal|emac.TSUpdate)
	require.InDelta(t, start, r.time(), 1000, "1.5 s back")

	r.Write(emac.TSAddend, 1<<31)
	r.Write(emac.TSControl, emac.TSEnable|emac.TSDecimal|emac.TSFine|emac.TSLoadAddend)
	start = r.time()
	r.wait(time.Second)
	require.InDelta(t, start+500*ms, r.time(), 1000, "half the rate")
}

func TestBinaryClock(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.Write(emac.SubSecondInc, 54) // 25 ns of 0.465
	r.Write(emac.TSControl, emac.TSEnable|emac.TSInit)
	r.wait(time.Second)
	require.EqualValues(t, 1, r.Read(emac.SystemSeconds))
	require.Less(t, r.Read(emac.SystemNanos), uint32(1<<31))
}

func TestTransmitStamp(t *testing.T) {
	r := started(t, model.Config{})
	r.clock(0)
	r.load(0, frame(100), emac.TxFS|emac.TxLS|emac.TxTTSE)
	r.Write(emac.TxPoll, 0)
	before, asked := r.time(), r.Now()
	r.wait(100 * us)
	require.NotZero(t, r.txStatus(0)&emac.TxTTSS)
	stamp := time.Duration(r.tx[0][emac.WordTimeHigh])*time.Second + time.Duration(r.tx[0][emac.WordTimeLow])
	require.InDelta(t, before+r.sent[0].Start-asked+8*80, stamp, 200, "the start delimiter's end")
}

func TestReceiveStamp(t *testing.T) {
	ptp := frame(60)
	ptp[12], ptp[13] = 0x88, 0xf7
	for _, c := range []struct {
		name  string
		bits  uint32
		frame []byte
		want  bool
	}{
		{"all", emac.TSAll, frame(60), true},
		{"not PTP", emac.TSEthernet, frame(60), false},
		{"PTP over Ethernet", emac.TSEthernet, ptp, true},
		{"not asked for", 0, ptp, false},
		{"PTP over UDP", emac.TSIPv4, packet(t, false, &layers.UDP{DstPort: 319}, "x"), true},
		{"another port", emac.TSIPv4, packet(t, false, &layers.UDP{DstPort: 53}, "x"), false},
		{"PTP over IPv6", emac.TSIPv6, packet(t, true, &layers.UDP{DstPort: 320}, "x"), true},
		{"IPv6 not asked for", emac.TSIPv4, packet(t, true, &layers.UDP{DstPort: 320}, "x"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, model.Config{})
			r.clock(c.bits)
			before := r.time()
			r.EMAC.Receive(r.Now(), c.frame)
			r.wait(20 * us)
			s := r.rxStatus(0)
			require.Zero(t, s&emac.DescOwn)
			require.Equal(t, c.want, s&emac.RxGF != 0)
			if c.want {
				stamp := time.Duration(r.rx[0][emac.WordTimeHigh])*time.Second + time.Duration(r.rx[0][emac.WordTimeLow])
				require.InDelta(t, before+8*80, stamp, 200)
			}
		})
	}
}

func TestTargetTime(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.clock(0)
	r.Write(emac.TargetSeconds, 6)
	r.Write(emac.TargetNanos, 500)
	r.Write(emac.TSControl, emac.TSEnable|emac.TSDecimal|emac.TSTrigger)
	r.wait(999 * ms)
	require.False(t, r.EMAC.Interrupt())
	r.wait(2 * ms)
	require.True(t, r.EMAC.Interrupt())
	require.NotZero(t, r.Read(emac.Status)&emac.StatusTTI)
	r.Write(emac.IntMask, emac.MACIntTS)
	require.False(t, r.EMAC.Interrupt(), "masked")
	require.NotZero(t, r.Read(emac.IntStatus)&emac.MACIntTS)
	require.EqualValues(t, emac.TSTargetMet, r.Read(emac.TSStatus))
	require.Zero(t, r.Read(emac.TSStatus), "reading clears")
	require.Zero(t, r.Read(emac.IntStatus))
}
