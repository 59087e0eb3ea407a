// Package runs keeps what happens in each written case as text: every call and every frame, in the script's notation, with
// its virtual time and the phrase that it met. A change of the stack's behaviour that no case judges is then a difference
// that somebody reads before it is taken on:
//
//	go test ./golden/runs -update
//
// Of a case with several forms the first is written out, and of the others how many lines they have and their trace hash.
// Of a long exchange the beginning and the end are written, and the hash stands for the rest.
package runs

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"stackproof/conformance"
	"stackproof/conformance/report"
)

// shown is how many lines of an exchange there are at its beginning and at its end.
const shown = 60

// File is the exchanges of one folder of cases.
type File struct {
	Name  string // below this package, as text/close.txt
	Cases [][]*conformance.Program
}

// Files are the written cases of a suite, by their folders, sorted; those that are built in Go are too many and too alike.
func Files(s *conformance.Suite) (files []*File) {
	found := map[string]*File{}
	for _, group := range s.Cases(conformance.Pattern{}) {
		if !strings.HasSuffix(group[0].Case.File, ".pkt") {
			continue
		}
		name := path.Dir(group[0].Case.ID) + ".txt"
		f := found[name]
		if f == nil {
			f = &File{Name: name}
			found[name] = f
			files = append(files, f)
		}
		f.Cases = append(f.Cases, group)
	}
	slices.SortFunc(files, func(a, b *File) int { return cmp.Compare(a.Name, b.Name) })
	return files
}

// Write runs the file's cases and writes what happened.
func (f *File) Write(w io.Writer, exec conformance.Executor) {
	for i, group := range f.Cases {
		if i > 0 {
			fmt.Fprintln(w)
		}
		for j, form := range group {
			verdict, records := conformance.Show(exec, form)
			fmt.Fprintf(w, "%s (%s): %d lines, trace %016x\n", form.Case.ID, form.Form.Form, len(records), verdict.Hash)
			if j == 0 {
				write(w, records)
			}
		}
	}
}

// write writes the lines of an exchange, phrases one below the other where that is not too far away.
func write(w io.Writer, records []report.Record) {
	const most = 80
	wide := 0
	for _, r := range records {
		if r.Note != "" && len(r.Text) <= most {
			wide = max(wide, len(r.Text))
		}
	}
	for i, r := range records {
		if i == shown && len(records) > 2*shown {
			fmt.Fprintf(w, "  ... %d more\n", len(records)-2*shown)
		}
		if i >= shown && i < len(records)-shown {
			continue
		}
		line := fmt.Sprintf("  %s %s", report.Clock(r.At), r.Text)
		if r.Note != "" {
			line = fmt.Sprintf("  %s %-*s  // %s", report.Clock(r.At), wide, r.Text, r.Note)
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}
