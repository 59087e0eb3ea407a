// Command build makes the program that is lwIP as a stack under test, and prints its path:
//
//	go run ./conformance/peers/lwip/build
//
// It exits with 2 where the machine lacks a Debian package or the source package cannot be had, with 1 where the program
// does not compile.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"stackproof/conformance/peers/lwip"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 {
		fmt.Fprintf(os.Stderr, "build: unexpected argument %q: there are none\n", os.Args[1])
		os.Exit(2)
	}
	repo, err := lwip.Repo(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	program, err := lwip.Build(ctx, repo, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, lwip.ErrUnavailable) {
			os.Exit(2)
		}
		os.Exit(1)
	}
	fmt.Println(program)
}
