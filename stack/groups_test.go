package stack

import (
	"fmt"
	"net"
	"strings"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// groupText says what a message of IGMP or MLD is, "" if it is none, and checks what every one from us has in common:
// checksums, hop limit 1 and the router alert.
func groupText(t rapid.TB, p gopacket.Packet) string {
	t.Helper()
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		if ip.Protocol != layers.IPProtocolIGMP {
			return ""
		}
		require.Equal(t, "94040000", fmt.Sprintf("%x%02x%x", ip.Options[0].OptionType, ip.Options[0].OptionLength, ip.Options[0].OptionData))
		require.Equal(t, []uint8{1, 6, 0xc0}, []uint8{ip.TTL, ip.IHL, ip.TOS})
		require.Zero(t, onesSum(ip.Contents), "header checksum")
		require.Zero(t, onesSum(ip.Payload), "checksum")
		return fmt.Sprintf("%s > %s %s", ip.SrcIP, ip.DstIP, igmpText(p))
	case *layers.IPv6:
		hop, ok := p.Layer(layers.LayerTypeIPv6HopByHop).(*layers.IPv6HopByHop)
		if !ok {
			return ""
		}
		require.Equal(t, uint8(1), ip.HopLimit)
		require.Equal(t, []byte{58, 0, 5, 2, 0, 0, 1, 0}, hop.Contents)
		pseudo := append(append([]byte{}, ip.SrcIP...), ip.DstIP...)
		require.Zero(t, onesSum(append(append(pseudo, 0, 0, byte(len(hop.Payload)>>8), byte(len(hop.Payload)), 0, 0, 0, 58), hop.Payload...)))
		return fmt.Sprintf("%s > %s %s", ip.SrcIP, ip.DstIP, mldText(p))
	}
	return ""
}

// onesSum is what RFC 1071 sums up, inverted; zero where a right checksum is in it.
func onesSum(b []byte) uint16 {
	sum := 0
	for i, c := range b {
		sum += int(c) << (8 * (1 - i&1))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

func igmpText(p gopacket.Packet) string {
	switch m := p.Layer(layers.LayerTypeIGMP).(type) {
	case *layers.IGMPv1or2:
		return fmt.Sprintf("igmp %x %s", uint8(m.Type), m.GroupAddress)
	case *layers.IGMP:
		var records []string
		for _, r := range m.GroupRecords {
			records = append(records, recordText(uint8(r.Type), r.MulticastAddress, r.NumberOfSources))
		}
		return "igmp3 " + strings.Join(records, ", ")
	}
	return "not IGMP"
}

func mldText(p gopacket.Packet) string {
	for _, l := range p.Layers() {
		switch m := l.(type) {
		case *layers.MLDv1MulticastListenerReportMessage:
			return fmt.Sprintf("mld report %s", m.MulticastAddress)
		case *layers.MLDv1MulticastListenerDoneMessage:
			return fmt.Sprintf("mld done %s", m.MulticastAddress)
		case *layers.MLDv2MulticastListenerReportMessage:
			var records []string
			for _, r := range m.MulticastAddressRecords {
				records = append(records, recordText(uint8(r.RecordType), r.MulticastAddress, r.N))
			}
			return "mld2 " + strings.Join(records, ", ")
		}
	}
	return "not MLD"
}

func recordText(typ uint8, group net.IP, sources uint16) string {
	name := map[uint8]string{1: "wants", 2: "is in", 3: "leaves", 4: "joins"}[typ]
	if sources != 0 {
		name += fmt.Sprintf(" %d of", sources)
	}
	return name + " " + group.String()
}

// igmpFrame is a message from a router; without alert it has no router alert.
func igmpFrame(dst wire.Addr, alert bool, msg []byte) []byte {
	wire.IGMP(msg).SetChecksum()
	var options []byte
	if alert {
		options = []byte{0x94, 4, 0, 0}
	}
	p := ip4Packet(wire.IPv4Fields{Protocol: wire.ProtoIGMP, TTL: 1, Src: router4, Dst: dst}, options, msg)
	return ethFrame(macOf(dst), routerMAC, wire.EtherTypeIPv4, p)
}

// igmpMessage is one of version 1 or 2; more makes a query one of version 3.
func igmpMessage(typ, code uint8, group wire.Addr, more ...byte) []byte {
	b := make([]byte, wire.IGMPLen)
	b[0], b[1] = typ, code
	group.Put(b[4:])
	return append(b, more...)
}

// mldFrame is a message from src; without alert it has no router alert.
func mldFrame(src, dst wire.Addr, hops uint8, alert bool, msg []byte) []byte {
	wire.ICMPv6(msg).SetChecksum(src, dst)
	next, ext := uint8(wire.ProtoICMPv6), []byte(nil)
	if alert {
		next, ext = wire.ProtoHopByHop, make([]byte, 8)
		wire.PutHopByHopRouterAlert(ext, wire.ProtoICMPv6)
	}
	return ethFrame(macOf(dst), routerMAC, wire.EtherTypeIPv6, ip6Packet(src, dst, hops, next, ext, msg))
}

// mldMessage is one of version 1; more makes a query one of version 2.
func mldMessage(typ uint8, delay uint16, group wire.Addr, more ...byte) []byte {
	b := make([]byte, wire.MLDLen)
	b[0], b[4], b[5] = typ, byte(delay>>8), byte(delay)
	group.Put(b[8:])
	return append(b, more...)
}

var (
	anyGroup4, anyGroup6 = wire.Any4, wire.Any6
	group4, group6       = addr("239.1.2.3"), addr("ff0e::1234")
)

// queries in each version, by age, for the groups of a family within so many seconds.
func queryFrame(group wire.Addr, age int, seconds int) []byte {
	if group.Is4() {
		dst := group
		if group.IsUnspecified() {
			dst = wire.AllHosts4
		}
		code := uint8(10 * seconds)
		switch age {
		case 0:
			return igmpFrame(dst, true, igmpMessage(wire.IGMPQuery, code, group, 0, 0, 0, 0))
		case 1:
			return igmpFrame(dst, true, igmpMessage(wire.IGMPQuery, code, group))
		}
		return igmpFrame(dst, false, igmpMessage(wire.IGMPQuery, 0, group))
	}
	dst := group
	if group.IsUnspecified() {
		dst = wire.AllNodes6
	}
	if age == 0 {
		return mldFrame(router6, dst, 1, true, mldMessage(wire.ICMPv6MLDQuery, uint16(1000*seconds), group, 0, 0, 0, 0))
	}
	return mldFrame(router6, dst, 1, true, mldMessage(wire.ICMPv6MLDQuery, uint16(1000*seconds), group))
}
