package build

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/script"
)

// Packet is a packet of a script, to be sent or expected. Its methods return another one that differs in one thing.
type Packet struct {
	flow    int
	ip      string
	body    string
	tcp     *script.TCP // instead of body
	options string      // of TCP, with their brackets
	fields  []string
	data    string // and how it is cut
}

// Text is a packet in the language's own words, from behind the arrow on and before the braces: "icmp echo_request id 7 seq
// 1 (56)".
func Text(body string) Packet { return Packet{body: body} }

// TCP is a segment with these flags and so much text, from a sequence number on that counts from its sender's SYN.
func TCP(flags string, seq uint32, n uint16) Packet {
	return Packet{tcp: &script.TCP{Flags: flags, Seq: seq, Len: n}}
}

// segment is a copy whose TCP part can be changed.
func (p Packet) segment() (Packet, *script.TCP) {
	t := *p.tcp
	p.tcp = &t
	return p, &t
}

func number(n uint32) script.OptNum { return script.OptNum{Set: true, Num: script.Num{N: n}} }

// Ack is a segment that acknowledges up to n.
func (p Packet) Ack(n uint32) Packet {
	p, t := p.segment()
	t.Ack = number(n)
	return p
}

// Win is a segment with this window.
func (p Packet) Win(n uint32) Packet {
	p, t := p.segment()
	t.Win = number(n)
	return p
}

// Options is a segment with these TCP options, in the language's words without their brackets.
func (p Packet) Options(list string) Packet {
	p.options = " <" + list + ">"
	return p
}

// AnyOptions is an expected segment of which options are not compared.
func (p Packet) AnyOptions() Packet { return p.Options("...") }

// Flow is the packet on another connection.
func (p Packet) Flow(n int) Packet {
	p.flow = n
	return p
}

// IP is the packet with these items of IP, in the language's words without their brackets: "ttl 1, options 94040000".
func (p Packet) IP(items string) Packet {
	p.ip = items
	return p
}

// With is the packet with a named field: set, where it is sent; compared, where it is expected. condition is as between the
// braces: "ip.ttl=1", "udp.sum+=1", "tcp.flags&0x10".
func (p Packet) With(condition string) Packet {
	p.fields = append(slices.Clip(p.fields), condition)
	return p
}

// Data is the packet with this payload.
func (p Packet) Data(b []byte) Packet {
	p.data = fmt.Sprintf(" data %x", b)
	return p
}

// Truncate is the packet cut to n bytes, the Ethernet header's included.
func (p Packet) Truncate(n int) Packet {
	p.data += fmt.Sprint(" truncate ", n)
	return p
}

// String is the packet in the language's words, from behind the arrow on.
func (p Packet) String() string {
	var parts []string
	if p.flow != 0 {
		parts = append(parts, fmt.Sprint("flow ", p.flow))
	}
	if p.ip != "" {
		parts = append(parts, "["+p.ip+"]")
	}
	body := p.body
	if p.tcp != nil {
		body = p.tcp.String() + p.options
	}
	parts = append(parts, body)
	if len(p.fields) > 0 {
		parts = append(parts, "{"+strings.Join(p.fields, ", ")+"}")
	}
	return strings.Join(parts, " ") + p.data
}
