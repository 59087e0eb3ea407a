package conformance

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut/large"
)

var waiverDay = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// waivers reads a file of waivers with this text.
func waivers(t *testing.T, lines ...string) (Waivers, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "waivers.txt")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	all, err := LoadWaivers(file, waiverDay)
	for i := range all {
		all[i].place = strings.Replace(all[i].place, file, "FILE", 1)
	}
	if err != nil {
		return nil, replaced{strings.ReplaceAll(err.Error(), file, "FILE")}
	}
	return all, nil
}

type replaced struct{ text string }

func (r replaced) Error() string { return r.text }

const waived = `arp/request-answered fail 2026-11-22 "silent" the wire of this stack is cut`

func TestWaiverErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a word", []string{"", "# words", "arp/x"}, `waivers: FILE:3: want CASE OUTCOME DATE "MESSAGE" REASON`},
		{"outcome", []string{`arp/x broken 2026-11-22 "silent" it is known that it fails`}, `waivers: FILE:1: outcome "broken": want fail, timeout, crash, blocked or error`},
		{"a pass", []string{`arp/x pass 2026-11-22 "silent" it is known that it fails`}, `waivers: FILE:1: outcome "pass": want fail, timeout, crash, blocked or error`},
		{"date", []string{`arp/x fail 2026-02-30 "silent" it is known that it fails`}, `waivers: FILE:1: date "2026-02-30": want one like 2006-01-02`},
		{"tomorrow", []string{`arp/x fail 2026-11-23 "silent" it is known that it fails`}, `waivers: FILE:1: date 2026-11-23 lies in the future`},
		{"message", []string{`arp/x fail 2026-11-22 silent it is known that it fails`}, `waivers: FILE:1: message: want it in quotation marks: CASE OUTCOME DATE "MESSAGE" REASON`},
		{"any message", []string{`arp/x fail 2026-11-22 " " it is known that it fails`}, `waivers: FILE:1: message " ": want at least 5 characters, so that it tells one failure from another`},
		{"no reason", []string{`arp/x fail 2026-11-22 "silent"`}, `waivers: FILE:1: reason "": say in at least 4 words why the failure is put up with`},
		{"half a reason", []string{`arp/x fail 2026-11-22 "silent" - - - known bug`}, `waivers: FILE:1: reason "- - - known bug": say in at least 4 words why the failure is put up with`},
		{"later", []string{`arp/x fail 2026-11-22 "silent" TODO: find out why it fails`}, `waivers: FILE:1: reason "TODO: find out why it fails": todo is no reason`},
		{"order", []string{waived, `arp/a fail 2026-11-22 "silent" it is known that it fails`}, `waivers: FILE:2: arp/a stands behind arp/request-answered: waivers are sorted by case`},
		{"twice", []string{waived, "", waived}, `waivers: FILE:3: a second waiver of arp/request-answered; the first is in FILE:1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := waivers(t, c.lines...)
			require.EqualError(t, err, c.want)
		})
	}
	_, err := LoadWaivers("no/such", waiverDay)
	require.ErrorContains(t, err, "waivers: cannot read the file: open no/such")
	all, err := waivers(t, `arp/nobody fail 2026-11-22 "silent" it is known that it fails`)
	require.NoError(t, err)
	require.EqualError(t, all.Check(suiteOf(t, goodARP)), "waivers: FILE:1: there is no case arp/nobody: the waiver matches nothing")
}

// TestWaivers: what comes of a case with a waiver, on stacks that pass it, fail it, and do not answer at all.
func TestWaivers(t *testing.T) {
	suite := suiteOf(t, goodARP, variant("arp/second", "", ""))
	run := func(t *testing.T, exec Executor, lines ...string) *report.Results {
		all, err := waivers(t, lines...)
		require.NoError(t, err)
		require.NoError(t, all.Check(suite))
		r := Runner{Suite: suite, Stack: "test", Exec: exec, Waivers: all}
		res := r.Run(context.Background(), Pattern{})
		require.NoError(t, all.Stale(res.Verdicts))
		return res
	}
	blocked := `arp/second blocked 2026-11-22 "known-good" the wire of this stack is cut`

	t.Run("as expected", func(t *testing.T) {
		res := run(t, NewLocal(&deaf{large.New()}), waived, blocked)
		require.Equal(t, []report.Outcome{report.XFail, report.XFail}, outcomes(res))
		require.Equal(t, 2, res.Summary.Counts[report.XFail])
		require.Equal(t, report.ExitOK, res.Summary.Counts.ExitCode())
		require.Zero(t, res.Summary.MustCovered, "what is waived proves nothing")
		require.Len(t, res.Failures, 1, "it is still told how")
		require.Equal(t, report.XFail, res.Failures[0].Outcome)
	})
	t.Run("passes", func(t *testing.T) {
		res := run(t, NewLocal(large.New()), waived)
		require.Equal(t, []report.Outcome{report.XPass, report.Pass}, outcomes(res))
		require.Equal(t, report.ExitFail, res.Summary.Counts.ExitCode())
		require.Equal(t, "passed although it is waived in FILE:1", res.Failures[0].Message())
	})
	t.Run("with another message", func(t *testing.T) {
		other := strings.Replace(waived, "silent", "wrong packet", 1)
		res := run(t, NewLocal(&deaf{large.New()}), other, blocked)
		require.Equal(t, []report.Outcome{report.Fail, report.XFail}, outcomes(res))
		require.Equal(t, report.ExitFail, res.Summary.Counts.ExitCode())
		require.Equal(t, `not as waived in FILE:1 (fail, "wrong packet"): silent`, res.Failures[0].Kind)
	})
	t.Run("with another outcome", func(t *testing.T) {
		res := run(t, NewLocal(&dying{large.New()}), waived, blocked)
		require.Equal(t, report.Crash, res.Verdicts[0].Outcome)
		require.Equal(t, report.ExitFail, res.Summary.Counts.ExitCode())
	})
	t.Run("of a crash", func(t *testing.T) {
		res := run(t, NewLocal(&dying{large.New()}), strings.NewReplacer("fail", "crash", "silent", "exit status 7").Replace(waived), blocked)
		require.Equal(t, []report.Outcome{report.XFail, report.XFail}, outcomes(res))
	})
	t.Run("unsupported", func(t *testing.T) {
		all, err := waivers(t, waived)
		require.NoError(t, err)
		require.EqualError(t, all.Stale([]report.Verdict{{ID: "arp/request-answered", Outcome: report.Unsupported}}),
			"waivers: FILE:1: arp/request-answered is unsupported on this stack: the waiver matches nothing")
	})
}

// TestWaiverOfForms: each form of a case that fails has to fail as expected.
func TestWaiverOfForms(t *testing.T) {
	all, err := waivers(t, `tcp/x fail 2026-11-22 "silent" the wire of this stack is cut`)
	require.NoError(t, err)
	v := &report.Verdict{ID: "tcp/x", Outcome: report.Fail}
	form := func(kind string) *report.Failure {
		f := &report.Failure{Verdict: v, Kind: kind}
		f.Outcome = report.Fail
		return f
	}
	failures := all[0].apply(v, []*report.Failure{form("silent"), form("wrong packet")})
	require.Equal(t, report.Fail, v.Outcome)
	require.Equal(t, "silent", failures[0].Kind)
	require.Equal(t, `not as waived in FILE:1 (fail, "silent"): wrong packet`, failures[1].Kind)
	all[0].apply(v, []*report.Failure{form("silent"), form("silent")})
	require.Equal(t, report.XFail, v.Outcome)
}
