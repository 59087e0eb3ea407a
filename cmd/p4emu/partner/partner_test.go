package partner

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/cmd/firmware/bench/traffic"
	"stackproof/drivers/emac"
	"stackproof/drivers/emac/model"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// board is what the image is to the partner: a stack behind driver and model, without an emulator.
type board struct {
	t       *testing.T
	host    *model.Host
	driver  emac.Driver
	stack   stack.Stack
	partner *Partner
	said    []string
}

func newBoard(t *testing.T) *board {
	b := &board{t: t}
	b.partner = New(func(s string) { b.said = append(b.said, s) })
	b.host = model.NewHost(model.Config{Sent: b.partner.Hear}, emac.Size(emac.DefaultRing, emac.DefaultRing))
	b.partner.Plug(b.host.EMAC)
	mac := wire.MAC{2, 0, 0, 0, 0, traffic.Image}
	dc := emac.Config{Address: mac, Memory: b.host.RAM.CPU(), Receive: emac.DefaultRing, Transmit: emac.DefaultRing, PHY: 1, BusHz: 180_000_000}
	require.Equal(t, emac.Fine, b.driver.Init(b.host, &dc, b.host.Now()))
	sc := stack.Config{MAC: mac, MTU: 1500, Entropy: [32]byte{9}, IPv4: wire.Prefix{Addr: wire.IPv4(192, 0, 2, traffic.Image), Bits: 24}}
	st := stack.Storage{
		Neighbours: make([]neighbour.Entry, 2), Waiting: make([]byte, 1500), TCP: make([]stack.TCPConn, 2), TCPBuffer: make([]byte, 2*buffer),
	}
	require.Equal(t, stack.InitOK, b.stack.Init(&sc, &st, &b.driver))
	b.until(func() bool { return b.driver.State() == emac.Up })
	return b
}

// until lets both live until done says so.
func (b *board) until(done func() bool) {
	b.t.Helper()
	for end := b.host.Now() + 10*time.Second; !done(); {
		require.Less(b.t, b.host.Now(), end)
		b.driver.Poll(b.host.Now())
		b.stack.Poll(b.host.Now())
		next := b.host.Now() + 10*time.Microsecond
		if at, due := b.partner.Poll(b.host.Now()); due {
			require.Greater(b.t, at, b.host.Now(), "what is due now is done")
			next = min(next, at)
		}
		b.host.At(next)
	}
}

// open connects and asks.
func (b *board) open(r traffic.Request) (id int) {
	id, c := b.stack.TCPConnect(b.host.Now(), wire.Addr{}, 0, wire.IPv4(192, 0, 2, traffic.Partner), traffic.Port)
	require.Equal(b.t, stack.OK, c)
	b.until(func() bool { return b.stack.TCPStatus(id) == stack.OK })
	var head [traffic.RequestSize]byte
	r.Put(&head)
	n, _ := b.stack.TCPWrite(id, head[:])
	require.Equal(b.t, len(head), n)
	return id
}

// TestPartner: it sends what was asked for, ends with what it was promised, and complains of other bytes.
func TestPartner(t *testing.T) {
	b := newBoard(t)
	id := b.open(traffic.Request{Receive: 10_000, Send: 5})
	got := make([]byte, 0, 20_000)
	b.until(func() bool {
		n, _ := b.stack.TCPRead(id, got[len(got):cap(got)], false)
		got = got[:len(got)+n]
		return len(got) == 10_000
	})
	require.Equal(t, b.partner.pattern[:10_000], got)
	require.False(t, b.stack.TCPReady(id)&stack.PeerClosed != 0, "five bytes are still to come")
	_, _ = b.stack.TCPWrite(id, b.partner.pattern[:5])
	b.until(func() bool { return b.stack.TCPReady(id)&stack.PeerClosed != 0 })
	require.Empty(t, b.said)
	b.stack.TCPClose(b.host.Now(), id)

	id = b.open(traffic.Request{Send: 3})
	_, _ = b.stack.TCPWrite(id, []byte("bad"))
	b.until(func() bool { return b.stack.TCPReady(id)&stack.PeerClosed != 0 })
	require.Equal(t, []string{"the 3 bytes from 0 of the image's stream on are not those that it should send"}, b.said)
}
