package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"stackproof/compatcheck/symbols"
	"stackproof/conformance/report"
)

func newCompatSymbols() *cobra.Command {
	return &cobra.Command{
		Use:   "symbols FILE...",
		Short: "say which of lwIP's names object files want, and who answers them",
		Long: `symbols reads the undefined symbols of object files and archives (ELF of any machine; ar archives, but not
thin ones) as the parts of one program. It prints a line for each name of lwIP's that they want: PASS
where the lwIP face answers, directly or through ESP-IDF; FAIL where the name falls through, to lwIP or to
nobody, or is not known. UNSUPPORTED is a member of an archive that cannot be read. Objects that are lwIP
itself count for nothing, unless they answer in the face's place.

Exit codes: 0 the face answers all names, 1 a name falls through or is unknown, 2 a file cannot be read,
3 no name of lwIP's is wanted.`,
		Example: `  stackproof compat symbols build/esp-idf/main/libmain.a
  stackproof compat symbols app.o build/esp-idf/*/*.a`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s: no file: see %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompatSymbols(cmd.Context(), args, cmd.OutOrStdout())
		},
	}
}

// runCompatSymbols reads all files and judges them together.
func runCompatSymbols(ctx context.Context, files []string, stdout io.Writer) error {
	var objects []symbols.Object
	for _, name := range files {
		if ctx.Err() != nil {
			return errors.New("compat symbols: interrupted")
		}
		file, err := readObjectFile(name)
		if err != nil {
			return fmt.Errorf("compat symbols: %w", err)
		}
		more, err := symbols.Read(name, file)
		if err != nil {
			return fmt.Errorf("compat %w", err)
		}
		objects = append(objects, more...)
	}
	screen := newScreen(stdout, io.Discard, true, 0)
	var counts report.Counts
	line := func(o report.Outcome, text string) {
		counts[o]++
		fmt.Fprintln(stdout, screen.label(o)+" "+text)
	}
	for _, o := range objects {
		if o.Skipped != "" {
			line(report.Unsupported, o.Name+": "+o.Skipped)
		}
	}
	j := symbols.Judge(objects)
	for _, f := range j.Findings {
		if f.Kind == symbols.Provided {
			line(report.Pass, f.String())
		} else {
			line(report.Fail, f.String())
		}
	}
	fmt.Fprintf(stdout, "compat symbols: files=%d objects=%d provided=%d falls-through=%d unknown=%d other=%d unsupported=%d lwip=%d\n",
		len(files), len(objects), j.Count(symbols.Provided), j.Count(symbols.FallsThrough), j.Count(symbols.Unknown),
		j.Other, counts[report.Unsupported], j.LwIP)
	if code := counts.ExitCode(); code != report.ExitOK {
		return exitCode(code)
	}
	return nil
}

// largestObjectFile is more than any archive of a firmware has.
const largestObjectFile = 1 << 30

// readObjectFile reads a file, but not what has no end, or no beginning: to open a pipe is to wait for who writes into it.
func readObjectFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", name)
	}
	if info.Size() > largestObjectFile {
		return nil, fmt.Errorf("%s: %d bytes, at most %d", name, info.Size(), largestObjectFile)
	}
	return os.ReadFile(name)
}
