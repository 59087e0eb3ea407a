package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCompat() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compat",
		Short: "hold the lwIP face of the sockets against lwIP",
		Long:  `compat says whether a program that was made for lwIP will do with this stack's lwIP face.`,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%s: unknown command %q: see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newCompatDiff(), newCompatSymbols())
	return cmd
}
