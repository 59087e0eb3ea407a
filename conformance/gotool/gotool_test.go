package gotool

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	here, err := filepath.Abs("../..")
	require.NoError(t, err)
	root, err := Root(t.Context(), "test: to know")
	require.NoError(t, err)
	require.Equal(t, here, root)
	t.Chdir(t.TempDir())
	_, err = Root(t.Context(), "test: to know")
	require.EqualError(t, err, "test: to know: that needs the source tree of module stackproof around the working directory")
	t.Setenv("PATH", "")
	_, err = Root(t.Context(), "test: to know")
	require.EqualError(t, err, "test: to know: that needs the go command, which is not there")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Root(ctx, "test: to know")
	require.Error(t, err)
}

func TestRunSaysWhatGoSays(t *testing.T) {
	_, err := Run(t.Context(), ".", "list", "./nothing/here")
	require.ErrorContains(t, err, "go list: exit status 1: ")
	require.ErrorContains(t, err, "nothing/here")
}
