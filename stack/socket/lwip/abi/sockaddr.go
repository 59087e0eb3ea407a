package abi

import "encoding/binary"

var le = binary.LittleEndian

// Sockaddr is C's struct sockaddr: what every address begins with. lwIP writes Len and does not read it.
type Sockaddr struct {
	Len    uint8    `c:"sa_len"`
	Family uint8    `c:"sa_family"`
	Data   [14]byte `c:"sa_data"`
}

// SockaddrIn is C's struct sockaddr_in. Addr is as it travels; what Put leaves in sin_zero is zero.
type SockaddrIn struct {
	Len    uint8   `c:"sin_len"`
	Family uint8   `c:"sin_family"`
	Port   uint16  `c:"sin_port"` // in memory as it travels, most significant byte first
	Addr   [4]byte `c:"sin_addr"`
}

// SockaddrIn6 is C's struct sockaddr_in6. Addr is as it travels.
type SockaddrIn6 struct {
	Len      uint8    `c:"sin6_len"`
	Family   uint8    `c:"sin6_family"`
	Port     uint16   `c:"sin6_port"`     // in memory as it travels, most significant byte first
	Flowinfo uint32   `c:"sin6_flowinfo"` // likewise; lwIP writes 0 and does not read it
	Addr     [16]byte `c:"sin6_addr"`
	ScopeID  uint32   `c:"sin6_scope_id"` // the index of an interface, in the machine's order
}

// SockaddrStorage is C's struct sockaddr_storage: memory for any address, no larger than the largest.
type SockaddrStorage struct {
	Len    uint8                           `c:"s2_len"`
	Family uint8                           `c:"ss_family"`
	Data   [SizeofSockaddrStorage - 2]byte // s2_data1 to s2_data3
}

// sizeof(struct sockaddr) and so on: the only lengths of an address that bind, connect and sendto take are
// SizeofSockaddrIn and SizeofSockaddrIn6.
const (
	SizeofSockaddr        = 16
	SizeofSockaddrIn      = 16
	SizeofSockaddrIn6     = 28
	SizeofSockaddrStorage = 28
)

// Put writes SizeofSockaddr bytes.
func (a Sockaddr) Put(b []byte) {
	_ = b[SizeofSockaddr-1]
	b[0], b[1] = a.Len, a.Family
	copy(b[2:SizeofSockaddr], a.Data[:])
}

// ParseSockaddr reads the beginning of any address; ok is false if b is too short.
func ParseSockaddr(b []byte) (a Sockaddr, ok bool) {
	if len(b) < SizeofSockaddr {
		return a, false
	}
	a.Len, a.Family = b[0], b[1]
	copy(a.Data[:], b[2:])
	return a, true
}

// Put writes SizeofSockaddrIn bytes.
func (a SockaddrIn) Put(b []byte) {
	_ = b[SizeofSockaddrIn-1]
	b[0], b[1] = a.Len, a.Family
	binary.BigEndian.PutUint16(b[2:], a.Port)
	copy(b[4:8], a.Addr[:])
	clear(b[8:SizeofSockaddrIn])
}

// ParseSockaddrIn reads an address of IPv4; ok is false if b is too short. It does not look at the family.
func ParseSockaddrIn(b []byte) (a SockaddrIn, ok bool) {
	if len(b) < SizeofSockaddrIn {
		return a, false
	}
	return SockaddrIn{Len: b[0], Family: b[1], Port: binary.BigEndian.Uint16(b[2:]), Addr: [4]byte(b[4:8])}, true
}

// Put writes SizeofSockaddrIn6 bytes.
func (a SockaddrIn6) Put(b []byte) {
	_ = b[SizeofSockaddrIn6-1]
	b[0], b[1] = a.Len, a.Family
	binary.BigEndian.PutUint16(b[2:], a.Port)
	binary.BigEndian.PutUint32(b[4:], a.Flowinfo)
	copy(b[8:24], a.Addr[:])
	le.PutUint32(b[24:], a.ScopeID)
}

// ParseSockaddrIn6 reads an address of IPv6; ok is false if b is too short. It does not look at the family.
func ParseSockaddrIn6(b []byte) (a SockaddrIn6, ok bool) {
	if len(b) < SizeofSockaddrIn6 {
		return a, false
	}
	return SockaddrIn6{
		Len: b[0], Family: b[1], Port: binary.BigEndian.Uint16(b[2:]), Flowinfo: binary.BigEndian.Uint32(b[4:]),
		Addr: [16]byte(b[8:24]), ScopeID: le.Uint32(b[24:]),
	}, true
}

// Put writes SizeofSockaddrStorage bytes.
func (a SockaddrStorage) Put(b []byte) {
	_ = b[SizeofSockaddrStorage-1]
	b[0], b[1] = a.Len, a.Family
	copy(b[2:SizeofSockaddrStorage], a.Data[:])
}

// ParseSockaddrStorage reads what Put writes; ok is false if b is too short.
func ParseSockaddrStorage(b []byte) (a SockaddrStorage, ok bool) {
	if len(b) < SizeofSockaddrStorage {
		return a, false
	}
	a.Len, a.Family = b[0], b[1]
	copy(a.Data[:], b[2:])
	return a, true
}
