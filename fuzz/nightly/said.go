package nightly

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// said is what the engine says of a slice.
type said struct {
	execs    int64  // inputs that were run, the corpus not counted
	fresh    int    // inputs kept because they reach what none did
	entries  int    // inputs of seeds and corpus that were run first
	newBits  []int  // for each of them, how much it reached that those before did not; nil where the engine does not tell
	coverage int    // what all of them reach together
	input    string // path of the input that failed, from the package's folder; "" for none
	failure  string // the engine's words from the failure on
}

var (
	progress = regexp.MustCompile(`^fuzz: elapsed: \S+, execs: (\d+) \(\d+/sec\), new interesting: (\d+) `)
	baseline = regexp.MustCompile(`^fuzz: elapsed: \S+, gathering baseline coverage: (\d+)/(\d+) completed`)
	initial  = regexp.MustCompile(` DEBUG processed an initial input, .*new bits: (\d+),`)
	finished = regexp.MustCompile(` DEBUG finished processing input corpus, .*initial coverage bits: (\d+)`)
	written  = regexp.MustCompile(`^\s*Failing input written to (\S+)`)
)

// mostSaid is how much of a failure is kept.
const mostSaid = 64 << 10

// listen reads what the engine says to its end.
func listen(r io.Reader) (s said) {
	var words strings.Builder
	failing := false
	lines := bufio.NewReaderSize(r, 64<<10)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			s.failure = words.String()
			return s
		}
		text := string(line)
		if !failing && !more && s.figure(text) {
			continue
		}
		if m := written.FindStringSubmatch(text); m != nil {
			s.input = m[1]
		}
		failing = failing || !strings.Contains(text, " DEBUG ") && !strings.HasPrefix(text, "fuzz: ") && text != "PASS"
		if failing && words.Len() < mostSaid {
			words.WriteString(text + "\n")
		}
	}
}

// figure takes a figure from a line, if it has one.
func (s *said) figure(line string) bool {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if m := progress.FindStringSubmatch(line); m != nil {
		s.execs, _ = strconv.ParseInt(m[1], 10, 64)
		s.fresh = number(m[2])
	} else if m := baseline.FindStringSubmatch(line); m != nil {
		s.entries = number(m[2])
	} else if m := initial.FindStringSubmatch(line); m != nil {
		s.newBits = append(s.newBits, number(m[1]))
	} else if m := finished.FindStringSubmatch(line); m != nil {
		s.coverage = number(m[1])
	} else {
		return false
	}
	return true
}
