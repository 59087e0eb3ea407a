package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stackproof/golden/record"
)

func newGoldenRecord() *cobra.Command {
	var list bool
	var out string
	cmd := &cobra.Command{
		Use:   "record SCENARIO...",
		Short: "record real programs and kernels on a virtual wire, as captures",
		Long: `record makes network namespaces, joins them by a virtual wire, lets the Linux kernel and the programs of
Debian's packages speak to each other across it, and writes what passed as pcapng, with a line for each
capture in the folder's index.txt. It needs Linux and root. Nothing of it is left when it ends.

A SCENARIO is a name of --list, or a pattern: 'tcp-*', '*-v6', '*'.`,
		Example: `  stackproof golden record --list
  stackproof golden record tcp-sack-v4 --out sack.pcapng
  stackproof golden record 'tcp-*' ping-v6 --out captures`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case list && len(args) > 0:
				return fmt.Errorf("%s: unexpected argument %q: --list takes none", cmd.CommandPath(), args[0])
			case list:
				return listScenarios(cmd.OutOrStdout())
			case len(args) == 0:
				return fmt.Errorf("%s: no scenario: see %s --list", cmd.CommandPath(), cmd.CommandPath())
			}
			return recordScenarios(cmd.Context(), args, out, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "print the scenarios, what happens in them, and the packages that they need")
	cmd.Flags().StringVarP(&out, "out", "o", "captures", "folder for the captures and index.txt, or a file (.pcapng) for one capture alone")
	return cmd
}

// target is where captures go: into a folder with an index, or a file without one.
type target struct {
	out    string
	folder bool
}

// newTarget decides by what is there, and by the name, what out is for n captures.
func newTarget(out string, n int) (t target, err error) {
	info, err := os.Stat(out)
	capture := strings.HasSuffix(out, ".pcapng")
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return t, fmt.Errorf("golden record: --out %s: %w", out, unwrapPath(err))
	case err == nil && info.IsDir(), err != nil && !capture:
		return target{out, true}, nil
	case !capture:
		return t, fmt.Errorf("golden record: --out %s is a file that does not end in .pcapng", out)
	case n > 1:
		return t, fmt.Errorf("golden record: --out %s is one file, and there are several scenarios: give a folder", out)
	}
	return target{out, false}, nil
}

// prepare makes the folder if there is none, and finds out whether its index can be read, before anything is replaced.
func (t target) prepare() error {
	if !t.folder {
		return nil
	}
	if err := os.MkdirAll(t.out, 0o777); err != nil {
		return fmt.Errorf("golden record: --out %s: %w", t.out, unwrapPath(err))
	}
	_, err := record.ReadIndex(t.out)
	return err
}

// file is where the capture of a scenario goes.
func (t target) file(scenario string) string {
	if t.folder {
		return filepath.Join(t.out, scenario+".pcapng")
	}
	return t.out
}
