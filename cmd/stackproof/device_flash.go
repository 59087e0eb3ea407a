package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/loader"
	"stackproof/conformance/device/boards"
	"stackproof/conformance/report"
)

// flashFlags are the arguments of `stackproof device flash`.
type flashFlags struct {
	boardFlags
	port, board string
	verbose     bool
}

func newDeviceFlash() *cobra.Command {
	f := flashFlags{}
	cmd := &cobra.Command{
		Use:   "flash --port PORT | --board NAME",
		Short: "store the image in a board's flash",
		Long: `flash stores the image that stackproof device build has made in the flash of an ESP32-P4, through the loader in the
chip's ROM: the image at 0x2000, the compiled cases at 0x50000. Of the two it writes what flash does not have already, which
the ROM's MD5 over the place tells; the same proves afterwards what was written. Then the board is reset, and starts it.

The board is brought into download mode by RTS and DTR, as nearly all boards wire them. With --reset none somebody has to:
hold BOOT while you press RESET.

` + boardHelp + `

Exit codes: 0 the board has the image, 1 the board failed, 2 it could not be begun: no such port, the port is in use, no
answer, another chip, no image.`,
		Example: `  stackproof device flash --port /dev/ttyUSB0
  stackproof device flash --board nano --boards lab.toml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deviceFlash(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.port, "port", "", "the serial port of the board")
	fl.StringVar(&f.board, "board", "", "the board's name in the file of boards")
	f.add(fl)
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "tell of each step")
	return cmd
}

// at is how the loader reaches a board.
func at(b boards.Board) loader.Board {
	return loader.Board{Port: b.Port, Baud: b.Baud, Fast: b.Fast, Reset: b.Reset, Open: openPort}
}

func deviceFlash(ctx context.Context, f *flashFlags, stdout, stderr io.Writer) error {
	var b boards.Board
	var err error
	switch {
	case (f.port == "") == (f.board == ""):
		return errors.New("stackproof device flash: it takes --port PORT or --board NAME: stackproof device list names both")
	case f.board == boards.Emulator:
		return errors.New("stackproof device flash: the emulator has the image in its flash already")
	case f.board != "":
		b, err = f.find(f.board)
	default:
		b, err = f.over(boards.On(f.port))
	}
	if err != nil {
		return err
	}
	parts, err := flashParts()
	if err != nil {
		return err
	}
	target := at(b)
	if f.verbose {
		target.Log = func(line string) { fmt.Fprintln(stderr, line) }
	}
	written, err := loader.Flash(ctx, target, parts, progress(stderr))
	if mistake := (loader.Mistake{}); err != nil && !errors.As(err, &mistake) && ctx.Err() == nil {
		fmt.Fprintln(stderr, oneLine(err))
		return exitCode(report.ExitFail)
	}
	if err != nil {
		return err
	}
	bytes := 0
	for _, p := range written {
		fmt.Fprintf(stdout, "written %s: %d bytes at 0x%x\n", p.Name, len(p.Data), p.Offset)
		bytes += len(p.Data)
	}
	fmt.Fprintf(stdout, "flash: parts=%d written=%d bytes=%d\n", len(parts), len(written), bytes)
	return nil
}

// flashParts are what lies in flash.
func flashParts() ([]loader.Part, error) {
	files, _, err := builtFiles()
	if err != nil {
		return nil, err
	}
	parts := []loader.Part{{Name: "image", Offset: espimage.ImageOffset}, {Name: "cases", Offset: espimage.CasesOffset}}
	for i, file := range []string{files.Image, files.Cases} {
		if parts[i].Data, err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("stackproof: the image is incomplete: %w: stackproof device build makes it", err)
		}
	}
	return parts, nil
}

// progress shows on a terminal how much is written.
func progress(stderr io.Writer) func(n, of int) {
	if !isTerminal(stderr) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	var bar *progressbar.ProgressBar
	return func(n, of int) {
		if bar == nil {
			bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(stderr), progressbar.OptionShowBytes(true),
				progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("flash"))
		}
		_ = bar.Set(min(n, of))
	}
}
