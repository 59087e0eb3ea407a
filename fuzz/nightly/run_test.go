package nightly

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// small is a module with a target that nothing is wrong with, one that panics, and one that fails and panics.
var small = map[string]string{
	"go.mod": "module stackproof\n\ngo 1.26\n",
	"p/p_test.go": `package p

import "testing"

func FuzzGood(f *testing.F) {
	f.Add([]byte("seed"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		for _, c := range b {
			if c > 'a' { n++ }
		}
		if n > 3 && b[0] > 'x' { n = 0 }
	})
}

func FuzzBad(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) { bad(b) })
}

func bad(b []byte) {
	if len(b) > 0 && b[0]&1 == 1 { _ = b[len(b)] }
}
`,
}

// options are those of a run over the small module.
func options(t *testing.T) (o Options, said func() string) {
	root := t.TempDir()
	put(t, root, small)
	targets, err := Targets(root)
	require.NoError(t, err)
	var mutex sync.Mutex
	var words strings.Builder
	return Options{Root: root, Dir: filepath.Join(root, "build", "fuzz"), For: time.Hour, Slice: 2 * time.Second, Turns: 5, Jobs: 2, Targets: targets, Say: func(line string) {
			mutex.Lock()
			defer mutex.Unlock()
			words.WriteString(line + "\n")
		}}, func() string {
			mutex.Lock()
			defer mutex.Unlock()
			return words.String()
		}
}

// TestRun: what is wrong is found once, becomes a seed that go test fails on, and the rest of the time is spent on others.
func TestRun(t *testing.T) {
	o, said := options(t)
	s, err := Run(t.Context(), o)
	require.NoError(t, err)
	require.True(t, s.Done)
	require.Len(t, s.Findings, 1, said())
	f := s.Findings[0]
	require.Equal(t, "p/FuzzBad", f.Task)
	require.True(t, f.Shown)
	require.Contains(t, f.Log, "p.bad")
	require.Equal(t, 1, strings.Count(said(), "FAIL "))
	require.FileExists(t, filepath.Join(o.Root, "p", "testdata", "fuzz", "FuzzBad", f.Name))
	cmd := exec.Command("go", "test", "./p", "-run", "^FuzzBad$/^"+f.Name+"$")
	cmd.Dir = o.Root
	require.Error(t, cmd.Run())

	good := s.Tasks["p/FuzzGood"]
	require.Positive(t, good.Execs)
	require.Greater(t, good.Coverage, good.Before)
	require.Positive(t, good.Corpus)
	require.Empty(t, good.Stopped)

	var text bytes.Buffer
	r := s.Report()
	require.NoError(t, r.Text(&text))
	require.Regexp(t, `(?m)^PASS p/FuzzGood `, text.String())
	require.Regexp(t, `(?m)^FAIL p/FuzzBad `, text.String())
	require.NoError(t, r.Write(o.Dir))
	b, err := os.ReadFile(filepath.Join(o.Dir, "report.json"))
	require.NoError(t, err)
	var again Report
	require.NoError(t, json.Unmarshal(b, &again))
	require.Equal(t, 1, again.Total.Findings)
	b, err = os.ReadFile(filepath.Join(o.Dir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(b), f.Name)

	// A seed of the source tree that fails is found where it is, and stays.
	o.Targets, o.Turns = []Target{{Pkg: "p", Func: "FuzzBad"}}, 1
	s, err = Run(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, s.Findings, 1)
	require.Equal(t, "go test ./p -run '^FuzzBad$/^"+f.Name+"$'", s.Findings[0].Again)
	require.Contains(t, s.Tasks["p/FuzzBad"].Stopped, "finds nothing but ")
	require.FileExists(t, filepath.Join(o.Root, "p", "testdata", "fuzz", "FuzzBad", f.Name))
}

// failingEngine is an engine that finds an input, and may write another before. It says so or does not.
func failingEngine(t *testing.T, says bool) *order {
	words := ":"
	if says {
		words = "echo '    Failing input written to testdata/fuzz/FuzzA/small'"
	}
	root := t.TempDir()
	put(t, root, map[string]string{
		"p/testdata/fuzz/FuzzA/named": "a seed",
		"program":                     "#!/bin/sh\ncd testdata/fuzz/FuzzA && echo 1 >big && echo 2 >small\n" + words + "\nexit 1\n",
	})
	require.NoError(t, os.Chmod(filepath.Join(root, "program"), 0o755))
	return &order{
		target: Target{"p", "FuzzA", false}, file: filepath.Join(root, "program"), root: root, cache: filepath.Join(root, "corpus"), time: "1s", limit: time.Minute,
	}
}

// TestOneInputOfAFailure: an engine that is stopped while it makes an input smaller leaves both, which is one too many: the
// other would be taken for a seed of the source tree.
func TestOneInputOfAFailure(t *testing.T) {
	for _, says := range []bool{true, false} {
		o := failingEngine(t, says)
		s, err := o.run(t.Context())
		require.NoError(t, err)
		file, kept := o.failing(&s)
		require.FileExists(t, file)
		require.False(t, kept)
		require.Len(t, o.seeds(), 2, "the named seed, and one input")
		if says {
			require.Equal(t, "small", filepath.Base(file))
		}
	}
}

// TestFoundWhileTidying: the engine draws an input also when it is asked to run the corpus, and that may be one that fails.
func TestFoundWhileTidying(t *testing.T) {
	o := failingEngine(t, true)
	r := &run{Options: Options{Dir: t.TempDir(), Say: func(string) {}}, state: &State{Tasks: map[string]*Progress{}}}
	require.NoError(t, r.lean(t.Context(), o, r.state.progress("p/FuzzA")))
	require.Len(t, r.state.Findings, 1)
	require.FileExists(t, r.state.Findings[0].Input)
	require.Equal(t, map[string]bool{"named": true}, o.seeds())
}

// TestResume: a run that is stopped goes on where it was, and its folder is its own meanwhile.
func TestResume(t *testing.T) {
	o, said := options(t)
	o.Targets = []Target{{Pkg: "p", Func: "FuzzGood"}}
	o.Turns = 0
	ctx, stop := context.WithCancel(t.Context())
	once := sync.Once{}
	say := o.Say
	o.Say = func(line string) { // after the first slice
		say(line)
		once.Do(func() {
			_, err := Run(ctx, o)
			if !strings.Contains(err.Error(), "is used by another run") {
				panic(err)
			}
			stop()
		})
	}
	s, err := Run(ctx, o)
	require.NoError(t, err)
	require.False(t, s.Done)
	before := s.Tasks["p/FuzzGood"].Execs
	require.Positive(t, before)
	spent := s.Spent
	require.Less(t, spent, o.For)

	o.Say, o.Turns = say, 1
	s, err = Run(t.Context(), o)
	require.NoError(t, err)
	require.Contains(t, said(), "going on with a run that stopped after ")
	require.True(t, s.Done)
	require.Greater(t, s.Tasks["p/FuzzGood"].Execs, before)
	require.Greater(t, s.Spent, spent)
}

// TestPropertiesAreModest: the turn of a property comes after those of the others, and is shorter by eight.
func TestPropertiesAreModest(t *testing.T) {
	a, p := Target{"p", "FuzzA", true}, Target{"p", "FuzzB", false}
	r := &run{
		Options: Options{For: time.Hour, Slice: time.Second}, state: &State{Tasks: map[string]*Progress{}}, began: time.Now(),
		busy: map[string]bool{}, targets: map[string]Target{a.String(): a, p.String(): p}, tasks: []string{p.String(), a.String()},
	}
	var order []string
	for range 18 {
		task, had, _ := r.next()
		order = append(order, task)
		had.Seconds++
		delete(r.busy, task)
	}
	require.Equal(t, p.String(), order[0])
	require.Equal(t, a.String(), order[1])
	require.Equal(t, p.String(), order[2])
	n := 0
	for _, task := range order {
		if task == a.String() {
			n++
		}
	}
	require.Equal(t, 2, n)
}

func TestStateThatIsNone(t *testing.T) {
	o, _ := options(t)
	put(t, o.Dir, map[string]string{stateFile: "{"})
	_, err := Run(t.Context(), o)
	require.ErrorContains(t, err, "is no state of a run: ")
	put(t, o.Root, map[string]string{"p/broken_test.go": "package p\nvar x = y\n"})
	put(t, o.Dir, map[string]string{stateFile: "{}"})
	_, err = Run(t.Context(), o)
	require.ErrorContains(t, err, "fuzz: p cannot be built: ")
}

func TestSliceOf(t *testing.T) {
	require.Equal(t, 5*time.Second, sliceOf(time.Minute, 2, 30))
	require.Equal(t, 10*time.Second, sliceOf(10*time.Minute, 2, 30))
	require.Equal(t, 5*time.Minute, sliceOf(8*time.Hour, 16, 30))
}

// TestCommand: seeds that fail are findings, each kind once; a program that says nothing of seeds but fails is one too.
func TestCommand(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	put(t, filepath.Dir(program), map[string]string{"program": "#!/bin/sh\necho \"FAIL seed 7: a byte is lost at 12\"\necho \"FAIL seed 9: a byte is lost at 13\"\necho 'never happened: a; b'\necho 'simulate: seeds=8 pass=6 fail=2 goals=3/4'\nexit 1\n"})
	require.NoError(t, os.Chmod(program, 0o755))
	c := Command{Name: "simulate", Args: func(first, n uint64) []string { return nil }, One: func(uint64) string { return "again" }}
	h, err := c.run(t.Context(), program, 0, 8, time.Minute)
	require.NoError(t, err)
	require.Equal(t, heardOf{seeds: 8, goals: 4, unmet: []string{"a", "b"}, failures: map[uint64]string{7: "a byte is lost at 12", 9: "a byte is lost at 13"}}, h)
	require.Equal(t, findingOf("simulate", h.failures[7]).Name, findingOf("simulate", h.failures[9]).Name)

	put(t, filepath.Dir(program), map[string]string{"program": "#!/bin/sh\necho 'no such network' >&2\nexit 2\n"})
	h, err = c.run(t.Context(), program, 0, 8, time.Minute)
	require.NoError(t, err)
	require.Equal(t, "no such network", h.rest)
}
