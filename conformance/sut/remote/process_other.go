//go:build !unix

package remote

import "os/exec"

// isolate does nothing: there are no process groups.
func isolate(*exec.Cmd) {}

// destroy kills the process.
func destroy(cmd *exec.Cmd) { cmd.Process.Kill() }
