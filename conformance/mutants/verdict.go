package mutants

import (
	"slices"

	"stackproof/conformance/mutants/judge"
)

// Outcome is what became of a fault.
type Outcome string

const (
	Killed    Outcome = "killed"    // a case or a test failed
	Survived  Outcome = "survived"  // cases execute what it changes, and all pass
	Unreached Outcome = "unreached" // no case executes what it changes
)

// Verdict is what became of a fault. Cases are told by their ids.
type Verdict struct {
	Fault   *Fault   `json:"-"`
	ID      string   `json:"id"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Func    string   `json:"func"`
	Old     string   `json:"old"`
	New     string   `json:"new"`
	Outcome Outcome  `json:"outcome"`
	Case    string   `json:"case,omitempty"`    // the first that failed
	Test    string   `json:"test,omitempty"`    // the first that failed, and its package; or what a boot did otherwise
	How     string   `json:"how,omitempty"`     // in what way
	Reached int      `json:"reached"`           // so many forms of cases execute what it changes
	Changed string   `json:"changed,omitempty"` // a case that went otherwise and passed all the same
	Cases   []string `json:"cases,omitempty"`   // all that failed, if all were run
	Reason  string   `json:"reason,omitempty"`  // of a known survivor: why no case sees it
}

// tested adds the test that has found the fault, if one has.
func (v *Verdict) tested(name string) *Verdict {
	if name != "" {
		v.Test, v.Outcome = name, Killed
	}
	return v
}

// newVerdict is the verdict of a worker.
func newVerdict(f *Fault, a *judge.Answer, h *judge.Hello) *Verdict {
	v := &Verdict{Fault: f, ID: f.ID, File: f.File, Line: f.Line, Func: f.Func, Old: f.Old, New: f.New, Outcome: Survived, Reached: a.Reached}
	switch {
	case len(a.Killed) > 0:
		v.Outcome, v.Case, v.How = Killed, h.Programs[a.Killed[0]], a.Why
	case a.Reached == 0:
		v.Outcome = Unreached
	case len(a.Changed) > 0:
		v.Changed = h.Programs[a.Changed[0]]
	}
	for _, i := range a.Killed {
		v.Cases = append(v.Cases, h.Programs[i])
	}
	v.Cases = slices.Compact(v.Cases)
	return v
}
