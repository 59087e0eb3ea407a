package conformance

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/cases"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// suiteOf compiles scripts given by their path below conformance/cases, and by text.
func suiteOf(t *testing.T, scripts ...string) *Suite {
	t.Helper()
	var all []*cases.Case
	for _, text := range scripts {
		c, err := cases.Compile("test.pkt", []byte(text))
		require.NoError(t, err)
		all = append(all, c)
	}
	s, err := NewSuite(all)
	require.NoError(t, err)
	return s
}

const goodARP = `// The stack answers.
//
// id: arp/request-answered
// reqs: RFC826:reception:3
// level: MUST
// forms: ipv4
// twin: out arp.sha^1 @ "a reply"

+1 < arp request
+0 > arp reply // a reply
`

// variant is goodARP under another id, with one thing replaced.
func variant(id, old, replacement string) string {
	s := bytes.Replace([]byte(goodARP), []byte("arp/request-answered"), []byte(id), 1)
	return string(bytes.Replace(s, []byte(old), []byte(replacement), 1))
}

// deaf is a stack to which nothing gets through.
type deaf struct{ *inproc.Host }

func (*deaf) Deliver([]byte, sut.Sink) sut.Status { return sut.OK }

// dying is a stack whose process ends at the first frame.
type dying struct{ *inproc.Host }

func (*dying) Deliver([]byte, sut.Sink) sut.Status { return sut.Crashed }
func (*dying) Err() error                          { return errDying }

type dyingError string

func (e dyingError) Error() string { return string(e) }

const errDying = dyingError("remote: the process ended: exit status 7")

func runOn(stack sut.SUT, s *Suite) *report.Results {
	r := Runner{Suite: s, Stack: "test", Link: "direct", Exec: NewLocal(stack)}
	return r.Run(context.Background(), Pattern{})
}

func outcomes(res *report.Results) (o []report.Outcome) {
	for _, v := range res.Verdicts {
		o = append(o, v.Outcome)
	}
	return o
}

// TestBlocked: where the known-good exchange fails the topic's others are blocked, and one case has failed.
func TestBlocked(t *testing.T) {
	res := runOn(&deaf{large.New()}, suiteOf(t, variant("arp/another", "", ""), goodARP))
	require.Equal(t, []report.Outcome{report.Fail, report.Blocked}, outcomes(res))
	require.Equal(t, "arp/request-answered", res.Verdicts[0].ID, "the known-good case runs first")
	require.Len(t, res.Failures, 1)
	require.Equal(t, "silent", res.Failures[0].Kind)
	require.Equal(t, "a reply", res.Failures[0].Verdict.Phrase)
	require.False(t, res.Plan[1].Run)
	require.Contains(t, res.Plan[1].Why, "known-good")
}

// TestProvesNothing: a case whose twin stays green, or goes red elsewhere, is the tester's fault.
func TestProvesNothing(t *testing.T) {
	green := variant("arp/green", `out arp.sha^1 @ "a reply"`, `out eth.type+0x0 @ "a reply"`)
	_, err := cases.Compile("test.pkt", []byte(green))
	require.Error(t, err, "a fault that changes nothing does not even compile")

	elsewhere := variant("arp/elsewhere", `out arp.sha^1 @ "a reply"`, `in again @ "silence"`) + "+1 idle // silence\n"
	res := runOn(large.New(), suiteOf(t, elsewhere))
	require.Equal(t, report.TwinRed, res.Verdicts[0].Forms[0].Twin, "the request again is answered again")

	early := variant("arp/early", `out arp.sha^1 @ "a reply"`, `in arp.tpa^1 @ "silence"`) + "+1 idle // silence\n"
	res = runOn(large.New(), suiteOf(t, early))
	require.Equal(t, report.Error, res.Verdicts[0].Outcome)
	require.Equal(t, report.TwinElsewhere, res.Verdicts[0].Forms[0].Twin)
	require.Equal(t, report.ExitTester, res.Summary.Counts.ExitCode())
	require.Contains(t, res.Failures[0].Kind, "proves nothing")
}

// TestCrash: a stack that ends costs the case, with what its transport knows.
func TestCrash(t *testing.T) {
	res := runOn(&dying{large.New()}, suiteOf(t, goodARP))
	require.Equal(t, []report.Outcome{report.Crash}, outcomes(res))
	require.Equal(t, string(errDying), res.Verdicts[0].Got)
}

// TestInterrupted: what is left when the run is broken off is not run, and not lost.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := suiteOf(t, goodARP, variant("arp/second", "", ""))
	r := Runner{Suite: s, Stack: "test", Exec: NewLocal(large.New()), Done: func(int, int, *report.Verdict, []*report.Failure) { cancel() }}
	res := r.Run(ctx, Pattern{})
	require.Equal(t, []report.Outcome{report.Pass, report.NotRun}, outcomes(res))
}

// dice is an executor that never does the same twice.
type dice struct {
	*Local
	n uint64
}

func (d *dice) Execute(j *Job, tr vm.Tracer) vm.Verdict {
	v := d.Local.Execute(j, tr)
	d.n++
	v.Hash += d.n
	return v
}

// TestNotDeterministic: among the runs that are repeated, one that differs is found.
func TestNotDeterministic(t *testing.T) {
	s := suiteOf(t, goodARP)
	found := false
	for seed := uint64(1); seed < 10*repeatEvery && !found; seed++ {
		r := Runner{Suite: s, Stack: "test", Seed: seed, Exec: &dice{Local: NewLocal(large.New())}}
		res := r.Run(context.Background(), Pattern{})
		if res.Verdicts[0].Outcome == report.Fail {
			require.Equal(t, "not deterministic", res.Failures[0].Kind)
			found = true
		}
	}
	require.True(t, found)
}
