package check

import (
	"bytes"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// The stack's host and the peer's, in the ranges for documentation (RFC 5737, RFC 3849).
var (
	stackMAC = [6]byte{2, 0, 0, 0, 0, 1}
	peerMAC  = [6]byte{2, 0, 0, 0, 0, 2}
	stack4   = [4]byte{192, 0, 2, 1}
	peer4    = [4]byte{192, 0, 2, 2}
	stack6   = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}
	peer6    = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2}
)

// version is an IP version with what differs between the two.
type version struct {
	feature     sut.Feature
	net         frame.Net
	domain      uint8
	stack, peer []byte
}

var (
	v4 = &version{sut.FeatureIPv4, frame.NetIPv4, sut.DomainIPv4, stack4[:], peer4[:]}
	v6 = &version{sut.FeatureIPv6, frame.NetIPv6, sut.DomainIPv6, stack6[:], peer6[:]}
)

// versions is the IP versions that the stack has declared.
func (e *env) versions() (all []*version) {
	for _, v := range []*version{v4, v6} {
		if e.has(v.feature) {
			all = append(all, v)
		}
	}
	return all
}

// version is the first IP version that the stack has declared.
func (e *env) version() *version {
	all := e.versions()
	if len(all) == 0 {
		e.skip("needs %s or %s", sut.FeatureIPv4, sut.FeatureIPv6)
	}
	return all[0]
}

// any and host are addresses for calls: any address of the stack's own, and the peer's.
func (ip *version) any(port uint16) sut.Addr { return sut.Addr{Family: ip.domain, Port: port} }

func (ip *version) host(port uint16) sut.Addr {
	a := ip.any(port)
	copy(a.IP[:], ip.peer)
	return a
}

// number is a field that is set to a number.
type number struct {
	field frame.Field
	value uint32
}

// build makes a frame from the peer to the stack.
func build(l frame.Layout, ip *version, payload []byte, numbers ...number) *frame.View {
	v := new(frame.View)
	l.Payload = len(payload)
	if !frame.Build(make([]byte, frame.MaxLen), &l, v) {
		panic("check: a frame that cannot be")
	}
	v.SetAddr(frame.EthDst, stackMAC[:])
	v.SetAddr(frame.EthSrc, peerMAC[:])
	if ip != nil {
		v.SetAddr(frame.IPSrc, ip.peer)
		v.SetAddr(frame.IPDst, ip.stack)
	}
	for _, n := range numbers {
		v.Set(n.field, n.value)
	}
	copy(v.Payload(), payload)
	v.Repair()
	return v
}

// padded is the frame as it comes from a wire.
func padded(v *frame.View) []byte {
	return frame.Pad(v.B[:cap(v.B)], v.B, frame.MinLen, 0)
}

// arp makes an ARP packet from the peer.
func arp(op uint32, to []byte) []byte {
	v := build(frame.Layout{Net: frame.NetARP}, nil, nil, number{frame.ARPOp, op})
	v.SetAddr(frame.EthDst, to)
	v.SetAddr(frame.ARPSHA, peerMAC[:])
	v.SetAddr(frame.ARPSPA, peer4[:])
	v.SetAddr(frame.ARPTPA, stack4[:])
	if op == 2 {
		v.SetAddr(frame.ARPTHA, stackMAC[:])
	}
	return padded(v)
}

// whoHas asks for the stack's hardware address.
func whoHas() []byte { return arp(1, []byte{255, 255, 255, 255, 255, 255}) }

// ICMPv6 types of neighbour discovery (RFC 4861 4).
const (
	solicitation  = 135
	advertisement = 136
)

// solicit asks for the stack's hardware address: RFC 4861 4.3.
func solicit() []byte {
	v := build(frame.Layout{Net: frame.NetIPv6, Transport: frame.TransportICMP, ICMPType: solicitation, SLL: true}, v6, nil)
	v.SetAddr(frame.EthDst, []byte{0x33, 0x33, 0xff, 0, 0, 1})
	v.SetAddr(frame.IPDst, []byte{0: 0xff, 1: 2, 11: 1, 12: 0xff, 15: 1}) // the solicited-node multicast address
	v.SetAddr(frame.NDTarget, stack6[:])
	v.SetAddr(frame.NDSLL, peerMAC[:])
	v.Repair()
	return padded(v)
}

// advertise answers a neighbour solicitation: RFC 4861 4.4.
func advertise(to []byte) []byte {
	v := build(frame.Layout{Net: frame.NetIPv6, Transport: frame.TransportICMP, ICMPType: advertisement, TLL: true}, v6, nil,
		number{frame.NDFlags, 3}) // solicited, override
	v.SetAddr(frame.IPDst, to)
	v.SetAddr(frame.NDTarget, peer6[:])
	v.SetAddr(frame.NDTLL, peerMAC[:])
	v.Repair()
	return padded(v)
}

// resolution is the peer's answer to a frame that asks for its hardware address; nil if the frame does not.
func (e *env) resolution(v *frame.View) []byte {
	switch {
	case isARP(v, 1) && isAddr(v, frame.ARPTPA, peer4[:]):
		return arp(2, stackMAC[:])
	case isICMP(v, frame.NetIPv6, solicitation) && isAddr(v, frame.NDTarget, peer6[:]):
		source, _ := v.Addr(frame.IPSrc)
		return advertise(source)
	}
	return nil
}

func is(v *frame.View, f frame.Field, want uint32) bool {
	got, ok := v.Get(f)
	return ok && got == want
}

func isAddr(v *frame.View, f frame.Field, want []byte) bool {
	got, ok := v.Addr(f)
	return ok && bytes.Equal(got, want)
}

func isARP(v *frame.View, op uint32) bool { return v.Net == frame.NetARP && is(v, frame.ARPOp, op) }

func isICMP(v *frame.View, net frame.Net, typ uint32) bool {
	return v.Net == net && v.Transport == frame.TransportICMP && is(v, frame.ICMPType, typ)
}

// toPeer tells whether an IP packet goes from the stack to the peer.
func (ip *version) toPeer(v *frame.View) bool {
	return v.Net == ip.net && isAddr(v, frame.IPSrc, ip.stack) && isAddr(v, frame.IPDst, ip.peer) &&
		isAddr(v, frame.EthDst, peerMAC[:])
}
