//go:build unix && !linux

package remote

import (
	"os/exec"
	"syscall"
)

// isolate puts the process into a group of its own.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// bury does nothing here: those that the process leaves behind lose their pipe and no more.
func bury(*exec.Cmd) {}
