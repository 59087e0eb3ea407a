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
var boardTarget = Target{Name: "startup", Files: []string{"cmd/firmware/board/esp32p4*.go"}}

// TestForeign: the faults of code that Go's own compiler does not compile, in text that it can parse, with exported names on
// the functions that ask; what the judge says is the verdict.
func TestForeign(t *testing.T) {
	root, err := Root(context.Background())
	require.NoError(t, err)
	target := boardTarget
	target.Judge = func(_ context.Context, p *Planted, found func(*Fault, string)) error {
		require.Contains(t, p.Files["build/mutants/point/point.go"], "var selected uint32 = 0xffff_ffff")
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
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "cmd/firmware/board"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cmd/firmware/board/esp32p4.go"), []byte("package board\nfunc f() {\n"), 0o666))
	_, err = parse(dir, &boardTarget)
	require.ErrorContains(t, err, "esp32p4.go:")
}
