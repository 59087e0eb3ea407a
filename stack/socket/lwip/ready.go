package lwip

import (
	"stackproof/stack"
	"stackproof/stack/socket"
)

// Ready tells which sets of a select a descriptor is in: readable, writable, exception; open is false if it is closed.
//
// A stream is readable when there is data or a connection to accept, and for good once the end, an error or SHUT_RD has
// come; writable once it is connected, while more than a low-water mark of the send queue is free, and for good once it
// is over; the exception stands for good once it is over. A datagram or raw socket is always writable.
func (f *Face) Ready(fd int) (readable, writable, exception, open bool) {
	_, v := f.open(fd)
	if v == nil {
		return false, false, false, false
	}
	r, w, x := f.ready(v)
	return r, w, x, true
}

func (f *Face) ready(v *Socket) (readable, writable, exception bool) {
	f.sync(v)
	readable = v.rxShut || v.gone || f.core.Ready(int(v.sock))&socket.Readable != 0 && !f.idle(v)
	writable = v.kind != socket.Stream || v.gone || v.txShut || f.spacious(v)
	return readable, writable, v.excepted
}

// idle tells whether a stream has neither a connection nor listens.
func (f *Face) idle(v *Socket) bool {
	return v.kind == socket.Stream && !v.listening && f.core.Status(int(v.sock)) == stack.NotConnected
}

// spacious tells whether a stream is connected and more of its send queue is free than the low-water mark TCP_SNDLOWAT:
// half of the queue or, if that is more, two segments and a byte, but not all of it.
func (f *Face) spacious(v *Socket) bool {
	if v.listening || !f.connected(v) {
		return false
	}
	sock := int(v.sock)
	_, size := f.core.QueueSizes(sock)
	_, unacked := f.core.Queued(sock)
	low := min(max(size/2, 2*f.core.MaxSeg(sock)+1), size-1)
	return size-unacked > low
}
