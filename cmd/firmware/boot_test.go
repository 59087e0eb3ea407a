//go:build !tinygo

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/firmware/qemu"
	"stackproof/conformance"
	"stackproof/conformance/device"
	"stackproof/conformance/notrun"
	"stackproof/conformance/sut"
)

// patience bounds in real time what an image may take for an answer: only a broken one comes near it.
const patience = time.Minute

// needImages skips the test, in words, where images cannot be built or booted.
func needImages(t *testing.T) {
	t.Helper()
	reason := ""
	if testing.Short() {
		reason = "-short"
	} else if err := image.Available(); err != nil {
		reason = err.Error()
	} else if err := qemu.Available(); err != nil {
		reason = err.Error()
	}
	if reason != "" {
		notrun.Skip(t, "firmware", reason)
	}
}

// build makes an image of a package in this folder.
func build(t *testing.T, pkg, opt string) (elf string, err error) {
	t.Helper()
	repo, err := image.Repo(".")
	require.NoError(t, err)
	elf = filepath.Join(t.TempDir(), "image.elf")
	sizes, err := image.Build(t.Context(), image.Options{
		Repo: repo, Package: "./cmd/firmware/" + pkg, Output: elf, Opt: opt, Log: os.Stderr,
	})
	if err == nil {
		t.Log(pkg, sizes)
	}
	return elf, err
}

// boot starts an image and reads its first line.
func boot(t *testing.T, elf, hello string) *qemu.Machine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	m, err := qemu.Start(ctx, elf, "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	line, err := m.ReadLine()
	require.NoError(t, err, "after %q", line)
	require.Equal(t, hello, line)
	return m
}

// finish sends the last bytes, and returns what the image prints to its end and its exit code.
func finish(t *testing.T, m *qemu.Machine, last string) (printed string, code int) {
	t.Helper()
	_, err := io.WriteString(m, last)
	require.NoError(t, err)
	rest, err := io.ReadAll(m)
	require.NoError(t, err)
	code, err = m.Wait()
	require.NoError(t, err)
	return string(rest), code
}

// TestImage: the flash image by itself, with no more of a host than somebody who types: every case passes on board, and
// every twin is red, but those that ask for longer queues of TCP than a board has, or for sockets as lwIP has them.
func TestImage(t *testing.T) {
	needImages(t)
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	repo, err := image.Repo(".")
	require.NoError(t, err)
	elf := filepath.Join(t.TempDir(), "image.elf")
	sizes, _, err := image.Firmware(t.Context(), suite, repo, elf, "", os.Stderr)
	require.NoError(t, err)
	t.Log(sizes)
	m, err := qemu.Start(t.Context(), elf, filepath.Join(filepath.Dir(elf), image.Cases))
	require.NoError(t, err)
	defer m.Close()
	stop := time.AfterFunc(patience, func() { m.Close() })
	defer stop.Stop()
	var say device.Line
	for {
		line, err := m.ReadLine()
		require.NoError(t, err)
		w, ok := device.ParseLine([]byte(strings.TrimRight(line, "\r\n")))
		require.True(t, ok, line)
		require.False(t, w.Is("error"), line)
		if w.Is("hello") {
			_, err := m.Write(say.Begin("run-all").End())
			require.NoError(t, err)
		}
		if w.Is("end") {
			runs := 0
			for i := range suite.Programs {
				if p := &suite.Programs[i].Form.Program; (p.Personalities == 0 || p.Personalities>>sut.POSIX&1 != 0) && max(p.Config.RcvBuf, p.Config.SndBuf) <= sut.DefaultBuf {
					runs++
				}
			}
			n := strconv.Itoa(runs)
			require.Equal(t, n, string(w.Get("pass")))
			require.Equal(t, n, string(w.Get("red")))
			left, ok := w.Int("stack")
			require.True(t, ok, line)
			require.GreaterOrEqual(t, left, int64(1<<10), "bytes of the stack that no case has used")
			t.Log("stack left:", left)
			return
		}
	}
}

// TestProbe: what the image relies on, a boot for each.
func TestProbe(t *testing.T) {
	needImages(t)
	elf, err := build(t, "testdata/probe", image.Release)
	require.NoError(t, err)
	for _, c := range []struct {
		name, letters string
		want          string // a pattern for all that is printed after the first line
		code          int
	}{
		{"exit", "z", `^$`, 0},
		{"exit code", "x", `^$`, 7},
		{"embedded file", "bz", `^blob 21 embedded in the probe\r\n$`, 0},
		{"clock", "tz", `^ticks true\r\n$`, 0},
		{"stack", "sz", `^stack true true\r\n$`, 0},
		{"constructs", "cz", `^(ok [^\r]*\r\n){19}constructs done\r\n$`, 0},
		{"panic", "p", `^panic: on purpose\r\n$`, 2},
		{"index", "i", `^panic: runtime error at 0x80[0-9a-f]{6}: index out of range\r\n$`, 2},
		{"nil pointer", "n", `^panic: runtime error at 0x80[0-9a-f]{6}: nil pointer dereference\r\n$`, 2},
		{"read where nothing is", "r", `^trap: load access fault: pc=0x80[0-9a-f]{6} address=0x00000008 sp=0x80[0-9a-f]{6}\r\n$`, 3},
		{"write to code", "w", `^trap: store access fault: pc=0x80[0-9a-f]{6} address=0x80000000 `, 3},
		{"write behind the window", "j", `^trap: store access fault: pc=0x80[0-9a-f]{6} address=0x80040000 `, 3},
		{"stack overflow", "o", `^trap: store access fault: `, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			printed, code := finish(t, boot(t, elf, "probe"), c.letters)
			require.Regexp(t, c.want, printed)
			require.Equal(t, c.code, code)
		})
	}
}

// TestSerialLine: bytes come and go unchanged, in lengths around the sixteen of the UART's FIFO and the fourteen at
// which it asks for service, and in more than it could hold back.
func TestSerialLine(t *testing.T) {
	needImages(t)
	elf, err := build(t, "testdata/probe", image.Release)
	require.NoError(t, err)
	m := boot(t, elf, "probe")
	_, err = io.WriteString(m, "e")
	require.NoError(t, err)
	for _, n := range []int{1, 11, 12, 13, 14, 15, 26, 1514, 0xffff} {
		frame := binary.LittleEndian.AppendUint16(nil, uint16(n))
		for i := range n {
			frame = append(frame, byte(i*7+i>>8))
		}
		sent := make(chan error)
		go func() { _, err := m.Write(frame); sent <- err }()
		echo := make([]byte, len(frame))
		_, err := io.ReadFull(m, echo)
		require.NoError(t, err)
		require.NoError(t, <-sent)
		require.True(t, bytes.Equal(frame, echo), "frame of %d bytes came back changed", n)
	}
	rest, code := finish(t, m, "\x00\x00z")
	require.Empty(t, rest)
	require.Zero(t, code)
}

// TestLevels: what links for size also links for speed, and does the same.
func TestLevels(t *testing.T) {
	needImages(t)
	elf, err := build(t, "testdata/probe", "2")
	require.NoError(t, err)
	printed, code := finish(t, boot(t, elf, "probe"), "cz")
	require.Regexp(t, `^(ok [^\r]*\r\n){19}constructs done\r\n$`, printed)
	require.Zero(t, code)
}

// TestDoesNotLink: what an image may not have is an error of the build, not a surprise at run time.
func TestDoesNotLink(t *testing.T) {
	needImages(t)
	for pkg, want := range map[string]string{
		"testdata/heap":   "Candidates:\n  cmd/firmware/testdata/heap/main.go:14",
		"testdata/toobig": "will not fit in region 'WINDOW'",
	} {
		t.Run(filepath.Base(pkg), func(t *testing.T) {
			_, err := build(t, pkg, image.Release)
			require.ErrorContains(t, err, want)
		})
	}
}
