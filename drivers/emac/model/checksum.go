package model

import (
	"encoding/binary"

	"stackproof/drivers/emac"
)

const (
	typeIPv4 = 0x0800
	typeIPv6 = 0x86dd
	typeVLAN = 0x8100
	typePTP  = 0x88f7

	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
)

// packet is what the checksum engine finds in a frame.
type packet struct {
	ip       []byte // from the IP header to the end of the packet; nil if the frame has none
	v6       bool
	header   int  // bytes of the IP header
	bad      bool // the header makes no sense: version, length
	protocol byte
	fragment bool
	payload  []byte
}

// etherType returns the frame's type and where what it names begins, a VLAN tag aside.
func etherType(frame []byte) (ethertype uint16, at int) {
	ethertype, at = binary.BigEndian.Uint16(frame[12:]), 14
	if ethertype == typeVLAN && len(frame) >= 18 {
		return binary.BigEndian.Uint16(frame[16:]), 18
	}
	return ethertype, at
}

// dissect finds IP in a frame without its FCS. The engine passes extension headers of IPv6 by: it knows a payload only
// where it follows the fixed header.
func dissect(frame []byte) (p packet) {
	if len(frame) < 14 {
		return p
	}
	ethertype, at := etherType(frame)
	ip := frame[at:]
	switch {
	case ethertype == typeIPv4:
		p.ip = ip
		if len(ip) < 20 || ip[0]>>4 != 4 || ip[0]&15 < 5 {
			p.bad = true
			return p
		}
		p.header = int(ip[0]&15) * 4
		total := int(binary.BigEndian.Uint16(ip[2:]))
		if total < p.header || total > len(ip) {
			p.bad = true
			return p
		}
		p.protocol = ip[9]
		p.fragment = binary.BigEndian.Uint16(ip[6:])&0x3fff != 0
		p.payload = ip[p.header:total]
	case ethertype == typeIPv6:
		p.ip, p.v6, p.header = ip, true, 40
		if len(ip) < 40 || ip[0]>>4 != 6 {
			p.bad = true
			return p
		}
		total := 40 + int(binary.BigEndian.Uint16(ip[4:]))
		if total > len(ip) {
			p.bad = true
			return p
		}
		p.protocol = ip[6]
		p.payload = ip[40:total]
	}
	return p
}

// field is where the payload's checksum stands in the payload, -1 if the engine does not know the protocol.
func (p *packet) field() int {
	switch {
	case p.protocol == protocolTCP && len(p.payload) >= 20:
		return 16
	case p.protocol == protocolUDP && len(p.payload) >= 8:
		return 6
	case p.protocol == protocolICMP && !p.v6 && len(p.payload) >= 4, p.protocol == protocolICMPv6 && p.v6 && len(p.payload) >= 4:
		return 2
	}
	return -1
}

func (p *packet) payloadType() uint32 {
	switch {
	case p.field() < 0:
		return emac.IPTOther
	case p.protocol == protocolTCP:
		return emac.IPTTCP
	case p.protocol == protocolUDP:
		return emac.IPTUDP
	}
	return emac.IPTICMP
}

// pseudo is the sum of the pseudo-header, which ICMP over IPv4 does not have.
func (p *packet) pseudo() uint32 {
	length := uint32(len(p.payload))
	if p.v6 {
		return add(p.ip[8:40]) + length + uint32(p.protocol)
	}
	if p.protocol == protocolICMP {
		return 0
	}
	return add(p.ip[12:20]) + length + uint32(p.protocol)
}

// add sums big-endian words of 16 bits.
func add(b []byte) (sum uint32) {
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	return sum
}

func fold(sum uint32) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// insertChecksums does what a CIC asks for to a frame that is about to be sent.
func insertChecksums(frame []byte, cic uint32) (status uint32) {
	p := dissect(frame)
	if cic == emac.CICNone || p.ip == nil {
		return 0
	}
	if p.bad {
		return emac.TxIHE
	}
	if !p.v6 {
		binary.BigEndian.PutUint16(p.ip[10:], 0)
		binary.BigEndian.PutUint16(p.ip[10:], ^fold(add(p.ip[:p.header])))
	}
	at := p.field()
	if cic == emac.CICIP || at < 0 || p.fragment {
		return 0
	}
	sum := uint32(binary.BigEndian.Uint16(p.payload[at:])) // of the pseudo-header, for CICPart
	binary.BigEndian.PutUint16(p.payload[at:], 0)
	if cic == emac.CICFull {
		sum = p.pseudo()
	}
	sum16 := ^fold(sum + add(p.payload))
	if sum16 == 0 && p.protocol == protocolUDP {
		sum16 = 0xffff // RFC 768: 0 says that there is none
	}
	binary.BigEndian.PutUint16(p.payload[at:], sum16)
	return 0
}

// verifyChecksums is the receive engine (IPC): the extended status of a frame without its FCS.
func verifyChecksums(frame []byte) (extended uint32) {
	p := dissect(frame)
	if p.ip == nil {
		return 0
	}
	extended = emac.ExtIPv4
	if p.v6 {
		extended = emac.ExtIPv6
	}
	if p.bad || !p.v6 && fold(add(p.ip[:p.header])) != 0xffff {
		return extended | emac.ExtIPHE
	}
	at := p.field()
	if p.fragment || at < 0 {
		return extended | emac.ExtIPCB
	}
	extended |= p.payloadType()
	if p.protocol == protocolUDP && !p.v6 && p.payload[at] == 0 && p.payload[at+1] == 0 {
		return extended // RFC 768: there is no checksum
	}
	if fold(p.pseudo()+add(p.payload)) != 0xffff {
		extended |= emac.ExtIPPE
	}
	return extended
}
