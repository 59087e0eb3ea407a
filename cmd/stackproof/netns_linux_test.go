package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/drivers/netns"
)

// namespace is a network namespace without a name. Only this process and what it starts hold it: when they end, however
// they do, the kernel removes it with all that is in it.
type namespace struct{ *netns.Namespace }

// newNamespace makes a namespace with its loopback up, or says why it cannot. The test uses these tools.
func newNamespace(t *testing.T, tools ...string) *namespace {
	t.Helper()
	if os.Geteuid() != 0 {
		notrun.Skip(t, "live", "making a network namespace needs root")
	}
	for _, tool := range append(tools, "ip", "nsenter") {
		if _, err := exec.LookPath(tool); err != nil {
			notrun.Skip(t, "live", "no "+tool+" on this machine")
		}
	}
	made, err := netns.New()
	if err != nil {
		notrun.Skip(t, "live", err.Error())
	}
	t.Cleanup(func() { _ = made.Close() })
	n := &namespace{made}
	n.ip(t, "link set lo up")
	return n
}

// command is a program in the namespace, which ends with this process.
func (n *namespace) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=" + n.Path(), "--"}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// ip configures the namespace's side of the wire, a step a line.
func (n *namespace) ip(t *testing.T, steps ...string) {
	t.Helper()
	for _, s := range steps {
		out, err := n.command(t.Context(), append([]string{"ip"}, strings.Fields(s)...)...).CombinedOutput()
		require.NoError(t, err, "ip %s: %s", s, out)
	}
}

// set writes a figure of the namespace below /proc/sys/net.
func (n *namespace) set(t *testing.T, name, value string) {
	t.Helper()
	out, err := n.command(t.Context(), "sh", "-c", "echo "+value+" > /proc/sys/net/"+name).CombinedOutput()
	require.NoError(t, err, "%s: %s", name, out)
}

// run runs a client in the namespace and returns its standard output. env is one more variable for it, or "".
func (n *namespace) run(t *testing.T, env string, args ...string) []byte {
	t.Helper()
	var stdout bytes.Buffer
	n.pipe(t, &stdout, env, args...)
	return stdout.Bytes()
}

// pipe lets a client write to stdout. There is no shell between: nobody would end what it starts.
func (n *namespace) pipe(t *testing.T, stdout io.Writer, env string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stepLimit())
	defer cancel()
	cmd := n.command(ctx, args...)
	cmd.Env = append(os.Environ(), env)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	require.NoError(t, cmd.Run(), "%s: %s", strings.Join(args, " "), &stderr)
}

// program is stackproof itself at work in a namespace.
type program struct {
	command *exec.Cmd
	lines   chan string // what it prints; closed at its end
}

// startProgram starts stackproof in a namespace. At the end of the test Ctrl-C must end it in good order, with code 0.
// terminal is its standard input, nil for none.
func startProgram(t *testing.T, n *namespace, terminal *os.File, args ...string) *program {
	cmd := n.command(context.Background(), append([]string{os.Args[0]}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=stackproof")
	if terminal != nil {
		cmd.Stdin = terminal
		cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty = true, true
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &program{cmd, make(chan string, 1000)}
	go func() {
		defer close(p.lines)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			p.lines <- in.Text()
		}
	}()
	t.Cleanup(func() {
		kill := time.AfterFunc(stepLimit(), func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		p.interrupt()
		for line := range p.lines {
			t.Log(line)
		}
		require.NoError(t, cmd.Wait(), stderr.String())
	})
	return p
}

// interrupt is Ctrl-C.
func (p *program) interrupt() { _ = p.command.Process.Signal(os.Interrupt) }

// nextLine is the next line that a program prints, which must begin so.
func nextLine(t *testing.T, lines <-chan string, begin string) string {
	t.Helper()
	select {
	case s := <-lines:
		require.True(t, strings.HasPrefix(s, begin), "%q, want %q", s, begin)
		return s
	case <-time.After(stepLimit()):
		require.Fail(t, "the program says nothing", "want %q", begin)
		return ""
	}
}

// TestNamespaceGone: what a namespace's maker has started ends with it, and then nobody holds the namespace.
func TestNamespaceGone(t *testing.T) {
	newNamespace(t) // or say why not
	maker := exec.Command(os.Args[0], "-test.run", "^TestNamespaceMaker$", "-test.v")
	maker.Env = append(os.Environ(), asMaker+"=1")
	stdout, err := maker.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, maker.Start())
	client := 0
	for in := bufio.NewScanner(stdout); client == 0 && in.Scan(); {
		_, _ = fmt.Sscanf(in.Text(), "client %d", &client)
	}
	require.NoError(t, maker.Process.Kill())
	require.Error(t, maker.Wait())
	require.NotZero(t, client)
	require.Eventually(t, func() bool {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", client))
		return len(line) == 0 // it is gone, or at least dead
	}, 10*time.Second, time.Millisecond)
}

// asMaker is the environment variable that has TestNamespaceMaker do its part of the test above.
const asMaker = "STACKPROOF_TEST_NAMESPACE"

func TestNamespaceMaker(t *testing.T) {
	if os.Getenv(asMaker) == "" {
		t.Skip("a part of TestNamespaceGone")
	}
	cmd := newNamespace(t).command(context.Background(), "sleep", "1000")
	require.NoError(t, cmd.Start())
	fmt.Printf("\nclient %d\n", cmd.Process.Pid)
	select {} // until it is killed
}
