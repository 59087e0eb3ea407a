//go:build unix

package filelock

import (
	"os"
	"syscall"
)

// Lock waits until no other process holds the lock file; the kernel frees it when the holder dies.
func Lock(path string) (unlock func(), err error) { return lock(path, syscall.LOCK_EX) }

// Try is Lock that does not wait: where another holds the lock file that is an error.
func Try(path string) (unlock func(), err error) { return lock(path, syscall.LOCK_EX|syscall.LOCK_NB) }

func lock(path string, how int) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
