package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack"
	"stackproof/stack/tcp"
)

// Inspect reads a figure. Malformed: the figure is one of a socket, and fd is not open.
func (h *Host) Inspect(f sut.Figure, fd sut.FD, value *int64) sut.Status {
	if !h.ready {
		return sut.Malformed
	}
	switch f {
	case sut.FigConns:
		*value = int64(h.stack.TCPConns())
	case sut.FigTCPCount:
		*value = int64(h.stack.TCPCount(tcp.State(fd))) // the same numbers
	case sut.FigDrops, sut.FigChecksums:
		*value = h.sum(f == sut.FigChecksums)
	default:
		return h.ofSocket(f, fd, value)
	}
	return sut.OK
}

// ofSocket reads a figure of a socket.
func (h *Host) ofSocket(f sut.Figure, fd sut.FD, value *int64) sut.Status {
	if !f.OfSocket() || h.personality() == sut.LwIP && (f == sut.FigUrgent || f == sut.FigAtMark) {
		return sut.Unsupported
	}
	core, sock, ok := h.face().inspect(h.own(fd))
	switch {
	case !ok:
		return sut.Malformed
	case f == sut.FigTCPState:
		*value = int64(core.State(sock)) // both are numbered as RFC 9293 3.3.2 lists the states
		return sut.OK
	case f == sut.FigRetries, f == sut.FigBackoff:
		*value = int64(core.Trouble(sock))
		return sut.OK
	case f == sut.FigUrgent:
		*value = int64(core.UrgentLeft(sock))
		return sut.OK
	case f == sut.FigAtMark:
		*value = 0
		if core.UrgentLeft(sock) == 1 { // as posix.Face.AtMark has it
			*value = 1
		}
		return sut.OK
	}
	return ofConnection(f, core, sock, value)
}

// sum adds up the counters of what was dropped: all of them, or those of wrong checksums.
func (h *Host) sum(checksums bool) (n int64) {
	for c := range stack.NumCounters {
		if c.IsChecksum() || !checksums && c.IsDrop() {
			n += int64(h.stack.Counter(c))
		}
	}
	return n
}

// Drops calls f for each reason for which something was dropped since the reset, with its name and how often.
func (h *Host) Drops(f func(name string, n uint64)) {
	for c := range stack.NumCounters {
		if n := h.stack.Counter(c); c.IsDrop() && n > 0 {
			f(c.String(), n)
		}
	}
}
