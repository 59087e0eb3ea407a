package image

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hostEnv is the environment for building on and for this machine, whatever the caller's says, with clang as the only
// C compiler that must be there.
func hostEnv() []string {
	return append(os.Environ(), "GOOS=", "GOARCH=", "GOWORK=off", "GOFLAGS=-mod=readonly", "CGO_ENABLED=1",
		"CC=clang-19", "CXX=clang++-19")
}

// commandError is a program that failed and what it said on standard error.
type commandError struct {
	command string
	err     error
	said    string
}

func (e *commandError) Error() string {
	return fmt.Sprintf("image: %s: %v\n%s", e.command, e.err, strings.TrimSpace(e.said))
}

func (e *commandError) Unwrap() error { return e.err }

// output runs a program and returns its standard output, trimmed. An error is a commandError.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var out, problem strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &problem
	if err := cmd.Run(); err != nil {
		return "", &commandError{filepath.Base(name) + " " + strings.Join(args, " "), err, problem.String()}
	}
	return strings.TrimSpace(out.String()), nil
}
