//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"stackproof/cmd/internal/notrun"
)

// liveLimit ends every live step: these tests meet a real kernel, in real time.
const liveLimit = 60 * time.Second

// live is a network namespace with the stack at one end of a TAP and the kernel at the other.
type live struct {
	t  *testing.T
	ns string
}

// newLive makes the namespace, or says why it cannot.
func newLive(t *testing.T, args ...string) *live {
	t.Helper()
	if os.Geteuid() != 0 {
		notrun.Skip(t, "live", "making a network namespace needs root")
	}
	for _, tool := range []string{"ip", "ping", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			notrun.Skip(t, "live", "no "+tool+" on this machine")
		}
	}
	l := &live{t, fmt.Sprintf("stackproof-%d", os.Getpid())}
	if out, err := exec.Command("ip", "netns", "add", l.ns).CombinedOutput(); err != nil {
		notrun.Skip(t, "live", "cannot make a network namespace: "+strings.TrimSpace(string(out)))
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", l.ns).Run() })
	l.serve(args)
	for _, cmd := range []string{
		"addr add 10.9.0.1/24 dev tp0", "addr add fd00:9::1/64 dev tp0 nodad", "link set tp0 up", "link set lo up",
	} {
		out, err := exec.Command("ip", append([]string{"-n", l.ns}, strings.Fields(cmd)...)...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return l
}

// serve starts `stackproof serve` in the namespace and waits until it says that it is there.
func (l *live) serve(args []string) {
	cmd := exec.Command("ip", append([]string{"netns", "exec", l.ns, os.Args[0], "serve", "--tap", "tp0",
		"--addr", "10.9.0.2/24", "--addr6", "fd00:9::2/64"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=stackproof")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(l.t, err)
	require.NoError(l.t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	l.t.Cleanup(func() {
		// Ctrl-C must end it in good order, with code 0.
		kill := time.AfterFunc(liveLimit, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Process.Signal(os.Interrupt)
		for lines.Scan() {
			l.t.Log(lines.Text())
		}
		require.NoError(l.t, cmd.Wait(), stderr.String())
	})
	require.True(l.t, lines.Scan() && strings.HasPrefix(lines.Text(), "serve: on tp0"), "%s", &stderr)
}

// run runs a client in the namespace and returns its standard output.
func (l *live) run(env string, args ...string) []byte {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), liveLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", l.ns}, args...)...)
	cmd.Env = append(os.Environ(), env)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(l.t, err, "%s: %s%s", strings.Join(args, " "), out, &stderr)
	return out
}

// TestLive: the Linux kernel's own clients against the stack, IPv4 and IPv6.
func TestLive(t *testing.T) {
	capture := t.TempDir() + "/live.pcapng"
	l := newLive(t, "--pcap", capture)
	for _, host := range []string{"10.9.0.2", "fd00:9::2"} {
		url := "http://" + net.JoinHostPort(host, "80")
		t.Run("ping "+host, func(t *testing.T) {
			out := string(l.run("", "ping", "-c", "5", "-i", "0.2", "-W", "5", host))
			require.Contains(t, out, "5 received")
		})
		t.Run("ping 1400 bytes "+host, func(t *testing.T) {
			out := string(l.run("", "ping", "-c", "3", "-i", "0.2", "-W", "5", "-s", "1400", host))
			require.Contains(t, out, "3 received")
			require.NotContains(t, out, "wrong data")
		})
		t.Run("curl 10M "+host, func(t *testing.T) {
			const size = 10 << 20
			got := l.run("", "curl", "-sS", "--fail", "-g", url+"/data/10M")
			require.Len(t, got, size)
			want := sha256.New()
			_, err := io.CopyN(want, &testData{}, size)
			require.NoError(t, err)
			sum := sha256.Sum256(got)
			require.Equal(t, hex.EncodeToString(want.Sum(nil)), hex.EncodeToString(sum[:]))
		})
		t.Run("curl of a bad size "+host, func(t *testing.T) {
			require.Equal(t, "400", string(l.run("", "curl", "-sS", "-g", "-o", "/dev/null", "-w", "%{http_code}", url+"/data/10X")))
		})
		for _, network := range []string{"tcp", "udp"} {
			t.Run("echo "+network+" "+host, func(t *testing.T) {
				l.run(asProgram+"=echo", os.Args[0], network, net.JoinHostPort(host, "7"))
			})
		}
	}
	t.Run("capture", func(t *testing.T) { requireCapture(t, capture) })
}

// requireCapture opens what --pcap wrote with a reader that is not ours.
func requireCapture(t *testing.T, path string) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r, err := pcapgo.NewNgReader(f, pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	n := 0
	for {
		_, _, err := r.ReadPacketData()
		if err != nil {
			break // at the latest where the file ends: serve still writes it
		}
		n++
	}
	require.Greater(t, n, 2*10<<20/1460, "two downloads of 10 MiB are in it")
}
