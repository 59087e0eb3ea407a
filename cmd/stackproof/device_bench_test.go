package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance/device"
	"stackproof/conformance/notrun"
	"stackproof/conformance/report"
)

// TestDeviceBench: on the emulated chip no stream in one direction takes more than half of the core, and all have what the
// wire allows, over 4 MiB; over 200 MiB with STACKPROOF_LONG.
func TestDeviceBench(t *testing.T) {
	for _, available := range []func() error{image.Available, emulator.Available} {
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
	sizes, err := image.BuildBench(t.Context(), repo, dir, os.Stderr)
	require.NoError(t, err)
	t.Log(sizes)
	program, err := emulator.Build(t.Context(), repo, dir)
	require.NoError(t, err)
	volume := int64(4 << 20)
	if os.Getenv("STACKPROOF_LONG") != "" {
		volume = 200 << 20
	}
	rows := benchRows()
	var said strings.Builder
	require.NoError(t, measureOn(t.Context(), program, image.BenchIn(dir), 3, rows, volume, &said))
	require.NoError(t, benchEnd(rows, &said), said.String())
	t.Log("\n" + said.String())
	require.Regexp(t, `(?m)^  +[0-9.]+ memmove$`, said.String())
	for _, r := range rows {
		require.NotZero(t, r.Instructions, r.Name)
	}
	hardware, software := rows[1].Instructions, rows[0].Instructions
	require.Less(t, hardware, software-1000, "the checksum of 1460 bytes is in the difference")
}

// fakeBoard says something, and again for each line that it is sent, and ends when it has no more to say.
func fakeBoard(answers ...string) *benchBoard {
	ours, theirs := io.Pipe()
	in, out := io.Pipe()
	go func() {
		defer out.Close()
		defer ours.Close()
		lines := bufio.NewScanner(ours)
		for i, a := range answers {
			if i > 0 && !lines.Scan() {
				return
			}
			_, _ = io.WriteString(out, a)
		}
	}()
	return &benchBoard{line: theirs, lines: bufio.NewScanner(in), alive: func() {}}
}

// TestBenchBoard: what a board may say, and what is made of it.
func TestBenchBoard(t *testing.T) {
	var l device.Line
	end := func(l *device.Line) string { return string(l.End()) }
	hello := "boot:12345\r\n" + end(l.Begin("bench").Int("version", 1))
	result := func(received, sent, wrong, again, lost int64) string {
		l.Begin("result").Int("received", received).Int("sent", sent).Int("segment", 1460).Int("wrong", wrong)
		return end(l.Int("retransmitted", again).Int("rxlost", lost).Int("txlost", 0))
	}
	const n = 1460 * 1000
	counted := func(working, microseconds int) string {
		return fmt.Sprintf("p4emu: measured: instructions=99999999 working=%d picoseconds=%d000000\n", working, microseconds)
	}
	good := counted(10_000_000, 123_040)
	for _, c := range []struct {
		name    string
		answers []string
		flaw    string
		err     string
	}{
		{"good", []string{hello, good + result(n, 0, 0, 0, 0)}, "", ""},
		{"too much work", []string{hello, counted(15_000_000, 123_040) + result(n, 0, 0, 0, 0)}, "more than 50 % of the core", ""},
		{"too slow", []string{hello, counted(10_000_000, 124_000) + result(n, 0, 0, 0, 0)}, "less than 99.8 % of what the wire allows", ""},
		{"bytes missing", []string{hello, good + result(n-1, 0, 0, 0, 0)}, "1459999 bytes received and 0 sent", ""},
		{"wrong bytes", []string{hello, good + result(n, 0, 2, 0, 0)}, "2 pieces are not what was sent", ""},
		{"lost", []string{hello, good + result(n, 0, 0, 0, 3)}, "3 frames lost in reception, 0 in transmission", ""},
		{"sent again", []string{hello, good + result(n, 0, 0, 4, 0)}, "4 segments sent again", ""},
		{"the partner complains", []string{hello, "p4emu: the partner: no\n" + good + result(n, 0, 0, 0, 0)}, "no", ""},
		{"nothing at all", nil, "", `the board says nothing more; its last line: ""`},
		{"it ends", []string{hello, "p4emu: reset by a watchdog\n"}, "", `row: the board says nothing more; its last line: "p4emu: reset by a watchdog"`},
		{"it refuses", []string{hello, end(l.Begin("error").Str("what", "no link"))}, "", "row: the board has failed: no-link"},
		{"nothing measured", []string{hello, result(n, 0, 0, 0, 0)}, "", "row: the emulator has measured nothing"},
		{"a cut line", []string{hello, "p4emu: measured: instructions=1 wor\n"}, "", `row: the emulator says "p4emu: measured: instructions=1 wor"`},
		{"an old image", []string{hello, good + end(l.Begin("result").Int("segment", 1460))}, "", "row: the board's result has no received"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := []benchRow{{Name: "row", Receive: true}}
			var said strings.Builder
			err := bench(fakeBoard(c.answers...), rows, n, &said)
			if c.err != "" {
				require.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.flaw, rows[0].Flaw)
			last := benchEnd(rows, &said)
			if c.flaw == "" {
				require.NoError(t, last)
				require.Equal(t, "PASS row:                  10000 instructions a segment  15000 cycles  33.9 % of the core   94.93 of 94.93 Mbit/s 100.00 %\n"+
					"bench: row=10000 share=33.9 share_limit=50 goodput=100.00 goodput_limit=99.8 bytes=1460000 rows=1 fail=0\n", said.String())
				return
			}
			require.Equal(t, exitCode(report.ExitFail), last)
			require.Contains(t, said.String(), ": "+c.flaw+"\n")
		})
	}
}

func TestDeviceBenchMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--board", "toaster"}, `no board is called "toaster": emulator is one`},
		{[]string{"--mib", "0"}, "--mib 0: it must be from 1 to 1000"},
		{[]string{"--profile", "-1"}, "--profile -1: it must not be negative"},
	} {
		code, _, stderr := invoke(t, append([]string{"device", "bench"}, c.args...)...)
		require.Equal(t, report.ExitTester, code)
		require.Contains(t, stderr, "stackproof device bench: "+c.want)
	}
	t.Chdir(t.TempDir())
	code, _, stderr := invoke(t, "device", "bench")
	require.Equal(t, report.ExitTester, code)
	require.Contains(t, stderr, "stackproof: the image is built in the repository: image: ")
	require.ErrorContains(t, writeBench(filepath.Join("/dev/null", "x"), nil), "stackproof device bench: --out: ")
}
