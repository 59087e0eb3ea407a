package script

import (
	"regexp"
	"strings"
)

// What stands here for something that a script needs and no stack under test is asked for: other kernels' private
// interfaces, and protocols other than the Internet's own. It is the whole list; anything else that cannot be run is a
// defect.
const (
	fastOpen  = "fast open"
	epoll     = "epoll"
	splice    = "splice"
	sendfile  = "sendfile"
	zeroCopy  = "zero copy"
	psp       = "PSP"
	tunnelled = "TCP over UDP"
	sctp      = "SCTP"
)

// unsupported ends the script at a construct of the list.
func (p *parser) unsupported(pos Pos, what, construct string) {
	panic(&Error{File: p.file, Pos: pos, What: what, Cause: construct + " is not supported", Unsupported: construct})
}

// sctpWords are words by which a script of SCTP is known: its language is as large as all the rest, and is not parsed.
var sctpWords = regexp.MustCompile(`(?m)^[^/\n]*\b(?:IPPROTO_SCTP|SCTP_[A-Z]+|sctp_[a-z]+|sctp\()`)

func speaksSCTP(src []byte) bool { return sctpWords.Match(src) }

// notSpoken ends it at a protocol that no stack under test speaks.
func (p *parser) notSpoken() {
	switch p.tok.text {
	case "sctp":
		p.unsupported(p.tok.pos, "packet", sctp)
	case "encap": // `encap psp spi N`
		p.unsupported(p.tok.pos, "packet", psp)
	}
	p.failf(p.tok.pos, "packet", "`%s` is not spoken here", p.tok.text)
}

// encapsulations parse `ipv4 192.0.2.1 > 192.0.2.2:`, `ipv6 ...:`, `gre ...:`, `mpls ...:` and `psp ...:` before a
// packet.
func (p *parser) encapsulations() (list []string) {
	for {
		switch {
		case p.isWord("ipv4"), p.isWord("ipv6"):
			list = append(list, p.outerIP())
		case p.isWord("gre"), p.isWord("GREv0"), p.isWord("mpls"), p.isWord("psp"):
			text := p.take().text
			for !p.is(":") {
				if p.tok.kind == tokEOF || p.tok.kind > tokWord && p.tok.kind != tokPunct {
					p.unexpected("encapsulation", "`:`")
				}
				text += " " + p.take().text
			}
			p.take()
			list = append(list, text)
		default:
			return list
		}
	}
}

func (p *parser) outerIP() string {
	text := p.take().text
	if p.is("[") || p.is("(") {
		text += " " + ipInfoString(p.ipInfo())
	}
	p.rescan(isValue)
	text += " " + p.take().text + " > "
	p.expect("encapsulation", ">")
	p.rescan(isValue)
	to := p.take().text
	if to, found := strings.CutSuffix(to, ":"); found {
		return text + to
	}
	p.expect("encapsulation", ":")
	return text + to
}
