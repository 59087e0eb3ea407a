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
  stackproof device run --run tcp/close -v
  stackproof device bench
  stackproof device list
  stackproof device flash --port /dev/ttyUSB0
  stackproof device run --board /dev/ttyUSB0 --link emac`,
	}
	cmd.AddCommand(newDeviceBuild(), newDeviceSize(), newDeviceRun(), newDeviceBench(), newDeviceFlash(), newDeviceList())
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
	for _, f := range []image.Files{files, lwipFiles(files)} {
		if _, e := os.Stat(f.Flash); e != nil {
			dir, _ := filepath.Rel(repo, filepath.Dir(f.Flash))
			return files, repo, fmt.Errorf("stackproof: there is no image in %s: stackproof device build makes it", dir)
		}
	}
	return files, repo, nil
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
  lwip          a folder with the image whose sockets are as lwIP has them: it runs the cases about those
  bench         a folder with the image that measures

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
	var bench, lwip image.Sizes
	built, err := image.BuildFiles(ctx, suite, repo, dir, stderr)
	if err == nil {
		lwip, err = image.BuildLwIP(ctx, suite, repo, dir, stderr)
	}
	if err == nil {
		bench, err = image.BuildBench(ctx, repo, dir, stderr)
	}
	if missing := (image.MissingError)(nil); err != nil && !errors.As(err, &missing) {
		fmt.Fprintln(stderr, err)
		return exitCode(report.ExitFail)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "bench: %v\n", bench)
	fmt.Fprintf(stdout, "lwip: %v\n", lwip)
	fmt.Fprintf(stdout, "build: %v cases=%d programs=%d small=%d\n", built.Sizes, built.Cases, len(suite.Programs), built.Small)
	return nil
}

func newDeviceSize() *cobra.Command {
	table := false
	cmd := &cobra.Command{
		Use:   "size",
		Short: "hold each part of the image against its budget",
		Long: `size tells what each part of the image takes of the 256 KiB in which it lies, and what it may take; then the same for the
memory below, which is free on every revision of the chip too; and for the image with lwIP's sockets.

With --table it builds applications with 16 sockets for the ESP32-P4 and the ESP32-C3, and prints what stack, sockets and
driver take in them, a package a row, beside published figures of other stacks: the page cmd/firmware/SIZE.md.

Exit codes: 1 a part takes more than its budget.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if table {
				return sizeTable(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
			}
			files, _, err := builtFiles()
			if err != nil {
				return err
			}
			if err := benchSize(image.BenchIn(filepath.Dir(files.ELF)).ELF, cmd.OutOrStdout()); err != nil {
				return err
			}
			return deviceSize(files, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&table, "table", false, "weigh applications instead, a package a row, as markdown")
	return cmd
}

// sizeTable prints the page about what stack, sockets and driver take.
func sizeTable(ctx context.Context, stdout, stderr io.Writer) error {
	repo, err := image.Repo(".")
	if err != nil {
		return fmt.Errorf("stackproof: the applications are built in the repository: %w", err)
	}
	return image.FootprintTable(ctx, repo, stdout, stderr)
}

// benchSize says what the image that measures takes; its linker refuses what does not fit.
func benchSize(elf string, stdout io.Writer) error {
	s, err := image.ReadSizes(elf)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "PASS %-28s %6d of %6d bytes\n", "the image that measures:", s.Used, s.Window)
	return nil
}

// deviceSize holds the parts of both images against their budgets.
func deviceSize(files image.Files, stdout io.Writer) error {
	over, count, all := 0, 0, ""
	for _, lwIP := range []bool{false, true} {
		name := ""
		if lwIP {
			files, name = lwipFiles(files), "lwip_"
		}
		parts, err := image.Budget(files.ELF, lwIP)
		if err != nil {
			return err
		}
		used, window, below := 0, 0, 0
		for _, p := range parts {
			if p.Below {
				below += p.Bytes
			} else {
				used, window = used+p.Bytes, window+p.Budget
			}
			count++
			if p.Bytes > p.Budget {
				over++
				fmt.Fprintf(stdout, "FAIL %-28s %6d of %6d bytes: %d too many\n", p.Name+":", p.Bytes, p.Budget, p.Bytes-p.Budget)
				continue
			}
			fmt.Fprintf(stdout, "PASS %-28s %6d of %6d bytes\n", p.Name+":", p.Bytes, p.Budget)
		}
		all += fmt.Sprintf(" %sused=%d %swindow=%d %sfree=%d %sbelow=%d", name, used, name, window, name, window-used, name, below)
	}
	fmt.Fprintf(stdout, "size: parts=%d over=%d%s\n", count, over, all)
	if over > 0 {
		return exitCode(report.ExitFail)
	}
	return nil
}

// onEmulator is both images, each on an emulator of its own.
func onEmulator(ctx context.Context, suite *conformance.Suite) (*console.Faces, error) {
	files, repo, err := builtFiles()
	if err != nil {
		return nil, err
	}
	program, err := emulator.Build(ctx, repo, filepath.Join(repo, "build"))
	if err != nil {
		return nil, err
	}
	soon := soonAfter(ctx)
	board := func(files image.Files) *console.Board {
		return console.New(func() (io.ReadWriteCloser, error) { return emulator.Start(soon, program, files) }, suite, 0)
	}
	return &console.Faces{POSIX: board(files), LwIP: board(lwipFiles(files))}, nil
}

// lwipFiles are the files of the image with lwIP's sockets beside another.
func lwipFiles(files image.Files) image.Files { return image.LwIPIn(filepath.Dir(files.ELF)) }
