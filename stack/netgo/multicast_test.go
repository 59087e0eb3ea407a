package netgo

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMulticast: both families; a member hears the group until it has left.
func TestMulticast(t *testing.T) {
	for _, text := range []string{"239.1.2.3:5000", "[ff0e::1234]:5000"} {
		t.Run(text, func(t *testing.T) {
			a, b := pair(t)
			group, err := net.ResolveUDPAddr("udp", text)
			require.NoError(t, err)
			l, err := b.ListenMulticastUDP("udp", group)
			require.NoError(t, err)
			say, err := a.ListenPacket("udp", ":0")
			require.NoError(t, err)
			heard := func(c *PacketConn, want string) {
				t.Helper()
				buf := make([]byte, 100)
				require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
				n, _, err := c.ReadFrom(buf)
				require.NoError(t, err)
				require.Equal(t, want, string(buf[:n]))
			}
			_, err = say.WriteTo([]byte("hello"), group)
			require.NoError(t, err)
			heard(l, "hello")

			// A copy comes back to who is a member and wants it.
			require.NoError(t, say.JoinGroup(group.IP))
			require.ErrorIs(t, say.JoinGroup(group.IP), syscall.EADDRINUSE)
			to := *group
			to.Port = say.LocalAddr().(*net.UDPAddr).Port
			_, err = say.WriteTo([]byte("myself"), &to)
			require.NoError(t, err)
			heard(say, "myself")
			require.NoError(t, say.SetMulticast(1, false))
			_, err = say.WriteTo([]byte("not me"), &to)
			require.NoError(t, err)
			require.NoError(t, say.SetMulticast(0, true))
			_, err = say.WriteTo([]byte("nobody else"), &to)
			require.NoError(t, err)
			heard(say, "nobody else")
			require.NoError(t, say.LeaveGroup(group.IP))
			require.ErrorIs(t, say.LeaveGroup(group.IP), syscall.EADDRNOTAVAIL)
			require.ErrorIs(t, say.JoinGroup(net.IPv4(192, 0, 2, 1)), syscall.EINVAL)

			require.NoError(t, say.Close())
			require.ErrorIs(t, say.JoinGroup(group.IP), net.ErrClosed)
			require.ErrorIs(t, say.SetMulticast(1, true), net.ErrClosed)
			wrong := map[bool]string{true: "udp6", false: "udp4"}[group.IP.To4() != nil]
			_, err = b.ListenMulticastUDP(wrong, group)
			require.ErrorContains(t, err, "not of the network's family")
			_, err = b.ListenMulticastUDP("tcp", group)
			require.Error(t, err)
			_, err = b.ListenMulticastUDP("udp", &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7})
			require.ErrorIs(t, err, syscall.EINVAL)
		})
	}
}

// TestToItself: a host reaches itself, by its addresses and by those of loopback.
func TestToItself(t *testing.T) {
	a, _ := pair(t)
	l, err := a.Listen("tcp", ":80")
	require.NoError(t, err)
	for _, host := range []string{addrA4, addrA6, "127.0.0.1", "::1"} {
		c, err := a.Dial("tcp", net.JoinHostPort(host, "80"))
		require.NoError(t, err, host)
		s, err := l.Accept()
		require.NoError(t, err)
		_, err = c.Write([]byte("hello"))
		require.NoError(t, err)
		b := make([]byte, 10)
		n, err := s.Read(b)
		require.NoError(t, err)
		require.Equal(t, "hello", string(b[:n]))
		require.NoError(t, c.Close())
		require.NoError(t, s.Close())
	}
	_, err = a.Dial("tcp", "127.0.0.1:81")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}
