package simulate

import (
	"fmt"
	"io"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// Peer makes a stack of another kind, for one world. It is closed at the end if it is an io.Closer.
type Peer func() sut.SUT

// peerCall is a call to it.
type peerCall struct {
	id   sut.CallID
	task uint8
	buf  []byte
}

// other is a host's stack that is none of ours, with its sockets: a stack under test.
type other struct {
	sut   sut.SUT
	host  *host
	fd    sut.FD  // the next one
	tasks []uint8 // that have no call
	waits map[sut.CallID]*call
	ended map[*call]bool
}

func newOther(h *host, s sut.SUT) *other { return &other{sut: s, host: h} }

// stop ends what other stacks there are.
func (w *world) stop() {
	for _, h := range w.hosts {
		if h.other != nil {
			if c, ok := h.other.sut.(io.Closer); ok {
				c.Close() //nolint:errcheck // what it has to say comes too late
			}
		}
	}
}

func (o *other) is(s sut.Status, what string) {
	if s != sut.OK {
		o.host.world.fail("%s: %s: the stack's answer is %s", o.host.name(), what, s)
	}
}

// start is what happens when the power comes on. Its clock begins at zero.
func (o *other) start() {
	h := o.host
	h.boot = h.world.now
	g4, g6 := addr4(h.plan.LAN, routerNumber).As4(), addr6(h.plan.LAN, routerNumber).As16()
	o.is(o.sut.Reset(&sut.Config{
		Seed: h.world.plan.Seed + uint64(h.life), MAC: h.mac, MTU: mtu, Addr4: h.addr[0].As4(), Prefix4: 24, Gateway4: g4,
		Addr6: h.addr[1].As16(), Prefix6: 64, Gateway6: g6,
	}), "reset")
	o.fd, o.tasks, o.waits, o.ended = 3, nil, map[sut.CallID]*call{}, map[*call]bool{}
	for i := uint8(1); i < 100; i++ {
		o.tasks = append(o.tasks, i)
	}
}

// poll lets the stack do what is due, and gives it what has come.
func (o *other) poll(up bool) (next time.Duration, ok bool) {
	h := o.host
	if up != h.linked {
		h.linked = up
		o.is(o.sut.Link(up, o), "link")
	}
	o.is(o.sut.Advance(h.local(), o), "advance")
	for f := h.nic.Receive(); f != nil; f = h.nic.Receive() {
		o.is(o.sut.Deliver(f, o), "deliver")
		h.nic.Release()
	}
	return o.sut.Next()
}

// Frame implements sut.Sink. Where there is no buffer the frame is lost, as a driver has it.
func (o *other) Frame(_ sut.Time, b []byte) {
	if room := o.host.nic.Reserve(len(b)); room != nil {
		copy(room, b)
		o.host.nic.Send(len(b))
	}
}

// Done implements sut.Sink.
func (o *other) Done(_ sut.Time, id sut.CallID, r *sut.Result) {
	if c := o.waits[id]; c != nil {
		delete(o.waits, id)
		o.finish(c, r)
		o.ended[c] = true
	}
}

// finish notes a call's result.
func (o *other) finish(c *call, r *sut.Result) {
	o.tasks = append(o.tasks, c.peer.task)
	c.n, c.err, c.from = int(r.Ret), "", socket.Endpoint{}
	if r.Err != sut.ENone {
		c.err = errno(r.Err.String())
	}
	if c.peer.buf != nil {
		copy(c.peer.buf, r.Data)
	}
	switch r.Addr.Family {
	case sut.DomainIPv4:
		c.from = socket.Endpoint4([4]byte(r.Addr.IP[:4]), r.Addr.Port)
	case sut.DomainIPv6:
		c.from = socket.Endpoint6(r.Addr.IP, r.Addr.Port)
	}
}

// try makes a call that may have to wait.
func (o *other) try(c *call, v sut.Call, buf []byte) bool {
	if len(o.tasks) == 0 {
		o.host.world.fail("%s: too many calls wait", o.host.name())
		return false
	}
	c.peer.task, c.peer.buf = o.tasks[len(o.tasks)-1], buf
	o.tasks = o.tasks[:len(o.tasks)-1]
	v.Task = c.peer.task
	var r sut.Result
	o.is(o.sut.Call(&v, &r, o), v.Op.String())
	if r.Pending {
		c.peer.id = r.ID
		o.waits[r.ID] = c
		return false
	}
	o.finish(c, &r)
	return true
}

// now makes a call that does not wait.
func (o *other) now(v sut.Call) errno {
	var r sut.Result
	o.is(o.sut.Call(&v, &r, o), v.Op.String())
	if r.Err != sut.ENone {
		return errno(r.Err.String())
	}
	return ""
}

func address(e socket.Endpoint) (a sut.Addr) {
	a.Port = e.Port
	switch {
	case e.Addr.Is4():
		a.Family = sut.DomainIPv4
		v := e.Addr.As4()
		copy(a.IP[:], v[:])
	case e.Addr.Is6():
		a.Family, a.IP = sut.DomainIPv6, e.Addr.As16()
	}
	return a
}

func (o *other) open(v6, stream bool) (int, errno) {
	domain, kind := uint8(sut.DomainIPv4), uint8(sut.TypeDatagram)
	if v6 {
		domain = sut.DomainIPv6
	}
	if stream {
		kind = sut.TypeStream
	}
	fd := o.fd
	o.fd++
	return int(fd), o.now(sut.Call{Op: sut.OpSocket, NewFD: fd, Domain: domain, Type: kind})
}

func (o *other) option(fd int, option sut.Option, n uint32) {
	o.now(sut.Call{Op: sut.OpSetSockOpt, FD: sut.FD(fd), Option: option, Data: []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}})
}

func (o *other) nonblock(fd int) {
	o.now(sut.Call{Op: sut.OpSetNonblock, FD: sut.FD(fd), Value: 1})
}

func (o *other) keepAlive(fd int, idle time.Duration) {
	o.option(fd, sut.SoKeepAlive, 1)
	o.option(fd, sut.TCPKeepIdle, uint32(idle/time.Second))
	o.option(fd, sut.TCPKeepIntvl, uint32(keepInterval/time.Second))
	o.option(fd, sut.TCPKeepCnt, keepCount)
}

func (o *other) reuse(fd int) { o.option(fd, sut.SoReuseAddr, 1) }

func (o *other) bind(fd int, at socket.Endpoint) errno {
	return o.now(sut.Call{Op: sut.OpBind, FD: sut.FD(fd), Addr: address(at)})
}

func (o *other) listen(fd, backlog int) errno {
	return o.now(sut.Call{Op: sut.OpListen, FD: sut.FD(fd), Value: int32(backlog)})
}

func (o *other) join(fd int, group wire.Addr) errno {
	if group.Is6() {
		g := group.As16()
		return o.now(sut.Call{Op: sut.OpSetSockOpt, FD: sut.FD(fd), Option: sut.IPv6JoinGroup, Data: append(g[:], 1, 0, 0, 0)})
	}
	g := group.As4()
	return o.now(sut.Call{Op: sut.OpSetSockOpt, FD: sut.FD(fd), Option: sut.IPAddMembership, Data: append(g[:], 0, 0, 0, 0)})
}

func (o *other) shutdown(fd int) errno {
	return o.now(sut.Call{Op: sut.OpShutdown, FD: sut.FD(fd), Value: sut.ShutWrite})
}

func (o *other) abort(fd int) {
	o.now(sut.Call{Op: sut.OpSetSockOpt, FD: sut.FD(fd), Option: sut.SoLinger, Data: []byte{0: 1, 7: 0}})
	var c call
	o.closes(&c, fd)
}

func (o *other) connect(c *call, fd int, to socket.Endpoint) bool {
	return o.try(c, sut.Call{Op: sut.OpConnect, FD: sut.FD(fd), Addr: address(to)}, nil)
}

func (o *other) accept(c *call, fd int) bool {
	child := o.fd
	o.fd++
	return o.try(c, sut.Call{Op: sut.OpAccept, FD: sut.FD(fd), NewFD: child}, nil)
}

func (o *other) send(c *call, fd int, b []byte, to socket.Endpoint) bool {
	if !to.Addr.IsValid() {
		return o.try(c, sut.Call{Op: sut.OpSend, FD: sut.FD(fd), Data: b}, nil)
	}
	return o.try(c, sut.Call{Op: sut.OpSendTo, FD: sut.FD(fd), Data: b, Addr: address(to)}, nil)
}

func (o *other) recv(c *call, fd int, b []byte) bool {
	return o.try(c, sut.Call{Op: sut.OpRecvFrom, FD: sut.FD(fd), Value: int32(min(len(b), 4096))}, b)
}

func (o *other) closes(c *call, fd int) bool {
	return o.try(c, sut.Call{Op: sut.OpClose, FD: sut.FD(fd)}, nil)
}

func (o *other) step(c *call) bool {
	if done := o.ended[c]; done {
		delete(o.ended, c)
		return true
	}
	return false
}

func (o *other) cancel(c *call) {
	if o.waits[c.peer.id] == c {
		delete(o.waits, c.peer.id)
		o.tasks = append(o.tasks, c.peer.task)
		o.is(o.sut.Cancel(c.peer.id, o), "cancel")
	}
	delete(o.ended, c)
}

func (o *other) deadline(*call) (time.Duration, bool) { return 0, false }

func (o *other) check() invariant.Violation { return invariant.Violation{} }

func (o *other) left() string {
	var n int64
	if o.sut.Inspect(sut.FigConns, 0, &n) == sut.OK && n != 0 {
		return fmt.Sprintf("%d connections are there", n)
	}
	return ""
}
