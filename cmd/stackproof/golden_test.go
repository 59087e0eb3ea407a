package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// capturedARP writes a capture of one ARP request.
func capturedARP(t *testing.T, file string) {
	f, err := os.Create(file)
	require.NoError(t, err)
	arp := append([]byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 192, 0, 2, 2}, make([]byte, 28)...)
	report.NewCapture(f, "a test", "one").Frame(0, time.Second, arp, "")
	require.NoError(t, f.Close())
}

// TestGoldenVerify: files and folders, and what the exit code says of them.
func TestGoldenVerify(t *testing.T) {
	dir := t.TempDir()
	good, cut, text, empty := filepath.Join(dir, "good.pcapng"), filepath.Join(dir, "sub", "cut.pcap"), filepath.Join(dir, "notes.txt"), filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	require.NoError(t, os.Mkdir(empty, 0o700))
	capturedARP(t, good)
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(cut, whole[:len(whole)-3], 0o600))
	bare := filepath.Join(empty, "bare.txt") // a capture, but not by its name
	var head bytes.Buffer
	report.NewCapture(&head, "a test", "one")
	require.NoError(t, os.WriteFile(bare, head.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(text, []byte("hello, world"), 0o600))
	for name, c := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"a capture": {[]string{good}, report.ExitOK, "PASS " + good + ": frames=1 bytes=60 sound=1 bad=0 over=0 known=0 connections=0 replays=0 stream=0\n" +
			"golden verify: files=1 pass=1 fail=0 frames=1 bytes=60 ", ""},
		"in detail":     {[]string{good, "-v"}, report.ExitOK, "    protocols: arp=1 ethernet=1\n", ""},
		"frames alone":  {[]string{good, "--decode"}, report.ExitOK, " throws=0 arp=1 ethernet=1 ", ""},
		"a folder":      {[]string{dir}, report.ExitFail, "FAIL " + cut + ": at byte 84: the file ends after 85 of 88 bytes of a block\n", ""},
		"no frame":      {[]string{bare}, report.ExitNone, "NOTRUN " + bare + ": there is no frame in it\n", "stackproof: no capture has a frame: nothing ran\n"},
		"some frames":   {[]string{bare, good}, report.ExitOK, " pass=1 fail=0 notrun=1 ", ""},
		"no capture":    {[]string{text}, report.ExitFail, "FAIL " + text + ": at byte 0: 0x68656c6c is not how a pcap or pcapng file begins\n", ""},
		"no captures":   {[]string{empty}, report.ExitNone, "golden verify: files=0 pass=0 fail=0 ", "stackproof: no capture (*.pcap, *.pcapng, *.cap) in " + empty + ": nothing ran\n"},
		"no such file":  {[]string{dir + "/none"}, report.ExitTester, "", "golden: stat " + dir + "/none: no such file or directory\n"},
		"an update":     {[]string{good, "--update"}, report.ExitTester, "", "golden: --update is for all of this project's own captures, and all that is verified of them\n"},
		"no such flags": {[]string{"--all"}, report.ExitTester, "", "unknown flag: --all"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			require.Equal(t, c.code, execute(t.Context(), append([]string{"golden", "verify"}, c.args...), nil, &stdout, &stderr), stderr.String())
			require.Contains(t, stdout.String(), c.stdout)
			require.Contains(t, stderr.String(), c.stderr)
		})
	}
}

// TestGoldenUnreadable: what cannot be read is not run, and the others are.
func TestGoldenUnreadable(t *testing.T) {
	dir := t.TempDir()
	gone, good := filepath.Join(dir, "a.pcap"), filepath.Join(dir, "b.pcapng")
	capturedARP(t, good)
	require.NoError(t, os.Symlink(filepath.Join(dir, "nowhere"), gone))
	var stdout, stderr bytes.Buffer
	require.Equal(t, report.ExitTester, execute(t.Context(), []string{"golden", "verify", dir}, nil, &stdout, &stderr))
	require.Contains(t, stdout.String(), "NOTRUN "+gone+": no such file or directory\nPASS "+good)
	require.Contains(t, stdout.String(), "files=2 pass=1 fail=0 notrun=1 ")
	require.Equal(t, "golden: 1 of 2 captures could not be read\n", stderr.String())
}

// TestGoldenInterrupted: what was broken off is not run.
func TestGoldenInterrupted(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.pcapng")
	capturedARP(t, good)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	require.Equal(t, report.ExitTester, execute(ctx, []string{"golden", "verify", good}, nil, &stdout, &stderr))
	require.Contains(t, stdout.String(), "NOTRUN "+good+": interrupted\ngolden verify: files=1 pass=0 fail=0 notrun=1 ")
	require.Equal(t, "golden: interrupted: 1 of 1 captures not verified\n", stderr.String())
}

func TestGoldenHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, report.ExitOK, execute(t.Context(), []string{"golden"}, nil, &stdout, &stderr))
	require.Contains(t, stdout.String(), "verify")
	require.Equal(t, report.ExitTester, execute(t.Context(), []string{"golden", "frobnicate"}, nil, &stdout, &stderr))
	require.Equal(t, "golden: unknown command \"frobnicate\": see stackproof golden --help\n", stderr.String())
}
