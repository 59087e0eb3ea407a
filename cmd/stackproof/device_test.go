package main

import (
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/image"
	"stackproof/cmd/firmware/loader"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance"
	"stackproof/conformance/device/console"
	"stackproof/conformance/device/port"
	"stackproof/conformance/notrun"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// esp32p4 makes the image for the ESP32-P4 and its emulator, or says why it cannot.
func esp32p4(t *testing.T, suite *conformance.Suite) (files image.Files, program string) {
	t.Helper()
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
	_, err = image.BuildFiles(t.Context(), suite, repo, dir, os.Stderr)
	require.NoError(t, err)
	_, err = image.BuildLwIP(t.Context(), suite, repo, dir, os.Stderr)
	require.NoError(t, err)
	program, err = emulator.Build(t.Context(), repo, dir)
	require.NoError(t, err)
	return image.In(dir), program
}

// TestOnESP32P4: the image for the ESP32-P4, booted by the emulated ROM, gives the verdicts of the stack in this process,
// trace hashes included. Some topics are run here; `stackproof device run` runs all cases.
func TestOnESP32P4(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	files, program := esp32p4(t, suite)
	boot := func() (io.ReadWriteCloser, error) { return emulator.Start(t.Context(), program, files) }
	bootLwIP := func() (io.ReadWriteCloser, error) { return emulator.Start(t.Context(), program, lwipFiles(files)) }
	part := suite.Only(func(id string) bool {
		topic, _, _ := strings.Cut(id, "/")
		return slices.Contains([]string{"arp", "icmp", "udp", "sockets"}, topic) || strings.HasPrefix(id, "tcp/handshake/")
	})
	require.NotEmpty(t, part.Programs)
	want := verdicts(t, part, conformance.NewLocal(large.New()))
	for _, link := range []string{"", "emac"} {
		board := &console.Faces{POSIX: console.New(boot, suite, 0), LwIP: console.New(bootLwIP, suite, 0)}
		board.POSIX.Link, board.LwIP.Link = link, link
		for i, got := range verdicts(t, part, board) {
			p := &part.Programs[i/2]
			switch c := &p.Form.Program.Config; {
			case link == "emac" && p.Form.Program.Needs.Has(sut.FeatureRaw):
				require.Equal(t, vm.NeedsFeature, got.Reason, p.Case.ID)
			case max(c.RcvBuf, c.SndBuf) > sut.DefaultBuf:
				require.Equal(t, vm.NeedsBuffers, got.Reason, p.Case.ID)
			default:
				require.Equal(t, want[i], got, "%s %s twin=%v link=%s", p.Case.ID, p.Form.Form, i%2 == 1, link)
			}
		}
	}
	tests, err := console.New(boot, suite, 0).SelfTests()
	require.NoError(t, err)
	require.Len(t, tests, 5)
	for _, s := range tests {
		require.Empty(t, s.Flaw, "emac/%s: wanted %d, got %d", s.Name, s.Want, s.Got)
	}
	t.Run("in memory", func(t *testing.T) { inMemory(t, suite, files, program) })
	t.Run("a board that breaks down", func(t *testing.T) { breaksDown(t, suite, files, program) })
	t.Run("size", func(t *testing.T) {
		var said strings.Builder
		_ = deviceSize(files, &said)
		require.Regexp(t, `(?m)^(PASS|FAIL) stack: +[0-9]+ of +[0-9]+ bytes`, said.String())
		require.Regexp(t, `\nsize: parts=24 over=[0-9]+ used=[0-9]+ window=262144 free=[0-9]+ below=[0-9]+ lwip_used=[0-9]+ lwip_window=262144 lwip_free=[0-9]+ lwip_below=[0-9]+\n$`, said.String())
	})
}

// inMemory: loaded into memory through the loader of the emulated ROM, with no flash at all, the image gives the same
// verdicts of the few cases that it has behind it.
func inMemory(t *testing.T, suite *conformance.Suite, files image.Files, program string) {
	small, m, err := image.ForMemory(suite, files.ELF)
	require.NoError(t, err)
	var segments []loader.Segment
	for _, s := range m.Segments {
		segments = append(segments, loader.Segment(s))
	}
	at := loader.Board{Port: "emulator", Reset: port.None, Open: emulator.Port(t.Context(), program, files)}
	board := console.New(func() (io.ReadWriteCloser, error) { return loader.Start(t.Context(), at, segments, m.Entry) }, small, 0)
	board.Build = m.Build
	require.NotZero(t, board.Build)
	require.Equal(t, verdicts(t, small, conformance.NewLocal(large.New())), verdicts(t, small, board))
}

// breaksDown: with an illegal instruction in the interpreter's way each run is a crash, told with the place's name.
func breaksDown(t *testing.T, suite *conformance.Suite, files image.Files, program string) {
	f, err := elf.Open(files.ELF)
	require.NoError(t, err)
	defer f.Close()
	symbols, err := f.Symbols()
	require.NoError(t, err)
	const name = "(*stackproof/conformance/vm.Machine).settle"
	broken := files
	for _, s := range symbols {
		if s.Name == name {
			broken.Flash = breakAt(t, files, uint32(s.Value))
		}
	}
	require.NotEqual(t, files.Flash, broken.Flash, "no symbol %s", name)
	boots := 0
	board := console.New(func() (io.ReadWriteCloser, error) {
		boots++
		return emulator.Start(t.Context(), program, broken)
	}, suite, 0)
	defer board.Close()
	for range 2 {
		v := board.Execute(&conformance.Job{Program: &suite.Programs[0]}, nil)
		require.Equal(t, vm.Crash, v.Outcome, board.Why())
		require.Contains(t, board.Why(), "p4emu: the image halted with code 3 after trap: illegal instruction: pc=0x4ff")
		require.Contains(t, board.Why(), "("+name+")")
	}
	require.Equal(t, 2, boots)
}

// breakAt is the image's flash with an instruction that is none at an address.
func breakAt(t *testing.T, files image.Files, address uint32) (flash string) {
	t.Helper()
	m, err := espimage.Read(files.ELF)
	require.NoError(t, err)
	for _, s := range m.Segments {
		if i := address - s.Address; address >= s.Address && int(i)+2 <= len(s.Data) {
			s.Data[i], s.Data[i+1] = 0, 0
		}
	}
	encoded, err := m.Encode()
	require.NoError(t, err)
	list, err := os.ReadFile(files.Cases)
	require.NoError(t, err)
	b, err := espimage.Flash(encoded, list)
	require.NoError(t, err)
	flash = filepath.Join(t.TempDir(), "broken.bin")
	require.NoError(t, os.WriteFile(flash, b, 0o666))
	return flash
}

func TestDeviceMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"device", "run", "--board", "toaster"}, `stackproof device: no board is called "toaster": it is emulator, a serial port (/dev/...) or a name in a file of boards`},
		{[]string{"device", "run", "--repeat", "0"}, "stackproof device run: --repeat 0: it must be more than 0"},
		{[]string{"device", "size"}, "stackproof: the image is built in the repository: image: "},
	} {
		code, _, stderr := invoke(t, c.args...)
		require.Equal(t, report.ExitTester, code)
		require.Contains(t, stderr, c.want)
	}
}
