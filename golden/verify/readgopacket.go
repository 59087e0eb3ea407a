package verify

import (
	"encoding/binary"
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// third has gopacket read frames, layer by layer, into layers that are used again.
type third struct {
	truncated bool
	eth       layers.Ethernet
	arp       layers.ARP
	ip4       layers.IPv4
	ip6       layers.IPv6
	skip      layers.IPv6ExtensionSkipper
	udp       layers.UDP
	tcp       layers.TCP
	icmp4     layers.ICMPv4
	icmp6     layers.ICMPv6
	sum       gopacket.SerializeBuffer
}

func newThird() *third { return &third{sum: gopacket.NewSerializeBuffer()} }

// SetTruncated is how a layer says that it is longer than what there is.
func (t *third) SetTruncated() { t.truncated = true }

// layer decodes a layer. A panic is an answer too, and what is cut off is refused.
func (t *third) layer(r *Reading, f Field, b []byte, l interface {
	DecodeFromBytes([]byte, gopacket.DecodeFeedback) error
}) bool {
	t.truncated = false
	err := try(func() error { return l.DecodeFromBytes(b, t) })
	if err == nil && t.truncated {
		err = fmt.Errorf("%v: truncated", f)
	}
	if err != nil {
		r.refuse(f, err.Error())
		return false
	}
	r.num(f, 1)
	return true
}

func try(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// read has gopacket read an Ethernet frame.
func (t *third) read(b []byte, r *Reading) {
	r.reset(b)
	t.eth = layers.Ethernet{}
	if err := t.eth.DecodeFromBytes(b, t); err != nil {
		r.refuse(EthWhole, err.Error())
		return
	}
	r.num(EthWhole, 1)
	r.bytes(EthDst, t.eth.DstMAC)
	r.bytes(EthSrc, t.eth.SrcMAC)
	typ := uint64(t.eth.EthernetType)
	if t.eth.EthernetType == layers.EthernetTypeLLC {
		typ = uint64(t.eth.Length)
	}
	r.num(EthType, typ)
	switch t.eth.EthernetType {
	case layers.EthernetTypeARP:
		t.readARP(r)
	case layers.EthernetTypeIPv4:
		t.readIPv4(r)
	case layers.EthernetTypeIPv6:
		t.readIPv6(r)
	}
}

func (t *third) readARP(r *Reading) {
	a := &t.arp
	*a = layers.ARP{}
	if !t.layer(r, ARPWhole, t.eth.Payload, a) {
		return
	}
	r.num(ARPHType, uint64(a.AddrType))
	r.num(ARPPType, uint64(a.Protocol))
	r.num(ARPHLen, uint64(a.HwAddressSize))
	r.num(ARPPLen, uint64(a.ProtAddressSize))
	r.num(ARPOp, uint64(a.Operation))
	r.bytes(ARPSHA, a.SourceHwAddress)
	r.bytes(ARPSPA, a.SourceProtAddress)
	r.bytes(ARPTHA, a.DstHwAddress)
	r.bytes(ARPTPA, a.DstProtAddress)
}

func (t *third) readIPv4(r *Reading) {
	p := &t.ip4
	*p = layers.IPv4{Options: p.Options[:0]}
	t.truncated = false
	err := try(func() error { return p.DecodeFromBytes(t.eth.Payload, t) })
	n := int(p.IHL) * 4
	header := n >= 20 && int(p.Length) >= n && len(t.eth.Payload) >= n // what is wrong, if anything, is an option
	switch {
	case err != nil && !header:
		r.refuse(IPWhole, err.Error())
		return
	case err == nil && t.truncated, int(p.Length) > len(t.eth.Payload): // a bad option sets the flag too
		r.refuse(IPWhole, "truncated")
		return
	}
	r.num(IPWhole, 1)
	r.num(IPVersion, uint64(p.Version))
	r.num(IPIHL, uint64(p.IHL))
	r.num(IPTOS, uint64(p.TOS))
	r.num(IPLen, uint64(p.Length))
	r.num(IPID, uint64(p.Id))
	r.bit(IPRF, p.Flags&layers.IPv4EvilBit != 0)
	r.bit(IPDF, p.Flags&layers.IPv4DontFragment != 0)
	r.bit(IPMF, p.Flags&layers.IPv4MoreFragments != 0)
	r.num(IPOff, uint64(p.FragOffset)*8)
	r.num(IPTTL, uint64(p.TTL))
	r.num(IPProto, uint64(p.Protocol))
	r.num(IPSum, uint64(p.Checksum))
	r.bytes(IPSrc, p.SrcIP)
	r.bytes(IPDst, p.DstIP)
	from := len(r.scratch)
	for _, o := range p.Options {
		if o.OptionType > 1 {
			r.item(o.OptionType, o.OptionData)
		}
	}
	r.list(IPOptions, from)
	if err != nil {
		r.refuse(IPOptionsWhole, err.Error())
		return
	}
	r.num(IPOptionsWhole, 1)
	r.num(Upper, uint64(p.Protocol))
	r.bytes(IPBody, p.Payload)
	if p.NextLayerType() != gopacket.LayerTypeFragment {
		t.readUpper(r, p.Protocol, p.Payload, p)
	}
}

func (t *third) readIPv6(r *Reading) {
	p := &t.ip6
	*p = layers.IPv6{}
	t.truncated = false
	err := try(func() error { return p.DecodeFromBytes(t.eth.Payload, t) })
	if err == nil && t.truncated && p.HopByHop == nil { // behind a hop-by-hop header the flag means nothing: known.txt
		err = fmt.Errorf("truncated")
	}
	if err != nil && p.Contents == nil || err != nil && p.HopByHop == nil && p.NextHeader != layers.IPProtocolIPv6HopByHop {
		r.refuse(IPWhole, err.Error())
		return
	}
	r.num(IPWhole, 1)
	r.num(IPVersion, uint64(p.Version))
	r.num(IPTOS, uint64(p.TrafficClass))
	r.num(IPFlow, uint64(p.FlowLabel))
	r.num(IPLen, uint64(p.Length))
	r.num(IPTTL, uint64(p.HopLimit))
	r.num(IPProto, uint64(p.NextHeader))
	r.bytes(IPSrc, p.SrcIP)
	r.bytes(IPDst, p.DstIP)
	if err != nil {
		r.refuse(ExtWhole, err.Error())
		return
	}
	t.readExtensions(r)
}

// readExtensions follows the chain. The hop-by-hop header has been read with the fixed one.
func (t *third) readExtensions(r *Reading) {
	from, next, b := len(r.scratch), t.ip6.NextHeader, t.ip6.Payload
	var chain []byte
	if h := t.ip6.HopByHop; h != nil {
		chain, next = append(chain, h.Contents...), h.NextHeader
		for _, o := range h.Options {
			if o.OptionType > 1 {
				r.item(o.OptionType, o.OptionData)
			}
		}
	}
	part := false
	for !part {
		switch next {
		case layers.IPProtocolIPv6Destination, layers.IPProtocolIPv6HopByHop:
			var d layers.IPv6Destination
			if !t.layer(r, ExtWhole, b, &d) {
				return
			}
			for _, o := range d.Options {
				if o.OptionType > 1 {
					r.item(o.OptionType, o.OptionData)
				}
			}
			chain, next, b = append(chain, d.Contents...), d.NextHeader, d.Payload
			continue
		case layers.IPProtocolIPv6Routing:
			if !t.layer(r, ExtWhole, b, &t.skip) {
				return
			}
			chain, next, b = append(chain, t.skip.Contents...), t.skip.NextHeader, t.skip.Payload
			continue
		case layers.IPProtocolIPv6Fragment:
			p := gopacket.NewPacket(b, layers.LayerTypeIPv6Fragment, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
			f, ok := p.Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
			if !ok {
				r.refuse(ExtWhole, "a fragment header that is cut off")
				return
			}
			r.num(FragID, uint64(f.Identification))
			r.bit(FragMF, f.MoreFragments)
			r.num(FragOff, uint64(f.FragmentOffset)*8)
			part = f.MoreFragments || f.FragmentOffset != 0
			chain, next, b = append(chain, f.Contents...), f.NextHeader, f.Payload
			continue
		}
		break
	}
	r.num(ExtWhole, 1)
	r.bytes(ExtHeaders, chain)
	r.list(ExtOptions, from)
	r.num(Upper, uint64(next))
	r.bytes(IPBody, b)
	if !part {
		t.readUpper(r, next, b, &t.ip6)
	}
}

func (t *third) readUpper(r *Reading, proto layers.IPProtocol, b []byte, ip gopacket.NetworkLayer) {
	_, v6 := ip.(*layers.IPv6)
	switch {
	case proto == layers.IPProtocolTCP:
		t.readTCP(r, b, ip)
	case proto == layers.IPProtocolUDP:
		t.readUDP(r, b, ip)
	case proto == layers.IPProtocolICMPv4 && !v6:
		t.readICMPv4(r, b)
	case proto == layers.IPProtocolICMPv6 && v6:
		t.readICMPv6(r, b, ip)
	case proto == layers.IPProtocolIGMP && !v6:
		t.readIGMP(r, b)
	}
}

// sumOK has gopacket write a layer again with a checksum of its own, and tells whether it is the one that was there.
func (t *third) sumOK(l gopacket.SerializableLayer, sum *uint16, payload []byte) bool {
	was := *sum
	if t.sum.Clear() != nil || gopacket.SerializeLayers(t.sum, gopacket.SerializeOptions{ComputeChecksums: true}, l, gopacket.Payload(payload)) != nil {
		return false
	}
	now := *sum
	*sum = was
	return now == was || now == 0 && was == 0xffff // zero has two forms
}

func (t *third) readUDP(r *Reading, b []byte, ip gopacket.NetworkLayer) {
	u := &t.udp
	*u = layers.UDP{}
	if !t.layer(r, UDPWhole, b, u) {
		return
	}
	r.num(UDPSrcPort, uint64(u.SrcPort))
	r.num(UDPDstPort, uint64(u.DstPort))
	r.num(UDPLen, uint64(u.Length))
	r.num(UDPSum, uint64(u.Checksum))
	r.bytes(UDPBody, u.Payload)
	_, v6 := ip.(*layers.IPv6)
	if u.Checksum == 0 { // none, which IPv6 does not allow
		r.bit(UDPSumOK, !v6)
		return
	}
	_ = u.SetNetworkLayerForChecksum(ip) // it is IPv4 or IPv6
	r.bit(UDPSumOK, t.sumOK(u, &u.Checksum, u.Payload))
}

func (t *third) readTCP(r *Reading, b []byte, ip gopacket.NetworkLayer) {
	s := &t.tcp
	*s = layers.TCP{Options: s.Options[:0]}
	t.truncated = false
	err := try(func() error { return s.DecodeFromBytes(b, t) })
	if err != nil && (s.DataOffset < 5 || int(s.DataOffset)*4 > len(b) || len(b) < 20) {
		r.refuse(TCPWhole, err.Error())
		return
	}
	r.num(TCPWhole, 1)
	r.num(TCPSrcPort, uint64(s.SrcPort))
	r.num(TCPDstPort, uint64(s.DstPort))
	r.num(TCPSeq, uint64(s.Seq))
	r.num(TCPAck, uint64(s.Ack))
	r.num(TCPOff, uint64(s.DataOffset))
	r.num(TCPReserved, flags(s.NS)|uint64(s.Contents[12]&14)) // the other three have no name there
	r.num(TCPFlags, flags(s.CWR, s.ECE, s.URG, s.ACK, s.PSH, s.RST, s.SYN, s.FIN))
	r.num(TCPWindow, uint64(s.Window))
	r.num(TCPSum, uint64(s.Checksum))
	r.num(TCPUrgent, uint64(s.Urgent))
	_ = s.SetNetworkLayerForChecksum(ip)
	sum, e := s.ComputeChecksum() // over all of the segment, its checksum included
	r.bit(TCPSumOK, e == nil && sum == 0)
	r.bytes(TCPBody, s.Payload)
	from := len(r.scratch)
	for _, o := range s.Options {
		if o.OptionType > 1 && (err == nil || o.OptionData != nil) {
			r.item(uint8(o.OptionType), o.OptionData)
			r.option(uint8(o.OptionType), o.OptionData)
		}
	}
	r.list(TCPOptions, from)
	if err != nil {
		r.refuse(TCPOptionsWhole, err.Error())
		return
	}
	r.num(TCPOptionsWhole, 1)
}

func (t *third) readICMPv4(r *Reading, b []byte) {
	m := &t.icmp4
	*m = layers.ICMPv4{}
	if !t.layer(r, ICMPWhole, b, m) {
		return
	}
	r.num(ICMPType, uint64(m.TypeCode.Type()))
	r.num(ICMPCode, uint64(m.TypeCode.Code()))
	r.num(ICMPSum, uint64(m.Checksum))
	r.num(ICMPRest, uint64(m.Id)<<16|uint64(m.Seq))
	r.bytes(ICMPBody, m.Payload)
	r.bit(ICMPSumOK, t.sumOK(m, &m.Checksum, m.Payload))
	switch m.TypeCode.Type() {
	case layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4TypeSourceQuench, layers.ICMPv4TypeRedirect,
		layers.ICMPv4TypeTimeExceeded, layers.ICMPv4TypeParameterProblem:
		var q layers.IPv4
		_ = try(func() error { return q.DecodeFromBytes(m.Payload, t) }) // it is cut off, as a rule
		if q.SrcIP != nil {
			r.bytes(QuoteSrc, q.SrcIP)
			r.bytes(QuoteDst, q.DstIP)
			r.num(QuoteProto, uint64(q.Protocol))
		}
	}
}

func (t *third) readICMPv6(r *Reading, b []byte, ip gopacket.NetworkLayer) {
	m := &t.icmp6
	*m = layers.ICMPv6{}
	if !t.layer(r, ICMPWhole, b, m) {
		return
	}
	r.num(ICMPType, uint64(m.TypeCode.Type()))
	r.num(ICMPCode, uint64(m.TypeCode.Code()))
	r.num(ICMPSum, uint64(m.Checksum))
	if len(m.Payload) >= 4 { // what follows is a layer of each type's own there
		r.num(ICMPRest, uint64(binary.BigEndian.Uint32(m.Payload)))
		r.bytes(ICMPBody, m.Payload[4:])
	}
	_ = m.SetNetworkLayerForChecksum(ip)
	r.bit(ICMPSumOK, t.sumOK(m, &m.Checksum, m.Payload))
	switch typ := m.TypeCode.Type(); {
	case typ >= 1 && typ <= 4 && len(m.Payload) >= 4:
		var q layers.IPv6
		_ = try(func() error { return q.DecodeFromBytes(m.Payload[4:], t) })
		if q.SrcIP != nil {
			r.bytes(QuoteSrc, q.SrcIP)
			r.bytes(QuoteDst, q.DstIP)
			r.num(QuoteProto, uint64(q.NextHeader))
		}
	case typ >= 133 && typ <= 137:
		t.readND(r, typ, m.Payload)
	case typ >= 130 && typ <= 132 || typ == 143:
		t.readMLD(r, typ, m)
	}
}
