package edits

import (
	"regexp"
	"slices"
	"strings"

	"stackproof/golden/siege"
)

// numbers are what may differ between two failures of the same kind.
var numbers = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f]*( [0-9a-f]{2}\b)*`)

// same reports whether two failures are of the same kind: their first lines differ in numbers only.
func same(a, b error) bool {
	kind := func(e error) string {
		line, _, _ := strings.Cut(e.Error(), "\n")
		return numbers.ReplaceAllString(line, "#")
	}
	return a != nil && b != nil && kind(a) == kind(b)
}

// shrink leaves out edits as long as the failure stays of the same kind.
func (j *judge) shrink(o *Order, err error) (Order, error) {
	smaller := *o
	for i := 0; i < len(smaller.Edits); {
		try := smaller
		try.Edits = slices.Delete(slices.Clone(smaller.Edits), i, i+1)
		e := j.throw(&try)
		if e != nil {
			j.renew()
		}
		if same(err, e) {
			smaller, err = try, e
		} else {
			i++
		}
	}
	return smaller, err
}

// renew makes the stack and its device anew: nobody knows what has become of them.
func (j *judge) renew() {
	j.siege = siege.Every()
	j.siege.Watch = j.answer
}
