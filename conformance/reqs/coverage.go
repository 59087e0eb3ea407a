package reqs

import "fmt"

// State says whether a requirement is proved.
type State uint8

const (
	Missing    State = iota // no case
	Covered                 // a case proves it
	Waived                  // only cases that are waived
	Untestable              // no case can
	Replaced                // another requirement has taken its place
	Declined                // the stack does otherwise, as the level allows
	states
)

var stateNames = [states]string{"missing", "covered", "waived", "untestable", "replaced", "declined"}

// String is the state in reports.
func (s State) String() string { return stateNames[s] }

// Proof is a case, as the register sees it.
type Proof struct {
	ID     string
	Reqs   []string
	Waived bool // the case is not expected to pass
}

// Entry is a requirement with what proves it.
type Entry struct {
	*Requirement
	State State
	Cases []string // ids, in the order given
}

// Coverage is the register with what proves it, in the register's order.
type Coverage []Entry

// Coverage says of each requirement which cases prove it. The error names a case that cites what is not in the
// register, or what has been replaced, what no case can prove, or
// what the stack declines.
func (r *Register) Coverage(cases []Proof) (Coverage, error) {
	at := map[string]int{}
	c := make(Coverage, len(r.All))
	for i, q := range r.All {
		at[q.ID] = i
		c[i].Requirement = q
		switch {
		case q.Why != "":
			c[i].State = Untestable
		case q.By != "":
			c[i].State = Replaced
		case q.Not != "":
			c[i].State = Declined
		}
	}
	for _, p := range cases {
		for _, id := range p.Reqs {
			i, ok := at[id]
			if !ok {
				return nil, fmt.Errorf("reqs: case %s cites %s: it is not in the register", p.ID, id)
			}
			e := &c[i]
			switch e.State {
			case Untestable:
				return nil, fmt.Errorf("reqs: case %s cites %s: no test can show it: %s", p.ID, id, e.Why)
			case Replaced:
				return nil, fmt.Errorf("reqs: case %s cites %s: it is replaced by %s", p.ID, id, e.By)
			case Declined:
				return nil, fmt.Errorf("reqs: case %s cites %s: the stack does otherwise: %s", p.ID, id, e.Not)
			}
			if e.Cases = append(e.Cases, p.ID); !p.Waived {
				e.State = Covered
			} else if e.State == Missing {
				e.State = Waived
			}
		}
	}
	return c, nil
}

// Count is how many requirements of a level are in each state, and of all states that count: what is replaced does
// not.
func (c Coverage) Count(l Level) (counts [states]int, total int) {
	for i := range c {
		if c[i].Level != l {
			continue
		}
		counts[c[i].State]++
		if c[i].State != Replaced {
			total++
		}
	}
	return counts, total
}
