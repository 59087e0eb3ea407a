package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/conformance"
	"stackproof/conformance/device"
	"stackproof/conformance/report"
	"stackproof/conformance/vm"
)

// TestDeviceRun: a board behind a serial port, by its path and by its name in a file of boards.
func TestDeviceRun(t *testing.T) {
	l := newLab(t)
	code, stdout, stderr := invoke(t, "device", "run", "--board", l.Path, "--run", "arp")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `(?m)^PASS arp/request-answered$`, stdout)
	require.Regexp(t, `\nrun: stack=esp32p4 cases=[0-9]+ pass=[0-9]+ fail=0 twins=`, stdout)

	require.NoError(t, os.WriteFile("boards.toml", []byte("[bench]\nport = \""+l.Path+"\"\nfixtures = [\"cable\"]\n"), 0o666))
	code, stdout, stderr = invoke(t, "device", "run", "--board", "bench", "--run", "arp/request-answered", "--repeat", "2")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Equal(t, 2, strings.Count(stdout, "run: stack=esp32p4 cases=1 pass=1 "))
	require.Equal(t, 3, l.boots(), "each time the board is started anew")

	_, example, _ := strings.Cut(boardHelp, "\n\n")
	require.NoError(t, os.WriteFile("example.toml", []byte(example), 0o666))
	code, stdout, stderr = invoke(t, "device", "list", "--boards", "example.toml")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `(?m)^board nano: (absent|present) port=/dev/ttyACM0 reset=lines baud=115200 fast=460800 fixtures=cable$`, stdout)

	code, stdout, _ = invoke(t, "device", "list")
	require.Equal(t, report.ExitOK, code)
	require.Contains(t, stdout, "board bench: present port="+l.Path+" reset=lines baud=115200 fast=460800 fixtures=cable\n")
	require.Regexp(t, `(?m)^list: boards=1 ports=[0-9]+$`, stdout)
}

// TestDeviceRunFaces: the image with lwIP's sockets is stored when its cases come, and the other again when others do.
func TestDeviceRunFaces(t *testing.T) {
	l := newLab(t)
	lwip, err := os.ReadFile(lwipFiles(l.files).Image)
	require.NoError(t, err)
	code, stdout, stderr := invoke(t, "device", "run", "--board", l.Path, "--run", "sockets/close*")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Regexp(t, `^stackproof: written image with lwIP's sockets: [0-9]+ bytes at 0x2000\n$`, stderr)
	require.Regexp(t, `(?m)^PASS sockets/close-wakes-writer$`, stdout)
	require.NotContains(t, stdout, "UNSUPPORTED")
	l.with(func() { require.Equal(t, lwip, l.Flash[espimage.ImageOffset:][:len(lwip)]) })

	code, stdout, stderr = invoke(t, "device", "run", "--board", l.Path, "--run", "sockets/close-wakes-writer")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Empty(t, stderr, "it has the image")

	code, _, stderr = invoke(t, "device", "run", "--board", l.Path, "--run", "arp/request-answered", "--link", "direct")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `^stackproof: written image: [0-9]+ bytes at 0x2000\n$`, stderr)

	l.with(func() { l.Stiff = true })
	l.PowerOn(false)
	code, stdout, stderr = invoke(t, "device", "run", "--board", l.Path, "--run", "sockets/close-wakes-writer", "--reset", "none")
	require.Equal(t, report.ExitNone, code, stdout+stderr)
	require.Contains(t, stdout, "UNSUPPORTED sockets/close-wakes-writer")
}

// TestDeviceRunOtherFaceFails: a board that cannot be given the other image loses its cases, and no others.
func TestDeviceRunOtherFaceFails(t *testing.T) {
	l := newLab(t)
	l.with(func() { l.Download.ID = 5 }) // its ROM says that it is another chip
	f := deviceFlags{board: l.Path}
	f.link, f.limit = "direct", time.Minute
	d, err := f.onBoard(t.Context(), io.Discard)
	require.NoError(t, err)
	board := d.board()
	defer board.Close()
	other := l.suite.Find("arp/request-answered")[0]
	require.NoError(t, board.Start(other))
	for _, p := range []*conformance.Program{other, l.suite.Find("sockets/close-wakes-writer")[0], l.suite.Find("sockets/close-wakes-writer")[0], other} {
		v := board.Execute(&conformance.Job{Program: p}, nil)
		if p == other {
			require.Equal(t, vm.Pass, v.Outcome, board.Why())
			continue
		}
		require.Equal(t, vm.Error, v.Outcome)
		require.Contains(t, board.Why(), "console: the board cannot have the other image: ")
	}
}

// TestDeviceRunInMemory: the image goes into the board's memory, with a few cases; what is in flash does not matter.
func TestDeviceRunInMemory(t *testing.T) {
	l := newLab(t)
	l.with(func() { clear(l.Flash) })
	code, stdout, stderr := invoke(t, "device", "run", "--board", l.Path, "--ram")
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `(?m)^PASS tcp/handshake/passive-open$`, stdout)
	require.Regexp(t, `(?m)^run: stack=esp32p4 cases=(1?[0-9]|[2-9][0-9]) pass=`, stdout)
	l.with(func() { require.EqualValues(t, 0x4ff4_0004, l.Entry) })
}

// harm is what becomes of what host or board say.
type harm = func(*lab, []byte) []byte

// always is a hook that does its harm where a pattern occurs.
func always(pattern string, do harm) harm {
	r := regexp.MustCompile(pattern)
	return func(l *lab, p []byte) []byte {
		if r.Match(p) {
			return do(l, p)
		}
		return p
	}
}

// once is a hook that does it the first time.
func once(pattern string, do harm) harm {
	done := false
	return always(pattern, func(l *lab, p []byte) []byte {
		if done {
			return p
		}
		done = true
		return do(l, p)
	})
}

// TestBadBoards: what a board or its line may do wrong, and what comes of it for the case at hand, for the others, and for
// the exit code.
func TestBadBoards(t *testing.T) {
	shared := newLab(t)
	const id, other = "arp/request-answered", "arp/announcement"
	run := fmt.Sprintf(`run case=%d twin=0`, shared.index(t, other))
	verdict := fmt.Sprintf(`verdict case=%d twin=0`, shared.index(t, other))
	short := "3s" // where it has to be waited for
	if raceScale > 1 {
		short = "10s"
	}
	for _, c := range []struct {
		name        string
		heard, said harm
		limit       string
		code        int
		want        string // of the one case; the other passes
	}{
		{"hangs", once(run, func(l *lab, _ []byte) []byte { l.Hang(); return nil }), nil, short, 1, `FAIL arp/announcement: timeout: .*no answer in time`},
		{"hangs in mid-line", nil, once(verdict, func(l *lab, p []byte) []byte { l.Hang(); return p[:20] }), short, 1, `FAIL arp/announcement: timeout: `},
		{"restarts", once(run, func(l *lab, _ []byte) []byte { l.Reboot(); return nil }), nil, "", 1,
			`FAIL arp/announcement: crash: .*the board has restarted in mid-run: rst:0x7 \(HP_SYS_HP_WDT_RESET\)`},
		{"restarts for ever", once(run, func(l *lab, _ []byte) []byte {
			l.Say("ESP-ROM:esp32p4\r\nrst:0x12 (SWDT_SYS_RESET)\r\n")
			l.Hang()
			return nil
		}), nil, "", 1,
			`FAIL arp/announcement: crash: .*the board has restarted in mid-run: rst:0x12 \(SWDT_SYS_RESET\)`},
		{"panics", once(run, func(l *lab, _ []byte) []byte { l.Say("panic: index out of range\r\n"); l.Reboot(); return nil }), nil, "", 1,
			`FAIL arp/announcement: crash: .*the board has restarted in mid-run: panic: index out of range$`},
		{"truncates a verdict", nil, once(verdict, func(_ *lab, p []byte) []byte { return append(p[:len(p)-30:len(p)-30], '\n') }), "", 0, `PASS arp/announcement`},
		{"loses a verdict's beginning", nil, once(verdict, func(_ *lab, p []byte) []byte { return p[10:] }), "", 0, `PASS arp/announcement`},
		{"loses a verdict's end", nil, once(verdict, func(_ *lab, p []byte) []byte { return p[:len(p)-5] }), short, 0, `PASS arp/announcement`},
		{"changes a verdict", nil, once(verdict, func(_ *lab, p []byte) []byte { p[30] ^= 1; return p }), "", 0, `PASS arp/announcement`},
		{"truncates every verdict", nil, always(verdict, func(_ *lab, p []byte) []byte { return append(p[:30:30], '\n') }), "", 2,
			`FAIL arp/announcement: error: .*the line is damaged: a run's verdict did not come, 3 times`},
		{"prints noise", nil, always(`verdict`, func(_ *lab, p []byte) []byte {
			return append([]byte("I (31) eth: link up\r\n\x00\xff\x80 half a li"), append(p, "$SP verdict case=0\n"...)...)
		}), "", 0, `PASS arp/announcement`},
		{"a request that is changed", once(run, func(_ *lab, p []byte) []byte { return bytes.Replace(p, []byte("run"), []byte("ruN"), 1) }), nil, "", 0, `PASS arp/announcement`},
		{"a request without its end", once(run, func(_ *lab, p []byte) []byte { return p[:len(p)-1] }), nil, short, 0, `PASS arp/announcement`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := shared.another(t)
			l.with(func() {
				if c.heard != nil {
					l.Heard = func(p []byte) []byte { return c.heard(l, p) }
				}
				if c.said != nil {
					l.Said = func(p []byte) []byte { return c.said(l, p) }
				}
			})
			args := []string{"device", "run", "--board", l.Path, "--run", "arp/*"}
			if c.limit != "" {
				args = append(args, "--limit", c.limit)
			}
			code, stdout, stderr := invoke(t, args...)
			require.Equal(t, c.code, code, stdout+stderr)
			require.Regexp(t, `(?m)^`+c.want, stdout)
			require.Regexp(t, `(?m)^PASS `+id+`$`, stdout)
			require.Equal(t, 1-min(c.code, 1), strings.Count(stdout, "\nPASS "+other+"\n"))
			if c.code != 0 {
				require.Contains(t, stdout, "stackproof device run --board "+l.Path+" --run arp/announcement")
			}
		})
	}
}

// TestNoGoodBoard: where the board does not run the image there are no verdicts, but one line that says why.
func TestNoGoodBoard(t *testing.T) {
	l := newLab(t)
	hello := func(version int64, hash, build uint64) func([]byte) []byte {
		return func(p []byte) []byte {
			if !bytes.Contains(p, []byte("$SP hello ")) {
				return p
			}
			return new(device.Line).Begin("hello").Int("version", version).Str("stack", "old").Int("cases", 5).Hex("hash", hash).Hex("build", build).End()
		}
	}
	for _, c := range []struct {
		name string
		said func([]byte) []byte
		do   func()
		args []string
		want string
	}{
		{"other protocol", hello(99, 1, l.build), nil, nil, `console: the image is another: protocol 99 with 5 cases, list 0000000000000001; wanted protocol 1 with `},
		{"other list", hello(1, 1, l.build), nil, nil, `console: the image is another: protocol 1 with 5 cases, list 0000000000000001; wanted protocol 1 with `},
		{"other build", nil, func() { l.Agent = func(a *device.Agent) { a.Build = 1 } }, nil, `console: the image is another: build 0000000000000001; wanted build [0-9a-f]{16}: flash it again`},
		{"silent", func([]byte) []byte { return nil }, nil, []string{"--limit", "300ms"}, `console: no hello from the board: no answer in time: `},
		{"nothing in flash", nil, func() { l.Flash[0x2000] = 0xff }, []string{"--limit", "300ms"}, `console: no hello from the board: no answer in time: invalid header: 0xffffffff`},
		{"no cases in flash", nil, func() { l.Flash[0x50000] = 0xff }, nil, `console: no hello from the board: the board says: the-list-of-cases-is-bad`},
		{"no port", nil, nil, []string{"--board", "/dev/no-such-port"}, `port: /dev/no-such-port: there is no such port: stackproof device list names those that are`},
		{"no port, in memory", nil, nil, []string{"--ram", "--board", "/dev/no-such-port"}, `loader: port: /dev/no-such-port: there is no such port`},
		{"no lines", nil, func() { l.Stiff = true }, nil, `port: it has no lines that reset a board \(.*\): its reset is none`},
	} {
		t.Run(c.name, func(t *testing.T) {
			l.with(func() {
				whole, agent := bytes.Clone(l.Flash[:0x50001]), l.Agent
				t.Cleanup(func() {
					l.with(func() {
						copy(l.Flash, whole)
						l.Agent, l.Stiff = agent, false
					})
				})
				if c.do != nil {
					c.do()
				}
				l.Said = c.said
			})
			code, stdout, stderr := invoke(t, append([]string{"device", "run", "--board", l.Path, "--run", "arp"}, c.args...)...)
			require.Equal(t, report.ExitTester, code)
			require.Empty(t, stdout)
			require.Regexp(t, `^`+c.want+`.*\n$`, stderr)
		})
	}
}

// TestNoReset: a board that nothing resets says who it is when it is asked, also where somebody else was in mid-sentence.
func TestNoReset(t *testing.T) {
	l := newLab(t)
	l.with(func() { l.Stiff = true })
	l.PowerOn(false)
	p, err := openPort(l.Path, 115_200)
	require.NoError(t, err)
	_, err = p.Write([]byte("$SP run case=0 tw"))
	require.NoError(t, err)
	require.NoError(t, p.Close())
	code, stdout, stderr := invoke(t, "device", "run", "--board", l.Path, "--reset", "none", "--run", "arp/request-answered")
	require.Equal(t, report.ExitOK, code, stdout+stderr)
	require.Equal(t, 1, l.boots())
}

// TestUnplugged: a board that goes away costs the case at hand; the others cannot be run, and are told as such, soon.
func TestUnplugged(t *testing.T) {
	l := newLab(t)
	run := fmt.Sprintf(`run case=%d twin=0`, l.index(t, "arp/announcement"))
	unplug := once(run, func(*lab, []byte) []byte { l.Unplug(); return nil })
	l.with(func() { l.Heard = func(p []byte) []byte { return unplug(l, p) } })
	code, stdout, _ := invoke(t, "device", "run", "--board", l.Path, "--run", "arp")
	require.Equal(t, report.ExitTester, code)
	require.Regexp(t, `(?m)^PASS arp/request-answered$`, stdout)
	require.Regexp(t, `(?m)^FAIL arp/announcement: crash: .*the board's output has ended`, stdout)
	require.Regexp(t, `(?m)^FAIL arp/.*there is no such port.*the board is given up after 3 starts like this`, stdout)
}
