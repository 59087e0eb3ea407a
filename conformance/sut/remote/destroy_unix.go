//go:build unix

package remote

import (
	"os/exec"
	"syscall"
)

// destroy kills the process and its group.
func destroy(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
