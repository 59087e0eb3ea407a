package siege

import (
	"bytes"
	"fmt"
	"time"

	"stackproof/stack"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// The friend is a third host of the link. Whatever the others do, what it does with the stack works.
var (
	friendMAC = wire.MAC{2, 0, 0, 0, 0, 3}
	friend4   = wire.IPv4(192, 0, 2, 3)
	friend6   = host6(3)
)

const (
	friendPort, servicePort = 5000, 9
	question, answer        = "hello", "goodbye"
	friendISS               = 7000
)

// friend is a friend's side of an exchange.
type friend struct {
	h        *host
	own, to  wire.Addr
	b        [128]byte
	arp, na  bool // what the stack has answered
	echo     bool
	listener int

	seq, ack uint32
	flags    wire.TCPFlags
	text     [16]byte
	n        int
}

// Exchange has a friend ask for the stack's address, ping it, connect, send some bytes and get some back, over IPv4 or IPv6.
// The link is plugged in first, and out and in again if somebody has taken the address (RFC 4862 5.4.5, RFC 5227 2.4), and
// the application throws away what nobody has accepted.
func (s *Siege) Exchange(v6 bool) error {
	f := &s.friend
	*f = friend{h: s.work, own: friend4, to: stack4}
	if v6 {
		f.own, f.to = friend6, stack6
	}
	if !f.ready() {
		return fmt.Errorf("the stack has no address %v: %v", f.to, s.work.AddressStatus(f.to))
	}
	for step := range numSteps {
		if !f.does(step) {
			return fmt.Errorf("a friend over %v does not get %s", f.to, stepNames[step])
		}
		f.take()
	}
	if v := s.work.Check(s.work.now); !v.Holds() {
		return fmt.Errorf("after an exchange with a friend %v does not hold in row %d", v.Rule, v.Row)
	}
	return nil
}

// The steps of an exchange.
const (
	stepAsk = iota
	stepPing
	stepListen
	stepConnect
	stepSend
	stepHear
	numSteps
)

var stepNames = [numSteps]string{
	"an answer to who has the address", "a reply to a ping", "a listener", "an answer to a SYN", "the bytes to where they go", "the bytes of the answer",
}

// does does a step, and reports whether the stack has done its part.
func (f *friend) does(step int) bool {
	switch step {
	case stepAsk:
		return f.asks()
	case stepPing:
		return f.pings()
	case stepListen:
		return f.listens()
	case stepConnect:
		return f.connects()
	case stepSend:
		return f.sends()
	}
	return f.hears() && f.h.rest()
}

// ready sees to it that the stack has its address and room for a connection more.
func (f *friend) ready() bool {
	h := f.h
	for id := range tcpRows {
		for {
			conn, c := h.TCPAccept(id)
			if c != stack.OK {
				break
			}
			h.TCPAbort(h.now, conn)
		}
	}
	if h.AddressStatus(f.to) == stack.AddrInUse {
		h.SetLink(h.now, false)
	}
	h.SetLink(h.now, true)
	if h.AddressStatus(f.to) != stack.OK {
		h.pass(15 * time.Second)
	}
	h.rest()
	f.take()
	return h.AddressStatus(f.to) == stack.OK
}

// take takes what the stack has sent and notes what is for the friend.
func (f *friend) take() {
	for b := f.h.dev.Sent(); b != nil; b = f.h.dev.Sent() {
		f.note(b)
		f.h.dev.Done()
	}
}

func (f *friend) note(b []byte) {
	e, err := wire.CheckEthernet(b)
	if err != wire.OK || e.Dst() != friendMAC {
		return
	}
	if seg, src, dst, ok := segmentOf(b); ok {
		if src == f.to && dst == f.own && seg.DstPort() == friendPort {
			f.flags = seg.Flags()
			f.seq, f.ack = seg.Seq(), seg.Ack()
			f.n = copy(f.text[:], seg.Payload())
		}
		return
	}
	switch p := e.Payload(); {
	case e.Type() == wire.EtherTypeARP:
		f.arp = true
	case e.Type() == wire.EtherTypeIPv4 && len(p) > 20 && p[9] == wire.ProtoICMP:
		f.echo = p[20] == wire.ICMPv4EchoReply && bytes.HasSuffix(bytes.TrimRight(p, "\x00"), []byte(question))
	case e.Type() == wire.EtherTypeIPv6 && len(p) > 40 && p[6] == wire.ProtoICMPv6:
		f.na = f.na || p[40] == wire.ICMPv6NeighborAdvert
		f.echo = f.echo || p[40] == wire.ICMPv6EchoReply && bytes.HasSuffix(p, []byte(question))
	}
}

// tell sends the stack what IP carries.
func (f *friend) tell(proto uint8, b []byte) bool {
	p := f.b[:]
	n := wire.EthernetFields{Dst: stackMAC, Src: friendMAC, Type: wire.EtherTypeIPv4}.Put(p)
	if f.own.Is6() {
		n = wire.EthernetFields{Dst: stackMAC, Src: friendMAC, Type: wire.EtherTypeIPv6}.Put(p)
		n += wire.IPv6Fields{PayloadLen: uint16(len(b)), NextHeader: proto, HopLimit: 255, Src: f.own, Dst: f.to}.Put(p[n:])
	} else {
		n += wire.IPv4Fields{TotalLen: uint16(wire.IPv4HeaderLen + len(b)), TTL: 64, Protocol: proto, Src: f.own, Dst: f.to}.Put(p[n:])
	}
	return f.put(p[:n+copy(p[n:], b)])
}

func (f *friend) put(b []byte) bool {
	if !f.h.dev.Put(b) || !f.h.rest() {
		return false
	}
	f.take()
	return true
}

func (f *friend) asks() bool {
	if f.own.Is6() {
		var b [32]byte
		wire.PutNeighborSolicit(b[:], f.to)
		wire.PutLinkAddr(b[24:], wire.NDPSourceLinkAddr, friendMAC)
		wire.ICMPv6(b[:]).SetChecksum(f.own, f.to)
		return f.tell(wire.ProtoICMPv6, b[:]) && f.na
	}
	p := f.b[:]
	n := wire.EthernetFields{Dst: wire.Broadcast, Src: friendMAC, Type: wire.EtherTypeARP}.Put(p)
	n += wire.ARPFields{Op: wire.ARPRequest, SenderMAC: friendMAC, SenderIP: f.own, TargetIP: f.to}.Put(p[n:])
	return f.put(p[:n]) && f.arp
}

func (f *friend) pings() bool {
	var b [wire.ICMPHeaderLen + len(question)]byte
	copy(b[wire.ICMPHeaderLen:], question)
	if f.own.Is6() {
		wire.ICMPFields{Type: wire.ICMPv6Echo, Rest: 1}.Put(b[:])
		wire.ICMPv6(b[:]).SetChecksum(f.own, f.to)
		return f.tell(wire.ProtoICMPv6, b[:]) && f.echo
	}
	wire.ICMPFields{Type: wire.ICMPv4Echo, Rest: 1}.Put(b[:])
	wire.ICMPv4(b[:]).SetChecksum()
	return f.tell(wire.ProtoICMP, b[:]) && f.echo
}

func (f *friend) listens() bool {
	id, c := f.h.TCPListen(wire.Addr{}, servicePort, 1)
	f.listener = id
	return c == stack.OK
}

// segment sends one of the friend's.
func (f *friend) segment(flags wire.TCPFlags, seq, ack uint32, data string) bool {
	var b [wire.TCPHeaderLen + len(question)]byte
	n := wire.TCPFields{SrcPort: friendPort, DstPort: servicePort, Seq: seq, Ack: ack, Flags: flags, Window: 4000}.Put(b[:])
	n += copy(b[n:], data)
	wire.TCP(b[:n]).SetChecksum(f.own, f.to)
	return f.tell(wire.ProtoTCP, b[:n])
}

func (f *friend) connects() bool {
	return f.segment(wire.FlagSYN, friendISS, 0, "") && f.flags == wire.FlagSYN|wire.FlagACK && f.ack == friendISS+1
}

func (f *friend) sends() bool {
	f.n = 0
	return f.segment(wire.FlagACK|wire.FlagPSH, friendISS+1, f.seq+1, question)
}

// hears accepts, looks at what came, answers, and ends it all.
func (f *friend) hears() bool {
	h := f.h
	id, c := h.TCPAccept(f.listener)
	if c != stack.OK {
		return false
	}
	var b [16]byte
	n, c := h.TCPRead(id, b[:], false)
	if c != stack.OK || string(b[:n]) != question || h.TCPState(id) != tcp.Established {
		return false
	}
	n, c = h.TCPWrite(id, []byte(answer))
	if c != stack.OK || n != len(answer) || !h.rest() {
		return false
	}
	f.take()
	h.TCPAbort(h.now, id)
	h.TCPClose(h.now, f.listener)
	return string(f.text[:f.n]) == answer
}
