package check

import (
	"bytes"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// A feature that is declared must be there: its known-good exchange works. One that is not declared must not be: the
// same exchange comes to nothing.

// answers wants an answer to a frame if a feature is declared, and none if it is not.
func (e *env) answers(f sut.Feature, stimulus []byte, what string, match func(*frame.View) bool) {
	e.reset()
	e.deliver(stimulus)
	if e.has(f) {
		e.frame(what, soon, match)
		return
	}
	e.silent(what+", and has not declared "+f.String(), soon, match)
}

func featureARP(e *env) {
	e.answers(sut.FeatureARP, whoHas(), "an ARP reply", func(v *frame.View) bool {
		return isARP(v, 2) && isAddr(v, frame.ARPSHA, stackMAC[:]) && isAddr(v, frame.ARPSPA, stack4[:]) &&
			isAddr(v, frame.EthDst, peerMAC[:])
	})
}

func featureNDP(e *env) {
	e.answers(sut.FeatureNDP, solicit(), "a neighbour advertisement", func(v *frame.View) bool {
		return isICMP(v, frame.NetIPv6, advertisement) && isAddr(v, frame.NDTarget, stack6[:])
	})
}

// echo is an echo request and what its reply is like.
func echo(ip *version) (request []byte, reply func(*frame.View) bool) {
	ask, answer := uint8(8), uint32(0) // RFC 792
	if ip == v6 {
		ask, answer = 128, 129 // RFC 4443 4
	}
	data := make([]byte, 32)
	frame.Fill(data, 0, 1)
	v := build(frame.Layout{Net: ip.net, Transport: frame.TransportICMP, ICMPType: ask}, ip, data,
		number{frame.ICMPID, 0x1234}, number{frame.ICMPSeq, 7})
	return padded(v), func(v *frame.View) bool {
		return ip.toPeer(v) && isICMP(v, ip.net, answer) && is(v, frame.ICMPID, 0x1234) && is(v, frame.ICMPSeq, 7) &&
			bytes.Equal(v.Payload(), data)
	}
}

func featureICMP(e *env)   { e.echoes(sut.FeatureICMP, v4) }
func featureICMPv6(e *env) { e.echoes(sut.FeatureICMPv6, v6) }

func (e *env) echoes(f sut.Feature, ip *version) {
	request, reply := echo(ip)
	e.answers(f, request, "an echo reply", reply)
}

func featureIPv4(e *env) { e.speaks(v4, sut.FeatureICMP) }
func featureIPv6(e *env) { e.speaks(v6, sut.FeatureICMPv6) }

// speaks wants an IP version to carry something if it is declared, and nothing if it is not.
func (e *env) speaks(ip *version, icmp sut.Feature) {
	e.reset()
	if !e.has(ip.feature) {
		request, reply := echo(ip)
		e.deliver(request)
		e.silent("an echo reply, and has not declared "+ip.feature.String(), soon, reply)
		e.refusesSocket(ip, sut.TypeDatagram, ip.feature)
		e.refusesSocket(ip, sut.TypeStream, ip.feature)
		return
	}
	switch {
	case e.has(icmp):
		e.echoes(icmp, ip)
	case e.has(sut.FeatureUDP):
		e.udpEcho(ip)
	case e.has(sut.FeatureTCP):
		e.tcpExchange(ip)
	default:
		e.skip("needs %s, %s or %s to show", icmp, sut.FeatureUDP, sut.FeatureTCP)
	}
}

// refusesSocket wants no such socket to be had, since a feature is not declared.
func (e *env) refusesSocket(ip *version, typ uint8, f sut.Feature) {
	c := sut.Call{Op: sut.OpSocket, NewFD: 9, Domain: ip.domain, Type: typ}
	var r sut.Result
	st := e.stack.Call(&c, &r, e)
	if st == sut.OK && (r.Pending || r.Ret >= 0) {
		e.fail("the stack makes a socket and has not declared %s", f)
	}
	if st != sut.OK {
		e.is(sut.Unsupported, st, "socket")
	}
}

func featureUDP(e *env) {
	e.reset()
	if !e.has(sut.FeatureUDP) {
		e.refusesSocket(v4, sut.TypeDatagram, sut.FeatureUDP)
		e.refusesSocket(v6, sut.TypeDatagram, sut.FeatureUDP)
		return
	}
	e.version()
	for _, ip := range e.versions() {
		e.reset()
		e.udpEcho(ip)
	}
}

func featureTCP(e *env) {
	e.reset()
	if !e.has(sut.FeatureTCP) {
		e.refusesSocket(v4, sut.TypeStream, sut.FeatureTCP)
		e.refusesSocket(v6, sut.TypeStream, sut.FeatureTCP)
		return
	}
	e.version()
	for _, ip := range e.versions() {
		e.reset()
		e.tcpExchange(ip)
	}
}

// featureLink: while the link is down nothing is sent, neither in answer nor by a timer; when it is up again the stack
// answers.
func featureLink(e *env) {
	e.reset()
	if !e.has(sut.FeatureLink) {
		e.is(sut.Unsupported, e.stack.Link(false, e), "link, which is not declared,")
		return
	}
	stimulus, reply := e.someExchange()
	any := func(*frame.View) bool { return true }
	e.linkDown()
	e.deliver(stimulus)
	e.silent("a frame while its link was down", time.Minute, any)
	e.is(sut.OK, e.stack.Link(true, e), "link up")
	e.mute = false
	e.deliver(stimulus)
	e.frame("an answer after the link came up", soon, reply)

	if e.has(sut.FeatureTCP) && len(e.versions()) > 0 {
		e.reset()
		ip := e.version()
		e.connecting(ip, 1)
		e.linkDown()
		e.silent("a segment while its link was down", time.Minute, any)
	}
}

// linkDown sets the link down; from then on each frame counts, whatever it is.
func (e *env) linkDown() {
	e.is(sut.OK, e.stack.Link(false, e), "link down")
	e.queue, e.mute = nil, true
}

// someExchange is a stimulus that the stack answers and what the answer is like.
func (e *env) someExchange() (stimulus []byte, reply func(*frame.View) bool) {
	switch {
	case e.has(sut.FeatureIPv4, sut.FeatureICMP):
		return echo(v4)
	case e.has(sut.FeatureIPv6, sut.FeatureICMPv6):
		return echo(v6)
	case e.has(sut.FeatureARP):
		return whoHas(), func(v *frame.View) bool { return isARP(v, 2) }
	case e.has(sut.FeatureNDP):
		return solicit(), func(v *frame.View) bool { return isICMP(v, frame.NetIPv6, advertisement) }
	}
	e.skip("needs %s, %s, %s or %s to show", sut.FeatureICMP, sut.FeatureICMPv6, sut.FeatureARP, sut.FeatureNDP)
	panic("unreachable")
}

// featureRaw: frames that no MAC would pass on are taken, in silence, and the stack goes on.
func featureRaw(e *env) {
	e.reset()
	e.needs(sut.FeatureRaw)
	stimulus, reply := e.someExchange()
	any := func(*frame.View) bool { return true }
	for _, n := range []int{1, 13, 14, 15, 33, 59, frame.MaxLen + 4} {
		for _, fill := range []byte{0, 0x45, 0xff} {
			b := append(append(append([]byte(nil), stackMAC[:]...), peerMAC[:]...), bytes.Repeat([]byte{fill}, n)...)[:n]
			e.deliver(b)
			e.silent("a frame in answer to garbage", 0, any)
		}
	}
	e.deliver(stimulus)
	e.frame("an answer after garbage", soon, reply)
}

// figure reads a figure that must be there.
func (e *env) figure(f sut.Figure, fd sut.FD) int64 {
	var v int64
	e.is(sut.OK, e.stack.Inspect(f, fd, &v), "inspect of %s", f)
	return v
}

func featureCounter(e *env) {
	e.reset()
	if !e.has(sut.FeatureCounter) {
		var v int64
		for _, f := range []sut.Figure{sut.FigConns, sut.FigDrops, sut.FigChecksums} {
			e.is(sut.Unsupported, e.stack.Inspect(f, 0, &v), "inspect of %s, while counter is not declared,", f)
		}
		return
	}
	e.version()
	before := e.figure(sut.FigDrops, 0)
	request, reply := echo(e.version())
	request[len(request)-1] ^= 0xff // in the data: the ICMP checksum is wrong now
	e.deliver(request)
	e.silent("an answer to a wrong checksum", soon, reply)
	if after := e.figure(sut.FigDrops, 0); after <= before {
		e.fail("%s goes from %d to %d with a damaged packet", sut.FigDrops, before, after)
	}
}

func featureTCPInfo(e *env) {
	e.reset()
	if !e.has(sut.FeatureTCPInfo) {
		var v int64
		e.is(sut.Unsupported, e.stack.Inspect(sut.FigTCPState, 1, &v), "inspect of tcp.state, while tcp-info is not declared,")
		return
	}
	e.needs(sut.FeatureTCP)
	const listen, synSent = 1, 2
	e.socket(e.version(), sut.TypeStream, 2)
	e.listen(e.version(), 2, 80)
	if got := e.figure(sut.FigTCPState, 2); got != listen {
		e.fail("tcp.state of a listening socket is %d, not %d", got, listen)
	}
	e.connecting(e.version(), 1)
	if got := e.figure(sut.FigTCPState, 1); got != synSent {
		e.fail("tcp.state of a socket that has sent its SYN is %d, not %d", got, synSent)
	}
}

func featureUrgent(e *env) {
	e.reset()
	if !e.has(sut.FeatureUrgent) {
		var v int64
		e.is(sut.Unsupported, e.stack.Inspect(sut.FigUrgent, 1, &v), "inspect of tcp.urgent, while urgent is not declared,")
		return
	}
	e.needs(sut.FeatureTCP)
	e.socket(e.version(), sut.TypeStream, 2)
	e.connecting(e.version(), 1)
	if got := e.figure(sut.FigUrgent, 1); got != 0 {
		e.fail("tcp.urgent of a socket to which nothing has come is %d, not 0", got)
	}
}
