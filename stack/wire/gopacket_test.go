package wire

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// gopacket is the third opinion: what Put writes must decode there, without an error layer, to the same fields, and its
// encoder must find the same checksums.

// decode takes bytes apart from this layer on.
func decode(t *rapid.T, b []byte, first gopacket.LayerType) gopacket.Packet {
	p := gopacket.NewPacket(b, first, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("gopacket refuses % x: %v", b, e.Error())
	}
	return p
}

// layer returns the layer of type L.
func layer[L gopacket.Layer](t *rapid.T, p gopacket.Packet) L {
	for _, l := range p.Layers() {
		if l, ok := l.(L); ok {
			return l
		}
	}
	t.Fatalf("no %T in %v", *new(L), p)
	panic("unreachable")
}

// encode lets gopacket write the layers again, with its own checksums.
func encode(t *rapid.T, ls ...gopacket.SerializableLayer) []byte {
	buf := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{ComputeChecksums: true}, ls...)
	require.NoError(t, err)
	return buf.Bytes()
}

func TestGopacketEthernetARP(t *testing.T) { rapid.Check(t, propertyGopacketEthernetARP) }

func FuzzGopacketEthernetARP(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketEthernetARP)) }

func propertyGopacketEthernetARP(t *rapid.T) {
	x := ARPFields{
		Op:        rapid.Uint16().Draw(t, "op"),
		SenderMAC: genMAC().Draw(t, "sender"), SenderIP: genAddr4().Draw(t, "sender ip"),
		TargetMAC: genMAC().Draw(t, "target"), TargetIP: genAddr4().Draw(t, "target ip"),
	}
	b := make([]byte, EthernetHeaderLen+ARPLen)
	n := EthernetFields{x.TargetMAC, x.SenderMAC, EtherTypeARP}.Put(b)
	n += x.Put(b[n:])
	p := decode(t, b[:n], layers.LayerTypeEthernet)

	eth := layer[*layers.Ethernet](t, p)
	require.Equal(t, x.TargetMAC[:], []byte(eth.DstMAC))
	require.Equal(t, x.SenderMAC[:], []byte(eth.SrcMAC))
	require.Equal(t, layers.EthernetTypeARP, eth.EthernetType)
	arp := layer[*layers.ARP](t, p)
	require.Equal(t, layers.LinkTypeEthernet, arp.AddrType)
	require.Equal(t, layers.EthernetTypeIPv4, arp.Protocol)
	require.Equal(t, x.Op, arp.Operation)
	require.Equal(t, x.SenderMAC[:], arp.SourceHwAddress)
	require.Equal(t, std(x.SenderIP).AsSlice(), arp.SourceProtAddress)
	require.Equal(t, x.TargetMAC[:], arp.DstHwAddress)
	require.Equal(t, std(x.TargetIP).AsSlice(), arp.DstProtAddress)
}

func TestGopacketIPv4(t *testing.T) { rapid.Check(t, propertyGopacketIPv4) }

func FuzzGopacketIPv4(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketIPv4)) }

func propertyGopacketIPv4(t *rapid.T) {
	data := genData(64).Draw(t, "data")
	x := genIPv4(len(data)).Draw(t, "header")
	x.Protocol = ProtoNone // gopacket takes what follows as data
	b := make([]byte, x.TotalLen)
	for i := range x.OptionsLen {
		b[IPv4HeaderLen+i] = optionNOP
	}
	copy(b[x.Put(b):], data)

	ip := layer[*layers.IPv4](t, decode(t, b, layers.LayerTypeIPv4))
	flags := layers.IPv4Flag(0)
	if x.DF {
		flags |= layers.IPv4DontFragment
	}
	if x.MF {
		flags |= layers.IPv4MoreFragments
	}
	require.Equal(t, uint8(4), ip.Version)
	require.Equal(t, 5+x.OptionsLen/4, ip.IHL)
	require.Equal(t, x.TOS, ip.TOS)
	require.Equal(t, x.TotalLen, ip.Length)
	require.Equal(t, x.ID, ip.Id)
	require.Equal(t, flags, ip.Flags)
	require.Equal(t, x.FragOffset/8, ip.FragOffset)
	require.Equal(t, x.TTL, ip.TTL)
	require.Equal(t, layers.IPProtocolNoNextHeader, ip.Protocol)
	require.Equal(t, std(x.Src).AsSlice(), []byte(ip.SrcIP))
	require.Equal(t, std(x.Dst).AsSlice(), []byte(ip.DstIP))
	require.Len(t, ip.Options, int(x.OptionsLen))
	require.Equal(t, data, append([]byte{}, ip.Payload...))
	require.Equal(t, b, encode(t, ip, gopacket.Payload(data)))
}

func TestGopacketIPv6(t *testing.T) { rapid.Check(t, propertyGopacketIPv6) }

func FuzzGopacketIPv6(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketIPv6)) }

func propertyGopacketIPv6(t *rapid.T) {
	data := genData(64).Draw(t, "data")
	f := Fragment{253, 8 * rapid.Uint16Range(0, 0x1fff).Draw(t, "offset"), rapid.Bool().Draw(t, "more"), rapid.Uint32().Draw(t, "id")}
	x := genIPv6(8+FragmentHeaderLen+len(data)).Draw(t, "header")
	x.NextHeader = ProtoHopByHop
	b := make([]byte, IPv6HeaderLen+int(x.PayloadLen))
	n := x.Put(b)
	n += PutHopByHopRouterAlert(b[n:], ProtoFragment)
	n += f.Put(b[n:])
	copy(b[n:], data)

	p := decode(t, b, layers.LayerTypeIPv6)
	ip := layer[*layers.IPv6](t, p)
	require.Equal(t, uint8(6), ip.Version)
	require.Equal(t, x.TrafficClass, ip.TrafficClass)
	require.Equal(t, x.FlowLabel, ip.FlowLabel)
	require.Equal(t, x.PayloadLen, ip.Length)
	require.Equal(t, layers.IPProtocolIPv6HopByHop, ip.NextHeader)
	require.Equal(t, x.HopLimit, ip.HopLimit)
	require.Equal(t, std(x.Src).AsSlice(), []byte(ip.SrcIP))
	require.Equal(t, std(x.Dst).AsSlice(), []byte(ip.DstIP))
	hop := layer[*layers.IPv6HopByHop](t, p)
	require.Equal(t, uint8(IPv6OptRouterAlert), hop.Options[0].OptionType)
	require.Equal(t, []byte{0, 0}, hop.Options[0].OptionData)
	frag := layer[*layers.IPv6Fragment](t, p)
	require.Equal(t, f.Offset/8, frag.FragmentOffset)
	require.Equal(t, f.More, frag.MoreFragments)
	require.Equal(t, f.ID, frag.Identification)
}

// network is an IP layer of gopacket's that its checksums can be computed over.
func network(src, dst Addr, proto layers.IPProtocol) gopacket.NetworkLayer {
	if src.Is4() {
		return &layers.IPv4{SrcIP: std(src).AsSlice(), DstIP: std(dst).AsSlice(), Protocol: proto}
	}
	return &layers.IPv6{SrcIP: std(src).AsSlice(), DstIP: std(dst).AsSlice(), NextHeader: proto}
}

// genPair draws two addresses of one family.
func genPair(t *rapid.T) (src, dst Addr) {
	g := genAddr4()
	if rapid.Bool().Draw(t, "v6") {
		g = genAddr6()
	}
	return g.Draw(t, "src"), g.Draw(t, "dst")
}

func TestGopacketTCP(t *testing.T) { rapid.Check(t, propertyGopacketTCP) }

func FuzzGopacketTCP(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketTCP)) }

func propertyGopacketTCP(t *rapid.T) {
	x, opts := genTCP().Draw(t, "header"), genTCPOpts().Draw(t, "options")
	src, dst := genPair(t)
	data := genData(100).Draw(t, "data")
	b := make([]byte, 200)
	x.OptionsLen = uint8(PutTCPOptions(b[TCPHeaderLen:], &opts))
	n := x.Put(b)
	b = b[:n+copy(b[n:], data)]
	TCP(b).SetChecksum(src, dst)

	tcp := layer[*layers.TCP](t, decode(t, b, layers.LayerTypeTCP))
	require.Equal(t, x.SrcPort, uint16(tcp.SrcPort))
	require.Equal(t, x.DstPort, uint16(tcp.DstPort))
	require.Equal(t, x.Seq, tcp.Seq)
	require.Equal(t, x.Ack, tcp.Ack)
	require.Equal(t, 5+x.OptionsLen/4, tcp.DataOffset)
	require.Equal(t, x.Window, tcp.Window)
	require.Equal(t, x.Urgent, tcp.Urgent)
	require.Equal(t, data, append([]byte{}, tcp.Payload...))
	for i, set := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK, tcp.URG, tcp.ECE, tcp.CWR} {
		require.Equal(t, x.Flags.Has(1<<i), set, "bit %d", i)
	}
	require.False(t, tcp.NS)
	w := WalkTCPOptions(TCP(b).Options())
	for _, o := range tcp.Options {
		if o.OptionType == layers.TCPOptionKindNop {
			continue
		}
		kind, got, ok := w.Next()
		require.True(t, ok)
		require.Equal(t, uint8(o.OptionType), kind)
		require.Equal(t, append([]byte{}, o.OptionData...), append([]byte{}, got...))
	}
	_, _, ok := w.Next()
	require.False(t, ok)

	require.NoError(t, tcp.SetNetworkLayerForChecksum(network(src, dst, layers.IPProtocolTCP)))
	require.Equal(t, b, encode(t, tcp, gopacket.Payload(data)))
}

func TestGopacketUDP(t *testing.T) { rapid.Check(t, propertyGopacketUDP) }

func FuzzGopacketUDP(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketUDP)) }

func propertyGopacketUDP(t *rapid.T) {
	data := genData(100).Draw(t, "data")
	src, dst := genPair(t)
	// Ports behind which gopacket expects no other protocol.
	port := rapid.Uint16Range(60000, 65000)
	x := UDPFields{port.Draw(t, "sport"), port.Draw(t, "dport"), uint16(UDPHeaderLen + len(data))}
	b := make([]byte, x.Length)
	copy(b[x.Put(b):], data)
	UDP(b).SetChecksum(src, dst)

	udp := layer[*layers.UDP](t, decode(t, b, layers.LayerTypeUDP))
	require.Equal(t, x.SrcPort, uint16(udp.SrcPort))
	require.Equal(t, x.DstPort, uint16(udp.DstPort))
	require.Equal(t, x.Length, udp.Length)
	require.Equal(t, data, append([]byte{}, udp.Payload...))
	require.NoError(t, udp.SetNetworkLayerForChecksum(network(src, dst, layers.IPProtocolUDP)))
	again := encode(t, udp, gopacket.Payload(data))
	if again[6] == 0 && again[7] == 0 { // gopacket leaves a sum of zero as it is; RFC 768 does not
		again[6], again[7] = 0xff, 0xff
	}
	require.Equal(t, b, again)
}

func TestGopacketICMPv4(t *testing.T) { rapid.Check(t, propertyGopacketICMPv4) }

func FuzzGopacketICMPv4(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketICMPv4)) }

func propertyGopacketICMPv4(t *rapid.T) {
	x, data := genICMP().Draw(t, "header"), genData(64).Draw(t, "data")
	b := append(putExactly(t, ICMPHeaderLen, x.Put), data...)
	ICMPv4(b).SetChecksum()
	icmp := layer[*layers.ICMPv4](t, decode(t, b, layers.LayerTypeICMPv4))
	require.Equal(t, x.Type, icmp.TypeCode.Type())
	require.Equal(t, x.Code, icmp.TypeCode.Code())
	require.Equal(t, x.Rest, EchoRest(icmp.Id, icmp.Seq))
	require.Equal(t, b, encode(t, icmp, gopacket.Payload(data)))
}

// TestGopacketGroupQuery: what it reads of a query of IGMPv3 is what is read here, but for codes above 127, which it takes
// for others than RFC 3376 4.1.1, and for the interval, whose unit is a second (4.1.7) and there a tenth of one.
func TestGopacketGroupQuery(t *testing.T) { rapid.Check(t, propertyGopacketGroupQuery) }

func FuzzGopacketGroupQuery(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketGroupQuery)) }

func propertyGopacketGroupQuery(t *rapid.T) {
	code := rapid.Uint8Range(0, 127)
	sources := rapid.SliceOfN(genAddr4(), 0, 3).Draw(t, "sources")
	b := igmpQuery(code.Draw(t, "code"), len(sources), len(sources))
	b[8], b[9] = rapid.Byte().Draw(t, "flags"), code.Draw(t, "interval")
	genAddr4().Draw(t, "group").Put(b[4:])
	for i, a := range sources {
		a.Put(b[12+4*i:])
	}
	q, err := b.Query()
	require.Equal(t, OK, err)
	g := layer[*layers.IGMP](t, decode(t, b, layers.LayerTypeIGMP))
	require.Equal(t, q.Group.As4(), [4]byte(g.GroupAddress.To4()))
	require.Equal(t, q.MaxResp, g.MaxResponseTime)
	require.Equal(t, q.Robust, g.RobustnessValue)
	require.Equal(t, q.Interval, 10*g.IntervalTime)
	require.Equal(t, len(sources), q.Sources())
	for i := range q.Sources() {
		require.Equal(t, q.Source(i).As4(), [4]byte(g.SourceAddresses[i].To4()))
	}
}

func TestGopacketICMPv6Echo(t *testing.T) { rapid.Check(t, propertyGopacketICMPv6Echo) }

func FuzzGopacketICMPv6Echo(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketICMPv6Echo)) }

func propertyGopacketICMPv6Echo(t *rapid.T) {
	id, seq := rapid.Uint16().Draw(t, "id"), rapid.Uint16().Draw(t, "seq")
	data := genData(64).Draw(t, "data")
	src, dst := genAddr6().Draw(t, "src"), genAddr6().Draw(t, "dst")
	b := append(putExactly(t, ICMPHeaderLen, ICMPFields{Type: ICMPv6Echo, Rest: EchoRest(id, seq)}.Put), data...)
	ICMPv6(b).SetChecksum(src, dst)
	p := decode(t, b, layers.LayerTypeICMPv6)
	icmp, echo := layer[*layers.ICMPv6](t, p), layer[*layers.ICMPv6Echo](t, p)
	require.Equal(t, layers.CreateICMPv6TypeCode(layers.ICMPv6TypeEchoRequest, 0), icmp.TypeCode)
	require.Equal(t, id, echo.Identifier)
	require.Equal(t, seq, echo.SeqNumber)
	require.NoError(t, icmp.SetNetworkLayerForChecksum(network(src, dst, layers.IPProtocolICMPv6)))
	require.Equal(t, b, encode(t, icmp, gopacket.Payload(b[4:])))
}

func TestGopacketNDP(t *testing.T) { rapid.Check(t, propertyGopacketNDP) }

func FuzzGopacketNDP(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketNDP)) }

func propertyGopacketNDP(t *rapid.T) {
	target, dst, mac := genAddr6().Draw(t, "target"), genAddr6().Draw(t, "dst"), genMAC().Draw(t, "mac")
	flag := rapid.Bool()
	link := func(o layers.ICMPv6Option, typ layers.ICMPv6Opt) {
		require.Equal(t, typ, o.Type)
		require.Equal(t, mac[:], o.Data)
	}
	b := make([]byte, 256)

	n := PutNeighborSolicit(b, target)
	n += PutLinkAddr(b[n:], NDPSourceLinkAddr, mac)
	ns := layer[*layers.ICMPv6NeighborSolicitation](t, decode(t, b[:n], layers.LayerTypeICMPv6))
	require.Equal(t, std(target).AsSlice(), []byte(ns.TargetAddress))
	link(ns.Options[0], layers.ICMPv6OptSourceAddress)

	na := NeighborAdvertFields{flag.Draw(t, "r"), flag.Draw(t, "s"), flag.Draw(t, "o"), target}
	n = na.Put(b)
	n += PutLinkAddr(b[n:], NDPTargetLinkAddr, mac)
	gna := layer[*layers.ICMPv6NeighborAdvertisement](t, decode(t, b[:n], layers.LayerTypeICMPv6))
	require.Equal(t, na.Router, gna.Router())
	require.Equal(t, na.Solicited, gna.Solicited())
	require.Equal(t, na.Override, gna.Override())
	require.Equal(t, std(target).AsSlice(), []byte(gna.TargetAddress))
	link(gna.Options[0], layers.ICMPv6OptTargetAddress)

	n = PutRedirect(b, target, dst)
	n += PutLinkAddr(b[n:], NDPTargetLinkAddr, mac)
	n += PutRedirected(b[n:], dirty(48))
	rd := layer[*layers.ICMPv6Redirect](t, decode(t, b[:n], layers.LayerTypeICMPv6))
	require.Equal(t, std(target).AsSlice(), []byte(rd.TargetAddress))
	require.Equal(t, std(dst).AsSlice(), []byte(rd.DestinationAddress))
	link(rd.Options[0], layers.ICMPv6OptTargetAddress)
	require.Equal(t, layers.ICMPv6OptRedirectedHeader, rd.Options[1].Type)
	require.Equal(t, append(make([]byte, 6), dirty(48)...), rd.Options[1].Data)

	n = PutRouterSolicit(b)
	n += PutLinkAddr(b[n:], NDPSourceLinkAddr, mac)
	rs := layer[*layers.ICMPv6RouterSolicitation](t, decode(t, b[:n], layers.LayerTypeICMPv6))
	link(rs.Options[0], layers.ICMPv6OptSourceAddress)
}

func TestGopacketRouterAdvert(t *testing.T) { rapid.Check(t, propertyGopacketRouterAdvert) }

func FuzzGopacketRouterAdvert(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyGopacketRouterAdvert)) }

func propertyGopacketRouterAdvert(t *rapid.T) {
	flag, number := rapid.Bool(), rapid.Uint32()
	ra := RouterAdvertFields{
		HopLimit: rapid.Uint8().Draw(t, "hops"), Managed: flag.Draw(t, "m"), Other: flag.Draw(t, "o"),
		Lifetime: rapid.Uint16().Draw(t, "lifetime"), Reachable: number.Draw(t, "reachable"), Retrans: number.Draw(t, "retrans"),
	}
	pi := PrefixInfo{
		Prefix: Prefix{genAddr6().Draw(t, "prefix"), rapid.Uint8Range(0, 128).Draw(t, "bits")},
		OnLink: flag.Draw(t, "l"), Autonomous: flag.Draw(t, "a"), Valid: number.Draw(t, "valid"), Preferred: number.Draw(t, "preferred"),
	}
	b := make([]byte, 256)
	n := ra.Put(b)
	n += pi.Put(b[n:])
	n += PutMTUOption(b[n:], 1280)

	g := layer[*layers.ICMPv6RouterAdvertisement](t, decode(t, b[:n], layers.LayerTypeICMPv6))
	require.Equal(t, ra.HopLimit, g.HopLimit)
	require.Equal(t, ra.Managed, g.ManagedAddressConfig())
	require.Equal(t, ra.Other, g.OtherConfig())
	require.Equal(t, ra.Lifetime, g.RouterLifetime)
	require.Equal(t, ra.Reachable, g.ReachableTime)
	require.Equal(t, ra.Retrans, g.RetransTimer)
	require.Len(t, g.Options, 2)
	require.Equal(t, layers.ICMPv6OptPrefixInfo, g.Options[0].Type)
	require.Equal(t, b[RouterAdvertLen+2:RouterAdvertLen+NDPPrefixInfoLen], g.Options[0].Data)
	require.Equal(t, layers.ICMPv6OptMTU, g.Options[1].Type)
	require.Equal(t, []byte{0, 0, 0, 0, 5, 0}, g.Options[1].Data)
}
