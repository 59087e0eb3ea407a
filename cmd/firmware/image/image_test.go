package image

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepo(t *testing.T) {
	here, err := Repo(".")
	require.NoError(t, err)
	up, err := filepath.Abs("../../..")
	require.NoError(t, err)
	require.Equal(t, up, here)

	elsewhere := t.TempDir()
	_, err = Repo(elsewhere)
	require.EqualError(t, err,
		"image: "+elsewhere+" is not within the repository (no cmd/firmware/toolchain above it)")
}

// TestTarget: no heap, no scheduler, and nothing of TinyGo's that its module does not carry.
func TestTarget(t *testing.T) {
	text, err := json.Marshal(newTarget(Options{Board: Virt, Script: Virt, March: RV32IMAC, Opt: Release}, []string{"/lib/libc.a"}))
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, "none", got["gc"])
	require.Equal(t, "none", got["scheduler"])
	require.Equal(t, "targets/ld/stackproof_virt.ld", got["linkerscript"])
	require.Contains(t, got["build-tags"], "board_virt")
	require.Contains(t, got["ldflags"], "/lib/libc.a")
	require.NotContains(t, got, "libc")
	require.NotContains(t, got, "rtlib")
}
