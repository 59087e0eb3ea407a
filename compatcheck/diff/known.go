package diff

import (
	"bufio"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed known.txt
var knownText string

// mostKnown is how many known differences there may be.
const mostKnown = 25

// known is a difference that is known, and why it stays. What it is about, the line, and what each of the stacks has must
// match.
type known struct {
	name             string
	what             *regexp.Regexp // of result, memory, time, taken, readiness, peer, crash
	text, lwip, face *regexp.Regexp
	ends             bool // what follows in the program is not compared: the stacks are in different states
	seldom           bool // not each ten thousand programs show it
	row              string
	reason           string
}

// parseKnown reads the list: a line each, sorted,
//
//	NAME | WHAT | LINE | LWIP | FACE | goes on or ends, perhaps seldom | row of DEVIATIONS.md | reason
//
// where WHAT, LINE, LWIP and FACE are regular expressions for all of it.
func parseKnown(text string) (all []*known, err error) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		fail := func(format string, args ...any) ([]*known, error) {
			return nil, fmt.Errorf("diff: known.txt:%d: %s", n, fmt.Sprintf(format, args...))
		}
		if lines.Text() == "" || strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		f := strings.Split(lines.Text(), " | ")
		if len(f) != 8 || slices.Contains(f, "") {
			return fail("want 8 fields, got %d, or one is empty", len(f))
		}
		then, seldom := strings.CutSuffix(f[5], " seldom")
		k := &known{name: f[0], ends: then == "ends", seldom: seldom, row: f[6], reason: f[7]}
		for i, to := range []**regexp.Regexp{&k.what, &k.text, &k.lwip, &k.face} {
			if *to, err = regexp.Compile("^(?:" + f[1+i] + ")$"); err != nil {
				return fail("%v", err)
			}
		}
		switch {
		case then != "ends" && then != "goes on":
			return fail("want ends or goes on, got %q", f[5])
		case len(all) > 0 && all[len(all)-1].name >= k.name:
			return fail("%s does not come behind %s: the list is sorted, and each has its name", k.name, all[len(all)-1].name)
		case len(all) == mostKnown:
			return fail("more than %d known differences", mostKnown)
		}
		all = append(all, k)
	}
	return all, nil
}

// matches tells whether a difference is this one.
func (k *known) matches(d *difference) bool {
	return k.what.MatchString(d.what) && k.text.MatchString(d.text) && k.lwip.MatchString(d.lwip) && k.face.MatchString(d.face)
}

// unknown returns the first difference that is not known, nil if there is none; use is told of those that are.
func unknown(list []*known, all []difference, use func(*known)) *difference {
	for i := range all {
		k := slices.IndexFunc(list, func(k *known) bool { return k.matches(&all[i]) })
		if k < 0 {
			return &all[i]
		}
		if use(list[k]); list[k].ends {
			return nil
		}
	}
	return nil
}
