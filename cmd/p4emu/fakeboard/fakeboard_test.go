package fakeboard

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/p4emu/chip"
	"stackproof/conformance/notrun"
)

// esptool is Espressif's own tool, told of a board in download mode.
func esptool(t *testing.T, b *Board, args ...string) {
	t.Helper()
	tool, err := filepath.Abs("../../../build/esptool/bin/esptool")
	require.NoError(t, err)
	if _, err := os.Stat(tool); err != nil {
		notrun.Skip(t, "esptool", "not installed: .ci/esptool does it")
	}
	b.PowerOn(true)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args = append([]string{"--chip", "esp32p4", "--port", b.Path, "--before", "no-reset", "--after", "no-reset", "--no-stub"}, args...)
	said, err := exec.CommandContext(ctx, tool, args...).CombinedOutput()
	require.NoError(t, err, string(said))
}

// TestEsptool: the tool takes the ROM's loader for one. It writes to flash, and finds there what it has written.
func TestEsptool(t *testing.T) {
	b := New(t)
	data := bytes.Repeat([]byte("\xc0\xdb\x00stackproof"), 200)
	file := filepath.Join(t.TempDir(), "data.bin")
	require.NoError(t, os.WriteFile(file, data, 0o666))
	esptool(t, b, "write-flash", "--flash-size", "16MB", "0x2000", file)
	b.Lock()
	defer b.Unlock()
	require.True(t, bytes.Equal(data, b.Flash[0x2000:][:len(data)]))
}

// TestEsptoolInMemory: likewise it loads an image into memory and starts it.
func TestEsptoolInMemory(t *testing.T) {
	b := New(t)
	image := &espimage.Image{Entry: 0x4ff4_0010, Segments: []espimage.Segment{{Address: 0x4ff4_0000, Data: bytes.Repeat([]byte("code"), 2000)}, {Address: 0x4ff6_0000, Data: []byte("data")}}}
	encoded, err := image.Encode()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "memory.bin")
	require.NoError(t, os.WriteFile(file, encoded, 0o666))
	esptool(t, b, "load-ram", file)
	require.Eventually(t, func() bool {
		b.Lock()
		defer b.Unlock()
		return b.Boots == 1
	}, time.Minute, time.Millisecond)
	require.EqualValues(t, 0x4ff4_0010, b.Entry)
	for _, s := range image.Segments {
		require.True(t, bytes.Equal(s.Data, b.Download.Memory.CPU[s.Address-chip.MemoryBase:][:len(s.Data)]))
	}
}
