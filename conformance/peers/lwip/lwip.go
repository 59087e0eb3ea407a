// Package lwip makes a stack under test of lwIP: it fetches Debian's source package, compiles it together with the shim
// in the folder shim, and says where the program is. README.md tells how lwIP is set and what the cases find in it.
package lwip

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stackproof/conformance/filelock"
)

// Version is the version of lwIP that the settings and the waivers are for.
const Version = "2.1.3"

// Folder is where the peer's files are, from the repository's root.
var Folder = filepath.Join("conformance", "peers", "lwip")

// Waivers is the file that says what lwIP is known to fail, from the repository's root.
var Waivers = filepath.Join(Folder, "waivers.txt")

// ErrUnavailable is why a machine cannot have the peer, though nothing is wrong with the project.
var ErrUnavailable = errors.New("lwip: not to be had here")

func unavailable(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnavailable, fmt.Sprintf(format, args...))
}

// Repo finds the repository's root from a folder within it.
func Repo(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("lwip: %w", err)
	}
	for d := start; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, Folder, "shim", "lwipopts.h")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("lwip: %s is not within the repository (no %s above it)", start, Folder)
		}
	}
}

// Build makes the program if it is not there yet, or is older than what it is made of, and returns its path. It says on
// log what it does. An error is an ErrUnavailable where the machine lacks a package or the source cannot be fetched.
func Build(ctx context.Context, repo string, log io.Writer) (program string, err error) {
	if missing := missing(); len(missing) > 0 {
		return "", unavailable("packages are missing: apt-get install --no-install-recommends %s", strings.Join(missing, " "))
	}
	b, unlock, err := newBuilder(repo, log)
	if err != nil {
		return "", err
	}
	defer unlock()
	return b.program(ctx)
}

// Source returns the folder src of lwIP's sources, with the changes that the peer is made of, and fetches and unpacks them
// if they are not there. It says on log what it does. An error is an ErrUnavailable where that cannot be.
func Source(ctx context.Context, repo string, log io.Writer) (dir string, err error) {
	if missing := missing("apt", "tar", "xz-utils"); len(missing) > 0 {
		return "", unavailable("packages are missing: apt-get install --no-install-recommends %s", strings.Join(missing, " "))
	}
	b, unlock, err := newBuilder(repo, log)
	if err != nil {
		return "", err
	}
	defer unlock()
	return b.source(ctx)
}

// newBuilder waits until it has the folder for itself.
func newBuilder(repo string, log io.Writer) (b builder, unlock func(), err error) {
	dir := filepath.Join(repo, "build", "peers", "lwip")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return builder{}, nil, fmt.Errorf("lwip: %w", err)
	}
	unlock, err = filelock.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return builder{}, nil, fmt.Errorf("lwip: lock: %w", err)
	}
	return builder{dir: dir, shim: filepath.Join(repo, Folder, "shim"), log: log}, unlock, nil
}

// needs are the Debian packages that a build takes, each with a file of it.
var needs = []struct{ pkg, file string }{
	{"apt", "/usr/bin/apt-get"},
	{"gcc", "/usr/bin/gcc"},
	{"libc6-dev", "/usr/include/stdio.h"},
	{"tar", "/bin/tar"},
	{"xz-utils", "/usr/bin/xz"},
}

// missing are those packages that the machine lacks, of all or of those that are named.
func missing(of ...string) (pkgs []string) {
	for _, n := range needs {
		if len(of) > 0 && !slices.Contains(of, n.pkg) {
			continue
		}
		if _, err := os.Stat(n.file); err != nil {
			pkgs = append(pkgs, n.pkg)
		}
	}
	return pkgs
}

// builder makes the program in a folder.
type builder struct {
	dir, shim string
	log       io.Writer
}

// flags are the compiler's.
var flags = []string{"-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Werror"}

// sources are lwIP's files that are compiled, from its folder src.
var sources = []string{"core/*.c", "core/ipv4/*.c", "core/ipv6/*.c", "api/*.c", "netif/ethernet.c"}

// program compiles what is not compiled yet. Its name has a hash over all that it is made of, so that what is there is
// never stale.
func (b *builder) program(ctx context.Context) (string, error) {
	key, err := b.key()
	if err != nil {
		return "", err
	}
	program := filepath.Join(b.dir, "lwip-"+key)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	src, err := b.source(ctx)
	if err != nil {
		return "", err
	}
	var files []string
	for _, pattern := range append([]string{filepath.Join(b.shim, "*.c")}, under(src, sources)...) {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			return "", fmt.Errorf("lwip: no file %s", pattern)
		}
		files = append(files, found...)
	}
	fmt.Fprintf(b.log, "lwip: compiling %d files\n", len(files))
	fresh := program + ".new"
	args := slices.Concat(flags, []string{"-I" + b.shim, "-I" + filepath.Join(src, "include"), "-o", fresh}, files)
	if out, err := exec.CommandContext(ctx, "gcc", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("lwip: gcc: %w\n%s", err, out)
	}
	b.clean("lwip-*", filepath.Base(fresh))
	return program, os.Rename(fresh, program)
}

// key is a hash over the shim's files, lwIP's version, what is changed in it, and how it is compiled.
func (b *builder) key() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, Version, changes, flags, sources)
	err := filepath.WalkDir(b.shim, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(p)
		fmt.Fprintf(h, "%s %d\n%s", strings.TrimPrefix(p, b.shim), len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("lwip: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// clean takes away what earlier builds have left.
func (b *builder) clean(pattern, but string) {
	old, _ := filepath.Glob(filepath.Join(b.dir, pattern))
	for _, p := range old {
		if filepath.Base(p) != but {
			_ = os.RemoveAll(p)
		}
	}
}

func under(dir string, names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = filepath.Join(dir, filepath.FromSlash(n))
	}
	return all
}
