package mutants

import (
	"fmt"
	"regexp"
	"strings"
)

// Fault is one small change of the source.
type Fault struct {
	ID   string
	Func string // where: package.Function or package.Type.Method, or a file in assembler
	Old  string // the piece of source that is replaced,
	New  string // and what takes its place
	Why  string // of a chosen one: what it does wrong, and which rule that breaks
	File string // the file of the function, from the module's root
	Line int

	fn     *function
	lo, hi int // of Old, in the function's file
	number int // in the program, from 1
	point  int // the statement that it changes
}

// plant finds the place of a chosen fault: the piece of source must be in its function exactly once, comments and
// white space aside.
func (s *Source) plant(f *Fault) error {
	if a := s.assemblyOf(f); a != nil {
		lo, hi, err := f.place(a.code)
		if err == nil && !a.whole(lo, hi) {
			err = fmt.Errorf("mutants: %s: %q is no whole statement", f.ID, f.Old)
		}
		f.in(a.path, a.text, lo, hi)
		return err
	}
	pkg, name, _ := strings.Cut(f.Func, ".")
	fn := s.find(pkg, name)
	if fn == nil {
		return fmt.Errorf("mutants: %s: there is no function %s", f.ID, f.Func)
	}
	body, end := fn.span(fn.decl.Body)
	lo, hi, err := f.place(fn.file.code()[body:end])
	if err == nil {
		f.at(fn, body+lo, body+hi)
	}
	return err
}

// place is where the piece of source stands in code.
func (f *Fault) place(code []byte) (lo, hi int, err error) {
	var words []string
	for _, w := range strings.Fields(f.Old) {
		words = append(words, regexp.QuoteMeta(w))
	}
	places := regexp.MustCompile(strings.Join(words, `\s+`)).FindAllIndex(code, -1)
	if len(places) != 1 {
		return 0, 0, fmt.Errorf("mutants: %s: %q stands %d times in %s, not once", f.ID, f.Old, len(places), f.Func)
	}
	return places[0][0], places[0][1], nil
}

// at says where the fault is.
func (f *Fault) at(fn *function, lo, hi int) {
	f.fn = fn
	f.in(fn.file.path, fn.file.text, lo, hi)
}

// in says where in a file it is.
func (f *Fault) in(file string, text []byte, lo, hi int) {
	f.File, f.lo, f.hi = file, lo, hi
	f.Line = strings.Count(string(text[:lo]), "\n") + 1
}

// source is the function with the fault in it, under another name.
func (f *Fault) source(name string) string {
	fn := f.fn
	text := fn.file.text
	start, end := fn.span(fn.decl)
	at, after := fn.span(fn.decl.Name)
	if fn.decl.Doc != nil {
		start = fn.offset(fn.decl.Type.Func)
	}
	return string(text[start:at]) + name + string(text[after:f.lo]) + f.New + string(text[f.hi:end])
}
