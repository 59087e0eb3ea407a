package tcpmachine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"stackproof/conformance/cases/oracle"
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// The two hosts, in the ranges for documentation (RFC 5737).
var (
	stackMAC = [6]byte{2, 0, 0, 0, 0, 1}
	peerMAC  = [6]byte{2, 0, 0, 0, 0, 2}
	stackIP  = [4]byte{192, 0, 2, 1}
	peerIP   = [4]byte{192, 0, 2, 2}
)

const (
	there  = 40000      // the peer's port
	other  = there + 1  // of somebody else there
	origin = 1000000    // the peer's initial sequence number
	window = 1<<16 - 1  // the peer's
	blind  = uint32(50) // what an ACK acknowledges where nothing was sent
)

// peer is the other end of the connection, and what it knows of it. Numbers are relative: either side's SYN is 0.
type peer struct {
	stack sut.SUT
	name  string
	now   sut.Time

	here     uint32 // the stack's port
	known    bool   // the stack's SYN has come, so iss is known
	iss      uint32
	una, nxt uint32 // acknowledged to the stack, and the next that it sends
	rcv      uint32 // the next that the stack expects
	sent     []segment
	base     uint32            // rcv when sent began
	was      map[uint32]uint32 // the flags of what was sent, by number
	asked    bool              // for the peer's hardware address
}

// segment is one that the stack sent to the port of the peer or of somebody else.
type segment struct {
	flags, seq, ack uint32
	again           bool // it was sent before
}

// failure ends all that is at work.
type failure string

func (p *peer) is(s sut.Status, what string) {
	if s != sut.OK {
		why := s.String()
		if e, ok := p.stack.(interface{ Err() error }); ok && e.Err() != nil {
			why = e.Err().Error()
		}
		panic(failure(what + ": " + why))
	}
}

func (p *peer) capabilities() {
	var caps sut.Caps
	p.is(p.stack.Capabilities(&caps), "capabilities")
	p.name = string(caps.Name[:caps.NameLen])
	if !caps.Features.Has(sut.FeatureTCP) || !caps.Features.Has(sut.FeatureIPv4) {
		panic(failure("the stack has no TCP over IPv4"))
	}
}

// take begins afresh and goes a way.
func (p *peer) take(way []event) {
	cfg := sut.Config{Seed: 1, MAC: stackMAC, MTU: 1500, Addr4: stackIP, Prefix4: 24}
	p.is(p.stack.Reset(&cfg), "reset")
	*p = peer{stack: p.stack, name: p.name, here: port, was: map[uint32]uint32{}}
	p.call(sut.Call{Op: sut.OpSocket, NewFD: own, Domain: sut.DomainIPv4, Type: sut.TypeStream})
	p.call(sut.Call{Op: sut.OpSetNonblock, FD: own, Value: 1})
	for i := range way {
		p.happen(&way[i])
		p.pass(time.Millisecond)
	}
	p.forget()
}

func (p *peer) pass(d time.Duration) { p.advance(p.now + d) }

// forget what was sent: what comes from here on is heard.
func (p *peer) forget() { p.sent, p.base = nil, p.rcv }

// hear has an event happen, and tells what the stack says to it.
func (p *peer) hear(e *event) string {
	p.happen(e)
	if e.wait == 0 {
		p.pass(answered)
	}
	return p.heard()
}

// heard is what the stack has sent that is new, each kind once; after an ACK stands whether it goes beyond what was
// acknowledged before.
func (p *peer) heard() string {
	var said []string
	for _, s := range p.sent {
		word := flagNames(s.flags)
		if s.flags&(frame.ACK|frame.RST) == frame.ACK && s.ack != p.base {
			word += "+"
		}
		if !s.again && (len(said) == 0 || said[len(said)-1] != word) {
			said = append(said, word)
		}
	}
	if said == nil {
		return "-"
	}
	return strings.Join(said, " ")
}

func (p *peer) happen(e *event) {
	switch {
	case e.segment:
		p.segment(e)
	case e.call != nil:
		e.call(p)
	default:
		p.pass(e.wait)
	}
}

// segment sends one that stands where the next is expected.
func (p *peer) segment(e *event) {
	ack, before := p.acked(e.old), p.rcv
	p.deliver(there, uint32(e.flags), p.rcv, ack)
	opening := before == 0 // in SYN-SENT an ACK counts with a SYN, later without (RFC 9293 3.10.7.3, 3.10.7.4)
	if e.flags.Has(oracle.ACK) && !e.flags.Has(oracle.RST) && p.known && e.flags.Has(oracle.SYN) == opening {
		p.una = ack
	}
}

// acked is what an ACK acknowledges.
func (p *peer) acked(old bool) uint32 {
	switch {
	case !p.known:
		return blind
	case old:
		return p.una
	}
	return p.nxt
}

// deliver gives the stack a segment without text.
func (p *peer) deliver(from, flags, seq, ack uint32) {
	var v frame.View
	frame.Build(make([]byte, frame.MinLen), &frame.Layout{Net: frame.NetIPv4, Transport: frame.TransportTCP}, &v)
	v.SetAddr(frame.EthDst, stackMAC[:])
	v.SetAddr(frame.EthSrc, peerMAC[:])
	v.SetAddr(frame.IPSrc, peerIP[:])
	v.SetAddr(frame.IPDst, stackIP[:])
	v.Set(frame.TCPSrcPort, from)
	v.Set(frame.TCPDstPort, p.here)
	v.Set(frame.TCPFlags, flags)
	v.Set(frame.TCPSeq, origin+seq)
	v.Set(frame.TCPWin, window)
	if flags&frame.ACK != 0 {
		v.Set(frame.TCPAck, p.iss+ack)
	}
	v.Repair()
	p.transmit(&v)
	p.advance(p.now)
}

// transmit sends a frame as it comes from a wire.
func (p *peer) transmit(v *frame.View) {
	p.is(p.stack.Deliver(frame.Pad(v.B[:cap(v.B)], v.B, frame.MinLen, 0), p), "deliver")
}

func (p *peer) advance(to sut.Time) {
	p.is(p.stack.Advance(to, p), fmt.Sprintf("advance to %v", to))
	p.now = to
	if p.asked {
		p.asked = false
		p.resolve()
	}
}

// resolve answers who has the peer's address.
func (p *peer) resolve() {
	var v frame.View
	frame.Build(make([]byte, frame.MinLen), &frame.Layout{Net: frame.NetARP}, &v)
	v.SetAddr(frame.EthDst, stackMAC[:])
	v.SetAddr(frame.EthSrc, peerMAC[:])
	v.Set(frame.ARPOp, 2)
	v.SetAddr(frame.ARPSHA, peerMAC[:])
	v.SetAddr(frame.ARPSPA, peerIP[:])
	v.SetAddr(frame.ARPTHA, stackMAC[:])
	v.SetAddr(frame.ARPTPA, stackIP[:])
	p.transmit(&v)
}

// call makes a call. What it answers does not matter; one that would wait is given up.
func (p *peer) call(c sut.Call) {
	var r sut.Result
	p.is(p.stack.Call(&c, &r, p), c.Op.String())
	p.advance(p.now)
	if r.Pending {
		p.stack.Cancel(r.ID, p) // unless it has completed meanwhile
	}
}

func (p *peer) address() sut.Addr {
	a := sut.Addr{Family: sut.DomainIPv4, Port: there}
	copy(a.IP[:], peerIP[:])
	return a
}

// Done implements sut.Sink.
func (p *peer) Done(sut.Time, sut.CallID, *sut.Result) {}

// Frame implements sut.Sink.
func (p *peer) Frame(_ sut.Time, b []byte) {
	var v frame.View
	if d := frame.Parse(slices.Clone(b), &v); !d.OK() {
		panic(failure("the stack sent a malformed frame: " + d.String()))
	}
	dst, _ := v.Addr(frame.IPDst)
	if wanted, ok := v.Addr(frame.ARPTPA); ok && bytes.Equal(wanted, peerIP[:]) {
		p.asked = true
	}
	if v.Transport == frame.TransportTCP && bytes.Equal(dst, peerIP[:]) {
		p.note(&v)
	}
}

// note remembers a segment, and what it tells about the connection.
func (p *peer) note(v *frame.View) {
	get := func(f frame.Field) uint32 { n, _ := v.Get(f); return n }
	flags, seq, ack, n := get(frame.TCPFlags), get(frame.TCPSeq), get(frame.TCPAck)-origin, get(frame.PayloadLen)
	if !p.known && flags&frame.SYN != 0 && get(frame.TCPDstPort) == there {
		p.known, p.iss, p.here = true, seq, get(frame.TCPSrcPort)
	}
	s := segment{flags: flags, seq: seq - p.iss, ack: ack}
	for _, f := range []uint32{frame.SYN, frame.FIN} {
		if flags&f != 0 {
			n++
		}
	}
	if end := s.seq + n; get(frame.TCPDstPort) == there && flags&frame.RST == 0 && n > 0 {
		s.again = end <= p.nxt && p.was[s.seq] == flags
		p.nxt, p.was[s.seq] = max(p.nxt, end), flags
	}
	if flags&(frame.ACK|frame.RST) == frame.ACK && get(frame.TCPDstPort) == there {
		p.rcv = max(p.rcv, ack)
	}
	p.sent = append(p.sent, s)
}
