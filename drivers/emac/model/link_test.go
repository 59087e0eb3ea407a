package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// TestLoopback: without a link and a cable, what is sent comes back and nothing leaves.
func TestLoopback(t *testing.T) {
	r := newRig(t, model.Config{PHY: model.PHYConfig{Unplugged: true}})
	r.reset()
	r.configure(config|emac.ConfigLM, emac.FilterPR, emac.OpModeTSF|emac.OpModeOSF)
	for i := range ring {
		r.send(i, frame(1514-i))
	}
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(ms)
	for i := range ring {
		require.Equal(t, model.Seal(frame(1514-i)), r.received(i))
	}
	require.Empty(t, r.sent)
	require.EqualValues(t, 1, r.EMAC.Stats().Deaf, "the wire is not heard")
}

func TestTenMegabits(t *testing.T) {
	r := newRig(t, model.Config{PHY: model.PHYConfig{Partner: model.Partner{Abilities: emac.Ability10Full}}})
	r.reset()
	r.linkUp()
	r.SetSpeed(false)
	r.configure(emac.ConfigPS|emac.ConfigDM, emac.FilterPR, emac.OpModeTSF)
	r.send(0, frame(60))
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(50 * us)
	require.Empty(t, r.sent)
	r.wait(10 * us)
	require.Equal(t, 72*800, int(r.sent[0].End-r.sent[0].Start))
	require.Equal(t, model.Seal(frame(60)), r.received(0))
}

func TestSpeedThatThePHYDoesNotHave(t *testing.T) {
	r := newRig(t, model.Config{PHY: model.PHYConfig{Partner: model.Partner{Abilities: emac.Ability10Full}}})
	r.reset()
	r.linkUp()
	r.configure(config, emac.FilterPR, emac.OpModeTSF) // 100 Mbit/s
	r.send(0, frame(60))
	r.EMAC.Receive(r.Now(), frame(60))
	r.wait(ms)
	require.Empty(t, r.sent)
	require.NotZero(t, r.rxStatus(0)&emac.DescOwn)
}

func TestLinkFlapInTheMiddleOfAFrame(t *testing.T) {
	r := started(t, model.Config{})
	r.EMAC.Receive(r.Now(), frame(1000))
	r.send(0, frame(1000))
	r.wait(30 * us)
	r.EMAC.SetCable(r.Now(), false)
	r.wait(200 * us)
	s := r.rxStatus(0)
	require.EqualValues(t, emac.RxES|emac.RxCE|emac.RxLS, s&(emac.DescOwn|emac.RxES|emac.RxCE|emac.RxLS), "cut")
	require.Less(t, s&emac.RxFL>>emac.RxFLAt, uint32(500))
	require.Empty(t, r.sent, "what was on the wire is lost")
	require.Zero(t, r.txStatus(0)&(emac.DescOwn|emac.TxES), "in full duplex the MAC does not know")
	r.EMAC.SetCable(r.Now(), true)
	r.linkUp()
	r.EMAC.Receive(r.Now(), frame(60))
	r.send(1, frame(60))
	r.wait(50 * us)
	require.Equal(t, model.Seal(frame(60)), r.received(1))
	require.Len(t, r.sent, 1)
}

func TestClockLost(t *testing.T) {
	r := started(t, model.Config{})
	r.send(0, frame(1000))
	r.wait(30 * us)
	r.EMAC.SetPHYReset(r.Now(), true)
	r.wait(20 * ms)
	require.EqualValues(t, emac.TxES|emac.TxLCA, r.txStatus(0)&(emac.TxES|emac.TxLCA))
	r.send(1, frame(60))
	r.wait(10 * ms)
	require.NotZero(t, r.txStatus(1)&emac.DescOwn, "the transmitter waits for its clock")
	r.EMAC.SetPHYReset(r.Now(), false)
	r.linkUp()
	require.Zero(t, r.txStatus(1)&emac.DescOwn)
}

// TestBusErrors provokes each kind: the engine stops for good, and a reset helps.
func TestBusErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    uint32
		receive bool
	}{
		{"receive data", emac.BusErrorRxData, true},
		{"receive descriptor read", emac.BusErrorRxDescRead, true},
		{"receive descriptor write", emac.BusErrorRxDescWrite, true},
		{"transmit data", emac.BusErrorTxData, false},
		{"transmit descriptor read", emac.BusErrorTxDescRead, false},
		{"transmit descriptor write", emac.BusErrorTxDescWrite, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, model.Config{})
			r.EMAC.FailBus(c.kind)
			r.EMAC.Receive(r.Now(), frame(100))
			r.send(0, frame(100))
			r.wait(100 * us)
			status := r.Read(emac.Status)
			require.NotZero(t, status&emac.StatusFBI)
			require.Equal(t, c.kind, status>>emac.StatusEBAt&7)
			if c.receive {
				require.EqualValues(t, emac.RxStopped, status>>emac.StatusRSAt&7)
				require.EqualValues(t, emac.TxSuspended, status>>emac.StatusTSAt&7, "the other one goes on")
			} else {
				require.EqualValues(t, emac.TxStopped, status>>emac.StatusTSAt&7)
				require.EqualValues(t, emac.RxWaiting, status>>emac.StatusRSAt&7, "the other one goes on")
			}
			r.sent = nil
			r.reset()
			r.configure(config, emac.FilterPR, emac.OpModeTSF)
			r.EMAC.Receive(r.Now(), frame(200))
			r.send(0, frame(200))
			r.wait(100 * us)
			require.Len(t, r.sent, 1)
			require.Equal(t, model.Seal(frame(200)), r.received(0))
		})
	}
}

func TestStallUnderflows(t *testing.T) {
	r := newRig(t, model.Config{})
	r.reset()
	r.linkUp()
	r.configure(config, 0, 0)
	r.send(0, frame(1500))
	r.wait(us)
	r.EMAC.Stall(r.Now(), 200*us)
	r.wait(500 * us)
	require.NotZero(t, r.causes()&emac.StatusUNF)
	require.True(t, r.sent[0].Broken)
	require.EqualValues(t, emac.TxES|emac.TxUF, r.txStatus(0)&(emac.DescOwn|emac.TxES|emac.TxUF))
	require.EqualValues(t, emac.TxSuspended, r.Read(emac.Status)>>emac.StatusTSAt&7)
	r.send(1, frame(60))
	r.wait(100 * us)
	require.Len(t, r.sent, 2)
}

// TestDeterminism: one seed, one history.
func TestDeterminism(t *testing.T) {
	run := func(seed uint64) (ends []int64) {
		r := newRig(t, model.Config{Seed: seed, PHY: model.PHYConfig{Partner: model.Partner{Abilities: emac.Ability100}}})
		r.Evict = 3
		r.reset()
		r.linkUp()
		r.configure(emac.ConfigPS|emac.ConfigFES, emac.FilterPR, emac.OpModeTSF)
		r.EMAC.Collide(9, 20)
		for i := range ring {
			r.send(i, frame(100))
		}
		r.wait(100 * ms)
		for _, f := range r.sent {
			ends = append(ends, int64(f.End))
		}
		return ends
	}
	require.Len(t, run(1), ring)
	require.Equal(t, run(1), run(1))
	require.NotEqual(t, run(1), run(2))
}

func TestNextIsWhenSomethingHappens(t *testing.T) {
	r := started(t, model.Config{})
	_, due := r.EMAC.Next()
	require.False(t, due, "nothing happens by itself")
	r.send(0, frame(60))
	for {
		at, due := r.EMAC.Next()
		if !due {
			break
		}
		require.Greater(t, at, r.EMAC.Now()-1)
		r.EMAC.Advance(at)
	}
	require.Len(t, r.sent, 1)
}
