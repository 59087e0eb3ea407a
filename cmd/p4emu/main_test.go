//go:build unicorn

package main

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/p4emu/chip"
)

// flash is a file of flash with an image of this code.
func flash(t *testing.T, code ...uint32) string {
	t.Helper()
	var b []byte
	for _, w := range code {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	b, err := (&espimage.Image{Entry: 0x4ff4_0000, Segments: []espimage.Segment{{Address: 0x4ff4_0000, Data: b}}}).Encode()
	require.NoError(t, err)
	return write(t, b)
}

func write(t *testing.T, image []byte) string {
	t.Helper()
	b, err := espimage.Flash(image, nil)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "flash.bin")
	require.NoError(t, os.WriteFile(file, b, 0o666))
	return file
}

// emulate runs the command on a file, with this input.
func emulate(input io.Reader, args ...string) (code int, said, problems string) {
	var out, err strings.Builder
	code = run(args, input, &out, &err)
	return code, out.String(), err.String()
}

func TestRun(t *testing.T) {
	const wfi, luiUART, swA0 = 0x1050_0073, 0x500c_a337, 0x00a3_2023
	for _, c := range []struct {
		name           string
		file           string
		args           []string
		code           int
		said, problems string
	}{
		{"halt", flash(t, luiUART, 0x0580_0513, swA0, 0x3040_1073, 0x0070_0513, wfi, 0xffdf_f06f), nil, 7, "X",
			"p4emu: the image halted with code 7: instructions=7 seconds=0.000000 hertz=40000000\n"},
		{"watchdog", flash(t, 0x0000_006f), nil, exitReset, "",
			"p4emu: reset by TIMG0's watchdog: the image neither fed nor stopped it for 0.65 s; in the block at 0x4ff40000, ra=0x5eed0101: instructions=17333334 seconds=0.650000 hertz=40000000\n"},
		{"limit", flash(t, 0x0000_006f), []string{"-limit", "1000"}, exitLimit, "",
			"p4emu: 1000 instructions executed; in the block at 0x4ff40000"},
		{"nothing there", flash(t, 0x500c_b337, swA0), nil, exitFault, "", "p4emu: write at 0x500cb000, where no device is; in the block at 0x4ff40000"},
		{"no handler", flash(t, 0x7000_0337, swA0), nil, exitFault, "",
			"a trap, and no handler is set; in the block at 0x4ff40000, ra=0x5eed0101 after trap: store access fault: pc=0x4ff40004 address=0x70000000"},
		{"no image", write(t, nil), nil, exitRefused, "", "p4emu: the ROM refuses the image: image: invalid header: it begins with 0xff, not 0xe9\n"},
		{"no file", filepath.Join(t.TempDir(), "absent"), nil, exitUsage, "", "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, said, problems := emulate(strings.NewReader(""), append(c.args, c.file)...)
			require.Equal(t, c.code, code, problems)
			require.Equal(t, c.said, said)
			require.Contains(t, problems, c.problems)
		})
	}
}

// TestConsole: an image that echoes, and the end of the input, which is the end.
func TestConsole(t *testing.T) {
	code, said, problems := emulate(strings.NewReader("hello"), flash(t,
		// The watchdogs are left running: it is over before they are.
		0x500c_a337,              // lui t1, 0x500ca
		0x01c3_2503, 0x0ff5_7513, // lw a0, 0x1c(t1); andi a0, a0, 0xff
		0xfe05_0ce3,              // beqz a0, .-8
		0x0003_2503, 0x00a3_2023, // lw a0, 0(t1); sw a0, 0(t1)
		0xfedf_f06f, // j .-20
	))
	require.Zero(t, code, problems)
	require.Equal(t, "hello", said)
	require.Contains(t, problems, "p4emu: the other end of the serial line has gone")
}

// TestDownload: what a host loads into memory is run; a host that goes before it has started anything is the end.
func TestDownload(t *testing.T) {
	const csrwMIE, liA0, wfi, again = 0x3040_1073, 0x0070_0513, 0x1050_0073, 0xffdf_f06f
	message := func(command byte, checksum uint32, words ...uint32) []byte {
		m := binary.LittleEndian.AppendUint16([]byte{0, command}, uint16(4*len(words)))
		m = binary.LittleEndian.AppendUint32(m, checksum)
		for _, w := range words {
			m = binary.LittleEndian.AppendUint32(m, w)
		}
		return chip.Frame(m)
	}
	var host []byte
	checksum := uint32(0xef ^ 0x30 ^ 0x40 ^ 0x10 ^ 0x73 ^ 0x70 ^ 0x05 ^ 0x13 ^ 0x10 ^ 0x50 ^ 0x73 ^ 0xff ^ 0xdf ^ 0xf0 ^ 0x6f)
	host = append(host, message(0x05, 0, 16, 1, 16, 0x4ff4_0000)...)
	host = append(host, message(0x07, checksum, 16, 0, 0, 0, csrwMIE, liA0, wfi, again)...)
	code, said, problems := emulate(strings.NewReader(string(host)), "-download")
	require.Zero(t, code, problems)
	require.Equal(t, 2*14, len(said), "two answers")
	require.Equal(t, "p4emu: the other end of the serial line has gone\n", problems)

	host = append(host, message(0x06, 0, 0, 0x4ff4_0000)...)
	code, said, problems = emulate(strings.NewReader(string(host)), "-download")
	require.Equal(t, 7, code, problems)
	require.Equal(t, 3*14, len(said))
	require.Contains(t, problems, "p4emu: the image halted with code 7: instructions=4 ")
}

func TestUsage(t *testing.T) {
	code, _, problems := emulate(nil)
	require.Equal(t, exitUsage, code)
	require.Contains(t, problems, "usage: p4emu [flags] FLASH")
}
