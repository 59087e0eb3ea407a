package check

import (
	"bytes"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// The peer's port in all exchanges, and its initial sequence number.
const (
	peerPort = 40000
	peerISN  = 0xfffffff0 // it wraps at once
)

// someType is a socket type that the stack has declared.
func (e *env) someType() uint8 {
	if e.has(sut.FeatureUDP) {
		return sut.TypeDatagram
	}
	e.needs(sut.FeatureTCP)
	return sut.TypeStream
}

func (e *env) socket(ip *version, typ uint8, fd sut.FD) {
	r := e.succeed(sut.Call{Op: sut.OpSocket, NewFD: fd, Domain: ip.domain, Type: typ})
	if r.Ret != int32(fd) {
		e.fail("socket returns %d, not %d as it was told", r.Ret, fd)
	}
}

func (e *env) bind(ip *version, fd sut.FD, port uint16) {
	e.succeed(sut.Call{Op: sut.OpBind, FD: fd, Addr: ip.any(port)})
}

func (e *env) listen(ip *version, fd sut.FD, port uint16) {
	e.bind(ip, fd, port)
	e.succeed(sut.Call{Op: sut.OpListen, FD: fd, Value: 4})
}

// datagram makes a UDP datagram from the peer.
func datagram(ip *version, port uint32, data string) []byte {
	return padded(build(frame.Layout{Net: ip.net, Transport: frame.TransportUDP}, ip, []byte(data),
		number{frame.UDPSrcPort, peerPort}, number{frame.UDPDstPort, port}))
}

// received wants the result of a recvfrom to be a datagram of the peer.
func (e *env) received(ip *version, r sut.Result, data string) {
	switch {
	case r.Ret < 0:
		e.fail("recvfrom fails: %s", r.Err)
	case string(r.Data) != data:
		e.fail("recvfrom gives %q, not %q", r.Data, data)
	case r.Addr != ip.host(peerPort):
		e.fail("recvfrom gives the sender's address as %s, not %s", address(r.Addr), address(ip.host(peerPort)))
	}
}

// udpEcho receives a datagram and sends it back.
func (e *env) udpEcho(ip *version) {
	e.socket(ip, sut.TypeDatagram, 1)
	e.bind(ip, 1, 7)
	recv := sut.Call{Op: sut.OpRecvFrom, FD: 1, Value: 100}
	id := e.blocked(recv)
	e.deliver(datagram(ip, 7, "there"))
	e.received(ip, e.completes(&recv, id, soon), "there")
	e.succeed(sut.Call{Op: sut.OpSendTo, FD: 1, Data: []byte("and back"), Addr: ip.host(peerPort)})
	e.frame("a datagram", soon, func(v *frame.View) bool {
		return ip.toPeer(v) && v.Transport == frame.TransportUDP && is(v, frame.UDPSrcPort, 7) &&
			is(v, frame.UDPDstPort, peerPort) && string(v.Payload()) == "and back"
	})
}

// segment makes a TCP segment from the peer.
func segment(ip *version, port, flags, seq, ack uint32, data string) []byte {
	return padded(build(frame.Layout{Net: ip.net, Transport: frame.TransportTCP}, ip, []byte(data),
		number{frame.TCPSrcPort, peerPort}, number{frame.TCPDstPort, port}, number{frame.TCPFlags, flags},
		number{frame.TCPSeq, seq}, number{frame.TCPAck, ack}))
}

// isSegment tells of a segment to the peer with these flags, PSH aside.
func isSegment(ip *version, flags uint32) func(*frame.View) bool {
	return func(v *frame.View) bool {
		got, ok := v.Get(frame.TCPFlags)
		return ok && got&^frame.PSH == flags && ip.toPeer(v) && is(v, frame.TCPDstPort, peerPort)
	}
}

// tcpExchange accepts a connection and moves data both ways.
func (e *env) tcpExchange(ip *version) {
	e.socket(ip, sut.TypeStream, 1)
	e.listen(ip, 1, 80)
	accept := sut.Call{Op: sut.OpAccept, FD: 1, NewFD: 2}
	id := e.blocked(accept)
	e.deliver(segment(ip, 80, frame.SYN, peerISN, 0, ""))
	synAck := e.frame("a SYN-ACK", soon, isSegment(ip, frame.SYN|frame.ACK))
	seq, ack := uint32(peerISN+1), number32(&synAck.view, frame.TCPSeq)+1
	if got := number32(&synAck.view, frame.TCPAck); got != seq {
		e.fail("the SYN-ACK acknowledges %d, not %d", got, seq)
	}
	e.deliver(segment(ip, 80, frame.ACK, seq, ack, ""))
	r := e.completes(&accept, id, soon)
	switch {
	case r.Ret != 2:
		e.fail("accept returns %d (%s), not 2", r.Ret, r.Err)
	case r.Addr != ip.host(peerPort):
		e.fail("accept gives the peer's address as %s, not %s", address(r.Addr), address(ip.host(peerPort)))
	}
	read := sut.Call{Op: sut.OpRead, FD: 2, Value: 100}
	id = e.blocked(read)
	e.deliver(segment(ip, 80, frame.ACK|frame.PSH, seq, ack, "there"))
	if r := e.completes(&read, id, soon); string(r.Data) != "there" {
		e.fail("read gives %q (%s), not %q", r.Data, r.Err, "there")
	}
	e.succeed(sut.Call{Op: sut.OpWrite, FD: 2, Data: []byte("and back")})
	data := e.frame("a segment with data", soon, func(v *frame.View) bool {
		return isSegment(ip, frame.ACK)(v) && len(v.Payload()) > 0
	})
	if !bytes.Equal(data.view.Payload(), []byte("and back")) {
		e.fail("%q was written and %q sent", "and back", data.view.Payload())
	}
}

func number32(v *frame.View, f frame.Field) uint32 {
	n, _ := v.Get(f)
	return n
}

// connecting starts a connect and gives its call id and the SYN, which the peer does not answer.
func (e *env) connecting(ip *version, fd sut.FD) (sut.CallID, sent) {
	e.socket(ip, sut.TypeStream, fd)
	id := e.blocked(sut.Call{Op: sut.OpConnect, FD: fd, Addr: ip.host(peerPort)})
	return id, e.frame("a SYN", soon, isSegment(ip, frame.SYN))
}

// callPending: a call that has to wait does so, for as long as it takes, and then completes.
func callPending(e *env) {
	e.reset()
	ip := e.version()
	if e.has(sut.FeatureTCP) {
		id, syn := e.connecting(ip, 1)
		port, isn := number32(&syn.view, frame.TCPSrcPort), number32(&syn.view, frame.TCPSeq)
		e.advance(e.now + 100*time.Millisecond)
		e.undone("connect")
		e.deliver(segment(ip, port, frame.SYN|frame.ACK, peerISN, isn+1, ""))
		if r := e.completes(&sut.Call{Op: sut.OpConnect}, id, soon); r.Ret != 0 {
			e.fail("connect returns %d (%s)", r.Ret, r.Err)
		}
		return
	}
	e.needs(sut.FeatureUDP)
	e.socket(ip, sut.TypeDatagram, 1)
	e.bind(ip, 1, 7)
	recv := sut.Call{Op: sut.OpRecvFrom, FD: 1, Value: 100}
	id := e.blocked(recv)
	e.advance(time.Hour)
	e.undone("recvfrom")
	e.deliver(datagram(ip, 7, "late"))
	e.received(ip, e.completes(&recv, id, soon), "late")
}

// undone wants no call to have completed.
func (e *env) undone(what string) {
	if len(e.done) > 0 {
		e.fail("%s completes before there is anything to complete it: %s", what, describe(&e.done[0].result))
	}
}

// callCancel: a call that was cancelled completes no more, and what it waited for is left for the next.
func callCancel(e *env) {
	e.reset()
	ip := e.version()
	e.needs(sut.FeatureUDP)
	e.socket(ip, sut.TypeDatagram, 1)
	e.bind(ip, 1, 7)
	recv := sut.Call{Op: sut.OpRecvFrom, FD: 1, Value: 100}
	id := e.blocked(recv)
	e.is(sut.OK, e.stack.Cancel(id, e), "cancel of a pending call")
	e.is(sut.Malformed, e.stack.Cancel(id, e), "cancel of a cancelled call")
	e.deliver(datagram(ip, 7, "first"))
	e.undone("a cancelled recvfrom")
	r := e.call(recv)
	e.received(ip, r, "first")
}

// callTwoTasks: two tasks wait at the same time, and each gets its own.
func callTwoTasks(e *env) {
	e.reset()
	ip := e.version()
	e.needs(sut.FeatureUDP)
	var calls [2]sut.Call
	var ids [2]sut.CallID
	for i := range calls {
		fd := sut.FD(1 + i)
		e.socket(ip, sut.TypeDatagram, fd)
		e.bind(ip, fd, uint16(7+i))
		calls[i] = sut.Call{Op: sut.OpRecvFrom, Task: uint8(i), FD: fd, Value: 100}
	}
	for i, c := range calls {
		ids[i] = e.blocked(c)
	}
	if ids[0] == ids[1] {
		e.fail("two pending calls have one id, %d", ids[0])
	}
	e.deliver(datagram(ip, 8, "second"))
	e.received(ip, e.completes(&calls[1], ids[1], soon), "second")
	e.undone("the other task's recvfrom")
	e.deliver(datagram(ip, 7, "first"))
	e.received(ip, e.completes(&calls[0], ids[0], soon), "first")
}
