package posix

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// groupOptions are the options of a family.
func groupOptions(family int) (hops, loop, join, leave Option) {
	if family == IPv6 {
		return IPv6MulticastHops, IPv6MulticastLoop, IPv6JoinGroup, IPv6LeaveGroup
	}
	return IPMulticastTTL, IPMulticastLoop, IPAddMembership, IPDropMembership
}

// group is the n-th group of the world's family.
func (w *world) group(n byte) Value {
	a := wire.IPv4(239, 0, 0, n)
	if w.family == IPv6 {
		a = wire.AddrFrom16([16]byte{0: 0xff, 1: 0x0e, 15: n})
	}
	return Value{Group: socket.Endpoint{Addr: a}}
}

// reports is how often the host has told routers something.
func (h *host) reports() uint64 {
	h.settle()
	h.w.rest()
	h.w.rest()
	return h.stack.Counter(stack.GroupReportsSent)
}

// TestMembership: a socket's membership ends when it says so, or with it; the interface's with that of the last socket.
func TestMembership(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		_, _, join, leave := groupOptions(w.family)
		a, b := w.a, w.b
		s, other := b.socket(Datagram), b.socket(Datagram)
		require.Equal(t, ENone, b.SetOption(s, join, w.group(1)), "before it has a port")
		b.bind(s, socket.Endpoint{Port: 7})
		require.Equal(t, uint64(2), b.reports())
		require.Equal(t, EADDRINUSE, b.SetOption(s, join, w.group(1)))
		require.Equal(t, EADDRNOTAVAIL, b.SetOption(other, leave, w.group(1)))
		require.Equal(t, ENone, b.SetOption(other, join, w.group(1)))
		require.Equal(t, uint64(2), b.reports(), "routers know")

		c := a.socket(Datagram)
		to := socket.Endpoint{Addr: w.group(1).Group.Addr, Port: 7}
		say := func() {
			t.Helper()
			a.sendto(c, "all", to).ret(3)
			w.rest()
		}
		say()
		b.recv(s, 100, DontWait).got("all")
		require.Equal(t, ENone, b.SetOption(s, leave, w.group(1)))
		say()
		b.recv(s, 100, DontWait).got("all")
		b.close(other).ret(0)
		require.Equal(t, uint64(4), b.reports(), "nobody is a member any more")
		say()
		b.recv(s, 100, DontWait).fails(EAGAIN)

		require.Equal(t, ENone, b.SetOption(s, join, w.group(1)))
		require.Equal(t, ENone, b.SetOption(s, join, w.group(2)))
		n := b.reports()
		b.close(s).ret(0)
		require.Greater(t, b.reports(), n)
		fresh := b.socket(Datagram)
		require.Equal(t, EADDRNOTAVAIL, b.SetOption(fresh, leave, w.group(1)), "a socket of the same number is another one")
	})
}

func TestMembershipRefused(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		hops, loop, join, leave := groupOptions(w.family)
		foreignHops, _, foreign, _ := groupOptions(IPv4 + IPv6 - w.family)
		h := w.a
		s, stream := h.socket(Datagram), h.socket(Stream)
		for _, o := range []Option{join, leave} {
			require.Equal(t, EBADF, h.SetOption(99, o, w.group(1)))
			require.Equal(t, ENOPROTOOPT, h.SetOption(stream, o, w.group(1)))
			require.Equal(t, EINVAL, h.SetOption(s, o, Value{Group: w.a.at(0)}), "no group")
			require.Equal(t, EINVAL, h.SetOption(s, o, Value{}))
			v := w.group(1)
			v.N = 2
			require.Equal(t, ENODEV, h.SetOption(s, o, v))
			v.N, v.At = 0, w.b.at(0)
			require.Equal(t, ENODEV, h.SetOption(s, o, v))
			_, e := h.GetOption(s, o)
			require.Equal(t, ENOPROTOOPT, e)
		}
		v := w.group(1)
		v.At = h.at(0)
		if w.family == IPv6 {
			v.N = 1
		}
		require.Equal(t, ENone, h.SetOption(s, join, v))
		require.Equal(t, ENone, h.SetOption(s, join, w.group(2)))
		require.Equal(t, ENone, h.SetOption(s, join, w.group(3)))
		require.Equal(t, ENOBUFS, h.SetOption(s, join, w.group(4)))
		require.Equal(t, ENOPROTOOPT, h.SetOption(s, foreign, w.group(5)))
		require.Equal(t, ENOPROTOOPT, h.SetOption(s, foreignHops, Value{}))
		for _, o := range []Option{hops, loop, foreignHops} {
			_, e := h.GetOption(stream, o)
			require.Equal(t, ENOPROTOOPT, e)
		}
	})
}

// TestMulticastOptions: they hold before and after the socket has a port.
func TestMulticastOptions(t *testing.T) {
	families(t, func(t *testing.T, w *world) {
		hops, loop, join, _ := groupOptions(w.family)
		h := w.a
		s := h.socket(Datagram)
		get := func(o Option) int {
			v, e := h.GetOption(s, o)
			require.Equal(t, ENone, e)
			return v.N
		}
		require.Equal(t, []int{1, 1}, []int{get(hops), get(loop)})
		require.Equal(t, ENone, h.SetOption(s, join, w.group(1)))
		require.Equal(t, ENone, h.SetOption(s, hops, Value{N: 0}))
		h.bind(s, socket.Endpoint{Port: 7})
		sent := func() uint64 {
			h.reports()
			before := h.stack.Counter(stack.FramesSent)
			h.sendto(s, "x", socket.Endpoint{Addr: w.group(1).Group.Addr, Port: 7}).ret(1)
			return h.stack.Counter(stack.FramesSent) - before
		}
		require.Zero(t, sent(), "it stays inside")
		h.recv(s, 100, DontWait).got("x")
		require.Equal(t, ENone, h.SetOption(s, loop, Value{N: 0}))
		require.Equal(t, ENone, h.SetOption(s, hops, Value{N: 255}))
		require.Equal(t, []int{255, 0}, []int{get(hops), get(loop)})
		require.Equal(t, uint64(1), sent())
		h.recv(s, 100, DontWait).fails(EAGAIN)
		require.Equal(t, ENone, h.SetOption(s, hops, Value{N: -1}))
		require.Equal(t, 1, get(hops))
		require.Equal(t, EINVAL, h.SetOption(s, hops, Value{N: 256}))
		require.Equal(t, EINVAL, h.SetOption(s, hops, Value{N: -2}))
	})
}
