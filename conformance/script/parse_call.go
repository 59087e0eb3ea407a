package script

import (
	"math"
	"strings"
)

// call parses `...0.2 accept(3, ..., ...) = 4` and what may stand behind: `= -1 EAGAIN (text)`.
func (p *parser) call(e *Event) *Call {
	c := &Call{}
	if p.tok.kind == tokEllipsis {
		p.blocking(e, c)
	}
	if p.tok.kind != tokWord {
		p.unexpected("event", "the name of a call")
	}
	c.Pos = p.tok.pos
	c.Name = p.take().text
	if !p.is("(") {
		p.failf(c.Pos, "event", "`%s` is neither a call nor idle, wait, link, knob or inspect", c.Name)
	}
	c.Args = p.exprList(c.Name, "(", ")")
	p.expect(c.Name, "=")
	c.Result = p.expr(c.Name)
	if p.tok.kind == tokWord {
		c.Errno = p.take().text
	}
	if p.is("(") {
		c.Note = p.note()
	}
	return c
}

func (p *parser) blocking(e *Event, c *Call) {
	pos := p.take().pos
	if e.Time.Range || e.Time.Kind == TimeAny {
		p.fail(pos, "time", "a blocking call starts at one time")
	}
	c.Blocks, c.Until = true, p.seconds()
	if c.Until < e.Time.At {
		p.failf(pos, "time", "the call ends at %v, before its start %v", c.Until, e.Time.At)
	}
}

// note takes the text in parentheses behind a result; it says nothing to the tester.
func (p *parser) note() string {
	pos := p.tok.pos
	p.off, p.line, p.bol = p.tok.off+1, p.tok.pos.Line, p.tok.off-(p.tok.pos.Col-1)
	text := p.run(func(c byte) bool { return c != ')' && c != '\n' })
	p.tok = p.next()
	if !p.is(")") || p.tok.pos.Line != pos.Line {
		p.fail(pos, "note", "( without ) on the line")
	}
	p.take()
	return strings.TrimSpace(text)
}

// maxDepth bounds how deep expressions nest, so that no script can exhaust the stack.
const maxDepth = 16

// exprList parses expressions between two brackets.
func (p *parser) exprList(what, open, shut string) []Expr {
	p.expect(what, open)
	if p.accept(shut) {
		return nil
	}
	var list []Expr
	p.depth++
	if p.depth > maxDepth {
		p.failf(p.tok.pos, what, "nested deeper than %d", maxDepth)
	}
	for {
		list = append(list, p.element(what))
		if p.accept(shut) {
			p.depth--
			return list
		}
		p.expect(what, ",")
	}
}

// element is an expression or, inside a structure, an assignment.
func (p *parser) element(what string) Expr {
	left := p.expr(what)
	if !p.is("=") {
		return left
	}
	pos := p.take().pos
	return Expr{Kind: ExprAssign, Pos: pos, List: []Expr{left, p.expr(what)}}
}

// expr parses one or more primaries joined by |.
func (p *parser) expr(what string) Expr {
	e := p.primary(what)
	if !p.is("|") {
		return e
	}
	or := Expr{Kind: ExprOr, Pos: e.Pos, List: []Expr{e}}
	for p.accept("|") {
		or.List = append(or.List, p.primary(what))
	}
	return or
}

func (p *parser) primary(what string) Expr {
	e := Expr{Pos: p.tok.pos}
	switch p.tok.kind {
	case tokEllipsis:
		p.take()
		return e
	case tokNumber, tokHex:
		e.Kind = ExprInt
		e.N, e.Hex = p.integer(what)
		return e
	case tokString:
		e.Kind, e.Text = ExprString, p.take().text
		if p.tok.kind == tokEllipsis {
			p.take()
			e.More = true
		}
		return e
	case tokWord:
		e.Kind, e.Text = ExprWord, p.take().text
		if p.is("(") {
			e.Kind, e.List = ExprFunc, p.exprList(what, "(", ")")
		}
		return e
	}
	switch {
	case p.accept("-"):
		e.Kind = ExprInt
		e.N, e.Hex = p.integer(what)
		e.N = -e.N
	case p.is("["):
		e.Kind, e.List = ExprArray, p.exprList(what, "[", "]")
	case p.is("{"):
		e.Kind, e.List = ExprStruct, p.exprList(what, "{", "}")
	case p.accept("&"):
		if p.tok.kind != tokWord {
			p.unexpected(what, "a name")
		}
		e.Kind, e.Text = ExprRef, p.take().text
	default:
		p.unexpected(what, "a value")
	}
	return e
}

func (p *parser) integer(what string) (n int64, hex bool) {
	t := p.tok
	if t.kind != tokNumber && t.kind != tokHex {
		p.unexpected(what, "a number")
	}
	u, err := parseUint(t.text)
	if err != nil || u > math.MaxInt64 {
		p.failf(t.pos, what, "`%s` is not a whole number", t.text)
	}
	p.take()
	return int64(u), t.kind == tokHex
}
