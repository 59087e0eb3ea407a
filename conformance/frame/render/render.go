// Package render writes a frame on one line, in the notation of the case language, for failure texts, logs and golden
// runs. It is host code; the frame itself stays with package frame.
package render

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"stackproof/conformance/frame"
)

// A Trace renders the frames of one exchange in order. It remembers each TCP flow's initial sequence numbers, so that
// numbers are relative as in scripts. The zero value is ready.
type Trace struct {
	isn map[end]uint32 // of the SYN that end sent last
	ts  map[end]uint32 // its first time stamp
}

// end is one side of a TCP connection: what it sends from and to.
type end struct {
	src, dst     string
	sport, dport uint32
}

func (e end) other() end { return end{e.dst, e.src, e.dport, e.sport} }

// Line renders the frame behind arrow, "<" for one to the stack or ">" for one from it. A frame that is not well formed
// is rendered as far as it goes, with the defect.
func (t *Trace) Line(arrow string, b []byte) string {
	var v frame.View
	d := frame.Parse(b, &v)
	s := arrow + " " + t.body(&v)
	if !d.OK() {
		s += fmt.Sprintf(" (malformed: %s at byte %d)", d, d.At)
	}
	return s
}

// Frame renders a single frame outside of an exchange.
func Frame(arrow string, b []byte) string { return new(Trace).Line(arrow, b) }

func (t *Trace) body(v *frame.View) string {
	switch {
	case v.Net == frame.NetARP:
		return arp(v)
	case v.Net == frame.NetRaw:
		typ, _ := v.Get(frame.EthType)
		return fmt.Sprintf("eth (%d) {eth.type=%#04x}", len(v.Payload()), typ)
	case v.Transport == frame.TransportTCP:
		return t.tcp(v)
	case v.Transport == frame.TransportUDP:
		return fmt.Sprintf("udp %d > %d (%d)", num(v, frame.UDPSrcPort), num(v, frame.UDPDstPort), len(v.Payload()))
	case v.Transport == frame.TransportICMP && v.Net == frame.NetIPv4:
		return icmp(v, icmp4Names)
	case v.Transport == frame.TransportICMP:
		return icmp6(v)
	}
	return fmt.Sprintf("ip (%d) {ip.proto=%d, ip.src=%s, ip.dst=%s}", len(v.Body()), num(v, frame.IPProto),
		Addr(v, frame.IPSrc), Addr(v, frame.IPDst))
}

func num(v *frame.View, f frame.Field) uint32 {
	n, _ := v.Get(f)
	return n
}

// Addr renders an address field; "?" where the frame has none.
func Addr(v *frame.View, f frame.Field) string {
	b, ok := v.Addr(f)
	if !ok {
		return "?"
	}
	return Bytes(b)
}

// Bytes renders the bytes of an address: a MAC of 6, an IP address of 4 or 16.
func Bytes(b []byte) string {
	if a, ok := netip.AddrFromSlice(b); ok {
		return a.String()
	}
	return net.HardwareAddr(b).String()
}

func arp(v *frame.View) string {
	op := map[uint32]string{1: "request", 2: "reply"}[num(v, frame.ARPOp)]
	if op == "" {
		op = fmt.Sprintf("op %d", num(v, frame.ARPOp))
	}
	return fmt.Sprintf("arp %s {arp.spa=%s, arp.sha=%s, arp.tpa=%s, arp.tha=%s}", op, Addr(v, frame.ARPSPA),
		Addr(v, frame.ARPSHA), Addr(v, frame.ARPTPA), Addr(v, frame.ARPTHA))
}

// icmp4Names and icmp6Names are the types as packetdrill names them.
var (
	icmp4Names = map[uint32]string{0: "echo_reply", 3: "unreachable", 5: "redirect", 8: "echo_request",
		11: "time_exceeded", 12: "parameter_problem"}
	icmp6Names = map[uint32]string{1: "unreachable", 2: "packet_too_big", 3: "time_exceeded", 4: "parameter_problem",
		128: "echo_request", 129: "echo_reply", 133: "rs", 134: "ra", 135: "ns", 136: "na", 137: "redirect"}
)

func icmp(v *frame.View, names map[uint32]string) string {
	typ := num(v, frame.ICMPType)
	name := names[typ]
	if name == "" {
		name = fmt.Sprintf("type_%d", typ)
	}
	if strings.HasPrefix(name, "echo") {
		return fmt.Sprintf("icmp %s id %d seq %d (%d)", name, num(v, frame.ICMPID), num(v, frame.ICMPSeq), len(v.Payload()))
	}
	s := fmt.Sprintf("icmp %s code_%d", name, num(v, frame.ICMPCode))
	if mtu, ok := v.Get(frame.ICMPMTU); ok && mtu != 0 {
		s += fmt.Sprintf(" mtu %d", mtu)
	}
	return fmt.Sprintf("%s (%d)", s, len(v.Payload()))
}

func icmp6(v *frame.View) string {
	target, ok := v.Addr(frame.NDTarget)
	typ := num(v, frame.ICMPType)
	if !ok || typ != 135 && typ != 136 {
		return icmp(v, icmp6Names)
	}
	s := fmt.Sprintf("%s {nd.target=%s", icmp6Names[typ], Bytes(target))
	if typ == 136 {
		s += fmt.Sprintf(", nd.flags=%d", num(v, frame.NDFlags))
	}
	for _, f := range []frame.Field{frame.NDSLL, frame.NDTLL, frame.IPSrc, frame.IPDst} {
		if a, ok := v.Addr(f); ok {
			s += fmt.Sprintf(", %s=%s", f, Bytes(a))
		}
	}
	return s + "}"
}
