package lwip

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance"
	"stackproof/conformance/cases/robust"
)

// RobustFile is the list of the rows of the robustness table that lwIP fails, within the repository.
var RobustFile = Folder + "/ROBUST.md"

// Robust makes that list of the waivers: a row fails if a case that proves it is waived, and the first of them says why.
func Robust(waivers conformance.Waivers) (string, error) {
	rows, err := robust.Load()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	n := 0
	for _, r := range rows {
		if w := first(r, waivers); w != nil {
			n++
			fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", r.ID, strings.Join(r.Refs(), " "), w.Case, strings.ReplaceAll(w.Reason, "|", "\\|"))
		}
	}
	return fmt.Sprintf(robustHead, n, Version) + b.String(), nil
}

const robustHead = `# The robustness table on lwIP

Made by go run ./conformance/peers/lwip/waive of waivers.txt; a test holds it. stackproof robust --stack lwip runs it.

%d rows have a case that lwIP %s fails. By what a row is known is where its packet comes from, a bug of this stack or
that: lwIP need not have that bug, but what it does is not what the row wants. The first of a row's cases that lwIP fails
stands for it.

| row | known by | case | why lwIP fails it |
|---|---|---|---|
`

// first is the waiver of the first case that proves a row, nil if there is none. The waivers are sorted by case.
func first(r *robust.Row, waivers conformance.Waivers) *conformance.Waiver {
	i := slices.IndexFunc(waivers, func(w conformance.Waiver) bool {
		return slices.ContainsFunc(r.Cases, func(c string) bool {
			return w.Case == c || strings.HasSuffix(c, "/") && strings.HasPrefix(w.Case, c)
		})
	})
	if i < 0 {
		return nil
	}
	return &waivers[i]
}
