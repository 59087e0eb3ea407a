package script

import (
	"fmt"
	"slices"
	"strings"
)

// The part of Python that scripts use: assertions on figures, and counting. Numbers are whole.

// memory is what names stand for.
type memory map[string]int64

// statement is `assert EXPRESSION, MESSAGE`, `NAME = EXPRESSION`, also with an operator before the =, or one that does
// nothing here: `print(...)`, `pass`. Before it may stand `if EXPRESSION:`.
type statement struct {
	when *node  // nil: always
	verb string // assert, print, pass, or the name
	op   string // before the =: "", "+" ...
	expr node
	text string // the expression as written
}

// node is an expression: a number, a name, or an operator with its operands. A chain (a <= b <= c) has one operand more
// than operators.
type node struct {
	n    int64
	name string
	call string // abs, min, max, int or `if` (of args: value, condition, other value)
	ops  []string
	args []node
}

// codeLines cuts a block into statements: at line ends and semicolons, outside quotes and brackets, without comments.
func codeLines(text string) (lines []string) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	line, quote, depth := "", byte(0), 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote || c == '\n' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
			continue
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		if quote == 0 && (c == ';' || c == '\n' && depth <= 0) {
			lines, line = append(lines, line), ""
			continue
		}
		line += text[i : i+1]
	}
	return append(lines, line)
}

// parseCode parses a block, and lists the figures that it names.
func parseCode(text string) (run []statement, figures []string, cause string) {
	for _, line := range codeLines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		p := &pyParser{rest: line}
		s := p.statement()
		if p.cause != "" {
			return nil, nil, fmt.Sprintf("`%s`: %s", line, p.cause)
		}
		run = append(run, s)
		note := func(name string) {
			if isFigure(name) && !slices.Contains(figures, name) {
				figures = append(figures, name)
			}
		}
		if s.expr.walk(note); s.when != nil {
			s.when.walk(note)
		}
	}
	return run, figures, ""
}

// isFigure tells whether a name is one of packetdrill's for what a kernel tells of a socket.
func isFigure(name string) bool {
	return strings.HasPrefix(name, "tcpi_") || strings.HasPrefix(name, "SK_MEMINFO_") || strings.HasPrefix(name, "tcpv_")
}

// evaluate is the value of an expression without names.
func evaluate(text string) (n int64, cause string) {
	p := &pyParser{rest: text}
	e := p.expr(0)
	if p.skip(); p.cause == "" && p.rest != "" {
		p.fail("want its end, got `" + p.rest + "`")
	}
	if p.cause != "" {
		return 0, p.cause
	}
	return e.value(nil)
}

func (e *node) walk(visit func(string)) {
	if e.name != "" {
		visit(e.name)
	}
	for i := range e.args {
		e.args[i].walk(visit)
	}
}

// do carries the statement out; why is not empty where an assertion does not hold.
func (s *statement) do(m memory) (why string) {
	if s.when != nil {
		if n, cause := s.when.value(m); cause != "" || n == 0 {
			return cause
		}
	}
	if s.verb == "print" || s.verb == "pass" {
		return ""
	}
	n, cause := s.expr.value(m)
	if cause != "" {
		return s.text + ": " + cause
	}
	if s.verb != "assert" {
		if s.op != "" {
			if n, cause = combine(s.op, m[s.verb], n); cause != "" {
				return s.text + ": " + cause
			}
		}
		m[s.verb] = n
		return ""
	}
	if n != 0 {
		return ""
	}
	var values []string
	s.expr.walk(func(name string) {
		if v := fmt.Sprintf("%s is %d", name, m[name]); isFigure(name) && !slices.Contains(values, v) {
			values = append(values, v)
		}
	})
	return "assert " + s.text + ": " + strings.Join(values, ", ")
}

func (e *node) value(m memory) (int64, string) {
	if e.name != "" {
		if n, ok := m[e.name]; ok {
			return n, ""
		}
		if n, ok := codeConstants[e.name]; ok {
			return n, ""
		}
		return 0, "`" + e.name + "` has no value"
	}
	switch {
	case e.call != "":
		return e.called(m)
	case len(e.args) == 0:
		return e.n, ""
	}
	left, cause := e.args[0].value(m)
	if len(e.ops) > 0 && len(e.args) == 1 {
		n, _ := apply(e.ops[0], left)
		return n, cause
	}
	for i, op := range e.ops {
		if cause != "" || op == "and" && left == 0 || op == "or" && left != 0 {
			return left, cause
		}
		var right int64
		if right, cause = e.args[i+1].value(m); cause != "" {
			return 0, cause
		}
		var n int64
		if n, cause = combine(op, left, right); cause != "" || comparison(op) && n == 0 {
			return 0, cause
		}
		if left = n; comparison(op) && i+1 < len(e.ops) {
			left = right
		}
	}
	return left, cause
}

// called is the value of a function of its arguments.
func (e *node) called(m memory) (n int64, cause string) {
	if e.call == "if" {
		is, cause := e.args[1].value(m)
		switch {
		case cause != "":
			return 0, cause
		case is != 0:
			return e.args[0].value(m)
		}
		return e.args[2].value(m)
	}
	for i := range e.args {
		a, cause := e.args[i].value(m)
		switch {
		case cause != "":
			return 0, cause
		case i == 0, e.call == "min" && a < n, e.call == "max" && a > n:
			n = a
		}
	}
	if e.call == "abs" && n < 0 {
		n = -n
	}
	return n, ""
}

func apply(op string, n int64) (int64, string) {
	switch op {
	case "-":
		return -n, ""
	case "~":
		return ^n, ""
	}
	return flagOf(n == 0), "" // not
}

func comparison(op string) bool { return slices.Contains(levels[comparisons], op) }

func combine(op string, a, b int64) (int64, string) {
	switch op {
	case "or", "and":
		return b, ""
	case "==":
		return flagOf(a == b), ""
	case "!=":
		return flagOf(a != b), ""
	case "<=":
		return flagOf(a <= b), ""
	case ">=":
		return flagOf(a >= b), ""
	case "<":
		return flagOf(a < b), ""
	case ">":
		return flagOf(a > b), ""
	case "|":
		return a | b, ""
	case "^":
		return a ^ b, ""
	case "&":
		return a & b, ""
	case "<<":
		return a << uint64(b&63), ""
	case ">>":
		return a >> uint64(b&63), ""
	case "+":
		return a + b, ""
	case "-":
		return a - b, ""
	case "*":
		return a * b, ""
	}
	if b == 0 {
		return 0, "division by zero"
	}
	if op == "%" {
		return a - b*floor(a, b), ""
	}
	return floor(a, b), ""
}

// floor divides towards minus infinity, as Python does.
func floor(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
