package script

import "strings"

// kind is the kind of a token.
type kind uint8

const (
	tokEOF      kind = iota
	tokNumber        // 12, 0.3, .1: the text says which
	tokHex           // 0x1f
	tokWord          // letters, digits, _
	tokString        // "..." (text without the quotes, as written)
	tokEllipsis      // ...
	tokOption        // --name (text without the dashes)
	tokShell         // `...`: packetdrill's shell command
	tokCode          // %{ ... }%: packetdrill's Python
	tokPunct         // any other single character
)

// token is one token, with the comments that stand before it.
type token struct {
	kind  kind
	text  string
	pos   Pos
	off   int       // byte offset of the token
	end   int       // line on which it ends
	pre   []Comment // comments between the previous token and this one
	blank bool      // a blank line stands right before the token
}

// lexer cuts a script into tokens. It has no state besides its place, so the parser can scan a token again by other
// rules (an address, a field's name) from where the token began.
type lexer struct {
	file string
	src  string
	off  int
	line int
	bol  int // offset of the line's first byte

	defines map[string]string // words that stand for others (define.go)
	open    []branch          // the #ifdefs about the place
}

func (l *lexer) pos() Pos { return Pos{l.line, l.off - l.bol + 1} }

func (l *lexer) fail(p Pos, what, cause string) {
	panic(&Error{File: l.file, Pos: p, What: what, Cause: cause})
}

// peek is the byte n places ahead, 0 past the end.
func (l *lexer) peek(n int) byte {
	if l.off+n < len(l.src) {
		return l.src[l.off+n]
	}
	return 0
}

// advance moves n bytes on, and keeps count of lines.
func (l *lexer) advance(n int) {
	for ; n > 0; n-- {
		if l.src[l.off] == '\n' {
			l.line++
			l.bol = l.off + 1
		}
		l.off++
	}
}

// skip passes over white space and comments and notes them in t.
func (l *lexer) skip(t *token) {
	newlines := 0
	for l.off < len(l.src) {
		switch c := l.peek(0); {
		case c == '\n':
			newlines++
			l.advance(1)
		case c == ' ' || c == '\t' || c == '\r':
			l.advance(1)
		case c == '/' && l.peek(1) == '/':
			t.comment(newlines > 1, l.lineComment())
			newlines = 0
		case c == '/' && l.peek(1) == '*':
			t.comment(newlines > 1, l.blockComment()...)
			newlines = 0
		case c == '#' && strings.TrimSpace(l.src[l.bol:l.off]) == "":
			l.directive()
		default:
			t.blank = newlines > 1
			return
		}
	}
}

func (t *token) comment(blank bool, cs ...Comment) {
	cs[0].Blank = blank
	t.pre = append(t.pre, cs...)
}

func (l *lexer) lineComment() Comment {
	c := Comment{Pos: l.pos()}
	rest := l.src[l.off+2:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	l.advance(2 + len(rest))
	c.Text = commentText(rest)
	return c
}

// blockComment is a /* */ comment as the line comments that the printer writes in its place.
func (l *lexer) blockComment() []Comment {
	p := l.pos()
	n := strings.Index(l.src[l.off+2:], "*/")
	if n < 0 {
		l.fail(p, "comment", "/* without */")
	}
	body := l.src[l.off+2 : l.off+2+n]
	l.advance(n + 4)
	var cs []Comment
	for i, s := range strings.Split(body, "\n") {
		cs = append(cs, Comment{Pos: Pos{p.Line + i, 1}, Text: commentText(s)})
	}
	cs[0].Pos = p
	return cs
}

// commentText takes the one blank off that stands after the slashes.
func commentText(s string) string {
	return strings.TrimRight(strings.TrimPrefix(s, " "), " \t\r\v\f")
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
func isWord(c byte) bool   { return isDigit(c) || isLetter(c) }

// next scans a token.
func (l *lexer) next() token {
	var t token
	l.skip(&t)
	t.pos, t.off = l.pos(), l.off
	t.kind, t.text = l.scan(t.pos)
	t.end = l.line
	return t
}

func (l *lexer) scan(p Pos) (kind, string) {
	if l.off >= len(l.src) {
		return tokEOF, ""
	}
	c := l.peek(0)
	switch {
	case isDigit(c), c == '.' && isDigit(l.peek(1)):
		return l.number()
	case isLetter(c):
		return l.defined(p, l.run(isWord))
	case c == '"':
		return tokString, l.quoted(p, "string", `"`, `"`)
	case c == '`':
		return tokShell, l.quoted(p, "shell command", "`", "`")
	case c == '%' && l.peek(1) == '{':
		return tokCode, l.quoted(p, "code", "%{", "}%")
	case c == '.' && l.peek(1) == '.' && l.peek(2) == '.':
		l.advance(3)
		return tokEllipsis, "..."
	case c == '-' && l.peek(1) == '-' && isLetter(l.peek(2)):
		l.advance(2)
		return tokOption, l.run(isWord)
	}
	l.advance(1)
	return tokPunct, l.src[l.off-1 : l.off]
}

// run takes the longest run of bytes that ok accepts.
func (l *lexer) run(ok func(byte) bool) string {
	start := l.off
	for l.off < len(l.src) && ok(l.src[l.off]) {
		l.off++
	}
	return l.src[start:l.off]
}

// number scans 12, 0.3, .1 and 0x1f. A run that goes on with letters (a hex string, 2ab) is a word.
func (l *lexer) number() (kind, string) {
	start := l.off
	if l.peek(0) == '0' && l.peek(1) == 'x' {
		l.off += 2
		l.run(isWord)
		return tokHex, l.src[start:l.off]
	}
	l.run(isDigit)
	if isLetter(l.peek(0)) {
		l.run(isWord)
		return tokWord, l.src[start:l.off]
	}
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.off++
		l.run(isDigit)
	}
	return tokNumber, l.src[start:l.off]
}

// quoted scans what stands between open and shut; a backslash takes the next byte along.
func (l *lexer) quoted(p Pos, what, open, shut string) string {
	for i := l.off + len(open); i < len(l.src); i++ {
		switch {
		case l.src[i] == '\\':
			i++
		case strings.HasPrefix(l.src[i:], shut):
			text := l.src[l.off+len(open) : i]
			l.advance(i + len(shut) - l.off)
			return text
		}
	}
	l.fail(p, what, open+" without "+shut)
	return ""
}
