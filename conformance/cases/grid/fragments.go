package grid

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"stackproof/conformance/cases/build"
	"stackproof/conformance/script"
)

// piece is how long a fragment is here: as short as can be.
const piece = 8

// datagram is one of UDP from the peer's port to the stack's, with n pieces in all. Its checksum is right, and stays so where
// the hole is taken for zeros: nothing but the list of what has come keeps it from being delivered.
func datagram(form script.Form, n, hole int) []byte {
	b := make([]byte, n*piece)
	for i := range b {
		b[i] = byte('a' + i/piece)
	}
	clear(b[hole*piece:][:piece])
	copy(b, []byte{0x9c, 0x40, 0x1f, 0x90, byte(len(b) >> 8), byte(len(b)), 0, 0}) // ports 40000 and 8080
	addrs := "c0000202" + "c0000201"
	if form == script.IPv6 {
		addrs = "20010db8000000000000000000000002" + "20010db8000000000000000000000001"
	}
	pseudo, _ := hex.DecodeString(addrs)
	pseudo = append(pseudo, 0, 17, byte(len(b)>>8), byte(len(b)))
	sum := uint32(0)
	for _, part := range [][]byte{pseudo, b} {
		for ; len(part) > 1; part = part[2:] {
			sum += uint32(binary.BigEndian.Uint16(part))
		}
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	binary.BigEndian.PutUint16(b[6:], ^uint16(sum))
	return b
}

// fragment is piece i of a datagram.
func fragment(form script.Form, b []byte, i, id int) build.Packet {
	part := b[i*piece:][:piece]
	more := 1
	if (i+1)*piece == len(b) {
		more = 0
	}
	if form == script.IPv4 {
		return build.Text(fmt.Sprintf("ip (%d)", piece)).Data(part).
			With("ip.proto=17").With(fmt.Sprintf("ip.id=%d", id)).With(fmt.Sprintf("ip.off=%d", i)).With(fmt.Sprintf("ip.mf=%d", more))
	}
	header := []byte{17, 0, byte(i * piece >> 8), byte(i*piece | more), 0, 0, 0, byte(id)} // RFC 8200 4.5
	return build.Text(fmt.Sprintf("ip (%d)", 2*piece)).Data(append(header, part...)).With("ip.proto=44")
}

// fragmentLoops are datagrams that come in so many pieces, with so many holes between them, that a list of these is full; and
// one piece never comes.
func fragmentLoops() []*build.Case {
	return []*build.Case{
		manyPieces(script.IPv4, "ip/fragments-many-holes", 24, 12, "smoltcp-pr1207", "RFC791:3.2:1", "RFC1122:3.3.2:1"),
		manyPieces(script.IPv6, "ip/ipv6-fragments-many-holes", 12, 6, "lwip-c8f42025", "RFC8200:4.5:1", "RFC8200:4.5:2"),
	}
}

// manyPieces sends every second piece, then the others, and where a list may have been full the first ones again. The hole
// is filled by another datagram's piece only.
func manyPieces(form script.Form, id string, n, hole int, bug string, reqs ...string) *build.Case {
	const phrase = "it is not delivered with a hole"
	c := build.New(id, "A datagram of which a piece is missing is not delivered, however many holes there were.").
		Reqs(reqs...).Level(script.Must).Bug(bug).Forms(form).Twin("in ip.id=7", phrase)
	c.Do("socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3", "bind(3, ..., ...) = 0").After(time.Second)
	b := datagram(form, n, hole)
	send := func(from int) {
		for i := from; i < n; i += 2 {
			if i != hole {
				c.In(fragment(form, b, i, 7))
			}
		}
	}
	send(1)
	send(0)
	if form == script.IPv4 { // in IPv6 a copy may do away with the whole (RFC 8200 4.5)
		send(1)
	}
	c.In(fragment(form, b, hole, 8))
	return c.Line("recvfrom(3, ..., 2000, MSG_DONTWAIT, ..., ...) = -1 EAGAIN", phrase)
}
