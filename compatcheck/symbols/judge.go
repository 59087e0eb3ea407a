package symbols

import (
	"fmt"
	"slices"
)

// Kind says who answers a name.
type Kind int

const (
	Other        Kind = iota // nothing to do with lwIP
	Provided                 // the lwIP face, directly or through ESP-IDF
	FallsThrough             // nobody but lwIP itself, or nobody
	Unknown                  // it looks like lwIP's and is not known
)

// Finding is one name that objects want.
type Finding struct {
	Name string
	Kind Kind
	Why  string   // who answers, or why nobody does
	By   []string // the objects that want it
}

// String is the finding as a line, without the verdict that begins it.
func (f Finding) String() string {
	switch {
	case f.Kind == Provided && f.Why == "":
		return f.Name
	case f.Kind == Provided:
		return f.Name + ": " + f.Why
	}
	by := f.By[0] + " wants it"
	if n := len(f.By) - 1; n > 0 {
		by = fmt.Sprintf("%s and %d more want it", f.By[0], n)
	}
	return f.Name + ": " + f.Why + "; " + by
}

// Judgement is what the objects mean together.
type Judgement struct {
	Findings []Finding // by name, none that is Other
	Other    int       // names that are
	LwIP     int       // objects that are lwIP itself: what they want counts for nothing
}

// Count is the number of findings of a kind.
func (j *Judgement) Count(k Kind) (n int) {
	for _, f := range j.Findings {
		if f.Kind == k {
			n++
		}
	}
	return n
}

// Judge says who answers what the objects want. An object that has names of lwIP's is lwIP: its own wants are its own
// affair, but where others want what it has, it answers instead of the face.
func Judge(objects []Object) *Judgement {
	j := &Judgement{}
	has, by := map[string]string{}, map[string][]string{}
	for i := range objects {
		o := &objects[i]
		own := false
		for _, name := range o.Defined {
			own = own || isLwIPs(name)
			if has[name] == "" {
				has[name] = o.Name
			}
		}
		if own {
			j.LwIP++
			continue
		}
		for _, name := range o.Wanted {
			if n := len(by[name]); n == 0 || by[name][n-1] != o.Name {
				by[name] = append(by[name], o.Name)
			}
		}
	}
	for name, wanting := range by {
		kind, why := kindOf(name)
		where := has[name]
		switch {
		case kind == Other:
			j.Other++
			continue
		case where != "" && !isLwIPs(name):
			continue // a function of the program's that happens to be called so
		case where != "":
			kind, why = FallsThrough, where+" has it, and answers in the face's place"
		}
		j.Findings = append(j.Findings, Finding{name, kind, why, wanting})
	}
	slices.SortFunc(j.Findings, func(a, b Finding) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return j
}
