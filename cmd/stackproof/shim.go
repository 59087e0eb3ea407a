package main

import (
	"errors"

	"github.com/spf13/cobra"

	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/message"
	"stackproof/conformance/sut/shim"
)

func newShim() *cobra.Command {
	var line bool
	cmd := &cobra.Command{
		Use:   "shim",
		Short: "serve this project's stack on standard input and output",
		Long: `shim is the child process of --stack pipe: it speaks the stack-under-test protocol
(conformance/sut/PROTOCOL.md) on its standard input and output until the tester says bye.`,
		Example: "  stackproof run --stack 'exec:stackproof shim'",
		Args:    atMost(0, "none"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if isTerminal(cmd.OutOrStdout()) {
				return errors.New("shim: standard output is a terminal: the protocol is not for people")
			}
			f := message.Pipe
			if line {
				f = message.Line
			}
			return shim.Run(large.New(), cmd.InOrStdin(), cmd.OutOrStdout(), f)
		},
	}
	cmd.Flags().BoolVar(&line, "line", false, "with the framing of a serial line")
	return cmd
}
