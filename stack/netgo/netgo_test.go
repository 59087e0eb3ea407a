package netgo

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/wire"
)

// The two hosts' addresses.
const (
	addrA4, addrB4 = "192.0.2.1", "192.0.2.2"
	addrA6, addrB6 = "2001:db8::1", "2001:db8::2"
)

func hostConfig(v4, v6 string, n byte) Config {
	return Config{Stack: stack.Config{
		MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500,
		IPv4:    wire.Prefix{Addr: FromNetip(netip.MustParseAddr(v4)), Bits: 24},
		IPv6:    wire.Prefix{Addr: FromNetip(netip.MustParseAddr(v6)), Bits: 64},
		Entropy: [32]byte{n},
	}}
}

func newHost(t testing.TB, dev Device, v4, v6 string, n byte, connections int) *Host {
	t.Helper()
	c := hostConfig(v4, v6, n)
	c.Connections = connections
	h, err := New(c, dev)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.Close()) })
	return h
}

func pair(t testing.TB) (a, b *Host) {
	da, db := newCable(1024)
	return newHost(t, da, addrA4, addrA6, 1, 64), newHost(t, db, addrB4, addrB6, 2, 64)
}

// families runs a test over IPv4 and IPv6; host is B's address.
func families(t *testing.T, f func(t *testing.T, a, b *Host, host string)) {
	for _, host := range []string{addrB4, addrB6} {
		t.Run(host, func(t *testing.T) {
			a, b := pair(t)
			f(t, a, b, host)
		})
	}
}

// TestHTTP: net/http's server and client, over two stacks.
func TestHTTP(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		l, err := b.Listen("tcp", ":80")
		require.NoError(t, err)
		body := strings.Repeat("what goes in must come out; ", 100_000)
		srv := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			sum := sha256.Sum256(sent)
			_, _ = w.Write(sum[:])
			_, _ = io.WriteString(w, body)
		})}
		go srv.Serve(l)
		defer srv.Close()
		client := http.Client{Transport: &http.Transport{DialContext: a.DialContext}, Timeout: 30 * time.Second}
		defer client.CloseIdleConnections()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				res, err := client.Post("http://"+net.JoinHostPort(host, "80")+"/", "text/plain", strings.NewReader(body))
				if !assertNoError(t, err) {
					return
				}
				defer res.Body.Close()
				got, err := io.ReadAll(res.Body)
				sum := sha256.Sum256([]byte(body))
				if assertNoError(t, err) && string(got) != string(sum[:])+body {
					t.Errorf("other bytes came: %d of them", len(got))
				}
			})
		}
		wg.Wait()
	})
}

func assertNoError(t *testing.T, err error) bool {
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

// connect returns the two ends of a connection.
func connect(t testing.TB, a, b *Host, host string) (client, server net.Conn) {
	t.Helper()
	l, err := b.Listen("tcp", ":9")
	require.NoError(t, err)
	defer l.Close()
	client, err = a.Dial("tcp", net.JoinHostPort(host, "9"))
	require.NoError(t, err)
	server, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { client.Close(); server.Close() })
	require.Equal(t, client.LocalAddr().String(), server.RemoteAddr().String())
	require.Equal(t, client.RemoteAddr().String(), server.LocalAddr().String())
	return client, server
}

func TestHalfClose(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		c, s := connect(t, a, b, host)
		_, err := c.Write([]byte("question"))
		require.NoError(t, err)
		require.NoError(t, c.(*Conn).CloseWrite())
		got, err := io.ReadAll(s)
		require.NoError(t, err)
		require.Equal(t, "question", string(got))
		_, err = s.Write([]byte("answer"))
		require.NoError(t, err)
		require.NoError(t, s.Close())
		got, err = io.ReadAll(c)
		require.NoError(t, err)
		require.Equal(t, "answer", string(got))
	})
}

func TestRefused(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		_, err := a.Dial("tcp", net.JoinHostPort(host, "1"))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		var op *net.OpError
		require.ErrorAs(t, err, &op)
	})
}

// TestReset: closing with unread data resets the peer (RFC 9293 SHLD-3).
func TestReset(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		c, s := connect(t, a, b, host)
		_, err := c.Write([]byte("nobody reads this"))
		require.NoError(t, err)
		one := make([]byte, 1)
		_, err = io.ReadFull(s, one) // the rest is there as well
		require.NoError(t, err)
		require.NoError(t, s.Close())
		_, err = c.Read(one)
		require.ErrorIs(t, err, syscall.ECONNRESET)
	})
}

func TestDeadline(t *testing.T) {
	a, b := pair(t)
	c, _ := connect(t, a, b, addrB4)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, err := c.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	var ne net.Error
	require.ErrorAs(t, err, &ne)
	require.True(t, ne.Timeout())
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "it stays passed")
	require.NoError(t, c.SetDeadline(time.Time{}))
	_, err = c.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(-time.Second)))
	_, err = c.Write([]byte("x"))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

// TestWriteBlocks: nobody reads, so a writer fills both buffers and waits; its deadline ends that.
func TestWriteBlocks(t *testing.T) {
	a, b := pair(t)
	c, _ := connect(t, a, b, addrB4)
	require.NoError(t, c.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
	n, err := c.Write(make([]byte, 1<<20))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Less(t, n, 1<<20)
	require.NotZero(t, n)
}

// TestCloseWakes: who waits in a closed connection, listener or host comes back.
func TestCloseWakes(t *testing.T) {
	a, b := pair(t)
	c, _ := connect(t, a, b, addrB4)
	l, err := b.Listen("tcp4", ":7")
	require.NoError(t, err)
	u, err := b.ListenPacket("udp", ":7")
	require.NoError(t, err)
	errs := make(chan error, 4)
	go func() { _, err := c.Read(make([]byte, 1)); errs <- err }()
	go func() { _, err := l.Accept(); errs <- err }()
	go func() { _, _, err := u.ReadFrom(make([]byte, 1)); errs <- err }()
	for _, closer := range []io.Closer{c, l, u} {
		require.NoError(t, closer.Close())
		require.ErrorIs(t, closer.Close(), net.ErrClosed)
	}
	for range 3 {
		require.ErrorIs(t, <-errs, net.ErrClosed)
	}
	d, _ := connect(t, a, b, addrB4)
	go func() { _, err := d.Read(make([]byte, 1)); errs <- err }()
	require.NoError(t, a.Close())
	require.ErrorIs(t, <-errs, net.ErrClosed)
	_, err = a.Listen("tcp", ":1")
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestDialCancelled(t *testing.T) {
	a, b := pair(t)
	require.NoError(t, b.Close()) // nobody answers any more
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := a.DialContext(ctx, "tcp", addrB4+":80")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestDatagrams(t *testing.T) {
	families(t, func(t *testing.T, a, b *Host, host string) {
		s, err := b.ListenPacket("udp", ":53")
		require.NoError(t, err)
		defer s.Close()
		c, err := a.Dial("udp", net.JoinHostPort(host, "53"))
		require.NoError(t, err)
		defer c.Close()
		_, err = c.Write([]byte("question"))
		require.NoError(t, err)
		buf := make([]byte, 100)
		n, from, err := s.ReadFrom(buf)
		require.NoError(t, err)
		require.Equal(t, "question", string(buf[:n]))
		require.Equal(t, c.LocalAddr().(*net.UDPAddr).Port, from.(*net.UDPAddr).Port)
		_, err = s.WriteTo([]byte("answer"), from)
		require.NoError(t, err)
		n, err = c.Read(buf)
		require.NoError(t, err)
		require.Equal(t, "answer", string(buf[:n]))
	})
}

func TestBadAddresses(t *testing.T) {
	a, _ := pair(t)
	for _, c := range []struct{ network, address, want string }{
		{"tcp", "192.0.2.2", "missing port"},
		{"tcp", "192.0.2.2:http", "port is no number"},
		{"tcp", "example.org:80", "no literal IP address"},
		{"tcp", ":80", "no host"},
		{"tcp6", "192.0.2.2:80", "not of the network's family"},
		{"sctp", "192.0.2.2:80", "unknown network"},
	} {
		_, err := a.Dial(c.network, c.address)
		require.ErrorContains(t, err, c.want)
		var op *net.OpError
		require.True(t, errors.As(err, &op))
	}
	_, err := a.Listen("udp", ":1")
	require.ErrorContains(t, err, "unknown network")
	_, err = a.ListenPacket("tcp", ":1")
	require.ErrorContains(t, err, "unknown network")
	l, err := a.Listen("tcp", ":80")
	require.NoError(t, err)
	defer l.Close()
	_, err = a.Listen("tcp", ":80")
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}
