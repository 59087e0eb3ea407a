// Package emulator builds cmd/p4emu and runs an image on it as a child process.
package emulator

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stackproof/cmd/firmware/child"
	"stackproof/cmd/firmware/image"
)

// header is of the library that p4emu is linked with.
const header = "/usr/include/unicorn/unicorn.h"

// Available tells whether p4emu can be built; the error names the Debian package.
func Available() error {
	if _, err := os.Stat(header); err != nil {
		return fmt.Errorf("p4emu: %s not found: apt-get install --no-install-recommends libunicorn-dev", header)
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		return fmt.Errorf("p4emu: gcc not found: apt-get install --no-install-recommends gcc")
	}
	return nil
}

// Build makes p4emu in a folder and returns its path.
func Build(ctx context.Context, repo, dir string) (string, error) {
	if err := Available(); err != nil {
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(dir, "p4emu"))
	if err != nil {
		return "", fmt.Errorf("p4emu: %w", err)
	}
	var said strings.Builder
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "unicorn", "-o", path, "./cmd/p4emu")
	cmd.Dir, cmd.Env, cmd.Stderr = repo, append(os.Environ(), "CGO_ENABLED=1"), &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("p4emu: go build: %w\n%s", err, strings.TrimSpace(said.String()))
	}
	return path, nil
}

// Start boots an image on a p4emu, with more arguments for it if need be. What p4emu itself says, at the end of a run,
// comes as part of the serial line.
func Start(ctx context.Context, program string, files image.Files, args ...string) (*child.Machine, error) {
	if _, err := os.Stat(files.Flash); err != nil {
		return nil, fmt.Errorf("p4emu: image: %w", err)
	}
	return start(ctx, program, files.ELF, append(slices.Clone(args), files.Flash)...)
}

// start starts a p4emu with symbols from an ELF file.
func start(ctx context.Context, program, elf string, args ...string) (*child.Machine, error) {
	if _, err := os.Stat(elf); err != nil {
		return nil, fmt.Errorf("p4emu: image: %w", err)
	}
	argv := append([]string{program, "-elf", elf}, args...)
	return child.Start(ctx, child.Emulator{Name: "p4emu", Argv: argv, Merge: true})
}
