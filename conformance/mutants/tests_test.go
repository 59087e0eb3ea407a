package mutants

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// script is a program that stands for the tests of a package.
func script(t *testing.T, text string) *testProgram {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no shell")
	}
	file := filepath.Join(t.TempDir(), "x.test")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+text), 0o700))
	return &testProgram{pkg: "a/b", file: file, dir: t.TempDir(), limit: time.Minute}
}

// TestFirstFailure: what is said to be the first test that fails.
func TestFirstFailure(t *testing.T) {
	for _, c := range []struct{ name, text, want, problem string }{
		{"all pass", "echo '--- PASS: TestA (0.00s)'", "", ""},
		{"one fails", "echo '=== RUN   TestA'; echo '--- FAIL: TestA (0.00s)'; echo '--- FAIL: TestB (0.00s)'; exit 1", "TestA of a/b", ""},
		{"the program breaks down", "echo '=== RUN   TestA'; echo '=== RUN   TestB/one'; echo 'fatal error: stack'; exit 2", "TestB of a/b", ""},
		{"the fault that is active", "[ $STACKPROOF_FAULT = 7 ] || echo '--- FAIL: TestC'; exit 1", "", "the tests of a/b do not begin: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := script(t, c.text).run(context.Background(), 7, "")
			if c.problem != "" {
				require.ErrorContains(t, err, c.problem)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// TestThatHangs: it has failed; and it ends with the context.
func TestThatHangs(t *testing.T) {
	q := script(t, "echo '=== RUN   TestA'; exec sleep 60")
	q.limit = 300 * time.Millisecond
	got, err := q.run(context.Background(), 1, "")
	require.NoError(t, err)
	require.Equal(t, "TestA of a/b", got)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	q.limit = time.Minute
	_, err = q.run(ctx, 1, "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
