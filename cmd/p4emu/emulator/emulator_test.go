package emulator

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/image"
	"stackproof/conformance/notrun"
)

// boot makes an image of a package in cmd/firmware/testdata and an emulator, and returns how to start one on the other.
func boot(t *testing.T, pkg string) func(input string) (said string, code int) {
	t.Helper()
	for _, available := range []func() error{image.Available, Available} {
		if err := available(); err != nil {
			notrun.Skip(t, "p4emu", err.Error())
		}
	}
	if testing.Short() {
		notrun.Skip(t, "p4emu", "-short")
	}
	repo, err := image.Repo(".")
	require.NoError(t, err)
	dir := t.TempDir()
	files := image.In(dir)
	_, err = image.Build(t.Context(), image.Options{
		Repo: repo, Package: "./cmd/firmware/testdata/" + pkg, Board: image.ESP32P4, Output: files.ELF, Log: os.Stderr,
	})
	require.NoError(t, err)
	m, err := espimage.Read(files.ELF)
	require.NoError(t, err)
	encoded, err := m.Encode()
	require.NoError(t, err)
	flash, err := espimage.Flash(encoded, nil)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files.Flash, flash, 0o666))
	program, err := Build(t.Context(), repo, filepath.Join(dir))
	require.NoError(t, err)
	return func(input string) (string, int) {
		m, err := Start(t.Context(), program, files)
		require.NoError(t, err)
		defer m.Close()
		_, err = io.WriteString(m, input)
		require.NoError(t, err)
		said, err := io.ReadAll(m)
		require.NoError(t, err)
		code, err := m.Wait()
		require.NoError(t, err)
		return strings.ReplaceAll(string(said), "\r\n", "\n"), code
	}
}

// TestProbe: what an image relies on, on the emulated chip, as cmd/firmware's test has it for QEMU.
func TestProbe(t *testing.T) {
	run := boot(t, "probe")
	for _, c := range []struct {
		name, letters string
		want          string // a pattern for all that is said after the first line
		code          int
	}{
		{"exit", "z", `^p4emu: the image halted with code 0: `, 0},
		{"exit code", "x", `^p4emu: the image halted with code 7: `, 7},
		{"clock", "tz", `^ticks true\n`, 0},
		{"stack", "sz", `^stack true true\n`, 0},
		{"constructs", "cz", `^(ok [^\n]*\n){19}constructs done\n`, 0},
		{"panic", "p", `^panic: on purpose\np4emu: the image halted with code 2: `, 2},
		{"nil pointer", "n", `^panic: runtime error at 0x4ff[0-9a-f]{5}: nil pointer dereference\n`, 2},
		{"read where nothing is", "r", `^trap: load access fault: pc=0x4ff[0-9a-f]{5} address=0x00000008 sp=0x4ff[0-9a-f]{5}\n` +
			`p4emu: the image halted with code 3 after trap: load access fault: pc=0x4ff[0-9a-f]{5} \([^)]+\) address=0x00000008`, 3},
		{"stack overflow", "o", `^trap: store access fault: `, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, code := run(c.letters)
			const hello = "boot:12345\nprobe\n"
			require.True(t, strings.HasPrefix(said, hello), said)
			require.Regexp(t, c.want, said[len(hello):])
			require.Equal(t, c.code, code)
		})
	}
}

// TestEthernet: what surrounds the EMAC is brought up so that its soft reset ends and its PHY answers.
func TestEthernet(t *testing.T) {
	said, code := boot(t, "ethernet")("")
	require.Zero(t, code, said)
	require.Contains(t, said, "version 55 bus 180000000\naddress 48 96 235 0 2 1\nphy 579 3156\n")
}
