package conformance

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"stackproof/conformance/cases"
	"stackproof/conformance/device"
	"stackproof/conformance/script"
	"stackproof/conformance/vm/asm"
)

// Program is one form of a case, compiled and encoded: what an Executor runs.
type Program struct {
	Case  *cases.Case
	Form  *script.Compiled
	Bytes []byte
	Index int // its place in the suite's blob
}

// Suite is the collection of cases as programs, sorted by case id and form. Its order is that of the blob on a board.
type Suite struct {
	Programs []Program
}

// LoadSuite compiles and encodes all cases. Who calls it again gets the same programs, which nobody changes.
func LoadSuite() (*Suite, error) { return loadSuite() }

var loadSuite = sync.OnceValues(func() (*Suite, error) {
	all, err := cases.Load()
	if err != nil {
		return nil, err
	}
	return NewSuite(all)
})

// Only is the suite of the programs of which the function says so. They keep their places in the blob.
func (s *Suite) Only(which func(id string) bool) *Suite {
	part := &Suite{}
	for _, p := range s.Programs {
		if which(p.Case.ID) {
			part.Programs = append(part.Programs, p)
		}
	}
	return part
}

// LoadFile is the suite of one script that a user gives: a case of our own kind, or a plain packetdrill script, whose id
// is then its path.
func LoadFile(file string) (*Suite, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("conformance: cannot read the script: %w", err)
	}
	c, err := cases.Compile(file, text)
	if err != nil {
		return nil, err
	}
	if len(c.Script.Events) == 0 {
		return nil, fmt.Errorf("conformance: %s: the script has no events, so it proves nothing", file)
	}
	if c.ID == "" {
		c.ID = file
	}
	return NewSuite([]*cases.Case{c})
}

// NewSuite encodes cases.
func NewSuite(all []*cases.Case) (*Suite, error) {
	s := &Suite{}
	for _, c := range all {
		for _, form := range c.Compiled {
			b, err := asm.Encode(&form.Program)
			if err != nil {
				return nil, fmt.Errorf("conformance: %s (%s): %w", c.ID, form.Form, err)
			}
			if len(b) > device.MaxProgram {
				return nil, fmt.Errorf("conformance: %s (%s): the program has %d bytes, a board takes %d", c.ID, form.Form, len(b), device.MaxProgram)
			}
			s.Programs = append(s.Programs, Program{c, form, b, len(s.Programs)})
		}
	}
	return s, nil
}

// Blob is the suite as it lies on a board.
func (s *Suite) Blob() []byte {
	var programs [][]byte
	for i := range s.Programs {
		programs = append(programs, s.Programs[i].Bytes)
	}
	return device.AppendBlob(nil, programs)
}

// Cases lists the suite's cases that the pattern selects, each with its programs.
func (s *Suite) Cases(p Pattern) (groups [][]*Program) {
	for i := range s.Programs {
		prog := &s.Programs[i]
		if !p.Match(prog.Case.ID) {
			continue
		}
		if n := len(groups); n > 0 && groups[n-1][0].Case == prog.Case {
			groups[n-1] = append(groups[n-1], prog)
			continue
		}
		groups = append(groups, []*Program{prog})
	}
	return groups
}

// knownGood names the case of each topic without which its others say nothing: where it fails they are blocked.
var knownGood = map[string]string{
	"arp":    "arp/request-answered",
	"ndp":    "ndp/solicitation-answered",
	"ip":     "icmp/echo",
	"igmp":   "igmp/join",
	"mld":    "mld/join",
	"icmp":   "icmp/echo",
	"icmpv6": "icmp/echo",
	"udp":    "udp/delivery",
	"tcp":    "tcp/handshake/passive-open",

	"sockets": "sockets/echo",
	"robust":  "icmp/echo",
}

// KnownGood tells whether a case is the one without which the others of its topic say nothing.
func KnownGood(id string) bool {
	for _, good := range knownGood {
		if good == id {
			return true
		}
	}
	return false
}

// topic is the first segment of a case's id.
func topic(id string) string {
	t, _, _ := strings.Cut(id, "/")
	return t
}

// planned puts the known-good cases before the others; the order is the suite's otherwise.
func planned(groups [][]*Program) [][]*Program {
	rank := func(g []*Program) int {
		if KnownGood(g[0].Case.ID) {
			return 0
		}
		return 1
	}
	out := slices.Clone(groups)
	slices.SortStableFunc(out, func(a, b []*Program) int { return rank(a) - rank(b) })
	return out
}

// Find lists the programs of one case, nil where there is none.
func (s *Suite) Find(id string) (forms []*Program) {
	for i := range s.Programs {
		if s.Programs[i].Case.ID == id {
			forms = append(forms, &s.Programs[i])
		}
	}
	return forms
}
