//go:build !unix

package remote

import "os/exec"

// isolate does nothing: there are no process groups.
func isolate(*exec.Cmd) {}

// destroy kills the process.
func destroy(cmd *exec.Cmd) { cmd.Process.Kill() }

// bury does nothing: those that the process leaves behind lose their pipe and no more.
func bury(*exec.Cmd) {}
