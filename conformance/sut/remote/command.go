package remote

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"stackproof/conformance/sut/message"
)

// Command is a Transport to a child process. Each connection is a new process; closing it kills the process and, where
// the system has process groups, those that it has started. On Linux it also dies with the tester, however that ends.
type Command struct {
	Argv []string
	Env  []string // in addition to the tester's own
	Line bool     // the framing is that of a serial line
}

// Framing is the framing that Line says.
func (c *Command) Framing() message.Framing { return framing(c.Line) }

// String is the command as Parse takes it.
func (c *Command) String() string {
	scheme := "exec:"
	if c.Line {
		scheme = "uart:"
	}
	return scheme + strings.Join(c.Argv, " ")
}

// grace is the real time that a process which has closed its output may take to end, so that its status is known.
const grace = time.Second

// child is a running process.
type child struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr tail
	kill   sync.Once
	ended  chan struct{} // closed when the process has ended
}

// Open starts the process.
func (c *Command) Open() (io.ReadWriteCloser, error) {
	p := &child{cmd: exec.Command(c.Argv[0], c.Argv[1:]...), ended: make(chan struct{})}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		theirIn.Close()
		ourOut.Close()
		return nil, err
	}
	p.stdin, p.stdout = ourOut, ourIn
	p.cmd.Env = append(os.Environ(), c.Env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirIn, theirOut, &p.stderr
	p.cmd.WaitDelay = grace // for who else holds its standard error
	isolate(p.cmd)
	started := make(chan error)
	go p.run(started)
	err = <-started
	theirIn.Close()
	theirOut.Close()
	if err != nil {
		ourIn.Close()
		ourOut.Close()
		return nil, err
	}
	return p, nil
}

// run starts the process and waits for its end, all on one thread that lives until then: Linux sends the signal on a
// parent's death when the thread that made the child ends.
func (p *child) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		bury(p.cmd)
		p.cmd.Wait() // its error is in ProcessState
		close(p.ended)
		// What it wrote is there to be read; but a process that it has left behind may keep the output open for ever.
		time.AfterFunc(grace, func() { p.stdout.Close() })
	}
}

func (p *child) Read(b []byte) (int, error)  { return p.stdout.Read(b) }
func (p *child) Write(b []byte) (int, error) { return p.stdin.Write(b) }

// Close kills the process and waits for its end.
func (p *child) Close() error {
	p.kill.Do(func() {
		select {
		case <-p.ended: // its number may be another's by now
		default:
			destroy(p.cmd)
		}
		p.stdin.Close()
		p.stdout.Close()
	})
	<-p.ended
	return nil
}

// CloseInput implements mortal.
func (p *child) CloseInput() error { return p.stdin.Close() }

// Log implements logger.
func (p *child) Log() string { return p.stderr.String() }

// goesOn is the Obituary of a process that lives.
const goesOn = "it closed its output and goes on running"

// endedWell is the Obituary of one that ended as it should.
const endedWell = "exit status 0"

// Obituary implements mortal.
func (p *child) Obituary(wait time.Duration) string {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	select {
	case <-p.ended:
	case <-timeout.C:
		return goesOn
	}
	how := p.cmd.ProcessState.String()
	if line := p.stderr.first(); line != "" {
		how = fmt.Sprintf("%s: %s", how, line)
	}
	return how
}
