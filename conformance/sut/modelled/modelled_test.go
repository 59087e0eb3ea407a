package modelled_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/modelled"
	"stackproof/conformance/vm"
)

// TestSameVerdicts: driver and hardware change no verdict, of no case and no twin, trace hashes included. Left out are the
// cases that need raw frames, and they are few.
func TestSameVerdicts(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	plain, link := conformance.NewLocal(large.New()), conformance.NewLocal(modelled.New())
	raw := 0
	for i := range suite.Programs {
		p := &suite.Programs[i]
		if p.Form.Program.Needs.Has(sut.FeatureRaw) {
			raw++
			require.Equal(t, vm.NeedsFeature, link.Execute(&conformance.Job{Program: p}, nil).Reason, p.Case.ID)
			continue
		}
		for _, twin := range []bool{false, true} {
			job := &conformance.Job{Program: p, Twin: twin}
			want, got := plain.Execute(job, nil), link.Execute(job, nil)
			require.Equal(t, want, got, "%s (%s), twin: %v: %s", p.Case.ID, p.Form.Form, twin, link.Why())
		}
	}
	require.LessOrEqual(t, 20*raw, len(suite.Programs), "programs that need raw frames")
	t.Logf("%d of %d programs need raw frames", raw, len(suite.Programs))
}
