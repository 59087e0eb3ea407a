package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Nobody writes into a pipe: in a folder it is passed over, and who names it can still interrupt.
func TestGoldenVerifySilentPipe(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "silent.pcap")
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	found, err := captures([]string{dir})
	require.NoError(t, err)
	require.Empty(t, found)

	for _, writer := range []bool{false, true} {
		if writer { // which holds it open and says nothing
			w, err := os.OpenFile(pipe, os.O_RDWR, 0)
			require.NoError(t, err)
			defer w.Close()
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer stop()
		done := make(chan error, 1)
		go func() { done <- goldenVerify(ctx, &goldenFlags{}, []string{pipe}, io.Discard, io.Discard) }()
		select {
		case err := <-done:
			require.ErrorContains(t, err, "interrupted")
		case <-time.After(10 * time.Second):
			t.Fatal("the interrupt is not heard")
		}
	}
}
