package script

import "strings"

// rawOption is a TCP option that is only ever laid out, never looked into: packetdrill's name for it, and its first
// bytes. The length octet counts everything.
type rawOption struct {
	kind     uint8
	exid     []byte   // of an experiment (RFC 6994)
	counters []string // of AccECN, in their order, 24 bits each (RFC 9768 3.2.3)
}

var rawOptions = map[string]rawOption{
	"md5":         {kind: 19},
	"FO":          {kind: 34},
	"FOEXP":       {kind: 254, exid: []byte{0xf9, 0x89}},
	"AccECN0":     {kind: 172, counters: []string{"ee0b", "eceb", "ee1b"}},
	"AccECN1":     {kind: 174, counters: []string{"ee1b", "eceb", "ee0b"}},
	"exp-AccECN0": {kind: 254, exid: []byte{0xac, 0xc0}, counters: []string{"ee0b", "eceb", "ee1b"}},
	"exp-AccECN1": {kind: 254, exid: []byte{0xac, 0xc1}, counters: []string{"ee1b", "eceb", "ee0b"}},
	"exp-tarr":    {kind: 254, exid: []byte{0x00, 0xac}},
}

// rawOption parses what stands behind the name of one of rawOptions. Both dialects' names do: google's `ECN e0b 1 ceb 0
// e1b 1` is nplab's `AccECN0 ee0b 1 eceb 0 ee1b 1`, and `exp-FO` is FOEXP.
func (p *parser) rawOption(what string, o *TCPOption) {
	if o.Name == "exp-FO" {
		o.Name = "FOEXP"
	}
	prefix := ""
	if o.Name == "ECN" {
		prefix = "e"
		if o.Name = "AccECN0"; p.isWord("e1b") {
			o.Name = "AccECN1"
		}
	}
	r, ok := rawOptions[o.Name]
	if !ok {
		p.failf(o.Pos, "tcp option", "`%s` is none of mss, wscale, sackOK, sack, TS, nop, eol, opt, md5, FO, FOEXP, ECN, AccECN0, AccECN1, exp-AccECN0, exp-AccECN1, exp-tarr", o.Name)
	}
	switch {
	case r.counters != nil:
		for _, c := range r.counters {
			if !p.isWord(c) && (prefix == "" || !p.isWord(c[1:])) {
				return
			}
			p.take()
			o.N = append(o.N, p.number(what, 1<<24-1).N)
		}
	case o.Name == "exp-tarr":
		if p.tok.kind == tokNumber {
			o.N = []uint32{p.number(what, 1<<11-1).N}
		}
	case o.Name == "md5" && p.acceptWord("valid"):
		o.Hex = "valid"
	case r.fastOpen() && p.tok.kind == tokWord && strings.Trim(p.tok.text, "0123456789abcdef") != "":
		o.Hex = p.take().text // a word that nobody defined: the cookie of somebody's runner
	case o.Name == "md5" || !p.is(",") && !p.is(">"):
		o.Hex = p.hexBytes(what, 36)
	}
}

func (r *rawOption) fastOpen() bool { return r.kind == 34 || len(r.exid) == 2 && r.exid[0] == 0xf9 }

// bytes is the option as it lies in a header.
func (o *TCPOption) bytes() []byte {
	r := rawOptions[o.Name]
	b := append([]byte{r.kind, 0}, r.exid...)
	for _, n := range o.N {
		if o.Name == "exp-tarr" {
			b = append(b, byte(n>>3), byte(n<<5))
		} else {
			b = append(b, byte(n>>16), byte(n>>8), byte(n))
		}
	}
	b = append(b, unhex(o.Hex)...)
	b[1] = byte(len(b))
	return b
}
