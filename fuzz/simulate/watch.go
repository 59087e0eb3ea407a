package simulate

import (
	"encoding/binary"
	"time"
)

// packet is a frame as the simulator reads it. What cannot be read has no kind.
type packet struct {
	kind     kind
	v6       bool
	fragment bool
	src, dst [16]byte // IPv4 in the first four bytes; of ARP the sender and the target
	sport    uint16
	dport    uint16
	flags    byte
	seq, ack uint32
	window   uint16
	text     int // bytes
	sack     bool
	op       byte // of ARP; type of ICMP
	ip       int  // where the IP header begins
	l4       int  // where the one behind it begins
	end      int  // of the packet
}

type kind uint8

const (
	kindOther kind = iota
	kindARP
	kindTCP
	kindUDP
	kindICMP
)

const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	_
	flagACK
)

var be = binary.BigEndian

// parse reads a frame.
func parse(b []byte) (p packet) {
	if len(b) < 34 {
		return p
	}
	p.ip = 14
	switch be.Uint16(b[12:]) {
	case 0x0806:
		if len(b) >= 42 {
			p.kind, p.op = kindARP, b[21]
			copy(p.src[:], b[28:32])
			copy(p.dst[:], b[38:42])
		}
		return p
	case 0x0800:
		p.l4, p.end = 14+int(b[14]&15)*4, 14+int(be.Uint16(b[16:]))
		copy(p.src[:], b[26:30])
		copy(p.dst[:], b[30:34])
		p.fragment = be.Uint16(b[20:])&0x3fff != 0
		p.transport(b, b[23])
	case 0x86dd:
		if len(b) < 54 {
			return p
		}
		p.v6, p.l4, p.end = true, 54, 54+int(be.Uint16(b[18:]))
		copy(p.src[:], b[22:38])
		copy(p.dst[:], b[38:54])
		p.fragment = b[20] == 44
		p.transport(b, b[20])
	}
	return p
}

func (p *packet) transport(b []byte, proto byte) {
	if p.fragment || p.end > len(b) || p.l4+8 > p.end {
		return
	}
	t := b[p.l4:p.end]
	switch {
	case proto == 6 && len(t) >= 20:
		p.kind = kindTCP
		p.sport, p.dport, p.seq, p.ack = be.Uint16(t), be.Uint16(t[2:]), be.Uint32(t[4:]), be.Uint32(t[8:])
		p.flags, p.window = t[13], be.Uint16(t[14:])
		head := int(t[12]>>4) * 4
		if head < 20 || head > len(t) {
			p.kind = kindOther
			return
		}
		p.text = len(t) - head
		p.sack = hasSACK(t[20:head])
	case proto == 17:
		p.kind = kindUDP
		p.sport, p.dport, p.text = be.Uint16(t), be.Uint16(t[2:]), len(t)-8
	case proto == 1 && !p.v6, proto == 58 && p.v6:
		p.kind, p.op = kindICMP, t[0]
	}
}

// hasSACK tells whether there are blocks of SACK among options.
func hasSACK(o []byte) bool {
	for len(o) > 1 && o[0] != 0 {
		switch {
		case o[0] == 1:
			o = o[1:]
			continue
		case o[0] == 5:
			return true
		case o[1] < 2 || int(o[1]) > len(o):
			return false
		}
		o = o[o[1]:]
	}
	return false
}

// flow is one direction of a connection.
type flow struct {
	v6       bool
	src, dst [16]byte
	sport    uint16
	dport    uint16
}

func (p *packet) flow() flow { return flow{p.v6, p.src, p.dst, p.sport, p.dport} }

func (f flow) back() flow { return flow{f.v6, f.dst, f.src, f.dport, f.sport} }

// flowState is what was seen of it last.
type flowState struct {
	at       time.Duration
	lan      int
	seq, ack uint32 // the next of the sender, and what it expects
	window   uint16
	closed   bool // the window
	syns     int
	opened   bool
	frame    []byte // the last one
}

// question is who asks for whose hardware address.
type question struct{ who, whom [16]byte }

// watch looks at a frame that somebody sends.
func (w *world) watch(lan, port int, b []byte) {
	p := parse(b)
	switch p.kind {
	case kindARP:
		w.resolving(port > 1 && p.op == 1 && b[0]&1 != 0, p.op == 2, question{p.src, p.dst}, question{p.dst, p.src})
	case kindICMP:
		if p.v6 && p.l4+24 <= p.end {
			var target [16]byte
			copy(target[:], b[p.l4+8:])
			w.resolving(port > 1 && p.op == 135 && b[0]&1 != 0, p.op == 136, question{p.src, target}, question{p.dst, target})
		}
	case kindTCP:
		if port > 1 { // what a villain sends says nothing, nor what the router passes on for it
			w.segment(lan, &p, b)
		}
	}
}

// resolving notes questions for neighbours, and answers to those that had been answered long ago.
func (w *world) resolving(asks, answers bool, asked, answered question) {
	const long = 10 * time.Second
	switch {
	case asks:
		if at, known := w.asked[asked]; known && at > 0 && w.now-at > long {
			w.asked[asked] = -w.now // once more
		} else if !known {
			w.asked[asked] = 0
		}
	case answers:
		if at, known := w.asked[answered]; known {
			if at < 0 {
				w.hit(goalNeighbour)
			}
			w.asked[answered] = w.now
		}
	}
}

// segment notes what a segment says.
func (w *world) segment(lan int, p *packet, b []byte) {
	key := p.flow()
	s := w.flows[key]
	if s == nil {
		s = &flowState{}
		w.flows[key] = s
	}
	if p.flags&flagSYN != 0 {
		if p.flags&flagACK == 0 && s.seq == p.seq+1 && !s.opened {
			s.syns++
		} else {
			*s = flowState{frame: s.frame, syns: 1}
		}
	}
	if p.flags&flagRST == 0 {
		if p.flags&flagSYN == 0 {
			if s.syns > 1 && !s.opened {
				w.hit(goalSYNAgain)
			}
			s.opened = true
			switch {
			case p.window == 0:
				s.closed = true
			case s.closed:
				s.closed = false
				w.hit(goalWindow)
			}
		}
		s.seq, s.ack, s.window = p.seq+uint32(p.text), p.ack, p.window
		if p.flags&(flagSYN|flagFIN) != 0 {
			s.seq++
		}
	}
	if p.sack {
		w.hit(goalOutOfOrder)
	}
	s.at, s.lan = w.now, lan
	if len(w.villains) > 0 {
		s.frame = append(s.frame[:0], b...)
	}
}
