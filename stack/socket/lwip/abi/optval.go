package abi

// Timeval is C's struct timeval: the value of SO_SNDTIMEO and SO_RCVTIMEO, and select's time-out. ESP-IDF's time_t has 64
// bits, its long 32, and four bytes of padding follow.
type Timeval struct {
	Sec  int64 `c:"tv_sec"`
	Usec int32 `c:"tv_usec"`
}

// Linger is C's struct linger: the value of SO_LINGER.
type Linger struct {
	OnOff  int32 `c:"l_onoff"`
	Linger int32 `c:"l_linger"` // seconds
}

// IPMreq is C's struct ip_mreq: the value of IP_ADD_MEMBERSHIP and IP_DROP_MEMBERSHIP.
type IPMreq struct {
	Multiaddr [4]byte `c:"imr_multiaddr"`
	Interface [4]byte `c:"imr_interface"` // the address of an interface; 0.0.0.0: all
}

// IPv6Mreq is C's struct ipv6_mreq: the value of IPV6_JOIN_GROUP and IPV6_LEAVE_GROUP.
type IPv6Mreq struct {
	Multiaddr [16]byte `c:"ipv6mr_multiaddr"`
	Interface uint32   `c:"ipv6mr_interface"` // the index of an interface
}

// InPktinfo is C's struct in_pktinfo: the ancillary data of IP_PKTINFO.
type InPktinfo struct {
	Ifindex uint32  `c:"ipi_ifindex"`
	Addr    [4]byte `c:"ipi_addr"`
}

// IFNAMSIZ is the length of an interface's name with the zero that ends it.
const IFNAMSIZ = 6

// Ifreq is C's struct ifreq: the value of SO_BINDTODEVICE.
type Ifreq struct {
	Name [IFNAMSIZ]byte `c:"ifr_name"`
}

// sizeof of the structures above, and of the addresses that are values of options by themselves. An int and a u8_t are
// the other values that options have.
const (
	SizeofTimeval   = 16
	SizeofLinger    = 8
	SizeofIPMreq    = 8
	SizeofIPv6Mreq  = 20
	SizeofInPktinfo = 8
	SizeofIfreq     = 6
	SizeofInAddr    = 4
	SizeofIn6Addr   = 16
	SizeofInt       = 4
)

// Put writes SizeofTimeval bytes.
func (t Timeval) Put(b []byte) {
	_ = b[SizeofTimeval-1]
	le.PutUint64(b, uint64(t.Sec))
	le.PutUint32(b[8:], uint32(t.Usec))
	clear(b[12:SizeofTimeval])
}

// ParseTimeval reads a time; ok is false if b is too short.
func ParseTimeval(b []byte) (t Timeval, ok bool) {
	if len(b) < SizeofTimeval {
		return t, false
	}
	return Timeval{int64(le.Uint64(b)), int32(le.Uint32(b[8:]))}, true
}

// Put writes SizeofLinger bytes.
func (l Linger) Put(b []byte) {
	_ = b[SizeofLinger-1]
	le.PutUint32(b, uint32(l.OnOff))
	le.PutUint32(b[4:], uint32(l.Linger))
}

// ParseLinger reads what Put writes; ok is false if b is too short.
func ParseLinger(b []byte) (l Linger, ok bool) {
	if len(b) < SizeofLinger {
		return l, false
	}
	return Linger{int32(le.Uint32(b)), int32(le.Uint32(b[4:]))}, true
}

// Put writes SizeofIPMreq bytes.
func (m IPMreq) Put(b []byte) {
	_ = b[SizeofIPMreq-1]
	copy(b[:4], m.Multiaddr[:])
	copy(b[4:8], m.Interface[:])
}

// ParseIPMreq reads what Put writes; ok is false if b is too short.
func ParseIPMreq(b []byte) (m IPMreq, ok bool) {
	if len(b) < SizeofIPMreq {
		return m, false
	}
	return IPMreq{[4]byte(b[:4]), [4]byte(b[4:8])}, true
}

// Put writes SizeofIPv6Mreq bytes.
func (m IPv6Mreq) Put(b []byte) {
	_ = b[SizeofIPv6Mreq-1]
	copy(b[:16], m.Multiaddr[:])
	le.PutUint32(b[16:], m.Interface)
}

// ParseIPv6Mreq reads what Put writes; ok is false if b is too short.
func ParseIPv6Mreq(b []byte) (m IPv6Mreq, ok bool) {
	if len(b) < SizeofIPv6Mreq {
		return m, false
	}
	return IPv6Mreq{[16]byte(b[:16]), le.Uint32(b[16:])}, true
}

// Put writes SizeofInPktinfo bytes.
func (p InPktinfo) Put(b []byte) {
	_ = b[SizeofInPktinfo-1]
	le.PutUint32(b, p.Ifindex)
	copy(b[4:8], p.Addr[:])
}

// ParseInPktinfo reads what Put writes; ok is false if b is too short.
func ParseInPktinfo(b []byte) (p InPktinfo, ok bool) {
	if len(b) < SizeofInPktinfo {
		return p, false
	}
	return InPktinfo{le.Uint32(b), [4]byte(b[4:8])}, true
}

// Put writes SizeofIfreq bytes.
func (r Ifreq) Put(b []byte) {
	_ = b[SizeofIfreq-1]
	copy(b, r.Name[:])
}

// ParseIfreq reads what Put writes; ok is false if b is too short.
func ParseIfreq(b []byte) (r Ifreq, ok bool) {
	if len(b) < SizeofIfreq {
		return r, false
	}
	return Ifreq{[IFNAMSIZ]byte(b[:SizeofIfreq])}, true
}

// PutInt writes an int, SizeofInt bytes.
func PutInt(b []byte, v int32) { le.PutUint32(b, uint32(v)) }

// ParseInt reads an int; ok is false if b is too short.
func ParseInt(b []byte) (v int32, ok bool) {
	if len(b) < SizeofInt {
		return 0, false
	}
	return int32(le.Uint32(b)), true
}
