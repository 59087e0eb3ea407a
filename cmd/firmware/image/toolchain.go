package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	tinygoPackage = "github.com/tinygo-org/tinygo"

	// laidPrefix marks our files in TinyGo's folders.
	laidPrefix = "stackproof_"
)

// tinygoBuild is how TinyGo is built. Its version is that of cmd/firmware/toolchain/go.mod.
var tinygoBuild = []string{"build", "-trimpath", "-buildvcs=false", "-tags=llvm19"}

// toolchain is a TinyGo below the repository.
type toolchain struct {
	repo string
	dir  string // everything that is made lies here
	log  io.Writer
}

func (t toolchain) tinygo() string { return filepath.Join(t.dir, "tinygo") }
func (t toolchain) root() string   { return filepath.Join(t.dir, "root") }
func (t toolchain) cache() string  { return filepath.Join(t.dir, "cache") }
func (t toolchain) stamp() string  { return filepath.Join(t.dir, "stamp") }
func (t toolchain) module() string { return filepath.Join(t.repo, "cmd", "firmware", "toolchain") }

// ensure builds TinyGo unless the one that is there was built by this recipe.
func (t toolchain) ensure(ctx context.Context) error {
	want, err := t.recipe(ctx)
	if err != nil {
		return err
	}
	if t.current(want) {
		return nil
	}
	fmt.Fprintln(t.log, "image: building TinyGo (once; about a minute)")
	for _, old := range []string{t.stamp(), t.root(), t.cache()} {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("image: %w", err)
		}
	}
	if _, err := t.goCommand(ctx, append(tinygoBuild, "-o", t.tinygo(), tinygoPackage)...); err != nil {
		return err
	}
	source, err := t.goCommand(ctx, "list", "-m", "-f", "{{.Dir}}", tinygoPackage)
	if err != nil {
		return err
	}
	if err := t.makeRoot(source); err != nil {
		return fmt.Errorf("image: copy of TinyGo's library: %w", err)
	}
	if err := os.WriteFile(t.stamp(), []byte(want), 0o666); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	return nil
}

// current tells whether the recipe want has been carried out to its end: the stamp is written last.
func (t toolchain) current(want string) bool {
	have, err := os.ReadFile(t.stamp())
	return err == nil && string(have) == want
}

// makeRoot makes the TINYGOROOT: the library of the module at source, in a copy that we can add files to.
func (t toolchain) makeRoot(source string) error {
	if err := os.CopyFS(filepath.Join(t.root(), "src"), os.DirFS(filepath.Join(source, "src"))); err != nil {
		return err
	}
	// src/net is a git submodule, absent from the module but expected to exist.
	for _, dir := range []string{"src/net", "targets/ld"} {
		if err := os.MkdirAll(filepath.Join(t.root(), dir), 0o777); err != nil {
			return err
		}
	}
	// A module of its own: else `./...` at the repository's root would reach in here.
	return os.WriteFile(filepath.Join(t.root(), "go.mod"), []byte("module tinygoroot\n"), 0o666)
}

// lay puts our runtime, start code and linker scripts into TinyGo's folders, in place of those laid before.
func (t toolchain) lay() error {
	old, err := filepath.Glob(filepath.Join(t.root(), "*", "*", laidPrefix+"*"))
	if err != nil {
		return err
	}
	for _, o := range old {
		if err := os.Remove(o); err != nil {
			return err
		}
	}
	from := filepath.Join(t.repo, "cmd", "firmware", "runtime")
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		place := filepath.Join("src", "runtime")
		if filepath.Ext(e.Name()) == ".ld" {
			place = filepath.Join("targets", "ld")
		}
		if err := os.WriteFile(filepath.Join(t.root(), place, laidPrefix+e.Name()), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// recipe is a hash of all that decides what TinyGo will be.
func (t toolchain) recipe(ctx context.Context) (string, error) {
	// TinyGo refuses to work with a newer Go than it was built with.
	version, err := t.goCommand(ctx, "version")
	if err != nil {
		return "", err
	}
	parts := append([]string{version}, tinygoBuild...)
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(t.module(), name))
		if err != nil {
			return "", fmt.Errorf("image: %w", err)
		}
		parts = append(parts, string(text))
	}
	return digest(parts), nil
}

// digest hashes parts so that no other list of parts has the same hash.
func digest(parts []string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// goCommand runs the go command in the toolchain's module and returns what it printed, trimmed.
func (t toolchain) goCommand(ctx context.Context, args ...string) (string, error) {
	return output(ctx, t.module(), hostEnv(), "go", args...)
}
