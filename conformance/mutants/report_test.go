package mutants

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/mutants/judge"
)

func TestVerdicts(t *testing.T) {
	hello := judge.Hello{Programs: []string{"one", "one", "two"}}
	f := Fault{ID: "a/f/x=>y"}
	r := Report{Broken: []*Fault{{}}}
	for _, c := range []struct {
		answer       judge.Answer
		reason, want string
	}{
		{judge.Answer{Reached: 3, Killed: []int{0, 1, 2}, Why: "silent"}, "", "PASS a/f/x=>y: caught by one"},
		{judge.Answer{Reached: 3}, "", "FAIL a/f/x=>y: survived"},
		{judge.Answer{Reached: 3, Changed: []int{2}}, "", "FAIL a/f/x=>y: survived, though it changes what happens in two"},
		{judge.Answer{}, "", "FAIL a/f/x=>y: unreached"},
		{judge.Answer{}, gap, "PASS a/f/x=>y: unreached: no case yet"},
		{judge.Answer{Reached: 1}, "nobody looks", "PASS a/f/x=>y: survived: nobody looks"},
	} {
		v := newVerdict(&f, &c.answer, &hello)
		v.Reason = c.reason
		require.Equal(t, c.want, v.String())
		r.Verdicts = append(r.Verdicts, v)
	}
	require.Equal(t, []string{"one", "two"}, r.Verdicts[0].Cases)
	sum := r.Summary()
	require.Equal(t, "total=6 killed=1 survived=3 unreached=2 reasons=1 gaps=1 broken=1 rate=16.7", sum.String())
	require.True(t, sum.Failed())
	r.Verdicts = append(r.Verdicts[:1], r.Verdicts[4:]...)
	require.False(t, r.Summary().Failed())

	dir := t.TempDir()
	require.NoError(t, r.Write(dir))
	lines, err := os.ReadFile(filepath.Join(dir, "mutants.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(lines), `"id":"a/f/x=>y"`)
	require.FileExists(t, filepath.Join(dir, "summary.json"))

	require.NoError(t, r.Stale())
	r.stale = []*survivor{{id: "a/F/*", line: 7, table: "survivors/t.txt"}}
	require.EqualError(t, r.Stale(), "mutants: no survivor is meant by survivors/t.txt:7: a/F/*")
}

func TestContained(t *testing.T) {
	const small, large, other = "tcp/reset/in-window", "tcp/reset/in-window-again", "tcp/handshake/passive-open"
	r := Report{traces: map[string][]string{small: {"1"}, large: {"1"}}}
	r.Verdicts = []*Verdict{{ID: "x", Cases: []string{small, large, other}}, {ID: "y", Cases: []string{large}}}
	list, err := r.Contained()
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, c := range list {
		require.Equal(t, small, c.Case)
		require.Equal(t, large, c.In)
		require.Equal(t, "CONTAINED "+small+" (1) in "+large+" (2): "+c.Req+": a clone: the same happens in both", c.String())
	}
}
