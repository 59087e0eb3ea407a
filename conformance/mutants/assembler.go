package mutants

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// assembly is a file in assembler of a target that another compiler than Go's builds. Its faults name the file in place of
// a function, and replace whole statements.
type assembly struct {
	path  string // from the module's root
	text  []byte
	code  []byte // the text with blanks for comments
	plant []*Fault
}

var assemblerComment = regexp.MustCompile(`//[^\n]*`)

// readAssembly reads a file.
func readAssembly(root, name string) (*assembly, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	blank := func(comment []byte) []byte { return bytes.Repeat([]byte(" "), len(comment)) }
	return &assembly{path: filepath.ToSlash(rel), text: text, code: assemblerComment.ReplaceAllFunc(text, blank)}, nil
}

// assemblyOf is the file that a fault names, nil if it names a function.
func (s *Source) assemblyOf(f *Fault) *assembly {
	for _, a := range s.assembler {
		if path.Base(a.path) == f.Func {
			return a
		}
	}
	return nil
}

var statementStart = regexp.MustCompile(`(?:^|\n)[ \t]*(?:[\w.]+:)?[ \t]*$`)

// whole reports whether a piece is of whole statements, a label in front of them aside.
func (a *assembly) whole(lo, hi int) bool {
	rest, _, _ := strings.Cut(string(a.code[hi:]), "\n")
	return statementStart.Match(a.code[:lo]) && strings.TrimSpace(rest) == ""
}

// The word that says which fault is active is assembler's own, so that both sides know its name.
const assemblerSelector = `
.section .data.` + Selector + `, "aw"
.balign 4
.globl ` + Selector + `
` + Selector + `:
    .4byte 0xffffffff
`

// planted is the text of the file with its faults: at the place of each it asks which is active, and goes out of its way for
// it. That takes gp and tp, which images do not use. One file of an image holds the word.
func (a *assembly) planted(holds bool) string {
	var changes []insertion
	var b strings.Builder
	if holds {
		b.WriteString(assemblerSelector)
	}
	b.WriteString("\n.section .text.faults, \"ax\"\n")
	for _, f := range a.plant {
		n := f.number
		ask := fmt.Sprintf("\nlw gp, %s\nli tp, %d\nbne gp, tp, .Lplain%d\nj .Lfault%d\n.Lplain%d:\n", Selector, n, n, n, n)
		changes = append(changes, insertion{f.lo, ask}, insertion{f.hi, fmt.Sprintf("\n.Lbehind%d:\n", n)})
		fmt.Fprintf(&b, ".Lfault%d:\n%s\nj .Lbehind%d\n", n, f.New, n)
	}
	return insert(a.text, changes) + b.String()
}
