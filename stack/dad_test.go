package stack

import (
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// The probes for our addresses.
const (
	dadLink   = "33:33:ff:00:00:01: :: > ff02::1:ff00:1 hops 255 has anybody fe80::ff:fe00:1"
	dadOwn    = "33:33:ff:00:00:01: :: > ff02::1:ff00:1 hops 255 has anybody 2001:db8::1"
	arpProbe4 = "all: arp request 0.0.0.0 is me, 192.0.2.1 is 00:00:00:00:00:00"
	arpIsOurs = "all: arp request 192.0.2.1 is me, 192.0.2.1 is 00:00:00:00:00:00"
)

// claiming returns a host that has its addresses still to claim.
func claiming(t *testing.T, dad uint8, arp bool) *host {
	h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits, c.ARPProbe = dad, arp })
	h.now = time.Hour
	h.slots(16)
	return h
}

// next goes to the next deadline, which must not be later than within, and returns how far it was.
func (h *host) next(within time.Duration) time.Duration {
	h.t.Helper()
	at, ok := h.Poll(h.now)
	require.True(h.t, ok)
	d := at - h.now
	require.Greater(h.t, d, time.Duration(0))
	require.LessOrEqual(h.t, d, within)
	h.advance(d)
	return d
}

func (h *host) wantStatus(want Cause, addrs ...wire.Addr) {
	h.t.Helper()
	for _, a := range addrs {
		require.Equal(h.t, want, h.AddressStatus(a), "%v", a)
	}
}

// TestDAD: each address is probed for after a random delay, and is ours a second after the last probe (RFC 4862 5.4).
func TestDAD(t *testing.T) {
	for _, probes := range []uint8{1, 2, 5} {
		h := claiming(t, probes, false)
		h.wantStatus(InProgress, meLink6, me6)
		h.wantStatus(OK, me4)
		h.wantStatus(AddrNotAvailable, peer4, peer6, wire.Addr{}, wire.Any6, wire.Any4)
		require.Less(t, h.next(time.Second), time.Second, "a random delay")
		h.wantSent(dadLink, dadOwn)
		for range probes - 1 {
			require.Equal(t, time.Second, h.next(time.Second))
			h.wantSent(dadLink, dadOwn)
		}
		h.advance(time.Second - 1)
		h.wantStatus(InProgress, meLink6, me6)
		h.advance(1)
		h.wantStatus(OK, meLink6, me6)
		h.wantIdle()
		h.wantSent()
		h.receive(goodNS)
		require.Len(t, h.sent(), 1)
	}
}

// TestDADDelay: it differs from host to host.
func TestDADDelay(t *testing.T) {
	seen := map[time.Duration]bool{}
	for n := range byte(50) {
		h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits, c.Entropy[20] = 1, n })
		seen[h.next(time.Second)] = true
	}
	require.Len(t, seen, 50)
}

// TestTentative: an address that is not ours yet neither answers nor sends (RFC 4862 5.4).
func TestTentative(t *testing.T) {
	h := claiming(t, 1, false)
	h.next(time.Second)
	h.sent()
	h.receive(goodNS, nsFrame(peerLL6, meGroup6, meLink6, peerMAC), goodEcho6, udpFrame(peer6, me6, 4000, 9, ""))
	h.wantSent()
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, peer6, 7, nil))
	require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, wire.AllNodes6, 7, nil))
	_, c := h.UDPOpen(me6, 4001)
	require.Equal(t, AddrNotAvailable, c)
	h.wantSent()
	require.Equal(t, map[string]uint64{"drop-ndp-other": 2, "drop-ipv6-other": 2}, h.drops(), "who asks where it is, and what goes there")
	h.receive(goodARP, goodEcho4)
	require.Len(t, h.sent(), 2, "IPv4 has nothing to do with it")
}

// duplicates are messages that show that somebody has, or wants, an address.
func duplicates(a wire.Addr) map[string][]byte {
	return map[string][]byte{
		"probe":                            nsFrame(wire.Any6, wire.SolicitedNode(a), a, wire.MAC{}),
		"advertisement":                    naFrame(a, wire.AllNodes6, wire.NeighborAdvertFields{Override: true, Target: a}, peerMAC),
		"advertisement without an address": naFrame(a, wire.AllNodes6, wire.NeighborAdvertFields{Target: a}, wire.MAC{}),
	}
}

// TestDuplicate: RFC 4862 5.4.3 to 5.4.5, before the first probe and after it.
func TestDuplicate(t *testing.T) {
	for name, frame := range duplicates(me6) {
		for _, probed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				h := claiming(t, 2, false)
				if probed {
					h.next(time.Second)
				}
				h.receive(frame)
				h.wantCount(DropNDPConflict)
				h.wantStatus(AddrInUse, me6)
				h.sent()
				for range 10 {
					h.advance(time.Second)
				}
				require.NotContains(t, h.sent(), dadOwn, "nobody is asked any more")
				h.wantIdle()
				h.wantStatus(OK, meLink6)
				h.receive(goodNS, goodEcho6)
				h.wantSent()
				h.receive(nsFrame(peerLL6, meGroup6, meLink6, peerMAC))
				require.Len(t, h.sent(), 1, "the other address is used")
				id := h.open(wire.Addr{}, 4000)
				require.Equal(t, OK, h.UDPSend(h.now, id, peerLL6, 7, nil))
				require.Equal(t, OK, h.UDPSend(h.now, id, far6, 7, nil))
				require.Contains(t, h.sent()[0], "fe80::ff:fe00:1 > fe80::2", "even where it is the worse one")
			})
		}
	}
}

// TestDuplicateLinkLocal: if somebody has the address that is made of the MAC there is no IPv6 (RFC 4862 5.4.5).
func TestDuplicateLinkLocal(t *testing.T) {
	for name, frame := range duplicates(meLink6) {
		t.Run(name, func(t *testing.T) {
			h := claiming(t, 2, false)
			h.receive(frame)
			h.wantStatus(AddrInUse, meLink6, me6)
			h.advance(10 * time.Second)
			h.receive(goodNS, goodEcho6)
			id := h.open(wire.Addr{}, 4000)
			require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, peer6, 7, nil))
			h.wantSent()
			h.wantIdle()
			h.receive(goodARP, goodEcho4)
			require.Len(t, h.sent(), 2, "there is IPv4")

			h.SetLink(h.now, false)
			h.SetLink(h.now, true)
			h.wantStatus(InProgress, meLink6, me6)
			h.next(time.Second)
			h.wantSent(dadLink, dadOwn)
		})
	}
}

// TestAddressInUseStays: what comes after the probing takes nothing away, and a probe is answered.
func TestAddressInUseStays(t *testing.T) {
	h := claiming(t, 1, true)
	for range 6 {
		h.next(2 * time.Second)
	}
	h.sent()
	for _, frame := range duplicates(me6) {
		h.receive(frame)
	}
	h.wantSent("33:33:00:00:00:01: 2001:db8::1 > ff02::1 hops 255 2001:db8::1 is here, flags 001, option 2 me")
	h.wantStatus(OK, me6, meLink6)
}

// TestOwnProbeComesBack: a probe that the link echoes is none of somebody else (RFC 4862 5.4.3).
func TestOwnProbeComesBack(t *testing.T) {
	h := claiming(t, 1, true)
	h.next(time.Second)
	var echoes [][]byte
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		echoes = append(echoes, slices.Clone(f))
		h.dev.Done()
	}
	require.NotEmpty(t, echoes)
	h.receive(echoes...)
	require.Equal(t, uint64(len(echoes)), h.Counter(DropEthernetOwn))
	h.advance(20 * time.Second)
	h.advance(20 * time.Second)
	h.wantStatus(OK, me6, meLink6)
}

// TestProbeForAClaimWaitsForATransmitBuffer: one that could not be sent was not.
func TestProbeForAClaimWaitsForATransmitBuffer(t *testing.T) {
	h := claiming(t, 1, true)
	h.slots(0)
	h.advance(time.Minute)
	h.advance(time.Minute)
	h.wantNext(transmitRetry)
	h.wantStatus(InProgress, me4, me6, meLink6)
	h.slots(8)
	h.advance(0)
	h.wantSent(dadLink, dadOwn, arpProbe4)
	h.wantStatus(InProgress, me4, me6, meLink6)
}

// TestClaimsWithoutLink: a link that is down has nobody to ask; when it comes up all begins anew, as it was last told to.
func TestClaimsWithoutLink(t *testing.T) {
	h := claiming(t, 1, false)
	h.next(time.Second)
	h.sent()
	h.SetLink(h.now, false)
	h.wantIdle()
	h.advance(time.Minute)
	h.wantStatus(InProgress, meLink6, me6)
	h.SetClaims(0, true, false)
	h.SetLink(h.now, true)
	h.wantStatus(OK, meLink6, me6)
	h.wantStatus(InProgress, me4)
	h.next(time.Second)
	h.wantSent(arpProbe4)
}

// claimFrames are frames that may disturb an address's claim, always in the same order.
var claimFrames = sync.OnceValue(func() [][]byte {
	frames := [][]byte{goodNS, goodNA, goodARP, goodEcho4, goodEcho6}
	for _, a := range []wire.Addr{me6, meLink6} {
		all := duplicates(a)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			frames = append(frames, all[name])
		}
	}
	return append(frames, arpConflicts()...)
})

// TestClaims: whatever comes and when, an address in use stays so until the link goes, nothing comes from one that is not
// in use, and there is an end to the probing.
func TestClaims(t *testing.T) {
	rapid.Check(t, propertyClaims)
}

func FuzzClaims(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyClaims)) }

func propertyClaims(t *rapid.T) {
	h := newHost(t, func(c *Config, _ *Storage) { c.DADTransmits, c.ARPProbe = 2, true })
	all := []wire.Addr{me4, me6, meLink6}
	for range rapid.IntRange(1, 30).Draw(t, "steps") {
		var before []Cause
		for _, a := range all {
			before = append(before, h.AddressStatus(a))
		}
		h.slots(16)
		frame := rapid.SampledFrom(claimFrames()).Draw(t, "frame")
		link := false
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			link = true
			h.SetLink(h.now, rapid.Bool().Draw(t, "up"))
			h.Poll(h.now)
		case 1, 2:
			h.receive(frame)
		default:
			h.advance(time.Duration(rapid.Int64Range(0, 3e9).Draw(t, "time")))
		}
		next, ok := h.Poll(h.now)
		require.True(t, !ok || next > h.now)
		h.sent()
		for i, a := range all {
			if !link && before[i] == OK {
				require.Equal(t, OK, h.AddressStatus(a), "%v", a)
			}
			if !link && before[i] == AddrInUse {
				require.Equal(t, AddrInUse, h.AddressStatus(a), "%v", a)
			}
		}
	}
	h.SetLink(h.now, true)
	for range 10 {
		h.slots(16)
		h.advance(3 * time.Second)
	}
	for _, a := range all {
		require.NotEqual(t, InProgress, h.AddressStatus(a))
	}
}
