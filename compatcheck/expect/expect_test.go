package expect

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/sut/remote"
)

var update = flag.Bool("update", false, "record on lwIP what the expectations say")

func load(t *testing.T) []*Scenario {
	t.Helper()
	all, err := Load("testdata")
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// oracle is lwIP, or the test ends as not run.
func oracle(t *testing.T) *remote.Stack {
	t.Helper()
	repo, err := lwip.Repo(".")
	require.NoError(t, err)
	program, err := lwip.Build(context.Background(), repo, t.Output())
	if errors.Is(err, lwip.ErrUnavailable) {
		t.Skipf("NOTRUN expectations on lwIP: %v", err) // where there is no source there is nothing to install either
	}
	require.NoError(t, err)
	stack := remote.New(&remote.Command{Argv: []string{program}}, 0)
	t.Cleanup(func() { stack.Close() })
	return stack
}

// TestOracle: lwIP does what is recorded of it.
func TestOracle(t *testing.T) {
	stack := oracle(t)
	files := map[string][]string{}
	for _, s := range load(t) {
		lines := make([]string, len(s.Events))
		for i := range s.Events {
			lines[i] = s.Events[i].Text
		}
		if s.Source == "lwip" {
			got, err := s.Run(stack)
			switch {
			case err != nil:
				t.Errorf("%v: %v", err, stack.Err())
			case *update:
				lines = got
			default:
				t.Run(s.ID, func(t *testing.T) { require.Equal(t, s.Text(lines), s.Text(got)) })
			}
		}
		files[s.File] = append(files[s.File], s.Text(lines))
	}
	if *update {
		for file, parts := range files {
			require.NoError(t, os.WriteFile(filepath.Join("testdata", file), []byte(strings.Join(parts, "\n")), 0o666))
		}
	}
}
