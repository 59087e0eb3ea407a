package netgo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
)

// TestManyConnections: 200 connections at the same time, each with data both ways, all of it right.
func TestManyConnections(t *testing.T) {
	const n, size = 200, 50_000
	da, db := newCable(1024)
	a, b := newHost(t, da, addrA4, addrA6, 1, n+2), newHost(t, db, addrB4, addrB6, 2, n+2)
	l, err := b.Listen("tcp", ":7")
	require.NoError(t, err)
	defer l.Close()
	var wg, dialled sync.WaitGroup
	wg.Go(func() {
		for range n {
			c, err := l.Accept()
			if !assertNoError(t, err) {
				return
			}
			wg.Go(func() {
				defer c.Close()
				_, err := io.Copy(c, c)
				assertNoError(t, err)
			})
		}
	})
	dialled.Add(n)
	for i := range n {
		wg.Go(func() {
			c, err := a.Dial("tcp", net.JoinHostPort([]string{addrB4, addrB6}[i%2], "7"))
			dialled.Done()
			if !assertNoError(t, err) {
				return
			}
			defer c.Close()
			dialled.Wait() // all are open at the same time
			want := bytes.Repeat([]byte{byte(i), byte(i >> 8), 3}, size/3)
			go func() {
				_, _ = c.Write(want)
				_ = c.(*Conn).CloseWrite()
			}()
			got, err := io.ReadAll(c)
			assertNoError(t, err)
			if !bytes.Equal(want, got) {
				t.Errorf("connection %d: %d other bytes came", i, len(got))
			}
		})
	}
	wg.Wait()
}

// TestNoGoroutineStays: after all is closed there are as many goroutines as before.
func TestNoGoroutineStays(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("life", func(t *testing.T) {
		a, b := pair(t)
		for _, host := range []string{addrB4, addrB6} {
			c, s := connect(t, a, b, host)
			require.NoError(t, c.SetDeadline(time.Now().Add(time.Hour)))
			closed, ended := make(chan error, 1), make(chan error, 1)
			go func() { _, err := c.Read(make([]byte, 1)); closed <- err }()
			go func() { _, err := s.Read(make([]byte, 1)); ended <- err }()
			require.NoError(t, c.Close())
			require.ErrorIs(t, <-closed, net.ErrClosed)
			require.Equal(t, io.EOF, <-ended)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		_, err := a.DialContext(ctx, "tcp", "192.0.2.77:1")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			all := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, all[:runtime.Stack(all, true)])
		}
	}
}

// TestCloseLingers: Close returns at once; what was written still arrives, and then the end.
func TestCloseLingers(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		c, s := connect(t, a, b, host)
		want := bytes.Repeat([]byte("tail "), 12_000) // less than the send buffer
		_, err := c.Write(want)
		require.NoError(t, err)
		require.NoError(t, c.Close())
		got, err := io.ReadAll(s)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// TestAcceptsTakeTurns: each of several waiting Accepts gets one connection, and Close ends the rest.
func TestAcceptsTakeTurns(t *testing.T) {
	a, b := pair(t)
	l, err := b.Listen("tcp", ":7")
	require.NoError(t, err)
	results := make(chan error, 8)
	for range cap(results) {
		go func() { _, err := l.Accept(); results <- err }()
	}
	for _, host := range []string{addrB4, addrB6, addrB4} {
		_, err := a.Dial("tcp", net.JoinHostPort(host, "7"))
		require.NoError(t, err)
		require.NoError(t, <-results)
	}
	require.NoError(t, l.SetReadDeadline(time.Now().Add(time.Millisecond)))
	for range cap(results) - 3 {
		require.ErrorIs(t, <-results, os.ErrDeadlineExceeded)
	}
	require.NoError(t, l.Close())
}

// TestFull: when the host has no socket left, Accept says so with an error that passes (net/http's server then tries
// again), and the connection waits until there is one.
func TestFull(t *testing.T) {
	da, db := newCable(64)
	a := newHost(t, da, addrA4, addrA6, 1, 8)
	cfg := hostConfig(addrB4, addrB6, 2)
	cfg.Sockets = 3 // the listeners of both families, and one more
	b, err := New(cfg, db)
	require.NoError(t, err)
	defer b.Close()
	l, err := b.Listen("tcp", ":7")
	require.NoError(t, err)
	for range 2 {
		_, err := a.Dial("tcp", addrB4+":7")
		require.NoError(t, err)
	}
	s, err := l.Accept()
	require.NoError(t, err)
	_, err = l.Accept()
	require.ErrorIs(t, err, syscall.EMFILE)
	var ne net.Error
	require.True(t, errors.As(err, &ne) && !ne.Timeout())
	require.True(t, err.(*net.OpError).Temporary())
	require.NoError(t, s.Close())
	_, err = l.Accept()
	require.NoError(t, err)
}

// TestDeviceEnds: when the device has gone, the connections' own timers still run.
func TestDeviceEnds(t *testing.T) {
	da, db := newCable(64)
	a, b := newHost(t, da, addrA4, addrA6, 1, 8), newHost(t, db, addrB4, addrB6, 2, 8)
	c, _ := connect(t, a, b, addrB4)
	require.NoError(t, b.Close()) // nobody answers any more
	close(da.ready)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Millisecond)))
	_, err := c.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	_, err = c.Write([]byte("into the void"))
	require.NoError(t, err)
	for resent := uint64(0); resent == 0; time.Sleep(10 * time.Millisecond) {
		a.Do(func(s *stack.Stack) { resent = s.Counter(stack.TCPRetransmitted) })
	}
}

// TestNoAllocation: a byte there and back costs no garbage, waiting included.
func TestNoAllocation(t *testing.T) {
	a, b := pair(t)
	c, s := connect(t, a, b, addrB4)
	go func() {
		p := make([]byte, 100)
		for {
			n, err := s.Read(p)
			if err != nil {
				return
			}
			_, _ = s.Write(p[:n])
		}
	}()
	p := make([]byte, 1)
	got := testing.AllocsPerRun(500, func() {
		_, err := c.Write(p)
		_, err2 := c.Read(p)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
	})
	require.Less(t, got, 1.0)
}

// TestDatagramsOfBothFamilies: a flood of one family does not keep the other waiting.
func TestDatagramsOfBothFamilies(t *testing.T) {
	a, b := pair(t)
	s, err := b.ListenPacket("udp", ":53")
	require.NoError(t, err)
	defer s.Close()
	for _, host := range []string{addrB4, addrB6} { // so that the neighbour's address is known: else one waits at most
		_, err := a.Dial("tcp", net.JoinHostPort(host, "1"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
	for _, host := range []string{addrB4, addrB4, addrB4, addrB6} {
		c, err := a.Dial("udp", net.JoinHostPort(host, "53"))
		require.NoError(t, err)
		defer c.Close()
		_, err = c.Write([]byte(host))
		require.NoError(t, err)
	}
	buf, seen := make([]byte, 100), map[string]int{}
	require.NoError(t, s.SetReadDeadline(time.Now().Add(20*time.Second)))
	for range 4 {
		n, _, err := s.ReadFrom(buf)
		require.NoError(t, err)
		seen[string(buf[:n])]++
	}
	require.Equal(t, map[string]int{addrB4: 3, addrB6: 1}, seen)
}
