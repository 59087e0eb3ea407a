package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUsage(t *testing.T) {
	require.EqualError(t, run(t.Context(), nil), "libfuzzer: no folder is named: libfuzzer DIR [NAME...]")
	require.EqualError(t, run(t.Context(), []string{t.TempDir(), "nothing"}), `libfuzzer: there is no target "nothing"`)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, write(file, nil))
	require.ErrorContains(t, run(t.Context(), []string{file, "split"}), "libfuzzer: mkdir ")
	t.Chdir(t.TempDir())
	require.ErrorContains(t, run(t.Context(), []string{"x"}), "libfuzzer: to build a target: that needs the source tree of module stackproof")
}

// TestSeeds: a corpus has each seed once, and the same seeds make the same file.
func TestSeeds(t *testing.T) {
	b := zipped([][]byte{{1}, nil, {2, 3}, {1}})
	require.Equal(t, b, zipped([][]byte{{1}, nil, {2, 3}}))
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	require.Len(t, z.File, 3)
	for i, want := range [][]byte{{1}, {}, {2, 3}} {
		f, err := z.File[i].Open()
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestDictionary(t *testing.T) {
	require.Equal(t, `"\x00a~ \x22\x5c\x7f\xff"`+"\n"+`"win "`+"\n", string(dictionary([]string{"\x00a~ \"\\\x7f\xff", "win "})))
}

// TestConfiguration: the files that the engines read name what is there.
func TestConfiguration(t *testing.T) {
	const root = "../../../"
	for file, want := range map[string][]string{
		".clusterfuzzlite/Dockerfile":           {"FROM gcr.io/oss-fuzz-base/base-builder-go\n", "COPY . $SRC/stackproof\n", "COPY .clusterfuzzlite/build.sh $SRC/\n"},
		".clusterfuzzlite/build.sh":             {"fuzz/oss-fuzz/build.sh"},
		".clusterfuzzlite/project.yaml":         {"language: go\n"},
		"fuzz/oss-fuzz/Dockerfile":              {"FROM gcr.io/oss-fuzz-base/base-builder-go\n", "COPY build.sh $SRC/\n"},
		"fuzz/oss-fuzz/project.yaml":            {"language: go\n", "  - libfuzzer\n", "  - address\n"},
		".github/workflows/clusterfuzzlite.yml": {"language: go\n"},
		".github/workflows/nightly.yml":         {"go run ./cmd/stackproof fuzz --for "},
	} {
		b, err := os.ReadFile(filepath.FromSlash(root + file))
		require.NoError(t, err)
		for _, w := range want {
			require.Contains(t, string(b), w, file)
		}
	}
	for _, script := range []string{".clusterfuzzlite/build.sh", "fuzz/oss-fuzz/build.sh"} {
		out, err := exec.Command("bash", "-n", filepath.FromSlash(root+script)).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
