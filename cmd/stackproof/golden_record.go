package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
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

// captureFile is where a scenario's capture goes, and whether into a folder with an index.
func captureFile(out, scenario string, one bool) (path string, index bool, err error) {
	info, err := os.Stat(out)
	switch {
	case err == nil && info.IsDir():
	case err == nil || strings.HasSuffix(out, ".pcapng"):
		if !one {
			return "", false, fmt.Errorf("golden record: --out %s is one file, and there are several scenarios: give a folder", out)
		}
		if !strings.HasSuffix(out, ".pcapng") {
			return "", false, fmt.Errorf("golden record: --out %s is a file that does not end in .pcapng", out)
		}
		return out, false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", false, fmt.Errorf("golden record: --out: %w", err)
	default:
		if err := os.MkdirAll(out, 0o777); err != nil {
			return "", false, fmt.Errorf("golden record: --out: %w", err)
		}
	}
	return filepath.Join(out, scenario+".pcapng"), true, nil
}
