package capture

import (
	"encoding/binary"
	"strconv"
)

// Link is a link type: what a frame begins with (the LINKTYPE registry of tcpdump.org).
type Link uint16

// The link types whose frames are understood.
const (
	Null     Link = 0   // BSD loopback: the address family in the byte order of the machine
	Ethernet Link = 1   //
	Raw      Link = 101 // IPv4 or IPv6
	Loop     Link = 108 // OpenBSD loopback: the address family in network order
	SLL      Link = 113 // Linux cooked
	IPv4     Link = 228
	IPv6     Link = 229
	SLL2     Link = 276 // Linux cooked, version 2
)

// Two systems' own numbers of DLT_RAW, which some files have.
const (
	rawBSD     Link = 12
	rawOpenBSD Link = 14
)

var linkNames = map[Link]string{
	Null: "BSD loopback", Ethernet: "Ethernet", Raw: "raw IP", Loop: "OpenBSD loopback", SLL: "Linux cooked",
	SLL2: "Linux cooked v2", IPv4: "raw IPv4", IPv6: "raw IPv6", rawBSD: "raw IP", rawOpenBSD: "raw IP",
}

// String is what the link type is called, or its number.
func (l Link) String() string {
	if name, ok := linkNames[l]; ok {
		return name
	}
	return "link type " + strconv.Itoa(int(l))
}

// EtherTypes of what the other link types carry.
const (
	typeIPv4 = 0x0800
	typeIPv6 = 0x86dd
)

// Packet is what a frame carries behind its link header: its EtherType and its bytes. why says why there is none to be
// looked into; then ok is false.
func (f *Frame) Packet() (etherType uint16, b []byte, why string, ok bool) {
	switch b = f.Data; f.Link {
	case Ethernet:
		if len(b) < 14 {
			return 0, nil, "cut off in the Ethernet header", false
		}
		return binary.BigEndian.Uint16(b[12:]), b[14:], "", true
	case Raw, rawBSD, rawOpenBSD:
		return rawPacket(b)
	case IPv4:
		return typeIPv4, b, "", true
	case IPv6:
		return typeIPv6, b, "", true
	case Null, Loop:
		return loopbackPacket(b, f.Link == Loop)
	case SLL:
		if len(b) < 16 {
			return 0, nil, "cut off in the Linux cooked header", false
		}
		return cookedPacket(binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[14:]), b[16:])
	case SLL2:
		if len(b) < 20 {
			return 0, nil, "cut off in the Linux cooked header", false
		}
		return cookedPacket(binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b), b[20:])
	}
	return 0, nil, f.Link.String(), false
}

// rawPacket tells the two versions of IP apart.
func rawPacket(b []byte) (uint16, []byte, string, bool) {
	switch {
	case len(b) == 0:
		return 0, nil, "an empty packet", false
	case b[0]>>4 == 4:
		return typeIPv4, b, "", true
	case b[0]>>4 == 6:
		return typeIPv6, b, "", true
	}
	return 0, nil, "IP version " + strconv.Itoa(int(b[0]>>4)), false
}

// loopbackPacket looks at the address family, which no system has above 255: so the byte order shows. IPv4 is 2
// everywhere; each BSD has its own number of IPv6, and Linux 10.
func loopbackPacket(b []byte, network bool) (uint16, []byte, string, bool) {
	if len(b) < 4 {
		return 0, nil, "cut off in the loopback header", false
	}
	family := binary.BigEndian.Uint32(b)
	if !network && family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	switch family {
	case 2:
		return typeIPv4, b[4:], "", true
	case 10, 24, 28, 30:
		return typeIPv6, b[4:], "", true
	}
	if family > 255 { // one name for all, as frames are counted by it
		return 0, nil, "no address family", false
	}
	return 0, nil, "address family " + strconv.FormatUint(uint64(family), 10), false
}

// cookedPacket looks at the kind of device below Linux's cooked header: those of netlink, of 802.11 and others have no
// EtherType in the place of one (LINKTYPE_LINUX_SLL).
func cookedPacket(device, protocol uint16, b []byte) (uint16, []byte, string, bool) {
	switch {
	case device == 824, device == 778, device == 801, device == 802, device == 803:
		return 0, nil, "Linux device type " + strconv.Itoa(int(device)), false
	case protocol < 0x0600:
		return 0, nil, "802.2 LLC", false
	}
	return protocol, b, "", true
}
