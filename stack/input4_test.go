package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var goodUDP4 = udpFrame(peer4, me4, 4000, 7, "x")

// ip4With returns an echo in a packet with these fields and options.
func ip4With(f wire.IPv4Fields, options ...byte) []byte {
	f.Protocol, f.Dst = wire.ProtoICMP, me4
	if !f.Src.IsValid() {
		f.Src = peer4
	}
	echo := icmpBytes(peer4, me4, wire.ICMPFields{Type: wire.ICMPv4Echo}, nil)
	return ethFrame(meMAC, peerMAC, wire.EtherTypeIPv4, ip4Packet(f, options, echo))
}

// resum repairs the header checksum of an IPv4 frame in which bytes of the header have been changed.
func resum(frame []byte) []byte {
	p := wire.IPv4Packet(frame[14:])
	p[10], p[11] = 0, 0
	c := wire.Checksum(p.Header(), 0)
	p[10], p[11] = byte(c>>8), byte(c)
	return frame
}

var ip4Drops = []drop{
	{"cut short", goodEcho4[:14+19], DropIPv4Short},
	{"version 6", resum(spoil(goodEcho4, 14, set(0x65))), DropIPv4Version},
	{"header length 16", resum(spoil(goodEcho4, 14, set(0x44))), DropIPv4HeaderLen},
	{"header beyond the frame", spoil(goodEcho4, 14, set(0x4f)), DropIPv4HeaderLen},
	{"total length below the header", resum(spoil(goodEcho4, 14+3, set(19))), DropIPv4TotalLen},
	{"total length beyond the frame", resum(spoil(goodEcho4, 14+3, set(60-14+1))), DropIPv4TotalLen},
	{"header checksum", spoil(goodEcho4, 14+10, flip), DropIPv4Checksum},
	{"to another host", echoFrame(peer4, other4, 7, 9, ""), DropIPv4Other},
	{"to loopback", echoFrame(peer4, wire.Loopback4, 7, 9, ""), DropIPv4Other},
	{"to a group that we are not in", echoFrame(peer4, addr("224.0.0.251"), 7, 9, ""), DropIPv4Other},
	{"to us in a broadcast frame (RFC 1122 3.3.6)", ethFrame(wire.Broadcast, peerMAC, wire.EtherTypeIPv4, goodEcho4[14:]), DropIPv4LinkGroup},
	{"from loopback", ip4With(wire.IPv4Fields{Src: wire.Loopback4}), DropIPv4Source},
	{"from a group", ip4With(wire.IPv4Fields{Src: wire.AllHosts4}), DropIPv4Source},
	{"from the limited broadcast", ip4With(wire.IPv4Fields{Src: wire.Broadcast4}), DropIPv4Source},
	{"from the directed broadcast", ip4With(wire.IPv4Fields{Src: all4}), DropIPv4Source},
	{"from class E", ip4With(wire.IPv4Fields{Src: addr("240.0.0.1")}), DropIPv4Source},
	{"from our own address", ip4With(wire.IPv4Fields{Src: me4}), DropIPv4Source},
	{"from a host without an address, to us", ip4With(wire.IPv4Fields{Src: wire.Any4}), DropIPv4Source},
	{"loose source route", ip4With(wire.IPv4Fields{}, wire.IPv4OptLooseSource, 7, 4, 192, 0, 2, 9, 0), DropIPv4SourceRoute},
	{"strict source route behind others", ip4With(wire.IPv4Fields{}, 1, wire.IPv4OptStrictSource, 7, 4, 192, 0, 2, 9), DropIPv4SourceRoute},
	{"option of length 0", ip4With(wire.IPv4Fields{}, wire.IPv4OptTimestamp, 0, 0, 0), DropIPv4Options},
	{"option of length 1", ip4With(wire.IPv4Fields{}, wire.IPv4OptTimestamp, 1, 0, 0), DropIPv4Options},
	{"option beyond the header", ip4With(wire.IPv4Fields{}, wire.IPv4OptTimestamp, 5, 0, 0), DropIPv4Options},
	{"option cut off", ip4With(wire.IPv4Fields{}, 1, 1, 1, wire.IPv4OptTimestamp), DropIPv4Options},
	{"segment to the broadcast (RFC 9293 MUST-57)", ip4Frame(peer4, all4, wire.ProtoTCP, make([]byte, 20)), DropTCPGroup},
	{"segment to a group", ip4Frame(peer4, wire.AllHosts4, wire.ProtoTCP, make([]byte, 20)), DropTCPGroup},
	{"unknown protocol to a group", ip4Frame(peer4, wire.AllHosts4, 200, make([]byte, 8)), DropIPv4Protocol},
}

func TestIPv4Drops(t *testing.T) { testDrops(t, ip4Drops) }

func TestIPv4Accepts(t *testing.T) {
	for _, c := range []struct {
		name  string
		frame []byte
	}{
		{"TTL 1 (RFC 1122 3.2.1.7)", ip4With(wire.IPv4Fields{TTL: 1})},
		{"don't fragment", ip4With(wire.IPv4Fields{DF: true})},
		{"record route", ip4With(wire.IPv4Fields{}, wire.IPv4OptRecordRoute, 7, 4, 0, 0, 0, 0, 0)},
		{"option that nobody knows", ip4With(wire.IPv4Fields{}, 30, 4, 0, 0)},
		{"end of options, then rubbish", ip4With(wire.IPv4Fields{}, 0, 255, 255, 255)},
		{"forty bytes of options", ip4With(wire.IPv4Fields{}, make([]byte, 40)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			h.receive(c.frame)
			h.wantSent(`peer: 192.0.2.1 > 192.0.2.2 ttl 64 echo reply 0/0 ""`)
			require.Empty(t, h.drops())
		})
	}
}

// TestTypeOfService: an echo's comes back (RFC 1349 5.1), without the congestion bits.
func TestTypeOfService(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.receive(ip4With(wire.IPv4Fields{TOS: 0xbb}))
	require.Equal(t, byte(0xb8), h.dev.Sent()[14+1])
	h.sent()
	f := ip6Packet(peer6, me6, 64, wire.ProtoICMPv6, nil, icmpBytes(peer6, me6, wire.ICMPFields{Type: wire.ICMPv6Echo}, nil))
	f[0], f[1] = 0x6b, 0xb0
	h.receive(ethFrame(meMAC, peerMAC, wire.EtherTypeIPv6, f))
	require.Equal(t, []byte{0x6b, 0x80}, h.dev.Sent()[14:][:2])
}

// TestNewcomer: a host that has no address yet may speak to all.
func TestNewcomer(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Addr{}, 67)
	h.receive(udpFrame(wire.Any4, wire.Broadcast4, 68, 67, "discover"))
	require.Equal(t, "0.0.0.0:68 > 255.255.255.255 discover", h.receiveUDP(id))
}

// TestBadOption: the sender hears where a malformed option stands (RFC 1122 3.2.2.5), but not about a later fragment.
func TestBadOption(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.receive(ip4With(wire.IPv4Fields{}, 1, 1, 1, wire.IPv4OptTimestamp))
	h.wantSent("peer: 192.0.2.1 > 192.0.2.2 ttl 64 parameter problem 0 at 23 quoting 32")
	h.receive(ip4With(wire.IPv4Fields{FragOffset: 8}, 1, 1, 1, wire.IPv4OptTimestamp))
	h.wantSent()
}

// TestTimestamp: a timestamp request has its numbers and its time in the reply, and two times since this host's epoch.
func TestTimestamp(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	request := make([]byte, wire.ICMPv4TimestampLen)
	wire.ICMPFields{Type: wire.ICMPv4Timestamp, Rest: 7<<16 | 9}.Put(request)
	copy(request[8:], "\x01\x02\x03\x04")
	wire.ICMPv4(request).SetChecksum()
	h.now = 0x123 * time.Millisecond
	h.receive(ip4Frame(peer4, me4, wire.ProtoICMP, request))
	h.wantSent("peer: 192.0.2.1 > 192.0.2.2 ttl 64 timestamp reply 7/9 010203048000012380000123")
	h.receive(ip4Frame(peer4, all4, wire.ProtoICMP, request)) // nor to all
	short := append([]byte(nil), request[:wire.ICMPv4TimestampLen-1]...)
	wire.ICMPv4(short).SetChecksum()
	h.receive(ip4Frame(peer4, me4, wire.ProtoICMP, short))
	h.wantSent()
	require.EqualValues(t, 2, h.Counter(DropICMPIgnored))
}
