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
	b.out.Flow = uint8(k.Flow)
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
		b.out.Payload.Len = body.Len
		c.need(sut.FeatureRaw)
	case *IP:
		b.out.Payload.Len = body.Len
	}
	b.ipInfo()
	b.fields()
	if k.Truncate != 0 || k.Pad != 0 {
		b.out.Truncate, b.out.Pad, b.out.PadByte = uint16(k.Truncate), uint16(k.Pad), uint8(k.PadByte)
		c.need(sut.FeatureRaw)
	}
	ev.Packet = b.out
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
		if i, _ := fieldByName(named.Name); i.field == f.Field {
			return
		}
	}
	b.out.Fields = append(b.out.Fields, f)
}

func (b *packetBuilder) num(f frame.Field, n uint32) { b.based(f, vm.BaseZero, n) }

func (b *packetBuilder) based(f frame.Field, base vm.Base, n uint32) {
	b.add(vm.FieldOp{Field: f, Op: b.op(), Base: base, N: n})
}

// addr adds an address by its name.
func (b *packetBuilder) addr(f frame.Field, name string) {
	op := vm.FieldOp{Field: f, Op: b.op()}
	for _, i := range fieldTable {
		if i.field == f {
			b.resolve(&op, i, Value{Pos: b.src.Pos, Text: name})
		}
	}
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
	// The sender of the packet owns the sequence number, the other side what it acknowledges.
	seq, ack := vm.BasePeerISN, vm.BaseLocalISN
	if b.src.Out {
		seq, ack = ack, seq
	} else if !t.Win.Set && flags&4 == 0 {
		b.fail(b.src.Pos, "tcp packet", "an injected segment needs `win`")
	}
	b.num(frame.TCPFlags, flags)
	b.based(frame.TCPSeq, seq, t.Seq)
	if t.Ack.Set {
		b.based(frame.TCPAck, ack, t.Ack.N)
	}
	if t.Win.Set {
		b.num(frame.TCPWin, t.Win.N)
	}
	if t.Urg.Set {
		b.num(frame.TCPUrg, t.Urg.N)
	}
	b.ports(flowKey{false, b.src.Flow}, frame.TCPSrcPort, frame.TCPDstPort)
	b.out.Payload.Len = t.Len
	b.tcpOptions(t)
}

var tcpOptionKinds = map[string]uint8{"eol": 0, "nop": 1, "mss": 2, "wscale": 3, "sackOK": 4, "sack": 5, "TS": 8}

func (b *packetBuilder) tcpOptions(t *TCP) {
	b.out.OptionsAny = t.Ellipsis
	if t.Ellipsis && len(t.Options) > 0 {
		b.fail(t.Options[0].Pos, "tcp options", "options before `...` are not supported")
	}
	for i := range t.Options {
		o := &t.Options[i]
		v := vm.Option{Any: o.Any, Count: uint8(len(o.N))}
		copy(v.N[:], o.N)
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
	b.ports(flowKey{true, b.src.Flow}, frame.UDPSrcPort, frame.UDPDstPort)
	b.out.Payload.Len = u.Len
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
		default:
			// RFC 3168 5: the two low bits of the octet. Without a `tos` the others are 0.
			b.num(frame.IPTOS, map[string]uint32{"noecn": 0, "ect1": 1, "ect0": 2, "ce": 3}[it.Name])
		}
	}
}

// fields adds what the braces name.
func (b *packetBuilder) fields() {
	for _, f := range b.src.Fields {
		i, _ := fieldByName(f.Name)
		op := vm.FieldOp{Field: i.field, Op: checkOps[f.Op]}
		if !b.src.Out {
			if f.Op != "=" {
				b.fail(f.Pos, "field "+f.Name, "`%s` is for expected packets", f.Op)
			}
			op.Op = vm.Set
		}
		if f.Value.Text == "none" && (i.field == frame.NDSLL || i.field == frame.NDTLL) {
			if b.src.Out {
				b.fail(f.Pos, "field "+f.Name, "`none` is for injected packets")
			}
			continue
		}
		b.resolve(&op, i, f.Value)
		b.out.Fields = append(b.out.Fields, op)
	}
}

// resolve gives op its value.
func (b *packetBuilder) resolve(op *vm.FieldOp, f fieldInfo, v Value) {
	what := "field " + f.name
	if len(v.Text) > 0 && v.Text[0] == '$' {
		b.variable(op, f, v)
		return
	}
	if f.kind != kindNum && op.Op != vm.Set && op.Op != vm.Equal && op.Op != vm.NotEq {
		b.fail(v.Pos, what, "an address compares by = and != only")
	}
	cause := ""
	switch version := int(b.host.form); f.kind {
	case kindNum:
		if v.Text != "" {
			cause = "`" + v.Text + "` is not a number"
		} else if uint64(v.Num.N)>>f.bits != 0 {
			b.fail(v.Pos, what, "%s does not fit into %d bits", v.Num, f.bits)
		}
		op.N = v.Num.N
	case kindMAC:
		var m [6]byte
		m, cause = b.host.mac(v.Text)
		copy(op.B[:], m[:])
	case kindIPv4, kindIPv6:
		version = map[fieldKind]int{kindIPv4: 4, kindIPv6: 6}[f.kind]
		fallthrough
	default:
		a, c := b.host.ip(v.Text, version)
		cause = c
		copy(op.B[:], a.AsSlice())
	}
	if cause != "" {
		b.fail(v.Pos, what, "%s", cause)
	}
}

// variable binds a variable at its first place, and uses it everywhere else.
func (b *packetBuilder) variable(op *vm.FieldOp, f fieldInfo, v Value) {
	what := "field " + f.name
	if f.kind != kindNum {
		b.fail(v.Pos, what, "a variable holds a number, not an address")
	}
	op.Base, op.N = vm.BaseVar, v.Num.N
	n, bound := b.vars[v.Text]
	if !bound {
		if !b.src.Out || op.Op != vm.Equal || v.Num.N != 0 {
			b.fail(v.Pos, what, "%s has no value yet: an expected packet gives it one by `%s=%s`", v.Text, f.name, v.Text)
		}
		n = b.newVar(v.Pos, v.Text)
		op.Op = vm.Capture
	}
	op.Var = n
}

func (c *compiler) newVar(p Pos, name string) uint8 {
	if len(c.vars) == vm.Vars {
		c.fail(p, "variable", "more than %d: a port that the stack chooses takes one too", vm.Vars)
	}
	n := uint8(len(c.vars))
	c.vars[name] = n
	return n
}
