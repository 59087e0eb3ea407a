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

// output runs a program and returns its standard output, trimmed. An error carries what it said on standard error.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var out, problem strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &problem
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("image: %s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err,
			strings.TrimSpace(problem.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
