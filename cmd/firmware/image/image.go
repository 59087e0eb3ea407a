// Package image builds flash images: it makes TinyGo from its Go module where it is not there yet, compiles one
// package of this module with it for a board, and reads the sizes of what came out.
//
// Everything that is made lies in build/toolchain below the repository; cmd/firmware/README.md tells what and why.
package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"stackproof/conformance/filelock"
)

// Release is the optimisation level of images: TinyGo's -opt.
const Release = "z"

// The boards that images are built for, by the names of their files in cmd/firmware/board.
const (
	Virt    = "virt"    // QEMU's virt machine
	ESP32P4 = "esp32p4" // the ESP32-P4, real or emulated by cmd/p4emu
)

// Options say what to build.
type Options struct {
	Repo    string    // the repository's root: see Repo
	Package string    // the main package, as the go command names it from Repo: "./cmd/firmware"
	Output  string    // the ELF file to write
	Board   string    // the board's name; empty means Virt
	Opt     string    // TinyGo's -opt; empty means Release
	March   string    // the instruction set; empty means RV32IMAC
	Tags    []string  // build tags of its own
	Script  string    // the linker script of cmd/firmware/runtime, without .ld; empty means the board's
	Log     io.Writer // progress, one line each; nil discards it
}

// Build makes an image and returns its sizes. A MissingError says what is to be installed; any other error carries
// what the compiler or the linker said. Builds in one repository wait for each other.
func Build(ctx context.Context, o Options) (Sizes, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.Opt == "" {
		o.Opt = Release
	}
	if o.Board == "" {
		o.Board = Virt
	}
	if o.Script == "" {
		o.Script = o.Board
	}
	if o.March == "" {
		o.March = RV32IMAC
	}
	if err := Available(); err != nil {
		return Sizes{}, err
	}
	out, err := filepath.Abs(o.Output)
	if err != nil {
		return Sizes{}, fmt.Errorf("image: %w", err)
	}
	t := toolchain{repo: o.Repo, dir: filepath.Join(o.Repo, "build", "toolchain"), log: o.Log}
	for _, dir := range []string{t.dir, filepath.Dir(out)} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return Sizes{}, fmt.Errorf("image: %w", err)
		}
	}
	unlock, err := filelock.Lock(filepath.Join(t.dir, "lock"))
	if err != nil {
		return Sizes{}, fmt.Errorf("image: lock: %w", err)
	}
	defer unlock()
	if err := t.ensure(ctx); err != nil {
		return Sizes{}, err
	}
	if err := t.lay(); err != nil {
		return Sizes{}, fmt.Errorf("image: our files in TinyGo's folders: %w", err)
	}
	if err := t.compile(ctx, o, out); err != nil {
		return Sizes{}, err
	}
	return ReadSizes(out)
}

func (t toolchain) compile(ctx context.Context, o Options, out string) error {
	libs, err := libraries(ctx, o.March)
	if err != nil {
		return err
	}
	description := filepath.Join(t.dir, o.Board+".json")
	if err := newTarget(o, libs).write(description); err != nil {
		return err
	}
	// TinyGo's cache moves in here with XDG_CACHE_HOME; the go command's, which would follow, stays where it is.
	cache, err := t.goCommand(ctx, "env", "GOCACHE")
	if err != nil {
		return err
	}
	env := append(hostEnv(), "TINYGOROOT="+t.root(), "XDG_CACHE_HOME="+t.cache(), "GOCACHE="+cache)
	_, err = output(ctx, t.repo, env, t.tinygo(), "build", "-target="+description, "-opt="+o.Opt, "-print-allocs=.",
		"-o="+out, o.Package)
	if failed := (*commandError)(nil); errors.As(err, &failed) {
		failed.said = explain(failed.said, filepath.Join(t.root(), "src"), t.repo)
	}
	return err
}

// Repo finds the repository's root from a folder within it.
func Repo(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	for d := start; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "cmd", "firmware", "toolchain", "go.mod")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("image: %s is not within the repository (no cmd/firmware/toolchain above it)", start)
		}
	}
}
