package robust

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

func syn() build.Packet              { return build.TCP("S", 0, 0).Win(65535).Options("mss 1460") }
func ack(seq, n uint32) build.Packet { return build.TCP(".", seq, 0).Ack(n).Win(65535) }
func own(seq, n uint32) build.Packet { return build.TCP(".", seq, 0).Ack(n) }
func echo(n string) build.Packet     { return build.Text("icmp echo_request id 7 seq 1 (" + n + ")") }
func reply(n string) build.Packet    { return build.Text("icmp echo_reply id 7 seq 1 (" + n + ")") }

// closed is a datagram to a port on which nobody listens: it wants an error.
func closed() build.Packet { return build.Text("udp 40000 > 9 (100)") }

// The protocols of bytes that are put together here, where the language has no word for them.
const (
	protoHop  = 0
	protoICMP = 1
	protoIGMP = 2
	protoIPIP = 4
	protoTCP  = 6
	protoUDP  = 17
	protoIPv6 = 41
	protoRH   = 43
	protoFrag = 44
	protoICM6 = 58
	protoDest = 60
)

// raw is an IP packet of a protocol, with these bytes.
func raw(proto int, b ...byte) build.Packet {
	p := build.Text(fmt.Sprintf("ip (%d)", len(b))).With(fmt.Sprintf("ip.proto=%d", proto))
	if len(b) > 0 {
		p = p.Data(b)
	}
	return p
}

// ends are the addresses of the peer and the stack.
var ends = map[script.Form][2]netip.Addr{
	script.IPv4: {netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.1")},
	script.IPv6: {netip.MustParseAddr("2001:db8::2"), netip.MustParseAddr("2001:db8::1")},
}

// summed puts the checksum into a message from the peer to the stack.
func summed(form script.Form, proto int, b []byte) []byte {
	e := ends[form]
	return summedBetween(e[0], e[1], proto, b)
}

// summedBetween puts the checksum into a message of UDP, TCP, ICMP, IGMP or ICMPv6, if it is long enough to have one.
func summedBetween(src, dst netip.Addr, proto int, b []byte) []byte {
	b = slices.Clone(b)
	at, ok := map[int]int{protoICMP: 2, protoIGMP: 2, protoICM6: 2, protoUDP: 6, protoTCP: 16}[proto]
	if !ok || len(b) < at+2 {
		return b
	}
	covered := b
	if proto != protoICMP && proto != protoIGMP {
		covered = slices.Concat(src.AsSlice(), dst.AsSlice(), []byte{0, byte(proto), byte(len(b) >> 8), byte(len(b))}, b)
	}
	b[at], b[at+1] = 0, 0
	if len(covered) > len(b) {
		copy(covered[len(covered)-len(b):], b)
	}
	binary.BigEndian.PutUint16(b[at:], checksum(covered))
	return b
}

// checksum is the Internet's (RFC 1071).
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return ^uint16(sum)
}

// packet4 is a packet of IPv4 from the peer to the stack, as bytes.
func packet4(proto, id int, body ...byte) []byte {
	n := 20 + len(body)
	b := append([]byte{0x45, 0, byte(n >> 8), byte(n), byte(id >> 8), byte(id), 0, 0, 64, byte(proto), 0, 0}, ends[script.IPv4][0].AsSlice()...)
	b = append(b, ends[script.IPv4][1].AsSlice()...)
	binary.BigEndian.PutUint16(b[10:], checksum(b))
	return append(b, body...)
}

// packet6 is one of IPv6.
func packet6(next int, body ...byte) []byte {
	b := append([]byte{0x60, 0, 0, 0, byte(len(body) >> 8), byte(len(body)), byte(next), 64}, ends[script.IPv6][0].AsSlice()...)
	return append(append(b, ends[script.IPv6][1].AsSlice()...), body...)
}

// icmp is a message of ICMP or ICMPv6 with a right checksum, whatever its length.
func icmp(form script.Form, b ...byte) build.Packet {
	proto := protoICMP
	if form == script.IPv6 {
		proto = protoICM6
	}
	return raw(proto, summed(form, proto, b)...)
}

// header is an extension header of IPv6, padded with zeros to a multiple of eight bytes.
func header(next int, body ...byte) []byte {
	b := append([]byte{byte(next), 0}, body...)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	b[1] = byte(len(b)/8 - 1)
	return b
}

// fragmentHeader is that of IPv6. offset is in bytes.
func fragmentHeader(next, offset int, more bool, id byte) []byte {
	at := uint16(offset)
	if more {
		at |= 1
	}
	return []byte{byte(next), 0, byte(at >> 8), byte(at), 0, 0, 0, id}
}

// echo6 is an echo request of IPv6, with eight bytes of data.
func echo6() []byte {
	return summed(script.IPv6, protoICM6, []byte{128, 0, 0, 0, 0, 7, 0, 1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'})
}

// reply6 answers it.
func reply6() build.Packet {
	return build.Text("icmp echo_reply id 7 seq 1 (8)").Data([]byte("abcdefgh"))
}

// text is n bytes of data.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%26)
	}
	return b
}

// piece4 is a fragment of IPv4. offset is in bytes.
func piece4(proto, offset int, more bool, id int, data ...byte) build.Packet {
	p := raw(proto, data...).With(fmt.Sprintf("ip.id=%d", id)).With(fmt.Sprintf("ip.off=%d", offset/8))
	if more {
		p = p.With("ip.mf=1")
	}
	return p
}

// piece is a fragment of either version.
func piece(form script.Form, proto, offset int, more bool, id int, data ...byte) build.Packet {
	if form == script.IPv4 {
		return piece4(proto, offset, more, id, data...)
	}
	return raw(protoFrag, append(fragmentHeader(proto, offset, more, byte(id)), data...)...)
}
