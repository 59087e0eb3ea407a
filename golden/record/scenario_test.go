//go:build linux

package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestScenarios: names are unique, good for files, and in order; what is said of them fits a line of the index.
func TestScenarios(t *testing.T) {
	before := ""
	for _, s := range All() {
		require.Regexp(t, regexp.MustCompile(`^[a-z][a-z0-9-]+$`), s.Name)
		require.Greater(t, s.Name, before)
		before = s.Name
		require.NotEmpty(t, s.About)
		require.NotRegexp(t, regexp.MustCompile(`[\t\n]`), s.About)
		require.NotEmpty(t, s.shows, "%s promises nothing", s.Name)
	}
}

func TestFind(t *testing.T) {
	names := func(patterns ...string) (all []string) {
		those, err := Find(patterns...)
		require.NoError(t, err)
		for _, s := range those {
			all = append(all, s.Name)
		}
		return all
	}
	require.Equal(t, []string{"ping-v4", "tcp-sack-v6"}, names("tcp-sack-v6", "ping-v4", "tcp-sack-*6"), "each once, in order")
	require.Equal(t, []string{"tcp-sack-v4", "tcp-sack-v6"}, names("tcp-sack-*"))
	require.Len(t, names("*"), len(All()))
	_, err := Find("ping-v4", "pong")
	require.EqualError(t, err, `record: no scenario is called "pong": see --list`)
	_, err = Find("[")
	require.EqualError(t, err, `record: bad pattern "[": it is no glob`)
}

// TestReady: what is missing is said before anything is done.
func TestReady(t *testing.T) {
	s := &Scenario{Name: "x", tools: []tool{{"no-such-program", "some-package"}, {"sh", "dash"}, {"no-such-program-2", "some-package"}}}
	want := "record: x: packages are missing: apt-get install --no-install-recommends some-package"
	if os.Geteuid() != 0 {
		want = "record: making network namespaces needs root"
	} else if _, err := lookPath(toolIP.program); err != nil {
		t.Skip("no ip on this machine")
	}
	require.EqualError(t, s.Ready(), want)
	_, err := s.Record(t.Context(), filepath.Join(t.TempDir(), "x.pcapng"), false)
	require.EqualError(t, err, want)
}

// tooMuch is a longer connection than a capture may have, and ends in a reset.
func tooMuch(l *lab) error {
	return talk(plan{way: lan, back: lan}, nil, nil, func(p *pair, c *peers) error {
		if err := transfer(c.client, c.server, 80<<10); err != nil {
			return err
		}
		return reset(p, c)
	})(l, ipv4)
}

// TestFailure: what fails, is too long or shows not what it promises leaves no file, no folder and no process.
func TestFailure(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("making network namespaces needs root") // the live tests, which also need it, say it aloud
	}
	root := t.TempDir()
	dir, scratch := filepath.Join(root, "out"), filepath.Join(root, "scratch")
	require.NoError(t, errors.Join(os.Mkdir(dir, 0o700), os.Mkdir(scratch, 0o700)))
	t.Setenv("TMPDIR", scratch)
	ready := (&Scenario{}).Ready()
	if ready != nil {
		t.Skip(ready)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	var program int
	for name, c := range map[string]struct {
		ctx  context.Context
		run  func(*lab) error
		want string
	}{
		"nothing happens":  {t.Context(), func(*lab) error { return nil }, "no frame was on the wire"},
		"not what it says": {t.Context(), func(l *lab) error { return pingSizes(1)(l, ipv4) }, "the capture shows no rst, but "},
		"too long":         {t.Context(), func(l *lab) error { return tooMuch(l) }, "the capture has "},
		"interrupted": {interrupted, func(l *lab) error {
			p, err := l.connect(plan{ip: ipv4})
			require.NoError(t, err)
			var out output
			cmd, err := p.client.start(&out, "sleep", "1000")
			require.NoError(t, err)
			program = cmd.Process.Pid
			interrupt()
			return l.wait(time.Minute)
		}, "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Scenario{Name: "x", shows: []string{"rst"}, run: c.run}
			_, err := s.Record(c.ctx, filepath.Join(dir, "x.pcapng"), true)
			require.ErrorContains(t, err, "record: x: "+c.want)
			for _, d := range []string{dir, scratch} {
				left, err := os.ReadDir(d)
				require.NoError(t, err)
				require.Empty(t, left)
			}
		})
	}
	require.NotZero(t, program)
	require.NoDirExists(t, filepath.Join("/proc", fmt.Sprint(program)))
}
