// Package child runs an emulator as a child process whose standard input and output are a board's serial line.
package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Emulator says what to run.
type Emulator struct {
	Name string   // who speaks in errors
	Argv []string // the program and its arguments

	// Refused is the exit code with which the emulator says, in words on standard error, that it does not work. Any other
	// code is the image's. 0 is none.
	Refused int
	// Merge makes what the emulator itself says part of the line.
	Merge bool
}

// Machine is a running image. Read and Write are its serial line; Read ends with io.EOF when the machine has ended
// and all that it sent has been read.
type Machine struct {
	cmd      *exec.Cmd
	toBoard  *os.File
	ofBoard  *os.File
	emulator Emulator
	problems strings.Builder // its own standard error

	done chan struct{} // closed when the emulator has ended; then code and err are set
	code int
	err  error
}

// Start runs an emulator. It is killed when ctx is done, and on Linux also when this process ends, in whatever way. An
// image may lose what is written before its first line has been read.
func Start(ctx context.Context, e Emulator) (*Machine, error) {
	stdin, toBoard, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	ofBoard, stdout, err := os.Pipe()
	if err != nil {
		stdin.Close()
		toBoard.Close()
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	m := &Machine{emulator: e, toBoard: toBoard, ofBoard: ofBoard, done: make(chan struct{})}
	m.cmd = exec.CommandContext(ctx, e.Argv[0], e.Argv[1:]...)
	m.cmd.Stdin, m.cmd.Stdout, m.cmd.Stderr = stdin, stdout, &m.problems
	if e.Merge {
		m.cmd.Stderr = stdout
	}
	m.cmd.SysProcAttr = dieWithParent()

	started := make(chan error)
	go m.run(ctx, started)
	err = <-started
	stdin.Close()
	stdout.Close()
	if err != nil {
		m.closeLine()
		return nil, fmt.Errorf("%s: start: %w", e.Name, err)
	}
	return m, nil
}

// run starts the emulator and sees it to its end, on one thread: to Linux the thread that starts a process is the parent
// whose death it follows.
func (m *Machine) run(ctx context.Context, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := m.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = m.cmd.Wait()
	m.code, m.err = m.emulator.verdict(m.cmd.ProcessState.ExitCode(), err, ctx.Err(), m.problems.String())
	close(m.done)
}

// verdict tells an image that ended (code) from an emulator that did not work (err).
func (e Emulator) verdict(code int, err, cancelled error, problems string) (int, error) {
	problems = strings.TrimSpace(problems)
	exit := (*exec.ExitError)(nil)
	switch {
	case cancelled != nil && err != nil:
		return -1, fmt.Errorf("%s: killed: %w", e.Name, cancelled)
	case err != nil && !errors.As(err, &exit):
		return -1, fmt.Errorf("%s: %w", e.Name, err)
	case code < 0:
		return -1, fmt.Errorf("%s: %w", e.Name, err)
	case e.Refused != 0 && code == e.Refused && problems != "": // an image that ends with this code says nothing there
		return -1, fmt.Errorf("%s: %s", e.Name, problems)
	}
	return code, nil
}

// Read takes bytes that the image has sent.
func (m *Machine) Read(p []byte) (int, error) { return m.ofBoard.Read(p) }

// Write sends bytes to the image. It waits while the image does not read.
func (m *Machine) Write(p []byte) (int, error) { return m.toBoard.Write(p) }

// SetReadDeadline bounds Read in real time; after it Read returns os.ErrDeadlineExceeded. The zero time is no bound.
func (m *Machine) SetReadDeadline(t time.Time) error { return m.ofBoard.SetReadDeadline(t) }

// Wait returns the image's exit code when it has ended, or an error when the emulator failed or was killed.
func (m *Machine) Wait() (code int, err error) {
	<-m.done
	return m.code, m.err
}

// Kill ends the machine at once. What it sent can still be read.
func (m *Machine) Kill() error {
	if err := m.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: kill: %w", m.emulator.Name, err)
	}
	<-m.done
	return nil
}

// Close kills the machine if it still runs and gives up its serial line.
func (m *Machine) Close() error {
	err := m.Kill()
	m.closeLine()
	return err
}

func (m *Machine) closeLine() {
	m.toBoard.Close()
	m.ofBoard.Close()
}

// ReadLine reads up to the end of a line, which it cuts off. It takes nothing beyond.
func (m *Machine) ReadLine() (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := m.Read(one); err != nil {
			return string(line), err
		}
		if one[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, one[0])
	}
}
