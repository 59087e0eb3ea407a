package main

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/firmware/qemu"
	"stackproof/conformance"
	"stackproof/conformance/cases"
	"stackproof/conformance/device/console"
	"stackproof/conformance/notrun"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/remote"
	"stackproof/conformance/vm"
)

// verdicts runs every program and its twin.
func verdicts(t *testing.T, suite *conformance.Suite, exec conformance.Executor) (all []vm.Verdict) {
	t.Helper()
	defer exec.Close()
	for i := range suite.Programs {
		for _, twin := range []bool{false, true} {
			v := exec.Execute(&conformance.Job{Program: &suite.Programs[i], Twin: twin}, nil)
			if all = append(all, v); v.Reason != vm.NeedsBuffers {
				require.Empty(t, exec.Why(), suite.Programs[i].Case.ID)
			}
		}
	}
	return all
}

// TestFourWays: the same cases give the same verdicts, trace hashes included, in process, with the stack in a child
// process, in the image on its own, and with the image as a stack under test on its serial line. The image has not the
// memory for long queues of TCP: it says so of each case that wants them, and of no other. Over the emulated serial line a
// run takes a hundredth of a second, and on board a few thousandths: of the generated cases every so manieth goes there, by a hash
// of its id. TestImage, in cmd/firmware, runs them all on board. The race detector is served with as few over a pipe.
func TestFourWays(t *testing.T) {
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	same := func(t *testing.T, exec conformance.Executor, most, oneOf uint32) {
		part := suite.Only(func(id string) bool { return cases.Sampled(id, oneOf, 0) })
		want := verdicts(t, part, conformance.NewLocal(large.New()))
		for i, got := range verdicts(t, part, exec) {
			p := &part.Programs[i/2]
			if n := p.Form.Program.Personalities; n != 0 && n>>sut.POSIX&1 == 0 { // these have POSIX's alone
				require.Equal(t, vm.NeedsPersonality, got.Reason, p.Case.ID)
				continue
			}
			if c := &p.Form.Program.Config; max(c.RcvBuf, c.SndBuf) > most {
				require.Equal(t, vm.NeedsBuffers, got.Reason, p.Case.ID)
				continue
			}
			require.Equal(t, want[i], got, "%s %s twin=%v", p.Case.ID, p.Form.Form, i%2 == 1)
		}
	}
	t.Run("pipe", func(t *testing.T) {
		child := &remote.Command{Argv: []string{os.Args[0], "shim"}, Env: []string{asProgram + "=stackproof"}}
		same(t, conformance.NewLocal(remote.New(child, 0)), math.MaxUint32, raceScale)
	})
	t.Run("serial line of a child", func(t *testing.T) {
		child := &remote.Command{Argv: []string{os.Args[0], "shim", "--line"}, Env: []string{asProgram + "=stackproof"}, Line: true}
		same(t, conformance.NewLocal(remote.New(child, 0)), math.MaxUint32, raceScale)
	})
	t.Run("image", func(t *testing.T) {
		boot := bootTestImage(t, suite)
		t.Run("alone", func(t *testing.T) { same(t, console.New(boot, suite, 0), sut.DefaultBuf, 4) })
		line := &remote.Dial{Name: "image-sut", Line: true, Func: func() (io.ReadWriteCloser, error) { return console.Serve(boot, 0) }}
		t.Run("serial line", func(t *testing.T) { same(t, conformance.NewLocal(remote.New(line, 0)), sut.DefaultBuf, 20) })
	})
}

// bootTestImage makes the image, or says why it cannot.
func bootTestImage(t *testing.T, suite *conformance.Suite) func() (io.ReadWriteCloser, error) {
	t.Helper()
	for _, available := range []func() error{image.Available, qemu.Available} {
		if err := available(); err != nil {
			notrun.Skip(t, "image", err.Error())
		}
	}
	if testing.Short() {
		notrun.Skip(t, "image", "-short")
	}
	repo, err := image.Repo(".")
	require.NoError(t, err)
	elf := filepath.Join(t.TempDir(), "firmware.elf")
	_, _, err = image.Firmware(context.Background(), suite, repo, elf, "", os.Stderr)
	require.NoError(t, err)
	return func() (io.ReadWriteCloser, error) {
		return qemu.Start(context.Background(), elf, filepath.Join(filepath.Dir(elf), image.Cases))
	}
}
