package script

import (
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

// packet compiles a packet line.
func (c *compiler) packet(ev *vm.Event, k *Packet) {
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
	flags := uint32(0)
	for _, f := range t.Flags {
		flags |= tcpFlagBits[f]
	}
	b.num(frame.TCPFlags, flags)
	b.num(frame.TCPSeq, t.Seq)
	if t.Ack.Set {
		b.num(frame.TCPAck, t.Ack.N)
	}
	if t.Win.Set {
		b.num(frame.TCPWin, t.Win.N)
	}
	if t.Urg.Set {
		b.num(frame.TCPUrg, t.Urg.N)
	}
	b.ports(false, frame.TCPSrcPort, frame.TCPDstPort)
	b.out.Payload.Len = uint32(t.Len)
	// packetdrill's rule: what one line expects may come cut to the segment size. Our own cases say what they mean.
	b.out.Split = b.src.Out && b.meta.ID == "" && t.Len > 0
	b.tcpOptions(t)
}

var tcpOptionKinds = map[string]uint8{"eol": 0, "nop": 1, "mss": 2, "wscale": 3, "sackOK": 4, "sack": 5, "TS": 8}

func (b *packetBuilder) tcpOptions(t *TCP) {
	b.out.OptionsAny = t.Ellipsis
	for i := range t.Options {
		o := &t.Options[i]
		v := vm.Option{Any: o.Any, AnyN: o.AnyN, Count: uint8(len(o.N))}
		copy(v.N[:], o.N)
		if o.MTU {
			v.N[0], v.Count = b.host.mss(), 1
		}
		if o.Name == "opt" {
			v = vm.Option{Kind: uint8(o.N[0]), Raw: true, Data: append([]byte{uint8(o.N[0])}, unhex(o.Hex)...)}
		} else {
			v.Kind = tcpOptionKinds[o.Name]
		}
		b.out.Options = append(b.out.Options, v)
	}
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
	b.out.Payload.Len = uint32(u.Len)
}

func (b *packetBuilder) ipInfo() {
	for _, it := range b.src.IP {
		switch it.Name {
		case "tos":
			b.num(frame.IPTOS, it.N.N)
		case "ttl":
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
			// RFC 3168 5: the two low bits of the octet. Without a `tos` the others are 0.
			b.num(frame.IPTOS, map[string]uint32{"noecn": 0, "ect1": 1, "ect0": 2, "ce": 3}[it.Name])
		}
	}
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
	if len(c.vars) == vm.Vars {
		c.fail(p, "variable", "%s is one more than the limit %d", name, vm.Vars)
	}
	x := variable{uint8(len(c.vars)), addr}
	c.vars[name] = x
	return x
}
