package remote

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolate puts the process into a group of its own, and lets it die with the thread that starts it.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// bury waits for the end of the process and kills those that it leaves behind. It comes before the process is reaped:
// until then its number, which is the group's, cannot be another's.
func bury(cmd *exec.Cmd) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			destroy(cmd)
		}
		if err != unix.EINTR {
			return
		}
	}
}
