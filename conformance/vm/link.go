package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

var broadcast = [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

const (
	arpRequest = 1
	arpReply   = 2
	solicit    = 135 // ICMPv6 types (RFC 4861 4.3, 4.4)
	advertise  = 136
)

// linkAddress is the Ethernet address that an IP destination leads to: a group's own (RFC 1112 6.4, RFC 2464 7), the
// broadcast address, or else the peer's, which is the neighbour and the gateway.
func linkAddress(dst []byte, g *sut.Config, peer [6]byte) [6]byte {
	switch {
	case len(dst) == 4 && dst[0]>>4 == 14:
		return [6]byte{0x01, 0x00, 0x5e, dst[1] & 0x7f, dst[2], dst[3]}
	case len(dst) == 4 && isBroadcast(dst, g):
		return broadcast
	case len(dst) == 16 && dst[0] == 0xff:
		return [6]byte{0x33, 0x33, dst[12], dst[13], dst[14], dst[15]}
	}
	return peer
}

// isBroadcast tells the limited broadcast address and that of the stack's subnet (RFC 1122 3.2.1.3).
func isBroadcast(dst []byte, g *sut.Config) bool {
	d, own := be32(dst), be32(g.Addr4[:])
	if d == 0xffffffff {
		return true
	}
	if g.Prefix4 == 0 || g.Prefix4 > 30 { // RFC 3021: none on a point-to-point link
		return false
	}
	host := uint32(1)<<(32-g.Prefix4) - 1
	return d&^host == own&^host && d&host == host
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// discovery tells neighbour discovery (RFC 4861 4), whose addresses are its own business.
func discovery(v *frame.View) bool {
	t, ok := v.Get(frame.ICMPType)
	return ok && v.Net == NetIPv6 && t >= 133 && t <= 137
}
