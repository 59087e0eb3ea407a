package stack

import (
	"encoding/binary"

	"stackproof/stack/wire"
)

// Datagram is what UDPReceive tells of a datagram.
type Datagram struct {
	N       int // bytes copied
	Full    int // bytes that the datagram has
	Src     wire.Addr
	SrcPort uint16
	Dst     wire.Addr // the address that it was sent to: ours, a broadcast or a group (RFC 1122 4.1.3.5)
}

// udpQueue is a ring of datagrams in memory that the caller passes in. Each is preceded by a record of its length (2
// bytes), source port (2), address length (1), source and destination.
type udpQueue struct {
	head int // where the oldest record starts
	used int // bytes in the ring
}

const (
	udpRecordFixed = 5
	// MinUDPQueue is the least memory for the receive queue of one endpoint: an empty datagram over IPv6. A datagram takes
	// 37 bytes (over IPv4: 13) besides its data.
	MinUDPQueue = udpRecordFixed + 16 + 16
)

// push appends a datagram of d.Full bytes, and reports whether there was room for it in limit bytes.
func (q *udpQueue) push(memory []byte, limit int, d *Datagram, data []byte) bool {
	var record [MinUDPQueue]byte
	a := d.Src.Len()
	n := udpRecordFixed + 2*a
	if n+len(data) > limit-q.used {
		return false
	}
	binary.BigEndian.PutUint16(record[0:], uint16(len(data)))
	binary.BigEndian.PutUint16(record[2:], d.SrcPort)
	record[4] = uint8(a)
	d.Src.Put(record[udpRecordFixed:])
	d.Dst.Put(record[udpRecordFixed+a:])
	q.write(memory, record[:n])
	q.write(memory, data)
	return true
}

// front returns the oldest datagram and copies as much of it to p, from an offset on, as fits; pop takes it from the queue.
func (q *udpQueue) front(memory []byte, offset int, p []byte, pop bool) (d Datagram, ok bool) {
	if q.used == 0 {
		return Datagram{}, false
	}
	var record [udpRecordFixed]byte
	q.read(memory, 0, record[:])
	a := int(record[4])
	n := udpRecordFixed + 2*a
	d.Full = int(binary.BigEndian.Uint16(record[0:]))
	d.SrcPort = binary.BigEndian.Uint16(record[2:])
	d.Src = q.addr(memory, udpRecordFixed, a)
	d.Dst = q.addr(memory, udpRecordFixed+a, a)
	offset = min(offset, d.Full)
	d.N = min(d.Full-offset, len(p))
	q.read(memory, n+offset, p[:d.N])
	if pop {
		q.head = (q.head + n + d.Full) % len(memory)
		q.used -= n + d.Full
	}
	return d, true
}

// addr reads an address of n bytes from an offset in the ring.
func (q *udpQueue) addr(memory []byte, offset, n int) wire.Addr {
	if n == 4 {
		var b [4]byte
		q.read(memory, offset, b[:])
		return wire.AddrFrom4(b)
	}
	var b [16]byte
	q.read(memory, offset, b[:])
	return wire.AddrFrom16(b)
}

// write appends bytes; there must be room for them.
func (q *udpQueue) write(memory, b []byte) {
	at := (q.head + q.used) % len(memory)
	n := copy(memory[at:], b)
	copy(memory, b[n:])
	q.used += len(b)
}

// read copies bytes from an offset in the ring.
func (q *udpQueue) read(memory []byte, offset int, b []byte) {
	at := (q.head + offset) % len(memory)
	n := copy(b, memory[at:])
	copy(b[n:], memory)
}
