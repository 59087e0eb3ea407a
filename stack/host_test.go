package stack

import (
	"fmt"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/drivers/queue"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// The link of these tests: the stack under test ("me"), a neighbour that answers nothing by itself ("peer"), another
// one, and a router.
var (
	meMAC     = wire.MAC{2, 0, 0, 0, 0, 1}
	peerMAC   = wire.MAC{2, 0, 0, 0, 0, 2}
	otherMAC  = wire.MAC{2, 0, 0, 0, 0, 3}
	routerMAC = wire.MAC{2, 0, 0, 0, 0, 0xfe}

	me4     = addr("192.0.2.1")
	peer4   = addr("192.0.2.2")
	other4  = addr("192.0.2.3")
	router4 = addr("192.0.2.254")
	far4    = addr("198.51.100.7")
	all4    = addr("192.0.2.255")

	me6      = addr("2001:db8::1")
	meLink6  = addr("fe80::ff:fe00:1")
	peer6    = addr("2001:db8::2")
	peerLL6  = addr("fe80::2")
	router6  = addr("fe80::fe")
	far6     = addr("2001:db8:ffff::7")
	meGroup6 = addr("ff02::1:ff00:1") // solicited-node group of both addresses of me
)

func addr(s string) wire.Addr {
	a, ok := wire.ParseAddr(s)
	if !ok {
		panic("bad address " + s)
	}
	return a
}

func testConfig() Config {
	return Config{
		MAC: meMAC, MTU: 1500,
		IPv4: wire.Prefix{Addr: me4, Bits: 24}, Gateway4: router4,
		IPv6: wire.Prefix{Addr: me6, Bits: 64}, Gateway6: router6,
		Entropy: [32]byte{1, 2, 3, 4},
	}
}

func testStorage() Storage {
	return Storage{
		Groups:     make([]Group, 3),
		Neighbours: make([]neighbour.Entry, 4),
		Waiting:    make([]byte, 2*1500),
		UDP:        make([]UDPEndpoint, 3),
		UDPBuffer:  make([]byte, 3*2000),

		Reassembly:       make([]reassembly.Entry, 2),
		ReassemblyBuffer: make([]byte, 2*4000),
		Staging:          make([]byte, 4000),
	}
}

// host is a stack under test with its end of the wire. The Stack's methods are its own.
type host struct {
	Stack
	t   rapid.TB
	dev queue.Device
	now time.Duration
}

// newHost returns a host with testConfig, changed by change if that is not nil.
func newHost(t rapid.TB, change func(*Config, *Storage)) *host {
	t.Helper()
	h := &host{t: t}
	h.slots(8)
	c, st := testConfig(), testStorage()
	if change != nil {
		change(&c, &st)
	}
	require.Equal(t, InitOK, h.Init(&c, &st, &h.dev))
	return h
}

// slots empties the wire and gives the stack n transmit buffers, which hold rubbish.
func (h *host) slots(n int) {
	h.dev.Init(make([]queue.Frame, 80), make([]queue.Frame, n))
	for range n {
		b := h.dev.Reserve(queue.MaxFrame)
		for i := range b {
			b[i] = 0xa5
		}
		h.dev.Send(len(b))
		h.dev.Done()
	}
}

// receive delivers frames and polls once.
func (h *host) receive(frames ...[]byte) {
	h.t.Helper()
	for _, f := range frames {
		require.True(h.t, h.dev.Put(f))
	}
	h.Poll(h.now)
}

// advance moves time and polls.
func (h *host) advance(d time.Duration) {
	h.now += d
	h.Poll(h.now)
}

// sent takes all frames that the stack has sent and says what they are. Each must decode without an error.
func (h *host) sent() []string {
	h.t.Helper()
	got := []string{}
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		got = append(got, describe(h.t, f))
		h.dev.Done()
	}
	return got
}

// wantSent checks that these frames, and no others, have been sent since the last call.
func (h *host) wantSent(want ...string) {
	h.t.Helper()
	if want == nil {
		want = []string{}
	}
	require.Equal(h.t, want, h.sent())
}

// wantCount checks that a counter stands at 1 and that nothing else was dropped.
func (h *host) wantCount(want Counter) {
	h.t.Helper()
	require.Equal(h.t, map[string]uint64{want.String(): 1}, h.drops())
}

// drops returns the drop counters that are not zero.
func (h *host) drops() map[string]uint64 {
	m := map[string]uint64{}
	for c := range NumCounters {
		if c.IsDrop() && h.Counter(c) != 0 {
			m[c.String()] = h.Counter(c)
		}
	}
	return m
}

// meetPeers makes the stack know the peer's addresses.
func (h *host) meetPeers() {
	h.t.Helper()
	h.receive(
		arpFrame(wire.Broadcast, wire.ARPRequest, peerMAC, peer4, wire.MAC{}, me4),
		nsFrame(peer6, meGroup6, me6, peerMAC),
		nsFrame(peerLL6, meGroup6, meLink6, peerMAC),
	)
	require.Len(h.t, h.sent(), 3)
}

// decode takes a frame apart with a codec that is not ours; any layer that it cannot make sense of is an error.
func decode(t rapid.TB, frame []byte) gopacket.Packet {
	t.Helper()
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		require.NoError(t, e.Error(), "frame %x", frame)
	}
	return p
}

// open opens a UDP endpoint.
func (h *host) open(local wire.Addr, port uint16) int {
	h.t.Helper()
	id, c := h.UDPOpen(local, port)
	require.Equal(h.t, OK, c)
	return id
}

// connect opens a UDP endpoint with a peer.
func (h *host) connect(port uint16, remote wire.Addr, rport uint16) int {
	h.t.Helper()
	id := h.open(wire.Addr{}, port)
	require.Equal(h.t, OK, h.UDPConnect(id, remote, rport))
	return id
}

// receiveUDP takes a datagram from an endpoint and says what it is, "" for none.
func (h *host) receiveUDP(id int) string {
	h.t.Helper()
	b := make([]byte, 100)
	d, c := h.UDPReceive(id, b, false)
	if c == WouldBlock {
		return ""
	}
	require.Equal(h.t, OK, c)
	return fmt.Sprintf("%v:%d > %v %s", d.Src, d.SrcPort, d.Dst, b[:d.N])
}
