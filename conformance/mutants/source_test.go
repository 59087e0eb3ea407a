package mutants

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// load is the code of a target.
func load(t *testing.T, target *Target) *Source {
	t.Helper()
	root, err := Root(context.Background())
	require.NoError(t, err)
	s, err := Load(context.Background(), root, target)
	require.NoError(t, err)
	return s
}

// sourceOf is a package of one file, which imports nothing.
func sourceOf(t *testing.T, text string) *Source {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.go")
	require.NoError(t, os.WriteFile(file, []byte("package a\n"+text), 0o600))
	pkg := &srcPackage{path: "m/a", name: "a", fset: token.NewFileSet()}
	require.NoError(t, pkg.read(dir, file, &Target{Files: []string{"*.go"}}))
	s := &Source{root: dir, packages: []*srcPackage{pkg}}
	pkg.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	require.NoError(t, pkg.check(s.config(nil)))
	return s
}

func TestLoad(t *testing.T) {
	s := load(t, &TCP)
	for _, name := range []struct{ pkg, fn, file string }{
		{"tcp", "Conn.acceptable", "stack/tcp/input.go"},
		{"tcp", "tsBefore", "stack/tcp/timestamps.go"},
		{"stack", "Stack.tcpStranger", "stack/tcp_input.go"},
	} {
		f := s.find(name.pkg, name.fn)
		require.NotNil(t, f, name.fn)
		require.Equal(t, name.file, f.file.path)
	}
	require.Nil(t, s.find("stack", "Stack.Poll"), "it is not in the target's files")
}

func TestRootNeedsTheSourceTree(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Root(context.Background())
	require.ErrorContains(t, err, "that needs the source tree of module stackproof around the working directory")
	t.Setenv("PATH", "")
	_, err = Root(context.Background())
	require.ErrorContains(t, err, "that needs the go command, which is not there")
}
