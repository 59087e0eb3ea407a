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

// station names a link-layer address.
func station(b []byte) string {
	switch m := wire.MAC(b); m {
	case meMAC:
		return "me"
	case peerMAC:
		return "peer"
	case otherMAC:
		return "other"
	case routerMAC:
		return "router"
	case wire.Broadcast:
		return "all"
	default:
		return m.String()
	}
}

// describe says in one line what a frame is, as seen by gopacket, and checks what every frame from us has in common: our
// source address, at least 60 bytes, zero padding, right checksums.
func describe(t rapid.TB, frame []byte) string {
	t.Helper()
	p := decode(t, frame)
	eth := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	require.Equal(t, "me", station(eth.SrcMAC))
	require.GreaterOrEqual(t, len(frame), 60)
	to := station(eth.DstMAC) + ": "
	if a, ok := p.Layer(layers.LayerTypeARP).(*layers.ARP); ok {
		op := map[uint16]string{1: "request", 2: "reply"}[a.Operation]
		require.Zero(t, frame[14+28:][0]|frame[59], "padding")
		return fmt.Sprintf("%sarp %s %v is %s, %v is %s", to, op, net.IP(a.SourceProtAddress), station(a.SourceHwAddress),
			net.IP(a.DstProtAddress), station(a.DstHwAddress))
	}
	if text := groupText(t, p); text != "" {
		return to + text
	}
	requireChecksums(t, frame)
	head := ""
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		head = fmt.Sprintf("%s > %s ttl %d", ip.SrcIP, ip.DstIP, ip.TTL)
		requireZeros(t, frame[14+int(ip.Length):])
	case *layers.IPv6:
		head = fmt.Sprintf("%s > %s hops %d", ip.SrcIP, ip.DstIP, ip.HopLimit)
		requireZeros(t, frame[14+40+int(ip.Length):])
	}
	return to + head + " " + transport(t, p)
}

func requireZeros(t rapid.TB, padding []byte) {
	t.Helper()
	require.Empty(t, strings.Trim(string(padding), "\x00"), "padding")
}

func transport(t rapid.TB, p gopacket.Packet) string {
	t.Helper()
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *gopacket.Fragment:
			return fragmentText(p)
		case *layers.UDP:
			return fmt.Sprintf("udp %d > %d %q", l.SrcPort, l.DstPort, l.Payload)
		case *layers.TCP:
			return fmt.Sprintf("tcp %d > %d %q", l.SrcPort, l.DstPort, l.Payload)
		case *layers.ICMPv4:
			switch l.TypeCode.Type() {
			case layers.ICMPv4TypeEchoReply:
				return fmt.Sprintf("echo reply %d/%d %q", l.Id, l.Seq, l.Payload)
			case layers.ICMPv4TypeDestinationUnreachable:
				return fmt.Sprintf("unreachable %d quoting %d", l.TypeCode.Code(), len(l.Payload))
			case layers.ICMPv4TypeTimeExceeded:
				return fmt.Sprintf("time exceeded %d quoting %d", l.TypeCode.Code(), len(l.Payload))
			case layers.ICMPv4TypeParameterProblem:
				return fmt.Sprintf("parameter problem %d at %d quoting %d", l.TypeCode.Code(), l.Id>>8, len(l.Payload))
			case layers.ICMPv4TypeTimestampReply:
				return fmt.Sprintf("timestamp reply %d/%d %x", l.Id, l.Seq, l.Payload)
			}
		case *layers.ICMPv6:
			return icmp6Text(l)
		}
	}
	require.Fail(t, "a packet that no test expects", p.Dump())
	return ""
}

// fragmentText gives a fragment's place and length, and a + if more follow.
func fragmentText(p gopacket.Packet) string {
	more := map[bool]string{true: "+"}
	if l, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment); ok {
		return fmt.Sprintf("fragment %d (%d)%s", l.FragmentOffset*8, len(l.Payload), more[l.MoreFragments])
	}
	l := p.NetworkLayer().(*layers.IPv4)
	return fmt.Sprintf("fragment %d (%d)%s", l.FragOffset*8, len(l.Payload), more[l.Flags&layers.IPv4MoreFragments != 0])
}

func icmp6Text(l *layers.ICMPv6) string {
	b := l.Payload
	rest := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	switch l.TypeCode.Type() {
	case layers.ICMPv6TypeEchoReply:
		return fmt.Sprintf("echo reply %d/%d %q", rest>>16, rest&0xffff, b[4:])
	case layers.ICMPv6TypeDestinationUnreachable:
		return fmt.Sprintf("unreachable %d quoting %d", l.TypeCode.Code(), len(b)-4)
	case layers.ICMPv6TypeTimeExceeded:
		return fmt.Sprintf("time exceeded %d quoting %d", l.TypeCode.Code(), len(b)-4)
	case layers.ICMPv6TypeParameterProblem:
		return fmt.Sprintf("parameter problem %d at %d quoting %d", l.TypeCode.Code(), rest, len(b)-4)
	case layers.ICMPv6TypeNeighborSolicitation:
		if len(b) == 20 {
			return fmt.Sprintf("has anybody %s", net.IP(b[4:20]))
		}
		return fmt.Sprintf("who is %s, option %d %s", net.IP(b[4:20]), b[20], station(b[22:28]))
	case layers.ICMPv6TypeNeighborAdvertisement:
		return fmt.Sprintf("%s is here, flags %03b, option %d %s", net.IP(b[4:20]), b[0]>>5, b[20], station(b[22:28]))
	}
	return l.TypeCode.String()
}

// requireChecksums computes the checksums of a packet with a codec that is not ours, and compares.
func requireChecksums(t rapid.TB, frame []byte) {
	t.Helper()
	p := decode(t, frame)
	if groupText(t, p) != "" {
		return // which has checked them
	}
	var ls []gopacket.SerializableLayer
	for _, l := range p.Layers() {
		switch x := l.(type) {
		case *layers.UDP:
			require.NoError(t, x.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.TCP:
			require.NoError(t, x.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.ICMPv6:
			require.NoError(t, x.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.Ethernet, *layers.IPv4, *layers.IPv6, *layers.ICMPv4:
		default:
			continue
		}
		ls = append(ls, l.(gopacket.SerializableLayer))
	}
	last := ls[len(ls)-1].(gopacket.Layer)
	ls = append(ls, gopacket.Payload(last.LayerPayload()))
	b := gopacket.NewSerializeBuffer()
	require.NoError(t, gopacket.SerializeLayers(b, gopacket.SerializeOptions{ComputeChecksums: true}, ls...))
	require.Equal(t, b.Bytes(), frame[:len(b.Bytes())])
}
