// Package traffic is what the bench's image and its partner have agreed upon: the addresses, the first words on a
// connection, and the bytes that follow. It runs on the board.
package traffic

import "encoding/binary"

// The partner, 192.0.2.1 with the MAC address 02:00:00:00:00:01, listens here. The image's address ends in 2.
const (
	Port    = 5001
	Partner = 1
	Image   = 2
)

// Request is what the image asks for: how many bytes it wants to receive, and how many it will send behind this.
type Request struct{ Receive, Send uint32 }

// RequestSize is the length of a request in bytes.
const RequestSize = 8

// Put writes a request to b.
func (r Request) Put(b *[RequestSize]byte) {
	binary.BigEndian.PutUint32(b[:], r.Receive)
	binary.BigEndian.PutUint32(b[4:], r.Send)
}

// Parse reads a request.
func Parse(b *[RequestSize]byte) Request {
	return Request{binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint32(b[4:])}
}

// Period is after how many bytes those that are sent come again: no multiple of a segment, so that a segment in the wrong
// place shows.
const Period = 4096

// Fill makes pattern what is sent from the start of a stream on, or from any multiple of Period.
func Fill(pattern []byte) {
	x := uint32(1)
	for i := range pattern {
		if i%Period == 0 {
			x = 1
		}
		x ^= x << 13 // xorshift32
		x ^= x >> 17
		x ^= x << 5
		pattern[i] = byte(x >> 24)
	}
}
