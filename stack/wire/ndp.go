package wire

import "encoding/binary"

// Lengths of NDP messages without options (RFC 4861 4).
const (
	RouterSolicitLen  = 8
	RouterAdvertLen   = 16
	NeighborMsgLen    = 24 // solicitation and advertisement
	RedirectLen       = 40
	naRouter          = 0x80
	naSolicited       = 0x40
	naOverride        = 0x20
	raManaged         = 0x80
	raOther           = 0x40
	raPreferenceShift = 3
)

// checkNDPMessage is what the constructors of all messages have in common.
func checkNDPMessage(m ICMPv6, typ uint8, length int) Err {
	if len(m) < length {
		return ErrShort
	}
	if m[0] != typ {
		return ErrType
	}
	return OK
}

// RouterSolicit is a router solicitation (RFC 4861 4.1).
type RouterSolicit []byte

// CheckRouterSolicit returns the view of m. It refuses ErrShort and ErrType; [CheckNDP] says whether m may be believed.
func CheckRouterSolicit(m ICMPv6) (RouterSolicit, Err) {
	if err := checkNDPMessage(m, ICMPv6RouterSolicit, RouterSolicitLen); err != OK {
		return nil, err
	}
	return RouterSolicit(m), OK
}

// Options returns an iterator over the options.
func (m RouterSolicit) Options() NDPOptions { return NDPOptions{b: m[RouterSolicitLen:]} }

// PutRouterSolicit writes a router solicitation without options and checksum and returns RouterSolicitLen.
func PutRouterSolicit(b []byte) int { return ICMPFields{Type: ICMPv6RouterSolicit}.Put(b) }

// RouterAdvert is a router advertisement (RFC 4861 4.2).
type RouterAdvert []byte

// CheckRouterAdvert returns the view of m. It refuses ErrShort and ErrType; [CheckNDP] says whether m may be believed.
func CheckRouterAdvert(m ICMPv6) (RouterAdvert, Err) {
	if err := checkNDPMessage(m, ICMPv6RouterAdvert, RouterAdvertLen); err != OK {
		return nil, err
	}
	return RouterAdvert(m), OK
}

// Options returns an iterator over the options.
func (m RouterAdvert) Options() NDPOptions { return NDPOptions{b: m[RouterAdvertLen:]} }

// Fields returns the message unpacked.
func (m RouterAdvert) Fields() RouterAdvertFields {
	return RouterAdvertFields{
		HopLimit:   m[4],
		Managed:    m[5]&raManaged != 0,
		Other:      m[5]&raOther != 0,
		Preference: m[5] >> raPreferenceShift & 3,
		Lifetime:   binary.BigEndian.Uint16(m[6:]),
		Reachable:  binary.BigEndian.Uint32(m[8:]),
		Retrans:    binary.BigEndian.Uint32(m[12:]),
	}
}

// Router preferences (RFC 4191 2.1).
const (
	RouterMedium   = 0
	RouterHigh     = 1
	RouterReserved = 2 // counts as RouterMedium
	RouterLow      = 3
)

// RouterAdvertFields is a router advertisement without its options. Zero in HopLimit, Reachable and Retrans says that
// the router does not specify it.
type RouterAdvertFields struct {
	HopLimit   uint8
	Managed    bool   // addresses by DHCPv6
	Other      bool   // other configuration by DHCPv6
	Preference uint8  // RouterMedium, RouterHigh, RouterLow
	Lifetime   uint16 // as a default router, in seconds; 0: it is none
	Reachable  uint32 // milliseconds
	Retrans    uint32 // milliseconds
}

// Put writes the message without options and checksum and returns RouterAdvertLen.
func (f RouterAdvertFields) Put(b []byte) int {
	_ = b[RouterAdvertLen-1]
	ICMPFields{Type: ICMPv6RouterAdvert}.Put(b)
	b[4] = f.HopLimit
	b[5] = f.Preference & 3 << raPreferenceShift
	if f.Managed {
		b[5] |= raManaged
	}
	if f.Other {
		b[5] |= raOther
	}
	binary.BigEndian.PutUint16(b[6:], f.Lifetime)
	binary.BigEndian.PutUint32(b[8:], f.Reachable)
	binary.BigEndian.PutUint32(b[12:], f.Retrans)
	return RouterAdvertLen
}

// NeighborSolicit is a neighbour solicitation (RFC 4861 4.3).
type NeighborSolicit []byte

// CheckNeighborSolicit returns the view of m. It refuses ErrShort and ErrType; [CheckNDP] says whether m may be
// believed.
func CheckNeighborSolicit(m ICMPv6) (NeighborSolicit, Err) {
	if err := checkNDPMessage(m, ICMPv6NeighborSolicit, NeighborMsgLen); err != OK {
		return nil, err
	}
	return NeighborSolicit(m), OK
}

// Target returns the address whose owner is asked.
func (m NeighborSolicit) Target() Addr { return addr6At(m[8:]) }

// Options returns an iterator over the options.
func (m NeighborSolicit) Options() NDPOptions { return NDPOptions{b: m[NeighborMsgLen:]} }

// PutNeighborSolicit writes a neighbour solicitation without options and checksum and returns NeighborMsgLen.
func PutNeighborSolicit(b []byte, target Addr) int {
	_ = b[NeighborMsgLen-1]
	ICMPFields{Type: ICMPv6NeighborSolicit}.Put(b)
	target.put6(b[8:])
	return NeighborMsgLen
}

// NeighborAdvert is a neighbour advertisement (RFC 4861 4.4).
type NeighborAdvert []byte

// CheckNeighborAdvert returns the view of m. It refuses ErrShort and ErrType; [CheckNDP] says whether m may be believed.
func CheckNeighborAdvert(m ICMPv6) (NeighborAdvert, Err) {
	if err := checkNDPMessage(m, ICMPv6NeighborAdvert, NeighborMsgLen); err != OK {
		return nil, err
	}
	return NeighborAdvert(m), OK
}

// Options returns an iterator over the options.
func (m NeighborAdvert) Options() NDPOptions { return NDPOptions{b: m[NeighborMsgLen:]} }

// Fields returns the message unpacked.
func (m NeighborAdvert) Fields() NeighborAdvertFields {
	return NeighborAdvertFields{
		Router:    m[4]&naRouter != 0,
		Solicited: m[4]&naSolicited != 0,
		Override:  m[4]&naOverride != 0,
		Target:    addr6At(m[8:]),
	}
}

// NeighborAdvertFields is a neighbour advertisement without its options.
type NeighborAdvertFields struct {
	Router, Solicited, Override bool
	Target                      Addr
}

// Put writes the message without options and checksum and returns NeighborMsgLen.
func (f NeighborAdvertFields) Put(b []byte) int {
	_ = b[NeighborMsgLen-1]
	ICMPFields{Type: ICMPv6NeighborAdvert}.Put(b)
	if f.Router {
		b[4] |= naRouter
	}
	if f.Solicited {
		b[4] |= naSolicited
	}
	if f.Override {
		b[4] |= naOverride
	}
	f.Target.put6(b[8:])
	return NeighborMsgLen
}

// Redirect is a redirect (RFC 4861 4.5).
type Redirect []byte

// CheckRedirect returns the view of m. It refuses ErrShort and ErrType; [CheckNDP] says whether m may be believed.
func CheckRedirect(m ICMPv6) (Redirect, Err) {
	if err := checkNDPMessage(m, ICMPv6Redirect, RedirectLen); err != OK {
		return nil, err
	}
	return Redirect(m), OK
}

// Target returns the better first hop, or the destination itself if that is a neighbour.
func (m Redirect) Target() Addr { return addr6At(m[8:]) }

// Dst returns the destination that is redirected.
func (m Redirect) Dst() Addr { return addr6At(m[24:]) }

// Options returns an iterator over the options.
func (m Redirect) Options() NDPOptions { return NDPOptions{b: m[RedirectLen:]} }

// PutRedirect writes a redirect without options and checksum and returns RedirectLen.
func PutRedirect(b []byte, target, dst Addr) int {
	_ = b[RedirectLen-1]
	ICMPFields{Type: ICMPv6Redirect}.Put(b)
	target.put6(b[8:])
	dst.put6(b[24:])
	return RedirectLen
}
