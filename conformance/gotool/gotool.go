// Package gotool runs the go command on this module's own source tree, for what builds the tree anew: with faults in it, or
// instrumented for fuzzing.
package gotool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// module is the path of this module.
const module = "stackproof"

// Root finds the module's source tree, and the go command with it, from the working directory. why says what they are
// needed for.
func Root(ctx context.Context, why string) (string, error) {
	out, err := Run(ctx, ".", "list", "-m", "-f", "{{.Path}} {{.Dir}}")
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%s: that needs the go command, which is not there", why)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	name, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || name != module || dir == "" {
		return "", fmt.Errorf("%s: that needs the source tree of module %s around the working directory", why, module)
	}
	return dir, nil
}

// Run runs the go command in a folder and returns what it prints. What it says of an error is part of the error.
func Run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return out, err
}
