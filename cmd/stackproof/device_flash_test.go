package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/conformance/report"
)

// TestDeviceFlash: from nothing to a board that runs the image; once more, and nothing is written; and what has changed.
func TestDeviceFlash(t *testing.T) {
	l := newLab(t)
	list := l.suite.Only(func(id string) bool { return strings.HasPrefix(id, "udp/") }).Blob() // all takes seconds
	require.NoError(t, os.WriteFile(l.files.Cases, list, 0o666))
	encoded, err := os.ReadFile(l.files.Image)
	require.NoError(t, err)
	want, err := espimage.Flash(encoded, list)
	require.NoError(t, err)
	l.with(func() {
		for i := range l.Flash {
			l.Flash[i] = 0xff
		}
	})
	code, stdout, stderr := invoke(t, "device", "flash", "--port", l.Path)
	require.Equal(t, report.ExitOK, code, stderr)
	require.Regexp(t, `^written image: [0-9]+ bytes at 0x2000\nwritten cases: [0-9]+ bytes at 0x50000\nflash: parts=2 written=2 bytes=[0-9]+\n$`, stdout)
	l.Lock()
	require.Equal(t, string(want), string(l.Flash[:len(want)]))
	require.Equal(t, 1, l.Boots, "it is started")
	l.Flash[espimage.ImageOffset+100] ^= 1
	l.Unlock()

	code, stdout, _ = invoke(t, "device", "flash", "--port", l.Path)
	require.Equal(t, report.ExitOK, code)
	require.Regexp(t, `^written image: [0-9]+ bytes at 0x2000\nflash: parts=2 written=1 bytes=[0-9]+\n$`, stdout)

	require.NoError(t, os.WriteFile("lab.toml", []byte("[bench]\nport = \""+l.Path+"\"\n"), 0o666))
	code, stdout, stderr = invoke(t, "device", "flash", "--board", "bench", "--boards", "lab.toml", "-v")
	require.Equal(t, report.ExitOK, code)
	require.Equal(t, "flash: parts=2 written=0 bytes=0\n", stdout)
	require.Contains(t, stderr, "Detected chip: ESP32-P4")
}

// TestDeviceFlashMistakes: a user's mistake is code 2, a board that fails code 1, and both are one line.
func TestDeviceFlashMistakes(t *testing.T) {
	l := newLab(t)
	require.NoError(t, os.WriteFile("wrong.toml", []byte("[bench]\nprot = \"x\"\n"), 0o666))
	for _, c := range []struct {
		args   []string
		damage func()
		code   int
		want   string
	}{
		{nil, nil, 2, "stackproof device flash: it takes --port PORT or --board NAME: stackproof device list names both"},
		{[]string{"--port", l.Path, "--board", "x"}, nil, 2, "stackproof device flash: it takes --port PORT or --board NAME"},
		{[]string{"--board", "emulator"}, nil, 2, "stackproof device flash: the emulator has the image in its flash already"},
		{[]string{"--board", "toaster"}, nil, 2, `stackproof device: no board is called "toaster": it is emulator, a serial port (/dev/...) or a name in a file of boards`},
		{[]string{"--board", "x", "--boards", "absent.toml"}, nil, 2, "boards: cannot read absent.toml: file does not exist"},
		{[]string{"--board", "x", "--boards", "wrong.toml"}, nil, 2, "boards: wrong.toml: "},
		{[]string{"--port", "/dev/no-such-port"}, nil, 2, "loader: port: /dev/no-such-port: there is no such port: stackproof device list names those that are"},
		{[]string{"--port", l.Path, "--reset", "hammer"}, nil, 2, `stackproof device: --reset: port: no way to reset is called "hammer": it is one of lines, usb, none`},
		{[]string{"--port", l.Path, "--baud", "-1"}, nil, 2, "stackproof device: --baud -1: it must be more than 0"},
		{[]string{"--port", l.Path}, func() { l.Download.ID = 5 }, 2, "the chip is an ESP32-C3, and not an ESP32-P4"},
		{[]string{"--port", l.Path}, func() {
			l.Download.Answered = func(command byte, answer []byte) []byte {
				if command == 0x13 {
					answer[8] = 'x'
				}
				if command == 0x03 {
					answer = append(answer[:8:8], 1, 8, 0, 0)
				}
				return answer
			}
		}, 1, "flash at 0x00002000: flash block 0 of 1: command 0x03 failed: status=0x01 error=0x08 (flash write error)"},
		{[]string{"--port", l.Path}, func() { require.NoError(t, os.Remove(l.files.Cases)) }, 2, "stackproof: the image is incomplete: "},
	} {
		l.Lock()
		l.Download.ID, l.Download.Answered = 0, nil
		if c.damage != nil {
			c.damage()
		}
		l.Unlock()
		code, stdout, stderr := invoke(t, append([]string{"device", "flash"}, c.args...)...)
		require.Equal(t, c.code, code, stderr)
		require.Empty(t, stdout)
		require.Contains(t, stderr, c.want)
		require.Regexp(t, `^[^\n]+\n$`, stderr)
	}
}
