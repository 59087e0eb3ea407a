package lwip

import (
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip/abi"
)

// Fcntl is lwip_fcntl: F_GETFL answers O_NONBLOCK and, O_RDWR, or O_RDONLY of a stream that cannot be written to any more; F_SETFL takes
// O_NONBLOCK, and bits of access, which mean nothing. EBADF; ENOSYS: any other flag or command.
func (f *Face) Fcntl(fd, cmd, arg int) (ret int, e abi.Errno) {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return -1, abi.EBADF
	case cmd == abi.F_GETFL:
		if ret = f.access(v); v.nonblock {
			ret |= abi.O_NONBLOCK
		}
		return ret, 0
	case cmd != abi.F_SETFL || arg&^(abi.O_NONBLOCK|abi.O_ACCMODE) != 0:
		return -1, abi.ENOSYS
	}
	v.nonblock = arg&abi.O_NONBLOCK != 0
	return 0, 0
}

// access is a socket's access mode. lwIP adds modes up as if O_RDONLY were a bit, and with the C library's numbers it is none:
// so a stream that can be written to is O_RDWR, and any other O_RDONLY.
func (f *Face) access(v *Socket) int {
	if f.sync(v); v.kind == socket.Stream && (v.gone || v.txShut) {
		return abi.O_RDONLY
	}
	return abi.O_RDWR
}

// Ioctl is lwip_ioctl. FIONBIO takes an int, NULL being 0; FIONREAD, with CONFIG_LWIP_SO_RCVBUF, gives one: the bytes that a
// stream has received, or those of the oldest datagram. EBADF; EINVAL: FIONREAD without room for an int; ENOSYS: anything
// else.
func (f *Face) Ioctl(fd int, cmd uint32, arg []byte) abi.Errno {
	_, v := f.open(fd)
	switch {
	case v == nil:
		return abi.EBADF
	case cmd == abi.FIONBIO:
		n, _ := abi.ParseInt(arg)
		v.nonblock = n != 0
		return 0
	case cmd != abi.FIONREAD || !f.cfg.RcvBuf:
		return abi.ENOSYS
	case len(arg) < abi.SizeofInt:
		return abi.EINVAL
	}
	n, _ := f.core.Queued(int(v.sock))
	if v.kind != socket.Stream {
		r, _ := f.core.PeekAt(int(v.sock), 0, nil)
		n = r.Full
	}
	abi.PutInt(arg, int32(n))
	return 0
}
