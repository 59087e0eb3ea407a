package remote

import (
	"os/exec"
	"syscall"
)

// isolate puts the process into a group of its own, and lets it die with the thread that starts it.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
