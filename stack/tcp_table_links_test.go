package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// TestTCPHeap: rows come out of the heap when they are due, and no row is due that was taken out.
func TestTCPHeap(t *testing.T) { rapid.Check(t, propertyTCPHeap) }

func FuzzTCPHeap(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyTCPHeap)) }

func propertyTCPHeap(t *rapid.T) {
	s := &Stack{st: Storage{TCP: make([]TCPConn, 9)}}
	want := map[int]time.Duration{}
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		id := rapid.IntRange(0, 8).Draw(t, "row")
		switch rapid.IntRange(0, 3).Draw(t, "step") {
		case 0:
			s.tcpUnschedule(id)
			delete(want, id)
		case 1:
			now := time.Duration(rapid.IntRange(0, 20).Draw(t, "now"))
			s.tcpTouchDue(now)
			for s.tcp.head != 0 {
				id := s.tcpNext()
				require.Contains(t, want, id)
				require.LessOrEqual(t, want[id], now)
				delete(want, id)
			}
			for _, due := range want {
				require.Greater(t, due, now)
			}
		default:
			want[id] = time.Duration(rapid.IntRange(0, 20).Draw(t, "due"))
			s.tcpSchedule(id, want[id])
		}
		require.EqualValues(t, len(want), s.tcp.timers)
	}
}

// TestTCPTableFindsAll: a full table of connections that differ in one port, and of listeners.
func TestTCPTableFindsAll(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	for i := range h.st.TCP {
		if i < 2 {
			h.tcpTake(i, tcpListener, me4, uint16(80+i), wire.Addr{}, 0)
			continue
		}
		h.tcpTake(i, tcpOpen, me4, 80, peer4, uint16(1000+i)).state.Connect(tcp.Config{})
		h.tcpTouch(i)
	}
	require.True(t, h.checkLinks().Holds())
	for i := range h.st.TCP {
		id := h.tcpFind(me4, 80, peer4, uint16(1000+i))
		if i < 2 {
			require.Equal(t, -1, id)
			require.Equal(t, i, h.tcpFindListener(me4, uint16(80+i)))
			continue
		}
		require.Equal(t, i, id)
		require.Equal(t, i, h.tcpFind(me4, 80, peer4, uint16(1000+i)), "again")
		require.Equal(t, -1, h.tcpFind(me4, 81, peer4, uint16(1000+i)))
	}
	h.tcpRelease(1)
	require.Equal(t, -1, h.tcpFindListener(me4, 81))
	h.tcpRelease(2)
	require.Equal(t, -1, h.tcpFind(me4, 80, peer4, 1002))
	h.tcpRelease(2)
	require.True(t, h.checkLinks().Holds())
}
