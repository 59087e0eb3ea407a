//go:build unix

package qemu

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pretend puts a shell script in QEMU's place, and nothing else in PATH; it returns a file to boot. The real QEMU runs
// in the tests of cmd/firmware.
func pretend(t *testing.T, script string) (image string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"+script), 0o777))
	t.Setenv("PATH", dir)
	image = filepath.Join(dir, "image.elf")
	require.NoError(t, os.WriteFile(image, nil, 0o666))
	return image
}

func start(t *testing.T, ctx context.Context, script string) *Machine {
	t.Helper()
	m, err := Start(ctx, pretend(t, script), "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

func TestLine(t *testing.T) {
	m := start(t, t.Context(), "read x; echo \"got $x\"; exit 7")
	_, err := m.Write([]byte("abc\n"))
	require.NoError(t, err)
	all, err := io.ReadAll(m)
	require.NoError(t, err)
	require.Equal(t, "got abc\n", string(all))
	code, err := m.Wait()
	require.NoError(t, err)
	require.Equal(t, 7, code)
	_, err = m.Write([]byte("more"))
	require.Error(t, err)
}

// TestLastWords: what was sent before the end can be read after it.
func TestLastWords(t *testing.T) {
	m := start(t, t.Context(), "echo last words; exit 2")
	code, err := m.Wait()
	require.NoError(t, err)
	require.Equal(t, 2, code)
	all, err := io.ReadAll(m)
	require.NoError(t, err)
	require.Equal(t, "last words\n", string(all))
}

const forever = "while :; do read x || :; done"

func TestKill(t *testing.T) {
	m := start(t, t.Context(), forever)
	require.NoError(t, m.Kill())
	_, err := m.Wait()
	require.EqualError(t, err, "qemu: signal: killed")
	require.NoError(t, m.Kill(), "again")
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := start(t, ctx, forever)
	cancel()
	_, err := m.Wait()
	require.ErrorIs(t, err, context.Canceled)
}

func TestReadDeadline(t *testing.T) {
	m := start(t, t.Context(), forever)
	require.NoError(t, m.SetReadDeadline(time.Unix(1, 0)))
	_, err := m.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestNotThere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Start(t.Context(), "x.elf", "")
	require.EqualError(t, err,
		"qemu: qemu-system-riscv32 not found: apt-get install --no-install-recommends qemu-system-misc")
}

func TestNoImage(t *testing.T) {
	_, err := Start(t.Context(), pretend(t, "exit 0")+".absent", "")
	require.ErrorIs(t, err, os.ErrNotExist)
}
