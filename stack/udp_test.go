package stack

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var goodUDP6 = udpFrame(peer6, me6, 4000, 7, "x")

// udpWith returns a datagram whose bytes have been changed.
func udpWith(src, dst wire.Addr, change func([]byte)) []byte {
	b := udpBytes(src, dst, 4000, 7, "x")
	change(b)
	return ipFrame(src, dst, wire.ProtoUDP, b)
}

func noChecksum(b []byte) { b[6], b[7] = 0, 0 }

var udpDrops = []drop{
	{"cut short", ip4Frame(peer4, me4, wire.ProtoUDP, make([]byte, 7)), DropUDPShort},
	{"length below the header", udpWith(peer4, me4, func(b []byte) { b[5] = 7 }), DropUDPLength},
	{"length zero", udpWith(peer6, me6, func(b []byte) { b[5] = 0 }), DropUDPLength},
	{"length beyond the packet", udpWith(peer4, me4, func(b []byte) { b[5] = 10 }), DropUDPLength},
	{"checksum", udpWith(peer4, me4, func(b []byte) { b[8] ^= 1 }), DropUDPChecksum},
	{"checksum, IPv6", udpWith(peer6, me6, func(b []byte) { b[8] ^= 1 }), DropUDPChecksum},
	{"checksum for other addresses", ip4Frame(other4, me4, wire.ProtoUDP, udpBytes(peer4, me4, 4000, 7, "x")), DropUDPChecksum},
	{"no checksum, IPv6", udpWith(peer6, me6, noChecksum), DropUDPNoChecksum},
}

func TestUDPDrops(t *testing.T) { testDrops(t, udpDrops) }

func TestUDPReceive(t *testing.T) {
	for _, c := range []struct {
		name  string
		local wire.Addr
		peer  wire.Addr
		frame []byte
		want  string
	}{
		{"any, IPv4", wire.Addr{}, wire.Addr{}, goodUDP4, "192.0.2.2:4000 > 192.0.2.1 x"},
		{"any, IPv6", wire.Addr{}, wire.Addr{}, goodUDP6, "2001:db8::2:4000 > 2001:db8::1 x"},
		{"any, link-local", wire.Addr{}, wire.Addr{}, udpFrame(peerLL6, meLink6, 4000, 7, "x"), "fe80::2:4000 > fe80::ff:fe00:1 x"},
		{"any, broadcast", wire.Addr{}, wire.Addr{}, udpFrame(peer4, all4, 4000, 7, "x"), "192.0.2.2:4000 > 192.0.2.255 x"},
		{"any, group", wire.Addr{}, wire.Addr{}, udpFrame(peer6, wire.AllNodes6, 4000, 7, "x"), "2001:db8::2:4000 > ff02::1 x"},
		{"any, without data", wire.Addr{}, wire.Addr{}, udpFrame(peer4, me4, 4000, 7, ""), "192.0.2.2:4000 > 192.0.2.1 "},
		{"any, from port 0", wire.Addr{}, wire.Addr{}, udpFrame(peer4, me4, 0, 7, "x"), "192.0.2.2:0 > 192.0.2.1 x"},
		{"any, no checksum", wire.Addr{}, wire.Addr{}, udpWith(peer4, me4, noChecksum), "192.0.2.2:4000 > 192.0.2.1 x"},
		{"any, bytes behind the datagram", wire.Addr{}, wire.Addr{}, ip4Frame(peer4, me4, wire.ProtoUDP, append(udpBytes(peer4, me4, 4000, 7, "x"), 1, 2, 3)), "192.0.2.2:4000 > 192.0.2.1 x"},
		{"any IPv4, IPv4", wire.Any4, wire.Addr{}, goodUDP4, "192.0.2.2:4000 > 192.0.2.1 x"},
		{"any IPv4, IPv6", wire.Any4, wire.Addr{}, goodUDP6, ""},
		{"any IPv6, IPv4", wire.Any6, wire.Addr{}, goodUDP4, ""},
		{"own address", me4, wire.Addr{}, goodUDP4, "192.0.2.2:4000 > 192.0.2.1 x"},
		{"own address, broadcast", me4, wire.Addr{}, udpFrame(peer4, all4, 4000, 7, "x"), ""},
		{"own address, its other", me6, wire.Addr{}, udpFrame(peerLL6, meLink6, 4000, 7, "x"), ""},
		{"peer", wire.Addr{}, peer4, goodUDP4, "192.0.2.2:4000 > 192.0.2.1 x"},
		{"peer, another host", wire.Addr{}, peer4, udpFrame(other4, me4, 4000, 7, "x"), ""},
		{"peer, another port", wire.Addr{}, peer4, udpFrame(peer4, me4, 4001, 7, "x"), ""},
		{"peer, to all", wire.Addr{}, peer4, udpFrame(peer4, all4, 4000, 7, "x"), ""},
		{"another port", wire.Addr{}, wire.Addr{}, udpFrame(peer4, me4, 4000, 8, "x"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			id := h.open(c.local, 7)
			if c.peer.IsValid() {
				require.Equal(t, OK, h.UDPConnect(id, c.peer, 4000))
			}
			h.receive(c.frame)
			require.Equal(t, c.want != "", h.UDPReady(id)&Readable != 0)
			require.Equal(t, c.want, h.receiveUDP(id))
			if c.want == "" {
				h.wantCount(DropUDPNoPort)
			} else {
				require.Empty(t, h.drops())
			}
		})
	}
}

func TestUDPPartOfADatagram(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Addr{}, 7)
	h.receive(udpFrame(peer4, me4, 4000, 7, "abcdef"), udpFrame(peer4, me4, 4000, 7, "second"))
	b := make([]byte, 3)
	for range 2 {
		d, c := h.UDPReceive(id, b, true)
		require.Equal(t, OK, c)
		require.Equal(t, Datagram{N: 3, Full: 6, Src: peer4, SrcPort: 4000, Dst: me4}, d)
		require.Equal(t, "abc", string(b), "a peek takes nothing")
	}
	d, _ := h.UDPReceive(id, b[:0], false)
	require.Equal(t, 6, d.Full)
	require.Equal(t, "192.0.2.2:4000 > 192.0.2.1 second", h.receiveUDP(id), "the rest of the first is gone")
}

func TestUDPQueueFull(t *testing.T) {
	h := newHost(t, nil) // 2000 bytes for each endpoint
	id := h.open(wire.Addr{}, 7)
	full := strings.Repeat("a", 900)
	h.receive(udpFrame(peer4, me4, 1, 7, full), udpFrame(peer4, me4, 2, 7, full), udpFrame(peer4, me4, 3, 7, full))
	h.wantCount(DropUDPQueueFull)
	h.receive(udpFrame(peer4, me4, 4, 7, "small"))
	for _, port := range []uint16{1, 2, 4} {
		d, c := h.UDPReceive(id, nil, false)
		require.Equal(t, OK, c)
		require.Equal(t, port, d.SrcPort)
	}
	_, c := h.UDPReceive(id, nil, false)
	require.Equal(t, WouldBlock, c)
}

// TestUDPSetQueue: a limit holds for what comes from then on.
func TestUDPSetQueue(t *testing.T) {
	h := newHost(t, nil) // 2000 bytes for each endpoint
	id := h.open(wire.Addr{}, 7)
	for _, q := range []struct {
		limit int32
		size  int
	}{{0, 2000}, {1, 1}, {2000, 2000}, {2001, 2000}, {1<<31 - 1, 2000}} {
		require.Equal(t, q.size, h.UDPQueueSize(q.limit))
	}
	const each = 13 // bytes of a record besides its data
	require.Equal(t, OK, h.UDPSetQueue(id, 2*(each+5)))
	for range 3 {
		h.receive(udpFrame(peer4, me4, 1, 7, "small"))
	}
	h.wantCount(DropUDPQueueFull)
	require.Equal(t, OK, h.UDPSetQueue(id, 1))
	for range 2 {
		_, c := h.UDPReceive(id, nil, false)
		require.Equal(t, OK, c)
	}
	require.Equal(t, Invalid, h.UDPSetQueue(id+1, 1))
}

func TestUDPSend(t *testing.T) {
	long := string(make([]byte, 1472))
	longer := string(make([]byte, 65528))
	for _, c := range []struct {
		name        string
		local, peer wire.Addr
		dst         wire.Addr
		port        uint16
		data        string
		cause       Cause
		want        string
	}{
		{name: "IPv4", dst: peer4, port: 7, data: "x", want: `peer: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 7 "x"`},
		{name: "IPv6", dst: peer6, port: 7, data: "x", want: `peer: 2001:db8::1 > 2001:db8::2 hops 64 udp 4000 > 7 "x"`},
		{name: "link-local", dst: peerLL6, port: 7, data: "x", want: `peer: fe80::ff:fe00:1 > fe80::2 hops 64 udp 4000 > 7 "x"`},
		{name: "without data", dst: peer4, port: 7, want: `peer: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 7 ""`},
		{name: "to the peer", peer: peer4, data: "x", want: `peer: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 9 "x"`},
		{name: "to another than the peer", peer: peer4, dst: all4, port: 7, want: `all: 192.0.2.1 > 192.0.2.255 ttl 64 udp 4000 > 7 ""`},
		{name: "limited broadcast", dst: wire.Broadcast4, port: 7, want: `all: 192.0.2.1 > 255.255.255.255 ttl 64 udp 4000 > 7 ""`},
		{name: "IPv4 group", dst: addr("239.1.2.3"), port: 7, want: `01:00:5e:01:02:03: 192.0.2.1 > 239.1.2.3 ttl 1 udp 4000 > 7 ""`},
		{name: "IPv6 group", dst: addr("ff02::fb"), port: 7, want: `33:33:00:00:00:fb: fe80::ff:fe00:1 > ff02::fb hops 1 udp 4000 > 7 ""`},
		{name: "from an address of our choice", local: me6, dst: peerLL6, port: 7, want: `peer: 2001:db8::1 > fe80::2 hops 64 udp 4000 > 7 ""`},
		{name: "no peer", cause: NotConnected},
		{name: "port 0", dst: peer4, cause: Invalid},
		{name: "wrong family", local: me4, dst: peer6, port: 7, cause: AddrNotAvailable},
		{name: "wrong family of any", local: wire.Any6, dst: peer4, port: 7, cause: AddrNotAvailable},
		{name: "to ourselves", dst: me4, port: 7, cause: NetUnreachable},
		{name: "to ourselves, IPv6", dst: meLink6, port: 7, cause: NetUnreachable},
		{name: "loopback", dst: addr("127.1.2.3"), port: 7, cause: NetUnreachable},
		{name: "this network", dst: addr("0.1.2.3"), port: 7, cause: NetUnreachable},
		{name: "class E", dst: addr("240.0.0.1"), port: 7, cause: NetUnreachable},
		{name: "loopback, IPv6", dst: wire.Loopback6, port: 7, cause: NetUnreachable},
		{name: "nowhere", dst: wire.Any4, port: 7, cause: NetUnreachable},
		{name: "nowhere, IPv6", dst: wire.Any6, port: 7, cause: NetUnreachable},
		{name: "IPv4-mapped", dst: addr("::ffff:192.0.2.2"), port: 7, cause: NetUnreachable},
		{name: "group of the interface", dst: addr("ff01::1"), port: 7, cause: NetUnreachable},
		{name: "all that fits", dst: peer4, port: 7, data: long, want: "peer: 192.0.2.1 > 192.0.2.2 ttl 64 udp 4000 > 7 \"" + strings.Repeat(`\x00`, 1472) + `"`},
		{name: "longer than what there is storage for", dst: peer4, port: 7, data: longer[:3993], cause: TooLong},
		{name: "longer than a datagram can be", dst: peer4, port: 7, data: longer[:65508], cause: TooLong},
		{name: "longer than a datagram can be, IPv6", dst: peer6, port: 7, data: longer[:65528], cause: TooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.meetPeers()
			id := h.open(c.local, 4000)
			if c.peer.IsValid() {
				require.Equal(t, OK, h.UDPConnect(id, c.peer, 9))
			}
			require.Equal(t, c.cause, h.UDPSend(h.now, id, c.dst, c.port, []byte(c.data)))
			if c.cause != OK {
				h.wantSent()
				return
			}
			h.wantSent(c.want)
		})
	}
}

func TestUDPZeroChecksumIsSentAsOnes(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	id := h.open(wire.Addr{}, 4000)
	// The data makes the sum come out as minus zero: it is the checksum of the same datagram with zeros in its place.
	c := wire.UDP(udpBytes(me4, peer4, 4000, 7, "\x00\x00")).Checksum()
	require.Equal(t, OK, h.UDPSend(h.now, id, peer4, 7, []byte{byte(c >> 8), byte(c)}))
	require.Equal(t, []byte{0xff, 0xff}, h.dev.Sent()[14+20+6:][:2])
}

func TestUDPOpen(t *testing.T) {
	other := addr("192.0.2.9")
	for _, c := range []struct {
		name        string
		first, then wire.Addr
		want        Cause
	}{
		{"any and any", wire.Addr{}, wire.Addr{}, AddrInUse},
		{"any and IPv4", wire.Addr{}, me4, AddrInUse},
		{"IPv6 and any", me6, wire.Addr{}, AddrInUse},
		{"any IPv4 and IPv4", wire.Any4, me4, AddrInUse},
		{"any IPv4 and any IPv6", wire.Any4, wire.Any6, OK},
		{"any IPv4 and IPv6", wire.Any4, me6, OK},
		{"the same", me4, me4, AddrInUse},
		{"two of ours", me6, meLink6, OK},
		{"not ours", me4, other, AddrNotAvailable},
		{"loopback", me4, wire.Loopback4, AddrNotAvailable},
		{"broadcast", me4, all4, AddrNotAvailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.open(c.first, 7)
			id, cause := h.UDPOpen(c.then, 7)
			require.Equal(t, c.want, cause)
			require.Equal(t, cause == OK, id >= 0)
		})
	}
}

func TestUDPTableFull(t *testing.T) {
	h := newHost(t, nil) // three endpoints
	ids := []int{h.open(wire.Addr{}, 1), h.open(wire.Addr{}, 2), h.open(wire.Addr{}, 3)}
	_, c := h.UDPOpen(wire.Addr{}, 4)
	require.Equal(t, TableFull, c)
	h.UDPClose(ids[1])
	require.Equal(t, ids[1], h.open(wire.Addr{}, 4), "its row is free again")
}

// TestUDPEphemeral: a port of the dynamic range, another one each time, the same from the same seed.
func TestUDPEphemeral(t *testing.T) {
	ports := func(seed byte) (p [3]uint16) {
		h := newHost(t, func(c *Config, _ *Storage) { c.Entropy[31] = seed })
		for i := range p {
			_, p[i] = h.UDPLocal(h.open(wire.Addr{}, 0))
			require.GreaterOrEqual(t, p[i], uint16(49152))
		}
		require.NotEqual(t, p[0], p[1])
		require.NotEqual(t, p[0]+1, p[1], "not one after the other")
		return p
	}
	require.Equal(t, ports(1), ports(1))
	require.NotEqual(t, ports(1), ports(2))
}

func TestUDPEphemeralPortsRunOut(t *testing.T) {
	h := newHost(t, func(_ *Config, st *Storage) {
		st.UDP = make([]UDPEndpoint, ephemeralCount+1)
		st.UDPBuffer = make([]byte, MinUDPQueue*len(st.UDP))
	})
	for i := range ephemeralCount {
		h.st.UDP[i] = UDPEndpoint{open: true, bound: me4, local: me4, port: ephemeral(0, i)}
	}
	_, c := h.UDPOpen(me4, 0)
	require.Equal(t, AddrInUse, c)
	h.UDPClose(99)
	_, port := h.UDPLocal(h.open(me4, 0))
	require.Equal(t, ephemeral(0, 99), port, "the one that is free is found")
}

// TestUDPLocal: connecting chooses the address, disconnecting takes the choice back.
func TestUDPLocal(t *testing.T) {
	h := newHost(t, nil)
	id := h.open(wire.Any6, 7)
	require.Equal(t, OK, h.UDPConnect(id, peerLL6, 9))
	local, port := h.UDPLocal(id)
	require.Equal(t, meLink6, local)
	require.Equal(t, uint16(7), port)
	remote, port := h.UDPRemote(id)
	require.Equal(t, peerLL6, remote)
	require.Equal(t, uint16(9), port)
	require.Equal(t, OK, h.UDPConnect(id, peer6, 9), "another peer")
	local, _ = h.UDPLocal(id)
	require.Equal(t, me6, local)
	require.Equal(t, OK, h.UDPConnect(id, wire.Addr{}, 0))
	local, _ = h.UDPLocal(id)
	require.Equal(t, wire.Any6, local)
	remote, _ = h.UDPRemote(id)
	require.False(t, remote.IsValid())

	require.Equal(t, AddrNotAvailable, h.UDPConnect(id, peer4, 9))
	require.Equal(t, NetUnreachable, h.UDPConnect(id, wire.Loopback6, 9))
	require.Equal(t, Invalid, h.UDPConnect(id, peer6, 0))
	remote, _ = h.UDPRemote(id)
	require.False(t, remote.IsValid(), "what fails changes nothing")
}

func TestUDPNoSuchEndpoint(t *testing.T) {
	h := newHost(t, nil)
	closed := h.open(wire.Addr{}, 7)
	h.UDPClose(closed)
	for _, id := range []int{-1, closed, len(h.st.UDP), 99} {
		_, c := h.UDPReceive(id, nil, false)
		require.Equal(t, Invalid, c)
		require.Equal(t, Invalid, h.UDPSend(h.now, id, peer4, 7, nil))
		require.Equal(t, Invalid, h.UDPConnect(id, peer4, 7))
		require.Equal(t, OK, h.UDPError(id))
		require.Zero(t, h.UDPReady(id))
		local, port := h.UDPLocal(id)
		require.False(t, local.IsValid())
		require.Zero(t, port)
		remote, port := h.UDPRemote(id)
		require.False(t, remote.IsValid())
		require.Zero(t, port)
		h.UDPClose(id)
	}
}
