package mutants

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// instead of a binary operator stand these: a comparison's boundary and its opposite, and the operators that are taken for
// one another.
var instead = map[token.Token][]token.Token{
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.QUO},
	token.AND: {token.OR}, token.OR: {token.AND}, token.AND_NOT: {token.AND}, token.XOR: {token.OR},
	token.SHL: {token.SHR}, token.SHR: {token.SHL}, token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN}, token.MUL_ASSIGN: {token.QUO_ASSIGN},
	token.QUO_ASSIGN: {token.MUL_ASSIGN}, token.OR_ASSIGN: {token.AND_ASSIGN}, token.AND_ASSIGN: {token.OR_ASSIGN},
	token.AND_NOT_ASSIGN: {token.AND_ASSIGN}, token.INC: {token.DEC}, token.DEC: {token.INC},
}

// called are functions that are taken for one another.
var called = map[string]string{
	"Less": "LessEq", "LessEq": "Less", "earliest": "latest", "latest": "earliest", "min": "max", "max": "min",
}

// expression applies the operators for expressions.
func (m *mutator) expression(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		for _, op := range instead[n.Op] {
			m.token(n, n.OpPos, n.Op.String(), op.String())
		}
		if n.Op == token.LAND || n.Op == token.LOR {
			m.node(n, n, m.fn.text(n.X))
			m.node(n, n, m.fn.text(n.Y))
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			m.node(n, n, "("+m.fn.text(n.X)+")")
		}
	case *ast.CallExpr:
		m.call(n)
	case *ast.BasicLit:
		if n.Kind == token.INT && !m.constantType(n) {
			m.number(n)
		}
	case *ast.Ident:
		m.name(n)
	case *ast.CompositeLit:
		m.composite(n)
	}
}

// call has another function called.
func (m *mutator) call(n *ast.CallExpr) {
	name, ok := n.Fun.(*ast.Ident)
	if sel, method := n.Fun.(*ast.SelectorExpr); method {
		name, ok = sel.Sel, true
	}
	if ok && called[name.Name] != "" {
		m.node(n, name, called[name.Name])
	}
}

// constantType reports whether a number belongs to a type, as an array's length does.
func (m *mutator) constantType(n ast.Node) bool {
	a, ok := m.parent().(*ast.ArrayType)
	return ok && a.Len == n
}

// around is what stands in the id of a fault of a name or a number: the expression or short statement that it is in.
func (m *mutator) around(n ast.Node) ast.Node {
	p := m.parent()
	switch p.(type) {
	case ast.Expr, *ast.ReturnStmt, *ast.AssignStmt:
		if t := m.fn.text(p); len(t) < 60 && !strings.Contains(t, "\n") {
			return p
		}
	}
	return n
}

// number changes a constant by one.
func (m *mutator) number(n ast.Expr) {
	around, text := m.around(n), m.fn.text(n)
	m.node(around, n, "("+text+"+1)")
	if v := m.fn.pkg.info.Types[n].Value; v != nil && constant.Sign(v) > 0 {
		m.node(around, n, "("+text+"-1)")
	}
}

// name changes a constant that has a name: a bool to the other, a duration to twice as much, a number by one.
func (m *mutator) name(n *ast.Ident) {
	if sel, ok := m.parent().(*ast.SelectorExpr); ok && sel.X == ast.Expr(n) {
		return // a package's name
	}
	c, ok := m.fn.pkg.info.Uses[n].(*types.Const)
	if !ok {
		return
	}
	basic, ok := c.Type().Underlying().(*types.Basic)
	if !ok {
		return
	}
	var whole ast.Expr = n
	around := m.around(n)
	if sel, ok := m.parent().(*ast.SelectorExpr); ok {
		whole, around = sel, sel
	}
	text := m.fn.text(whole)
	switch {
	case basic.Info()&types.IsBoolean != 0:
		m.node(around, whole, map[string]string{"true": "false", "false": "true"}[text])
	case strings.HasSuffix(c.Type().String(), "time.Duration"):
		m.node(around, whole, "("+text+"*2)")
	case basic.Info()&types.IsInteger != 0:
		m.node(around, whole, "("+text+"+1)")
		if _, named := c.Type().(*types.Named); !named {
			m.node(around, whole, "("+text+"-1)")
		}
	}
}

// composite drops one of several fields.
func (m *mutator) composite(n *ast.CompositeLit) {
	if len(n.Elts) < 2 {
		return
	}
	for i, e := range n.Elts {
		if _, ok := e.(*ast.KeyValueExpr); !ok {
			continue
		}
		lo, hi := m.fn.span(e)
		if i+1 < len(n.Elts) {
			hi, _ = m.fn.span(n.Elts[i+1])
		} else {
			_, lo = m.fn.span(n.Elts[i-1])
		}
		m.dropped(e, lo, hi)
	}
}

// dropped drops a stretch of which a node is the part that matters.
func (m *mutator) dropped(n ast.Node, lo, hi int) {
	before := len(m.faults)
	m.node(n, n, "")
	for _, f := range m.faults[before:] {
		f.Old, f.lo, f.hi = string(m.fn.file.text[lo:hi]), lo, hi
	}
}

// statement applies the operators for statements.
func (m *mutator) statement(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		m.condition(n.Cond)
	case *ast.ExprStmt, *ast.BranchStmt:
		m.node(n, n, "")
	case *ast.IncDecStmt:
		m.token(n, n.TokPos, n.Tok.String(), instead[n.Tok][0].String())
		m.node(n, n, "")
	case *ast.AssignStmt:
		m.assignment(n)
	case *ast.ReturnStmt:
		m.results(n)
	}
}

// condition turns a condition round that no other operator does.
func (m *mutator) condition(c ast.Expr) {
	switch c := c.(type) {
	case *ast.BinaryExpr:
		if c.Op != token.LAND && c.Op != token.LOR {
			return
		}
	case *ast.UnaryExpr:
		return
	}
	m.node(c, c, "!("+m.fn.text(c)+")")
}

// assignment drops what is assigned, of several one at a time, and changes the operator.
func (m *mutator) assignment(n *ast.AssignStmt) {
	for _, op := range instead[n.Tok] {
		m.token(n, n.TokPos, n.Tok.String(), op.String())
	}
	if n.Tok == token.DEFINE {
		return
	}
	if len(n.Lhs) == 1 || len(n.Lhs) != len(n.Rhs) {
		m.node(n, n, "")
		return
	}
	for i := range n.Lhs {
		var left, right []string
		for j := range n.Lhs {
			if i != j {
				left, right = append(left, m.fn.text(n.Lhs[j])), append(right, m.fn.text(n.Rhs[j]))
			}
		}
		m.node(n, n, strings.Join(left, ", ")+" = "+strings.Join(right, ", "))
	}
}

// results drops a return in mid-function, and returns something else: the opposite, or nothing.
func (m *mutator) results(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		m.node(n, n, "")
		return
	}
	for _, r := range n.Results {
		t := m.fn.pkg.info.Types[r]
		basic, ok := types.Default(t.Type).Underlying().(*types.Basic)
		if !ok || t.Value != nil {
			continue // other operators change constants
		}
		_, binary := r.(*ast.BinaryExpr)
		_, unary := r.(*ast.UnaryExpr)
		switch {
		case basic.Info()&types.IsBoolean != 0 && !binary && !unary:
			m.node(n, r, "!("+m.fn.text(r)+")")
		case basic.Info()&types.IsNumeric != 0:
			m.node(n, r, "0")
		}
	}
}
