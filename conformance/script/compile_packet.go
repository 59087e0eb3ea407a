package script

import (
	"strings"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// packetBuilder gathers one packet's fields. What the line says by packetdrill's own notation comes first; a field
// that the braces name takes the place of the same field there.
type packetBuilder struct {
	*compiler
	src *Packet
	out vm.Packet
}

// packets compiles a packet line. A segment to inject that is longer than the link takes goes in parts, as the card
// beneath packetdrill cuts it.
func (c *compiler) packets(ev *vm.Event, k *Packet) (more []vm.Event) {
	t, ok := k.Body.(*TCP)
	if !k.Out {
		c.cut = ok && c.meta.ID == "" && int(t.Len) > c.mss()
	}
	if k.Out || !c.cut {
		c.packet(ev, k)
		c.delayed(ev)
		return nil
	}
	flags := strings.Trim(t.Flags, "PF")
	for at := 0; at < int(t.Len); at += c.mss() {
		part, piece := *t, *k
		part.Seq, part.Len = t.Seq+uint32(at), uint16(min(c.mss(), int(t.Len)-at))
		if at+int(part.Len) < int(t.Len) {
			part.Flags = flags
		}
		piece.Body = &part
		if at == 0 {
			c.packet(ev, &piece)
			continue
		}
		next := vm.Event{}
		c.packet(&next, &piece)
		more = append(more, next)
	}
	return more
}

// mss is the most text of an injected segment: what --mss says, or what the link takes.
func (c *compiler) mss() int {
	if n := int(c.host.cut); n > 0 {
		return n
	}
	return int(c.host.mss())
}

// delayed lets an acknowledgment that the stack may delay come as late as that (RFC 9293 3.8.6.3, MUST-40): in neutral
// all that carry nothing else, and those of a segment that was cut, of which the last part may be alone.
func (c *compiler) delayed(ev *vm.Event) {
	if ev.Packet.Later && ev.Packet.Payload.Len == 0 && ev.Span == 0 && ev.Mode != vm.AnyTime {
		ev.Span = maxAckDelay
	}
}

const maxAckDelay = 500 * time.Millisecond

// packet compiles one packet.
func (c *compiler) packet(ev *vm.Event, k *Packet) {
	if len(k.Encap) > 0 {
		c.lack(k.Pos, "packet", "packets inside of others: `%s`", strings.Join(k.Encap, ": "))
	}
	ev.Kind = vm.Inject
	if k.Out {
		ev.Kind = vm.Expect
		if k.Truncate != 0 || k.Pad != 0 {
			c.fail(k.Pos, "packet", "truncate and pad are for injected packets")
		}
	}
	b := &packetBuilder{compiler: c, src: k}
	b.out.Net = vm.NetIPv4
	if c.host.form == IPv6 {
		b.out.Net = vm.NetIPv6
	}
	switch body := k.Body.(type) {
	case *TCP:
		b.tcp(body)
	case *UDP:
		b.udp(body)
	case *ICMP:
		b.icmp(body)
	case *ARP:
		b.arp(body)
	case *ND:
		b.nd(body)
	case *Eth:
		b.out.Net = vm.NetRaw
		b.out.Payload.Len = uint32(body.Len)
		c.need(sut.FeatureRaw)
	case *IP:
		b.out.Payload.Len, b.out.Payload.Any = uint32(body.Len), body.Any
	}
	b.ipInfo()
	b.fields()
	b.data()
	if k.Truncate != 0 || k.Pad != 0 {
		b.out.Truncate, b.out.Pad, b.out.PadByte = uint16(k.Truncate), uint16(k.Pad), uint8(k.PadByte)
		c.need(sut.FeatureRaw)
	}
	ev.Packet = b.out
}

// data puts literal bytes in the pattern's place; where the line says a length too, it must be theirs.
func (b *packetBuilder) data() {
	if b.src.Data == "" {
		return
	}
	data := unhex(b.src.Data)
	if n := b.out.Payload.Len; n != 0 && int(n) != len(data) {
		b.fail(b.src.Pos, "data", "%d bytes, but the line says %d", len(data), n)
	}
	b.out.Payload = vm.Payload{Len: uint32(len(data)), Literal: true, Data: data}
}

// op is how a field without an operator of its own is meant: set in a packet to send, equal in one to come.
func (b *packetBuilder) op() vm.CheckOp {
	if b.src.Out {
		return vm.Equal
	}
	return vm.Set
}

func (b *packetBuilder) add(f vm.FieldOp) {
	for _, named := range b.src.Fields {
		// What is added to a field is added to what the field would be otherwise.
		if i, _ := fieldByName(named.Name); i == f.Field && named.Op != "+=" {
			return
		}
	}
	b.out.Fields = append(b.out.Fields, f)
}

// num adds a number; sequence numbers count from their base.
func (b *packetBuilder) num(f frame.Field, n uint32) {
	b.add(vm.FieldOp{Field: f, Op: b.op(), Base: seqBase(f, b.src.Out), N: n})
}

// addr adds an address by its name.
func (b *packetBuilder) addr(f frame.Field, name string) {
	op := vm.FieldOp{Field: f, Op: b.op()}
	b.resolve(&op, Value{Pos: b.src.Pos, Text: name})
	b.add(op)
}

var tcpFlagBits = map[rune]uint32{'F': 1, 'S': 2, 'R': 4, 'P': 8, '.': 16, 'U': 32, 'E': 64, 'W': 128, 'C': 128}

func (b *packetBuilder) tcp(t *TCP) {
	b.need(sut.FeatureTCP)
	b.out.Transport = vm.TransportTCP
	if t.Tunnel.Set {
		b.unsupported(b.src.Pos, "tcp packet", tunnelled)
	}
	b.tcpFlags(t)
	switch {
	case t.Abs:
		b.add(vm.FieldOp{Field: frame.TCPSeq, Op: b.op(), N: t.Seq})
	case !t.AnySeq:
		b.num(frame.TCPSeq, t.Seq)
	}
	if t.Ack.Set {
		b.num(frame.TCPAck, t.Ack.N)
	}
	if t.Win.Set && !(b.src.Out && b.foreign.Neutral) {
		b.num(frame.TCPWin, t.Win.N)
	}
	if t.Urg.Set {
		b.num(frame.TCPUrg, t.Urg.N)
	}
	b.ports(false, frame.TCPSrcPort, frame.TCPDstPort)
	b.out.Payload.Len = uint32(t.Len)
	// packetdrill's rule: what one line expects may come cut to the segment size. Our own cases say what they mean.
	b.out.Split = b.src.Out && b.meta.ID == "" && !b.host.strictSegments && (t.Len > 0 || b.foreign.On)
	b.out.Later = b.src.Out && (b.foreign.Neutral && (t.Len > 0 || t.Flags == ".") || b.cut && t.Len == 0 && t.Flags == ".")
	b.tcpOptions(t)
}

// tcpFlags: AccECN's bit A lies among the reserved ones (RFC 9768 3.1). Where it plays a part it is compared.
func (b *packetBuilder) tcpFlags(t *TCP) {
	flags, accurate, ace := uint32(0), false, uint32(0)
	for _, f := range t.Flags {
		flags |= tcpFlagBits[f]
		if f == 'A' {
			accurate, ace = true, 1
		} else if '0' <= f && f <= '7' {
			accurate, ace = true, uint32(f-'0')>>2
			flags |= uint32(f-'0') & 3 << 6
		}
	}
	b.num(frame.TCPFlags, flags)
	if accurate {
		b.num(frame.TCPRes, ace)
	}
}

var tcpOptionKinds = map[string]uint8{"eol": 0, "nop": 1, "mss": 2, "wscale": 3, "sackOK": 4, "sack": 5, "TS": 8}

func (b *packetBuilder) tcpOptions(t *TCP) {
	b.out.OptionsAny = t.Ellipsis
	for i := range t.Options {
		b.out.Options = append(b.out.Options, b.tcpOption(&t.Options[i]))
	}
	if b.src.Out && b.foreign.On {
		b.leaveOpen()
	}
}

func (b *packetBuilder) tcpOption(o *TCPOption) vm.Option {
	switch _, raw := rawOptions[o.Name]; {
	case o.Name == "opt":
		return vm.Option{Kind: uint8(o.N[0]), Raw: true, Data: append([]byte{uint8(o.N[0])}, unhex(o.Hex)...)}
	case o.Name == "FO", o.Name == "FOEXP":
		b.unsupported(o.Pos, "tcp option", fastOpen)
	case o.Hex == "valid":
		b.lack(o.Pos, "tcp option", "a signer of segments (TCP MD5)")
	case raw:
		data := o.bytes()
		return vm.Option{Kind: data[0], Raw: true, Data: data}
	}
	v := vm.Option{Kind: tcpOptionKinds[o.Name], Any: o.Any, AnyN: o.AnyN, AbsN: o.AbsN, Count: uint8(len(o.N))}
	copy(v.N[:], o.N)
	if o.MTU {
		v.N[0], v.Count = b.host.mss(), 1
	}
	return v
}

// unhex decodes the hexadecimal digits that the parser accepted.
func unhex(s string) []byte {
	b := make([]byte, len(s)/2)
	for i := range b {
		n, _ := parseUint("0x" + s[2*i:2*i+2])
		b[i] = byte(n)
	}
	return b
}

func (b *packetBuilder) udp(u *UDP) {
	b.need(sut.FeatureUDP)
	b.out.Transport = vm.TransportUDP
	b.ports(true, frame.UDPSrcPort, frame.UDPDstPort)
	b.out.Split = b.src.Out && b.foreign.On
	b.out.Payload.Len = uint32(u.Len)
}

func (b *packetBuilder) ipInfo() {
	o := octet{b: b, dscp: -1, ecn: -1}
	for _, it := range b.src.IP {
		switch it.Name {
		case "tos", "class":
			b.num(frame.IPTOS, it.N.N)
		case "dscp":
			o.dscp = int(it.N.N)
		case "ttl", "hlim":
			b.num(frame.IPTTL, it.N.N)
		case "flowlabel":
			if b.host.form == IPv4 {
				b.fail(it.Pos, "ip info", "IPv4 has no flow label")
			}
			b.num(frame.IPFlow, it.N.N)
		case "options":
			if b.src.Out || b.host.form == IPv6 {
				b.fail(it.Pos, "ip info", "options are for injected IPv4 packets")
			}
			b.out.NetOptions = unhex(it.Hex)
		default:
			o.ecn, o.either = int(ecnNames[it.Name]), it.Name == "ect01"
			if o.either && !b.src.Out {
				b.fail(it.Pos, "ip info", "ect01 is for expected packets")
			}
		}
	}
	o.add()
}

// octet gathers the octet that differentiated services (RFC 2474) and ECN (RFC 3168 5) share; -1: not said. Code points
// that a line does not name are 0 beside an ECN, and any beside a `dscp`.
type octet struct {
	b         *packetBuilder
	dscp, ecn int
	either    bool // ECT(0) or ECT(1)
}

func (o *octet) add() {
	if o.dscp < 0 && o.ecn < 0 {
		return
	}
	low := uint32(max(o.dscp, 0))<<2 | uint32(max(o.ecn, 0))
	high := low
	switch {
	case o.either:
		low, high = low|1, low|2
	case o.ecn < 0 && o.b.src.Out:
		high |= 3
	}
	if low == high {
		o.b.num(frame.IPTOS, low)
		return
	}
	o.b.add(vm.FieldOp{Field: frame.IPTOS, Op: vm.AtLeast, N: low})
	o.b.add(vm.FieldOp{Field: frame.IPTOS, Op: vm.AtMost, N: high})
}

// fields adds what the braces name.
func (b *packetBuilder) fields() {
	for _, f := range b.src.Fields {
		n, _ := fieldByName(f.Name)
		op := vm.FieldOp{Field: n, Op: checkOps[f.Op], Base: seqBase(n, b.src.Out)}
		if !b.src.Out {
			op.Op = vm.Set
		}
		switch {
		case f.Op == "+=":
			op.Op, op.Base = vm.Add, vm.BaseZero
			if b.src.Out {
				b.fail(f.Pos, "field "+f.Name, "`+=` is for injected packets")
			}
		case f.Op != "=" && !b.src.Out:
			b.fail(f.Pos, "field "+f.Name, "`%s` is for expected packets", f.Op)
		}
		if f.Value.Text == "none" && f.Op == "=" && (n == frame.NDSLL || n == frame.NDTLL) {
			continue
		}
		b.resolve(&op, f.Value)
		b.out.Fields = append(b.out.Fields, op)
	}
	if len(b.out.Fields) > vm.MaxFields {
		b.fail(b.src.Pos, "packet", "%d fields, above the limit %d", len(b.out.Fields), vm.MaxFields)
	}
}

// resolve gives op its value.
func (b *packetBuilder) resolve(op *vm.FieldOp, v Value) {
	what := "field " + op.Field.String()
	if op.Field.IsAddr() && op.Op != vm.Set && op.Op != vm.Equal && op.Op != vm.NotEq {
		b.fail(v.Pos, what, "an address is set and compared by = and != only")
	}
	if len(v.Text) > 0 && v.Text[0] == '$' {
		b.variable(op, v)
		return
	}
	version := int(b.host.form)
	switch kindOf(op.Field) {
	case kindNum:
		if v.Text != "" {
			b.fail(v.Pos, what, "`%s` is not a number", v.Text)
		}
		if uint64(v.Num.N)>>op.Field.Bits() != 0 {
			b.fail(v.Pos, what, "%s does not fit into %d bits", v.Num, op.Field.Bits())
		}
		op.N = v.Num.N
		return
	case kindMAC:
		m, cause := b.host.mac(v.String())
		if cause != "" {
			b.fail(v.Pos, what, "%s", cause)
		}
		copy(op.B[:], m[:])
		return
	case kindIPv4:
		version = 4
	case kindIPv6:
		version = 6
	}
	a, cause := b.host.ip(v.String(), version)
	if cause != "" {
		b.fail(v.Pos, what, "%s", cause)
	}
	copy(op.B[:], a.AsSlice())
}

// variable is what a script calls $x: its number in the program, and whether it holds an address.
type variable struct {
	n    uint8
	addr bool
}

// variable binds a variable at its first place, and uses it everywhere else.
func (b *packetBuilder) variable(op *vm.FieldOp, v Value) {
	what := "field " + op.Field.String()
	op.Base, op.N = vm.BaseVar, v.Num.N
	x, bound := b.vars[v.Text]
	switch {
	case !bound:
		if !b.src.Out || op.Op != vm.Equal || v.Num.N != 0 {
			b.fail(v.Pos, what, "%s has no value yet: an expected packet gives it one by `%s=%s`", v.Text, op.Field, v.Text)
		}
		x = b.newVar(v.Pos, v.Text, op.Field.IsAddr())
		op.Op, op.Base = vm.Capture, vm.BaseZero
	case x.addr != op.Field.IsAddr():
		b.fail(v.Pos, what, "%s holds a number where this is an address, or the other way round", v.Text)
	case x.addr && v.Num.N != 0:
		b.fail(v.Pos, what, "nothing can be added to an address")
	}
	op.Var = x.n
}

func (c *compiler) newVar(p Pos, name string, addr bool) variable {
	if len(c.vars) == codeVar { // the last is what code reads into
		c.fail(p, "variable", "%s is one more than the limit %d", name, codeVar)
	}
	x := variable{uint8(len(c.vars)), addr}
	c.vars[name] = x
	return x
}
