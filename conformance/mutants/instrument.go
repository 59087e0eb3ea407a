package mutants

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// pointPath is the package that exists in the overlay alone: which fault is active, and what has been reached.
const pointPath = module + "/build/mutants/point"

// insertion is text that goes into a file.
type insertion struct {
	offset int
	text   string
}

// insert puts text into a source, in front of the offsets that it names.
func insert(text []byte, all []insertion) string {
	slices.SortStableFunc(all, func(a, b insertion) int { return a.offset - b.offset })
	var b strings.Builder
	at := 0
	for _, i := range all {
		b.Write(text[at:i.offset])
		b.WriteString(i.text)
		at = i.offset
	}
	b.Write(text[at:])
	return b.String()
}

// program is the target with all its faults in one: mutant schemata, a function at a time. Each function that has faults
// is there once as it is and once with each fault, and one under its name calls the one that is active.
type program struct {
	source *Source
	faults []*Fault // by number, from 1
	points int
	files  map[string]string // path from the root: the text that takes the place of the file's
}

// newProgram makes the program. Faults that do not compile are left out and returned.
func newProgram(s *Source, faults []*Fault) (p *program, broken []*Fault, err error) {
	p = &program{source: s, files: map[string]string{}}
	for _, f := range s.functions() {
		f.plant = nil
	}
	for _, f := range faults {
		if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+f.source("f"), parser.SkipObjectResolution); err != nil {
			broken = append(broken, f)
			continue
		}
		f.fn.plant = append(f.fn.plant, f)
	}
	for _, pkg := range s.packages {
		bad, err := p.addPackage(pkg)
		if err != nil {
			return nil, nil, err
		}
		if broken = append(broken, bad...); len(bad) > 0 {
			if bad, err = p.addPackage(pkg); err != nil || len(bad) > 0 {
				return nil, nil, errors.Join(err, fmt.Errorf("mutants: %s does not compile without the faults that do not", pkg.path))
			}
		}
	}
	p.number()
	for _, pkg := range s.packages {
		for _, f := range pkg.files {
			if len(f.functions) > 0 {
				p.files[f.path], _ = f.instrumented(p)
			}
		}
	}
	return p, broken, nil
}

// number gives faults and statements their numbers.
func (p *program) number() {
	p.faults, p.points = []*Fault{nil}, 0
	for _, fn := range p.source.functions() {
		fn.first = len(p.faults)
		fn.hits = fn.statements()
		for _, h := range fn.hits {
			h.number = p.points
			p.points++
		}
		for _, f := range fn.plant {
			f.number = len(p.faults)
			f.point = fn.pointOf(f.lo)
			p.faults = append(p.faults, f)
		}
	}
}

// addPackage finds the faults of a package that do not compile, and takes them out of it.
func (p *program) addPackage(pkg *srcPackage) (broken []*Fault, err error) {
	p.number()
	fset := token.NewFileSet()
	check := &srcPackage{path: pkg.path, fset: fset, info: &types.Info{}}
	copies := map[string][]copied{}
	bad := map[*Fault]bool{}
	for _, f := range pkg.files {
		text, where := f.instrumented(p)
		tree, err := parser.ParseFile(fset, f.path, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("mutants: %s with its faults: %w", f.path, err)
		}
		copies[f.path] = where
		check.files = append(check.files, &srcFile{path: f.path, tree: tree})
	}
	var other error
	cfg := p.source.config(func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			at := fset.Position(e.Pos)
			for _, c := range copies[at.Filename] {
				if c.lo <= at.Offset && at.Offset < c.hi {
					bad[c.fault] = true
					return
				}
			}
		}
		if other == nil {
			other = err
		}
	})
	cfg.Importer = withPoint{cfg.Importer}
	_ = check.check(cfg)
	if other != nil {
		return nil, fmt.Errorf("mutants: %s with its faults: %w", pkg.path, other)
	}
	for _, f := range pkg.files {
		for _, fn := range f.functions {
			fn.plant = slices.DeleteFunc(fn.plant, func(f *Fault) bool {
				if bad[f] {
					broken = append(broken, f)
				}
				return bad[f]
			})
		}
	}
	return broken, nil
}

// copied is where a function with a fault stands in the text of its file.
type copied struct {
	lo, hi int
	fault  *Fault
}

// instrumented is the text of a file in the program, and where in it the faults are.
func (f *srcFile) instrumented(p *program) (string, []copied) {
	if len(f.functions) == 0 {
		return string(f.text), nil
	}
	changes := []insertion{{f.functions[0].offset(f.tree.Name.End()), "\nimport mutantpoint \"" + pointPath + "\"\n"}}
	for _, fn := range f.functions {
		_, at := fn.span(fn.decl.Name)
		changes = append(changes, insertion{at, plainSuffix})
		for _, h := range fn.hits {
			changes = append(changes, insertion{h.offset, fmt.Sprintf("mutantpoint.Hits[%d] = true; ", h.number)})
		}
		for _, o := range loops(fn.decl) {
			changes = append(changes, insertion{fn.offset(o) + 1, " mutantpoint.Step(); "})
		}
	}
	var b strings.Builder
	b.WriteString(insert(f.text, changes))
	b.WriteString("\nvar _ = mutantpoint.Active\n")
	var where []copied
	for _, fn := range f.functions {
		b.WriteString(fn.dispatcher("mutantpoint.Step()", "mutantpoint.Active"))
		for _, fault := range fn.plant {
			lo := b.Len()
			b.WriteString(withSteps(fault.source(fault.name())))
			b.WriteString("\n")
			where = append(where, copied{lo, b.Len(), fault})
		}
	}
	return b.String(), where
}

// plainSuffix ends the name of a function without a fault.
const plainSuffix = "_plain"

// name is that of the function with the fault.
func (f *Fault) name() string { return fmt.Sprintf("%s_fault%d", f.fn.decl.Name.Name, f.number) }

// loops are the places of the braces that begin the bodies of a function's loops.
func loops(fn *ast.FuncDecl) (at []token.Pos) {
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			at = append(at, n.Body.Lbrace)
		case *ast.RangeStmt:
			at = append(at, n.Body.Lbrace)
		}
		return true
	})
	return at
}

// withSteps lets the loops of a function count their rounds.
func withSteps(text string) string {
	const head = "package p\n"
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", head+text, parser.SkipObjectResolution)
	if err != nil {
		return text // the checker of types will find out
	}
	var changes []insertion
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			for _, p := range loops(fn) {
				changes = append(changes, insertion{fset.Position(p).Offset + 1 - len(head), " mutantpoint.Step(); "})
			}
		}
	}
	return insert([]byte(text), changes)
}

// dispatcher is the function that stands under the name of fn: it takes step, if there is any, and asks active.
func (fn *function) dispatcher(step, active string) string {
	var b strings.Builder
	b.WriteString("\nfunc ")
	call := ""
	if fn.decl.Recv != nil {
		fmt.Fprintf(&b, "(mutantR %s) ", fn.text(fn.decl.Recv.List[0].Type))
		call = "mutantR."
	}
	name := fn.decl.Name.Name
	params, args := fn.params()
	fmt.Fprintf(&b, "%s(%s) ", name, params)
	result := ""
	if r := fn.decl.Type.Results; r != nil {
		b.WriteString(fn.text(r))
		result = "return "
	}
	b.WriteString(" {\n\t" + step + "\n")
	if n := len(fn.plant); n > 0 {
		fmt.Fprintf(&b, "\tif a := %s; a >= %d && a <= %d {\n\t\tswitch a {\n", active, fn.plant[0].number, fn.plant[n-1].number)
		for _, f := range fn.plant {
			fmt.Fprintf(&b, "\t\tcase %d:\n\t\t\t%s%s%s(%s)\n", f.number, result, call, f.name(), args)
			if result == "" {
				b.WriteString("\t\t\treturn\n")
			}
		}
		b.WriteString("\t\t}\n\t}\n")
	}
	fmt.Fprintf(&b, "\t%s%s%s%s(%s)\n}\n", result, call, name, plainSuffix, args)
	return b.String()
}

// params are the parameters of a function, declared and passed on. They have names of their own, as not all have one.
func (fn *function) params() (decl, call string) {
	var d, c []string
	for _, field := range fn.decl.Type.Params.List {
		t := fn.text(field.Type)
		for range max(len(field.Names), 1) {
			arg := fmt.Sprintf("mutantA%d", len(d))
			d = append(d, arg+" "+t)
			if strings.HasPrefix(t, "...") {
				arg += "..."
			}
			c = append(c, arg)
		}
	}
	return strings.Join(d, ", "), strings.Join(c, ", ")
}

// statements are those of a function that stand in a block: what is inside one that does not is reached with it.
func (fn *function) statements() (all []*hit) {
	add := func(list []ast.Stmt) {
		for _, s := range list {
			lo, hi := fn.span(s)
			all = append(all, &hit{offset: lo, end: hi})
		}
	}
	ast.Inspect(fn.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			if len(n.List) > 0 {
				if _, clauses := n.List[0].(*ast.CaseClause); !clauses {
					add(n.List)
				}
			}
		case *ast.CaseClause:
			add(n.Body)
		}
		return true
	})
	return all
}

// pointOf is the number of the innermost statement around an offset.
func (fn *function) pointOf(offset int) int {
	best := fn.hits[0]
	for _, h := range fn.hits {
		if h.offset <= offset && offset < h.end && h.offset >= best.offset {
			best = h
		}
	}
	return best.number
}

// withPoint imports the package that exists in the overlay alone.
type withPoint struct{ types.Importer }

// Import implements types.Importer.
func (w withPoint) Import(p string) (*types.Package, error) {
	if p != pointPath {
		return w.Importer.Import(p)
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "point.go", pointSource(1<<20), 0)
	if err != nil {
		return nil, err
	}
	return (&types.Config{}).Check(p, fset, []*ast.File{tree}, nil)
}

// pointSource is that package.
func pointSource(points int) string {
	return fmt.Sprintf(`// Package point says which fault is active, and takes note of what is reached.
package point

// Active is the number of the fault; 0: none.
var Active int

// Steps counts calls and rounds of loops, up to Limit.
var Steps, Limit int

// Hits are the statements that were reached.
var Hits [%d]bool

// Step counts one. What goes on beyond the limit would never end.
func Step() {
	if Steps++; Steps > Limit {
		panic("too many steps")
	}
}
`, max(points, 1))
}
