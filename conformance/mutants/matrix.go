package mutants

import (
	"cmp"
	"fmt"
	"slices"

	"stackproof/conformance/cases"
)

// Contained is a case that finds no fault that another one of the same requirement does not.
type Contained struct {
	Case, In string // if both find the same, each is in the other and one line stands for both
	Req      string // the requirement that both prove
	Finds    int    // so many faults does the case find,
	InFinds  int    // and so many the other
	Clone    bool   // and nothing else happens in it than in the other
}

// String is its line.
func (c *Contained) String() string {
	line := fmt.Sprintf("CONTAINED %s (%d) in %s (%d): %s", c.Case, c.Finds, c.In, c.InFinds, c.Req)
	if c.Clone {
		line += ": a clone: the same happens in both"
	}
	return line
}

// Contained lists, after a run of all cases for each fault, the cases whose set of faults is part of another's for the
// same requirement, each once for the requirement: in the smallest set of those that it is part of. Of a case that finds
// no fault of the run nothing is said.
func (r *Report) Contained() (list []*Contained, err error) {
	all, err := cases.Load()
	if err != nil {
		return nil, err
	}
	finds := map[string]map[string]bool{}
	for _, v := range r.Verdicts {
		for _, c := range v.Cases {
			if finds[c] == nil {
				finds[c] = map[string]bool{}
			}
			finds[c][v.ID] = true
		}
	}
	of := map[string][]string{} // requirement: cases
	for _, c := range all {
		for _, q := range c.Reqs {
			if len(finds[c.ID]) > 0 {
				of[q] = append(of[q], c.ID)
			}
		}
	}
	for q, ids := range of {
		slices.SortFunc(ids, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(finds[a]), len(finds[b])), cmp.Compare(a, b))
		})
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				if within(finds[a], finds[b]) {
					list = append(list, &Contained{Case: a, In: b, Req: q, Finds: len(finds[a]), InFinds: len(finds[b]), Clone: r.sameTrace(a, b)})
					break
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b *Contained) int { return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Req, b.Req)) })
	return list, nil
}

// within reports whether all of a is in b.
func within(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}

// sameTrace reports whether the same happens in two cases, in all their forms.
func (r *Report) sameTrace(a, b string) bool {
	return len(r.traces[a]) > 0 && slices.Equal(r.traces[a], r.traces[b])
}
