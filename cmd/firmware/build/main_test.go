package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArguments(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"help", []string{"-h"}, 0, "usage: go run ./cmd/firmware/build [-o FILE] [-opt LEVEL]\n", ""},
		{"unknown flag", []string{"-x"}, 2, "", "build: flag provided but not defined: -x (-h shows the flags)\n"},
		{"extra argument", []string{"x"}, 2, "", "build: unexpected argument \"x\" (-h shows the flags)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			require.Equal(t, c.code, run(t.Context(), c.args, &stdout, &stderr))
			require.True(t, strings.HasPrefix(stdout.String(), c.stdout), stdout.String())
			require.Equal(t, c.stderr, stderr.String())
		})
	}
}

func TestMissingPackages(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var stdout, stderr strings.Builder
	require.Equal(t, 2, run(t.Context(), nil, &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Regexp(t, `^image: packages are missing: apt-get install [^\n]*clang-19[^\n]*\n$`, stderr.String())
}

func TestOutsideTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	var stdout, stderr strings.Builder
	require.Equal(t, 2, run(t.Context(), nil, &stdout, &stderr))
	require.Contains(t, stderr.String(), "is not within the repository")
}
