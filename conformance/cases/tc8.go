package cases

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

//go:embed tc8.txt
var tc8Text string

// TC8Group is a group of the OPEN Alliance's TC8 tests of TCP.
type TC8Group struct {
	Name   string // "TCP_BASICS"
	There  int    // how many cases the group has there
	Text   string // what it is about, in our words
	Topics []TC8Topic
	Line   int
}

// TC8Topic is something that a group asks, with what answers it here.
type TC8Topic struct {
	Text  string
	Cases []string
}

// The map is tc8.txt: a line for each group, of name, number of cases and a sentence. Below it stand its topics, each a
// line `topic TEXT` and one `case ID ...`. # begins a comment line.
var tc8Name = regexp.MustCompile(`^TCP_[A-Z_]+$`)

// LoadTC8 reads the map from TC8's groups of TCP to our cases. The error names the line of the first mistake.
func LoadTC8() ([]*TC8Group, error) { return parseTC8(tc8Text) }

func parseTC8(text string) (groups []*TC8Group, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		var last *TC8Group
		if len(groups) > 0 {
			last = groups[len(groups)-1]
		}
		word, rest, _ := strings.Cut(line, " ")
		cause := ""
		switch {
		case tc8Name.MatchString(word):
			number, text, _ := strings.Cut(rest, " ")
			g := &TC8Group{Name: word, Text: text, Line: n}
			if g.There, err = strconv.Atoi(number); err != nil || g.There < 1 || !strings.HasSuffix(text, ".") {
				cause = word + ": want a number of cases and a sentence"
			}
			groups = append(groups, g)
		case last == nil:
			cause = "`" + word + "` before the first group"
		default:
			cause = last.more(word, rest)
		}
		if cause != "" {
			return nil, fmt.Errorf("cases: tc8.txt:%d: %s", n, cause)
		}
	}
	for _, g := range groups {
		if len(g.Topics) == 0 || g.Topics[len(g.Topics)-1].Cases == nil {
			return nil, fmt.Errorf("cases: tc8.txt:%d: %s: the last topic has no cases", g.Line, g.Name)
		}
	}
	return groups, nil
}

// more takes a line about the group; the cause is empty where it is right.
func (g *TC8Group) more(word, rest string) (cause string) {
	var topic *TC8Topic
	if len(g.Topics) > 0 {
		topic = &g.Topics[len(g.Topics)-1]
	}
	switch {
	case word == "topic" && topic != nil && topic.Cases == nil:
		return "the topic above has no cases"
	case word == "topic" && strings.HasSuffix(rest, "."):
		g.Topics = append(g.Topics, TC8Topic{Text: rest})
	case word == "case" && rest != "" && topic != nil && topic.Cases == nil:
		topic.Cases = strings.Fields(rest)
	default:
		return "`" + word + "`: want `topic SENTENCE`, and below it once `case ID ...`"
	}
	return ""
}
