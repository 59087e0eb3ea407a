// Package qemu runs flash images on an emulated board: QEMU's RISC-V machine "virt", whose serial line becomes a
// reader and a writer.
package qemu

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

const program = "qemu-system-riscv32"

// Available tells whether QEMU is installed; the error names the Debian package.
func Available() error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("qemu: %s not found: apt-get install --no-install-recommends qemu-system-misc", program)
	}
	return nil
}

// Machine is a running image. Read and Write are its serial line; Read ends with io.EOF when the machine has ended
// and all that it sent has been read.
type Machine struct {
	cmd      *exec.Cmd
	toBoard  *os.File
	ofBoard  *os.File
	problems strings.Builder // QEMU's own standard error

	done chan struct{} // closed when QEMU has ended; then code and err are set
	code int
	err  error
}

// Start boots the image in the ELF file at path, with the file at flash, if that is not empty, at the beginning of the
// board's flash memory. The machine is killed when ctx is done, and on Linux also when this process ends, in whatever
// way. An image may lose what is written before its first line has been read.
func Start(ctx context.Context, path, flash string) (*Machine, error) {
	if err := Available(); err != nil {
		return nil, err
	}
	for _, file := range []string{path, flash} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			return nil, fmt.Errorf("qemu: image: %w", err)
		}
	}
	stdin, toBoard, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("qemu: %w", err)
	}
	ofBoard, stdout, err := os.Pipe()
	if err != nil {
		stdin.Close()
		toBoard.Close()
		return nil, fmt.Errorf("qemu: %w", err)
	}
	m := &Machine{toBoard: toBoard, ofBoard: ofBoard, done: make(chan struct{})}
	m.cmd = exec.CommandContext(ctx, program, arguments(path, flash)...)
	m.cmd.Stdin, m.cmd.Stdout, m.cmd.Stderr = stdin, stdout, &m.problems
	m.cmd.SysProcAttr = dieWithParent()

	started := make(chan error)
	go m.run(ctx, started)
	err = <-started
	stdin.Close()
	stdout.Close()
	if err != nil {
		m.closeLine()
		return nil, fmt.Errorf("qemu: start: %w", err)
	}
	return m, nil
}

// flashBase is where the machine's flash memory lies.
const flashBase = "0x20000000"

// arguments: no firmware, no default devices, no monitor; the UART on standard input and output.
func arguments(path, flash string) []string {
	args := []string{"-machine", "virt", "-bios", "none", "-nodefaults", "-display", "none", "-monitor", "none",
		"-chardev", "stdio,id=uart,signal=off", "-serial", "chardev:uart", "-kernel", path}
	if flash != "" {
		args = append(args, "-device", "loader,force-raw=on,addr="+flashBase+",file="+strings.ReplaceAll(flash, ",", ",,"))
	}
	return args
}

// run starts QEMU and sees it to its end, on one thread: to Linux the thread that starts a process is the parent
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
	m.code, m.err = verdict(m.cmd.ProcessState.ExitCode(), err, ctx.Err(), m.problems.String())
	close(m.done)
}

// verdict tells an image that ended (code) from an emulator that did not work (err).
func verdict(code int, err, cancelled error, problems string) (int, error) {
	problems = strings.TrimSpace(problems)
	exit := (*exec.ExitError)(nil)
	switch {
	case cancelled != nil && err != nil:
		return -1, fmt.Errorf("qemu: killed: %w", cancelled)
	case err != nil && !errors.As(err, &exit):
		return -1, fmt.Errorf("qemu: %w", err)
	case code < 0:
		return -1, fmt.Errorf("qemu: %w", err)
	case code == 1 && problems != "": // QEMU's own code; an image that ends with 1 says nothing there
		return -1, fmt.Errorf("qemu: %s", problems)
	}
	return code, nil
}

// Read takes bytes that the image has sent.
func (m *Machine) Read(p []byte) (int, error) { return m.ofBoard.Read(p) }

// Write sends bytes to the image. It waits while the image does not read.
func (m *Machine) Write(p []byte) (int, error) { return m.toBoard.Write(p) }

// SetReadDeadline bounds Read in real time; after it Read returns os.ErrDeadlineExceeded. The zero time is no bound.
func (m *Machine) SetReadDeadline(t time.Time) error { return m.ofBoard.SetReadDeadline(t) }

// Wait returns the image's exit code when it has ended, or an error when QEMU failed or was killed.
func (m *Machine) Wait() (code int, err error) {
	<-m.done
	return m.code, m.err
}

// Kill ends the machine at once. What it sent can still be read.
func (m *Machine) Kill() error {
	if err := m.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("qemu: kill: %w", err)
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
