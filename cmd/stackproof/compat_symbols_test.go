package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/conformance/report"
)

// TestCompatSymbols: each verdict and each exit code, with objects that a compiler makes.
func TestCompatSymbols(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		notrun.Skip(t, "symbols", "package gcc is missing")
	}
	dir := t.TempDir()
	object := func(name, source string) string {
		c, o := filepath.Join(dir, name+".c"), filepath.Join(dir, name+".o")
		require.NoError(t, os.WriteFile(c, []byte(source), 0o600))
		said, err := exec.Command(gcc, "-c", "-o", o, c).CombinedOutput()
		require.NoError(t, err, string(said))
		return o
	}
	good := object("good", "int lwip_socket(void), select(void), puts(void); int good(void) { return lwip_socket() + select() + puts(); }")
	bad := object("bad", "int good(void), tcp_new(void), lwip_magic(void), socket(void); int bad(void) { return good() + tcp_new() + lwip_magic() + socket(); }")
	none := object("none", "int none(void) { return 0; }")

	for _, c := range []struct {
		name   string
		files  []string
		code   int
		stdout string
	}{
		{"good", []string{good}, report.ExitOK, `PASS lwip_socket
PASS select: ESP-IDF's VFS calls lwip_select
compat symbols: files=1 objects=1 provided=2 falls-through=0 unknown=0 other=1 unsupported=0 lwip=0
`},
		{"bad", []string{bad, good}, report.ExitFail, `FAIL lwip_magic: no name of lwIP's or ESP-IDF's that is known here; DIR/bad.o wants it
PASS lwip_socket
PASS select: ESP-IDF's VFS calls lwip_select
FAIL socket: no symbol with ESP-IDF, whose headers make lwip_socket of it: it was compiled with others; DIR/bad.o wants it
FAIL tcp_new: lwIP's own, behind the sockets: the link takes it from lwIP, or fails; DIR/bad.o wants it
compat symbols: files=2 objects=2 provided=2 falls-through=2 unknown=1 other=2 unsupported=0 lwip=0
`},
		{"none", []string{none}, report.ExitNone, "compat symbols: files=1 objects=1 provided=0 falls-through=0 unknown=0 other=0 unsupported=0 lwip=0\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := invoke(t, append([]string{"compat", "symbols"}, c.files...)...)
			require.Equal(t, c.code, code, stderr)
			require.Equal(t, c.stdout, strings.ReplaceAll(stdout, dir, "DIR"))
			require.Empty(t, stderr)
		})
	}
	for _, c := range []struct{ name, file, want string }{
		{"missing", filepath.Join(dir, "nothing"), "stackproof: compat symbols: stat DIR/nothing: no such file or directory\n"},
		{"folder", dir, "stackproof: compat symbols: DIR: not a regular file\n"},
		{"source", filepath.Join(dir, "good.c"), "stackproof: compat symbols: DIR/good.c: neither an object file (ELF) nor an archive\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := invoke(t, "compat", "symbols", good, c.file)
			require.Equal(t, report.ExitTester, code)
			require.Empty(t, stdout)
			require.Equal(t, c.want, strings.ReplaceAll(stderr, dir, "DIR"))
		})
	}
}
