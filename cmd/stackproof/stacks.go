package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/image"
	"stackproof/cmd/firmware/qemu"
	"stackproof/conformance"
	"stackproof/conformance/device/console"
	"stackproof/conformance/peers/lwip"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/remote"
)

// stacksHelp tells what --stack takes.
const stacksHelp = `  stackproof             this project's stack, in this process (the default)
  pipe                   the same in a child process
  image                  the same in the RISC-V image under QEMU, the cases on board
  p4emu                  the same in the image for the ESP32-P4, on an emulated one: stackproof device build makes it
  image-sut              the image as a stack under test on its serial line, the cases here
  lwip                   lwIP from Debian's source package, with its own waivers
  exec:COMMAND ARG...    a child process that speaks PROTOCOL.md on its standard input and output
  uart:COMMAND ARG...    the same with the framing of a serial line
  serial:DEVICE@BAUD     a board on a serial line`

// addLimit adds the flag that says how long a stack in another process may take.
func addLimit(cmd *cobra.Command, limit *time.Duration) {
	cmd.Flags().DurationVar(limit, "limit", remote.DefaultLimit, "real time in which a stack in another process must answer")
}

// openStack reaches the stack of this name, over a link that it has itself; limit is the real time in which one in another process must answer.
func openStack(ctx context.Context, name, link string, suite *conformance.Suite, limit time.Duration) (conformance.Executor, error) {
	switch name {
	case "image":
		boot, err := bootImage(ctx)
		if err != nil {
			return nil, err
		}
		return console.New(boot, suite, 0), nil
	case "p4emu":
		board, err := onEmulator(ctx, suite)
		if err == nil && link != conformance.DirectLink {
			board.POSIX.Link, board.LwIP.Link = link, link
		}
		return board, err
	}
	s, err := openSUT(ctx, name, limit)
	if err != nil {
		return nil, err
	}
	return conformance.NewLocal(s), nil
}

// onBoard tells whether a stack of this name has its cases with it.
func onBoard(name string) bool { return name == "image" || name == "p4emu" }

// openSUT reaches a stack as a sut.SUT.
func openSUT(ctx context.Context, name string, limit time.Duration) (sut.SUT, error) {
	if limit <= 0 {
		return nil, fmt.Errorf("stackproof: --limit %v: it must be more than 0", limit)
	}
	if name == conformance.OwnStack {
		return large.New(), nil
	}
	t, err := transport(ctx, name)
	if err != nil {
		return nil, err
	}
	return distant(ctx, t, limit), nil
}

// distant is the stack behind a transport, which ends soon after ctx does, whatever it is at.
func distant(ctx context.Context, t remote.Transport, limit time.Duration) *remote.Stack {
	s := remote.New(t, limit)
	s.EndWith(soonAfter(ctx))
	return s
}

// soonAfter is a context that ends half a second after ctx: until then the run at hand may come to its end.
func soonAfter(ctx context.Context) context.Context {
	soon, end := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(500*time.Millisecond, end) })
	return soon
}

// transport is the way to a stack that is not in this process.
func transport(ctx context.Context, name string) (remote.Transport, error) {
	switch {
	case name == conformance.OwnStack, name == "pipe":
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("stackproof: cannot find its own program: %w", err)
		}
		return &remote.Command{Argv: []string{self, "shim"}}, nil
	case name == "lwip":
		repo, err := lwip.Repo(".")
		if err != nil {
			return nil, fmt.Errorf("stackproof: lwIP is built in the repository: %w", err)
		}
		program, err := lwip.Build(ctx, repo, os.Stderr)
		return &remote.Command{Argv: []string{program}}, err
	case name == "image-sut":
		boot, err := bootImage(ctx)
		if err != nil {
			return nil, err
		}
		return &remote.Dial{Name: name, Line: true, Func: func() (io.ReadWriteCloser, error) { return console.Serve(boot, 0) }}, nil
	case strings.Contains(name, ":"):
		t, err := remote.Parse(name)
		if err == nil {
			err = reachable(t)
		}
		return t, err
	}
	return nil, fmt.Errorf("stackproof: no stack is called %q: see stackproof run --help", name)
}

// reachable finds out, before anything runs, that a program or a serial line is not there: that is the user's mistake,
// not the stack's failure.
func reachable(t remote.Transport) (err error) {
	switch t := t.(type) {
	case *remote.Command:
		_, err = exec.LookPath(t.Argv[0])
	case *remote.Serial:
		var line io.Closer
		if line, err = t.Open(); err == nil {
			err = line.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("stackproof: cannot reach the stack %s: %w", t, err)
	}
	return nil
}

// bootImage finds the image, and QEMU to boot it.
func bootImage(ctx context.Context) (func() (io.ReadWriteCloser, error), error) {
	repo, err := image.Repo(".")
	if err != nil {
		return nil, fmt.Errorf("stackproof: the image is built in the repository: %w", err)
	}
	elf := filepath.Join(repo, "build", "firmware.elf")
	if _, err := os.Stat(elf); err != nil {
		return nil, fmt.Errorf("stackproof: there is no image %s: make image builds it", filepath.Join("build", "firmware.elf"))
	}
	list := filepath.Join(filepath.Dir(elf), image.Cases)
	if err := qemu.Available(); err != nil {
		return nil, err
	}
	soon := soonAfter(ctx)
	return func() (io.ReadWriteCloser, error) { return qemu.Start(soon, elf, list) }, nil
}
