package console

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance"
	"stackproof/conformance/cases"
	"stackproof/conformance/device"
	"stackproof/conformance/report"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/remote"
	"stackproof/conformance/vm"
)

// memory is a stack with what a board has for it.
func memory() *inproc.Host {
	h := new(inproc.Host)
	h.Init(new(inproc.Small), new(inproc.SmallBuffers))
	return h
}

// board is an agent on the other end of a pipe. hook may spoil what it does with what the host says; it answers false to
// end the board.
func board(suite *conformance.Suite, hook func(say io.Writer, heard string) bool) func() (io.ReadWriteCloser, error) {
	return func() (io.ReadWriteCloser, error) {
		host, dev := net.Pipe()
		go func() {
			defer dev.Close()
			agent := new(device.Agent)
			agent.Init(store(suite.Blob()), memory(), dev)
			io.WriteString(dev, "boot rom text\r\n")
			agent.Hello()
			buf := make([]byte, 4096)
			for {
				n, err := dev.Read(buf)
				if err != nil || hook != nil && !hook(dev, string(buf[:n])) {
					return
				}
				agent.Feed(buf[:n])
			}
		}()
		return host, nil
	}
}

// load is the suite of some topics: what is asked here is asked of the line, not of the stack.
func load(t *testing.T) *conformance.Suite { return only(t, "arp", "icmp", "tcp/close", "udp") }

// only is the suite of the scripts in these folders of cases.
func only(t *testing.T, folders ...string) *conformance.Suite {
	var all []*cases.Case
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join("..", "..", "cases", folder, "*.pkt"))
		require.NoError(t, err)
		require.NotEmpty(t, files, folder)
		for _, f := range files {
			one, err := conformance.LoadFile(f)
			require.NoError(t, err)
			all = append(all, one.Programs[0].Case)
		}
	}
	s, err := conformance.NewSuite(all)
	require.NoError(t, err)
	return s
}

func runAll(s *conformance.Suite, exec conformance.Executor, pattern string) *report.Results {
	p, _ := conformance.ParsePattern(pattern)
	r := conformance.Runner{Suite: s, Stack: "board", Exec: exec}
	return r.Run(context.Background(), p)
}

// TestLink: the board is told at each start what carries the frames; one that has no such link runs nothing.
func TestLink(t *testing.T) {
	s := load(t)
	var heard []string
	b := New(board(s, func(say io.Writer, line string) bool {
		if !strings.Contains(line, "$SP hello ") {
			heard = append(heard, line)
		}
		return true
	}), s, 0)
	defer b.Close()
	b.Link = "emac"
	v := b.Execute(&conformance.Job{Program: &s.Programs[0]}, nil)
	require.Equal(t, vm.Error, v.Outcome)
	require.Equal(t, "console: the board has no link emac: the board says: no-such-link: boot rom text", b.Why())
	require.Len(t, heard, 1)
	require.Contains(t, heard[0], "$SP link name=emac *")
}

// TestBoard: the verdicts that come over the line are those of the same cases in process, to the last number.
func TestBoard(t *testing.T) {
	s := load(t)
	b := New(board(s, nil), s, 0)
	defer b.Close()
	local := conformance.NewLocal(memory())
	for i := range s.Programs {
		for _, twin := range []bool{false, true} {
			j := &conformance.Job{Program: &s.Programs[i], Twin: twin}
			require.Equal(t, local.Execute(j, nil), b.Execute(j, nil), "%s twin %v", s.Programs[i].Case.ID, twin)
		}
	}
}

// TestBoardServes: the board as a stack under test on its line.
func TestBoardServes(t *testing.T) {
	s := load(t)
	boot := board(s, nil)
	stack := remote.New(&remote.Dial{Name: "board", Line: true, Func: func() (io.ReadWriteCloser, error) { return Serve(boot, 0) }}, 0)
	exec := conformance.NewLocal(stack)
	defer exec.Close()
	local := conformance.NewLocal(memory())
	for i := range s.Programs {
		j := &conformance.Job{Program: &s.Programs[i]}
		require.Equal(t, local.Execute(j, nil), exec.Execute(j, nil), s.Programs[i].Case.ID)
	}
}

// TestPanicCostsOneCase: a board that ends in the middle of a run is started again for the next.
func TestPanicCostsOneCase(t *testing.T) {
	s := load(t)
	b := New(board(s, func(say io.Writer, heard string) bool {
		if strings.Contains(heard, "run case=0 ") {
			io.WriteString(say, "panic: runtime error: index out of range\r\n")
			return false
		}
		return true
	}), s, 0)
	defer b.Close()
	res := runAll(s, b, "")
	require.Equal(t, 1, res.Summary.Counts[report.Crash])
	for _, v := range res.Verdicts {
		if v.Outcome == report.Crash {
			require.Contains(t, v.Got, "index out of range")
		}
	}
	require.NotZero(t, res.Summary.Counts[report.Pass])
}

// short is how long a test waits for what never comes.
const short = 100 * time.Millisecond

// TestHangCostsOneCase: likewise for one that says nothing more. Only the run that hangs has little time.
func TestHangCostsOneCase(t *testing.T) {
	s := load(t)
	b := New(board(s, func(_ io.Writer, heard string) bool {
		for strings.Contains(heard, "run case=0 ") {
			select {}
		}
		return true
	}), s, 0)
	defer b.Close()
	require.Equal(t, report.Pass.String(), b.Execute(&conformance.Job{Program: &s.Programs[1]}, nil).Outcome.String())
	b.limit = short
	require.Equal(t, report.Timeout.String(), b.Execute(&conformance.Job{Program: &s.Programs[0]}, nil).Outcome.String())
	b.limit = Limit
	require.Equal(t, report.Pass.String(), b.Execute(&conformance.Job{Program: &s.Programs[1]}, nil).Outcome.String())
}

// TestNoBoard: boards that cannot be used are told apart, in one line.
func TestNoBoard(t *testing.T) {
	s := load(t)
	for _, c := range []struct {
		name  string
		boot  func() (io.ReadWriteCloser, error)
		limit time.Duration // 0: what answers has all the time it needs
		want  string
	}{
		{"another list", board(only(t, "arp"), nil), 0, "the image is another"},
		{"mute", func() (io.ReadWriteCloser, error) { h, d := net.Pipe(); go io.Copy(io.Discard, d); return h, nil }, short, "no hello from the board: no answer in time"},
		{"dead", func() (io.ReadWriteCloser, error) { h, d := net.Pipe(); d.Close(); return h, nil }, 0, "the board's output has ended"},
		{"absent", func() (io.ReadWriteCloser, error) { return nil, errors.New("qemu: not found") }, 0, "qemu: not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := New(c.boot, s, c.limit)
			v := b.Execute(&conformance.Job{Program: &s.Programs[0]}, nil)
			require.Equal(t, report.Error.String(), v.Outcome.String())
			require.Contains(t, b.Why(), c.want)
			require.NotContains(t, b.Why(), "\n")
		})
	}
}

// TestAgentTakesAnything: bytes that are no lines bring an error line at most.
func TestAgentTakesAnything(t *testing.T) {
	var out strings.Builder
	agent := new(device.Agent)
	agent.Init(store(load(t).Blob()), memory(), &out)
	for _, s := range []string{"\n", "garbage\n", strings.Repeat("x", 10_000) + "\n", "$SP run case=0 twin=0 seed=0 *00000000\n"} {
		agent.Feed([]byte(s))
	}
	require.Equal(t, 3, strings.Count(out.String(), "$SP error "))
	require.NotContains(t, out.String(), "verdict")
	for _, make := range []func(*device.Line){
		func(l *device.Line) { l.Begin("run").Int("case", 1<<30).Int("twin", 0).Hex("seed", 0) },
		func(l *device.Line) { l.Begin("run") },
		func(l *device.Line) { l.Begin("frobnicate") },
	} {
		var l device.Line
		make(&l)
		out.Reset()
		agent.Feed(l.End())
		require.Contains(t, out.String(), "$SP error ")
	}
}
