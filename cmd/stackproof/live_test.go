//go:build linux

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"stackproof/conformance/notrun"
)

// live is a network namespace with the stack at one end of a TAP and the kernel at the other.
type live struct {
	t       *testing.T
	ns      *namespace
	command *exec.Cmd   // serve
	keys    *os.File    // its terminal
	lines   chan string // what it prints
}

// newLive makes the namespace, or says why it cannot.
func newLive(t *testing.T, args ...string) *live {
	t.Helper()
	l := &live{t: t, ns: newNamespace(t, "ping", "curl", "traceroute"), lines: make(chan string, 1000)}
	l.command = l.serve(args)
	l.ns.ip(t, "addr add 10.9.0.1/24 dev tp0", "addr add fd00:9::1/64 dev tp0 nodad", "link set tp0 up")
	l.awaitLink()
	return l
}

// awaitLink waits until the kernel's side really sends: what it is given in the first moments after "up" it drops.
func (l *live) awaitLink() {
	for _, host := range liveHosts {
		require.Eventually(l.t, func() bool {
			return l.ns.command(l.t.Context(), "ping", "-c", "1", "-W", "1", host).Run() == nil
		}, 30*time.Second, 10*time.Millisecond, "nobody answers at %s", host)
	}
}

// serve starts `stackproof serve` in the namespace, on a terminal, and waits until it says that it is there.
func (l *live) serve(args []string) *exec.Cmd {
	keys, terminal := pseudoTerminal(l.t)
	l.keys = keys
	p := startProgram(l.t, l.ns, terminal, append([]string{"serve", "--tap", "tp0", "--addr", "10.9.0.2/24",
		"--addr6", "fd00:9::2/64", "--gateway", "10.9.0.1", "--gateway6", "fd00:9::1"}, args...)...)
	l.lines = p.lines
	l.line("serve: on tp0")
	l.line("serve: http on port 80")
	return p.command
}

// pseudoTerminal returns what a terminal is to its user, and what it is to a program.
func pseudoTerminal(t *testing.T) (user, program *os.File) {
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = user.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	return user, program
}

// line is the next line that serve prints, which must begin so.
func (l *live) line(begin string) string {
	l.t.Helper()
	return nextLine(l.t, l.lines, begin)
}

// run runs a client in the namespace and returns its standard output.
func (l *live) run(env string, args ...string) []byte {
	l.t.Helper()
	return l.ns.run(l.t, env, args...)
}

// client runs a program of TestMain in the namespace.
func (l *live) client(name, host, port string, args ...string) {
	l.t.Helper()
	l.run(asProgram+"="+name, append([]string{os.Args[0], net.JoinHostPort(host, port)}, args...)...)
}

// The stack's addresses.
var liveHosts = []string{"10.9.0.2", "fd00:9::2"}

// each runs a step against both addresses.
func (l *live) each(name string, step func(l *live, host string)) {
	for _, host := range liveHosts {
		l.t.Run(name+" "+host, func(t *testing.T) {
			inner := *l
			inner.t = t
			step(&inner, host)
		})
	}
}

// download gets size bytes over HTTP and wants the right ones.
func (l *live) download(host string, size int) {
	l.t.Helper()
	sum := sha256.New()
	l.ns.pipe(l.t, sum, "", "curl", "-sS", "--fail", "-g", fmt.Sprintf("http://%s/data/%d", net.JoinHostPort(host, "80"), size))
	require.Equal(l.t, testSum(l.t, size), hex.EncodeToString(sum.Sum(nil)))
}

// upload puts size bytes over HTTP and wants their SHA-256 as the answer.
func (l *live) upload(host string, size int) {
	l.t.Helper()
	file, err := os.Create(l.t.TempDir() + "/up")
	require.NoError(l.t, err)
	defer file.Close()
	_, err = io.CopyN(file, &testData{}, int64(size))
	require.NoError(l.t, err)
	out := l.run("", "curl", "-sS", "--fail", "-g", "-H", "Expect:", "-T", file.Name(), "http://"+net.JoinHostPort(host, "80")+"/upload")
	require.Equal(l.t, fmt.Sprintf("%s %d\n", testSum(l.t, size), size), string(out))
}

func testSum(t *testing.T, size int) string {
	sum := sha256.New()
	_, err := io.CopyN(sum, &testData{}, int64(size))
	require.NoError(t, err)
	return hex.EncodeToString(sum.Sum(nil))
}

// sized is how much a transfer moves: usually, and when it is to be proven.
func sized(usual, whole int) int {
	if os.Getenv(long) == "1" {
		return whole
	}
	return usual / raceScale
}

// TestLive: the Linux kernel's own clients against the stack, IPv4 and IPv6.
func TestLive(t *testing.T) {
	capture := t.TempDir() + "/live.pcapng"
	l := newLive(t, "--pcap", capture)
	l.each("ping", func(l *live, host string) {
		largest := map[string]string{"10.9.0.2": "1472", "fd00:9::2": "1452"}[host] // what one frame carries
		for _, size := range []string{"0", "1", "56", "1000", "1400", largest, "1473", "8000", "65507"} {
			out := string(l.run("", "ping", "-c", "5", "-l", "5", "-W", "5", "-s", size, host))
			require.Contains(l.t, out, "5 received", size)
			require.NotContains(l.t, out, "wrong data")
		}
	})
	l.each("curl down", func(l *live, host string) { l.download(host, captured) })
	l.each("curl of a bad size", func(l *live, host string) {
		url := "http://" + net.JoinHostPort(host, "80") + "/data/10X"
		require.Equal(l.t, "400", string(l.run("", "curl", "-sS", "-g", "-o", "/dev/null", "-w", "%{http_code}", url)))
	})
	l.each("echo", func(l *live, host string) {
		l.client("echo-tcp", host, "7", "300000")
		l.client("echo-udp", host, "7")
	})
	l.each("discard", func(l *live, host string) { l.client("discard", host, "9", "1000000") })
	l.each("chargen", func(l *live, host string) { l.client("chargen", host, "19", "1000000") })
	l.each("closed port", func(l *live, host string) { l.client("refused", host, "1") })
	l.each("half-close", func(l *live, host string) { l.client("half-close", host, "80") })
	t.Run("key", func(t *testing.T) {
		_, err := l.keys.WriteString(" ")
		require.NoError(t, err)
		l.line("serve: received=")
		l.line("serve: connections=")
	})
	t.Run("capture", func(t *testing.T) { requireCapture(t, capture) })
}

// captured is how many bytes go into the capture with each download.
const captured = 2 << 20

// TestLiveBulk: long transfers and many connections on a good wire, and statistics when a signal asks for them.
func TestLiveBulk(t *testing.T) {
	l := newLive(t)
	size := sized(100<<20, 1<<30)
	l.each("curl down", func(l *live, host string) { l.download(host, size) })
	l.each("curl up", func(l *live, host string) { l.upload(host, size) })
	l.each("200 connections", func(l *live, host string) {
		l.client("parallel", host, "7", "200", fmt.Sprint(sized(100_000, 1_000_000)))
	})
	require.NoError(t, l.command.Process.Signal(syscall.SIGUSR1))
	l.line("serve: received=")
	l.line("serve: connections=")
}

// TestLiveFaults: the same with one frame in a hundred lost, doubled and out of order, in both directions. 100 MB take a
// minute, mostly waiting for timers: that much only where nothing may be left out.
func TestLiveFaults(t *testing.T) {
	l := newLive(t, "--loss", "1%", "--dup", "1%", "--reorder", "1%")
	size := sized(8<<20, 300<<20)
	if os.Getenv(notrun.All) == "1" {
		size = max(size, 100<<20/raceScale)
	}
	t.Run("transfers", func(t *testing.T) { // at the same time: most of theirs they wait for retransmission timers
		inner := *l
		inner.t = t
		inner.each("curl down", func(l *live, host string) { l.t.Parallel(); l.download(host, size) })
		inner.each("curl up", func(l *live, host string) { l.t.Parallel(); l.upload(host, size) })
	})
	l.each("200 connections", func(l *live, host string) { l.client("parallel", host, "7", "200", fmt.Sprint(sized(20_000, 100_000))) })
	l.each("half-close", func(l *live, host string) { l.client("half-close", host, "80") })
	require.NoError(t, l.command.Process.Signal(syscall.SIGUSR1))
	l.line("serve: received=")
	for _, direction := range []string{"in", "out"} {
		s := l.line("serve: faults_" + direction)
		for _, fault := range []string{"lost", "duplicated", "reordered"} {
			require.NotContains(t, s, fault+"=0 ", "it has not happened")
		}
	}
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
	require.Greater(t, n, 2*captured/1460, "two downloads are in it")
}
