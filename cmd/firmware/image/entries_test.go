package image

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the list of entries anew")

// TestEntries: the program that is weighed names all that an application may call.
func TestEntries(t *testing.T) {
	repo, err := Repo(".")
	require.NoError(t, err)
	for face, name := range Faces {
		t.Run(face, func(t *testing.T) {
			want, err := Entries(repo, face)
			require.NoError(t, err)
			file := filepath.Join(repo, "cmd", "firmware", "testdata", "footprint", "whole", name)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(want), 0o666))
			}
			got, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, want, string(got), "go test ./cmd/firmware/image -run TestEntries -update")
			require.Contains(t, want, "\tkeep((*stack.Stack).Poll)\n")
			require.Contains(t, want, "\tkeep(socket.Endpoint4)\n")
			require.Contains(t, want, "\tkeep((*"+face+".Face).Socket)\n")
		})
	}
}
