package tcpmodel

import (
	"bytes"
	"slices"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
)

const (
	firstFD    sut.FD = 3 // connects, or listens
	acceptedFD sut.FD = 4
	port              = 80
)

// host is one end: a stack and its application.
type host struct {
	model  *Model
	stack  sut.SUT
	number int
	fd     sut.FD   // the connection's socket
	out    [][]byte // frames that it has sent, and nobody carried yet

	open, shut, closed, aborted bool
	ended                       bool // it has read to the end
	wrote, read                 int
	err                         sut.Errno // which has ended the connection
}

// Frame implements sut.Sink.
func (h *host) Frame(_ sut.Time, b []byte) { h.out = append(h.out, slices.Clone(b)) }

// Done implements sut.Sink. No call waits here.
func (h *host) Done(sut.Time, sut.CallID, *sut.Result) {}

func (h *host) is(s sut.Status, what string) {
	if s != sut.OK {
		h.model.fail("host %d: %s: %s", h.number, what, s)
	}
}

func (h *host) call(c sut.Call) sut.Result {
	var r sut.Result
	h.is(h.stack.Call(&c, &r, h), c.Op.String())
	if r.Pending {
		h.model.fail("host %d: %s waits", h.number, c.Op)
	}
	return r
}

// Addresses are in the ranges for documentation (RFC 5737, RFC 3849).
func mac(i int) [6]byte    { return [6]byte{2, 0, 0, 0, 0, byte(i + 1)} }
func addr4(i int) [4]byte  { return [4]byte{192, 0, 2, byte(i + 1)} }
func addr6(i int) [16]byte { return [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(i + 1)} }

func (c *Config) family() uint8 {
	if c.IPv6 {
		return sut.DomainIPv6
	}
	return sut.DomainIPv4
}

// start resets the stack and begins to connect, or to listen.
func (h *host) start(cfg *Config) {
	i := h.number
	h.is(h.stack.Reset(&sut.Config{
		Seed: cfg.Seed + uint64(i), MAC: mac(i), MTU: 1500, Addr4: addr4(i), Prefix4: 24, Addr6: addr6(i), Prefix6: 64,
		RcvBuf: cfg.RcvBuf[i], SndBuf: cfg.SndBuf[i],
	}), "reset")
	for _, k := range cfg.Off[i] {
		h.is(h.stack.Knob(k, 0, h), k.String())
	}
	family := cfg.family()
	h.call(sut.Call{Op: sut.OpSocket, NewFD: firstFD, Domain: family, Type: sut.TypeStream})
	h.call(sut.Call{Op: sut.OpSetNonblock, FD: firstFD, Value: 1})
	to := sut.Addr{Family: family, Port: port}
	if i == 1 {
		h.call(sut.Call{Op: sut.OpBind, FD: firstFD, Addr: to})
		h.call(sut.Call{Op: sut.OpListen, FD: firstFD, Value: 1})
		h.fd = acceptedFD
		return
	}
	peer4, peer6 := addr4(1), addr6(1)
	copy(to.IP[:], peer4[:])
	if cfg.IPv6 {
		to.IP = peer6
	}
	h.call(sut.Call{Op: sut.OpConnect, FD: firstFD, Addr: to})
}

// accept notices that the connection is open.
func (h *host) accept() {
	switch {
	case h.open:
	case h.number == 1:
		h.open = h.call(sut.Call{Op: sut.OpAccept, FD: firstFD, NewFD: acceptedFD}).Ret >= 0
		if h.open {
			h.call(sut.Call{Op: sut.OpSetNonblock, FD: acceptedFD, Value: 1})
		}
	case h.err == sut.ENone:
		r := h.call(sut.Call{Op: sut.OpPoll, FD: h.fd, Flags: sut.PollOut})
		if r.Ret > 0 {
			e := h.call(sut.Call{Op: sut.OpGetSockOpt, FD: h.fd, Option: sut.SoError})
			h.err = sut.Errno(e.Data[0])
			h.open = h.err == sut.ENone
		}
	}
}

// usable tells whether the application can do something with the connection.
func (h *host) usable() bool { return h.open && !h.closed && h.err == sut.ENone }

// Write has host i write up to n bytes, as many as there is room for.
func (m *Model) Write(i, n int) {
	h := &m.hosts[i]
	if h.usable() && !h.shut {
		data := make([]byte, n)
		for k := range data {
			data[k] = pattern(i, h.wrote+k)
		}
		r := h.call(sut.Call{Op: sut.OpSend, FD: h.fd, Data: data, Flags: sut.MsgDontWait})
		h.wrote += max(int(r.Ret), 0)
		h.failed(&r)
	}
	m.settle()
}

// Read has host i read up to n bytes, as many as there are.
func (m *Model) Read(i, n int) {
	h := &m.hosts[i]
	if h.usable() && !h.ended {
		r := h.call(sut.Call{Op: sut.OpRecv, FD: h.fd, Value: int32(n), Flags: sut.MsgDontWait})
		h.take(&r)
	}
	m.settle()
}

// take: what is read is a prefix of what was written, and its end the end.
func (h *host) take(r *sut.Result) {
	peer := &h.model.hosts[1-h.number]
	h.failed(r)
	switch {
	case r.Ret == 0:
		h.ended = true
		if !peer.shut || h.read != peer.wrote {
			h.model.fail("host %d reads the end of the stream after %d bytes; %d were written, and closed is %v", h.number, h.read, peer.wrote, peer.shut)
		}
	case r.Ret > 0:
		want := make([]byte, len(r.Data))
		for k := range want {
			want[k] = pattern(peer.number, h.read+k)
		}
		if !bytes.Equal(want, r.Data) || h.read+len(r.Data) > peer.wrote {
			h.model.fail("host %d reads, from byte %d on, what was not written there", h.number, h.read)
		}
		h.read += len(r.Data)
		h.model.Count.Bytes += uint64(len(r.Data))
	}
}

// failed notes what ended the connection. Only an abort may.
func (h *host) failed(r *sut.Result) {
	if r.Ret >= 0 || r.Err == sut.EAGAIN {
		return
	}
	h.err = r.Err
	if !h.model.hosts[1-h.number].aborted {
		h.model.fail("host %d: the connection has ended with %s, and nobody aborted it", h.number, r.Err)
	}
}

// Shutdown has host i close its half of the connection.
func (m *Model) Shutdown(i int) {
	h := &m.hosts[i]
	if h.usable() && !h.shut {
		h.shut = true // before the FIN is seen
		h.call(sut.Call{Op: sut.OpShutdown, FD: h.fd, Value: sut.ShutWrite})
	}
	m.settle()
}

// Abort has host i abort the connection.
func (m *Model) Abort(i int) {
	h := &m.hosts[i]
	if h.usable() {
		h.aborted = true
		m.Count.Aborted++
		h.call(sut.Call{Op: sut.OpSetSockOpt, FD: h.fd, Option: sut.SoLinger, Data: []byte{0: 1, 7: 0}})
		h.close()
	}
	m.settle()
}

// close gives the descriptors up.
func (h *host) close() {
	if h.closed {
		return
	}
	h.closed = true
	if h.open || h.fd == firstFD {
		h.call(sut.Call{Op: sut.OpClose, FD: h.fd})
	}
	if h.number == 1 {
		h.call(sut.Call{Op: sut.OpClose, FD: firstFD})
	}
}

// pattern is byte n of the stream that host i writes: one that tells a place from others nearby and 256 or 65536 further.
func pattern(i, n int) byte { return byte(n*7 + n>>8*31 + n>>16*101 + i*128) }

// figure is one of the stack's; ok is false where it has none.
func (h *host) figure(f sut.Figure) (n int64, ok bool) {
	s := h.stack.Inspect(f, h.fd, &n)
	return n, s == sut.OK
}

// checker is a stack that knows what must always be true of its state.
type checker interface{ Check() invariant.Violation }

// look: RTO, congestion window and timers are in their bounds, and a stack that knows itself finds itself sound.
func (m *Model) look() {
	for i := range m.hosts {
		h := &m.hosts[i]
		h.accept()
		if c, ok := h.stack.(checker); ok {
			if v := c.Check(); !v.Holds() {
				m.fail("host %d: %v does not hold in row %d", i, v.Rule, v.Row)
			}
		}
		if h.usable() {
			h.look()
		}
	}
}

const (
	leastRTO, mostRTO = time.Second, time.Minute // RFC 6298 2.4 and 2.5
	mostWait          = 2 * mostRTO
	recovering        = 3       // as FigCAState has it
	mostCwnd          = 1 << 20 // segments: RFC 7323 2.3 has no window of more than 2^30 bytes
)

func (h *host) look() {
	m := h.model
	if state, ok := h.figure(sut.FigTCPState); !ok || state == 0 {
		return // it has been reset, and the application does not know it yet
	}
	if us, ok := h.figure(sut.FigRTO); ok {
		if rto := time.Duration(us) * time.Microsecond; rto < leastRTO || rto > mostRTO {
			m.fail("host %d: the retransmission time-out is %v", h.number, rto)
		}
	}
	// In recovery it follows what is on the way (RFC 6937 3), which may be nothing; else RFC 5681 3.1 leaves one at least.
	state, _ := h.figure(sut.FigCAState)
	if cwnd, ok := h.figure(sut.FigCwnd); ok && (cwnd < 1 && state != recovering || cwnd > mostCwnd) {
		m.fail("host %d: the congestion window is %d segments in state %d", h.number, cwnd, state)
	}
	if threshold, ok := h.figure(sut.FigSSThresh); ok && threshold < 2 { // RFC 5681 3.1, equation 4
		m.fail("host %d: the slow start threshold is %d segments", h.number, threshold)
	}
	// What is not acknowledged, or waits for a window, has a timer.
	queued, ok := h.figure(sut.FigSendQueue)
	at, timer := h.stack.Next()
	if ok && queued > 0 && !m.down[h.number] && (!timer || at > m.now+mostWait) {
		m.fail("host %d: %d bytes wait, and no timer runs", h.number, queued)
	}
}
