package socket

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/invariant"
	"stackproof/stack/wire"
)

// TestCheck: each rule, broken in each way that it can be.
func TestCheck(t *testing.T) {
	group := wire.IPv4(224, 0, 0, 9)
	for _, c := range []struct {
		want   invariant.Violation
		damage func(a *host)
	}{
		{invariant.SocketUse.At(0), func(a *host) { a.rows[0].kind = Raw + 1 }},
		{invariant.SocketUse.At(0), func(a *host) { a.rows[0].phase = closed; a.rows[0].local.Port = 0 }},
		{invariant.SocketUse.At(0), func(a *host) { a.rows[0].conn = a.rows[1].conn }},
		{invariant.SocketUse.At(1), func(a *host) { a.rows[1].conn = 7 }},
		{invariant.SocketUse.At(1), func(a *host) { a.rows[1].kind = Datagram }},
		{invariant.SocketUse.At(2), func(a *host) { a.stack.UDPClose(int(a.rows[2].conn)) }},
		{invariant.SocketUse.At(3), func(a *host) { a.rows[3].conn = a.rows[2].conn }},
		{invariant.SocketGroup.At(0), func(a *host) { a.groups[0].sock = 0 }},
		{invariant.SocketGroup.At(0), func(a *host) { a.groups[0].group = a.addr }},
		{invariant.SocketGroup.At(0), func(a *host) { a.groups[0].sock = -1 }},
	} {
		t.Run(c.want.Rule.String(), func(t *testing.T) {
			l := newLink(t)
			l.a.InitGroups(make([]Membership, 2))
			listener := l.a.socket(t, Stream)
			want(t, stack.OK, l.a.Bind(listener, Endpoint{Port: 80}))
			want(t, stack.OK, l.a.Listen(listener, 1))
			want(t, stack.InProgress, l.a.Connect(l.now, l.a.socket(t, Stream), Endpoint{l.b.addr, 80}))
			for range 2 {
				want(t, stack.OK, l.a.Bind(l.a.socket(t, Datagram), Endpoint{}))
			}
			l.a.groups[0] = Membership{sock: 2, group: group}
			require.Equal(t, invariant.Violation{}, l.a.Check())
			c.damage(&l.a)
			require.Equal(t, c.want, l.a.Check())
		})
	}
}
