package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// wantLinks checks that every row is in the list where it is looked for, and nowhere else, that the heap is one, and that
// nothing is overlooked: of a row that is not in the queue the heap has the deadline, and there is nothing to be sent.
func wantLinks(t require.TestingT, s *Stack) {
	listed := make([]int, len(s.st.TCP))
	walk := func(list *int32) {
		for i := *list; i != 0; i = s.st.TCP[i-1].links.next {
			require.Same(t, list, s.tcpList(&s.st.TCP[i-1]))
			listed[i-1]++
			require.Equal(t, 1, listed[i-1])
		}
	}
	walk(&s.tcp.listeners)
	for i := range s.st.TCP {
		walk(&s.st.TCP[i].links.bucket)
	}
	heaped := 0
	for i := range s.st.TCP {
		r := &s.st.TCP[i]
		require.Equal(t, r.use != tcpFree, listed[i] == 1)
		if r.links.place != 0 {
			heaped++
			require.EqualValues(t, i+1, *s.heapRow(r.links.place))
			require.True(t, r.links.place == 1 || s.heapDue(r.links.place/2) <= r.links.due)
		}
		if r.use == tcpFree || r.use == tcpListener {
			require.Zero(t, r.links.place)
		} else if !r.links.queued {
			at, ok := r.state.Deadline()
			require.Equal(t, ok, r.links.place != 0)
			require.True(t, !ok || at == r.links.due)
			_, ok = r.state.Next()
			require.False(t, ok)
		}
	}
	require.EqualValues(t, s.tcp.timers, heaped)
	queued := 0
	for i := s.tcp.head; i != 0; i = s.st.TCP[i-1].links.after {
		require.True(t, s.st.TCP[i-1].links.queued)
		if queued++; s.st.TCP[i-1].links.after == 0 {
			require.Equal(t, i, s.tcp.tail)
		}
	}
	for i := range s.st.TCP {
		if s.st.TCP[i].links.queued {
			queued--
		}
	}
	require.Zero(t, queued)
}

// TestTCPHeap: rows come out of the heap when they are due, and no row is due that was taken out.
func TestTCPHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
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
	})
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
	wantLinks(t, &h.Stack)
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
	wantLinks(t, &h.Stack)
}
