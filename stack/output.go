package stack

import (
	"time"

	"stackproof/stack/wire"
)

// packet is what the layers below know of a received packet. It is borrowed: it holds until the receiver returns.
type packet struct {
	src, dst wire.Addr
	proto    uint8
	hops     uint8  // TTL or hop limit as received
	tos      uint8  // type of service or traffic class
	group    bool   // it came to a group: broadcast or multicast, of the link or of IP
	bytes    []byte // the whole IP packet
}

// outgoing is a packet on its way out. The sender fills in the first part, beginIP the rest.
type outgoing struct {
	dst   wire.Addr
	src   wire.Addr // no address: chosen by beginIP
	proto uint8
	hops  uint8 // 0: the default
	tos   uint8
	df    bool // IPv4: do not fragment
	reply bool // a stranger's packet made us send this: it may not push out neighbours in use
	hold  bool // may wait in our storage for the neighbour's address
	n     int  // bytes of payload

	payload []byte // n bytes to be filled in
}

// beginIP makes room for a packet of o.n bytes of payload: o.payload is to be filled in, then commitIP sends it; a
// packet may be abandoned instead. Only for OK is there a payload. WouldBlock: no transmit buffer, nothing has changed.
// InProgress: the neighbour is being resolved and the packet is not held; try again at the next Poll. Others say why
// the packet cannot be sent.
func (s *Stack) beginIP(now time.Duration, o *outgoing) Cause { return WouldBlock }

// commitIP sends, or holds, the packet that beginIP made room for.
func (s *Stack) commitIP(now time.Duration, o *outgoing) {}

// mtu returns the most bytes of IP payload that a packet to dst can carry unfragmented.
func (s *Stack) maxPayload(dst wire.Addr) int {
	if dst.Is4() {
		return int(s.cfg.MTU) - wire.IPv4HeaderLen
	}
	return int(s.cfg.MTU) - wire.IPv6HeaderLen
}
