//go:build unix

package filelock

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLock: whoever asks second gets the lock when the first has given it back.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var (
		mutex sync.Mutex
		order []string
	)
	note := func(s string) {
		mutex.Lock()
		defer mutex.Unlock()
		order = append(order, s)
	}
	unlock, err := Lock(path)
	require.NoError(t, err)
	asking, done := make(chan bool), make(chan error)
	go func() {
		close(asking)
		unlock, err := Lock(path)
		note("second")
		if err == nil {
			unlock()
		}
		done <- err
	}()
	<-asking
	for range 1000 {
		note("first")
	}
	unlock()
	require.NoError(t, <-done)
	require.Equal(t, "second", order[1000])
}

// TestTry: who does not wait is told that another has the lock.
func TestTry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(path)
	require.NoError(t, err)
	_, err = Try(path)
	require.Error(t, err)
	unlock()
	unlock, err = Try(path)
	require.NoError(t, err)
	unlock()
}
