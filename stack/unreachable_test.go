package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// probe is what asking the neighbour alone looks like.
func (r resolution) probe() string {
	if r.peer.Is4() {
		return "peer: arp request 192.0.2.1 is me, 192.0.2.2 is 00:00:00:00:00:00"
	}
	return "peer: 2001:db8::1 > 2001:db8::2 hops 255 who is 2001:db8::2, option 1 me"
}

// aged is how long after it was heard of a neighbour is doubtful for sure.
const aged = 2 * neighbour.ARPReachableTime

// TestUnreachable: who was not heard of for long is spoken to, then asked, and then resolved anew (RFC 4861 7.3.3; RFC
// 1122 2.3.2.1, unicast poll).
func TestUnreachable(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		h.meetPeers()
		h.advance(aged)
		h.wantSent()
		h.wantIdle()
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.wantSent(r.datagram + `"x"`)
		h.wantNext(neighbour.DelayTime)
		h.advance(neighbour.DelayTime)
		h.wantSent(r.probe())
		for range 2 {
			h.wantNext(time.Second)
			require.Equal(t, OK, h.sendUDP(id, "y"))
			h.wantSent(r.datagram + `"y"`)
			h.advance(time.Second)
			h.wantSent(r.probe())
		}
		h.wantNext(time.Second)
		h.advance(time.Second)
		h.wantSent()
		h.wantIdle()
		require.Equal(t, uint64(1), h.Counter(NeighbourFailures))
		require.Equal(t, OK, h.sendUDP(id, "z"))
		h.wantSent(r.ask)
		h.receive(r.answer)
		h.wantSent(r.datagram + `"z"`)
		require.Empty(t, h.drops())
	})
}

// TestReachableAgain: an answer to a probe ends the probing.
func TestReachableAgain(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		h.meetPeers()
		h.advance(aged)
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.advance(neighbour.DelayTime)
		h.wantSent(r.datagram+`"x"`, r.probe())
		h.receive(r.answer)
		h.wantIdle()
		h.advance(10 * time.Second)
		require.Equal(t, OK, h.sendUDP(id, "y"))
		h.wantSent(r.datagram + `"y"`)
		h.wantIdle()
	})
}

// TestProbeWaitsForATransmitBuffer: one that could not be sent does not count.
func TestProbeWaitsForATransmitBuffer(t *testing.T) {
	each(t, func(t *testing.T, r resolution, h *host, id int) {
		h.meetPeers()
		h.advance(aged)
		require.Equal(t, OK, h.sendUDP(id, "x"))
		h.slots(0)
		h.advance(neighbour.DelayTime + 10*time.Second)
		h.wantNext(transmitRetry)
		h.slots(8)
		for range neighbour.Tries {
			h.advance(0)
			h.wantSent(r.probe())
			h.now += time.Second
		}
	})
}

// TestAnswerToAStrangerProbes: it is a packet like any other, but whom it goes to is not in use for that.
func TestAnswerToAStrangerProbes(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.advance(aged)
	h.receive(goodEcho4)
	h.wantSent(`peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 7/9 "abc"`)
	h.advance(neighbour.DelayTime)
	h.wantSent(resolutions[0].probe())
}

// TestTCPConfirms: as long as the peer acknowledges what is new, or sends it, it is not asked whether it is there (RFC
// 4861 7.3.1).
func TestTCPConfirms(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connected()
		h.sent()
		state := func() neighbour.State {
			_, _, s := h.neighbours.Lookup(h.now, peer)
			return s
		}
		require.Equal(t, neighbour.Reachable, state(), "the handshake proves it")
		seq := 1
		for range 50 {
			h.now += aged
			require.Equal(t, neighbour.Stale, state())
			h.writes(id, "x")
			h.Poll(h.now)
			h.sent()
			require.Equal(t, neighbour.Delay, state())
			h.now += time.Millisecond
			h.gets(ack, 1, seq, "")
			require.Equal(t, neighbour.Delay, state(), "what is not new says nothing")
			seq++
			h.gets(ack, 1, seq, "")
			require.Equal(t, neighbour.Reachable, state())
		}
		h.now += aged
		h.gets(ack, 1, seq, "x")
		require.Equal(t, neighbour.Reachable, state(), "new data says as much")
		h.now += aged
		h.gets(ack, 1, seq, "x")
		require.Equal(t, neighbour.Delay, state(), "old data says nothing, and is acknowledged")
		require.Zero(t, h.Counter(NeighbourFailures))
	})
}
