package stack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

var goodEcho4 = echoFrame(peer4, me4, 7, 9, "abc")

var ethernetDrops = []drop{
	{"frame shorter than a header", goodEcho4[:13], DropEthernetShort},
	{"frame without bytes", goodEcho4[:0], DropEthernetShort},
	{"from a group", spoil(goodEcho4, 6, set(3)), DropEthernetSource},
	{"from the zero address", ethFrame(meMAC, wire.MAC{}, wire.EtherTypeIPv4, goodEcho4[14:]), DropEthernetSource},
	{"from our own address", ethFrame(meMAC, meMAC, wire.EtherTypeIPv4, goodEcho4[14:]), DropEthernetOwn},
	{"to another station", ethFrame(otherMAC, peerMAC, wire.EtherTypeIPv4, goodEcho4[14:]), DropEthernetOther},
	{"VLAN tag", ethFrame(meMAC, peerMAC, wire.EtherTypeVLAN, goodEcho4[14:]), DropEthernetType},
	{"802.3 length", ethFrame(meMAC, peerMAC, 46, goodEcho4[14:]), DropEthernetType},
}

func TestEthernetDrops(t *testing.T) { testDrops(t, ethernetDrops) }

// TestFamilyOff: a family without an address does not exist.
func TestFamilyOff(t *testing.T) {
	for _, c := range []struct {
		name   string
		frame  []byte
		change func(*Config, *Storage)
	}{
		{"IPv4", goodEcho4, func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = wire.Prefix{}, wire.Addr{} }},
		{"ARP", goodARP, func(c *Config, _ *Storage) { c.IPv4, c.Gateway4 = wire.Prefix{}, wire.Addr{} }},
		{"IPv6", goodNS, func(c *Config, _ *Storage) { c.IPv6, c.Gateway6 = wire.Prefix{}, wire.Addr{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, c.change)
			h.receive(c.frame)
			h.wantSent()
			h.wantCount(DropEthernetType)
			id := h.open(wire.Addr{}, 4000)
			dst, group := peer4, wire.AllHosts4
			if c.name == "IPv6" {
				dst, group = peer6, wire.AllNodes6
			}
			require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, dst, 7, nil))
			require.Equal(t, NetUnreachable, h.UDPSend(h.now, id, group, 7, nil))
		})
	}
}

// TestPadding: what follows the packet in the frame is no part of it, whatever it is.
func TestPadding(t *testing.T) {
	for _, f := range [][]byte{goodEcho4, echoFrame(peer6, me6, 7, 9, "abc")} {
		h := newHost(t, nil)
		h.meetPeers()
		h.receive(append(append([]byte(nil), f...), "rubbish"...))
		got := h.sent()
		h.receive(f)
		h.wantSent(got...)
	}
}
