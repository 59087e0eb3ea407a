package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stackproof/conformance/device/port"
)

func newDeviceList() *cobra.Command {
	f := boardFlags{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "the boards of the file of boards, and the serial ports of this machine",
		Long: `list names the boards of the file of boards, and whether their ports are there, and the serial ports of this machine.

` + boardHelp + `

Exit codes: 0, 2 the file of boards is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return deviceList(&f, cmd.OutOrStdout()) },
	}
	cmd.Flags().StringVar(&f.file, "boards", "", "the file of boards (default "+boardFile+", if there is one here)")
	return cmd
}

func deviceList(f *boardFlags, stdout io.Writer) error {
	all, err := f.load()
	if err != nil {
		return err
	}
	ports, err := port.List()
	if err != nil {
		return err
	}
	for _, b := range all {
		there := "absent"
		if _, err := os.Stat(b.Port); err == nil || slices.Contains(ports, b.Port) {
			there = "present"
		}
		line := fmt.Sprintf("board %s: %s port=%s reset=%s baud=%d fast=%d", b.Name, there, b.Port, b.Reset, b.Baud, b.Fast)
		if b.Fixtures != nil {
			line += " fixtures=" + strings.Join(b.Fixtures, ",")
		}
		fmt.Fprintln(stdout, line)
	}
	for _, p := range ports {
		fmt.Fprintf(stdout, "port %s\n", p)
	}
	fmt.Fprintf(stdout, "list: boards=%d ports=%d\n", len(all), len(ports))
	return nil
}
