package model_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

func TestExchange(t *testing.T) {
	r := started(t, model.Config{})
	r.send(0, frame(100))
	asked := r.Now()
	r.wait(20 * us)
	require.Len(t, r.sent, 1)
	require.Equal(t, model.Seal(frame(100)), r.sent[0].Bytes, "FCS appended")
	require.Less(t, r.sent[0].Start-asked, us, "the frame starts at once")
	require.Equal(t, 112*80*time.Nanosecond, r.sent[0].End-r.sent[0].Start, "preamble, frame and FCS at 80 ns a byte")
	require.EqualValues(t, emac.TxTCH|emac.TxFS|emac.TxLS|emac.TxIC, r.txStatus(0), "only OWN has gone")

	r.EMAC.Receive(r.Now(), frame(1000))
	r.wait(100 * us)
	require.Equal(t, model.Seal(frame(1000)), r.received(0))
	require.EqualValues(t, 1004<<emac.RxFLAt|emac.RxFS|emac.RxLS|emac.RxFT, r.rxStatus(0))
}
