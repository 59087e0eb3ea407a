package diff

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/compatcheck/expect"
	"stackproof/compatcheck/face"
	"stackproof/conformance/peers/lwip"
)

// TestPrograms: whatever is drawn can be read, and the face comes to its end.
func TestPrograms(t *testing.T) {
	stack := face.New()
	for i := range 300 {
		s, err := generate(7, i).scenario()
		require.NoError(t, err)
		_, err = s.Outcomes(stack)
		require.NoError(t, err, generate(7, i).text())
	}
	require.Equal(t, generate(7, 3).text(), generate(7, 3).text(), "the same seed, the same program")
	require.NotEqual(t, generate(7, 3).text(), generate(8, 3).text())
}

// TestKnown: the list is well formed, and each entry has a row of DEVIATIONS.md, or an expectation of Espressif's changes.
func TestKnown(t *testing.T) {
	list, err := parseKnown(knownText)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	rows, err := os.ReadFile("../DEVIATIONS.md")
	require.NoError(t, err)
	all, err := expect.Load("../expect/testdata")
	require.NoError(t, err)
	by := map[string]bool{}
	for _, s := range all {
		by[s.ID] = s.Source == "espressif"
	}
	for _, k := range list {
		require.True(t, by[k.row] || strings.Contains(string(rows), "\n| "+k.row+" |"), "%s: no row %q", k.name, k.row)
	}
	line := "a | result | x | 0 | 1 | ends | row | why"
	for text, want := range map[string]string{
		"a | b": "diff: known.txt:1: want 8 fields, got 2, or one is empty",
		strings.Replace(line, "ends", "maybe", 1): `diff: known.txt:1: want ends or goes on, got "maybe"`,
		line + "\n" + line:                        "diff: known.txt:2: a does not come behind a: the list is sorted, and each has its name",
		strings.Replace(line, "x", "(", 1):        "diff: known.txt:1: error parsing regexp: missing closing ): `^(?:()$`",
		strings.Replace(line, " x ", "  ", 1):     "diff: known.txt:1: want 8 fields, got 8, or one is empty",
	} {
		_, err := parseKnown(text)
		require.EqualError(t, err, want)
	}
	many := ""
	for i := range mostKnown + 1 {
		many += string(rune('a'+i)) + line + "\n"
	}
	_, err = parseKnown(many)
	require.EqualError(t, err, "diff: known.txt:26: more than 25 known differences")
}

func TestUnknown(t *testing.T) {
	list, err := parseKnown("a | result | f.* | 0 | 1 | goes on | row | why\nb | time | f.* | .* | .* | ends | row | why")
	require.NoError(t, err)
	used := ""
	use := func(k *known) { used += k.name }
	first, second := difference{what: "result", text: "f()", lwip: "0", face: "1"}, difference{what: "time", text: "f()", lwip: "1s"}
	other := difference{what: "peer", text: "f()"}
	require.Nil(t, unknown(list, []difference{first, second, other}, use), "behind one that ends nothing is compared")
	require.Equal(t, "ab", used)
	require.Equal(t, "peer", unknown(list, []difference{first, other}, use).what)
	require.Equal(t, "time of f(): lwIP 1s, the face ", second.String())
}

// TestShrink: what is left is what it takes, and short.
func TestShrink(t *testing.T) {
	p := &program{id: "diff/x", steps: append([]step{{0, apart[0]}}, generate(1, 4).steps...)}
	p.steps = append(p.steps, step{3000000000, "recv(3, ..., 5000, 0)"}, step{0, "wait"})
	got := shrink(p, func(q *program) bool { return strings.Contains(q.text(), " recv(3, ") })
	require.Equal(t, "// id: diff/x\n// peer: alive\n+0 "+apart[0]+"\n+0 recv(3, ..., 1, 0) = 0\n", got.text())
}

func TestCompare(t *testing.T) {
	p := &program{steps: []step{{0, "socket(AF_INET6, SOCK_STREAM, 0) = 3"}, {0, "send(3, ..., 1, 0)"}, {0, "accept(3, ..., ...) = 4"}, {0, "read(4, ..., 1)"}}}
	at := func(o ...expect.Outcome) []expect.Outcome { return o }
	ok := expect.Outcome{Result: "0", Done: true}
	want := at(ok, ok, ok, ok)
	require.Empty(t, compare(p, want, want))
	late := expect.Outcome{Result: "0", Done: true, Waits: true, Waited: lateness, On: 1}
	require.Empty(t, compare(p, at(ok, late, ok, ok), want), "lwIP's timers may be late for a send")
	require.Len(t, compare(p, want, at(ok, late, ok, ok)), 1, "this stack's may not")
	require.Len(t, compare(p, at(ok, ok, ok, late), want), 1, "nor may lwIP's for a read")
	d := compare(p, at(ok, ok, ok, expect.Outcome{Result: "..."}), at(ok, ok, ok, expect.Outcome{Result: "1", Done: true, Peer: "x"}))
	require.Len(t, d, 2)
	require.Equal(t, "result of [stream6] read(4, ..., 1): lwIP ..., the face 1", d[0].String())
	require.Equal(t, "peer of [stream6] read(4, ..., 1): lwIP nothing, the face x", d[1].String())
}

// TestAgainstLwIP runs some programs, for the way from one end to the other; `stackproof compat diff` runs many.
func TestAgainstLwIP(t *testing.T) {
	repo, err := lwip.Repo(".")
	require.NoError(t, err)
	peer, err := lwip.Build(context.Background(), repo, t.Output())
	if errors.Is(err, lwip.ErrUnavailable) {
		t.Skipf("NOTRUN programs on lwIP: %v", err)
	}
	require.NoError(t, err)
	r, err := Run(context.Background(), Options{Seed: 1, N: 100, Jobs: runtime.NumCPU(), LwIP: peer, Found: func(f *Finding) {
		t.Errorf("%s\n%s", f.What, f.Script)
	}})
	require.NoError(t, err)
	require.Equal(t, 100, r.Programs)
	require.NotEmpty(t, r.Text())
	require.NotZero(t, Total(r.Calls))
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Run(gone, Options{Seed: 1, N: 10, Jobs: 2, LwIP: peer})
	require.EqualError(t, err, "diff: interrupted: 0 of 10 programs run")
}
