package abi

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// layout is one structure as the tests below see it: its sizeof, and Put and Parse of random bytes.
type layout struct {
	name   string
	sizeof int
	again  func(b, to []byte) bool // parses b and puts what it read
}

func of[T interface{ Put([]byte) }](name string, sizeof int, parse func([]byte) (T, bool)) layout {
	return layout{name, sizeof, func(b, to []byte) bool {
		v, ok := parse(b)
		if ok {
			v.Put(to)
		}
		return ok
	}}
}

// layouts are all structures, with the bytes of padding that Put clears.
var layouts = []struct {
	layout
	pad []int
}{
	{of("sockaddr", SizeofSockaddr, ParseSockaddr), nil},
	{of("sockaddr_in", SizeofSockaddrIn, ParseSockaddrIn), []int{8, 9, 10, 11, 12, 13, 14, 15}},
	{of("sockaddr_in6", SizeofSockaddrIn6, ParseSockaddrIn6), nil},
	{of("sockaddr_storage", SizeofSockaddrStorage, ParseSockaddrStorage), nil},
	{of("timeval", SizeofTimeval, ParseTimeval), []int{12, 13, 14, 15}},
	{of("linger", SizeofLinger, ParseLinger), nil},
	{of("ip_mreq", SizeofIPMreq, ParseIPMreq), nil},
	{of("ipv6_mreq", SizeofIPv6Mreq, ParseIPv6Mreq), nil},
	{of("in_pktinfo", SizeofInPktinfo, ParseInPktinfo), nil},
	{of("ifreq", SizeofIfreq, ParseIfreq), nil},
	{of("fd_set", SizeofFdSet, ParseFdSet), nil},
	{of("pollfd", SizeofPollfd, ParsePollfd), nil},
	{of("iovec", SizeofIovec, ParseIovec), nil},
	{of("msghdr", SizeofMsghdr, ParseMsghdr), nil},
	{of("cmsghdr", SizeofCmsghdr, ParseCmsghdr), nil},
	{of("addrinfo", SizeofAddrinfo, ParseAddrinfo), nil},
	{of("hostent", SizeofHostent, ParseHostent), nil},
}

// TestLayouts: what is read and written again is the same but for padding; nothing beyond the structure is touched, and
// what is a byte too short is not read.
func TestLayouts(t *testing.T) {
	rapid.Check(t, propertyLayouts)
	for _, l := range layouts {
		t.Run(l.name, func(t *testing.T) {
			require.False(t, l.again(make([]byte, l.sizeof-1), nil))
			b := make([]byte, l.sizeof)
			require.Panics(t, func() { l.again(b, b[:l.sizeof-1]) })
			require.Zero(t, testing.AllocsPerRun(10, func() { l.again(b, b) }))
		})
	}
}

func FuzzLayouts(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyLayouts)) }

// propertyLayouts draws memory for each structure.
func propertyLayouts(t *rapid.T) {
	for _, l := range layouts {
		b := rapid.SliceOfN(rapid.Byte(), l.sizeof+1, l.sizeof+1).Draw(t, l.name)
		got := make([]byte, l.sizeof+1)
		for i := range got {
			got[i] = 0xA5
		}
		require.True(t, l.again(b, got), l.name)
		b[l.sizeof] = 0xA5
		for _, i := range l.pad {
			b[i] = 0
		}
		require.Equal(t, b, got, l.name)
	}
}

func TestInt(t *testing.T) {
	var b [5]byte
	PutInt(b[:], -2)
	require.Equal(t, [5]byte{0xFE, 0xFF, 0xFF, 0xFF}, b)
	v, ok := ParseInt(b[:])
	require.True(t, ok)
	require.Equal(t, int32(-2), v)
	_, ok = ParseInt(b[:3])
	require.False(t, ok)
}

func TestFdSet(t *testing.T) { rapid.Check(t, propertyFdSet) }

func FuzzFdSet(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyFdSet)) }

func propertyFdSet(t *rapid.T) {
	var s FdSet
	model := map[int]bool{}
	for range rapid.IntRange(0, 30).Draw(t, "n") {
		fd := rapid.IntRange(-3, FD_SETSIZE+3).Draw(t, "fd")
		if put := rapid.Bool().Draw(t, "set"); put {
			s.Set(fd)
			model[fd] = fd >= 0 && fd < FD_SETSIZE
		} else {
			s.Clear(fd)
			model[fd] = false
		}
	}
	for fd := -3; fd < FD_SETSIZE+3; fd++ {
		require.Equal(t, model[fd], s.Has(fd), "descriptor %d", fd)
	}
}

func TestErrno(t *testing.T) {
	for i, n := range errnoNames {
		if i > 0 {
			require.Less(t, errnoNames[i-1].errno, n.errno)
		}
	}
	for _, c := range []struct {
		e    Errno
		name string
	}{{0, "0"}, {EAGAIN, "EAGAIN"}, {ENOTCONN, "ENOTCONN"}, {ErrnoIF, "-1"}} {
		require.Equal(t, c.name, c.e.String())
		e, ok := ErrnoByName(c.name)
		require.True(t, ok)
		require.Equal(t, c.e, e)
	}
	require.Equal(t, "unknown error", Errno(3000).String())
	e, ok := ErrnoByName("EWOULDBLOCK")
	require.True(t, ok)
	require.Equal(t, EAGAIN, e)
	_, ok = ErrnoByName("ENOTHING")
	require.False(t, ok)
}

func TestErr(t *testing.T) {
	for e, want := range map[Err]Errno{
		ERR_OK: 0, ERR_MEM: ENOMEM, ERR_RTE: EHOSTUNREACH, ERR_TIMEOUT: EAGAIN, ERR_IF: -1, ERR_ABRT: ECONNABORTED,
		ERR_RST: ECONNRESET, ERR_CLSD: ENOTCONN, ERR_ARG: EIO, -17: EIO, 1: EIO, -128: EIO,
	} {
		require.Equal(t, want, e.Errno(), "%d", e)
	}
}

func TestCmsg(t *testing.T) {
	for n, space := range map[int]int{0: 12, 1: 16, 4: 16, 8: 20, 9: 24} {
		require.Equal(t, 12+n, CmsgLen(n))
		require.Equal(t, space, CmsgSpace(n))
	}
}
