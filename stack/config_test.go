package stack

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

func prefix(s string, bits uint8) wire.Prefix { return wire.Prefix{Addr: addr(s), Bits: bits} }

func TestInitRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config, *Storage)
		want   InitErr
	}{
		{"zero MAC", func(c *Config, _ *Storage) { c.MAC = wire.MAC{} }, BadMAC},
		{"group MAC", func(c *Config, _ *Storage) { c.MAC[0] |= 1 }, BadMAC},
		{"MTU 1279 with IPv6", func(c *Config, _ *Storage) { c.MTU = 1279 }, BadMTU},
		{"MTU 575 without", func(c *Config, _ *Storage) { c.MTU, c.IPv6, c.Gateway6 = 575, wire.Prefix{}, wire.Addr{} }, BadMTU},
		{"IPv6 as IPv4", func(c *Config, _ *Storage) { c.IPv4 = prefix("2001:db8::1", 24) }, BadIPv4},
		{"33 bits", func(c *Config, _ *Storage) { c.IPv4.Bits = 33 }, BadIPv4},
		{"0.0.0.0", func(c *Config, _ *Storage) { c.IPv4 = prefix("0.0.0.0", 0) }, BadIPv4},
		{"loopback", func(c *Config, _ *Storage) { c.IPv4 = prefix("127.0.0.1", 8) }, BadIPv4},
		{"group", func(c *Config, _ *Storage) { c.IPv4 = prefix("224.0.0.1", 24) }, BadIPv4},
		{"limited broadcast", func(c *Config, _ *Storage) { c.IPv4 = prefix("255.255.255.255", 24) }, BadIPv4},
		{"directed broadcast", func(c *Config, _ *Storage) { c.IPv4 = prefix("192.0.2.255", 24) }, BadIPv4},
		{"network of four", func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = prefix("192.0.2.4", 30), wire.Addr{} }, BadIPv4},
		{"network", func(c *Config, _ *Storage) { c.IPv4 = prefix("192.0.2.0", 24) }, BadIPv4},
		{"gateway elsewhere", func(c *Config, _ *Storage) { c.Gateway4 = far4 }, BadGateway4},
		{"gateway is us", func(c *Config, _ *Storage) { c.Gateway4 = me4 }, BadGateway4},
		{"gateway is all", func(c *Config, _ *Storage) { c.Gateway4 = all4 }, BadGateway4},
		{"gateway without IPv4", func(c *Config, _ *Storage) { c.IPv4 = wire.Prefix{} }, BadGateway4},
		{"IPv4 as IPv6", func(c *Config, _ *Storage) { c.IPv6 = prefix("192.0.2.1", 24) }, BadIPv6},
		{"129 bits", func(c *Config, _ *Storage) { c.IPv6.Bits = 129 }, BadIPv6},
		{"IPv6 loopback", func(c *Config, _ *Storage) { c.IPv6 = prefix("::1", 128) }, BadIPv6},
		{"IPv6 group", func(c *Config, _ *Storage) { c.IPv6 = prefix("ff02::1", 64) }, BadIPv6},
		{"IPv4-mapped", func(c *Config, _ *Storage) { c.IPv6 = prefix("::ffff:192.0.2.1", 96) }, BadIPv6},
		{"IPv6 gateway elsewhere", func(c *Config, _ *Storage) { c.Gateway6 = far6 }, BadGateway6},
		{"IPv6 gateway is us", func(c *Config, _ *Storage) { c.Gateway6 = me6 }, BadGateway6},
		{"IPv6 gateway is our link-local address", func(c *Config, _ *Storage) { c.Gateway6 = meLink6 }, BadGateway6},
		{"IPv6 gateway is a group", func(c *Config, _ *Storage) { c.Gateway6 = wire.AllRouters6 }, BadGateway6},
		{"IPv6 gateway without IPv6", func(c *Config, _ *Storage) { c.IPv6 = wire.Prefix{} }, BadGateway6},
		{"IPv6 gateway in no network", func(c *Config, _ *Storage) { c.IPv6, c.Gateway6 = prefix("::", 0), peer6 }, BadGateway6},
		{"no neighbours", func(_ *Config, st *Storage) { st.Neighbours = nil }, NoNeighbours},
		{"no room for a waiting packet", func(_ *Config, st *Storage) { st.Waiting = st.Waiting[:1499] }, WaitingTooShort},
		{"short UDP queues", func(_ *Config, st *Storage) { st.UDPBuffer = st.UDPBuffer[:3*MinUDPQueue-1] }, UDPBufferTooShort},
		{"short loopback", func(_ *Config, st *Storage) { st.Loop = make([]byte, 2*1502-1) }, LoopTooShort},
		{"short reassembly", func(_ *Config, st *Storage) { st.ReassemblyBuffer = st.ReassemblyBuffer[:2*reassembly.MinMemory-1] }, ReassemblyTooShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, st := testConfig(), testStorage()
			c.change(&cfg, &st)
			var s Stack
			require.Equal(t, c.want, s.Init(&cfg, &st, nil), "want %v", c.want)
			require.Zero(t, s)
		})
	}
}

func TestInitAccepts(t *testing.T) {
	for name, change := range map[string]func(*Config, *Storage){
		"as the tests have it":  func(*Config, *Storage) {},
		"no IPv4":               func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = wire.Prefix{}, wire.Addr{} },
		"no IPv6, small MTU":    func(c *Config, _ *Storage) { c.IPv6, c.Gateway6, c.MTU = wire.Prefix{}, wire.Addr{}, 576 },
		"least MTU":             func(c *Config, _ *Storage) { c.MTU = 1280 },
		"one slot":              func(_ *Config, st *Storage) { st.Waiting = st.Waiting[:1500] },
		"no gateways":           func(c *Config, _ *Storage) { c.Gateway4, c.Gateway6 = wire.Addr{}, wire.Addr{} },
		"31 bits (RFC 3021)":    func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = prefix("192.0.2.255", 31), router4 },
		"32 bits":               func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = prefix("192.0.2.1", 32), wire.Addr{} },
		"link-local only":       func(c *Config, _ *Storage) { c.IPv6 = prefix("::", 0) },
		"gateway in the prefix": func(c *Config, _ *Storage) { c.Gateway6 = peer6 },
		"no UDP":                func(_ *Config, st *Storage) { st.UDP, st.UDPBuffer = nil, nil },
		"no fragments":          func(_ *Config, st *Storage) { st.Reassembly, st.ReassemblyBuffer, st.Staging = nil, nil, nil },
	} {
		t.Run(name, func(t *testing.T) { newHost(t, change) })
	}
}

// TestLinkLocalOnly: without another address the link-local one answers for itself alone.
func TestLinkLocalOnly(t *testing.T) {
	h := newHost(t, func(c *Config, _ *Storage) { c.IPv6, c.Gateway6 = prefix("::", 0), wire.Addr{} })
	h.receive(nsFrame(peerLL6, meGroup6, meLink6, peerMAC), goodNS, echoFrame(peerLL6, wire.AllNodes6, 7, 9, ""))
	h.wantSent(
		"peer: fe80::ff:fe00:1 > fe80::2 hops 255 fe80::ff:fe00:1 is here, flags 011, option 2 me",
		`peer: fe80::ff:fe00:1 > fe80::2 hops 64 echo reply 7/9 ""`,
	)
	h.wantCount(DropNDPOther)
	id := h.open(wire.Addr{}, 4000)
	require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, peer6, 7, nil))
}

// TestInitForgets: storage that was in use before leaves no trace.
func TestInitForgets(t *testing.T) {
	h := newHost(t, nil)
	h.meetPeers()
	h.open(wire.Addr{}, 7)
	h.receive(goodUDP4, udpFrame(peer4, me4, 1, 9, ""))
	h.UDPSend(h.now, 0, other4, 7, nil)
	h.SetLink(h.now, false)
	for _, change := range []func(*Config, *Storage){
		func(*Config, *Storage) {},
		func(c *Config, _ *Storage) { c.IPv6, c.Gateway6 = wire.Prefix{}, wire.Addr{} },
	} {
		cfg, st := testConfig(), h.st
		change(&cfg, &st)
		require.Equal(t, InitOK, h.Init(&cfg, &st, &h.dev))
		clear(h.st.UDPBuffer) // what is in no queue does not count
		clear(h.st.Waiting)
		require.Equal(t, newHost(t, change).snapshot(), h.snapshot())
	}
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for c := range numCauses {
		require.NotEmpty(t, c.String())
		require.False(t, seen[c.String()], c.String())
		seen[c.String()] = true
	}
	for e := range numInitErrs {
		require.NotEmpty(t, e.String())
	}
	counters := map[string]bool{}
	for c := range NumCounters {
		require.NotEmpty(t, c.String())
		require.False(t, counters[c.String()], c.String())
		counters[c.String()] = true
		require.Equal(t, c.IsDrop(), strings.HasPrefix(c.String(), "drop-"), c.String())
		require.Equal(t, c.IsChecksum(), c.IsDrop() && strings.HasSuffix(c.String(), "-checksum") && c != DropUDPNoChecksum, c.String())
	}
	require.Equal(t, "unknown cause", numCauses.String())
	require.Equal(t, "unknown error", numInitErrs.String())
	require.Equal(t, "unknown", NumCounters.String())
	require.False(t, NumCounters.IsDrop())
	var s Stack
	require.Zero(t, s.Counter(NumCounters))
}
