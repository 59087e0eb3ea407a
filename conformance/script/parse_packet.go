package script

import "strings"

// packet parses everything from the arrow on.
func (p *parser) packet() *Packet {
	arrow := p.take()
	k := &Packet{Pos: arrow.pos, Out: arrow.text == ">"}
	if p.acceptWord("flow") {
		k.Flow = int(p.number("flow", maxFlow).N)
	}
	k.Encap = p.encapsulations()
	for p.is("[") || p.is("(") {
		if p.quoteFollows() { // nplab's dialect: before the ICMP message that quotes it
			p.quoted(k)
			break
		}
		k.IP = append(k.IP, p.ipInfo()...)
	}
	if k.Body == nil {
		k.Body = p.packetBody(k)
	}
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
		case "sctp", "udplite", "encap":
			p.notSpoken()
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
	if p.tok.kind == tokNumber && p.followedBy(">") {
		k.Ports = p.twoPorts()
	}
}

func (p *parser) twoPorts() Ports {
	src := uint16(p.number("port", 65535).N)
	p.expect("ports", ">")
	return Ports{true, src, uint16(p.number("port", 65535).N)}
}

// followedBy tells whether the text goes on with one of these behind the present token.
func (p *parser) followedBy(texts ...string) bool {
	rest := strings.TrimLeft(p.src[p.off:], " \t\r\n")
	for _, t := range texts {
		if strings.HasPrefix(rest, t) {
			return true
		}
	}
	return false
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

// ipNumbers are the items of ip info that have a number, and its limit.
var ipNumbers = map[string]uint32{"tos": 255, "class": 255, "dscp": 63, "flowlabel": 1<<20 - 1, "ttl": 255, "hlim": 255}

// ecnNames are the items of ip info that name the two low bits of the octet; ect01 is one of two.
var ecnNames = map[string]uint32{"noecn": 0, "ect1": 1, "ect0": 2, "ce": 3, "ect01": 0}

// ipInfo parses `[tos 0x10, ttl 64]`; round brackets do as well.
func (p *parser) ipInfo() []IPItem {
	shut := map[string]string{"[": "]", "(": ")"}[p.take().text]
	var items []IPItem
	for {
		it := IPItem{Pos: p.tok.pos, Name: p.tok.text}
		limit, numbered := ipNumbers[it.Name]
		_, ecn := ecnNames[it.Name]
		switch {
		case p.tok.kind == tokWord && numbered:
			p.take()
			it.N = p.ipNumber(it.Name, limit)
		case p.acceptWord("options"):
			it.Hex = p.hexBytes("ip options", 40)
		case p.tok.kind == tokWord && ecn:
			p.take()
		case p.isWord("ecn") && p.followedBy("noecn", "ect", "ce"):
			p.take()
			continue
		default:
			p.unexpected("ip info", "tos, class, dscp, ttl, hlim, flowlabel, options, noecn, ect0, ect1, ect01 or ce")
		}
		items = append(items, it)
		if p.accept(shut) {
			return items
		}
		p.expect("ip info", ",")
	}
}

// ipNumber is a number, or the name of a code point of differentiated services.
func (p *parser) ipNumber(what string, limit uint32) Num {
	dscp, ok := dscps[strings.ToUpper(p.tok.text)]
	switch {
	case p.tok.kind != tokWord || !ok || what == "ttl" || what == "hlim" || what == "flowlabel":
		return p.number(what, limit)
	case what != "dscp":
		dscp <<= 2
	}
	p.take()
	return Num{dscp, true}
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
	case p.isWord("sctp"), p.isWord("udplite"):
		p.notSpoken()
	default:
		t := &TCP{}
		p.tcpSeq(t)
		q.Kind, q.Seq, q.Len = "tcp", t.Seq, t.Len
		p.tunnel(t)
		if t.Tunnel.Set {
			p.unsupported(p.tok.pos, "quoted packet", tunnelled)
		}
	}
	p.expect("quoted packet", "]")
	return q
}

// quoteFollows tells whether the bracket holds a quoted packet.
func (p *parser) quoteFollows() bool {
	return p.followedBy("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "udp", "raw", "sctp")
}

// quoted parses `[1:1(0)] icmp ...`.
func (p *parser) quoted(k *Packet) {
	q := p.quote()
	if p.is("[") || p.is("(") {
		k.IP = p.ipInfo()
	}
	if !p.isWord("icmp") {
		p.unexpected("packet", "`icmp` behind the quoted packet")
	}
	m := p.icmp()
	if m.Quote.Set {
		p.fail(p.tok.pos, "icmp packet", "it quotes two packets")
	}
	m.Quote, k.Body = q, m
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
