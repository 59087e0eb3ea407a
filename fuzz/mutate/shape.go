package mutate

import (
	"stackproof/conformance/frame"
)

const etherLen, ip4Len, ip6Len, tcpLen = 14, 20, 40, 20

// flip inverts a bit.
func flip(f *Frame, n uint32) bool {
	b := f.View.B
	if len(b) == 0 {
		return false
	}
	b[n>>3%uint32(len(b))] ^= 1 << (n % 8)
	return true
}

// cut takes the end away.
func cut(f *Frame, n uint32) bool {
	if len(f.View.B) == 0 {
		return false
	}
	f.parse(int(n % uint32(len(f.View.B))))
	return true
}

// pad lengthens the frame, with zeros or with what is not zero.
func pad(f *Frame, n uint32) bool {
	was := len(f.View.B)
	b := frame.Pad(f.room[:], f.View.B, was+1+int(n>>1%100), byte(n&1)*0xa5)
	f.View.B = b
	return len(b) > was
}

// repeat puts a part of what the packet carries in once more, and makes the lengths right.
func repeat(f *Frame, n uint32) bool {
	p := f.View.Payload()
	if len(p) == 0 || f.View.Net == frame.NetARP || len(f.View.Body()) == 0 {
		return false
	}
	at := len(f.View.Packet()) - len(p)
	part := p[:1+n%uint32(len(p))]
	var b [256]byte
	return f.insert(at, b[:copy(b[:], part)]) && f.relen()
}

// relen makes IP's length that of the frame and takes it apart anew.
func (f *Frame) relen() bool {
	switch n := len(f.View.B) - etherLen; f.View.Net {
	case frame.NetIPv4:
		f.room[etherLen+2], f.room[etherLen+3] = byte(n>>8), byte(n)
	case frame.NetIPv6:
		f.room[etherLen+4], f.room[etherLen+5] = byte((n-ip6Len)>>8), byte(n-ip6Len)
	default:
		return false
	}
	if f.View.Transport == frame.TransportUDP {
		f.View.Set(frame.UDPLen, uint32(len(f.View.B)-(len(f.View.Packet())-len(f.View.Body()))))
	}
	f.parse(len(f.View.B))
	return true
}

// extensions are headers of IPv6 that stand between others; the first byte is the next header's number.
var extensions = []struct {
	number byte
	bytes  []byte
}{
	{0, []byte{0, 0, 1, 4, 0, 0, 0, 0}}, {0, []byte{0, 0, 5, 2, 0, 0, 1, 0}}, {0, []byte{0, 0, 0xc2, 4, 0, 1, 0, 0}}, {0, []byte{0, 0, 0x3e, 4, 0, 0, 0, 0}},
	{0, []byte{0, 0, 0x7e, 4, 0, 0, 0, 0}}, {0, []byte{0, 0, 0xbe, 9, 0, 0, 0, 0}}, {60, []byte{0, 0, 1, 4, 0, 0, 0, 0}}, {60, []byte{0, 0, 0xfe, 4, 0, 0, 0, 0}},
	{60, []byte{0, 255, 1, 4, 0, 0, 0, 0}}, {43, []byte{0, 0, 0, 0, 0, 0, 0, 0}}, {43, []byte{0, 0, 0, 1, 0, 0, 0, 0}}, {43, []byte{0, 0, 4, 9, 0, 0, 0, 0}},
	{44, []byte{0, 0, 0, 0, 0, 0, 0, 9}}, {44, []byte{0, 0, 0, 1, 0, 0, 0, 9}}, {44, []byte{0, 0, 0, 8, 0, 0, 0, 9}}, {44, []byte{0, 0, 0xff, 0xf8, 0, 0, 0, 9}},
	{59, []byte{0, 0, 0, 0, 0, 0, 0, 0}}, {51, []byte{0, 1, 0, 0, 0, 0, 0, 0}}, {135, []byte{0, 0, 1, 4, 0, 0, 0, 0}}, {139, []byte{0, 0, 1, 4, 0, 0, 0, 0}},
}

// extension puts one to eight extension headers into an IPv6 packet.
func extension(f *Frame, n uint32) bool {
	if f.View.Net != frame.NetIPv6 {
		return false
	}
	x := extensions[n%uint32(len(extensions))]
	for range n>>8%8 + 1 {
		was := f.room[etherLen+6]
		if !f.insert(etherLen+ip6Len, x.bytes) {
			break
		}
		f.room[etherLen+6], f.room[etherLen+ip6Len] = x.number, was
	}
	return f.relen()
}

// fragment makes the packet a fragment.
func fragment(f *Frame, n uint32) bool {
	switch f.View.Net {
	case frame.NetIPv4:
		off := n >> 8 & 0x1fff
		if n&2 != 0 {
			off &= 3
		}
		f.View.Set(frame.IPOff, off)
		f.View.Set(frame.IPMF, n&1)
		return true
	case frame.NetIPv6:
		const header = 12 // the first of extensions that is one for fragments
		if !extension(f, header) {
			return false
		}
		at := etherLen + ip6Len + 2
		f.room[at], f.room[at+1] = byte(n>>16&3), byte(n>>8&3<<3|n&1)
		f.parse(len(f.View.B))
		return true
	}
	return false
}
