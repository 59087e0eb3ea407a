package script

import (
	"regexp"
	"slices"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// Form is the IP version that a script is compiled for.
type Form uint8

const (
	IPv4 Form = 4
	IPv6 Form = 6
)

// String is the form's name in metadata and reports.
func (f Form) String() string {
	if f == IPv6 {
		return "ipv6"
	}
	return "ipv4"
}

// Level is how strongly the requirement binds.
type Level string

const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	May    Level = "MAY"
)

// Meta is what the header of one of our own cases says. A script without an `id:` line is somebody else's: its Meta
// has an empty ID, and it need not have phrases nor a twin.
type Meta struct {
	Title string // the prose of the header
	ID    string // the slug by which the case is known for ever
	Reqs  []string
	Level Level
	Extra []sut.Feature // `needs:`, besides what the forms, packets and calls need by themselves
	// Personalities are those under which the case holds; none: all.
	Personalities []sut.Personality
	Bugs          []string // known bugs of other stacks that the case would have found, slugs of conformance/cases/bugs.txt
	Forms         []Form
	Twin          Twin
}

// Twin is the negative twin: one fault, and the phrase of the expectation that must go red.
type Twin struct {
	Pos    Pos
	Text   string // as the header has it
	Kind   vm.FaultKind
	Field  frame.Field
	N      uint32
	Phrase string
}

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+$`)

// metaLine is a metadata line: one of the known keys, a colon, the value.
var metaLine = regexp.MustCompile(`^(id|reqs|level|needs|bug|forms|twin): *(.*)$`)

// Meta reads the header. The error is an *Error.
func (s *Script) Meta() (m Meta, err error) {
	r := metaReader{file: s.File, m: &m, seen: map[string]bool{}}
	var prose []string
	own := slices.ContainsFunc(s.Header, func(c Comment) bool { return strings.HasPrefix(c.Text, "id:") })
	for _, c := range s.Header {
		f := metaLine.FindStringSubmatch(c.Text)
		if f == nil || !own {
			prose = append(prose, strings.TrimSpace(c.Text))
			continue
		}
		if err := r.line(c.Pos, f[1], f[2]); err != nil {
			return m, err
		}
	}
	m.Title = strings.Join(strings.Fields(strings.Join(prose, " ")), " ")
	if len(m.Forms) == 0 {
		if m.Forms, err = s.formsOfOption(); err != nil {
			return m, err
		}
	}
	return m, r.complete()
}

type metaReader struct {
	file string
	m    *Meta
	seen map[string]bool
}

func (r *metaReader) fail(p Pos, what, cause string) error {
	return &Error{File: r.file, Pos: p, What: what, Cause: cause}
}

func (r *metaReader) line(p Pos, key, value string) error {
	if r.seen[key] {
		return r.fail(p, key, "stands twice in the header")
	}
	r.seen[key] = true
	if value == "" {
		return r.fail(p, key, "is empty")
	}
	switch key {
	case "id":
		if r.m.ID = value; !slug.MatchString(value) {
			return r.fail(p, key, "`"+value+"` is not a slug such as tcp/close/simultaneous-fin")
		}
	case "reqs":
		for q := range strings.SplitSeq(value, ",") {
			if q = strings.TrimSpace(q); q == "" {
				return r.fail(p, key, "an empty requirement")
			}
			r.m.Reqs = append(r.m.Reqs, q)
		}
	case "level":
		if r.m.Level = Level(value); r.m.Level != Must && r.m.Level != Should && r.m.Level != May {
			return r.fail(p, key, "`"+value+"` is none of MUST, SHOULD, MAY")
		}
	case "needs":
		for n := range strings.FieldsSeq(value) {
			if f, ok := sut.FeatureByName([]byte(n)); ok {
				r.m.Extra = append(r.m.Extra, f)
			} else if f, ok := sut.PersonalityByName([]byte(n)); ok {
				r.m.Personalities = append(r.m.Personalities, f)
			} else {
				return r.fail(p, key, "there is no feature or personality `"+n+"`")
			}
		}
	case "bug":
		r.m.Bugs = strings.Fields(value)
	case "forms":
		return r.forms(p, value)
	case "twin":
		return r.twin(p, value)
	}
	return nil
}

func (r *metaReader) forms(p Pos, value string) error {
	for n := range strings.FieldsSeq(value) {
		f := Form(0)
		switch n {
		case "ipv4":
			f = IPv4
		case "ipv6":
			f = IPv6
		default:
			return r.fail(p, "forms", "`"+n+"` is neither ipv4 nor ipv6")
		}
		if len(r.m.Forms) > 0 && r.m.Forms[len(r.m.Forms)-1] >= f {
			return r.fail(p, "forms", "want `ipv4`, `ipv6` or `ipv4 ipv6`")
		}
		r.m.Forms = append(r.m.Forms, f)
	}
	return nil
}

// complete demands all that a case of our own must say.
func (r *metaReader) complete() error {
	if r.m.ID == "" {
		return nil
	}
	for _, key := range []string{"reqs", "level", "forms", "twin"} {
		if !r.seen[key] {
			return r.fail(Pos{1, 1}, "header", "the case has no `"+key+":` line")
		}
	}
	if r.m.Title == "" {
		return r.fail(Pos{1, 1}, "header", "the case says nothing about itself")
	}
	return nil
}

// mappedVersion is the `--ip_version` of IPv6 sockets that speak IPv4 on the wire.
func mappedVersion(v string) bool { return v == "ipv4-mapped-ipv6" || v == "ipv4_mapped_ipv6" }

// formsOfOption is the form that `--ip_version` asks for; packetdrill's default is IPv4.
func (s *Script) formsOfOption() ([]Form, error) {
	for _, o := range s.Options {
		if o.Name != "ip_version" {
			continue
		}
		switch {
		case o.Value == "ipv4", mappedVersion(o.Value):
			return []Form{IPv4}, nil
		case o.Value == "ipv6":
			return []Form{IPv6}, nil
		}
		return nil, &Error{File: s.File, Pos: o.Pos, What: "option", Cause: "--ip_version=" + o.Value + " is neither ipv4 nor ipv6"}
	}
	if sixName.MatchString(s.File) {
		return []Form{IPv6}, nil
	}
	return []Form{IPv4}, nil
}

// sixName is what suites call a script that their runners start for IPv6 only.
var sixName = regexp.MustCompile(`[-_](?:ip)?v6\.pkt$`)
