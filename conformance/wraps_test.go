package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// tampered is an executor whose verdicts are altered.
type tampered struct {
	Executor
	alter func(j *Job, v *vm.Verdict)
	late  int // runs that began late
}

func (a *tampered) Execute(j *Job, tracer vm.Tracer) vm.Verdict {
	v := a.Executor.Execute(j, tracer)
	if j.Start > 0 {
		a.late++
	}
	a.alter(j, &v)
	return v
}

func runTampered(t *testing.T, pattern string, alter func(j *Job, v *vm.Verdict)) (*tampered, *report.Results) {
	suite, err := LoadSuite()
	require.NoError(t, err)
	p, err := ParsePattern(pattern)
	require.NoError(t, err)
	exec := &tampered{Executor: NewLocal(large.New()), alter: alter}
	r := Runner{Suite: suite, Stack: OwnStack, Exec: exec}
	return exec, r.Run(context.Background(), p)
}

// TestWraps: the stack's numbers lie just before 2^31 once and just before 2^32 once, in each form that shows them.
func TestWraps(t *testing.T) {
	tops := map[bool]int{}
	exec, res := runTampered(t, "tcp/handshake", func(j *Job, v *vm.Verdict) {
		if j.Start == 0 {
			return
		}
		top := uint64(1) << 32
		if j.Swap {
			top = 1 << 31
		}
		require.Less(t, uint64(v.ISN), top, j.Program.Case.ID)
		require.GreaterOrEqual(t, uint64(v.ISN), top-128, j.Program.Case.ID)
		tops[j.Swap]++
	})
	require.Empty(t, res.Failures)
	require.NotZero(t, res.Summary.Wraps)
	require.Equal(t, res.Summary.Wraps, res.Summary.WrapsTotal)
	require.Equal(t, exec.late, res.Summary.WrapsTotal)
	require.Equal(t, tops[false], tops[true])
}

// TestWrapFails: what fails at a wrap alone is a failure, and says so.
func TestWrapFails(t *testing.T) {
	_, res := runTampered(t, "tcp/handshake/passive-open", func(j *Job, v *vm.Verdict) {
		if j.Swap {
			v.Outcome, v.Reason = vm.Fail, vm.Silent
		}
	})
	require.Len(t, res.Failures, 2)
	require.Equal(t, report.Fail, res.Verdicts[0].Outcome)
	require.Contains(t, res.Failures[0].Kind, "with initial sequence numbers before 2147483648: ")
}

// TestNoClock: a stack whose numbers do not follow the clock is not made to wait for ever; the count tells.
func TestNoClock(t *testing.T) {
	exec, res := runTampered(t, "tcp/handshake", func(j *Job, v *vm.Verdict) {
		if v.ISN != 0 {
			v.ISN = 1
		}
	})
	require.Empty(t, res.Failures)
	require.Zero(t, res.Summary.Wraps)
	require.Greater(t, res.Summary.WrapsTotal, 20)
	require.Equal(t, 6, exec.late)
}
