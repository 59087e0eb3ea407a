package reqs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The register is one text file for each RFC. It begins with
//
//	rfc 1122
//	title Requirements for Internet Hosts -- Communication Layers
//
// and has one line for each requirement, of three or four columns and a paraphrase:
//
//	MUST-14     3.7.1  wire         The maximum segment size option is sent and understood.
//	3.2.2.6:1   MUST   wire,socket  A host answers echo requests.
//
// The first form is for a specification that numbers its own requirements: id, section, where it shows. The second is
// for all others: section and ordinal, level, where it shows. An indented line says more of the one above: `by ID`,
// what has replaced it, `why TEXT`, why no test can show it, or `not TEXT`, why the stack takes the freedom that a SHOULD or
// a MAY leaves, and what it does instead. # begins a comment line.
var (
	ownID     = regexp.MustCompile(`^(MUST|SHLD|MAY|REC)-[1-9][0-9]*$`)
	ordinalID = regexp.MustCompile(`^([0-9a-z]+(?:\.[0-9]+)*):[1-9][0-9]*$`)
	section   = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)
)

// levelOfID is the level that a specification's own id has in its name.
var levelOfID = map[string]Level{"MUST": Must, "SHLD": Should, "MAY": May, "REC": Should}

// parser reads one file.
type parser struct {
	file string
	line int
	reg  *Register
	rfc  *RFC
	last *Requirement
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("reqs: %s:%d: %s", p.file, p.line, fmt.Sprintf(format, args...))
}

// parse adds a file to the register.
func (r *Register) parse(file, text string) error {
	p := &parser{file: file, reg: r}
	for line := range strings.Lines(text) {
		p.line++
		line = strings.TrimRight(line, "\n")
		if err := p.one(line); err != nil {
			return err
		}
	}
	if p.rfc == nil || p.rfc.Title == "" {
		return p.errorf("the file does not say which RFC it is: `rfc N` and `title TEXT`")
	}
	return nil
}

func (p *parser) one(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line != strings.TrimRight(line, " \t\r") || strings.Contains(line, "\t"):
		return p.errorf("tab, or blank at the end")
	case line[0] == ' ':
		return p.more(strings.TrimSpace(line))
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case word == "rfc":
		return p.begin(rest)
	case p.rfc == nil:
		return p.errorf("`rfc N` must come first")
	case word == "title":
		if p.rfc.Title != "" {
			return p.errorf("a second title")
		}
		p.rfc.Title = rest
		return nil
	}
	return p.requirement(word, rest)
}

func (p *parser) begin(number string) error {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || p.rfc != nil {
		return p.errorf("`rfc %s`: want one number, once", number)
	}
	for _, other := range p.reg.RFCs {
		if other.Number == n {
			return p.errorf("RFC %d has two files", n)
		}
	}
	p.rfc = &RFC{Number: n}
	p.reg.RFCs = append(p.reg.RFCs, p.rfc)
	return nil
}

// more reads an indented line.
func (p *parser) more(line string) error {
	if p.last == nil {
		return p.errorf("an indented line with nothing above")
	}
	word, rest, _ := strings.Cut(line, " ")
	field := map[string]*string{"by": &p.last.By, "why": &p.last.Why, "not": &p.last.Not}[word]
	if field == nil || rest == "" || *field != "" {
		return p.errorf("`%s`: want `by ID`, `why TEXT` or `not TEXT`, once each", line)
	}
	*field = rest
	return nil
}

func (p *parser) requirement(id, rest string) error {
	q := &Requirement{RFC: p.rfc.Number, File: p.file, Line: p.line}
	second, rest, _ := strings.Cut(rest, " ")
	seen, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
	q.Text = strings.TrimSpace(text)
	if m := ownID.FindStringSubmatch(id); m != nil {
		q.ID, q.Own = fmt.Sprintf("RFC%d %s", q.RFC, id), true
		q.Level, q.Section = levelOfID[m[1]], second
		if !section.MatchString(second) {
			return p.errorf("%s: `%s` is not a section", id, second)
		}
	} else if m := ordinalID.FindStringSubmatch(id); m != nil {
		q.ID = fmt.Sprintf("RFC%d:%s", q.RFC, id)
		q.Level, q.Section = Level(second), m[1]
		if q.Level != Must && q.Level != Should && q.Level != May {
			return p.errorf("%s: `%s` is none of MUST, SHOULD, MAY", id, second)
		}
	} else {
		return p.errorf("`%s` is neither MUST-1 nor SECTION:1", id)
	}
	if q.Text == "" || !strings.HasSuffix(q.Text, ".") {
		return p.errorf("%s: the paraphrase is not a sentence", id)
	}
	for s := range strings.SplitSeq(seen, ",") {
		switch Seen(s) {
		case Wire, Socket, Time, Inspection, None:
			q.Seen = append(q.Seen, Seen(s))
		default:
			return p.errorf("%s: `%s` is none of wire, socket, time, inspection, none", id, s)
		}
	}
	return p.add(q)
}

func (p *parser) add(q *Requirement) error {
	if other := p.reg.byID[q.ID]; other != nil {
		return p.errorf("%s stands at %s:%d already", q.ID, other.File, other.Line)
	}
	p.reg.byID[q.ID] = q
	p.reg.All = append(p.reg.All, q)
	p.last = q
	return nil
}
