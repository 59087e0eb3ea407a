package stack

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// newLoopHost returns a host with room for three packets to itself and with TCP, which has no transmit buffer at all.
func newLoopHost(t *testing.T) *host {
	h := newHost(t, func(c *Config, st *Storage) {
		withTCP(c, st)
		st.Loop = make([]byte, 3*(1500+2)+1)
	})
	h.now = time.Hour
	h.slots(0)
	return h
}

// settle polls as long as the stack asks for it.
func (h *host) settle() {
	h.t.Helper()
	for n := 0; ; n++ {
		require.Less(h.t, n, 1000)
		if next, ok := h.Poll(h.now); !ok || next > h.now {
			return
		}
	}
}

// selves are the addresses that a host reaches itself by.
var selves = []wire.Addr{me4, wire.Loopback4, addr("127.1.2.3"), me6, meLink6, wire.Loopback6}

// TestUDPToOurselves: a datagram to ourselves comes with the next Poll, whatever the link is like, and goes nowhere else.
func TestUDPToOurselves(t *testing.T) {
	for _, a := range selves {
		t.Run(a.String(), func(t *testing.T) {
			h := newLoopHost(t)
			id := h.open(wire.Addr{}, 7)
			from := h.open(a, 4000)
			for _, down := range []bool{false, true} {
				h.SetLink(h.now, !down)
				require.Equal(t, OK, h.UDPSend(h.now, from, a, 7, []byte("x")))
				require.Empty(t, h.receiveUDP(id))
				h.wantIdle()
				require.Equal(t, a.String()+":4000 > "+a.String()+" x", h.receiveUDP(id))
			}
			require.Equal(t, uint64(2), h.Counter(PacketsLooped))
			require.Zero(t, h.Counter(FramesSent))

			require.Equal(t, OK, h.UDPConnect(from, a, 9))
			require.Equal(t, OK, h.sendUDP(from, "nobody"))
			h.wantNext(0)
			h.settle()
			require.Equal(t, PortUnreachable, h.UDPError(from))
			require.Equal(t, map[string]uint64{"drop-udp-no-port": 1}, h.drops())
		})
	}
}

// TestLoopbackStaysInside: no packet with a loopback address goes out (RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3).
func TestLoopbackStaysInside(t *testing.T) {
	h := newLoopHost(t)
	h.slots(8)
	h.meetPeers()
	for _, c := range []struct{ local, remote wire.Addr }{{wire.Loopback4, peer4}, {wire.Loopback6, peer6}} {
		id := h.open(c.local, 0)
		require.Equal(t, AddrNotAvailable, h.UDPSend(h.now, id, c.remote, 7, nil))
		require.Equal(t, AddrNotAvailable, h.UDPConnect(id, c.remote, 7))
		h.UDPClose(id)
		_, cause := h.TCPConnect(h.now, c.local, 0, c.remote, 80)
		require.Equal(t, AddrNotAvailable, cause)
	}
	h.settle()
	h.wantSent()
	for _, a := range []wire.Addr{peer4, peer6} {
		_, cause := h.UDPOpen(a, 0)
		require.Equal(t, AddrNotAvailable, cause)
	}
}

// TestLoopbackFromOutside: what comes from the wire with a loopback address, or our own as its source, is dropped (RFC 1122
// 3.2.1.3, RFC 4291 2.5.3); so is what it says of packets to ourselves.
func TestLoopbackFromOutside(t *testing.T) {
	for _, d := range []drop{
		{"to 127/8", udpFrame(peer4, wire.Loopback4, 1, 7, ""), DropIPv4Other},
		{"from 127/8", udpFrame(wire.Loopback4, me4, 1, 7, ""), DropIPv4Source},
		{"from us", udpFrame(me4, me4, 1, 7, ""), DropIPv4Source},
		{"to ::1", udpFrame(peer6, wire.Loopback6, 1, 7, ""), DropIPv6Other},
		{"from ::1", udpFrame(wire.Loopback6, me6, 1, 7, ""), DropIPv6Source},
		{"from us, IPv6", udpFrame(me6, me6, 1, 7, ""), DropIPv6Source},
		{"who has 127.0.0.1", arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, peer4, wire.MAC{}, wire.Loopback4), DropARPOther},
		{"where is ::1", nsFrame(peer6, wire.SolicitedNode(wire.Loopback6), wire.Loopback6, peerMAC), DropNDPOther},
		{"a lie", quote4(3, 3, 0, ip4Packet(wire.IPv4Fields{Protocol: wire.ProtoUDP, Src: me4, Dst: me4}, nil, udpBytes(me4, me4, 4000, 7, "x"))), DropICMPQuote},
		{"a lie, IPv6", quote6(1, 4, 0, ip6Packet(me6, me6, 64, wire.ProtoUDP, nil, udpBytes(me6, me6, 4000, 7, "x"))), DropICMPQuote},
	} {
		t.Run(d.name, func(t *testing.T) {
			h := newLoopHost(t)
			h.open(wire.Addr{}, 7)
			id := h.open(wire.Addr{}, 4000)
			self := me4
			if strings.HasSuffix(d.name, "IPv6") {
				self = me6
			}
			require.Equal(t, OK, h.UDPConnect(id, self, 7))
			h.receive(d.frame)
			h.wantCount(d.want)
			require.Equal(t, OK, h.UDPError(id))
		})
	}
}

// TestLoopIsBounded: the storage is the bound; one Poll takes in what there was before it.
func TestLoopIsBounded(t *testing.T) {
	h := newLoopHost(t)
	id := h.connect(4000, wire.Loopback4, 4000) // its own peer
	for range 3 {
		require.Equal(t, OK, h.sendUDP(id, "x"))
	}
	require.Equal(t, WouldBlock, h.sendUDP(id, "x"))
	h.wantIdle()
	for range 3 {
		require.NotEmpty(t, h.receiveUDP(id))
	}
	require.Equal(t, OK, h.sendUDP(id, strings.Repeat("x", 1472)))
	require.Equal(t, TooLong, h.UDPSend(h.now, id, wire.Loopback4, 9, make([]byte, 5000)))

	none := newHost(t, nil)
	u := none.open(wire.Addr{}, 7)
	for _, a := range selves {
		require.Equal(t, NetUnreachable, none.UDPSend(none.now, u, a, 7, nil))
	}
	_, c := none.UDPOpen(wire.Loopback4, 8)
	require.Equal(t, AddrNotAvailable, c)
}

// TestFragmentsToOurselves: what is longer than the MTU comes together again.
func TestFragmentsToOurselves(t *testing.T) {
	for _, a := range []wire.Addr{wire.Loopback4, me6} {
		h := newLoopHost(t)
		id := h.open(wire.Addr{}, 7)
		data := bytes.Repeat([]byte("abcdefgh"), 230) // 1840 bytes; a queue has 2000
		require.Equal(t, OK, h.UDPSend(h.now, id, a, 7, data))
		h.settle()
		got := make([]byte, 3000)
		d, c := h.UDPReceive(id, got, false)
		require.Equal(t, OK, c)
		require.Equal(t, data, got[:d.N])
		require.Equal(t, []uint64{2, 1}, []uint64{h.Counter(FragmentsSent), h.Counter(Reassembled)})
	}
}

// TestTCPToOurselves: both ends of a connection are here.
func TestTCPToOurselves(t *testing.T) {
	for _, a := range selves {
		t.Run(a.String(), func(t *testing.T) {
			h := newLoopHost(t)
			l, c := h.TCPListen(wire.Addr{}, 80, 2)
			require.Equal(t, OK, c)
			id, c := h.TCPConnect(h.now, wire.Addr{}, 0, a, 80)
			require.Equal(t, OK, c)
			h.settle()
			require.Equal(t, OK, h.TCPStatus(id))
			peer, c := h.TCPAccept(l)
			require.Equal(t, OK, c)
			data := bytes.Repeat([]byte("0123456789"), 3000)
			for _, ends := range [][2]int{{id, peer}, {peer, id}} {
				var got []byte
				for sent := 0; len(got) < len(data); {
					n, c := h.TCPWrite(ends[0], data[sent:])
					require.True(t, c == OK || c == WouldBlock)
					sent += n
					h.settle()
					b := make([]byte, 8000)
					n, _ = h.TCPRead(ends[1], b, false)
					got = append(got, b[:n]...)
					h.advance(time.Millisecond)
				}
				require.Equal(t, data, got)
			}
			require.Zero(t, h.Counter(TCPRetransmitted))
			h.TCPClose(h.now, id)
			h.settle()
			_, c = h.TCPRead(peer, make([]byte, 1), false)
			require.Equal(t, EOF, c)
			h.TCPClose(h.now, peer)
			h.settle()
			require.Equal(t, 1, h.TCPCount(tcp.TimeWait))
			require.Equal(t, 1, h.TCPConns())
			require.Zero(t, h.Counter(FramesSent))

			id, _ = h.TCPConnect(h.now, wire.Addr{}, 0, a, 81)
			h.settle()
			require.Equal(t, Refused, h.TCPStatus(id))
		})
	}
}

// TestTCPWithItself: a connection whose two ends are one (RFC 9293 3.5, simultaneous open).
func TestTCPWithItself(t *testing.T) {
	h := newLoopHost(t)
	id, c := h.TCPConnect(h.now, wire.Loopback4, 5000, wire.Loopback4, 5000)
	require.Equal(t, OK, c)
	h.settle()
	require.Equal(t, OK, h.TCPStatus(id))
	_, c = h.TCPWrite(id, []byte("echo"))
	require.Equal(t, OK, c)
	h.settle()
	b := make([]byte, 10)
	n, c := h.TCPRead(id, b, false)
	require.Equal(t, OK, c)
	require.Equal(t, "echo", string(b[:n]))
	h.TCPClose(h.now, id)
	h.settle()
	h.advance(time.Minute)
	h.settle()
}

// TestLoopAndNoTransmitBuffer: connections to others that wait for a transmit buffer do not keep ours with ourselves waiting.
func TestLoopAndNoTransmitBuffer(t *testing.T) {
	h := newLoopHost(t)
	h.slots(8)
	h.meetPeers()
	h.slots(0)
	_, c := h.TCPConnect(h.now, wire.Addr{}, 0, peer4, 80)
	require.Equal(t, OK, c)
	_, c = h.TCPListen(wire.Addr{}, 80, 2)
	require.Equal(t, OK, c)
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, me4, 80)
	require.Equal(t, OK, c)
	h.settle()
	require.Equal(t, OK, h.TCPStatus(id))
}

// TestMulticastToOurselves: a copy of what goes to a group of ours comes back, unless the endpoint does not want it (RFC 1112
// 6.1).
func TestMulticastToOurselves(t *testing.T) {
	for _, c := range []struct{ me, group, all wire.Addr }{{me4, group4, wire.AllHosts4}, {me6, group6, wire.AllNodes6}} {
		h := newLoopHost(t)
		h.slots(8)
		id := h.open(wire.Addr{}, 7)
		say := func(want, frames int) {
			t.Helper()
			require.Equal(t, OK, h.UDPSend(h.now, id, c.group, 7, []byte("x")))
			h.advance(0)
			require.Equal(t, want == 1, h.receiveUDP(id) != "")
			require.Len(t, h.sent(), frames)
		}
		say(0, 1)
		require.Equal(t, OK, h.UDPSend(h.now, id, c.all, 7, []byte("x")))
		h.advance(0)
		require.NotEmpty(t, h.receiveUDP(id), "we always are a member of this one")
		h.settleGroups(c.group)
		say(1, 1)
		require.Equal(t, OK, h.UDPSetMulticast(id, 0, true))
		say(1, 0)
		h.SetLink(h.now, false)
		say(1, 0)
		h.SetLink(h.now, true)
		h.advance(0)
		h.advance(time.Second)
		h.sent()
		require.Equal(t, OK, h.UDPSetMulticast(id, 0, false))
		say(0, 0)
		require.Equal(t, OK, h.UDPSetMulticast(id, 9, false))
		require.Equal(t, OK, h.UDPSend(h.now, id, c.group, 7, []byte("x")))
		require.Regexp(t, " > "+c.group.String()+" (ttl|hops) 9 ", h.sent()[0])
		h.wantIdle()
		require.Empty(t, h.receiveUDP(id))

		require.Equal(t, OK, h.UDPSetMulticast(id, 1, true))
		long := make([]byte, 1600)
		require.Equal(t, OK, h.UDPSend(h.now, id, c.group, 7, long))
		h.settle()
		d, _ := h.UDPReceive(id, long, false)
		require.Equal(t, 1600, d.Full)
		require.Len(t, h.sent(), 2)
		for range 4 {
			require.Equal(t, OK, h.UDPSend(h.now, id, c.group, 7, nil))
		}
		h.wantCount(DropLoopFull)
	}
	h := newHost(t, nil)
	require.Equal(t, Invalid, h.UDPSetMulticast(0, 1, true))
	id := h.open(wire.Addr{}, 7)
	h.settleGroups(group4)
	require.Equal(t, OK, h.UDPSend(h.now, id, group4, 7, nil))
	require.Equal(t, OK, h.UDPSetMulticast(id, 0, true))
	require.Equal(t, OK, h.UDPSend(h.now, id, group4, 7, nil))
	require.Len(t, h.sent(), 1, "without storage for it nothing comes back")
}

func TestNoAllocationForLoopback(t *testing.T) {
	h := newLoopHost(t)
	id := h.connect(4000, wire.Loopback6, 4000)
	b := make([]byte, 100)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		h.sendUDP(id, "x")
		h.Poll(h.now)
		h.UDPReceive(id, b, false)
	}))
}

// TestLoopbackOfOneFamily: a family that is off has no loopback either.
func TestLoopbackOfOneFamily(t *testing.T) {
	for _, off := range []wire.Addr{wire.Loopback4, wire.Loopback6} {
		h := newHost(t, func(c *Config, st *Storage) {
			st.Loop = make([]byte, 2*1502)
			if off.Is4() {
				c.IPv4, c.Gateway4 = wire.Prefix{}, wire.Addr{}
			} else {
				c.IPv6, c.Gateway6 = wire.Prefix{}, wire.Addr{}
			}
		})
		_, c := h.UDPOpen(off, 7)
		require.Equal(t, AddrNotAvailable, c)
		require.Equal(t, NetUnreachable, h.UDPSend(h.now, h.open(wire.Addr{}, 8), off, 7, nil))
	}
}

// TestNoErrorAboutOurCopy: what goes to a group is not answered by an ICMP error, though it comes from ourselves (RFC 1122
// 3.2.2, RFC 4443 2.4 e).
func TestNoErrorAboutOurCopy(t *testing.T) {
	for _, all := range []wire.Addr{wire.AllHosts4, wire.AllNodes6} {
		h := newLoopHost(t)
		h.slots(4)
		require.Equal(t, OK, h.UDPSend(h.now, h.open(wire.Addr{}, 7), all, 9, nil))
		h.settle()
		require.Len(t, h.sent(), 1)
		require.Equal(t, map[string]uint64{"drop-udp-no-port": 1}, h.drops())
		require.Zero(t, h.Counter(ICMPErrorsSent))
	}
}

// TestAnswerToOurselves: the least storage that is allowed has room for an answer beside what it answers.
func TestAnswerToOurselves(t *testing.T) {
	h := newHost(t, func(c *Config, st *Storage) {
		withTCP(c, st)
		st.Loop = make([]byte, minLoopSlots*(1500+loopLength))
	})
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, me4, 81)
	require.Equal(t, OK, c)
	h.settle()
	require.Equal(t, Refused, h.TCPStatus(id))
}
