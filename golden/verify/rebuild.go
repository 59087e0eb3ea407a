package verify

import (
	"bytes"
	"encoding/binary"

	"stackproof/stack/wire"
)

// Liberty is a way in which a frame that has been put together again may differ from the one it was read from, because the
// format leaves open how it is said, or because what is reserved is written as zero.
type Liberty uint8

const (
	Identical      Liberty = iota
	NoChecksum             // UDP over IPv4 without a checksum (RFC 768); one is written
	SumForm                // a checksum of zero has two forms in one's complement (RFC 1624 3)
	Reserved               // a bit or byte that is reserved is set, and is written as zero
	OptionOrder            // the options that the stack knows stand in another order, or with other padding (RFC 9293 3.2)
	UnknownOptions         // options that the stack does not know stand beside them, which it would not write
	NumLiberties
)

var libertyNames = [NumLiberties]string{"identical", "no-udp-checksum", "sum-form", "reserved", "option-order", "unknown-options"}

func (l Liberty) String() string { return libertyNames[l] }

// builder puts frames together again. took are the liberties that the last one took.
type builder struct {
	b    []byte
	took [NumLiberties]bool
	opts [wire.TCPMaxOptionsLen]byte
}

// rebuild writes an Ethernet frame that is sound again from what the stack's codec reads in it, each header from its
// fields. at is where the result differs from the frame, beyond any liberty; -1: nowhere.
func (x *builder) rebuild(f []byte, r *Reading) (at int) {
	x.b = append(x.b[:0], f...)
	clear(x.took[:])
	e := wire.Ethernet(f)
	h, _ := wire.ParseEthernet(f)
	n := h.Put(wipe(x.b[:wire.EthernetHeaderLen]))
	switch {
	case e.Type() == wire.EtherTypeARP && r.is(ARPWhole, 1):
		a, _ := wire.ParseARP(e.Payload())
		a.Put(wipe(x.b[n : n+wire.ARPLen]))
	case e.Type() == wire.EtherTypeIPv4 && r.is(IPOptionsWhole, 1):
		x.ipv4(x.b[n:])
	case e.Type() == wire.EtherTypeIPv6 && r.is(ExtWhole, 1):
		x.ipv6(x.b[n:])
	}
	return differs(f, x.b)
}

// differs is where two frames of one length differ; -1: nowhere.
func differs(a, b []byte) int {
	if bytes.Equal(a, b) {
		return -1
	}
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return len(a)
}

// wipe fills what is about to be written with what it does not hold, so that a byte that is not written shows.
func wipe(b []byte) []byte {
	for i := range b {
		b[i] ^= 0xa5
	}
	return b
}

// spare puts bits back that are reserved, those of mask in each byte, and were not written.
func (x *builder) spare(b, was []byte, mask byte) {
	for i := range b {
		if d := b[i] ^ was[i]; d != 0 && d&^mask == 0 {
			b[i] = was[i]
			x.took[Reserved] = true
		}
	}
}

// same puts bytes back that may differ, with the liberty that this takes.
func (x *builder) same(b, was []byte, l Liberty) {
	if !bytes.Equal(b, was) {
		copy(b, was)
		x.took[l] = true
	}
}

func (x *builder) ipv4(b []byte) {
	p, _ := wire.CheckIPv4(b)
	was := bytes.Clone(p.Header())
	f, _ := wire.ParseIPv4(p)
	src, dst, part := p.Src(), p.Dst(), p.IsFragment()
	wipe(p[:wire.IPv4HeaderLen])
	f.Put(p)
	if x.spare(p[6:7], was[6:7], 0x80); was[6]&0x80 != 0 { // it counts in the checksum
		p[10], p[11] = 0, 0
		binary.BigEndian.PutUint16(p[10:], wire.Checksum(p[:len(was)], 0))
	}
	if s := binary.BigEndian.Uint16(was[10:]); s == 0xffff && binary.BigEndian.Uint16(p[10:]) == 0 {
		x.same(p[10:12], was[10:12], SumForm)
	}
	if !part {
		x.upper(f.Protocol, p[len(was):], src, dst)
	}
}

func (x *builder) ipv6(b []byte) {
	p, _ := wire.CheckIPv6(b)
	f, _ := wire.ParseIPv6(p)
	part := false
	w := p.Walk()
	for e, ok := w.Next(); ok && !part; e, ok = w.Next() {
		if e.Proto != wire.ProtoFragment {
			continue // its options are for routers and others; the stack writes one kind, and copies none
		}
		h, _ := wire.ParseFragment(e.Data)
		was := [8]byte(e.Data)
		h.Put(wipe(e.Data))
		x.spare(e.Data[1:2], was[1:2], 0xff)
		x.spare(e.Data[3:4], was[3:4], 6)
		part = !h.Atomic()
	}
	proto, payload := w.Proto(), w.Payload()
	f.Put(wipe(p[:wire.IPv6HeaderLen]))
	if !part {
		x.upper(proto, payload, f.Src, f.Dst)
	}
}

func (x *builder) upper(proto uint8, b []byte, src, dst wire.Addr) {
	switch {
	case proto == wire.ProtoTCP:
		x.tcp(b, src, dst)
	case proto == wire.ProtoUDP:
		x.udp(b, src, dst)
	case proto == wire.ProtoICMP && src.Is4():
		x.icmp(b, func() { wire.ICMPv4(b).SetChecksum() })
	case proto == wire.ProtoICMPv6 && src.Is6():
		was := bytes.Clone(b)
		x.icmpv6(b, was)
		x.sum(b[2:4], was[2:4], func() { wire.ICMPv6(b).SetChecksum(src, dst) })
	case proto == wire.ProtoIGMP && src.Is4():
		if b[0] == wire.IGMPv3Report {
			x.records(b, 4)
		}
		x.icmp(b, func() { wire.IGMP(b).SetChecksum() })
	}
}

// sum writes a checksum again, whose zero has two forms.
func (x *builder) sum(at, was []byte, set func()) {
	sum := [2]byte(was)
	set()
	if n := binary.BigEndian.Uint16(sum[:]); n == 0xffff && at[0] == 0 && at[1] == 0 {
		x.same(at, sum[:], SumForm)
	}
}

// icmp writes the header that ICMP, ICMPv6 and IGMP have in common.
func (x *builder) icmp(b []byte, set func()) {
	f, _ := wire.ParseICMP(b)
	was := [2]byte(b[2:4])
	f.Put(wipe(b[:wire.ICMPHeaderLen]))
	x.sum(b[2:4], was[:], set)
}

func (x *builder) udp(b []byte, src, dst wire.Addr) {
	u, _ := wire.CheckUDP(b)
	was := [2]byte(u[6:8])
	f := u.Fields()
	f.Put(wipe(u[:wire.UDPHeaderLen]))
	u.SetChecksum(src, dst)
	if was == [2]byte{} {
		x.same(u[6:8], was[:], NoChecksum)
	}
}

func (x *builder) tcp(b []byte, src, dst wire.Addr) {
	s, _ := wire.CheckTCP(b)
	was := [wire.TCPHeaderLen]byte(s)
	f, options := s.Fields(), s.Options()
	wipe(s[:wire.TCPHeaderLen])
	f.Put(s)
	x.spare(s[12:13], was[12:13], 15)
	x.tcpOptions(options)
	x.sum(s[16:18], was[16:18], func() { s.SetChecksum(src, dst) })
}

// tcpOptions writes the options again. Where they come out otherwise they are as they were, and what the stack would write
// must be read as the same.
func (x *builder) tcpOptions(b []byte) {
	o := wire.ParseTCPOptions(b)
	if o.Malformed || len(b) == 0 || o.Len() > len(x.opts) {
		return
	}
	n := wire.PutTCPOptions(x.opts[:], &o)
	if bytes.Equal(x.opts[:n], b) {
		return
	}
	w, known := wire.WalkTCPOptions(b), true
	for kind, _, ok := w.Next(); ok; kind, _, ok = w.Next() {
		switch kind {
		case wire.TCPOptMSS, wire.TCPOptWScale, wire.TCPOptSACKPermitted, wire.TCPOptSACK, wire.TCPOptTimestamps:
		default:
			known = false
		}
	}
	again := wire.ParseTCPOptions(x.opts[:n])
	switch {
	case again != o:
		wipe(b) // so that it shows
	case known:
		x.took[OptionOrder] = true
	default:
		x.took[UnknownOptions] = true
	}
}

// records writes the records of a report about groups again. A record with auxiliary data, or one that does not fit, is
// left as it is: the stack writes none.
func (x *builder) records(b []byte, size int) {
	at := wire.ICMPHeaderLen
	for n := binary.BigEndian.Uint16(b[6:]); n > 0; n-- {
		if at+4+size > len(b) || b[at+1] != 0 {
			return
		}
		sources := int(binary.BigEndian.Uint16(b[at+2:]))
		end := at + 4 + size*(1+sources)
		if end > len(b) {
			return
		}
		r := wire.GroupRecord{Type: b[at], Group: addrAt(b[at+4:], size), Sources: make([]wire.Addr, sources)}
		for i := range r.Sources {
			r.Sources[i] = addrAt(b[at+4+size*(1+i):], size)
		}
		r.Put(wipe(b[at:end]))
		at = end
	}
}

func addrAt(b []byte, size int) wire.Addr {
	if size == 4 {
		return wire.AddrFrom4([4]byte(b))
	}
	return wire.AddrFrom16([16]byte(b))
}
