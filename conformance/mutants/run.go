package mutants

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"stackproof/conformance"
	"stackproof/conformance/mutants/judge"
)

// Options say which faults are judged, and how.
type Options struct {
	Pattern    conformance.Pattern // by their ids
	Mechanical bool                // those that are generated, not the chosen ones
	Sample     int                 // so many of them, drawn; 0: all
	Seed       uint64              // what is drawn
	All        bool                // run all cases for each, not only to the first that fails
	Update     bool                // write the table of survivors anew: new ones are gaps
}

// Report is what a run of faults came to.
type Report struct {
	Verdicts []*Verdict
	Broken   []*Fault // generated ones that do not compile

	stale  []*survivor         // lines of the table that stand for none of the faults
	traces map[string][]string // what happens in each case without a fault
}

// Run judges faults; done is told of each in the order of the report. When ctx ends so does Run, with its error and what
// has been judged until then.
func Run(ctx context.Context, root string, t *Target, o *Options, done func(*Verdict)) (*Report, error) {
	if t.Judge != nil {
		return foreign(ctx, root, t, o, done)
	}
	s, err := Load(ctx, root, t)
	if err != nil {
		return nil, err
	}
	faults, whole, err := s.faults(t, o)
	if err != nil {
		return nil, err
	}
	r := &Report{}
	if len(faults) == 0 {
		return r, nil
	}
	if o.Update && !whole {
		return nil, fmt.Errorf("mutants: the table of survivors of %s is made of all its mechanical faults, not of some", t.Name)
	}
	p, broken, err := newProgram(s, faults)
	if err != nil {
		return nil, err
	}
	if len(broken) > 0 && !o.Mechanical {
		return nil, fmt.Errorf("mutants: what does not compile is no fault: %s", ids(broken))
	}
	r.Broken = broken
	faults = slices.DeleteFunc(faults, func(f *Fault) bool { return slices.Contains(broken, f) })
	dir, err := os.MkdirTemp("", "stackproof-mutants-")
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	defer os.RemoveAll(dir)
	take := func(v *Verdict) {
		r.Verdicts = append(r.Verdicts, v)
		done(v)
	}
	tested, err := p.test(ctx, dir, t, faults)
	if err != nil {
		return nil, err
	}
	left := faults
	if !o.All { // what tests have found need not be found by a case too
		left = nil
		for _, f := range faults {
			if tested[f] == "" {
				left = append(left, f)
			} else {
				take(newVerdict(f, &judge.Answer{}, nil).tested(tested[f]))
			}
		}
	}
	if len(left) > 0 {
		err = r.cases(ctx, p, dir, t, left, o, whole, func(v *Verdict) { take(v.tested(tested[v.Fault])) })
	}
	if err == nil && o.Update {
		err = r.update(root, t)
	}
	return r, err
}

// cases has the cases judge faults. whole says that they are all there are.
func (r *Report) cases(ctx context.Context, p *program, dir string, t *Target, faults []*Fault, o *Options, whole bool, take func(*Verdict)) error {
	worker, err := p.build(ctx, dir, t)
	if err != nil {
		return err
	}
	var table []*survivor
	if o.Mechanical {
		if table, _, err = readSurvivors(p.source.root, t); err != nil {
			return err
		}
	}
	hello, err := p.judge(ctx, worker, faults, o.All, func(v *Verdict) {
		if line := reasonOf(table, v); line != nil && v.Outcome != Killed {
			v.Reason, line.used = line.reason, true
		}
		take(v)
	})
	if err != nil {
		return err
	}
	r.traces = map[string][]string{}
	for i, id := range hello.Programs {
		r.traces[id] = append(r.traces[id], hello.Traces[i])
	}
	for _, line := range table {
		if !line.used && (whole || !strings.HasSuffix(line.id, "/*") && r.judged(line.id)) {
			line.table = t.survivors()
			r.stale = append(r.stale, line)
		}
	}
	return nil
}

// ids are those of some faults.
func ids(faults []*Fault) string {
	var s []string
	for _, f := range faults {
		s = append(s, f.ID)
	}
	return strings.Join(s, ", ")
}

// judged reports whether a fault of that id was in the run.
func (r *Report) judged(id string) bool {
	return slices.ContainsFunc(r.Verdicts, func(v *Verdict) bool { return v.ID == id })
}

// faults are those that the options select, by id; whole is true if they are all there are.
func (s *Source) faults(t *Target, o *Options) (faults []*Fault, whole bool, err error) {
	if o.Mechanical {
		faults = s.Mechanical()
	} else if faults, err = s.Chosen(t); err != nil {
		return nil, false, err
	}
	n := len(faults)
	faults = slices.DeleteFunc(faults, func(f *Fault) bool { return !o.Pattern.Match(f.ID) })
	if o.Sample > 0 && o.Sample < len(faults) {
		chance := rand.New(rand.NewPCG(o.Seed, 0))
		chance.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		faults = faults[:o.Sample]
	}
	slices.SortFunc(faults, func(a, b *Fault) int { return cmp.Compare(a.ID, b.ID) })
	return faults, len(faults) == n, nil
}
