package replay

import (
	"encoding/binary"

	"stackproof/stack/wire"
)

// The hosts of a replay: the stack, and who plays the rest of the network.
var (
	stackMAC, peerMAC = wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 2}
	stack4, peer4     = wire.IPv4(192, 0, 2, 1), wire.IPv4(192, 0, 2, 2)
	stack6, peer6     = host6(1), host6(2)
)

// host6 is 2001:db8::n.
func host6(n byte) wire.Addr { return wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: n}) }

// most is the longest payload of an IP packet of a segment that is fed; what the capture has longer, a network card has put
// together, and is cut again.
const most = 1440

// feed gives the stack a captured segment, with addresses and numbers mapped.
func (p *player) feed(s *segment) {
	data := s.tcp.Payload()
	header := s.tcp.HeaderLen()
	for at := 0; ; {
		n := min(len(data)-at, most-header)
		if len(data)+header <= most || at+n == len(data) {
			n = len(data) - at
		}
		last := at+n == len(data)
		f := s.tcp.Fields()
		f.Seq += uint32(at)
		if !last {
			f.Flags &^= wire.FlagFIN | wire.FlagPSH
		}
		p.send(s.tos, s.ttl, f, s.tcp.Options(), data[at:at+n])
		if at += n; last {
			return
		}
	}
}

// send sends a segment of the peer's to the stack. Its acknowledgment, its blocks and its echoed time stamp are about
// numbers of the captured end's; they become the stack's.
func (p *player) send(tos, ttl uint8, f wire.TCPFields, options, data []byte) {
	v6 := p.conn.Client.Addr.Is6()
	src, dst, head := peer4, stack4, wire.IPv4HeaderLen
	if v6 {
		src, dst, head = peer6, stack6, wire.IPv6HeaderLen
	}
	f.SrcPort, f.DstPort = p.remote().Port, p.local().Port
	f.OptionsLen = uint8(len(options))
	if f.Flags.Has(wire.FlagACK) {
		f.Ack += p.delta
	}
	total := head + wire.TCPHeaderLen + len(options) + len(data)
	b := make([]byte, wire.EthernetHeaderLen+total)
	typ := uint16(wire.EtherTypeIPv4)
	if v6 {
		typ = wire.EtherTypeIPv6
	}
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: typ}.Put(b)
	if v6 {
		n += wire.IPv6Fields{TrafficClass: tos, PayloadLen: uint16(total - head), NextHeader: wire.ProtoTCP, HopLimit: max(ttl, 1), Src: src, Dst: dst}.Put(b[n:])
	} else {
		n += wire.IPv4Fields{TOS: tos, TotalLen: uint16(total), DF: true, TTL: max(ttl, 1), Protocol: wire.ProtoTCP, Src: src, Dst: dst}.Put(b[n:])
	}
	seg := wire.TCP(b[n:])
	copy(seg[wire.TCPHeaderLen:], options)
	copy(seg[f.Put(seg):], data)
	p.mapOptions(seg[wire.TCPHeaderLen:][:len(options)], f.Flags.Has(wire.FlagACK))
	seg.SetChecksum(src, dst)
	p.deliver(b)
}

// mapOptions maps what options say of the stack's numbers and clock.
func (p *player) mapOptions(b []byte, ack bool) {
	for i := 0; i+1 < len(b) && b[i] != 0; {
		if b[i] == 1 {
			i++
			continue
		}
		n := int(b[i+1])
		if n < 2 || i+n > len(b) {
			return
		}
		switch v := b[i+2 : i+n]; {
		case b[i] == wire.TCPOptTimestamps && len(v) == 8 && ack:
			binary.BigEndian.PutUint32(v[4:], p.tsVal)
		case b[i] == wire.TCPOptSACK && len(v)%8 == 0:
			for ; len(v) > 0; v = v[4:] {
				binary.BigEndian.PutUint32(v, binary.BigEndian.Uint32(v)+p.delta)
			}
		}
		i += n
	}
}

// answer answers what the stack asks of its neighbour: where it is.
func (p *player) answer(frame []byte) (reply []byte) {
	e, err := wire.CheckEthernet(frame)
	if err != wire.OK {
		return nil
	}
	b := make([]byte, 128)
	if a, err := wire.CheckARP(e.Payload()); e.Type() == wire.EtherTypeARP && err == wire.OK {
		if a.Op() != wire.ARPRequest || a.TargetIP() != peer4 {
			return nil
		}
		n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeARP}.Put(b)
		n += wire.ARPFields{Op: wire.ARPReply, SenderMAC: peerMAC, SenderIP: peer4, TargetMAC: stackMAC, TargetIP: a.SenderIP()}.Put(b[n:])
		return b[:n]
	}
	q, err := wire.CheckIPv6(e.Payload())
	if e.Type() != wire.EtherTypeIPv6 || err != wire.OK || q.NextHeader() != wire.ProtoICMPv6 {
		return nil
	}
	m, err := wire.CheckICMPv6(q.Payload())
	if err != wire.OK {
		return nil
	}
	ns, err := wire.CheckNeighborSolicit(m)
	if err != wire.OK || ns.Target() != peer6 {
		return nil
	}
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeIPv6}.Put(b)
	const length = wire.NeighborMsgLen + wire.NDPLinkAddrLen
	n += wire.IPv6Fields{PayloadLen: length, NextHeader: wire.ProtoICMPv6, HopLimit: wire.NDPHopLimit, Src: peer6, Dst: q.Src()}.Put(b[n:])
	na := wire.NeighborAdvertFields{Solicited: true, Override: true, Target: peer6}.Put(b[n:])
	wire.PutLinkAddr(b[n+na:], wire.NDPTargetLinkAddr, peerMAC)
	wire.ICMPv6(b[n:n+length]).SetChecksum(peer6, q.Src())
	return b[:n+length]
}
