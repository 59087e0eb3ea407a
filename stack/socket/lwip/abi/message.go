package abi

// Ptr is an address in the memory of the program that calls; 0 is NULL.
type Ptr uint32

// Iovec is C's struct iovec.
type Iovec struct {
	Base Ptr    `c:"iov_base"`
	Len  uint32 `c:"iov_len"`
}

// Msghdr is C's struct msghdr.
type Msghdr struct {
	Name       Ptr    `c:"msg_name"`
	Namelen    uint32 `c:"msg_namelen"`
	Iov        Ptr    `c:"msg_iov"`
	Iovlen     int32  `c:"msg_iovlen"`
	Control    Ptr    `c:"msg_control"`
	Controllen uint32 `c:"msg_controllen"`
	Flags      int32  `c:"msg_flags"`
}

// Cmsghdr is C's struct cmsghdr: what each piece of ancillary data begins with. The data follows at once; the next piece
// begins at a multiple of four bytes.
type Cmsghdr struct {
	Len   uint32 `c:"cmsg_len"` // of header and data, without what fills up
	Level int32  `c:"cmsg_level"`
	Type  int32  `c:"cmsg_type"`
}

// sizeof of the structures above.
const (
	SizeofIovec   = 8
	SizeofMsghdr  = 28
	SizeofCmsghdr = 12
)

// Put writes SizeofIovec bytes.
func (v Iovec) Put(b []byte) {
	_ = b[SizeofIovec-1]
	le.PutUint32(b, uint32(v.Base))
	le.PutUint32(b[4:], v.Len)
}

// ParseIovec reads what Put writes; ok is false if b is too short.
func ParseIovec(b []byte) (v Iovec, ok bool) {
	if len(b) < SizeofIovec {
		return v, false
	}
	return Iovec{Ptr(le.Uint32(b)), le.Uint32(b[4:])}, true
}

// Put writes SizeofMsghdr bytes.
func (m Msghdr) Put(b []byte) {
	_ = b[SizeofMsghdr-1]
	le.PutUint32(b, uint32(m.Name))
	le.PutUint32(b[4:], m.Namelen)
	le.PutUint32(b[8:], uint32(m.Iov))
	le.PutUint32(b[12:], uint32(m.Iovlen))
	le.PutUint32(b[16:], uint32(m.Control))
	le.PutUint32(b[20:], m.Controllen)
	le.PutUint32(b[24:], uint32(m.Flags))
}

// ParseMsghdr reads what Put writes; ok is false if b is too short.
func ParseMsghdr(b []byte) (m Msghdr, ok bool) {
	if len(b) < SizeofMsghdr {
		return m, false
	}
	return Msghdr{
		Name: Ptr(le.Uint32(b)), Namelen: le.Uint32(b[4:]), Iov: Ptr(le.Uint32(b[8:])), Iovlen: int32(le.Uint32(b[12:])),
		Control: Ptr(le.Uint32(b[16:])), Controllen: le.Uint32(b[20:]), Flags: int32(le.Uint32(b[24:])),
	}, true
}

// Put writes SizeofCmsghdr bytes.
func (c Cmsghdr) Put(b []byte) {
	_ = b[SizeofCmsghdr-1]
	le.PutUint32(b, c.Len)
	le.PutUint32(b[4:], uint32(c.Level))
	le.PutUint32(b[8:], uint32(c.Type))
}

// ParseCmsghdr reads what Put writes; ok is false if b is too short.
func ParseCmsghdr(b []byte) (c Cmsghdr, ok bool) {
	if len(b) < SizeofCmsghdr {
		return c, false
	}
	return Cmsghdr{le.Uint32(b), int32(le.Uint32(b[4:])), int32(le.Uint32(b[8:]))}, true
}

// CmsgLen is C's CMSG_LEN: the Len of a piece of ancillary data with n bytes of data.
func CmsgLen(n int) int { return SizeofCmsghdr + n }

// CmsgSpace is C's CMSG_SPACE: the room that such a piece takes.
func CmsgSpace(n int) int { return SizeofCmsghdr + (n+3)&^3 }
