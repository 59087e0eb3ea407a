package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// newGolden is the commands about captures of real traffic.
func newGolden() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "golden",
		Short: "captures of real traffic: verify them, record them",
		Long: `golden is about captures of real traffic between programs that nobody here wrote. This project's
own lie in golden/captures, and in the program itself.`,
		Example: `  stackproof golden verify
  stackproof golden record --list`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("golden: unknown command %q: see %s --help", args[0], cmd.CommandPath())
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newGoldenVerify(), newGoldenRecord())
	return cmd
}
