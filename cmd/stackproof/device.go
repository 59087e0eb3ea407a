package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance"
	"stackproof/conformance/device/console"
	"stackproof/conformance/report"
)

// newDevice is `stackproof device`: the image for the ESP32-P4.
func newDevice() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "device",
		Short: "build the image for the ESP32-P4 and run the cases on it",
		Args:  cobra.NoArgs,
		Example: `  stackproof device build
  stackproof device size
  stackproof device run --run tcp/close -v`,
	}
	cmd.AddCommand(newDeviceBuild(), newDeviceSize(), newDeviceRun())
	return cmd
}

// imageFiles are where the image lies, and the repository's root.
func imageFiles() (files image.Files, dir, repo string, err error) {
	if repo, err = image.Repo("."); err != nil {
		return files, "", "", fmt.Errorf("stackproof: the image is built in the repository: %w", err)
	}
	dir = filepath.Join(repo, "build", image.ESP32P4)
	return image.In(dir), dir, repo, nil
}

// builtFiles is imageFiles of an image that is there.
func builtFiles() (files image.Files, repo string, err error) {
	files, _, repo, err = imageFiles()
	if err != nil {
		return files, "", err
	}
	if _, e := os.Stat(files.Flash); e != nil {
		err = fmt.Errorf("stackproof: there is no image in %s: stackproof device build makes it", filepath.Join("build", image.ESP32P4))
	}
	return files, repo, err
}

func newDeviceBuild() *cobra.Command {
	return &cobra.Command{
		Use:   "build",
		Short: "build the image, in build/" + image.ESP32P4,
		Long: `build makes the image, with the toolchain that it needs, in build/` + image.ESP32P4 + `:

  firmware.bin  what is stored in flash at 0x2000
  cases.bin     the compiled cases, stored at 0x50000
  flash.bin     both, from address 0 on, for the emulator
  memory.bin    the image with a few cases, for a loader that puts it into memory
  firmware.elf  the symbols

Exit codes: 1 it does not compile or does not fit, 2 something is missing on this machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deviceBuild(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}

func deviceBuild(ctx context.Context, stdout, stderr io.Writer) error {
	_, dir, repo, err := imageFiles()
	if err != nil {
		return err
	}
	suite, err := conformance.LoadSuite()
	if err != nil {
		return err
	}
	built, err := image.BuildFiles(ctx, suite, repo, dir, stderr)
	if missing := (image.MissingError)(nil); err != nil && !errors.As(err, &missing) {
		fmt.Fprintln(stderr, err)
		return exitCode(report.ExitFail)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "build: %v cases=%d programs=%d small=%d\n", built.Sizes, built.Cases, len(suite.Programs), built.Small)
	return nil
}

func newDeviceSize() *cobra.Command {
	return &cobra.Command{
		Use:   "size",
		Short: "hold each part of the image against its budget",
		Long: `size tells what each part of the image takes of the 256 KiB in which it lies, and what it may take; then the same for the
memory below, which is free on every revision of the chip too.

Exit codes: 1 a part takes more than its budget.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, _, err := builtFiles()
			if err != nil {
				return err
			}
			return deviceSize(files.ELF, cmd.OutOrStdout())
		},
	}
}

func deviceSize(elf string, stdout io.Writer) error {
	parts, err := image.Budget(elf)
	if err != nil {
		return err
	}
	used, window, below, over := 0, 0, 0, 0
	for _, p := range parts {
		if p.Below {
			below += p.Bytes
		} else {
			used, window = used+p.Bytes, window+p.Budget
		}
		if p.Bytes > p.Budget {
			over++
			fmt.Fprintf(stdout, "FAIL %-22s %6d of %6d bytes: %d too many\n", p.Name+":", p.Bytes, p.Budget, p.Bytes-p.Budget)
			continue
		}
		fmt.Fprintf(stdout, "PASS %-22s %6d of %6d bytes\n", p.Name+":", p.Bytes, p.Budget)
	}
	fmt.Fprintf(stdout, "size: parts=%d over=%d used=%d window=%d free=%d below=%d\n", len(parts), over, used, window, window-used, below)
	if over > 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}

// deviceFlags are the arguments of `stackproof device run`.
type deviceFlags struct {
	runFlags
	board, pattern string
	repeat         int
}

func newDeviceRun() *cobra.Command {
	f := deviceFlags{}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run the cases on the board",
		Long: `run boots the image and has it run the cases that lie in its flash, each with its negative twin. The board judges
nothing: it tells what it saw, and the verdicts are this program's. A case that ends or hangs the board costs that case; the
board is started again for the next.

BOARD is emulator: an emulated ESP32-P4 (cmd/p4emu), which is built for it.

LINK is direct, where frames are handed over in memory, or emac: the driver, its DMA, and the MAC's own loopback. Cases
that need frames that no MAC carries are then unsupported, and before all of them the EMAC is tested by itself: cases
emac/..., alone with --run emac.

Exit codes: 0 all as expected, 1 a failure, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deviceRun(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.board, "board", "emulator", "where to run")
	fl.StringVar(&f.link, "link", conformance.DirectLink, "what carries the frames: direct, or emac, the EMAC's own loopback")
	fl.StringVar(&f.pattern, "run", "", "which cases, as stackproof run has it; all without")
	fl.IntVar(&f.repeat, "repeat", 1, "run them so often")
	fl.StringVar(&f.out, "out", "", "write a results folder, of the last time")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "a line for each case, on a terminal too")
	return cmd
}

func deviceRun(ctx context.Context, f *deviceFlags, stdout, stderr io.Writer) error {
	if f.board != "emulator" {
		return fmt.Errorf("stackproof device run: no board is called %q: emulator is one", f.board)
	}
	if f.repeat < 1 {
		return fmt.Errorf("stackproof device run: --repeat %d: it must be more than 0", f.repeat)
	}
	f.stack = "p4emu"
	if f.link == "emac" && (f.pattern == "" || f.pattern == "emac") {
		if err := selfTests(ctx, f, stdout); err != nil || f.pattern != "" {
			return err
		}
	}
	for range f.repeat {
		if err := run(ctx, &f.runFlags, f.pattern, stdout, stderr); err != nil {
			return err
		}
	}
	return nil
}

// selfTests has the board test its EMAC.
func selfTests(ctx context.Context, f *deviceFlags, stdout io.Writer) error {
	suite, err := conformance.LoadSuite()
	if err != nil {
		return err
	}
	boot, err := bootEmulator(ctx)
	if err != nil {
		return err
	}
	board := console.New(boot, suite, f.limit)
	defer board.Close()
	tests, err := board.SelfTests()
	failed := 0
	for _, t := range tests {
		if t.Flaw == "" {
			fmt.Fprintf(stdout, "PASS emac/%s\n", t.Name)
			continue
		}
		failed++
		fmt.Fprintf(stdout, "FAIL emac/%s: %s: wanted %d, got %d\n", t.Name, t.Flaw, t.Want, t.Got)
	}
	fmt.Fprintf(stdout, "emac: tests=%d pass=%d\n", len(tests), len(tests)-failed)
	if err == nil && failed > 0 {
		return exitCode(report.ExitFail)
	}
	return err
}

// bootEmulator finds the image, and makes the emulator to boot it.
func bootEmulator(ctx context.Context) (func() (io.ReadWriteCloser, error), error) {
	files, repo, err := builtFiles()
	if err != nil {
		return nil, err
	}
	program, err := emulator.Build(ctx, repo, filepath.Join(repo, "build"))
	if err != nil {
		return nil, err
	}
	soon := soonAfter(ctx)
	return func() (io.ReadWriteCloser, error) { return emulator.Start(soon, program, files) }, nil
}
