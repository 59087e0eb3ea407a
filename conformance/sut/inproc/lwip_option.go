//go:build !tinygo || face_lwip

package inproc

import (
	"encoding/binary"

	"stackproof/conformance/sut"
	"stackproof/stack/socket/lwip/abi"
)

// lwipLayout is how an option's value lies in lwIP's memory.
type lwipLayout uint8

const (
	lwipInt lwipLayout = iota
	lwipByte
	lwipError
	lwipTime
	lwipLinger
	lwipGroup4
	lwipGroup6
)

// lwipOption is one of lwIP's options.
type lwipOption struct {
	level, number int // a number of 0: lwIP has not this option
	layout        lwipLayout
}

// lwipOptions are lwIP's options for the judge's.
var lwipOptions = [...]lwipOption{
	sut.SoError:         {abi.SOL_SOCKET, abi.SO_ERROR, lwipError},
	sut.SoReuseAddr:     {abi.SOL_SOCKET, abi.SO_REUSEADDR, lwipInt},
	sut.SoLinger:        {abi.SOL_SOCKET, abi.SO_LINGER, lwipLinger},
	sut.SoKeepAlive:     {abi.SOL_SOCKET, abi.SO_KEEPALIVE, lwipInt},
	sut.SoRcvTimeo:      {abi.SOL_SOCKET, abi.SO_RCVTIMEO, lwipTime},
	sut.SoSndTimeo:      {abi.SOL_SOCKET, abi.SO_SNDTIMEO, lwipTime},
	sut.TCPNoDelay:      {abi.IPPROTO_TCP, abi.TCP_NODELAY, lwipInt},
	sut.TCPKeepIdle:     {abi.IPPROTO_TCP, abi.TCP_KEEPIDLE, lwipInt},
	sut.TCPKeepIntvl:    {abi.IPPROTO_TCP, abi.TCP_KEEPINTVL, lwipInt},
	sut.TCPKeepCnt:      {abi.IPPROTO_TCP, abi.TCP_KEEPCNT, lwipInt},
	sut.IPTTL:           {abi.IPPROTO_IP, abi.IP_TTL, lwipInt},
	sut.IPTOS:           {abi.IPPROTO_IP, abi.IP_TOS, lwipInt},
	sut.IPv6V6Only:      {abi.IPPROTO_IPV6, abi.IPV6_V6ONLY, lwipInt},
	sut.IPMulticastTTL:  {abi.IPPROTO_IP, abi.IP_MULTICAST_TTL, lwipByte},
	sut.IPMulticastLoop: {abi.IPPROTO_IP, abi.IP_MULTICAST_LOOP, lwipByte},
	sut.IPAddMembership: {abi.IPPROTO_IP, abi.IP_ADD_MEMBERSHIP, lwipGroup4}, sut.IPDropMembership: {abi.IPPROTO_IP, abi.IP_DROP_MEMBERSHIP, lwipGroup4},
	sut.IPv6JoinGroup: {abi.IPPROTO_IPV6, abi.IPV6_JOIN_GROUP, lwipGroup6}, sut.IPv6LeaveGroup: {abi.IPPROTO_IPV6, abi.IPV6_LEAVE_GROUP, lwipGroup6},
}

// lwipInterface is the number of the interface where the judge leaves it open: the second, behind the loopback.
const lwipInterface = 2

// option makes a setsockopt or a getsockopt.
func (l *lwipFace) option(p *call, c *sut.Call, fd int) sut.Status {
	if int(c.Option) >= len(lwipOptions) {
		return sut.Unsupported
	}
	o, get := lwipOptions[c.Option], c.Op == sut.OpGetSockOpt
	if o.number == 0 || get && o.layout >= lwipGroup4 {
		return sut.Unsupported
	}
	p.option = c.Option
	op, b := &p.face.lwip.op, p.face.lwip.data[:]
	if get {
		op.Err = l.face.GetSockOpt(fd, o.level, o.number, b[:o.layout.size()])
	} else {
		op.Err = l.face.SetSockOpt(fd, o.level, o.number, o.layout.put(b, c.Data))
	}
	op.Ret = 0
	if op.Err != 0 {
		op.Ret = -1
	}
	return sut.OK
}

func (o lwipLayout) size() int {
	return [...]int{
		lwipInt: abi.SizeofInt, lwipByte: 1, lwipError: abi.SizeofInt, lwipTime: abi.SizeofTimeval, lwipLinger: abi.SizeofLinger,
		lwipGroup4: abi.SizeofIPMreq, lwipGroup6: abi.SizeofIPv6Mreq,
	}[o]
}

// put lays the judge's value out in b; one whose length is not the option's is too short for any.
func (o lwipLayout) put(b, value []byte) []byte {
	length := 4 // what the judge's value has
	if o == lwipLinger || o >= lwipGroup4 {
		length = o.size()
	}
	if clear(b); len(value) != length {
		return b[:0]
	}
	switch o {
	case lwipByte:
		b[0] = value[0]
	case lwipTime:
		ms := number(value)
		abi.Timeval{Sec: int64(ms / 1000), Usec: ms % 1000 * 1000}.Put(b)
	case lwipGroup6:
		copy(b, value)
		if number(value[16:]) == 0 {
			abi.PutInt(b[16:], lwipInterface)
		}
	default: // as the judge has it
		copy(b, value)
	}
	return b[:o.size()]
}

// value writes the value that a getsockopt has given in the judge's layout, and returns its length.
func (l *lwipFace) value(late []byte, p *call) int {
	b := p.face.lwip.data[:]
	switch n := number(b); lwipOptions[p.option].layout {
	case lwipLinger:
		return copy(late, b[:8])
	case lwipByte:
		binary.LittleEndian.PutUint32(late, uint32(b[0]))
	case lwipTime:
		t, _ := abi.ParseTimeval(b)
		binary.LittleEndian.PutUint32(late, uint32(int32(t.Sec)*1000+t.Usec/1000))
	case lwipError:
		binary.LittleEndian.PutUint32(late, uint32(lwipErrno(abi.Errno(n))))
	default:
		return copy(late, b[:4])
	}
	return 4
}
