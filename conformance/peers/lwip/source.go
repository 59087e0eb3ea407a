package lwip

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// changes are what of Espressif's is not in lwIP 2.1.3 and cannot be a setting otherwise: the text in a file, which must
// be there once, and what stands in its place.
var changes = []struct{ file, old, new string }{
	// The first retransmission time-out is a setting (as it is in lwIP from 2.2.0 on).
	{"core/tcp.c", "pcb->rto = 3000 / TCP_SLOW_INTERVAL;", "pcb->rto = LWIP_TCP_RTO_TIME / TCP_SLOW_INTERVAL;"},
	{"core/tcp.c", "pcb->sv = 3000 / TCP_SLOW_INTERVAL;", "pcb->sv = LWIP_TCP_RTO_TIME / TCP_SLOW_INTERVAL;"},
	// The timers of groups run when they are needed: see shim/stack.c.
	{"core/timeouts.c", "{IGMP_TMR_INTERVAL, HANDLER(igmp_tmr)},", ""},
	// No name server is ever asked, so nothing waits for one.
	{"core/timeouts.c", "{DNS_TMR_INTERVAL, HANDLER(dns_tmr)},", ""},
	{"core/timeouts.c", "{MLD6_TMR_INTERVAL, HANDLER(mld6_tmr)},", ""},
}

// source is lwIP's folder src, fetched and unpacked if it is not there as it is to be: the last that is written into its
// folder is what was changed in it.
func (b *builder) source(ctx context.Context) (string, error) {
	dir := filepath.Join(b.dir, "source-"+Version)
	src := filepath.Join(dir, "src")
	done, state := filepath.Join(dir, "changes"), fmt.Sprintln(changes)
	if text, err := os.ReadFile(done); err == nil && string(text) == state {
		return src, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("lwip: %w", err)
	}
	archive, err := b.archive(ctx)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("lwip: %w", err)
	}
	// Without Debian's changes: they give the sockets the C library's constants, and are for its own build.
	if out, err := exec.CommandContext(ctx, "tar", "-xJf", archive, "-C", dir, "--strip-components=1").CombinedOutput(); err != nil {
		return "", fmt.Errorf("lwip: tar: %w\n%s", err, out)
	}
	for _, c := range changes {
		if err := change(filepath.Join(src, filepath.FromSlash(c.file)), c.old, c.new); err != nil {
			return "", err
		}
	}
	if err := os.WriteFile(done, []byte(state), 0o666); err != nil {
		return "", fmt.Errorf("lwip: %w", err)
	}
	return src, nil
}

// change replaces a text that a file has once.
func change(file, old, new string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("lwip: %w", err)
	}
	if n := strings.Count(string(text), old); n != 1 {
		return fmt.Errorf("lwip: %s has %q %d times, not once", filepath.Base(file), old, n)
	}
	return os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o666)
}

// archive is lwIP's own sources as Debian has them, fetched if they are not there.
func (b *builder) archive(ctx context.Context) (string, error) {
	if p := b.fetched(); p != "" {
		return p, nil
	}
	fmt.Fprintln(b.log, "lwip: fetching the source package")
	apt, err := newPrivateApt(filepath.Join(b.dir, "apt"))
	if err != nil {
		return "", err
	}
	said, err := apt.run(ctx, b.dir, "update")
	if err == nil {
		said, err = apt.run(ctx, b.dir, "source", "--download-only", "lwip")
	}
	if p := b.fetched(); p != "" {
		return p, nil
	}
	if err != nil {
		return "", unavailable("the source package cannot be fetched: %v: %s", err, lastLine(said))
	}
	return "", unavailable("Debian's source package lwip is not %s here, for which the settings and the waivers are", Version)
}

// fetched is the archive in the folder, "" if there is none.
func (b *builder) fetched() string {
	found, _ := filepath.Glob(filepath.Join(b.dir, "lwip_"+Version+"*.orig.tar.xz"))
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// privateApt is apt-get with lists of its own: the machine's sources, each for source packages. Nothing that belongs to
// the machine is changed.
type privateApt struct{ options []string }

// newPrivateApt makes the lists in a folder from those of the machine.
func newPrivateApt(dir string) (*privateApt, error) {
	parts := filepath.Join(dir, "sources")
	for _, d := range []string{parts, filepath.Join(dir, "lists", "partial"), filepath.Join(dir, "cache", "archives", "partial")} {
		if err := os.MkdirAll(d, 0o777); err != nil {
			return nil, fmt.Errorf("lwip: %w", err)
		}
	}
	files, _ := filepath.Glob("/etc/apt/sources.list.d/*")
	any := false
	for _, file := range append([]string{"/etc/apt/sources.list"}, files...) {
		text, err := os.ReadFile(file)
		ext := filepath.Ext(file)
		if err != nil || ext != ".list" && ext != ".sources" {
			continue
		}
		if text := forSources(string(text), ext == ".sources"); text != "" {
			any = true
			if err := os.WriteFile(filepath.Join(parts, filepath.Base(file)), []byte(text), 0o666); err != nil {
				return nil, fmt.Errorf("lwip: %w", err)
			}
		}
	}
	if !any {
		return nil, unavailable("this machine has no sources of Debian packages")
	}
	a := &privateApt{}
	for _, o := range []string{
		"Dir::Etc::sourcelist=/dev/null", "Dir::Etc::sourceparts=" + parts, "Dir::State::lists=" + filepath.Join(dir, "lists"),
		"Dir::Cache=" + filepath.Join(dir, "cache"), "APT::Sandbox::User=root", "Acquire::Languages=none",
		"Acquire::Retries=2", "Acquire::http::Timeout=20", "Acquire::https::Timeout=20",
	} {
		a.options = append(a.options, "-o", o)
	}
	return a, nil
}

func (a *privateApt) run(ctx context.Context, dir string, args ...string) (said string, err error) {
	cmd := exec.CommandContext(ctx, "apt-get", append(append([]string{"-q"}, a.options...), args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// forSources turns a list of sources of binary packages into one for source packages; what was for source packages
// already is in it too. "" if nothing is left. blocks: it is of the kind with a field a line (deb822).
func forSources(text string, blocks bool) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case blocks:
			if field, _, ok := strings.Cut(trimmed, ":"); ok && strings.EqualFold(field, "Types") {
				line = "Types: deb-src"
			}
			out = append(out, line)
		case strings.HasPrefix(trimmed, "deb-src "):
			out = append(out, trimmed)
		case strings.HasPrefix(trimmed, "deb "):
			out = append(out, "deb-src "+strings.TrimPrefix(trimmed, "deb "))
		}
	}
	if s := strings.TrimSpace(strings.Join(out, "\n")); s != "" {
		return s + "\n"
	}
	return ""
}
