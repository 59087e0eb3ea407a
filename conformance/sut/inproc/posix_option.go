//go:build !tinygo || !face_lwip

package inproc

import (
	"encoding/binary"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/socket"
	"stackproof/stack/socket/posix"
)

// options are the face's names for the judge's options.
var options = [...]posix.Option{
	sut.SoError: posix.SoError, sut.SoReuseAddr: posix.SoReuseAddr, sut.SoOOBInline: posix.SoOOBInline, sut.SoLinger: posix.SoLinger,
	sut.SoKeepAlive: posix.SoKeepAlive, sut.SoRcvBuf: posix.SoRcvBuf, sut.SoSndBuf: posix.SoSndBuf,
	sut.SoRcvTimeo: posix.SoRcvTimeo, sut.SoSndTimeo: posix.SoSndTimeo, sut.TCPNoDelay: posix.TCPNoDelay,
	sut.IPTTL: posix.IPTTL, sut.IPTOS: posix.IPTOS, sut.IPv6UnicastHops: posix.IPv6UnicastHops,
	sut.IPMTUDiscover: posix.IPMTUDiscover, sut.IPv6TClass: posix.IPv6TClass,
	sut.IPv6V6Only: posix.IPv6V6Only, sut.TCPQuickACK: posix.TCPQuickAck,
	sut.TCPKeepIdle: posix.TCPKeepIdle, sut.TCPKeepIntvl: posix.TCPKeepInterval, sut.TCPKeepCnt: posix.TCPKeepCount,
	sut.TCPUserTimeout: posix.TCPUserTimeout, sut.TCPMaxSeg: posix.TCPMaxSeg, sut.TCPCork: posix.TCPCork,
	sut.IPMulticastTTL: posix.IPMulticastTTL, sut.IPMulticastLoop: posix.IPMulticastLoop,
	sut.IPAddMembership: posix.IPAddMembership, sut.IPDropMembership: posix.IPDropMembership,
	sut.IPv6MulticastHops: posix.IPv6MulticastHops, sut.IPv6MulticastLoop: posix.IPv6MulticastLoop,
	sut.IPv6JoinGroup: posix.IPv6JoinGroup, sut.IPv6LeaveGroup: posix.IPv6LeaveGroup,
}

// unit returns what an option that is a time counts in, 0 for any other.
func unit(o sut.Option) time.Duration {
	switch o {
	case sut.SoRcvTimeo, sut.SoSndTimeo, sut.TCPUserTimeout:
		return time.Millisecond
	case sut.TCPKeepIdle, sut.TCPKeepIntvl:
		return time.Second
	}
	return 0
}

// sockOpt makes a setsockopt or a getsockopt.
func (f *posixFace) sockOpt(p *call, c *sut.Call, fd int) sut.Status {
	if c.Option == sut.OptNone || int(c.Option) >= len(options) {
		return sut.Unsupported
	}
	p.option = c.Option
	o, op := options[c.Option], &p.face.posix.op
	if o == 0 {
		return sut.Unsupported
	}
	if c.Op == sut.OpGetSockOpt {
		p.face.posix.value, op.Err = f.face.GetOption(fd, o)
	} else if v, ok := value(c.Option, c.Data); ok {
		op.Err = f.face.SetOption(fd, o, v)
	} else {
		op.Err = posix.EINVAL
	}
	op.Ret = 0
	if op.Err != posix.ENone {
		op.Ret = -1
	}
	return sut.OK
}

// value takes an option's value from its layout; a length that is not the option's is not ok.
func value(o sut.Option, b []byte) (v posix.Value, ok bool) {
	switch o {
	case sut.SoLinger:
		if len(b) != 8 {
			return v, false
		}
		v.N = int(number(b))
		v.Time = time.Duration(number(b[4:])) * time.Second
		return v, true
	case sut.IPAddMembership, sut.IPDropMembership:
		if len(b) != 8 {
			return v, false
		}
		v.Group, v.At = socket.Endpoint4([4]byte(b), 0), socket.Endpoint4([4]byte(b[4:]), 0)
		return v, true
	case sut.IPv6JoinGroup, sut.IPv6LeaveGroup:
		if len(b) != 20 {
			return v, false
		}
		v.Group, v.N = socket.Endpoint6([16]byte(b), 0), int(number(b[16:]))
		return v, true
	}
	if len(b) != 4 {
		return v, false
	}
	v.N = int(number(b))
	v.Time = time.Duration(v.N) * unit(o)
	return v, true
}

// putValue writes an option's value in its layout and returns the length.
func putValue(b []byte, o sut.Option, v posix.Value) int {
	n := int32(v.N)
	switch {
	case o == sut.SoLinger:
		binary.LittleEndian.PutUint32(b[4:], uint32(uint64(v.Time)/uint64(time.Second)))
		binary.LittleEndian.PutUint32(b, uint32(n))
		return 8
	case o == sut.SoError:
		n = int32(errnos[v.N])
	case unit(o) != 0:
		n = int32(uint64(v.Time) / uint64(unit(o)))
	}
	binary.LittleEndian.PutUint32(b, uint32(n))
	return 4
}
