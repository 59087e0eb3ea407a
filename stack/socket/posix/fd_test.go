package posix

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

func TestSocketArguments(t *testing.T) {
	w := newWorld(t, IPv4)
	for _, s := range []struct {
		name               string
		family, typ, proto int
		want               Errno
	}{
		{"tcp", IPv4, Stream, 6, ENone},
		{"udp", IPv6, Datagram, 17, ENone},
		{"unknown family", 5, Stream, 0, EAFNOSUPPORT},
		{"unknown type", IPv4, 3, 0, EINVAL},
		{"stream over udp", IPv4, Stream, 17, EPROTONOSUPPORT},
		{"datagram over tcp", IPv4, Datagram, 6, EPROTONOSUPPORT},
	} {
		t.Run(s.name, func(t *testing.T) {
			_, e := w.a.Socket(s.family, s.typ, s.proto)
			w.a.want(s.want, e)
		})
	}
}

func TestLowestDescriptorIsTaken(t *testing.T) {
	w := newWorld(t, IPv4)
	for i := range sockets {
		require.Equal(t, FirstFD+i, w.a.socket(Stream))
	}
	_, e := w.a.Socket(IPv4, Stream, 0)
	w.a.want(EMFILE, e)
	w.a.close(5).ret(0)
	w.a.close(4).ret(0)
	require.Equal(t, 4, w.a.socket(Datagram))
	require.Equal(t, 5, w.a.socket(Datagram))
}

// Calls that are blocked on closed descriptors keep their files, and there are only so many.
func TestFilesRunOut(t *testing.T) {
	w := newWorld(t, IPv4)
	for range sockets {
		fd := w.a.socket(Datagram)
		w.a.recv(fd, 1, 0).blocks()
		w.a.close(fd).ret(0)
	}
	_, e := w.a.Socket(IPv4, Stream, 0)
	w.a.want(ENFILE, e)
}

func TestBadDescriptor(t *testing.T) {
	w := newWorld(t, IPv4)
	h := w.a
	closed := h.socket(Stream)
	h.close(closed).ret(0)
	for _, fd := range []int{closed, -1, 0, FirstFD - 1, FirstFD + sockets, 1 << 30} {
		h.want(EBADF, h.Bind(fd, h.at(1)))
		h.want(EBADF, h.Listen(fd, 1))
		h.want(EBADF, h.Shutdown(w.now, fd, ShutBoth))
		h.want(EBADF, h.SetNonblock(fd, true))
		h.want(EBADF, h.SetOption(fd, SoKeepAlive, Value{}))
		_, e := h.GetOption(fd, SoError)
		h.want(EBADF, e)
		_, e = h.SockName(fd)
		h.want(EBADF, e)
		_, e = h.PeerName(fd)
		h.want(EBADF, e)
		h.accept(fd).fails(EBADF)
		h.connect(fd, w.b.at(1)).fails(EBADF)
		h.read(fd, 0).fails(EBADF)
		h.recv(fd, 1, 0).fails(EBADF)
		h.write(fd, "x").fails(EBADF)
		h.sendto(fd, "x", w.b.at(1)).fails(EBADF)
		h.close(fd).fails(EBADF)
		_, _, ok := h.Inspect(fd)
		require.False(t, ok)
	}
	c, p := h.polls(closed, PollIn, -1)
	c.ret(1)
	require.Equal(t, PollNil, p.Revents)
	c, p = h.polls(-1, PollIn, 0)
	c.ret(0)
	require.Zero(t, p.Revents)
}

func TestNames(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		name := func(h *host, fd int, want socket.Endpoint) {
			t.Helper()
			got, e := h.SockName(fd)
			h.want(ENone, e)
			require.Equal(t, want, got)
		}
		noPeer := func(h *host, fd int) {
			t.Helper()
			_, e := h.PeerName(fd)
			h.want(ENOTCONN, e)
		}
		unspecified := wire.Any4
		if w.family == IPv6 {
			unspecified = wire.Any6
		}
		u := w.a.socket(Datagram)
		name(w.a, u, socket.Endpoint{Addr: unspecified})
		noPeer(w.a, u)
		w.a.bind(u, socket.Endpoint{Port: 99})
		name(w.a, u, socket.Endpoint{Addr: unspecified, Port: 99})
		w.a.connect(u, w.b.at(7)).ret(0)
		name(w.a, u, w.a.at(99))
		got, e := w.a.PeerName(u)
		w.a.want(ENone, e)
		require.Equal(t, w.b.at(7), got)

		s := w.a.socket(Stream)
		name(w.a, s, socket.Endpoint{Addr: unspecified})
		noPeer(w.a, s)
	})
}

func TestOptions(t *testing.T) {
	w := newWorld(t, IPv6)
	h := w.a
	tcp, udp := h.socket(Stream), h.socket(Datagram)
	for _, s := range []struct {
		name     string
		option   Option
		value    Value
		first    Value // before it is set
		tcp, udp bool
	}{
		{"SO_KEEPALIVE", SoKeepAlive, Value{N: 1}, Value{}, true, true},
		{"SO_LINGER", SoLinger, Value{N: 1, Time: 5 * ms}, Value{}, true, true},
		{"SO_RCVTIMEO", SoRcvTimeo, Value{Time: 5 * ms}, Value{}, true, true},
		{"SO_SNDTIMEO", SoSndTimeo, Value{Time: 5 * ms}, Value{}, true, true},
		{"SO_REUSEADDR", SoReuseAddr, Value{N: 1}, Value{}, true, true},
		{"TCP_NODELAY", TCPNoDelay, Value{N: 1}, Value{}, true, false},
		{"TCP_CORK", TCPCork, Value{N: 1}, Value{}, true, false},
		{"TCP_KEEPIDLE", TCPKeepIdle, Value{Time: time.Second}, Value{Time: 2 * time.Hour}, true, false},
		{"TCP_KEEPINTVL", TCPKeepInterval, Value{Time: MaxKeepTime}, Value{Time: 75 * time.Second}, true, false},
		{"TCP_KEEPCNT", TCPKeepCount, Value{N: MaxKeepCount}, Value{N: 9}, true, false},
		{"TCP_USER_TIMEOUT", TCPUserTimeout, Value{Time: 5 * time.Second}, Value{}, true, false},
		{"TCP_QUICKACK", TCPQuickAck, Value{N: 1}, Value{}, true, false},
		{"IPV6_V6ONLY", IPv6V6Only, Value{N: 1}, Value{N: 1}, true, true},
		{"IP_TTL", IPTTL, Value{N: 1}, Value{}, false, false},
		{"IP_TOS", IPTOS, Value{N: 4}, Value{}, false, false},
		{"IP_MTU_DISCOVER", IPMTUDiscover, Value{N: 1}, Value{}, false, false},
		{"IPV6_UNICAST_HOPS", IPv6UnicastHops, Value{N: 255}, Value{N: 64}, true, true},
		{"IPV6_TCLASS", IPv6TClass, Value{N: 255}, Value{}, true, true},
		{"no option", 0, Value{N: 1}, Value{}, false, false},
		{"unknown option", IPv6V6Only + 1, Value{N: 1}, Value{}, false, false},
	} {
		t.Run(s.name, func(t *testing.T) {
			for fd, has := range map[int]bool{tcp: s.tcp, udp: s.udp} {
				if !has {
					h.want(ENOPROTOOPT, h.SetOption(fd, s.option, s.value))
					_, e := h.GetOption(fd, s.option)
					h.want(ENOPROTOOPT, e)
					continue
				}
				h.option(fd, s.option, s.first)
				h.set(fd, s.option, s.value)
				h.option(fd, s.option, s.value)
				h.want(EINVAL, h.SetOption(fd, s.option, Value{Time: -1}))
			}
		})
	}
	h.want(ENOPROTOOPT, h.SetOption(tcp, SoError, Value{}))
	for _, o := range []Option{TCPKeepIdle, TCPKeepInterval, TCPKeepCount} {
		h.want(EINVAL, h.SetOption(tcp, o, Value{}))
		h.want(EINVAL, h.SetOption(tcp, o, Value{N: MaxKeepCount + 1, Time: MaxKeepTime + 1}))
	}
	h.want(ENOPROTOOPT, h.SetOption(tcp, IPv6V6Only, Value{N: 0}))
	v4, e := h.Socket(IPv4, Stream, 0)
	h.want(ENone, e)
	h.want(ENOPROTOOPT, h.SetOption(v4, IPv6V6Only, Value{N: 1}))
	h.set(v4, SoKeepAlive, Value{N: 1})
	h.set(v4, SoKeepAlive, Value{N: 0})
	h.option(v4, SoKeepAlive, Value{N: 0})
}

func TestErrnoNames(t *testing.T) {
	seen := map[string]bool{}
	for e := range NumErrno {
		name := Errno(e).String()
		require.NotEmpty(t, name)
		require.False(t, seen[name], name)
		seen[name] = true
	}
	require.Equal(t, "unknown error", Errno(NumErrno).String())
}
