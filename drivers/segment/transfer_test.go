package segment

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// world is two stacks at the ports of a segment, in virtual time.
type world struct {
	t       *testing.T
	now     time.Duration
	segment *Segment
	hosts   [2]stack.Stack
}

func newWorld(t *testing.T, p Path, seed uint64) *world {
	w := &world{t: t, now: time.Hour, segment: newSegment(t, Config{Ports: []Paths{Symmetric(p), {}}, Seed: seed})}
	for i := range w.hosts {
		n := byte(i + 1)
		cfg := stack.Config{
			MAC: wire.MAC{2, 0, 0, 0, 0, n}, MTU: 1500, Entropy: [32]byte{n},
			IPv4: wire.Prefix{Addr: wire.AddrFrom4([4]byte{192, 0, 2, n}), Bits: 24},
		}
		st := stack.Storage{
			Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 4*1500),
			TCP: make([]stack.TCPConn, 4), TCPBuffer: make([]byte, 4*128<<10),
		}
		require.Equal(t, stack.InitOK, w.hosts[i].Init(&cfg, &st, w.segment.Port(i)))
	}
	return w
}

// step lets everybody do what is due, and goes on to the next event when nobody has anything to do now.
func (w *world) step() {
	next, any := time.Duration(0), false
	at := func(t time.Duration, ok bool) {
		if ok && (!any || t < next) {
			next, any = t, true
		}
	}
	for i := range w.hosts {
		at(w.hosts[i].Poll(w.now))
	}
	at(w.segment.Poll(w.now))
	if w.segment.Port(0).Waiting()+w.segment.Port(1).Waiting() > 0 {
		return // they are to be heard now
	}
	require.True(w.t, any, "nothing more will ever happen")
	w.now = max(w.now, next)
}

// transfer sends data from host 0 to host 1 and returns what arrived before the end of the stream.
func (w *world) transfer(data []byte) (got []byte) {
	a, b := &w.hosts[0], &w.hosts[1]
	listener, c := b.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(w.t, stack.OK, c)
	client, c := a.TCPConnect(w.now, wire.Addr{}, 0, wire.AddrFrom4([4]byte{192, 0, 2, 2}), 80)
	require.Equal(w.t, stack.OK, c)
	server, shut, buf := -1, false, make([]byte, 10_000)
	for end := w.now + time.Hour; ; {
		require.Less(w.t, w.now, end, "after %d bytes", len(got))
		w.step()
		if s := a.TCPStatus(client); s == stack.OK && len(data) > 0 {
			n, _ := a.TCPWrite(client, data)
			data = data[n:]
		} else if s == stack.OK && !shut {
			shut = true
			require.Equal(w.t, stack.OK, a.TCPShutdownWrite(client))
		} else {
			require.Contains(w.t, []stack.Cause{stack.OK, stack.InProgress}, s)
		}
		if server < 0 {
			server, _ = b.TCPAccept(listener)
			continue
		}
		n, c := b.TCPRead(server, buf, false)
		got = append(got, buf[:n]...)
		if c == stack.EOF {
			return got
		}
		require.Contains(w.t, []stack.Cause{stack.OK, stack.WouldBlock}, c)
	}
}

// TestTransfer: a mebibyte through every fault arrives whole, and the same way again with the same seed.
func TestTransfer(t *testing.T) {
	data := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	for _, c := range []struct {
		name string
		path Path
	}{
		{"clean", Path{Rate: 100_000_000, Delay: time.Millisecond}},
		{"loss", Path{Rate: 100_000_000, Delay: 5 * time.Millisecond, Loss: .02}},
		{"duplication", Path{Rate: 100_000_000, Delay: 5 * time.Millisecond, Duplicate: .1}},
		{"reordering", Path{Rate: 100_000_000, Delay: 5 * time.Millisecond, Reorder: .1}},
		{"corruption", Path{Rate: 100_000_000, Delay: 5 * time.Millisecond, Corrupt: .02}},
		{"short queue", Path{Rate: 10_000_000, Delay: 20 * time.Millisecond, Queue: 8 * 1538}},
		{"all", Path{
			Rate: 50_000_000, Delay: 5 * time.Millisecond, Jitter: 5 * time.Millisecond,
			Loss: .01, Duplicate: .01, Reorder: .01, Corrupt: .01,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			once := func() (time.Duration, Stats) {
				w := newWorld(t, c.path, 7)
				got := w.transfer(data)
				require.Equal(t, sha256.Sum256(data), sha256.Sum256(got))
				tx, _ := w.segment.Port(0).Stats()
				return w.now - time.Hour, tx
			}
			took, st := once()
			t.Logf("%v of virtual time, %+v", took, st)
			for _, fault := range []struct {
				asked bool
				n     uint64
			}{
				{c.path.Loss > 0, st.Lost}, {c.path.Duplicate > 0, st.Duplicated}, {c.path.Reorder > 0, st.Reordered},
				{c.path.Corrupt > 0, st.Corrupted}, {c.path.Queue > 0, st.QueueFull},
			} {
				require.Equal(t, fault.asked, fault.n > 0)
			}
			again, st2 := once()
			require.Equal(t, took, again)
			require.Equal(t, st, st2)
		})
	}
}
