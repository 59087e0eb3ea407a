package main

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
)

// TestTCPMachine: the machine is learned, in this process and through a pipe alike, and drawn.
func TestTCPMachine(t *testing.T) {
	dir := t.TempDir()
	svg, dot := filepath.Join(dir, "m.svg"), filepath.Join(dir, "m.dot")
	code, stdout, stderr := invoke(t, "tcp-machine", "--svg", svg, "--dot", dot)
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Regexp(t, `tcp-machine: stack=stackproof states=11 transitions=\d+ differences=0\n$`, stdout)
	b, err := os.ReadFile(dot)
	require.NoError(t, err)
	require.Contains(t, string(b), `"SYN-SENT" -> "ESTABLISHED" [label="rcv SYN,ACK / snd ACK" color=black]`)
	b, err = os.ReadFile(svg)
	require.NoError(t, err)
	for d := xml.NewDecoder(strings.NewReader(string(b))); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
	require.Contains(t, string(b), ">TIME-WAIT</text>")
	t.Setenv(asProgram, "stackproof") // the child
	_, piped, _ := invoke(t, "tcp-machine", "--stack", "pipe")
	require.Equal(t, strings.Replace(stdout, "stack=stackproof", "stack=pipe", 1), piped)
}

func TestTCPMachineMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"x"}, "stackproof tcp-machine: unexpected argument \"x\": it takes none\n"},
		{[]string{"--stack", "nobody"}, "stackproof: no stack is called \"nobody\": see stackproof run --help\n"},
		{[]string{"--svg", t.TempDir()}, "is a directory\n"},
	} {
		code, stdout, stderr := invoke(t, append([]string{"tcp-machine"}, c.args...)...)
		require.Equal(t, report.ExitTester, code)
		require.Contains(t, stderr, c.want)
		require.Empty(t, stdout)
	}
}
