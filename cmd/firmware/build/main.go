// Command build makes the flash image and prints its sizes:
//
//	go run ./cmd/firmware/build [-o FILE] [-opt LEVEL]
//
// and, in the same folder, the list of compiled cases that lies in flash beside it: cases.bin.
//
// The last line is "image: bytes=N flash=N ram=N ...": what is loaded, what must be stored, what is written at run
// time; then the parts, and the length of the list of cases. It exits with 2 where something is missing on this machine
// or in the arguments, with 1 where the program does not compile or does not fit.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"stackproof/cmd/firmware/image"
	"stackproof/conformance"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	out := flags.String("o", "", "the ELF file to write (default build/firmware.elf in the repository)")
	opt := flags.String("opt", image.Release, "TinyGo's optimisation level: 0, 1, 2, s or z")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(stdout, "usage: go run ./cmd/firmware/build [-o FILE] [-opt LEVEL]")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "build: %v (-h shows the flags)\n", err)
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "build: unexpected argument %q (-h shows the flags)\n", flags.Arg(0))
		return 2
	}
	repo, err := image.Repo(".")
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if *out == "" {
		*out = filepath.Join(repo, "build", "firmware.elf")
	}
	suite, err := conformance.LoadSuite()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	sizes, cases, err := image.Firmware(ctx, suite, repo, *out, *opt, stderr)
	if err != nil {
		fmt.Fprintln(stderr, err)
		if missing := (image.MissingError)(nil); errors.As(err, &missing) {
			return 2
		}
		return 1
	}
	fmt.Fprintf(stdout, "image: %v cases=%d\n", sizes, cases)
	return 0
}
