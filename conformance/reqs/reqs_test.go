package reqs

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRFC9293 counts the ids of the specification's own table: each number once, none left out.
func TestRFC9293(t *testing.T) {
	r, err := Load()
	require.NoError(t, err)
	total := 0
	for prefix, n := range map[string]int{"MUST": 69, "SHLD": 31, "MAY": 18, "REC": 1} {
		for i := 1; i <= n; i++ {
			q, ok := r.Find("RFC9293 " + prefix + "-" + strconv.Itoa(i))
			if assert.True(t, ok, "%s-%d", prefix, i) {
				assert.True(t, q.Own)
				assert.Equal(t, 9293, q.RFC)
			}
		}
		total += n
	}
	assert.Equal(t, 119, total)
	own := 0
	for _, q := range r.All {
		if q.Own {
			own++
		}
	}
	assert.Equal(t, 119, own)
}

// TestOrdinals: the ordinals of a section count from 1 without a hole, in the order of the file.
func TestOrdinals(t *testing.T) {
	r, err := Load()
	require.NoError(t, err)
	next := map[string]int{}
	for _, q := range r.All {
		if q.Own {
			continue
		}
		i := strings.LastIndexByte(q.ID, ':')
		next[q.ID[:i]]++
		assert.Equal(t, strconv.Itoa(next[q.ID[:i]]), q.ID[i+1:], q.ID)
	}
}

func TestParseMistakes(t *testing.T) {
	const head = "rfc 1\ntitle T\n"
	for in, want := range map[string]string{
		"":                              "x:0: the file does not say which RFC it is: `rfc N` and `title TEXT`",
		"rfc 1":                         "x:1: the file does not say which RFC it is: `rfc N` and `title TEXT`",
		"title T":                       "x:1: `rfc N` must come first",
		"rfc one":                       "x:1: `rfc one`: want one number, once",
		head + "rfc 2":                  "x:3: `rfc 2`: want one number, once",
		head + "title U":                "x:3: a second title",
		head + "MUST-1 3.1 wire Text. ": "x:3: tab, or blank at the end",
		head + "MUST-0 3.1 wire Text.":  "x:3: `MUST-0` is neither MUST-1 nor SECTION:1",
		head + "MUST-1 a.b wire Text.":  "x:3: MUST-1: `a.b` is not a section",
		head + "3.1:1 SHALL wire Text.": "x:3: 3.1:1: `SHALL` is none of MUST, SHOULD, MAY",
		head + "3.1:1 MUST air Text.":   "x:3: 3.1:1: `air` is none of wire, socket, time, inspection, none",
		head + "3.1:1 MUST wire Text":   "x:3: 3.1:1: the paraphrase is not a sentence",
		head + "3.1:1 MUST wire A.\n3.1:1 MUST wire B.": "x:4: RFC1:3.1:1 stands at x:3 already",
		head + "    by RFC1:1:1":                        "x:3: an indented line with nothing above",
		head + "3.1:1 MUST wire A.\n  or B":             "x:4: `or B`: want `by ID`, `why TEXT` or `not TEXT`, once each",
		head + "3.1:1 MUST wire A.\n  by RFC1:3.1:2":    "x:3: RFC1:3.1:1: replaced by RFC1:3.1:2, which is not in the register",
		head + "3.1:1 MUST none A.":                     "x:3: RFC1:3.1:1: `none` stands alone, with a `why` below",
		head + "3.1:1 MUST wire A.\n  why not":          "x:3: RFC1:3.1:1: a `why` is for `none`",
		head + "3.1:1 MUST wire A.\n  not now":          "x:3: RFC1:3.1:1: a `not` is for a SHOULD or a MAY, and stands alone",
		head + "3.1:1 MAY none A.\n  why B\n  not C":    "x:3: RFC1:3.1:1: a `not` is for a SHOULD or a MAY, and stands alone",
	} {
		r := &Register{byID: map[string]*Requirement{}}
		err := r.parse("x", in)
		if err == nil {
			err = r.finish()
		}
		assert.EqualError(t, err, "reqs: "+want, in)
	}
}

func TestCoverage(t *testing.T) {
	r := &Register{byID: map[string]*Requirement{}}
	require.NoError(t, r.parse("x", `rfc 1
title T
1:1 MUST wire A.
1:2 MUST wire B.
1:3 MUST wire C.
1:4 SHOULD none D.
    why It is advice.
1:5 MUST wire E.
    by RFC1:1:1
1:6 MAY wire F.
    not It costs too much.
`))
	require.NoError(t, r.finish())
	c, err := r.Coverage([]Proof{
		{"a", []string{"RFC1:1:1"}, true}, {"b", []string{"RFC1:1:1"}, false}, {"c", []string{"RFC1:1:2"}, true},
	})
	require.NoError(t, err)
	var got []string
	for _, e := range c {
		got = append(got, e.State.String()+" "+strings.Join(e.Cases, ","))
	}
	assert.Equal(t, []string{"covered a,b", "waived c", "missing ", "untestable ", "replaced ", "declined "}, got)
	counts, total := c.Count(Must)
	assert.Equal(t, 3, total)
	assert.Equal(t, [states]int{Missing: 1, Covered: 1, Waived: 1, Replaced: 1}, counts)
	assert.Equal(t, "RFC1:1:1 (1): A.", r.All[0].String())

	for id, want := range map[string]string{
		"RFC1:9:9": "reqs: case a cites RFC1:9:9: it is not in the register",
		"RFC1:1:4": "reqs: case a cites RFC1:1:4: no test can show it: It is advice.",
		"RFC1:1:5": "reqs: case a cites RFC1:1:5: it is replaced by RFC1:1:1",
		"RFC1:1:6": "reqs: case a cites RFC1:1:6: the stack does otherwise: It costs too much.",
	} {
		_, err := r.Coverage([]Proof{{"a", []string{id}, false}})
		assert.EqualError(t, err, want)
	}
}
