package frame

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawLayout is any layout that is one.
func drawLayout(t *rapid.T) Layout {
	l := Layout{
		Net:     Net(rapid.IntRange(int(NetRaw), int(NetIPv6)).Draw(t, "net")),
		Payload: rapid.IntRange(0, 200).Draw(t, "payload"),
	}
	switch l.Net {
	case NetARP:
		l.Payload = 0 // it would be padding that is not zero
		return l
	case NetRaw:
		return l
	}
	l.Transport = Transport(rapid.IntRange(int(TransportRaw), int(TransportICMP)).Draw(t, "transport"))
	switch l.Transport {
	case TransportTCP:
		l.Options = 4 * rapid.IntRange(0, 10).Draw(t, "options")
	case TransportICMP:
		l.ICMPType = rapid.SampledFrom([]uint8{0, 8, 128, 129, icmp6RS, icmp6RA, icmp6NS, icmp6NA, icmp6Redirect}).Draw(t, "type")
		l.SLL, l.TLL = rapid.Bool().Draw(t, "sll"), rapid.Bool().Draw(t, "tll")
	}
	if l.Net == NetIPv4 && l.Transport != TransportICMP {
		l.NetOptions = 4 * rapid.IntRange(0, 10).Draw(t, "ip options")
	}
	return l
}

// TestBuildParses: what is built is well formed, and Parse finds the layers where Build laid them.
func TestBuildParses(t *testing.T) { rapid.Check(t, propertyBuildParses) }

func FuzzBuildParses(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyBuildParses)) }

func propertyBuildParses(t *rapid.T) {
	buf := make([]byte, MaxLen)
	l := drawLayout(t)
	for i := range buf {
		buf[i] = 0xa5 // what lay there before does not shine through
	}
	var built, parsed View
	require.True(t, Build(buf, &l, &built))
	built.SetAddr(EthSrc, macA)
	built.SetAddr(ARPSHA, macA)
	if l.Net == NetRaw {
		built.Set(EthType, 0x88b5)
	}
	if l.Net == NetIPv4 {
		built.SetAddr(IPSrc, ip4A)
	} else {
		built.SetAddr(IPSrc, ip6A) // from :: no link-layer address may come (RFC 4861 4.1, 4.3)
	}
	if ndFixed(l.ICMPType) == 0 || l.Net != NetIPv6 || l.Transport != TransportICMP {
		Fill(built.Payload(), 0, 0)
	} else if l.Payload > 0 {
		t.Skip("what follows would be options")
	}
	built.Repair()
	d := Parse(built.B, &parsed)
	require.True(t, d.OK(), "%+v: %v at %d", l, d, d.At)
	require.Equal(t, built, parsed)
}

// TestBuildDecodes: gopacket decodes what was built without an error layer, and sees the same values.
func TestBuildDecodes(t *testing.T) { rapid.Check(t, propertyBuildDecodes) }

func FuzzBuildDecodes(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyBuildDecodes)) }

func propertyBuildDecodes(t *rapid.T) {
	buf := make([]byte, MaxLen)
	l := drawLayout(t)
	if l.Net < NetIPv4 || l.Transport == TransportRaw || l.Transport == TransportICMP && ndFixed(l.ICMPType) > 0 {
		t.Skip("no checksums there, or nothing known in the payload")
	}
	var v View
	require.True(t, Build(buf, &l, &v))
	src, dst := ip4A, ip4B
	if l.Net == NetIPv6 {
		src, dst = ip6A, ip6B
	}
	v.SetAddr(IPSrc, src)
	v.SetAddr(IPDst, dst)
	v.SetAddr(EthSrc, macA)
	v.SetAddr(EthDst, macB)
	fillNOP(v.Options())
	fillNOP(v.NetOptions())
	numbers := map[Field]uint32{}
	for _, f := range []Field{TCPSrcPort, TCPDstPort, TCPSeq, TCPAck, TCPFlags, TCPWin, TCPUrg, UDPSrcPort, UDPDstPort, IPTOS, IPTTL} {
		n := rapid.Uint32().Draw(t, f.String())
		switch f {
		case TCPSrcPort, TCPDstPort, UDPSrcPort, UDPDstPort:
			n |= 1 << 15 // gopacket takes the payload of a well-known port for its application's
		}
		if v.Set(f, n) {
			numbers[f] = n & (1<<f.Bits() - 1)
		}
	}
	Fill(v.Payload(), 7, 9)
	v.Repair()
	p := gopacket.NewPacket(v.B, layers.LayerTypeEthernet, gopacket.Default)
	require.Nil(t, p.ErrorLayer())
	compareTCP(t, p, numbers)
	if u, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP); ok {
		require.EqualValues(t, numbers[UDPSrcPort], u.SrcPort)
		require.EqualValues(t, numbers[UDPDstPort], u.DstPort)
		require.EqualValues(t, 8+l.Payload, u.Length)
	}
	if l.Transport == TransportTCP || l.Transport == TransportUDP {
		require.Equal(t, string(v.Payload()), payloadOf(p))
	}
	requireSameSums(t, v.B, p)
}

// fillNOP: 1 is no operation among TCP's options and among IPv4's.
func fillNOP(b []byte) {
	for i := range b {
		b[i] = OptNOP
	}
}

func compareTCP(t require.TestingT, p gopacket.Packet, numbers map[Field]uint32) {
	x, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok {
		return
	}
	flags := uint32(0)
	for i, set := range []bool{x.FIN, x.SYN, x.RST, x.PSH, x.ACK, x.URG, x.ECE, x.CWR} {
		if set {
			flags |= 1 << i
		}
	}
	require.Equal(t, numbers[TCPFlags], flags)
	require.EqualValues(t, numbers[TCPSrcPort], x.SrcPort)
	require.EqualValues(t, numbers[TCPDstPort], x.DstPort)
	require.Equal(t, numbers[TCPSeq], x.Seq)
	require.Equal(t, numbers[TCPAck], x.Ack)
	require.EqualValues(t, numbers[TCPWin], x.Window)
	require.EqualValues(t, numbers[TCPUrg], x.Urgent)
}

func payloadOf(p gopacket.Packet) string {
	if t := p.TransportLayer(); t != nil {
		return string(t.LayerPayload())
	}
	return ""
}

// requireSameSums lets gopacket write the same frame with checksums of its own.
func requireSameSums(t require.TestingT, b []byte, p gopacket.Packet) {
	var parts []gopacket.SerializableLayer
	for _, l := range p.Layers() {
		s, ok := l.(gopacket.SerializableLayer)
		require.True(t, ok)
		parts = append(parts, s)
		switch l := l.(type) {
		case *layers.TCP:
			require.NoError(t, l.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.UDP:
			require.NoError(t, l.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.ICMPv6:
			require.NoError(t, l.SetNetworkLayerForChecksum(p.NetworkLayer()))
		case *layers.ICMPv4:
		default:
			continue
		}
		parts = append(parts, gopacket.Payload(l.LayerPayload()))
		break
	}
	want := pack(t, parts...)
	require.Equal(t, want, b)
}

// TestLayoutsRefused: what cannot be a frame is not built.
func TestLayoutsRefused(t *testing.T) {
	buf := make([]byte, MaxLen)
	var v View
	for _, l := range []Layout{
		{Net: NetIPv6 + 1},
		{Net: NetIPv4, Transport: TransportICMP + 1},
		{Net: NetARP, Transport: TransportTCP},
		{Net: NetIPv4, NetOptions: 3},
		{Net: NetIPv4, NetOptions: 44},
		{Net: NetIPv6, NetOptions: 12},
		{Net: NetIPv4, Transport: TransportTCP, Options: 44},
		{Net: NetIPv4, Transport: TransportTCP, Options: 2},
		{Net: NetIPv4, Payload: MaxLen - 33},
		{Net: NetIPv4, Payload: -1},
	} {
		require.False(t, Build(buf, &l, &v), "%+v", l)
	}
	require.True(t, Build(buf, &Layout{Net: NetIPv4, Payload: 1480}, &v))
	require.False(t, Build(buf[:100], &Layout{Net: NetIPv4, Payload: 1480}, &v))
}

// TestGopacketParses: values that gopacket wrote are read where they are.
func TestGopacketParses(t *testing.T) {
	got := map[string]*View{}
	for _, s := range samples(t) {
		got[s.name] = &View{}
		require.True(t, Parse(s.b, got[s.name]).OK(), s.name)
	}
	for _, c := range []struct {
		sample string
		field  Field
		want   uint32
	}{
		{"arp", ARPOp, 1}, {"arp", EthType, 0x806}, {"tcp4", TCPSrcPort, 1000}, {"tcp4", TCPSeq, 0xfffffff0},
		{"tcp4", TCPAck, 7}, {"tcp4", TCPFlags, SYN | ACK}, {"tcp4", TCPWin, 5840}, {"tcp4", TCPOff, 10},
		{"tcp6", TCPDstPort, 80}, {"tcp6", IPTTL, 64}, {"tcp6", IPProto, 6}, {"tcp6", IPVersion, 6}, {"tcp4", IPID, 0x1234},
		{"tcp4", PayloadLen, 14}, {"udp4", UDPLen, 22}, {"udp6", PayloadLen, 14}, {"echo4", ICMPType, 8}, {"echo4", ICMPSeq, 6},
		{"echo6", ICMPID, 5}, {"unreachable4", ICMPMTU, 1400}, {"unreachable4", QuoteSeq, 0xfffffff0},
		{"toobig6", ICMPMTU, 1400}, {"toobig6", QuoteSeq, 0xfffffff0}, {"na", NDFlags, 3}, {"fragment4", IPMF, 1},
		{"fragment4", IPOff, 3}, {"fragment6", IPMF, 1}, {"fragment6", IPOff, 3}, {"fragment6", IPID, 7},
		{"hopbyhop", UDPDstPort, 53}, {"options4", IPIHL, 6}, {"options4", UDPDstPort, 53}, {"igmp2", IGMPType, 0x16},
		{"igmp2", IGMPSum, 0xfffa}, {"igmp2", IGMPCode, 0}, {"igmp3", RecordType, 4}, {"igmp3", PayloadLen, 32},
		{"mld1", ICMPType, 131}, {"mld2", RecordType, 4}, {"mld2", ICMPType, 143},
	} {
		n, ok := got[c.sample].Get(c.field)
		require.True(t, ok, "%s has no %v", c.sample, c.field)
		require.Equal(t, c.want, n, "%s: %v", c.sample, c.field)
	}
	for _, c := range []struct {
		sample string
		field  Field
		want   []byte
	}{
		{"arp", ARPSHA, macA}, {"arp", ARPTPA, ip4B}, {"tcp4", IPSrc, ip4A}, {"tcp6", IPDst, ip6B}, {"ns", NDTarget, ip6B},
		{"ns", NDSLL, macA}, {"na", NDTLL, macB}, {"redirect6", NDDest, ip6B}, {"redirect6", NDTLL, macB}, {"rs", NDSLL, macA},
		{"igmp2", IGMPGroup, []byte{232, 1, 2, 3}}, {"igmp3", RecordGroup4, []byte{232, 1, 2, 3}},
		{"mld1", MLDGroup, []byte(group6)}, {"mld2", RecordGroup6, []byte(group6)},
	} {
		b, ok := got[c.sample].Addr(c.field)
		require.True(t, ok, "%s has no %v", c.sample, c.field)
		require.Equal(t, c.want, b, "%s: %v", c.sample, c.field)
	}
	for _, c := range []struct {
		sample string
		field  Field
	}{
		{"arp", IPSrc}, {"tcp6", IPSum}, {"tcp6", IPDF}, {"tcp6", IPID}, {"tcp6", ICMPGateway}, {"udp4", TCPSeq}, {"ns", NDTLL},
		{"rs", NDTarget}, {"ns", NDDest}, {"fragment4", UDPLen}, {"fragment6", UDPLen}, {"udp4", fields}, {"udp4", FieldNone},
		{"igmp2", RecordType}, {"igmp2", RecordGroup4}, {"mld1", RecordGroup6}, {"mld2", MLDGroup}, {"mld2", IGMPGroup},
	} {
		_, number := got[c.sample].Get(c.field)
		_, addr := got[c.sample].Addr(c.field)
		require.False(t, number || addr, "%s has %v", c.sample, c.field)
	}
}

// TestSet: a field that is written reads back, and nothing beside it changes.
func TestSet(t *testing.T) {
	for _, s := range samples(t) {
		var v View
		require.True(t, Parse(s.b, &v).OK())
		for f := range fields {
			n, ok := v.Get(f)
			if !ok || f == PayloadLen {
				require.False(t, v.Set(f, 1), "%s: %v", s.name, f)
				continue
			}
			before := append([]byte(nil), s.b...)
			require.True(t, v.Set(f, ^n))
			got, _ := v.Get(f)
			width := 0
			for x := got ^ n; x != 0; x &= x - 1 {
				width++
			}
			require.LessOrEqual(t, width, f.Bits(), "%s: %v", s.name, f)
			require.Equal(t, width, bitsChanged(before, s.b), "%s: %v", s.name, f)
			require.True(t, v.Set(f, n))
			require.Equal(t, before, s.b)
		}
	}
}

func bitsChanged(a, b []byte) (n int) {
	for i := range a {
		for x := a[i] ^ b[i]; x != 0; x &= x - 1 {
			n++
		}
	}
	return n
}

func TestPad(t *testing.T) {
	buf := []byte{1, 2, 3, 4, 5, 6}
	require.Equal(t, []byte{1, 2, 9, 9}, Pad(buf, buf[:2], 4, 9))
	require.Equal(t, []byte{1, 2, 9}, Pad(buf, buf[:3], 2, 7))
	require.Len(t, Pad(buf, buf[:2], 100, 0), 6)
}

func TestFieldNames(t *testing.T) {
	seen := map[string]bool{}
	for f := FieldNone + 1; f < fields; f++ {
		require.NotEmpty(t, f.String())
		require.NotEqual(t, "unknown", f.String())
		require.False(t, seen[f.String()], f.String())
		seen[f.String()] = true
		got, ok := FieldByName([]byte(f.String()))
		require.True(t, ok)
		require.Equal(t, f, got)
		require.Positive(t, f.Bits())
	}
	for _, name := range []string{"", "unknown", "tcp.nonsense"} {
		_, ok := FieldByName([]byte(name))
		require.False(t, ok)
	}
	require.Equal(t, "unknown", fields.String())
}

func TestNextOption(t *testing.T) {
	opts := []byte{OptMSS, 4, 5, 0xb4, OptNOP, OptWScale, 3, 7, OptEOL, 0, 0, 0}
	var kinds []uint8
	for {
		o, ok := NextOption(opts)
		if !ok {
			break
		}
		kinds = append(kinds, o.Kind)
		if o.Kind == OptMSS {
			require.EqualValues(t, 1460, binary.BigEndian.Uint16(o.Data))
		}
		opts = opts[o.Len:]
	}
	require.Equal(t, []uint8{OptMSS, OptNOP, OptWScale, OptEOL, 0, 0, 0}, kinds)
	for _, bad := range [][]byte{{}, {2}, {2, 0}, {2, 1}, {2, 3}} {
		_, ok := NextOption(bad)
		require.False(t, ok, "%v", bad)
	}
}

func TestPattern(t *testing.T) {
	const n = 1 << 16
	var count [256]int
	for i := range uint32(n) {
		count[Pattern(i, 0)]++
	}
	for c, k := range count {
		require.InDelta(t, n/256, k, 100, "byte %d", c)
	}
	b := make([]byte, 64)
	Fill(b, 1000, 1)
	_, differs := Differs(b, 1000, 1)
	require.False(t, differs)
	for _, shift := range []uint32{1, 4, 256, 536, 1220, 1440, 1448, 1460, 65535, 65536, 1 << 24, 1 << 31} {
		at, differs := Differs(b, 1000+shift, 1)
		require.True(t, differs && at < 8, "shifted by %d", shift)
	}
	for salt := range 256 {
		at, differs := Differs(b, 1000, byte(salt))
		require.True(t, salt == 1 || differs && at < 8, "salt %d", salt)
	}
}
