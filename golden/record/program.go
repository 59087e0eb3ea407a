//go:build linux

package record

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A tool is a program that a scenario needs, by the Debian package that has it.
type tool struct{ program, pkg string }

var (
	toolIP         = tool{"ip", "iproute2"}
	toolPing       = tool{"ping", "iputils-ping"}
	toolTraceroute = tool{"traceroute", "traceroute"}
	toolCurl       = tool{"curl", "curl"}
	toolNginx      = tool{"nginx", "nginx-light"}
	toolArping     = tool{"arping", "arping"}
	toolMosquitto  = tool{"mosquitto", "mosquitto"}
	toolPublish    = tool{"mosquitto_pub", "mosquitto-clients"}
	toolSubscribe  = tool{"mosquitto_sub", "mosquitto-clients"}
	toolIperf      = tool{"iperf3", "iperf3"}
	toolOpenSSL    = tool{"openssl", "openssl"}
	toolDnsmasq    = tool{"dnsmasq", "dnsmasq-base"}
	toolDhclient   = tool{"dhclient", "isc-dhcp-client"}
	toolDig        = tool{"dig", "bind9-dnsutils"}
	toolRadvd      = tool{"radvd", "radvd"}
	toolAvahi      = tool{"avahi-daemon", "avahi-daemon"}
	toolChrony     = tool{"chronyd", "chrony"}
)

// lookPath finds a program, also where the path of an ordinary user does not lead.
func lookPath(program string) (string, error) {
	if p, err := exec.LookPath(program); err == nil {
		return p, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if p, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("no program %s on this machine", program)
}

// missing are the packages of those tools that are not there, each once.
func missing(tools []tool) (pkgs []string) {
	seen := map[string]bool{}
	for _, t := range tools {
		if _, err := lookPath(t.program); err != nil && !seen[t.pkg] {
			seen[t.pkg] = true
			pkgs = append(pkgs, t.pkg)
		}
	}
	return pkgs
}

// version names a tool's package with its version, as Debian has it.
func (t tool) version() string {
	out, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", t.pkg).Output()
	if err != nil || len(out) == 0 {
		return t.pkg + " (version unknown)"
	}
	return t.pkg + " " + string(out)
}

// kernelVersion is the kernel's release without what a builder has added to it.
func kernelVersion() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "(version unknown)"
	}
	release, _, _ := strings.Cut(unix.ByteSliceToString(u.Release[:]), "-")
	return release
}

// wrapper gives a program a /run and a /proc of its own and a host name of ours before it begins.
const wrapper = `mount -t tmpfs tmpfs /run && mount -t proc proc /proc && echo "$0" >/proc/sys/kernel/hostname && cd && exec "$@"`

// start starts a program in the host. It is the first of a process namespace: what it starts ends with it, and it ends with
// the lab, or with this process.
func (h *host) start(out *output, args ...string) (*exec.Cmd, error) {
	program, err := lookPath(args[0])
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(h.lab.ctx)
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", wrapper, h.name, program}, args[1:]...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=" + h.lab.dir}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL,
	}
	if err := h.Inside(cmd.Start); err != nil {
		cancel()
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	h.lab.atEnd(func() error {
		cancel()
		_ = cmd.Wait() // it was killed, or has been waited for
		return nil
	})
	return cmd, nil
}

// serve starts a program that works until the lab closes, and waits until somebody listens on a port of the host: "tcp
// 80", "udp 53" or "" for nothing to wait for. With "" the program must say for itself that it is there.
func (h *host) serve(port string, args ...string) error {
	var out output
	if _, err := h.start(&out, args...); err != nil {
		return err
	}
	if port == "" {
		return nil
	}
	var network string
	var number int
	if _, err := fmt.Sscan(port, &network, &number); err != nil {
		return fmt.Errorf("%s: bad port %q: %w", args[0], port, err)
	}
	err := h.lab.eventually(args[0]+" listens on "+port, func() bool { return h.listens(network, number) })
	if err != nil {
		return fmt.Errorf("%w: %s", err, out.lastLine())
	}
	return nil
}

// listens tells whether a port of the host is in use, by the kernel's own tables: to try it would be heard on the wire.
func (h *host) listens(network string, number int) bool {
	want := fmt.Sprintf(":%04X", number)
	found := false
	_ = h.Inside(func() error {
		for _, table := range []string{network, network + "6"} {
			text, _ := os.ReadFile("/proc/thread-self/net/" + table)
			for line := range strings.Lines(string(text)) {
				f := strings.Fields(line)
				listening := len(f) > 3 && (network == "udp" || f[3] == "0A")
				if listening && strings.HasSuffix(f[1], want) {
					found = true
				}
			}
		}
		return nil
	})
	return found
}

// run runs a client to its end. A failure tells what it said last.
func (h *host) run(args ...string) (string, error) {
	var out output
	cmd, err := h.start(&out, args...)
	if err != nil {
		return "", err
	}
	if err := cmd.Wait(); err != nil {
		if h.lab.ctx.Err() != nil {
			err = h.lab.ctx.Err()
		}
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out.lastLine())
	}
	return out.String(), nil
}

// runs runs clients one after the other.
func (h *host) runs(commands ...string) error {
	for _, c := range commands {
		if _, err := h.run(strings.Fields(c)...); err != nil {
			return err
		}
	}
	return nil
}

// file writes a file for the programs and returns its path.
func (l *lab) file(name, text string) (string, error) {
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", fmt.Errorf("%w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("%w", err)
	}
	return path, nil
}

// output is what a program says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// lastLine is what a failed program has said last.
func (o *output) lastLine() string {
	lines := strings.Split(strings.TrimSpace(o.String()), "\n")
	return lines[len(lines)-1]
}
