package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/wire"
)

// entropy is all of the stack's chance, made of Config.Entropy.
type entropy struct {
	secret sipKey // of the functions of addresses and ports
	chance sipKey // of the random numbers, which are its answers to 0, 1, 2 ...
	drawn  uint64
	ids    [16]uint16 // counters of IPv4 identifications
}

func (e *entropy) init(seed *[32]byte) {
	*e = entropy{secret: sipKeyAt(seed[:16]), chance: sipKeyAt(seed[16:])}
}

// Uses of the secret function. Each has its own first byte, so that what one of them shows on the wire tells nothing
// about another.
const (
	useISN = iota
	useIPv4ID
	useReachable
	useTimestamps
	useTCPTable
	useCookie
)

// secretOf returns the secret function of what packets of one flow have in common.
func (e *entropy) secretOf(use uint8, a, b wire.Addr, v uint32) uint64 {
	var m [1 + 16 + 16 + 4]byte
	m[0] = use
	a.Map4().Put(m[1:])
	b.Map4().Put(m[17:])
	binary.LittleEndian.PutUint32(m[33:], v)
	return e.secret.sum(m[:])
}

// random returns 64 bits that nobody without the key can predict.
func (s *Stack) random() uint64 {
	var m [8]byte
	binary.LittleEndian.PutUint64(m[:], s.entropy.drawn)
	s.entropy.drawn++
	return s.entropy.chance.sum(m[:])
}

// isn returns the initial sequence number of a connection: a clock that ticks every 4 microseconds plus a secret function
// of both ends (RFC 6528 3, RFC 9293 MUST-8).
func (s *Stack) isn(now time.Duration, local wire.Addr, lport uint16, remote wire.Addr, rport uint16) uint32 {
	return uint32(s.entropy.secretOf(useISN, local, remote, ports(lport, rport))) + uint32(uint64(now)/uint64(isnTick))
}

// isnTick is how often the clock ticks that isn begins with.
const isnTick = 4 * time.Microsecond

func ports(local, remote uint16) uint32 { return uint32(local)<<16 | uint32(remote) }

// timestampOffset returns where the timestamps of a connection begin (RFC 7323 7.1). Between the same ends they go on where
// those of an earlier connection were, or the peer could not tell the new from the old (RFC 6191).
func (s *Stack) timestampOffset(local wire.Addr, lport uint16, remote wire.Addr, rport uint16) uint32 {
	return uint32(s.entropy.secretOf(useTimestamps, local, remote, ports(lport, rport)))
}

// ip4ID returns the identification of a datagram that may be fragmented on its way. It is a counter, so it does not
// repeat early (RFC 6864 4.3), but the counter starts elsewhere for each pair of hosts and is one of several, so it does
// not show how much we send (RFC 7739 5.3 has it for IPv6).
func (s *Stack) ip4ID(src, dst wire.Addr, proto uint8) uint16 {
	start, n := s.entropy.ip4Counter(src, dst, proto)
	*n++
	return start + *n
}

// ip4IDUsed reports whether an identification is one of the latest that ip4ID has returned, as far as counters tell.
func (s *Stack) ip4IDUsed(src, dst wire.Addr, proto uint8, id uint16) bool {
	const latest = 64
	start, n := s.entropy.ip4Counter(src, dst, proto)
	return start+*n-id < latest
}

// ip4Counter returns where the identifications of a pair of hosts start, and how many have been used since.
func (e *entropy) ip4Counter(src, dst wire.Addr, proto uint8) (start uint16, n *uint16) {
	h := e.secretOf(useIPv4ID, src, dst, uint32(proto))
	return uint16(h), &e.ids[h>>32%uint64(len(e.ids))]
}

// Ephemeral ports are the dynamic ones of RFC 6335 6.
const (
	ephemeralFirst = 49152
	ephemeralCount = 1<<16 - ephemeralFirst
)

// ephemeral returns the i-th port to try if the search starts at a random place (RFC 6056 3.3.1).
func ephemeral(start uint64, i int) uint16 {
	return uint16(ephemeralFirst + (start+uint64(i))%ephemeralCount)
}
