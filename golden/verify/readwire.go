package verify

import (
	"encoding/binary"

	"stackproof/stack/wire"
)

// addr notes an address.
func (r *Reading) addr(f Field, a wire.Addr) {
	at := len(r.scratch)
	r.scratch = append(r.scratch, make([]byte, a.Len())...)
	a.Put(r.scratch[at:])
	r.bytes(f, r.scratch[at:])
}

// mac notes an Ethernet address.
func (r *Reading) mac(f Field, m wire.MAC) {
	at := len(r.scratch)
	r.scratch = append(r.scratch, m[:]...)
	r.bytes(f, r.scratch[at:])
}

// readWire has the stack's codec read an Ethernet frame.
func readWire(b []byte, r *Reading) {
	r.reset(b)
	e, err := wire.CheckEthernet(b)
	if err != wire.OK {
		r.refuse(EthWhole, err.String())
		return
	}
	r.num(EthWhole, 1)
	r.mac(EthDst, e.Dst())
	r.mac(EthSrc, e.Src())
	r.num(EthType, uint64(e.Type()))
	switch t := e.Type(); t {
	case wire.EtherTypeARP:
		r.wireARP(e.Payload())
	case wire.EtherTypeIPv4:
		r.wireIPv4(e.Payload())
	case wire.EtherTypeIPv6:
		r.wireIPv6(e.Payload())
	case wire.EtherTypeVLAN:
		r.pass(ARPWhole, "VLAN")
	default:
		if e.Is8023() {
			r.pass(ARPWhole, "802.2 LLC")
		} else {
			r.pass(ARPWhole, "EtherType "+hex4(t))
		}
	}
}

func (r *Reading) wireARP(b []byte) {
	p, err := wire.CheckARP(b)
	switch err {
	case wire.OK:
	case wire.ErrHardware, wire.ErrProtocol:
		r.pass(ARPWhole, "ARP for another network")
		return
	default:
		r.refuse(ARPWhole, err.String())
		return
	}
	r.num(ARPWhole, 1)
	r.num(ARPHType, 1) // CheckARP takes nothing else
	r.num(ARPPType, wire.EtherTypeIPv4)
	r.num(ARPHLen, 6)
	r.num(ARPPLen, 4)
	r.num(ARPOp, uint64(p.Op()))
	r.mac(ARPSHA, p.SenderMAC())
	r.addr(ARPSPA, p.SenderIP())
	r.mac(ARPTHA, p.TargetMAC())
	r.addr(ARPTPA, p.TargetIP())
}

func (r *Reading) wireIPv4(b []byte) {
	p, err := wire.CheckIPv4(b)
	if err != wire.OK {
		r.refuse(IPWhole, err.String())
		return
	}
	r.num(IPWhole, 1)
	r.num(IPVersion, 4)
	r.num(IPIHL, uint64(p.HeaderLen()/4))
	r.num(IPTOS, uint64(p.TOS()))
	r.num(IPLen, uint64(p.TotalLen()))
	r.num(IPID, uint64(p.ID()))
	r.bit(IPDF, p.DF())
	r.bit(IPMF, p.MF())
	r.num(IPOff, uint64(p.FragOffset()))
	r.num(IPTTL, uint64(p.TTL()))
	r.num(IPProto, uint64(p.Protocol()))
	r.num(IPSum, uint64(p.Checksum()))
	r.bit(IPSumOK, p.VerifyChecksum() == wire.OK)
	r.addr(IPSrc, p.Src())
	r.addr(IPDst, p.Dst())
	from, w := len(r.scratch), p.Options()
	for kind, data, ok := w.Next(); ok; kind, data, ok = w.Next() {
		r.item(kind, data)
	}
	r.bit(IPOptionsWhole, !w.Malformed())
	r.list(IPOptions, from)
	if w.Malformed() {
		r.refused = "a malformed IPv4 option"
		return
	}
	r.num(Upper, uint64(p.Protocol()))
	r.bytes(IPBody, p.Payload())
	if !p.IsFragment() {
		r.wireUpper(p.Protocol(), p.Payload(), p.Src(), p.Dst())
	}
}

func (r *Reading) wireIPv6(b []byte) {
	p, err := wire.CheckIPv6(b)
	if err != wire.OK {
		r.refuse(IPWhole, err.String())
		return
	}
	r.num(IPWhole, 1)
	r.num(IPVersion, 6)
	r.num(IPTOS, uint64(p.TrafficClass()))
	r.num(IPFlow, uint64(p.FlowLabel()))
	r.num(IPLen, uint64(p.PayloadLen()))
	r.num(IPTTL, uint64(p.HopLimit()))
	r.num(IPProto, uint64(p.NextHeader()))
	r.addr(IPSrc, p.Src())
	r.addr(IPDst, p.Dst())
	w, from, part := p.Walk(), len(r.scratch), false
	for x, ok := w.Next(); ok; x, ok = w.Next() {
		o := x.Options()
		for typ, data, ok := o.Next(); ok; typ, data, ok = o.Next() {
			r.item(typ, data)
		}
		if o.Malformed() {
			r.pass(ExtWhole, "a malformed IPv6 option") // for the receiver to judge, option by option (RFC 8200 4.2)
		}
		if f, err := wire.ParseFragment(x.Data); x.Proto == wire.ProtoFragment && err == wire.OK {
			part = !f.Atomic()
			r.num(FragID, uint64(f.ID))
			r.bit(FragMF, f.More)
			r.num(FragOff, uint64(f.Offset))
		}
		if part {
			break
		}
	}
	switch {
	case w.Err() == wire.ErrExtLimit:
		r.pass(ExtWhole, "too many extension headers")
		return
	case w.Err() != wire.OK:
		r.refuse(ExtWhole, w.Err().String())
		return
	case w.Proto() == wire.ProtoHopByHop && !part:
		r.pass(ExtWhole, "a hop-by-hop header that is not the first") // RFC 8200 4.3: an unknown next header
		return
	}
	r.num(ExtWhole, 1)
	r.bytes(ExtHeaders, p[wire.IPv6HeaderLen:w.Offset()])
	r.list(ExtOptions, from)
	r.num(Upper, uint64(w.Proto()))
	r.bytes(IPBody, w.Payload())
	if !part {
		r.wireUpper(w.Proto(), w.Payload(), p.Src(), p.Dst())
	}
}

func (r *Reading) wireUpper(proto uint8, b []byte, src, dst wire.Addr) {
	switch {
	case proto == wire.ProtoTCP:
		r.wireTCP(b, src, dst)
	case proto == wire.ProtoUDP:
		r.wireUDP(b, src, dst)
	case proto == wire.ProtoICMP && src.Is4():
		r.wireICMPv4(b)
	case proto == wire.ProtoICMPv6 && src.Is6():
		r.wireICMPv6(b, src, dst)
	case proto == wire.ProtoIGMP && src.Is4():
		r.wireIGMP(b)
	case proto == wire.ProtoNone && src.Is6():
	default:
		r.pass(ICMPWhole, "IP protocol "+decimal(proto))
	}
}

func (r *Reading) wireUDP(b []byte, src, dst wire.Addr) {
	u, err := wire.CheckUDP(b)
	if err != wire.OK {
		r.refuse(UDPWhole, err.String())
		return
	}
	r.num(UDPWhole, 1)
	r.num(UDPSrcPort, uint64(u.SrcPort()))
	r.num(UDPDstPort, uint64(u.DstPort()))
	r.num(UDPLen, uint64(u.Fields().Length))
	r.num(UDPSum, uint64(u.Checksum()))
	r.bit(UDPSumOK, u.VerifyChecksum(src, dst) == wire.OK)
	r.bytes(UDPBody, u.Payload())
}

func (r *Reading) wireTCP(b []byte, src, dst wire.Addr) {
	s, err := wire.CheckTCP(b)
	if err != wire.OK {
		r.refuse(TCPWhole, err.String())
		return
	}
	r.num(TCPWhole, 1)
	r.num(TCPSrcPort, uint64(s.SrcPort()))
	r.num(TCPDstPort, uint64(s.DstPort()))
	r.num(TCPSeq, uint64(s.Seq()))
	r.num(TCPAck, uint64(s.Ack()))
	r.num(TCPOff, uint64(s.HeaderLen()/4))
	r.num(TCPFlags, uint64(s.Flags()))
	r.num(TCPWindow, uint64(s.Window()))
	r.num(TCPSum, uint64(s.Checksum()))
	r.num(TCPUrgent, uint64(s.Urgent()))
	r.bit(TCPSumOK, s.VerifyChecksum(src, dst) == wire.OK)
	r.bytes(TCPBody, s.Payload())
	from, w := len(r.scratch), wire.WalkTCPOptions(s.Options())
	for kind, data, ok := w.Next(); ok; kind, data, ok = w.Next() {
		r.item(kind, data)
	}
	r.bit(TCPOptionsWhole, !w.Malformed())
	r.list(TCPOptions, from)
	o := wire.ParseTCPOptions(s.Options())
	if o.Malformed {
		r.pass(TCPMSS, "a malformed TCP option")
		return
	}
	if o.HasMSS {
		r.num(TCPMSS, uint64(o.MSS))
	}
	if o.HasWScale {
		r.num(TCPWScale, uint64(o.WScale))
	}
	if o.SACKPermitted {
		r.num(TCPSACKPermitted, 1)
	}
	if o.HasTS {
		r.num(TCPTSVal, uint64(o.TSVal))
		r.num(TCPTSEcr, uint64(o.TSEcr))
	}
	if o.NSACK > 0 {
		from := len(r.scratch)
		for _, s := range o.SACK[:o.NSACK] {
			r.scratch = binary.BigEndian.AppendUint32(r.scratch, s.Left)
			r.scratch = binary.BigEndian.AppendUint32(r.scratch, s.Right)
		}
		r.list(TCPSACK, from)
	}
}
