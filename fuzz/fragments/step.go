package fragments

import (
	"bytes"
	"time"

	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// A step is five bytes: what it is; for a fragment the datagram, the place and the length in units of 8 bytes, and the rest.
const (
	flagPass  = 1 << 7 // no fragment: time passes, by as many quarters of a second as the next two bytes say
	flagLast  = 1 << 6
	flagGroup = 1 << 5
	flagOther = 1 << 4 // it has other bytes than usual
	flagLong  = 1 << 3 // its header is one byte too long
	flagShort = 7      // the last is shorter by so many bytes
)

func (w *world) step(s []byte) {
	w.steps++
	if s[0]&flagPass != 0 {
		w.pass(time.Duration(s[1]) * 256 * time.Second / 4)
		w.pass(time.Duration(s[2]) * time.Second / 4)
		return
	}
	from, n := 8*int(s[2]), 8*(1+int(s[3]&31))
	f := &reassembly.Fragment{Key: keyOf(s[1]), Offset: from, More: s[0]&flagLast == 0, Group: s[0]&flagGroup != 0, ECN: reassembly.ECN(s[3] >> 6)}
	if !f.More {
		n -= int(s[0] & flagShort)
	}
	f.Data = content(from, n, s[0]&flagOther)
	head := 1 + int(s[4])%mostHead
	if s[0]&flagLong != 0 {
		head = mostHead + 1
	}
	f.Head = bytes.Repeat([]byte{s[4]}, head)
	w.add(f)
}

// keyOf names one of sixteen datagrams of IPv4 or IPv6; those next to each other differ in one field.
func keyOf(b byte) reassembly.Key {
	k := reassembly.Key{Src: wire.AddrFrom4([4]byte{192, 0, 2, 1}), Dst: wire.AddrFrom4([4]byte{192, 0, 2, 2}), ID: uint32(b & 1), Proto: 17}
	if b&2 != 0 {
		k.Proto = 6
	}
	if b&4 != 0 {
		k.Src, k.Dst = k.Dst, k.Src
	}
	if b&8 != 0 { // over IPv6 the protocol is none of it, and the number has 32 bits
		k.Src, k.Dst = wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: b & 4}), wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: 9})
		k.ID, k.Proto = uint32(b&3)<<16, 0
	}
	return k
}

// content is the bytes from one place on: no two near each other are equal, so that one in the wrong place is seen.
func content(from, n int, other byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((from+i)*7) ^ byte((from+i)>>8) ^ other
	}
	return b
}
