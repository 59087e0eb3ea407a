package script

import "strings"

// tcpFlagLetters are the flags; digits give the three bits of AccECN's counter at once (RFC 9768 3.2).
const tcpFlagLetters = "FSRP.UEWCA01234567"

// tcp parses `S. 0:0(0) ack 1 win 1000 urg 5 <mss 1460>`.
func (p *parser) tcp(out bool) *TCP {
	t := &TCP{Flags: p.tcpFlags()}
	if out && p.tok.kind == tokEllipsis {
		p.take()
		t.AnySeq, t.Len = true, p.length("sequence numbers")
	} else {
		p.tcpSeq(t)
	}
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
	p.tunnel(t)
	return t
}

func isFlag(c byte) bool { return isWord(c) || c == '.' }

func (p *parser) tcpFlags() string {
	pos := p.tok.pos
	if p.accept("-") {
		return "-"
	}
	if p.tok.kind == tokWord || p.tok.kind == tokNumber || p.is(".") {
		p.rescan(isFlag)
	}
	if p.tok.kind != tokWord {
		p.unexpected("packet", "TCP flags, udp, icmp, arp, ns, na, ip or eth")
	}
	flags := p.take().text
	for i, c := range flags {
		if !strings.ContainsRune(tcpFlagLetters, c) {
			p.failf(pos, "tcp flags", "`%c` is none of %s", c, tcpFlagLetters)
		}
		if strings.ContainsRune(flags[:i], c) {
			p.failf(pos, "tcp flags", "`%c` stands twice", c)
		}
	}
	if n := strings.IndexAny(flags, digits); n >= 0 && strings.ContainsAny(flags, "ECWA") {
		p.failf(pos, "tcp flags", "`%c` is the bits A, W and E", flags[n])
	}
	return flags
}

const digits = "01234567"

// tcpSeq parses `1:1001(1000)`, and `0:0(0)!`, which is not relative (nplab's dialect).
func (p *parser) tcpSeq(t *TCP) {
	pos := p.tok.pos
	t.Seq = p.number("sequence number", 1<<32-1).N
	p.expect("sequence numbers", ":")
	end := p.number("sequence number", 1<<32-1).N
	t.Len = p.length("sequence numbers")
	if end != t.Seq+uint32(t.Len) {
		p.failf(pos, "sequence numbers", "%d is not %d + %d", end, t.Seq, t.Len)
	}
	t.Abs = p.accept("!")
}

// tunnel parses `/udp(1 > 9811)`: TCP over UDP (nplab's dialect).
func (p *parser) tunnel(t *TCP) {
	if !p.accept("/") {
		return
	}
	if !p.acceptWord("udp") {
		p.unexpected("tcp packet", "`udp`")
	}
	p.expect("tcp packet", "(")
	t.Tunnel = p.twoPorts()
	p.expect("tcp packet", ")")
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
	if o.Name == "exp" && p.accept("-") {
		o.Name += "-" + p.take().text
	}
	what := "tcp option " + o.Name
	if any := p.tok.kind == tokEllipsis || p.is("*"); any && out && (o.Name == "mss" || o.Name == "wscale" || o.Name == "TS" || o.Name == "sack") {
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
		p.rawOption(what, &o)
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
			continue
		}
		if o.N[i] = p.number(what, 1<<32-1).N; p.accept("!") {
			o.AbsN |= 1 << i
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
