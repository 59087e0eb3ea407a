package targets

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/fuzz/nightly"
)

// alone are the targets of bytes whose body other engines cannot call, and why.
var alone = map[string]string{
	"stack/FuzzReceive":      "it looks into the stack from within its package; hostile_sequence and siege do from outside",
	"stack/wire/FuzzCheck":   "it is part of the package's own tests, which faults planted in it must not survive; codecs has the same parsers",
	"conformance/vm/FuzzRun": "its stack is one that misbehaves, of the package's tests; run has this project's own",
}

// TestNoneForgotten: each fuzz target of the module draws values, has its body listed here, or stands above with the reason.
func TestNoneForgotten(t *testing.T) {
	all, err := nightly.Targets("../..")
	require.NoError(t, err)
	listed := map[string]bool{}
	for _, x := range All {
		require.False(t, listed[x.Native], "%s is there twice", x.Native)
		listed[x.Native] = true
	}
	for _, n := range all {
		id := n.String()
		if n.Property {
			require.False(t, listed[id], "%s draws values", id)
			continue
		}
		if listed[id] == (alone[id] != "") {
			t.Errorf("%s is to be in All, with its body in a package that is no test, or else in alone, with a reason", id)
		}
		delete(listed, id)
		delete(alone, id)
	}
	require.Empty(t, listed, "no such target")
	require.Empty(t, alone, "no such target")
}

// TestAll: what engines rely on.
func TestAll(t *testing.T) {
	names := map[string]bool{}
	for _, x := range All {
		require.Regexp(t, `^[a-z0-9_]+$`, x.Name)
		require.False(t, names[x.Name], x.Name)
		names[x.Name] = true
		require.Equal(t, x.Native, Find(x.Name).Native)
		pkg, fn := x.Where()
		require.Regexp(t, `^stackproof/fuzz/\w+$`, pkg)
		require.Equal(t, strings.TrimPrefix(pkg, "stackproof/"), path.Dir(x.Native), "a body stands beside its test function")
		require.True(t, token.IsExported(fn), fn)
		seeds := x.Seeds()
		require.NotEmpty(t, seeds, x.Name)
		kept := 0
		for _, b := range seeds[:min(len(seeds), 20)] {
			kept += x.Body(b)
		}
		require.Positive(t, kept, "%s: no seed is worth keeping", x.Name)
		if x.Tokens != nil {
			require.NotEmpty(t, x.Tokens(), x.Name)
			require.NotContains(t, x.Tokens(), "", x.Name)
		}
	}
	require.Nil(t, Find("nothing"))
}

// TestGoFuzz: go-fuzz has a function for each target, named as it is and with its body, and they compile.
func TestGoFuzz(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "gofuzz.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	calls := map[string]string{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		body := f.Body.List[0].(*ast.ReturnStmt).Results[0].(*ast.CallExpr).Fun.(*ast.SelectorExpr)
		calls[strings.ToLower(f.Name.Name)] = body.X.(*ast.Ident).Name + "." + body.Sel.Name
	}
	for _, x := range All {
		pkg, fn := x.Where()
		name := "fuzz" + strings.ReplaceAll(x.Name, "_", "")
		require.Equal(t, path.Base(pkg)+"."+fn, calls[name], x.Name)
		delete(calls, name)
	}
	require.Empty(t, calls)
	out, err := exec.Command("go", "build", "-tags=gofuzz", ".").CombinedOutput()
	require.NoError(t, err, string(out))
}
