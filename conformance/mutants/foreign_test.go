package mutants

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
)

// boardTarget is the code for which a judge of cmd/firmware/startup builds images.
var boardTarget = Target{Name: "startup", Files: []string{"cmd/firmware/board/esp32p4*.go", "cmd/firmware/runtime/start.S"}}

// TestForeign: the faults of code that Go's own compiler does not compile, in text that it can parse, with exported names on
// the functions that ask; what the judge says is the verdict.
func TestForeign(t *testing.T) {
	root, err := Root(context.Background())
	require.NoError(t, err)
	target := boardTarget
	target.Judge = func(_ context.Context, p *Planted, found func(*Fault, string)) error {
		require.Contains(t, p.Files["build/mutants/point/point.go"], "//go:extern stackproof_fault\nvar selected uint32\n")
		start := p.Files["cmd/firmware/board/esp32p4_start.go"]
		require.True(t, strings.Contains(start, "\n// //export stackproof_board_early\nfunc early_plain() {"))
		require.True(t, strings.Contains(start, "\n//export stackproof_board_early\nfunc early()  {\n\t\n\tif a := mutantpoint.Active(); a >= "))
		require.False(t, strings.Contains(start, "mutantpoint.Step"))
		require.NotContains(t, p.Files, "cmd/firmware/board/virt.go")
		for i, f := range p.Faults {
			require.EqualValues(t, i+1, f.Number())
			found(f, map[bool]string{true: "a boot", false: ""}[f.ID != "startup/emac/gate"])
		}
		return nil
	}
	all, err := conformance.ParsePattern("startup")
	require.NoError(t, err)
	r, err := Run(context.Background(), root, &target, &Options{Pattern: all}, func(*Verdict) {})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(r.Verdicts), 60)
	sum := r.Summary()
	require.Equal(t, 1, sum.Survived)
	require.Equal(t, len(r.Verdicts)-1, sum.Killed)
	require.True(t, sum.Failed())
}

func TestForeignWithoutFiles(t *testing.T) {
	dir := t.TempDir()
	_, err := parse(dir, &boardTarget)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "cmd/firmware/runtime"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cmd/firmware/runtime/start.S"), nil, 0o666))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "cmd/firmware/board"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cmd/firmware/board/esp32p4.go"), []byte("package board\nfunc f() {\n"), 0o666))
	_, err = parse(dir, &boardTarget)
	require.ErrorContains(t, err, "esp32p4.go:")
}

// TestAssembly: a fault in assembler is whole statements, and stands beside what it replaces.
func TestAssembly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.S")
	require.NoError(t, os.WriteFile(file, []byte("f:  li a0, 1 // li a0, 2\n1:  ret\n"), 0o666))
	a, err := readAssembly(filepath.Dir(file), file)
	require.NoError(t, err)
	s := &Source{assembler: []*assembly{a}}
	for old, want := range map[string]string{
		"li a0, 1":      "",
		"li a0, 1\nret": `mutants: x: "li a0, 1\nret" stands 0 times in a.S, not once`, // there is a label between
		"li a0":         `mutants: x: "li a0" is no whole statement`,
		"a0, 1":         `mutants: x: "a0, 1" is no whole statement`,
		"li a0, 2":      `mutants: x: "li a0, 2" stands 0 times in a.S, not once`,
	} {
		err := s.plant(&Fault{ID: "x", Func: "a.S", Old: old})
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
	}
	f := &Fault{ID: "x", Func: "a.S", Old: "ret", New: "j .", number: 7}
	require.NoError(t, s.plant(f))
	require.Equal(t, 2, f.Line)
	a.plant = append(a.plant, f)
	require.Equal(t, "f:  li a0, 1 // li a0, 2\n1:  \nlw gp, stackproof_fault\nli tp, 7\nbne gp, tp, .Lplain7\nj .Lfault7\n.Lplain7:\n"+
		"ret\n.Lbehind7:\n\n\n.section .text.faults, \"ax\"\n.Lfault7:\nj .\nj .Lbehind7\n", a.planted(false))
	require.Contains(t, a.planted(true), "stackproof_fault:\n    .4byte 0xffffffff\n")
}
