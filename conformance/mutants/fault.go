package mutants

import (
	"fmt"
	"regexp"
	"strings"
)

// Fault is one small change of the source.
type Fault struct {
	ID   string
	Func string // where: package.Function or package.Type.Method
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
	pkg, name, _ := strings.Cut(f.Func, ".")
	fn := s.find(pkg, name)
	if fn == nil {
		return fmt.Errorf("mutants: %s: there is no function %s", f.ID, f.Func)
	}
	var words []string
	for _, w := range strings.Fields(f.Old) {
		words = append(words, regexp.QuoteMeta(w))
	}
	lo, hi := fn.span(fn.decl.Body)
	places := regexp.MustCompile(strings.Join(words, `\s+`)).FindAllIndex(fn.file.code()[lo:hi], -1)
	if len(places) != 1 {
		return fmt.Errorf("mutants: %s: %q stands %d times in %s, not once", f.ID, f.Old, len(places), f.Func)
	}
	f.at(fn, lo+places[0][0], lo+places[0][1])
	return nil
}

// at says where the fault is.
func (f *Fault) at(fn *function, lo, hi int) {
	f.fn, f.lo, f.hi, f.File = fn, lo, hi, fn.file.path
	f.Line = strings.Count(string(fn.file.text[:lo]), "\n") + 1
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
