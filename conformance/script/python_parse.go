package script

import (
	"slices"
	"strings"
)

// levels are the operators, the weakest first.
var levels = [][]string{
	{"or"}, {"and"}, {"not"}, {"==", "!=", "<=", ">=", "<", ">"}, {"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"},
	{"*", "//", "/", "%"},
}

const (
	negations   = 2 // the level of `not`
	comparisons = 3
)

// pyParser parses one statement; the first mistake stays in cause.
type pyParser struct {
	rest  string
	cause string
	depth int
}

func (p *pyParser) fail(cause string) {
	if p.cause == "" {
		p.cause = cause
	}
}

func (p *pyParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take consumes the longest run of letters, digits and _.
func (p *pyParser) take() string {
	p.skip()
	n := 0
	for n < len(p.rest) && isWord(p.rest[n]) {
		n++
	}
	word := p.rest[:n]
	p.rest = p.rest[n:]
	return word
}

func (p *pyParser) statement() (s statement) {
	s.verb = p.take()
	if s.verb == "if" {
		when := p.expr(0)
		if p.skip(); !strings.HasPrefix(p.rest, ":") || strings.TrimSpace(p.rest[1:]) == "" {
			p.fail("want `: STATEMENT` on the same line, got `" + p.rest + "`")
			return s
		}
		p.rest = p.rest[1:]
		s.when, s.verb = &when, p.take()
	}
	if p.skip(); s.verb == "pass" && p.rest == "" || s.verb == "print" && !strings.HasPrefix(p.rest, "=") {
		return s
	}
	if s.verb == "assert" {
		s.text = strings.TrimSpace(p.rest)
		s.expr = p.whole()
		s.text = strings.TrimSpace(strings.TrimSuffix(s.text, p.rest))
		if p.skip(); p.rest != "" && p.rest[0] != ',' { // behind a comma stands what Python would say
			p.fail("want `,`, got `" + p.rest + "`")
		}
		return s
	}
	p.skip()
	for _, op := range []string{"+", "-", "*", "//", "|", "&", "<<", ">>"} {
		if strings.HasPrefix(p.rest, op+"=") {
			s.op = op
		}
	}
	rest, ok := strings.CutPrefix(p.rest[len(s.op):], "=")
	if !ok || s.verb == "" {
		p.fail("want `assert EXPRESSION` or `NAME = EXPRESSION`")
		return s
	}
	s.text, p.rest = strings.TrimSpace(rest), rest
	s.expr = p.whole()
	if p.skip(); p.rest != "" {
		p.fail("want its end, got `" + p.rest + "`")
	}
	return s
}

// operator takes an operator of a level, if it is there.
func (p *pyParser) operator(level int) string {
	p.skip()
	for _, op := range levels[level] {
		rest, ok := strings.CutPrefix(p.rest, op)
		switch {
		case !ok, isLetter(op[0]) && rest != "" && isWord(rest[0]):
		case len(op) == 1 && rest != "" && (rest[0] == op[0] && strings.Contains("<>*", op) || rest[0] == '=' && op != "<" && op != ">"):
		default:
			p.rest = rest
			return op
		}
	}
	return ""
}

// expr parses an expression of the level's operators and stronger ones.
func (p *pyParser) expr(level int) node {
	if level == len(levels) {
		return p.primary()
	}
	if level == negations {
		if p.operator(level) != "" {
			return p.nested(func() node { return node{ops: []string{"not"}, args: []node{p.expr(negations)}} })
		}
		return p.expr(level + 1)
	}
	e := node{args: []node{p.expr(level + 1)}}
	for p.cause == "" {
		op := p.operator(level)
		if op == "" {
			break
		}
		e.ops = append(e.ops, op)
		e.args = append(e.args, p.expr(level+1))
	}
	if len(e.ops) == 0 {
		return e.args[0]
	}
	return e
}

// whole parses an expression, or `VALUE if CONDITION else VALUE`.
func (p *pyParser) whole() node {
	e := p.expr(0)
	if p.skip(); !p.word("if") {
		return e
	}
	when := p.expr(0)
	if p.skip(); !p.word("else") {
		p.fail("`if` without `else`")
		return e
	}
	return p.nested(func() node { return node{call: "if", args: []node{e, when, p.whole()}} })
}

// word consumes a word, if it is there.
func (p *pyParser) word(w string) bool {
	rest, ok := strings.CutPrefix(p.rest, w)
	if !ok || rest != "" && isWord(rest[0]) {
		return false
	}
	p.rest = rest
	return true
}

// arguments parses what stands behind the ( of a call, one value at least.
func (p *pyParser) arguments() (list []node) {
	for p.cause == "" {
		list = append(list, p.nested(p.whole))
		p.skip()
		switch {
		case strings.HasPrefix(p.rest, ","):
			p.rest = p.rest[1:]
		case strings.HasPrefix(p.rest, ")"):
			p.rest = p.rest[1:]
			return list
		default:
			p.fail("( without )")
		}
	}
	return list
}

// nested bounds how deep expressions nest.
func (p *pyParser) nested(parse func() node) node {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested too deep")
		return node{}
	}
	e := parse()
	p.depth--
	return e
}

func (p *pyParser) primary() node {
	p.skip()
	if p.rest == "" {
		p.fail("want a value, got the end")
		return node{}
	}
	switch c := p.rest[0]; {
	case c == '(':
		p.rest = p.rest[1:]
		e := p.nested(p.whole)
		if p.skip(); !strings.HasPrefix(p.rest, ")") {
			p.fail("( without )")
			return e
		}
		p.rest = p.rest[1:]
		return e
	case c == '-' || c == '~':
		p.rest = p.rest[1:]
		return p.nested(func() node { return node{ops: []string{string(rune(c))}, args: []node{p.primary()}} })
	case isDigit(c):
		word := p.take()
		n, err := parseUint(word)
		if err != nil || n > 1<<62 {
			p.fail("`" + word + "` is not a whole number")
		}
		return node{n: int64(n)}
	case isLetter(c):
		name := p.take()
		p.skip()
		switch call := strings.HasPrefix(p.rest, "("); {
		case call && slices.Contains([]string{"abs", "min", "max", "int"}, name):
			p.rest = p.rest[1:]
			return node{call: name, args: p.arguments()}
		case call || slices.Contains([]string{"if", "else", "for", "import", "lambda", "in", "is"}, name):
			p.fail("`" + name + "` is beyond what is understood of Python")
		}
		return node{name: name}
	}
	p.fail("want a value, got `" + p.rest + "`")
	return node{}
}
