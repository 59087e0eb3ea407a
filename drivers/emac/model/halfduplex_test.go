package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// half is a rig in half duplex.
func half(t *testing.T, bits uint32) *rig {
	r := newRig(t, model.Config{PHY: model.PHYConfig{Partner: model.Partner{Abilities: emac.Ability100}}})
	r.reset()
	r.linkUp()
	r.configure(emac.ConfigPS|emac.ConfigFES|bits, emac.FilterPR, emac.OpModeTSF)
	return r
}

func TestDeferral(t *testing.T) {
	r := half(t, 0)
	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(10 * us)
	r.send(0, frame(60))
	r.wait(200 * us)
	require.Equal(t, model.Seal(frame(1000)), r.received(0))
	require.Len(t, r.sent, 1)
	require.NotZero(t, r.txStatus(0)&emac.TxDB, "deferred")
	require.Zero(t, r.txStatus(0)&(emac.TxES|emac.TxCC))
}

func TestCollisions(t *testing.T) {
	for _, c := range []struct {
		name     string
		n, after int
		bits     uint32
		want     uint32
		sent     int
	}{
		{"one", 1, 10, 0, 1 << emac.TxCCAt, 1},
		{"five", 5, 10, 0, 5 << emac.TxCCAt, 1},
		{"sixteen", 16, 10, 0, emac.TxES | emac.TxEC | 15<<emac.TxCCAt, 0},
		{"no retry", 1, 10, emac.ConfigDR, emac.TxES | emac.TxEC | 1<<emac.TxCCAt, 0},
		{"late", 1, 70, 0, emac.TxES | emac.TxLC | 1<<emac.TxCCAt, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := half(t, c.bits)
			r.EMAC.Collide(c.n, c.after)
			r.send(0, frame(100))
			r.wait(100 * ms)
			require.Len(t, r.sent, c.sent)
			require.Equal(t, c.want, r.txStatus(0)&0xffff)
			r.send(1, frame(60))
			r.wait(100 * us)
			require.Len(t, r.sent, c.sent+1, "the next one goes")
		})
	}
}

func TestCollisionWithAnArrival(t *testing.T) {
	r := half(t, 0)
	r.send(0, frame(500))
	r.wait(8 * us)
	r.EMAC.Receive(r.Now(), frame(500))
	r.wait(100 * ms)
	require.NotZero(t, r.rxStatus(0)&emac.DescOwn, "the other's frame is lost")
	require.Len(t, r.sent, 1, "ours is sent again")
	require.EqualValues(t, 1<<emac.TxCCAt, r.txStatus(0)&emac.TxCC)
}

func TestBackoffLimit(t *testing.T) {
	longest := func(bl uint32) (most int) {
		for seed := range uint64(20) {
			r := newRig(t, model.Config{Seed: seed, PHY: model.PHYConfig{Partner: model.Partner{Abilities: emac.Ability100}}})
			r.reset()
			r.linkUp()
			r.configure(emac.ConfigPS|emac.ConfigFES|bl<<emac.ConfigBLAt, 0, emac.OpModeTSF)
			r.EMAC.Collide(12, 1)
			r.send(0, frame(60))
			asked := r.Now()
			r.wait(100 * ms)
			most = max(most, int(r.sent[0].Start-asked))
		}
		return most
	}
	require.Less(t, longest(3), 200_000, "at most one slot time of 5.12 us after each of 12 collisions")
	require.Greater(t, longest(0), 5_000_000)
}

func TestExcessiveDeferral(t *testing.T) {
	for _, dc := range []uint32{0, emac.ConfigDC} {
		r := half(t, dc)
		for range 4 {
			r.EMAC.Receive(r.Now(), frame(1514))
		}
		r.wait(10 * us)
		r.send(0, frame(60))
		r.wait(ms)
		require.Equal(t, dc != 0, r.txStatus(0)&emac.TxED != 0)
		require.Equal(t, dc != 0, len(r.sent) == 0)
	}
}

func TestNoCarrier(t *testing.T) {
	for _, dcrs := range []uint32{0, emac.ConfigDCRS} {
		r := half(t, dcrs)
		r.EMAC.SetCable(r.Now(), false)
		r.send(0, frame(60))
		r.wait(100 * us)
		require.Empty(t, r.sent)
		require.Equal(t, dcrs == 0, r.txStatus(0)&(emac.TxES|emac.TxNC) != 0)
	}
}
