package script

import "strings"

// packet parses everything from the arrow on.
func (p *parser) packet() *Packet {
	arrow := p.take()
	k := &Packet{Pos: arrow.pos, Out: arrow.text == ">"}
	if p.acceptWord("flow") {
		k.Flow = int(p.number("flow", maxFlow).N)
	}
	if p.is("[") || p.is("(") {
		k.IP = p.ipInfo()
	}
	k.Body = p.packetBody(k)
	if p.is("{") {
		k.Fields = p.fields()
	}
	p.tail(k)
	return k
}

// tail parses what may stand behind everything: `data HEX`, `truncate N`, `pad N with BYTE`, each once.
func (p *parser) tail(k *Packet) {
	for {
		what := p.tok.text
		switch {
		case p.isWord("data") && k.Data == "":
			p.take()
			k.Data = p.hexBytes(what, maxFrame)
		case p.isWord("truncate") && k.Truncate == 0:
			p.take()
			k.Truncate = p.positive(what)
		case p.isWord("pad") && k.Pad == 0:
			p.take()
			if k.Pad = p.positive(what); p.acceptWord("with") {
				k.PadByte = int(p.number(what, 255).N)
			}
		default:
			return
		}
	}
}

// positive takes the length of a frame.
func (p *parser) positive(what string) int {
	pos := p.tok.pos
	n := int(p.number(what, maxFrame).N)
	if n == 0 {
		p.fail(pos, what, "0 bytes are none")
	}
	return n
}

// packetBody parses the part that differs from protocol to protocol; ports may stand before TCP's flags and behind
// `udp`.
func (p *parser) packetBody(k *Packet) Body {
	if p.tok.kind == tokWord {
		switch p.tok.text {
		case "udp":
			p.take()
			p.ports(k)
			return &UDP{Len: p.length("udp packet")}
		case "icmp":
			return p.icmp()
		case "arp":
			return p.arp()
		case "ns", "na":
			return &ND{Advert: p.take().text == "na"}
		case "eth":
			p.take()
			return &Eth{Len: p.length("eth frame")}
		case "ip":
			return p.ip(k.Out)
		}
	}
	p.ports(k)
	return p.tcp(k.Out)
}

// ports parses `1234 > 80`, if it is there.
func (p *parser) ports(k *Packet) {
	if p.tok.kind != tokNumber {
		return
	}
	k.Ports.Set = true
	k.Ports.Src = uint16(p.number("port", 65535).N)
	p.expect("ports", ">")
	k.Ports.Dst = uint16(p.number("port", 65535).N)
}

// length parses `(100)`.
func (p *parser) length(what string) uint16 {
	p.expect(what, "(")
	n := p.number(what, 65535).N
	p.expect(what, ")")
	return uint16(n)
}

// ip parses `ip (100)`, and, of an expected packet, `ip (...)`.
func (p *parser) ip(out bool) *IP {
	const what = "ip packet"
	p.take()
	p.expect(what, "(")
	k := &IP{Any: out && p.tok.kind == tokEllipsis}
	if k.Any {
		p.take()
	} else {
		k.Len = uint16(p.number(what, 65535).N)
	}
	p.expect(what, ")")
	return k
}

// ipInfo parses `[tos 0x10, ttl 64]`; round brackets do as well.
func (p *parser) ipInfo() []IPItem {
	shut := map[string]string{"[": "]", "(": ")"}[p.take().text]
	var items []IPItem
	for {
		it := IPItem{Pos: p.tok.pos, Name: p.tok.text}
		switch {
		case p.acceptWord("tos"):
			it.N = p.number("tos", 255)
		case p.acceptWord("flowlabel"):
			it.N = p.number("flowlabel", 1<<20-1)
		case p.acceptWord("ttl"):
			it.N = p.number("ttl", 255)
		case p.acceptWord("options"):
			it.Hex = p.hexBytes("ip options", 40)
		case p.acceptWord("noecn"), p.acceptWord("ect0"), p.acceptWord("ect1"), p.acceptWord("ce"):
		default:
			p.unexpected("ip info", "tos, ttl, flowlabel, options, noecn, ect0, ect1 or ce")
		}
		items = append(items, it)
		if p.accept(shut) {
			return items
		}
		p.expect("ip info", ",")
	}
}

const tcpFlagLetters = "FSRP.UEWC"

// tcp parses `S. 0:0(0) ack 1 win 1000 urg 5 <mss 1460>`.
func (p *parser) tcp(out bool) *TCP {
	t := &TCP{Flags: p.tcpFlags()}
	t.Seq, t.Len = p.tcpSeq()
	if p.acceptWord("ack") {
		t.Ack = OptNum{true, p.number("ack", 1<<32-1)}
	}
	if p.acceptWord("win") {
		t.Win = OptNum{true, p.number("win", 65535)}
	}
	if p.acceptWord("urg") {
		t.Urg = OptNum{true, p.number("urg", 65535)}
	}
	if p.is("<") {
		p.tcpOptions(t, out)
	}
	return t
}

func (p *parser) tcpFlags() string {
	pos := p.tok.pos
	if p.accept("-") {
		return "-"
	}
	flags := ""
	if p.tok.kind == tokWord {
		flags = p.take().text
	}
	if p.is(".") {
		flags += p.take().text
	}
	if flags == "" {
		p.unexpected("packet", "TCP flags, udp, icmp, arp, ns, na, ip or eth")
	}
	for i, c := range flags {
		if !strings.ContainsRune(tcpFlagLetters, c) {
			p.failf(pos, "tcp flags", "`%c` is none of %s", c, tcpFlagLetters)
		}
		if strings.ContainsRune(flags[:i], c) {
			p.failf(pos, "tcp flags", "`%c` stands twice", c)
		}
	}
	return flags
}

// tcpSeq parses `1:1001(1000)`.
func (p *parser) tcpSeq() (seq uint32, n uint16) {
	pos := p.tok.pos
	seq = p.number("sequence number", 1<<32-1).N
	p.expect("sequence numbers", ":")
	end := p.number("sequence number", 1<<32-1).N
	n = p.length("sequence numbers")
	if end != seq+uint32(n) {
		p.failf(pos, "sequence numbers", "%d is not %d + %d", end, seq, n)
	}
	return seq, n
}

func (p *parser) tcpOptions(t *TCP, out bool) {
	p.take()
	for {
		if p.tok.kind == tokEllipsis {
			if !out {
				p.fail(p.tok.pos, "tcp options", "`...` is for expected packets only")
			}
			p.take()
			t.Ellipsis = true
			p.expect("tcp options", ">")
			return
		}
		t.Options = append(t.Options, p.tcpOption(out))
		if p.accept(">") {
			return
		}
		p.expect("tcp options", ",")
	}
}

func (p *parser) tcpOption(out bool) TCPOption {
	if p.tok.kind != tokWord {
		p.unexpected("tcp option", "its name")
	}
	name := p.take()
	o := TCPOption{Pos: name.pos, Name: name.text}
	what := "tcp option " + o.Name
	if p.tok.kind == tokEllipsis && out && (o.Name == "mss" || o.Name == "wscale" || o.Name == "TS" || o.Name == "sack") {
		p.take()
		o.Any = true
		return o
	}
	switch o.Name {
	case "mss":
		if o.MTU = p.acceptWord("mtu"); o.MTU {
			return o
		}
		o.N = []uint32{p.number(what, 65535).N}
	case "wscale":
		o.N = []uint32{p.number(what, 255).N}
	case "TS":
		p.timestamp(what, &o, out)
	case "sack":
		o.N = p.sackBlocks(what)
	case "opt":
		o.N = []uint32{p.number(what, 255).N}
		o.Hex = p.hexBytes(what, 39)
	case "sackOK", "nop", "eol":
	default:
		p.failf(o.Pos, "tcp option", "`%s` is none of mss, wscale, sackOK, sack, TS, nop, eol, opt", o.Name)
	}
	return o
}

func (p *parser) timestamp(what string, o *TCPOption, out bool) {
	o.N = make([]uint32, 2)
	for i, w := range []string{"val", "ecr"} {
		if !p.acceptWord(w) {
			p.unexpected(what, "`"+w+"`")
		}
		if p.tok.kind == tokEllipsis && out {
			p.take()
			o.AnyN |= 1 << i
		} else {
			o.N[i] = p.number(what, 1<<32-1).N
		}
	}
}

// maxSack is how many SACK blocks fit into 40 bytes of options.
const maxSack = 4

func (p *parser) sackBlocks(what string) []uint32 {
	var n []uint32
	for p.tok.kind == tokNumber && len(n) < 2*maxSack {
		left := p.number(what, 1<<32-1).N
		p.expect(what, ":")
		n = append(n, left, p.number(what, 1<<32-1).N)
	}
	if len(n) == 0 {
		p.unexpected(what, "left:right")
	}
	return n
}

// hexBytes parses up to limit bytes as hexadecimal digits.
func (p *parser) hexBytes(what string, limit int) string {
	p.rescan(isWord)
	t := p.tok
	if t.kind != tokWord || len(t.text)%2 != 0 || len(t.text) > 2*limit || strings.Trim(t.text, "0123456789abcdef") != "" {
		p.failf(t.pos, what, "want 1 to %d bytes as pairs of hexadecimal digits, got %s", limit, &t)
	}
	return p.take().text
}

// icmp parses `icmp TYPE CODE mtu N id N seq N (len) [quoted]`.
func (p *parser) icmp() *ICMP {
	p.take()
	if p.tok.kind != tokWord {
		p.unexpected("icmp packet", "a type")
	}
	m := &ICMP{Type: p.take().text}
	if p.tok.kind == tokWord && !isICMPKeyword(p.tok.text) {
		m.Code = p.take().text
	}
	if p.acceptWord("mtu") {
		m.MTU = OptNum{true, p.number("mtu", 1<<32-1)}
	}
	if p.acceptWord("id") {
		m.ID = OptNum{true, p.number("id", 65535)}
	}
	if p.acceptWord("seq") {
		m.Seq = OptNum{true, p.number("seq", 65535)}
	}
	if p.is("(") {
		m.Len = OptNum{true, Num{N: uint32(p.length("icmp packet"))}}
	}
	if p.is("[") {
		m.Quote = p.quote()
	}
	return m
}

func isICMPKeyword(w string) bool {
	switch w {
	case "mtu", "id", "seq", "data", "truncate", "pad":
		return true
	}
	return false
}

// quote parses `[1:1001(1000)]`, `[udp (100)]`, `[raw (100)]` and `[...]`.
func (p *parser) quote() Quote {
	p.take()
	q := Quote{Set: true}
	switch {
	case p.tok.kind == tokEllipsis:
		p.take()
	case p.isWord("udp"), p.isWord("raw"):
		q.Kind = p.take().text
		q.Len = p.length("quoted packet")
	default:
		q.Kind = "tcp"
		q.Seq, q.Len = p.tcpSeq()
	}
	p.expect("quoted packet", "]")
	return q
}

// arp parses `arp request` and `arp reply`.
func (p *parser) arp() *ARP {
	p.take()
	switch {
	case p.acceptWord("request"):
		return &ARP{}
	case p.acceptWord("reply"):
		return &ARP{Reply: true}
	}
	p.unexpected("arp packet", "`request` or `reply`")
	return nil
}

func isField(c byte) bool { return isWord(c) || c == '.' }

func isValue(c byte) bool { return isWord(c) || c == '.' || c == ':' }

// fields parses `{tcp.sum=0x1234, ip.ttl=1}`.
func (p *parser) fields() []Field {
	p.take()
	var fs []Field
	for {
		p.rescan(isField)
		f := Field{Pos: p.tok.pos}
		if p.tok.kind != tokWord {
			p.unexpected("fields", "a field's name")
		}
		f.Name = p.take().text
		if _, ok := fieldByName(f.Name); !ok {
			p.failf(f.Pos, "fields", "there is no field `%s`", f.Name)
		}
		f.Op = p.fieldOp("field " + f.Name)
		f.Value = p.value("field " + f.Name)
		fs = append(fs, f)
		if p.accept("}") {
			return fs
		}
		p.expect("fields", ",")
	}
}

// value parses a field's value.
func (p *parser) value(what string) Value {
	v := Value{Pos: p.tok.pos}
	if p.accept("$") {
		if p.tok.kind != tokWord {
			p.unexpected(what, "a variable's name")
		}
		name := p.take()
		v.Text = "$" + name.text
		// Without a blank: behind one, the + is the time of the next line.
		if p.is("+") && p.tok.off == name.off+len(name.text) {
			p.take()
			v.Num = p.number(what, 1<<32-1)
		}
		return v
	}
	p.rescan(isValue)
	if p.tok.kind != tokWord {
		p.unexpected(what, "a value")
	}
	text := p.take().text
	if n, err := parseUint(text); err == nil {
		if n > 1<<32-1 {
			p.failf(v.Pos, what, "%s is above the limit %d", text, uint32(1<<32-1))
		}
		v.Num = Num{uint32(n), strings.HasPrefix(text, "0x")}
		return v
	}
	v.Text = text
	if p.accept("(") {
		if p.tok.kind != tokWord {
			p.unexpected(what, "a name")
		}
		v.Text += "(" + p.take().text + ")"
		p.expect(what, ")")
	}
	return v
}
