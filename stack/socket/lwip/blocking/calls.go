package blocking

import (
	"time"

	"stackproof/stack/socket/lwip"
	"stackproof/stack/socket/lwip/abi"
)

// The calls of lwIP's interface that programs use most; Do makes any other. Each returns what C's function does, and errno,
// 0 if it was left alone.

// Socket is lwip_socket.
func (h *Host) Socket(domain, typ, protocol int) (fd int, e abi.Errno) {
	return h.at(func(f *lwip.Face) (int, abi.Errno) { return f.Socket(domain, typ, protocol) })
}

// Bind is lwip_bind.
func (h *Host) Bind(fd int, name []byte) (ret int, e abi.Errno) {
	return h.at(func(f *lwip.Face) (int, abi.Errno) { return result(f.Bind(fd, name)) })
}

// Listen is lwip_listen.
func (h *Host) Listen(fd, backlog int) (ret int, e abi.Errno) {
	return h.at(func(f *lwip.Face) (int, abi.Errno) { return result(f.Listen(fd, backlog)) })
}

// Accept is lwip_accept that asks for no name.
func (h *Host) Accept(fd int) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return f.Accept(now, op, fd, false) })
}

// Connect is lwip_connect.
func (h *Host) Connect(fd int, name []byte) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return f.Connect(now, op, fd, name) })
}

// Recv is lwip_recv.
func (h *Host) Recv(fd int, buf []byte, flags int) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return f.Recv(now, op, fd, buf, flags) })
}

// SendTo is lwip_sendto; without a name it is lwip_send.
func (h *Host) SendTo(fd int, buf []byte, flags int, name []byte) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool {
		return f.SendTo(now, op, fd, buf, flags, name)
	})
}

// Select is lwip_select.
func (h *Host) Select(nfds int, read, write, except *abi.FdSet, timeout *abi.Timeval) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool {
		return f.Select(now, op, nfds, read, write, except, timeout)
	})
}

// Shutdown is lwip_shutdown.
func (h *Host) Shutdown(fd, how int) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool {
		op.Ret, op.Err = result(f.Shutdown(now, fd, how))
		return true
	})
}

// SetSockOpt is lwip_setsockopt.
func (h *Host) SetSockOpt(fd, level, option int, val []byte) (ret int, e abi.Errno) {
	return h.at(func(f *lwip.Face) (int, abi.Errno) { return result(f.SetSockOpt(fd, level, option, val)) })
}

// CloseSocket is lwip_close.
func (h *Host) CloseSocket(fd int) (ret int, e abi.Errno) {
	return h.wait(func(now time.Duration, f *lwip.Face, op *lwip.Op) bool { return f.Close(now, op, fd) })
}

// wait makes a call that may wait.
func (h *Host) wait(start func(now time.Duration, f *lwip.Face, op *lwip.Op) (done bool)) (ret int, e abi.Errno) {
	op := h.Do(start)
	return op.Ret, op.Err
}

// at makes a call that never waits.
func (h *Host) at(call func(f *lwip.Face) (int, abi.Errno)) (ret int, e abi.Errno) {
	return h.wait(func(_ time.Duration, f *lwip.Face, op *lwip.Op) bool {
		op.Ret, op.Err = call(f)
		return true
	})
}

// result is what a function returns that answers an errno alone.
func result(e abi.Errno) (int, abi.Errno) {
	if e != 0 {
		return -1, e
	}
	return 0, 0
}
