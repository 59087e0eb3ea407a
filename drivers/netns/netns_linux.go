package netns

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// Namespace is a network namespace that this process and what it starts hold.
type Namespace struct{ file *os.File }

// New makes a namespace, in which not even the loopback is up. It needs root or CAP_SYS_ADMIN.
func New() (*Namespace, error) {
	var file *os.File
	err := visit(
		func() error { return unix.Unshare(unix.CLONE_NEWNET) },
		func() (err error) { file, err = os.Open("/proc/thread-self/ns/net"); return err },
	)
	if err != nil {
		return nil, fmt.Errorf("netns: cannot make a network namespace: %w", err)
	}
	return &Namespace{file}, nil
}

// Inside runs f on a thread that is in the namespace, which then has the sockets, the devices and the processes that f
// opens and starts. What f hands to other goroutines happens outside.
func (n *Namespace) Inside(f func() error) error {
	return visit(func() error { return unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET) }, f)
}

// Path names the namespace for as long as this process lives and has not closed it.
func (n *Namespace) Path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.file.Fd()) }

// Close gives the namespace up.
func (n *Namespace) Close() error { return n.file.Close() }

// visit runs f on a thread that enters another namespace for it, and comes back.
func visit(enter, f func() error) error {
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err == nil {
		defer home.Close()
		err = enter()
	}
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = f()
	if e := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); e != nil {
		return errors.Join(err, e) // the thread stays locked, and ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}
