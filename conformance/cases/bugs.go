package cases

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed bugs.txt
var bugsText string

// Bug is a known bug of another stack: what a case should find in a stack that has it too.
type Bug struct {
	Slug     string   // the public reference, or a name where there is none
	Also     []string // other public references
	Protocol string
	Text     string // what goes wrong, in a sentence
	Cases    []string
	Why      string // why no case can show it here; "" where Cases has some
	Line     int
}

// The register of bugs is bugs.txt: a line for each, of slug, protocol and what goes wrong, sorted by slug. Indented lines
// below say more: `also REFERENCE ...`, other public references; and `case ID ...`, the cases that find it, or `why
// TEXT`, why none can. # begins a comment line.
var bugSlug = regexp.MustCompile(`^[a-z0-9-]+(#[0-9]+)?$`)

// LoadBugs reads the register of bugs. The error names the line of the first mistake.
func LoadBugs() ([]*Bug, error) { return parseBugs(bugsText) }

func parseBugs(text string) (bugs []*Bug, err error) {
	n := 0
	fail := func(format string, args ...any) error {
		return fmt.Errorf("cases: bugs.txt:%d: %s", n, fmt.Sprintf(format, args...))
	}
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] == ' ' && len(bugs) == 0:
			return nil, fail("an indented line with nothing above")
		case line[0] == ' ':
			if cause := bugs[len(bugs)-1].more(strings.TrimSpace(line)); cause != "" {
				return nil, fail("%s", cause)
			}
		default:
			slug, rest, _ := strings.Cut(line, " ")
			protocol, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
			b := &Bug{Slug: slug, Protocol: protocol, Text: strings.TrimSpace(text), Line: n}
			switch {
			case !bugSlug.MatchString(slug):
				return nil, fail("`%s` is not a slug such as smoltcp#62", slug)
			case !strings.HasSuffix(b.Text, "."):
				return nil, fail("%s: want a slug, a protocol and a sentence", slug)
			case len(bugs) > 0 && bugs[len(bugs)-1].Slug >= slug:
				return nil, fail("%s does not come after %s", slug, bugs[len(bugs)-1].Slug)
			}
			bugs = append(bugs, b)
		}
	}
	for _, b := range bugs {
		if n = b.Line; len(b.Cases) > 0 == (b.Why != "") {
			return nil, fail("%s: want `case ID ...` or `why TEXT`, one of them", b.Slug)
		}
	}
	return bugs, nil
}

// more reads an indented line; cause says what is wrong with it.
func (b *Bug) more(line string) (cause string) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	list := map[string]*[]string{"also": &b.Also, "case": &b.Cases}[word]
	switch {
	case rest == "":
	case list != nil && *list == nil:
		*list = strings.Fields(rest)
		if word == "case" && !slices.IsSorted(*list) {
			return "the cases are not sorted"
		}
		return ""
	case word == "why" && b.Why == "":
		b.Why = rest
		return ""
	}
	return "`" + line + "`: want `also REFERENCE ...`, `case ID ...` or `why TEXT`, once each"
}
