//go:build !linux

package qemu

import "syscall"

func dieWithParent() *syscall.SysProcAttr { return nil }
