package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
)

// causes are the bits of Status that stay, without the engines' states.
func (r *rig) causes() uint32 { return r.Read(emac.Status) & emac.StatusClear }

func TestSummaries(t *testing.T) {
	r := started(t, model.Config{})
	require.EqualValues(t, emac.StatusTU, r.causes(), "suspended at the start: no descriptor, and no summary of what is not enabled")
	r.Write(emac.Status, ^uint32(0))

	r.send(0, frame(60))
	r.wait(20 * us)
	require.EqualValues(t, emac.StatusTI|emac.StatusTU|emac.StatusETI, r.causes())
	require.False(t, r.EMAC.Interrupt())

	r.Write(emac.IntEnable, emac.StatusTI)
	require.EqualValues(t, emac.StatusTI|emac.StatusTU|emac.StatusETI|emac.StatusNIS, r.causes(), "the summary of an enabled cause")
	require.False(t, r.EMAC.Interrupt(), "the summary itself is not enabled")
	r.Write(emac.IntEnable, emac.StatusTI|emac.StatusNIS)
	require.True(t, r.EMAC.Interrupt())

	r.Write(emac.Status, emac.StatusNIS)
	require.True(t, r.EMAC.Interrupt(), "the cause is still there and sets the summary again")
	r.Write(emac.Status, emac.StatusTI)
	require.True(t, r.EMAC.Interrupt(), "the summary stays until it is cleared too")
	r.Write(emac.Status, emac.StatusNIS)
	require.False(t, r.EMAC.Interrupt())
	require.EqualValues(t, emac.StatusTU|emac.StatusETI, r.causes(), "ones clear, zeros do not")
}

func TestAbnormalSummary(t *testing.T) {
	r := started(t, model.Config{})
	r.Write(emac.Status, ^uint32(0))
	r.Write(emac.IntEnable, emac.StatusRPS|emac.StatusAIS)
	r.Write(emac.OpMode, emac.OpModeTSF|emac.OpModeST)
	require.EqualValues(t, emac.StatusRPS|emac.StatusAIS, r.causes())
	require.True(t, r.EMAC.Interrupt())
}

func TestSpuriousInterrupt(t *testing.T) {
	r := started(t, model.Config{})
	r.EMAC.Spurious(r.Now())
	require.True(t, r.EMAC.Interrupt())
	r.Read(emac.Status)
	require.False(t, r.EMAC.Interrupt())
}
