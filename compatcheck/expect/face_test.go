package expect

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/compatcheck/face"
)

var updateFace = flag.Bool("update-face", false, "record what the lwIP face does in the expectations of the folder deviations")

// texts are a scenario's lines as they stand in its file.
func (s *Scenario) texts() (lines []string) {
	for i := range s.Events {
		lines = append(lines, s.Events[i].Text)
	}
	return lines
}

// deviations are what the face is expected to do instead, by the scenario's id.
func deviations(t *testing.T) (all []*Scenario, by map[string]*Scenario) {
	t.Helper()
	all, err := Load("deviations")
	require.NoError(t, err)
	by = map[string]*Scenario{}
	for _, s := range all {
		require.Nil(t, by[s.ID], "%s stands twice", s.ID)
		by[s.ID] = s
	}
	return all, by
}

// TestFace: this project's lwIP face does what is recorded of lwIP or, where that is deliberate, what is recorded of itself.
func TestFace(t *testing.T) {
	stack := face.New()
	_, instead := deviations(t)
	for _, s := range load(t) {
		t.Run(s.ID, func(t *testing.T) {
			got, err := s.Run(stack)
			require.NoError(t, err)
			want := s.texts()
			if d := instead[s.ID]; d != nil {
				want = d.texts()
				require.NotEqual(t, s.texts(), want, "it is as lwIP has it: no deviation")
			}
			require.Equal(t, s.Text(want), s.Text(near(want, got)))
		})
	}
}

// TestDeviations: each is of an expectation, with the same calls, and a row of DEVIATIONS.md.
func TestDeviations(t *testing.T) {
	text, err := os.ReadFile("../DEVIATIONS.md")
	require.NoError(t, err)
	all, _ := deviations(t)
	if *updateFace {
		record(t, all)
	}
	of := map[string]*Scenario{}
	for _, s := range load(t) {
		of[s.ID] = s
	}
	for _, d := range all {
		s := of[d.ID]
		require.NotNil(t, s, d.ID)
		require.NotEmpty(t, d.Deviations, d.ID)
		for _, what := range d.Deviations {
			require.Contains(t, string(text), "\n| "+what+" |", "%s: no row of DEVIATIONS.md", d.ID)
		}
		require.Equal(t, calls(s), calls(d), d.ID)
	}
}

// calls are a scenario's lines without results and remarks.
func calls(s *Scenario) (lines []string) {
	for i := range s.Events {
		lines = append(lines, s.Events[i].with("", ""))
		if j := strings.LastIndex(lines[i], ") = "); j >= 0 && !strings.Contains(lines[i], "socket(") {
			lines[i] = lines[i][:j+1]
		}
	}
	return lines
}

// record writes the face's lines into the files of deviations.
func record(t *testing.T, all []*Scenario) {
	stack := face.New()
	files := map[string][]string{}
	for _, d := range all {
		lines, err := d.Run(stack)
		require.NoError(t, err)
		files[d.File] = append(files[d.File], d.Text(lines))
	}
	for file, parts := range files {
		require.NoError(t, os.WriteFile(filepath.Join("deviations", file), []byte(strings.Join(parts, "\n")), 0o666))
	}
}

var waited = regexp.MustCompile(`waits \S+ = (\d+) ticks`)

// near are the lines that the stack has, with the waiting that is wanted where it is so to a tick: lwIP's timers count ticks,
// and when they began to count is chance.
func near(want, got []string) []string {
	got = slices.Clone(got)
	for i := range got {
		w, g := waited.FindStringSubmatch(want[i]), waited.FindStringSubmatch(got[i])
		if w == nil || g == nil {
			continue
		}
		a, _ := strconv.Atoi(w[1])
		b, _ := strconv.Atoi(g[1])
		if a-b <= 1 && b-a <= 1 && max(a, b) > 10 {
			got[i] = strings.Replace(got[i], g[0], w[0], 1)
		}
	}
	return got
}

func TestNear(t *testing.T) {
	want := []string{"a // waits 25.25s = 51 ticks, ends 1 on", "b // waits 25.25s = 51 ticks", "c // waits 1s = 2 ticks", "d"}
	got := []string{"a // waits 25s = 50 ticks, ends 1 on", "b // waits 24s = 48 ticks", "c // waits 1.5s = 3 ticks", "e"}
	require.Equal(t, []string{want[0], got[1], got[2], got[3]}, near(want, got))
}
