package abi

// Descriptors: the C library's select has FD_SETSIZE of them, and the sockets are the last. CONFIG_LWIP_MAX_SOCKETS is
// ESP-IDF's default; it allows up to 253 in a set that is made larger for it.
const (
	FD_SETSIZE              = 64
	CONFIG_LWIP_MAX_SOCKETS = 10
	LWIP_SOCKET_OFFSET      = FD_SETSIZE - CONFIG_LWIP_MAX_SOCKETS
	LWIP_SELECT_MAXNFDS     = FD_SETSIZE
)

// Commands and flags of fcntl, the C library's; lwIP has others where no library has any.
const (
	F_GETFL    = 3
	F_SETFL    = 4
	O_RDONLY   = 0
	O_WRONLY   = 1
	O_RDWR     = 2
	O_ACCMODE  = 3
	O_NONBLOCK = 0x4000
)

// Commands of ioctl: BSD's encoding, over the four bytes of an unsigned long. C has them as a long, so that FIONBIO is
// negative there; here they are the 32 bits.
const (
	FIONREAD uint32 = 0x4004667F
	FIONBIO  uint32 = 0x8004667E

	// Without anything behind them.
	SIOCSHIWAT uint32 = 0x80047300
	SIOCGHIWAT uint32 = 0x40047301
	SIOCSLOWAT uint32 = 0x80047302
	SIOCGLOWAT uint32 = 0x40047303
	SIOCATMARK uint32 = 0x40047307
)

// Events of poll: ESP-IDF's sys/poll.h, whose numbers are not lwIP's.
const (
	POLLIN     = 0x0001
	POLLRDNORM = 0x0002
	POLLRDBAND = 0x0004
	POLLPRI    = POLLRDBAND
	POLLOUT    = 0x0008
	POLLWRNORM = POLLOUT
	POLLWRBAND = 0x0010
	POLLERR    = 0x0020
	POLLHUP    = 0x0040
	POLLNVAL   = 0x0080
)

// FdSet is C's fd_set: a bit for each descriptor.
type FdSet [FD_SETSIZE / 32]uint32

// SizeofFdSet is sizeof(fd_set).
const SizeofFdSet = 4 * FD_SETSIZE / 32

// Set puts fd into the set; what is no descriptor of a set changes nothing (ESP-IDF's sys/select.h).
func (s *FdSet) Set(fd int) {
	if fd >= 0 && fd < FD_SETSIZE {
		s[fd/32] |= 1 << (fd % 32)
	}
}

// Clear takes fd out of the set.
func (s *FdSet) Clear(fd int) {
	if fd >= 0 && fd < FD_SETSIZE {
		s[fd/32] &^= 1 << (fd % 32)
	}
}

// Has says whether fd is in the set.
func (s *FdSet) Has(fd int) bool {
	return fd >= 0 && fd < FD_SETSIZE && s[fd/32]>>(fd%32)&1 != 0
}

// Put writes the set, SizeofFdSet bytes.
func (s FdSet) Put(b []byte) {
	for i, w := range s {
		le.PutUint32(b[4*i:], w)
	}
}

// ParseFdSet reads a set; ok is false if b is too short.
func ParseFdSet(b []byte) (s FdSet, ok bool) {
	if len(b) < SizeofFdSet {
		return s, false
	}
	for i := range s {
		s[i] = le.Uint32(b[4*i:])
	}
	return s, true
}

// Pollfd is C's struct pollfd.
type Pollfd struct {
	Fd      int32 `c:"fd"`
	Events  int16 `c:"events"`
	Revents int16 `c:"revents"`
}

// SizeofPollfd is sizeof(struct pollfd).
const SizeofPollfd = 8

// Put writes SizeofPollfd bytes.
func (p Pollfd) Put(b []byte) {
	le.PutUint32(b, uint32(p.Fd))
	le.PutUint16(b[4:], uint16(p.Events))
	le.PutUint16(b[6:], uint16(p.Revents))
}

// ParsePollfd reads what Put writes; ok is false if b is too short.
func ParsePollfd(b []byte) (p Pollfd, ok bool) {
	if len(b) < SizeofPollfd {
		return p, false
	}
	return Pollfd{int32(le.Uint32(b)), int16(le.Uint16(b[4:])), int16(le.Uint16(b[6:]))}, true
}
