package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/conformance/report"
	"stackproof/golden/record"
)

// needRecord says why this machine cannot record a scenario, if so.
func needRecord(t *testing.T, names ...string) {
	those, err := record.Find(names...)
	require.NoError(t, err)
	require.Len(t, those, len(names))
	for _, s := range those {
		if err := s.Ready(); err != nil {
			notrun.Skip(t, "live", err.Error())
		}
	}
}

// TestLiveGoldenRecord: what real kernels and programs say at this moment verifies.
func TestLiveGoldenRecord(t *testing.T) {
	names := []string{"ping-large-v4", "tcp-sack-v4", "udp-fragments-v6"}
	needRecord(t, names...)
	dir := filepath.Join(t.TempDir(), "fresh")
	code, stdout, stderr := invoke(t, append([]string{"golden", "record", "--out", dir}, names...)...)
	require.Equal(t, report.ExitOK, code, stderr)
	require.Empty(t, stderr)
	t.Log(stdout)
	index, err := record.ReadIndex(dir)
	require.NoError(t, err)
	require.Len(t, index, len(names))
	for i, e := range index {
		require.Equal(t, names[i]+".pcapng", e.File)
		file, err := os.ReadFile(filepath.Join(dir, e.File))
		require.NoError(t, err)
		require.Len(t, file, e.Bytes)
		require.Contains(t, stdout, "golden: "+filepath.Join(dir, e.File)+" frames=")
	}
	code, stdout, stderr = invoke(t, "golden", "verify", dir)
	t.Log(stdout)
	require.Equal(t, report.ExitOK, code, stderr)
	require.Contains(t, stdout, "golden verify: files=3 pass=3 fail=0 ")
	require.Contains(t, stdout, " connections=1 replays=4 ")

	// What cannot be read is not written over, and nothing is recorded for it.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.txt"), []byte("mine\n"), 0o600))
	code, _, stderr = invoke(t, "golden", "record", "--out", dir, "ping-v4")
	require.Equal(t, report.ExitTester, code)
	require.Contains(t, stderr, "index.txt:1: 1 fields, want 7")
	require.NoFileExists(t, filepath.Join(dir, "ping-v4.pcapng"))
}

// TestLiveGoldenInterrupt: Ctrl-C ends a recording, and nothing is left of it.
func TestLiveGoldenInterrupt(t *testing.T) {
	needRecord(t, "tcp-keepalive-v4")
	root := t.TempDir()
	scratch, out := filepath.Join(root, "scratch"), filepath.Join(root, "out.pcapng")
	require.NoError(t, os.Mkdir(scratch, 0o700))
	cmd := exec.Command(os.Args[0], "golden", "record", "tcp-keepalive-v4", "--out", out)
	cmd.Env = append(os.Environ(), asProgram+"=stackproof", "TMPDIR="+scratch)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool {
		at, _ := os.ReadDir(scratch)
		return len(at) > 0 // it is at work
	}, stepLimit(), time.Millisecond)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Equal(t, report.ExitTester, cmd.ProcessState.ExitCode())
	require.Equal(t, "record: tcp-keepalive-v4: interrupted\n", stderr.String())
	left, err := os.ReadDir(scratch)
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoFileExists(t, out)
}

// TestGoldenRecordMistakes: a user's mistake is one clear line and exit code 2.
func TestGoldenRecordMistakes(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(notes, nil, 0o600))
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":         {nil, "golden record: no scenario: see stackproof golden record --list\n"},
		"a word too much": {[]string{"--list", "ping-v4"}, "golden record: unexpected argument \"ping-v4\": --list takes none\n"},
		"unknown":         {[]string{"pong-v4"}, "record: no scenario is called \"pong-v4\": see --list\n"},
		"two in one":      {[]string{"ping-v?", "--out", filepath.Join(dir, "x.pcapng")}, "golden record: --out " + dir + "/x.pcapng is one file, and there are several scenarios: give a folder\n"},
		"no capture":      {[]string{"ping-v4", "--out", notes}, "golden record: --out " + notes + " is a file that does not end in .pcapng\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := invoke(t, append([]string{"golden", "record"}, c.args...)...)
			require.Equal(t, report.ExitTester, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, c.want)
			_, err := os.Stat(filepath.Join(dir, "x.pcapng"))
			require.ErrorIs(t, err, os.ErrNotExist)
		})
	}
	code, stdout, _ := invoke(t, "golden", "record", "--list")
	require.Equal(t, report.ExitOK, code)
	require.Contains(t, stdout, "tls13-v6 ")
}
