package check

import (
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// long is a time in which every stack repeats what is not answered.
const long = 30 * time.Second

// waiting brings the stack to where it has a timer running that will send something: a SYN without an answer, or a
// datagram to a neighbour that does not say where it is.
func (e *env) waiting() {
	ip := e.version()
	if e.has(sut.FeatureTCP) {
		e.connecting(ip, 1)
		return
	}
	e.needs(sut.FeatureUDP)
	e.mute = true
	e.socket(ip, sut.TypeDatagram, 1)
	e.bind(ip, 1, 7)
	e.start(sut.Call{Op: sut.OpSendTo, FD: 1, Data: []byte("hello"), Addr: ip.host(peerPort)})
}

// timePast: time does not go back, and the attempt does no harm.
func timePast(e *env) {
	e.reset()
	e.advance(time.Second)
	e.is(sut.Malformed, e.stack.Advance(time.Second-1, e), "advance into the past")
	e.is(sut.OK, e.stack.Advance(time.Second, e), "advance to the present")
	e.is(sut.OK, e.stack.Advance(2*time.Second, e), "advance after one into the past")
}

// run is what a waiting stack does within long, if time moves in steps.
func (e *env) run(step func() sut.Time) string {
	e.reset()
	e.waiting()
	e.mute = true // an answer to an ARP request would come sooner in the shorter steps
	for end := e.now + long; e.now < end; {
		e.advance(min(end, max(step(), e.now+1)))
	}
	return e.trace.String()
}

// timeSteps: what a stack does does not depend on the steps in which time is moved.
func timeSteps(e *env) {
	whole := e.run(func() sut.Time { return e.now + long })
	for _, c := range []struct {
		name string
		step func() sut.Time
	}{
		{"from deadline to deadline", func() sut.Time {
			at, ok := e.stack.Next()
			if !ok {
				return e.now + long
			}
			return at
		}},
		{"by 130 ms", func() sut.Time { return e.now + 130*time.Millisecond }},
	} {
		if got := e.run(c.step); got != whole {
			e.fail("the stack acts otherwise if time moves %s than if it moves at once", c.name)
		}
	}
}

// timeEarly: before its deadline a stack does not act.
func timeEarly(e *env) {
	e.reset()
	e.waiting()
	at, ok := e.stack.Next()
	switch {
	case !ok:
		e.fail("the stack waits for an answer and has no deadline")
	case at <= e.now:
		e.fail("the stack's next deadline is %v, when it is already %v", at, e.now)
	}
	e.queue = nil
	e.advance(at - 1)
	if len(e.queue) > 0 {
		e.fail("the stack acts at %v, before its deadline of %v", e.queue[0].at, at)
	}
	if now, ok := e.stack.Next(); !ok || now != at {
		e.fail("the stack's deadline of %v became another one before it came", at)
	}
}

// timePasses: virtual time is what makes a stack's timers run. One that looks at the machine's clock does nothing, since
// hardly any of that passes here.
func timePasses(e *env) {
	e.reset()
	e.waiting()
	e.queue = nil
	before := e.trace.Len()
	e.advance(e.now + long)
	if e.trace.Len() == before {
		e.fail("the stack waits for an answer and does nothing for %v: its timers do not run by virtual time", long)
	}
}

// everything is an exchange of each kind that the stack has declared.
func (e *env) everything() {
	for _, ip := range e.versions() {
		request, _ := echo(ip)
		e.deliver(request)
	}
	e.deliver(whoHas())
	e.deliver(solicit())
	for _, ip := range e.versions() {
		fd := sut.FD(ip.domain * 10)
		if e.has(sut.FeatureUDP) {
			port := uint16(fd) // not both the same: one of all IPv6 addresses may be one of IPv4's as well
			e.socket(ip, sut.TypeDatagram, fd)
			e.bind(ip, fd, port)
			e.start(sut.Call{Op: sut.OpRecvFrom, Task: ip.domain, FD: fd, Value: 100})
			e.deliver(datagram(ip, uint32(port), "datagram"))
			e.start(sut.Call{Op: sut.OpRecvFrom, Task: ip.domain, FD: fd, Value: 100})
		}
		if e.has(sut.FeatureTCP) {
			e.socket(ip, sut.TypeStream, fd+1)
			e.start(sut.Call{Op: sut.OpConnect, Task: ip.domain + 1, FD: fd + 1, Addr: ip.host(peerPort)})
		}
	}
	e.advance(e.now + long)
}

// resetSameSeed: the same seed and the same operations give the same bytes, whatever was before.
func resetSameSeed(e *env) {
	e.reset()
	e.everything()
	first := e.trace.String()
	e.resetWith(e.seed + 1)
	e.everything()
	e.reset()
	e.everything()
	if e.trace.String() != first {
		e.fail("the same seed and the same operations give other bytes after a reset")
	}
}

// resetOtherSeed: the seed is what the stack draws its initial sequence numbers from.
func resetOtherSeed(e *env) {
	e.reset()
	ip := e.version()
	e.needs(sut.FeatureTCP)
	var isn [4]uint32
	for i := range isn {
		e.resetWith(e.seed + uint64(i))
		_, syn := e.connecting(ip, 1)
		isn[i] = number32(&syn.view, frame.TCPSeq)
	}
	for _, n := range isn[1:] {
		if n != isn[0] {
			return
		}
	}
	e.fail("%d seeds give one initial sequence number, %d", len(isn), isn[0])
}

// resetForgets: no time, call, socket, connection or link state survives a reset.
func resetForgets(e *env) {
	e.reset()
	e.advance(time.Hour)
	e.reset()
	e.is(sut.OK, e.stack.Advance(time.Second, e), "advance to 1s after a reset")
	if len(e.versions()) == 0 || !e.has(sut.FeatureUDP) && !e.has(sut.FeatureTCP) {
		return
	}
	ip, typ := e.version(), e.someType()
	e.reset()
	e.socket(ip, typ, 1)
	e.bind(ip, 1, 7)
	wait := sut.Call{Op: sut.OpRecvFrom, FD: 1, Value: 100}
	if typ == sut.TypeStream {
		e.succeed(sut.Call{Op: sut.OpListen, FD: 1, Value: 4})
		wait = sut.Call{Op: sut.OpAccept, FD: 1, NewFD: 2}
	}
	id := e.blocked(wait)
	if e.has(sut.FeatureLink) {
		e.is(sut.OK, e.stack.Link(false, e), "link down")
	}
	e.reset()
	e.is(sut.Malformed, e.stack.Cancel(id, e), "cancel of a call from before a reset")
	if r := e.call(sut.Call{Op: sut.OpGetSockName, FD: 1}); r.Err != sut.EBADF {
		e.fail("a socket from before a reset is still there: getsockname gives %s, not EBADF", describe(&r))
	}
	e.socket(ip, typ, 1)
	e.bind(ip, 1, 7)
	if e.has(sut.FeatureICMP, sut.FeatureIPv4) {
		request, reply := echo(v4)
		e.deliver(request)
		e.frame("an echo reply after a reset with the link down", soon, reply)
	}
}
