package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/conformance"
	"stackproof/conformance/report"
)

// scriptFlags are the arguments of `stackproof script`.
type scriptFlags struct {
	stack, profile string
	defines        []string
	options        []string
	limit          time.Duration
	verbose        bool
}

func newScript() *cobra.Command {
	f := scriptFlags{}
	cmd := &cobra.Command{
		Use:   "script FILE|FOLDER...",
		Short: "run packetdrill scripts against a stack",
		Long: `script runs scripts that were written for packetdrill, in google's dialect or nplab's (FreeBSD's suite),
in virtual time. A folder is all *.pkt files below it. What a suite's runner gives packetdrill on its command line goes
into -D and -o: the Linux kernel's and google's runners start each script for IPv4 and, with -o ip_version=ipv6 and
-o mtu=1520, for IPv6.

A script may take for granted what another kernel does. PROFILE strict holds the stack to every word of it; neutral
leaves open which TCP options come in which order (but the MSS), windows and their scale, how a stream is cut into
segments and how many of them one acknowledgment is for.

It prints a line for each script: PASS, FAIL with the file, the line and the reason, UNSUPPORTED with the construct
(fast open, epoll, splice, sendfile, zero copy, PSP, TCP over UDP, SCTP), NOTRUN.
A script that cannot be read or parsed is a FAIL.
A case of our own (with an id: line) is run in all its forms, without its twin: run FILE.pkt is for those.
STACK is as with run, but not image.

Exit codes: 0 all as expected, 1 a failure, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof script my.pkt -v
  stackproof script --profile neutral packetdrill/gtests
  stackproof script -D TFO_COOKIE=0011223344556677 -o ip_version=ipv6 selftests/net/packetdrill`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("%s: no file and no folder: see %s --help", cmd.CommandPath(), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runScripts(cmd.Context(), &f, args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.stack, "stack", conformance.OwnStack, "the stack under test")
	fl.StringVar(&f.profile, "profile", "strict", "strict or neutral")
	fl.StringArrayVarP(&f.defines, "define", "D", nil, "NAME=VALUE: a word that stands for another")
	fl.StringArrayVarP(&f.options, "option", "o", nil, "NAME=VALUE: a --NAME=VALUE line at the head of each script that has none of that name")
	addLimit(cmd, &f.limit)
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "what happened before each failure")
	return cmd
}

// runScripts runs all scripts and reports.
func runScripts(ctx context.Context, f *scriptFlags, args []string, stdout, stderr io.Writer) error {
	if f.profile != "strict" && f.profile != "neutral" {
		return fmt.Errorf("script: there is no profile %q: want strict or neutral", f.profile)
	}
	for _, word := range slices.Concat(f.defines, f.options) {
		if name, _, ok := strings.Cut(word, "="); !ok || name == "" {
			return fmt.Errorf("script: %q, which --define or --option has: want NAME=VALUE", word)
		}
	}
	files, err := scriptFiles(args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintln(stdout, "script: total=0 pass=0 fail=0 unsupported=0")
		fmt.Fprintf(stderr, "stackproof: no script (*.pkt) in %s: nothing ran\n", strings.Join(args, ", "))
		return exitCode(report.ExitNone)
	}
	stack, err := openSUT(ctx, f.stack, f.limit)
	if err != nil {
		return err
	}
	exec := conformance.NewLocal(stack)
	defer exec.Close()
	s := &conformance.Scripts{Stack: f.stack, Command: command(), Exec: exec, Neutral: f.profile == "neutral", Defines: f.defines, Options: f.options}
	screen := newScreen(stdout, io.Discard, true, len(files))
	var counts report.Counts
	for _, file := range files {
		r := conformance.ScriptResult{Outcome: report.NotRun, Why: "interrupted"}
		if ctx.Err() == nil {
			done := s.Run(file)
			if ctx.Err() == nil || done.Outcome == report.Pass || done.Outcome == report.Unsupported {
				r = done // else it may have been broken off
			}
		}
		counts[r.Outcome]++
		line := screen.label(r.Outcome) + " " + file
		if r.Why != "" {
			line += ": " + r.Why
		}
		fmt.Fprintln(stdout, line)
		if f.verbose && r.Failure != nil {
			r.Failure.Text(stdout)
		}
	}
	fmt.Fprintf(stdout, "script: total=%d pass=%d fail=%d unsupported=%d\n", len(files), counts[report.Pass],
		counts[report.Fail], counts[report.Unsupported])
	if ctx.Err() != nil {
		return fmt.Errorf("script: interrupted: %d of %d scripts not run", counts[report.NotRun], len(files))
	}
	if code := counts.ExitCode(); code != report.ExitOK {
		return exitCode(code)
	}
	return nil
}

// scriptFiles are the scripts of files and folders, in their order.
func scriptFiles(args []string) (files []string, err error) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (path == arg || filepath.Ext(path) == ".pkt") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
	}
	return files, nil
}
