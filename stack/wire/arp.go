package wire

import "encoding/binary"

// ARPLen is the length of an ARP message for IPv4 over Ethernet.
const ARPLen = 28

// ARP operations (RFC 826).
const (
	ARPRequest = 1
	ARPReply   = 2
)

const arpHardwareEthernet = 1

// ARP is an ARP message for IPv4 over Ethernet (RFC 826).
type ARP []byte

// CheckARP returns the view of a message without what follows it. It refuses a message that is too short (ErrShort) or
// for another link or network protocol (ErrHardware, ErrProtocol). Any operation passes.
func CheckARP(b []byte) (ARP, Err) {
	if len(b) < ARPLen {
		return nil, ErrShort
	}
	// RFC 826, Packet Reception: the hardware space and its length, then the protocol space and its length.
	if binary.BigEndian.Uint16(b) != arpHardwareEthernet || b[4] != 6 {
		return nil, ErrHardware
	}
	if binary.BigEndian.Uint16(b[2:]) != EtherTypeIPv4 || b[5] != 4 {
		return nil, ErrProtocol
	}
	return ARP(b[:ARPLen]), OK
}

// Op returns the operation.
func (p ARP) Op() uint16 { return binary.BigEndian.Uint16(p[6:]) }

// SenderMAC returns the sender's Ethernet address.
func (p ARP) SenderMAC() MAC { return macAt(p[8:]) }

// SenderIP returns the sender's IPv4 address; 0.0.0.0 in a probe (RFC 5227 1.1).
func (p ARP) SenderIP() Addr { return addr4At(p[14:]) }

// TargetMAC returns the target's Ethernet address, which means nothing in a request.
func (p ARP) TargetMAC() MAC { return macAt(p[18:]) }

// TargetIP returns the target's IPv4 address.
func (p ARP) TargetIP() Addr { return addr4At(p[24:]) }

// Fields returns the message unpacked.
func (p ARP) Fields() ARPFields {
	return ARPFields{
		Op:        p.Op(),
		SenderMAC: p.SenderMAC(), SenderIP: p.SenderIP(),
		TargetMAC: p.TargetMAC(), TargetIP: p.TargetIP(),
	}
}

// ARPFields is an ARP message. Both IP addresses are of the IPv4 family.
type ARPFields struct {
	Op        uint16
	SenderMAC MAC
	SenderIP  Addr
	TargetMAC MAC
	TargetIP  Addr
}

// ParseARP checks b and returns the message unpacked.
func ParseARP(b []byte) (ARPFields, Err) {
	p, err := CheckARP(b)
	if err != OK {
		return ARPFields{}, err
	}
	return p.Fields(), OK
}

// Put writes the message and returns ARPLen.
func (f ARPFields) Put(b []byte) int {
	_ = b[ARPLen-1]
	binary.BigEndian.PutUint16(b, arpHardwareEthernet)
	binary.BigEndian.PutUint16(b[2:], EtherTypeIPv4)
	b[4], b[5] = 6, 4
	binary.BigEndian.PutUint16(b[6:], f.Op)
	f.SenderMAC.Put(b[8:])
	f.SenderIP.put4(b[14:])
	f.TargetMAC.Put(b[18:])
	f.TargetIP.put4(b[24:])
	return ARPLen
}
