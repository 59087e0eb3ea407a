package child

import "syscall"

// dieWithParent makes the kernel kill the child when the thread that started it ends. It is in a process group of its
// own, so that a Ctrl-C which lets the parent finish its work does not end it before.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
