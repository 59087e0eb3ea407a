package stack

import "stackproof/stack/wire"

// These build what the others on the link send. A frame is its bytes; a function that takes one apart to spoil a field
// gets it from here.

func ethFrame(dst, src wire.MAC, typ uint16, payload []byte) []byte {
	b := make([]byte, wire.EthernetHeaderLen, wire.EthernetHeaderLen+len(payload))
	wire.PutEthernet(b, dst, src, typ)
	b = append(b, payload...)
	for len(b) < 60 {
		b = append(b, 0)
	}
	return b
}

func arpFrame(dst wire.MAC, op uint16, sha wire.MAC, spa wire.Addr, tha wire.MAC, tpa wire.Addr) []byte {
	b := make([]byte, wire.ARPLen)
	wire.ARPFields{Op: op, SenderMAC: sha, SenderIP: spa, TargetMAC: tha, TargetIP: tpa}.Put(b)
	return ethFrame(dst, sha, wire.EtherTypeARP, b)
}

// ip4Packet returns a packet; options must be a multiple of 4 bytes long.
func ip4Packet(f wire.IPv4Fields, options, payload []byte) []byte {
	n := wire.IPv4HeaderLen + len(options)
	b := make([]byte, n+len(payload))
	copy(b[wire.IPv4HeaderLen:], options)
	copy(b[n:], payload)
	f.OptionsLen, f.TotalLen = uint8(len(options)), uint16(len(b))
	if f.TTL == 0 {
		f.TTL = 64
	}
	f.Put(b)
	return b
}

// ip4Frame is a frame from the peer with an ordinary packet.
func ip4Frame(src, dst wire.Addr, proto uint8, payload []byte) []byte {
	return ethFrame(macOf(dst), peerMAC, wire.EtherTypeIPv4, ip4Packet(wire.IPv4Fields{Protocol: proto, Src: src, Dst: dst}, nil, payload))
}

// ip6Packet returns a packet; ext is what stands between the fixed header and the payload, of which next is the type of
// the first header.
func ip6Packet(src, dst wire.Addr, hops, next uint8, ext, payload []byte) []byte {
	b := make([]byte, wire.IPv6HeaderLen)
	wire.IPv6Fields{PayloadLen: uint16(len(ext) + len(payload)), NextHeader: next, HopLimit: hops, Src: src, Dst: dst}.Put(b)
	return append(append(b, ext...), payload...)
}

// ip6Frame is a frame from the peer with an ordinary packet.
func ip6Frame(src, dst wire.Addr, proto uint8, payload []byte) []byte {
	return ethFrame(macOf(dst), peerMAC, wire.EtherTypeIPv6, ip6Packet(src, dst, 64, proto, nil, payload))
}

// macOf returns where a frame to us or to a group goes.
func macOf(dst wire.Addr) wire.MAC {
	switch {
	case dst.IsMulticast():
		return wire.MulticastMAC(dst)
	case dst.IsBroadcast(), dst == all4:
		return wire.Broadcast
	}
	return meMAC
}

// ipFrame is an ordinary packet of either family.
func ipFrame(src, dst wire.Addr, proto uint8, payload []byte) []byte {
	if src.Is6() {
		return ip6Frame(src, dst, proto, payload)
	}
	return ip4Frame(src, dst, proto, payload)
}

func udpBytes(src, dst wire.Addr, sport, dport uint16, data string) []byte {
	b := make([]byte, wire.UDPHeaderLen+len(data))
	wire.UDPFields{SrcPort: sport, DstPort: dport, Length: uint16(len(b))}.Put(b)
	copy(b[wire.UDPHeaderLen:], data)
	wire.UDP(b).SetChecksum(src, dst)
	return b
}

func udpFrame(src, dst wire.Addr, sport, dport uint16, data string) []byte {
	return ipFrame(src, dst, wire.ProtoUDP, udpBytes(src, dst, sport, dport, data))
}

// icmpBytes is a message of the family of src.
func icmpBytes(src, dst wire.Addr, f wire.ICMPFields, data []byte) []byte {
	b := make([]byte, wire.ICMPHeaderLen+len(data))
	f.Put(b)
	copy(b[wire.ICMPHeaderLen:], data)
	if src.Is6() {
		wire.ICMPv6(b).SetChecksum(src, dst)
	} else {
		wire.ICMPv4(b).SetChecksum()
	}
	return b
}

func icmpProto(a wire.Addr) uint8 {
	if a.Is6() {
		return wire.ProtoICMPv6
	}
	return wire.ProtoICMP
}

func icmpFrame(src, dst wire.Addr, f wire.ICMPFields, data []byte) []byte {
	return ipFrame(src, dst, icmpProto(src), icmpBytes(src, dst, f, data))
}

func echoFrame(src, dst wire.Addr, id, seq uint16, data string) []byte {
	f := wire.ICMPFields{Type: wire.ICMPv4Echo, Rest: wire.EchoRest(id, seq)}
	if src.Is6() {
		f.Type = wire.ICMPv6Echo
	}
	return icmpFrame(src, dst, f, []byte(data))
}

// ndpFrame is an NDP message with hop limit 255.
func ndpFrame(src, dst wire.Addr, msg []byte) []byte {
	wire.ICMPv6(msg).SetChecksum(src, dst)
	return ethFrame(macOf(dst), peerMAC, wire.EtherTypeIPv6, ip6Packet(src, dst, 255, wire.ProtoICMPv6, nil, msg))
}

// nsBytes is a solicitation with a source link-layer address, or without if mac is zero.
func nsBytes(target wire.Addr, mac wire.MAC) []byte {
	b := make([]byte, wire.NeighborMsgLen, 32)
	wire.PutNeighborSolicit(b, target)
	return appendLinkAddr(b, wire.NDPSourceLinkAddr, mac)
}

func nsFrame(src, dst, target wire.Addr, mac wire.MAC) []byte {
	return ndpFrame(src, dst, nsBytes(target, mac))
}

// naFrame is an advertisement with a target link-layer address, or without if mac is zero.
func naFrame(src, dst wire.Addr, f wire.NeighborAdvertFields, mac wire.MAC) []byte {
	b := make([]byte, wire.NeighborMsgLen, 32)
	f.Put(b)
	return ndpFrame(src, dst, appendLinkAddr(b, wire.NDPTargetLinkAddr, mac))
}

func appendLinkAddr(b []byte, typ uint8, mac wire.MAC) []byte {
	if mac.IsZero() {
		return b
	}
	var o [wire.NDPLinkAddrLen]byte
	wire.PutLinkAddr(o[:], typ, mac)
	return append(b, o[:]...)
}
