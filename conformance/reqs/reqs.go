// Package reqs is the register of requirements: what the specifications demand, as data, with ids that outlive the
// specifications. A case names those that it proves; the register says what is proved, and what is still missing.
package reqs

import (
	"embed"
	"fmt"
	"slices"
)

//go:embed rfc*.txt
var files embed.FS

// Level is how strongly a requirement binds.
type Level string

const (
	Must   Level = "MUST" // and MUST NOT
	Should Level = "SHOULD"
	May    Level = "MAY"
)

// Seen is where a requirement shows.
type Seen string

const (
	Wire       Seen = "wire"       // in what a stack sends
	Socket     Seen = "socket"     // in what its socket calls return
	Time       Seen = "time"       // in when it does so
	Inspection Seen = "inspection" // only by looking inside, or over many runs
	None       Seen = "none"       // nowhere: Why says the reason
)

// RFC is one specification.
type RFC struct {
	Number int
	Title  string
}

// Requirement is one thing that a specification demands.
type Requirement struct {
	ID      string // "RFC9293 MUST-14" (the specification's own) or "RFC1122:3.2.2.6:1"
	Own     bool   // the specification numbers it itself
	RFC     int
	Section string
	Level   Level
	Seen    []Seen
	Text    string // what it demands, in our words
	By      string // the requirement that has replaced it, "" for none
	Why     string // why no test can show it, "" where one can
	Not     string // why the stack does otherwise, which a SHOULD and a MAY allow; "" where it obeys
	File    string
	Line    int
}

// String is the requirement on one line.
func (q *Requirement) String() string {
	return fmt.Sprintf("%s (%s): %s", q.ID, q.Section, q.Text)
}

// Register is all requirements, by RFC and then in the order of the file.
type Register struct {
	RFCs []*RFC
	All  []*Requirement
	byID map[string]*Requirement
}

// Load reads the register. The error names file and line of the first mistake.
func Load() (*Register, error) {
	r := &Register{byID: map[string]*Requirement{}}
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		if err := r.parse("conformance/reqs/"+e.Name(), string(text)); err != nil {
			return nil, err
		}
	}
	return r, r.finish()
}

// finish puts the register in order and checks what only shows when all of it is read.
func (r *Register) finish() error {
	slices.SortFunc(r.RFCs, func(a, b *RFC) int { return a.Number - b.Number })
	slices.SortStableFunc(r.All, func(a, b *Requirement) int { return a.RFC - b.RFC })
	for _, q := range r.All {
		cause := ""
		switch by := r.byID[q.By]; {
		case q.By != "" && by == nil:
			cause = "replaced by " + q.By + ", which is not in the register"
		case q.By != "" && by.By != "":
			cause = "replaced by " + q.By + ", which is replaced itself"
		case slices.Contains(q.Seen, None) && (len(q.Seen) > 1 || q.Why == ""):
			cause = "`none` stands alone, with a `why` below"
		case q.Why != "" && !slices.Contains(q.Seen, None):
			cause = "a `why` is for `none`"
		case q.Not != "" && (q.Level == Must || q.Why != "" || q.By != ""):
			cause = "a `not` is for a SHOULD or a MAY, and stands alone"
		}
		if cause != "" {
			return fmt.Errorf("reqs: %s:%d: %s: %s", q.File, q.Line, q.ID, cause)
		}
	}
	return nil
}

// Find is the requirement of an id.
func (r *Register) Find(id string) (q *Requirement, ok bool) {
	q, ok = r.byID[id]
	return q, ok
}
