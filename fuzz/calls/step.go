package calls

import (
	"slices"
	"time"

	"stackproof/fuzz/mutate"
	"stackproof/stack/wire"
)

// What a step does, by its first byte: a call or, above doFrames, something of the peer's.
const (
	doSocket = iota
	doBind
	doListen
	doSetOpt
	doGetOpt
	doShutdown
	doNonblock
	doName
	doAccept // from here on they may wait
	doConnect
	doSend
	doRecv
	doPoll
	doClose
	doCancel
	doPass
	doSegment
	doDatagram
	doICMP
	doMutated
	doPolite
	doLink
	numDo
)

// ports that are bound begin here; the peer's at peerPort.
const basePort = 80

// fdOf is a descriptor by a byte: one that may be open, or another.
func (w *world) fdOf(b byte) int {
	switch {
	case b < 224:
		return w.face.first() + int(b)%sockets
	case b < 240:
		return int(b) - 240
	}
	return w.face.first() + int(b) - 240 + sockets
}

func (w *world) step(kind, a, b, c byte) {
	what, fd := int(kind)%numDo, w.fdOf(a)
	switch what {
	case doSocket:
		fd, e := w.face.socket(a)
		w.allowed(what, e)
		if e == "" {
			w.made(fd, a)
		}
	case doBind, doListen, doSetOpt, doGetOpt, doShutdown, doNonblock, doName:
		w.allowed(what, w.face.now(what, fd, b, c))
	case doAccept, doConnect, doSend, doRecv, doPoll, doClose:
		w.begin(&call{what: what, fd: fd, buf: buffer(what, c)}, b, c)
	case doCancel:
		if len(w.busy) > 0 {
			i := int(a) % len(w.busy)
			w.face.cancel(w.busy[i])
			w.busy = slices.Delete(w.busy, i, i+1)
		}
	case doPass:
		w.pass(time.Duration(1)<<(a%33)*time.Microsecond, 200)
	case doLink:
		w.SetLink(w.now, a&1 != 0)
	default:
		w.peer.step(what, a, b, c)
	}
}

// buffer is what a call sends, or has room to receive.
func buffer(what int, c byte) []byte {
	n := int(c) * int(c) / 16 // up to 4064
	if what != doSend && what != doRecv {
		n = 0
	}
	return make([]byte, n)
}

// made notes what is known of a new descriptor.
func (w *world) made(fd int, how byte) {
	if !w.face.open(fd) {
		w.fail("descriptor %d was given and is not open", fd)
	}
	w.stream[fd], w.raw[fd] = how&3 != 1, how&3 == 2
	w.again(fd)
}

// again: what is received by fd begins anew.
func (w *world) again(fd int) { w.read[fd] = 0; w.life[fd]++ }

// begin makes a call that may wait.
func (w *world) begin(c *call, a, b byte) {
	if len(w.busy) >= waiting && c.what != doClose {
		return
	}
	c.conn, c.stream = w.life[c.fd], w.stream[c.fd] && !w.raw[c.fd]
	if c.what == doClose || c.what == doConnect {
		w.again(c.fd)
	}
	if w.face.begin(c, a, b) {
		w.done(c)
	} else {
		w.busy = append(w.busy, c)
	}
}

// done: the result of a call is one that it may have.
func (w *world) done(c *call) {
	w.allowed(c.what, c.err)
	switch c.what {
	case doAccept:
		if c.err == "" {
			w.made(c.ret, 0)
		}
	case doSend:
		if c.ret > len(c.buf) {
			w.fail("%d bytes sent of %d", c.ret, len(c.buf))
		}
	case doRecv:
		w.received(c)
	}
}

// received: what a call has received is what the peer has sent.
func (w *world) received(c *call) {
	if c.ret <= 0 || w.raw[c.fd] || c.conn != w.life[c.fd] || w.peer.tainted {
		return
	}
	if c.ret > len(c.buf) {
		w.fail("%d bytes received in %d", c.ret, len(c.buf))
	}
	at := 0
	if c.stream {
		at = w.read[c.fd]
		if !c.peek {
			w.read[c.fd] += c.ret
		}
		if end := at + c.ret; end > w.peer.most {
			w.fail("byte %d of descriptor %d's stream is received, and %d were sent", end, c.fd, w.peer.most)
		}
	}
	for i, b := range c.buf[:c.ret] {
		if want := pattern(at + i); b != want {
			w.fail("byte %d of descriptor %d is %#02x, want %#02x", at+i, c.fd, b, want)
		}
	}
}

func (w *world) allowed(what int, e string) {
	if e != "" && !slices.Contains(w.errors[what], e) {
		w.fail("%s fails with %s", names[what], e)
	}
}

var names = map[int]string{doSocket: "socket", doBind: "bind", doListen: "listen", doSetOpt: "setsockopt", doGetOpt: "getsockopt",
	doShutdown: "shutdown", doNonblock: "fcntl", doName: "getsockname", doAccept: "accept", doConnect: "connect", doSend: "send",
	doRecv: "recv", doPoll: "poll", doClose: "close"}

// peer is the other host: what it knows of the stack's connections it reads off the wire.
type peer struct {
	world   *world
	flows   []*flow
	polite  bool // it answers as a host does
	tainted bool // it has sent what nobody can predict
	most    int  // bytes of a stream that it has sent in any
	frame   mutate.Frame
}

// flow is a pair of ports.
type flow struct {
	lport, pport uint16
	seq, ack     uint32 // what the stack sends next, and has asked for
}

var (
	stackMAC, peerMAC = wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 2}
	stack4, peer4     = wire.IPv4(192, 0, 2, 1), wire.IPv4(192, 0, 2, 2)
)

const (
	firstSeq = 1000 // of each connection, so that a byte's place is known by its number
	peerPort = 4000
)

// pattern is byte n of what the peer sends.
func pattern(n int) byte { return byte(n*7 + n>>8*31) }

// tell says where the peer is.
func (p *peer) tell() {
	b := make([]byte, 60)
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeARP}.Put(b)
	wire.ARPFields{Op: wire.ARPReply, SenderMAC: peerMAC, SenderIP: peer4, TargetMAC: stackMAC, TargetIP: stack4}.Put(b[n:])
	p.put(b)
}

func (p *peer) put(b []byte) {
	w := p.world
	if !w.dev.Put(b) { // one waits: it is taken first
		w.Poll(w.now)
		w.dev.Put(b)
	}
}

// ip sends what IP carries.
func (p *peer) ip(proto uint8, b []byte) { p.put(packet(proto, b)) }

func packet(proto uint8, b []byte) []byte {
	f := make([]byte, wire.EthernetHeaderLen+wire.IPv4HeaderLen+len(b))
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeIPv4}.Put(f)
	n += wire.IPv4Fields{TotalLen: uint16(len(f) - n), TTL: 64, Protocol: proto, Src: peer4, Dst: stack4}.Put(f[n:])
	copy(f[n:], b)
	return f
}

func segment(f *flow, flags wire.TCPFlags, seq, ack uint32, n int) []byte {
	b := make([]byte, wire.TCPHeaderLen+n)
	at := wire.TCPFields{SrcPort: f.pport, DstPort: f.lport, Seq: seq, Ack: ack, Flags: flags, Window: 4000}.Put(b)
	for i := range b[at:] {
		b[at+i] = pattern(int(int32(seq-firstSeq-1)) + i)
	}
	wire.TCP(b).SetChecksum(peer4, stack4)
	return b
}

// send sends a segment with n bytes of the stream at seq.
func (p *peer) send(f *flow, flags wire.TCPFlags, seq, ack uint32, n int) {
	p.most = max(p.most, int(int32(seq-firstSeq-1))+n)
	p.ip(wire.ProtoTCP, segment(f, flags, seq, ack, n))
}

// listen takes what the stack has sent, and answers if it is polite; heard: there was something to answer.
func (p *peer) listen() (heard bool) {
	for b := p.world.dev.Sent(); b != nil; b = p.world.dev.Sent() {
		heard = p.hear(append([]byte(nil), b...)) || heard
		p.world.dev.Done()
	}
	return heard
}

func (p *peer) hear(b []byte) bool {
	e, err := wire.CheckEthernet(b)
	if err != wire.OK {
		p.world.fail("a frame that is malformed was sent")
	}
	if e.Type() == wire.EtherTypeARP {
		p.tell()
		return true
	}
	if e.Type() != wire.EtherTypeIPv4 {
		return false
	}
	ip, err := wire.CheckIPv4(e.Payload())
	if err != wire.OK || ip.Protocol() != wire.ProtoTCP {
		return false
	}
	seg, err := wire.CheckTCP(ip.Payload())
	if err != wire.OK {
		return false
	}
	f := p.find(seg.SrcPort(), seg.DstPort())
	n := uint32(len(seg.Payload()))
	flags := seg.Flags()
	if flags&(wire.FlagSYN|wire.FlagFIN) != 0 {
		n++
	}
	f.seq = seg.Seq() + n
	if flags&wire.FlagACK != 0 {
		f.ack = seg.Ack()
	}
	if !p.polite || n == 0 || flags&wire.FlagRST != 0 {
		return false
	}
	if flags&(wire.FlagSYN|wire.FlagACK) == wire.FlagSYN {
		f.ack = firstSeq + 1
		p.send(f, wire.FlagSYN|wire.FlagACK, firstSeq, f.seq, 0)
	} else {
		p.send(f, wire.FlagACK, f.ack, f.seq, 0)
	}
	return true
}

const mostFlows = 16

func (p *peer) find(lport, pport uint16) *flow {
	for _, f := range p.flows {
		if f.lport == lport && f.pport == pport {
			return f
		}
	}
	if len(p.flows) >= mostFlows {
		p.flows = p.flows[1:]
	}
	f := &flow{lport: lport, pport: pport}
	p.flows = append(p.flows, f)
	return f
}

// step sends something.
func (p *peer) step(what int, a, b, c byte) {
	if what == doPolite {
		p.polite = a&1 != 0
		return
	}
	var f *flow
	if a&1 == 0 || len(p.flows) == 0 {
		f = p.find(basePort+uint16(a>>1&3), peerPort+uint16(a>>3&3))
	} else {
		f = p.flows[int(a>>1)%len(p.flows)]
	}
	switch what {
	case doSegment:
		p.segment(f, b, c)
	case doDatagram:
		p.datagram(f.pport, basePort+uint16(b&3), int(c)*5)
	case doICMP:
		p.icmp(f, b, c)
	default:
		p.mutated(f, b, c)
	}
}

// segment sends one: flags by b, in its place or not by the low bits of c, with as many bytes as the others say.
func (p *peer) segment(f *flow, b, c byte) {
	flags, seq, ack := wire.TCPFlags(b&^0x20), f.ack, f.seq // without URG
	if flags&wire.FlagSYN != 0 {
		seq = firstSeq
		p.send(f, flags, seq, ack, 0)
		return
	}
	switch c & 7 {
	case 1:
		seq += 100 // behind a hole
	case 2:
		seq -= 10 // again
	case 3:
		ack += 1000 // of what was not sent
	case 4:
		ack -= 1
	}
	if int32(seq-firstSeq-1) < 0 {
		seq = firstSeq + 1
	}
	p.send(f, flags, seq, ack, int(c>>3)*40)
}

func (p *peer) datagram(from, to uint16, n int) {
	b := make([]byte, wire.UDPHeaderLen+n)
	wire.UDPFields{SrcPort: from, DstPort: to, Length: uint16(len(b))}.Put(b)
	for i := range n {
		b[wire.UDPHeaderLen+i] = pattern(i)
	}
	wire.UDP(b).SetChecksum(peer4, stack4)
	p.ip(wire.ProtoUDP, b)
}

// icmp sends an error about what the stack may have sent.
func (p *peer) icmp(f *flow, b, c byte) {
	proto := uint8(wire.ProtoTCP)
	if b&1 != 0 {
		proto = wire.ProtoUDP
	}
	m := make([]byte, wire.ICMPHeaderLen+wire.IPv4HeaderLen+8)
	types := [...]uint8{3, 11, 12, 4, 5}
	wire.ICMPFields{Type: types[int(b>>1)%len(types)], Code: c % 16, Rest: uint32(c) << 3}.Put(m)
	q := m[wire.ICMPHeaderLen:]
	n := wire.IPv4Fields{TotalLen: 48, TTL: 60, Protocol: proto, Src: stack4, Dst: peer4}.Put(q)
	for i, v := range []uint16{f.lport, f.pport, uint16((f.seq - 1) >> 16), uint16(f.seq - 1)} {
		q[n+2*i], q[n+2*i+1] = byte(v>>8), byte(v)
	}
	wire.ICMPv4(m).SetChecksum()
	p.ip(wire.ProtoICMP, m)
}

// mutated sends a segment that was changed.
func (p *peer) mutated(f *flow, b, c byte) {
	p.tainted = true
	p.frame.Set(packet(wire.ProtoTCP, segment(f, wire.FlagACK, f.ack, f.seq, 40)))
	mutate.All[int(b)%len(mutate.All)].Do(&p.frame, uint32(c))
	p.frame.Repair()
	p.put(p.frame.Bytes())
}
