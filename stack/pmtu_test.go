package stack

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// tooBig is what a router says of one of our packets.
func tooBig(packet []byte, mtu uint32) []byte {
	if isIPv6(packet) {
		return quote6(wire.ICMPv6PacketTooBig, 0, mtu, packet[:min(len(packet), 1000)])
	}
	return quote4(wire.ICMPv4Unreachable, wire.ICMPv4FragNeeded, mtu, packet[:28])
}

// TestPathMTU: a datagram that a router cannot pass on whole is sent in fragments that it can, for ten minutes.
func TestPathMTU(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 4000)
	send := func() (text []string, packet []byte) {
		h.receive(nsFrame(peer6, meGroup6, me6, peerMAC)) // by the end the peer is forgotten
		h.sent()
		require.Equal(t, OK, h.UDPSend(h.now, id, peer6, 7, []byte(pattern(1400))))
		packet = append(packet, h.dev.Sent()[14:]...)
		for i, s := range h.sent() {
			if i == 0 && len(packet) == 1448 {
				s = "whole"
			}
			text = append(text, strings.TrimPrefix(s, h.link(peer6)))
		}
		return text, packet
	}
	whole := []string{"whole"}
	text, packet := send()
	require.Equal(t, whole, text)
	for _, c := range []struct {
		name   string
		packet []byte
		mtu    uint32
		want   []string
	}{
		{"less than IPv6 has (RFC 8201 4)", packet, 1279, whole},
		{"no less than it is", packet, 1500, whole},
		{"absurd", packet, 1<<32 - 1, whole},
		{"from a port that is not open", spoil(packet, 41, flip), 1280, whole},
		{"lower", packet, 1400, []string{"fragment 0 (1352)+", "fragment 1352 (56)"}},
		{"not higher again", packet, 1450, []string{"fragment 0 (1352)+", "fragment 1352 (56)"}},
		{"lower still", packet, 1280, []string{"fragment 0 (1232)+", "fragment 1232 (176)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.receive(tooBig(c.packet, c.mtu))
			text, _ := send()
			require.Equal(t, c.want, text)
		})
	}
	h.now += pathTimeout - 1
	text, _ = send()
	require.Len(t, text, 2)
	h.now++
	text, _ = send()
	require.Equal(t, whole, text, "RFC 8201 5.3")
}

// TestPathMTUIsNotForOthers: neither a fragment that is not the first nor a datagram that routers may cut says anything.
func TestPathMTUIsNotForOthers(t *testing.T) {
	h := newHost(t, nil)
	h.open(wire.Addr{}, 4000)
	h.receive(tooBig(ours4(wire.IPv4Fields{}), 600))
	mtu, _ := h.pathMTU(h.now, peer4)
	require.Equal(t, 1500, mtu)
	later := fragment(bigPacket(me6, peer6, wire.ProtoUDP, udpBytes(me6, peer6, 4000, 7, pattern(100))), 7, 0, 48, true)[14:]
	h.receive(tooBig(later, 1280))
	mtu, _ = h.pathMTU(h.now, peer6)
	require.Equal(t, 1280, mtu, "the first fragment shows the ports")
	h.clearPaths()
	later[40+2], later[40+3] = 0, 8
	h.receive(tooBig(later, 1280))
	mtu, _ = h.pathMTU(h.now, peer6)
	require.Equal(t, 1500, mtu)
	h.wantCount(DropICMPQuote)
}

func (h *host) clearPaths() { h.paths = [len(h.paths)]path{} }

// TestPathTable: the path that is forgotten first gives way.
func TestPathTable(t *testing.T) {
	h := newHost(t, nil)
	at := func(i int) wire.Addr { return wire.IPv4(198, 51, 100, byte(i)) }
	for i := range len(h.paths) + 1 {
		h.now++
		h.lowerPath(h.now, at(i), 1000+i)
	}
	for i := range len(h.paths) + 1 {
		mtu, _ := h.pathMTU(h.now, at(i))
		require.Equal(t, map[bool]int{false: 1000 + i, true: 1500}[i == 0], mtu)
	}
	h.lowerPath(h.now, at(5), 900)
	mtu, _ := h.pathMTU(h.now, at(1))
	require.Equal(t, 1001, mtu, "a row is changed in its place")
}

// TestTCPPathMTU: segments shrink at once, are never cut by routers, and those of other connections shrink too.
func TestTCPPathMTU(t *testing.T) {
	const sent = 1400
	for _, c := range []struct {
		name string
		mtu  uint32
		want int // bytes of the first segment
		df   bool
	}{
		{"lower", 1300, 1260, true},
		{"a router that does not say (RFC 1191 5)", 0, 1006 - 40, true},
		{"less than we go down to", 300, minPath4 - 40, false},
		{"the least", 68, minPath4 - 40, false},
		{"a lie", 67, 0, true},
		{"no less", 1500, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newTCPHost(t, me4, peer4)
			id := h.connecting()
			h.wantTCP("S 0 mss 1460")
			h.gets(syn|ack, 0, 1, "", wire.TCPOptMSS, 4, 1460>>8, 1460&255)
			h.wantTCP(". 1 ack 1")
			h.writes(id, strings.Repeat("x", sent))
			h.Poll(h.now)
			p := wire.IPv4Packet(append([]byte(nil), h.dev.Sent()[14:]...))
			require.True(t, p.DF())
			require.Equal(t, 40+sent, p.TotalLen())
			h.dev.Done()
			h.receive(tooBig(p, c.mtu))
			if c.want == 0 {
				h.wantTCP()
				h.wantCount(DropICMPIgnored)
				return
			}
			again := wire.IPv4Packet(h.dev.Sent()[14:])
			require.Equal(t, 40+c.want, again.TotalLen())
			require.Equal(t, c.df, again.DF())
			h.sent()
		})
	}
}

// TestTCPPathMTUForged: who does not see the connection cannot shrink its segments (RFC 5927 4.1).
func TestTCPPathMTUForged(t *testing.T) {
	h := newTCPHost(t, me6, peer6)
	h.accepted()
	p := bigPacket(me6, peer6, wire.ProtoTCP, make([]byte, 20))
	wire.TCPFields{SrcPort: 80, DstPort: peerPort, Seq: 12345}.Put(p[40:])
	h.receive(tooBig(p, 1280))
	mtu, _ := h.pathMTU(h.now, peer6)
	require.Equal(t, 1500, mtu)
	h.wantCount(DropICMPQuote)
}

// TestNewConnectionOnKnownPath: it announces what it can receive, and sends what the path carries (RFC 1191 3.1).
func TestNewConnectionOnKnownPath(t *testing.T) {
	h := newTCPHost(t, me6, peer6)
	h.lowerPath(h.now, peer6, 1280)
	id := h.connecting()
	h.wantTCP("S 0 mss 1440")
	h.gets(syn|ack, 0, 1, "", wire.TCPOptMSS, 4, 1440>>8, 1440&255)
	h.wantTCP(". 1 ack 1")
	h.writes(id, strings.Repeat("x", 1300))
	h.Poll(h.now)
	require.Equal(t, 14+1280, len(h.dev.Sent()))
	h.sent()
	h.advance(time.Minute)
	h.sent()
}

// TestErrorsFitThePath: an ICMP error is cut to what goes through.
func TestErrorsFitThePath(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.lowerPath(h.now, peer4, 552)
	h.receive(udpFrame(peer4, me4, 4000, 9, pattern(1400)))
	h.wantSent("peer: 192.0.2.1 > 192.0.2.2 ttl 64 unreachable 3 quoting 524")
}

// TestPathMTUOfDatagrams4: routers have leave to fragment the datagrams of an IPv4 endpoint, unless it forbids it: then it
// hears of one that is too long (RFC 1191 3), and later ones are refused at once.
func TestPathMTUOfDatagrams4(t *testing.T) {
	for _, forbidden := range []bool{false, true} {
		for _, connected := range []bool{false, true} {
			h := newHost(t, nil)
			h.meetPeers()
			id := h.open(wire.Addr{}, 4000)
			if connected {
				require.Equal(t, OK, h.UDPConnect(id, peer4, 7))
			}
			send := func(n int) Cause { return h.UDPSend(h.now, id, peer4, 7, make([]byte, n)) }
			if forbidden {
				require.Equal(t, OK, h.UDPSetIP(id, &IPSettings{Fragments: FragmentsNone}))
			}
			require.Equal(t, OK, send(1400))
			packet := append([]byte(nil), h.dev.Sent()[14:]...)
			require.Equal(t, forbidden, wire.IPv4Packet(packet).DF())
			h.dev.Done()
			h.receive(quote4(3, 4, 1000, packet))
			want := OK
			if connected { // RFC 1122 4.1.3.3
				want = TooLong
			}
			require.Equal(t, want, h.UDPError(id))
			if !forbidden {
				require.Equal(t, OK, send(1400))
				require.Len(t, h.sent(), 1)
				continue
			}
			require.Equal(t, TooLong, send(973))
			require.Equal(t, OK, send(972))
			require.Len(t, h.sent(), 1)

			// Another endpoint, which does not forbid it, cuts them itself.
			other := h.open(wire.Addr{}, 0)
			require.Equal(t, OK, h.UDPSend(h.now, other, peer4, 7, make([]byte, 1400)))
			require.Len(t, h.sent(), 2)
		}
	}
}
