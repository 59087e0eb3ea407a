package robust

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed table.txt
var tableText string

// Row is something that has broken another stack: a packet, and what must come of it.
type Row struct {
	ID, Protocol string
	Text         string   // what goes wrong, in a sentence
	Bugs         []string // public references, as cases name them
	Also         []string // those that stand in the register of bugs
	Base, Edit   string   // the packet that is good, and what is wrong with it
	State, Want  string   // in which it arrives, and what a stack has to do
	Drops        []string // the counters of our stack that the cases of this package count it by
	Cases        []string // ids; one that ends in a slash is a family of generated cases
	Tests        []Test
	Why          string // why nothing can show it yet; "" where Cases or Tests has some
	Note         string // what is not sure
	Line         int
}

// Test is a test that shows what no case can.
type Test struct {
	Folder string
	Names  []string
}

// Refs are all references of the row, as the world writes them.
func (r *Row) Refs() (refs []string) {
	for _, ref := range slices.Concat(r.Bugs, r.Also) {
		if strings.HasPrefix(ref, "cve-") {
			ref = strings.ToUpper(ref)
		}
		refs = append(refs, ref)
	}
	return refs
}

// Load reads the table. The error names the line of the first mistake.
func Load() ([]*Row, error) { return load() }

var load = sync.OnceValues(func() ([]*Row, error) { return parse(tableText) })

var (
	rowLine = regexp.MustCompile(`^(R[0-9]{3}) ([a-z0-9]+) (\S.*\.)$`)
	rowBug  = regexp.MustCompile(`^[a-z0-9-]+(#[0-9]+)?$`)
)

func parse(text string) (rows []*Row, err error) {
	n := 0
	fail := func(format string, args ...any) error {
		return fmt.Errorf("robust: table.txt:%d: %s", n, fmt.Sprintf(format, args...))
	}
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == ' ' && len(rows) == 0:
			return nil, fail("an indented line with nothing above")
		case line[0] == ' ':
			if cause := rows[len(rows)-1].more(strings.TrimSpace(line)); cause != "" {
				return nil, fail("%s", cause)
			}
		default:
			f := rowLine.FindStringSubmatch(line)
			if want := fmt.Sprintf("R%03d", len(rows)+1); f == nil || f[1] != want {
				return nil, fail("`%s`: want `%s PROTOCOL SENTENCE`", line, want)
			}
			rows = append(rows, &Row{ID: f[1], Protocol: f[2], Text: f[3], Line: n})
		}
	}
	for _, r := range rows {
		n = r.Line
		switch {
		case r.Base == "" || r.Edit == "" || r.State == "" || r.Want == "":
			return nil, fail("%s: want base, edit, state and want", r.ID)
		case (len(r.Cases) > 0 || len(r.Tests) > 0) == (r.Why != ""):
			return nil, fail("%s: want `case ID ...` or `test FOLDER NAME ...`, or else `wait TEXT`", r.ID)
		}
	}
	return rows, nil
}

// more reads an indented line; cause says what is wrong with it.
func (r *Row) more(line string) (cause string) {
	word, rest, _ := strings.Cut(line, " ")
	list := map[string]*[]string{"bug": &r.Bugs, "also": &r.Also, "drop": &r.Drops, "case": &r.Cases}[word]
	words := map[string]*string{"base": &r.Base, "edit": &r.Edit, "state": &r.State, "want": &r.Want, "wait": &r.Why, "note": &r.Note}[word]
	switch fields := strings.Fields(rest); {
	case rest == "":
	case word == "test" && len(fields) > 1:
		r.Tests = append(r.Tests, Test{fields[0], fields[1:]})
		return ""
	case words != nil && *words == "":
		*words = rest
		return ""
	case list != nil && *list == nil:
		if (word == "bug" || word == "also") && slices.ContainsFunc(fields, func(s string) bool { return !rowBug.MatchString(s) }) {
			return "`" + rest + "`: a reference is a slug such as cve-2020-11906 or smoltcp#62"
		}
		*list = fields
		return ""
	}
	return "`" + line + "`: want bug, also, base, edit, state, want, drop, case, wait or note, once each, or test"
}

// refsOf are the references that the case of some rows names in its header.
func refsOf(ids string) (refs []string) {
	rows, err := Load()
	if err != nil {
		return nil // which who loads the table hears of
	}
	for _, r := range rows {
		if slices.Contains(strings.Fields(ids), r.ID) {
			refs = append(refs, r.Bugs...)
		}
	}
	return refs
}
