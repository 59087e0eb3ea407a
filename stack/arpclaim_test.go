package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// arpConflicts are packets that show that another host has, or wants, our IPv4 address: a request, a reply and a probe.
func arpConflicts() [][]byte {
	return [][]byte{
		arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, me4, wire.MAC{}, other4),
		arpFrame(wire.Broadcast, wire.ARPReply, peerMAC, me4, wire.MAC{}, me4),
		arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, wire.Any4, wire.MAC{}, me4),
	}
}

// TestARPProbe: three probes, a second or two apart, two seconds of silence, and two announcements (RFC 5227 2.1.1, 2.3).
func TestARPProbe(t *testing.T) {
	h := claiming(t, 0, true)
	require.Less(t, h.next(time.Second), time.Second)
	h.wantSent(arpProbe4)
	for range 2 {
		require.GreaterOrEqual(t, h.next(2*time.Second), time.Second)
		h.wantSent(arpProbe4)
	}
	h.wantStatus(InProgress, me4)
	h.wantStatus(OK, me6, meLink6)
	require.Equal(t, 2*time.Second, h.next(2*time.Second))
	h.wantSent(arpIsOurs)
	h.wantStatus(OK, me4)
	require.Equal(t, 2*time.Second, h.next(2*time.Second))
	h.wantSent(arpIsOurs)
	h.wantIdle()
}

// TestARPTentative: an address that is not ours yet neither answers nor sends.
func TestARPTentative(t *testing.T) {
	h := claiming(t, 0, true)
	id := h.open(wire.Addr{}, 4000)
	h.receive(goodARP, goodEcho4, udpFrame(peer4, all4, 1, 4000, "x"))
	require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, peer4, 7, nil))
	require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, all4, 7, nil))
	h.wantSent()
	require.Equal(t, map[string]uint64{"drop-arp-other": 1, "drop-ethernet-type": 2}, h.drops())
	require.Equal(t, AddrNotAvailable, h.UDPConnect(id, peer4, 7))
}

// TestARPConflict: RFC 5227 2.1.1, in every phase of the probing.
func TestARPConflict(t *testing.T) {
	for _, frame := range arpConflicts() {
		for phase := range 4 {
			h := claiming(t, 0, true)
			for range phase {
				h.next(2 * time.Second)
			}
			h.sent()
			h.receive(frame)
			h.wantCount(DropARPConflict)
			h.wantStatus(AddrInUse, me4)
			h.advance(10 * time.Second)
			h.receive(goodARP, goodEcho4)
			h.wantSent()
			h.wantIdle()
			id := h.open(wire.Addr{}, 4000)
			require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, peer4, 7, nil))
		}
	}
}

// TestARPDefence: an address in use is announced again when somebody else speaks for it, once in ten seconds, and kept
// (RFC 5227 2.4 c). A probe for it is a request like any other.
func TestARPDefence(t *testing.T) {
	h := claiming(t, 0, true)
	for range 5 {
		h.next(2 * time.Second)
	}
	h.advance(time.Minute)
	h.sent()
	frames := arpConflicts()
	h.slots(0)
	h.receive(frames[0])
	require.Equal(t, uint64(1), h.Counter(DropReplyNoBuffer))
	h.slots(16)
	for range 3 {
		h.receive(frames[0])
		h.wantSent(arpIsOurs)
		h.receive(frames[0], frames[1])
		h.advance(10*time.Second - 1)
		h.receive(frames[1])
		h.wantSent()
		h.wantStatus(OK, me4)
		h.advance(1)
	}
	h.receive(frames[2])
	h.wantSent("peer: arp reply 192.0.2.1 is me, 0.0.0.0 is peer")
}

// TestNoARPDefence: who does not probe does not announce.
func TestNoARPDefence(t *testing.T) {
	h := claiming(t, 0, false)
	h.receive(arpConflicts()[0])
	h.wantSent()
	h.wantStatus(OK, me4)
	h.wantIdle()
}
