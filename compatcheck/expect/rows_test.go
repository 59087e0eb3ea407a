package expect

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// elsewhere are the words that may say why no expectation shows a row.
var elsewhere = []string{"abi", "symbols", "setting", "unreachable", "esp-idf"}

// row is a line of rows.txt.
type row struct{ id, text, elsewhere string }

// rowsOf takes rows.txt apart and lists what is wrong with it.
func rowsOf(text string) (rows []row, wrong []string) {
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var r row
		var ok bool
		r.id, r.text, ok = strings.Cut(line, ": ")
		r.text, r.elsewhere, _ = strings.Cut(r.text, " = ")
		word, reason, _ := strings.Cut(r.elsewhere, ": ")
		switch {
		case !ok || r.text == "" || strings.ContainsRune(r.id, ' '):
			wrong = append(wrong, "line "+strings.TrimSpace(line)+" is no row")
		case r.elsewhere != "" && !slices.Contains(elsewhere, word), (word == "unreachable") != (reason != ""):
			wrong = append(wrong, r.id+": nothing shows it, for no reason that is known: "+r.elsewhere)
		case slices.ContainsFunc(rows, func(o row) bool { return o.id == r.id }):
			wrong = append(wrong, r.id+" stands twice")
		}
		rows = append(rows, r)
	}
	return rows, wrong
}

// unmapped lists the rows that nothing shows, what is shown though it is said that nothing can, and what is shown of no row.
func unmapped(rows []row, all []*Scenario) (wrong []string) {
	shown := map[string]bool{}
	for _, s := range all {
		for _, id := range s.Rows {
			shown[id] = true
			if !slices.ContainsFunc(rows, func(r row) bool { return r.id == id }) {
				wrong = append(wrong, s.ID+" shows "+id+", which is no row")
			}
		}
	}
	for _, r := range rows {
		switch {
		case r.elsewhere == "" && !shown[r.id]:
			wrong = append(wrong, r.id+" is shown by nothing")
		case r.elsewhere != "" && shown[r.id]:
			wrong = append(wrong, r.id+" is shown by an expectation, and by "+r.elsewhere)
		}
	}
	return wrong
}

// TestRows: each row of the tables is shown by an expectation, or it is said who else shows it or why nothing can.
func TestRows(t *testing.T) {
	text, err := os.ReadFile("../rows.txt")
	require.NoError(t, err)
	rows, wrong := rowsOf(string(text))
	require.Greater(t, len(rows), 200)
	all := load(t)
	require.Empty(t, append(wrong, unmapped(rows, all)...))
	ids := map[string]bool{}
	for _, s := range all {
		require.False(t, ids[s.ID], "%s stands twice", s.ID)
		ids[s.ID] = true
		require.NotEmpty(t, s.Rows, s.ID)
	}
	byHand := 0
	for _, s := range all {
		if s.Source != "lwip" {
			byHand++
		}
	}
	t.Logf("expectations: rows=%d expectations=%d by-hand=%d", len(rows), len(all), byHand)
}

// TestRowsCanFail: each fault of the mapping, once.
func TestRowsCanFail(t *testing.T) {
	rows, wrong := rowsOf("a: x\nb: y = abi\na: z\nc d: e\nf: g = because\nh: i = unreachable\nj: k = abi: no\n")
	require.Len(t, wrong, 5)
	require.Len(t, rows, 7)
	rows, wrong = rowsOf("a: x\nb: y = abi\nc: z = unreachable: why\n")
	require.Empty(t, wrong)
	require.Equal(t, []string{"one shows n, which is no row", "a is shown by nothing", "b is shown by an expectation, and by abi"},
		unmapped(rows, []*Scenario{{ID: "one", Rows: []string{"b", "n"}}}))
}
