package mutants

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strings"
	"unicode"
)

// Mechanical are the faults that are generated: every operator at every place of the target where it fits.
//
// The id of one is PACKAGE/FUNCTION/OLD=>NEW without white space, with what is around a name or a number, and #N for the
// Nth of the same: it stays the same when lines move.
func (s *Source) Mechanical() (faults []*Fault) {
	for _, fn := range s.functions() {
		m := mutator{fn: fn, seen: map[string]int{}}
		ast.Inspect(fn.decl.Body, m.visit)
		faults = append(faults, m.faults...)
	}
	return faults
}

// mutator walks through a function.
type mutator struct {
	fn     *function
	stack  []ast.Node // from the body down to the node at hand
	seen   map[string]int
	faults []*Fault
}

// visit is called for each node, and with nil when one's children are done.
func (m *mutator) visit(n ast.Node) bool {
	if n == nil {
		m.stack = m.stack[:len(m.stack)-1]
		return true
	}
	if _, ok := n.(*ast.FuncLit); ok {
		return false // there is none in this code, and it may not be copied as a function is
	}
	m.stack = append(m.stack, n)
	m.expression(n)
	m.statement(n)
	return true
}

// parent is the node around the one at hand.
func (m *mutator) parent() ast.Node {
	if len(m.stack) < 2 {
		return nil
	}
	return m.stack[len(m.stack)-2]
}

// replace makes the fault that has other text in place of a stretch; around is the node that stands in its id.
func (m *mutator) replace(around ast.Node, lo, hi int, text string) {
	from, to := m.fn.span(around)
	src := m.fn.file.text
	old := string(src[from:to])
	changed := string(src[from:lo]) + text + string(src[hi:to])
	where := path.Base(m.fn.pkg.path) + "." + m.fn.name
	id := fmt.Sprintf("%s/%s/%s=>%s", path.Base(m.fn.pkg.path), m.fn.name, squeeze(old), squeeze(changed))
	if m.seen[id]++; m.seen[id] > 1 {
		id += fmt.Sprintf("#%d", m.seen[id])
	}
	f := &Fault{ID: id, Func: where, Old: string(src[lo:hi]), New: text}
	f.at(m.fn, lo, hi)
	m.faults = append(m.faults, f)
}

// node replaces a whole node.
func (m *mutator) node(around, n ast.Node, text string) {
	lo, hi := m.fn.span(n)
	m.replace(around, lo, hi, text)
}

// token replaces an operator.
func (m *mutator) token(n ast.Node, pos token.Pos, old, with string) {
	lo := m.fn.offset(pos)
	m.replace(n, lo, lo+len(old), with)
}

// squeeze drops comments and white space, so that a piece of source is one word.
func squeeze(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if i := strings.Index(line, "//"); i >= 0 {
			line = line[:i]
		}
		for _, r := range line {
			if !unicode.IsSpace(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
