// Command stackproof proves that a TCP/IP stack keeps its promises: it runs conformance cases against a stack, in
// virtual time, and reports what held and what did not.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"stackproof/conformance/report"
)

func main() {
	// The first Ctrl-C ends the work in good order; a second one, when the handler is gone, ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// execute runs one command line and returns the exit code. A user's mistake is one line on stderr and code 2.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(goFlags(root, args))
	root.SetIn(stdin)
	out := &output{Writer: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var code exitCode
	if e := out.failed(); e != nil && (err == nil || errors.As(err, &code)) {
		err = e
	}
	switch {
	case err == nil:
		return report.ExitOK
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(stderr, oneLine(err))
	return report.ExitTester
}

// goFlags lets a flag have one dash, as the go command has it: -run is --run, where the command has a flag of that name.
func goFlags(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil {
		return args
	}
	args = slices.Clone(args)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		name, ok := strings.CutPrefix(arg, "-")
		name, _, _ = strings.Cut(name, "=")
		if ok && len(name) > 1 && cmd.Flags().Lookup(name) != nil {
			args[i] = "-" + arg
		}
	}
	return args
}

// exitCode is the error of a command that has said all there is to say and ends with this code.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// oneLine is the error as one line that begins with the place that speaks.
func oneLine(err error) string {
	line := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	first, _, ok := strings.Cut(line, ": ")
	if place := strings.TrimPrefix(strings.TrimPrefix(first, "stackproof "), "device "); !ok || strings.ContainsRune(place, ' ') {
		line = "stackproof: " + line
	}
	return line
}

// atMost is for a command that takes so many arguments; what says which, in words.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return fmt.Errorf("%s: unexpected argument %q: it takes %s", cmd.CommandPath(), args[n], what)
		}
		return nil
	}
}

// parsing is how package strconv names its functions and, once more, the value.
var parsing = regexp.MustCompile(`strconv\.\w+: parsing ".*": `)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "stackproof",
		Short: "prove that a TCP/IP stack keeps its promises",
		Long: `stackproof runs conformance cases against a TCP/IP stack, in virtual time, and reports
what held and what did not.`,
		Example: `  stackproof run                          every case, against the stack of this project
  stackproof run tcp/close -v             some cases, each with its line
  stackproof run --stack pipe --out DIR   the stack in a child process, results in DIR
  stackproof explain tcp/close/active     what one case demands, and how it went
  stackproof reqs                         which requirements are proven`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("stackproof: unknown command %q: see stackproof --help", args[0])
			}
			return cmd.Help()
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		what := parsing.ReplaceAllString(err.Error(), "")
		return fmt.Errorf("%s: %s: see %s --help", cmd.CommandPath(), what, cmd.CommandPath())
	})
	root.AddCommand(newCompat(), newRun(), newDevice(), newEdits(), newExplain(), newFuzz(), newGolden(), newReqs(), newRobust(), newMutants(), newScript(), newServe(), newShim(), newShimCheck(), newSimulate(), newTCPMachine(), newWire())
	return root
}
