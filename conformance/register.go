package conformance

import (
	"strings"

	"stackproof/conformance/report"
	"stackproof/conformance/reqs"
)

// OwnStack is the name of this project's own stack, in process.
const OwnStack = "stackproof"

// DirectLink is what carries frames that are handed over as they are.
const DirectLink = "direct"

// register is the register of requirements. It is part of the program: a mistake in it is a mistake in the program, and
// a test of package reqs finds it.
var register = func() *reqs.Register {
	r, err := reqs.Load()
	if err != nil {
		panic(err)
	}
	return r
}()

// cover counts the requirements of the register that passing cases prove.
func cover(res *report.Results) {
	var proofs []reqs.Proof
	for i := range res.Verdicts {
		if v := &res.Verdicts[i]; v.Outcome == report.Pass {
			proofs = append(proofs, reqs.Proof{ID: v.ID, Reqs: v.Reqs})
		}
	}
	c, err := register.Coverage(proofs)
	if err != nil {
		return // a case cites what is not there: the cases' own test says so
	}
	s := &res.Summary
	counts, total := c.Count(reqs.Must)
	s.MustCovered, s.MustTotal = counts[reqs.Covered], total
	counts, total = c.Count(reqs.Should)
	s.ShouldCovered, s.ShouldTotal = counts[reqs.Covered], total
}

// Quote makes one word of a shell command of s.
func Quote(s string) string {
	if s != "" && !strings.ContainsAny(s, " '\"\\$`*?[]{}()<>|&;#~!\n\t") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
