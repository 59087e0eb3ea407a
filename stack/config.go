package stack

import (
	"math"

	"stackproof/stack/reassembly"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// Config is the host configuration. A family without an address is off. IPv6 always has the link-local address that is
// made of the MAC; with :: as the configured address it has no other.
type Config struct {
	MAC      wire.MAC
	MTU      uint16      // largest IP packet in bytes: at least 576, with IPv6 at least 1280
	IPv4     wire.Prefix // own address and the length of its network prefix
	Gateway4 wire.Addr   // default router, a host in that network; no address: none
	IPv6     wire.Prefix // own address and the length of its network prefix
	Gateway6 wire.Addr   // default router, link-local or in that network (redirects cannot then be its); no address: none
	Entropy  [32]byte    // all the chance that the stack has: from the same bytes follow the same packets

	// The device inserts TCP's checksum into the packets that it sends, and hands on none in which it is wrong; both only
	// where it sees the whole segment: not in fragments, nor behind extension headers of IPv6. The stack leaves it to it.
	ChecksumByDevice bool

	// Redirects of routers are not followed. Who can forge one could have the packets to a host sent to another neighbour.
	IgnoreRedirects bool

	// Sockets can be bound to addresses that are not ours, as if they were to become so: nothing comes to such a socket, and
	// what it is to send cannot be sent.
	BindAnywhere bool

	// Broadcasts go to datagram sockets that are bound to our address too, and not only to those of a wildcard.
	BroadcastToBound bool

	TCPWithout tcp.OptionSet // what TCP neither offers nor takes up; none: it uses all options that it knows
	TCP        tcp.Settings  // of new connections; an application can change those of its own. Queues: 0 is half of a slot

	// Whenever the link goes up we can find out whether somebody else has our addresses before we use them. An address
	// that somebody has is not used until the link goes down and up.
	DADTransmits uint8 // solicitations of each IPv6 address (RFC 4862 5.1: 1 by default); 0: the address is ours at once
	ReportNodes  bool  // tell routers, and switches that listen, of the groups that these solicitations go to (RFC 3810)
	ARPProbe     bool  // probe for the IPv4 address, announce and defend it (RFC 5227); false: it is ours at once
}

// InitErr says what Init found wrong with its arguments.
type InitErr uint8

const (
	InitOK             InitErr = iota
	BadMAC                     // the MAC is zero or a group's
	BadMTU                     // the MTU is too small for the configured families
	BadIPv4                    // the IPv4 address is no host's, or its prefix is too long
	BadGateway4                // the IPv4 gateway is no other host in the network
	BadIPv6                    // the IPv6 address is no host's, or its prefix is too long
	BadGateway6                // the IPv6 gateway is no other host in the network
	BadTCP                     // a setting for TCP is out of its range
	NoNeighbours               // Storage.Neighbours is empty
	WaitingTooShort            // Storage.Waiting does not hold one packet of MTU bytes
	UDPBufferTooShort          // Storage.UDPBuffer has less than MinUDPQueue for each endpoint
	TCPBufferTooShort          // Storage.TCPBuffer has less than MinTCPBuffer for each slot, or less than Config asks for
	ReassemblyTooShort         // Storage.ReassemblyBuffer has less than reassembly.MinMemory for each row
	LoopTooShort               // Storage.Loop is neither empty nor has room for two packets
	numInitErrs
)

var initErrNames = [numInitErrs]string{
	"ok", "bad MAC address", "MTU too small", "bad IPv4 address", "bad IPv4 gateway", "bad IPv6 address",
	"bad IPv6 gateway", "bad TCP settings", "no neighbour entries", "buffer for waiting packets too short", "UDP buffer too short",
	"TCP buffer too short", "reassembly buffer too short", "loopback buffer too short",
}

// String returns a short text in lower case.
func (e InitErr) String() string {
	if e >= numInitErrs {
		return "unknown error"
	}
	return initErrNames[e]
}

func (c *Config) check() InitErr {
	switch {
	case !c.MAC.IsUnicast():
		return BadMAC
	case c.MTU < wire.IPv4MinMTU || c.IPv6.Addr.IsValid() && c.MTU < wire.IPv6MinMTU:
		return BadMTU
	case c.IPv4.Addr.IsValid() && !isHost4(c.IPv4, c.IPv4.Addr):
		return BadIPv4
	case c.Gateway4.IsValid() && (!isHost4(c.IPv4, c.Gateway4) || c.Gateway4 == c.IPv4.Addr):
		return BadGateway4
	case c.IPv6.Addr.IsValid() && (!c.IPv6.IsValid() || !isUnicast6(c.IPv6.Addr) && !c.IPv6.IsUnspecified()):
		return BadIPv6
	case !c.TCP.Valid():
		return BadTCP
	}
	gw := c.Gateway6
	if gw.IsValid() && (!isUnicast6(gw) || !c.onLink6(gw) || gw == c.IPv6.Addr || gw == wire.LinkLocal(c.MAC)) {
		return BadGateway6
	}
	return InitOK
}

// isHost4 reports whether a can be the address of a host in a network.
func isHost4(p wire.Prefix, a wire.Addr) bool {
	return p.Contains(a) && isUnicast4(a) && a != p.Broadcast() && (p.Bits > 30 || a != p.Network())
}

// isUnicast4 reports whether a can be the address of one host on some link: not in 0/8, 127/8, a group, or class E (RFC
// 1122 3.2.1.3), which has the limited broadcast in it.
func isUnicast4(a wire.Addr) bool {
	network := a.As4()[0]
	return a.Is4() && network != 0 && network < 224 && !a.IsLoopback()
}

// isUnicast6 reports whether a can be the address of one host on some link. An IPv4-mapped address is for programs, and
// does not belong on a link (RFC 4942 2.2).
func isUnicast6(a wire.Addr) bool {
	return a.Is6() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && a.Unmap4() == a
}

// onLink6 reports whether a is the address of a neighbour, if it is one at all.
func (c *Config) onLink6(a wire.Addr) bool {
	return c.IPv6.IsValid() && (a.IsLinkLocal() || !c.IPv6.IsUnspecified() && c.IPv6.Contains(a))
}

// leastSlot is how long a slot must be for queues of these lengths, as far as an int can say it.
func leastSlot(v *tcp.Settings) int { return 2 * int(min(max(v.RcvBuf, v.SndBuf), math.MaxInt32/2)) }

func (st *Storage) check(c *Config) InitErr {
	switch {
	case len(st.Neighbours) == 0:
		return NoNeighbours
	case len(st.Waiting) < int(c.MTU):
		return WaitingTooShort
	case len(st.UDPBuffer) < len(st.UDP)*MinUDPQueue:
		return UDPBufferTooShort
	case len(st.TCP) > 0 && st.tcpSlotLen() < max(MinTCPBuffer, leastSlot(&c.TCP)):
		return TCPBufferTooShort
	case len(st.ReassemblyBuffer) < len(st.Reassembly)*reassembly.MinMemory:
		return ReassemblyTooShort
	case len(st.Loop) > 0 && len(st.Loop) < minLoopSlots*(int(c.MTU)+loopLength):
		return LoopTooShort
	}
	return InitOK
}
