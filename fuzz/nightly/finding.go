package nightly

import (
	"crypto/sha256"
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Finding is an input, or a seed, that something fails on. What fails in the same place in the same way is one finding.
type Finding struct {
	Task  string // the target or the command that found it
	Name  string // of the regression case: what fails, where, and a few digits that tell it from others
	Words string // the first line that says what failed
	Log   string // what was said, cut to a bounded length
	Input string // file with the input, in the format of go test's corpora; "" if the failure has none
	Again string // the command that shows it again
	Times int    // how often it was found
	Shown bool   // it failed again when it was run alone
}

var (
	panicLine = regexp.MustCompile(`(?m)^\s*(?:\S+_test\.go:\d+: |testing\.go:\d+: )?(?:panic|fatal error): (.*)$`)
	frameLine = regexp.MustCompile(`(?m)^\s*stackproof/([\w./]+)\.((?:\(\*?\w+\)|\w+)(?:\.\w+)*)\(`)
	traceLine = regexp.MustCompile(`(?m)Error Trace:\s*(\S+)`)
	errorLine = regexp.MustCompile(`(?m)Error:\s*(.+)$`)
	hungLine  = regexp.MustCompile(`(?m)^\s*(fuzzing process hung or terminated unexpectedly.*)$`)
	plainLine = regexp.MustCompile(`(?m)^\s*\S+_test\.go:\d+: (.+)$`)
	varying   = regexp.MustCompile(`0x[0-9a-f]+|\d+|"(?:[^"\\]|\\.)*"`)
)

// depth is how many functions of a stack tell failures apart: fewer, and two bugs are one; more, and one is two.
const depth = 4

// findingOf tells what failed by what was said: by the stack of a panic, else by the place and the words of an assertion.
func findingOf(task, words string) Finding {
	f := Finding{Task: task, Log: words, Times: 1}
	var mark []string
	switch p := panicLine.FindStringSubmatch(words); {
	case p != nil:
		f.Words = "panic: " + p[1]
		for _, m := range frameLine.FindAllStringSubmatch(words[strings.Index(words, p[0]):], -1) {
			if name := path.Base(m[1]) + "." + m[2]; len(mark) < depth && !strings.Contains(name, ".Fuzz") {
				mark = append(mark, name)
			}
		}
	case hungLine.MatchString(words):
		f.Words = hungLine.FindStringSubmatch(words)[1]
	default:
		if m := errorLine.FindStringSubmatch(words); m != nil {
			f.Words = strings.TrimSpace(m[1])
		} else if m := plainLine.FindStringSubmatch(words); m != nil {
			f.Words = m[1]
		} else {
			f.Words, _, _ = strings.Cut(strings.TrimSpace(words), "\n")
		}
		if m := traceLine.FindStringSubmatch(words); m != nil {
			mark = append(mark, path.Base(m[1]))
		}
	}
	mark = append(mark, varying.ReplaceAllString(f.Words, "#"))
	sum := sha256.Sum256([]byte(task + "\n" + strings.Join(mark, "\n")))
	f.Name = fmt.Sprintf("%s-%x", slug(f.Words), sum[:4])
	return f
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug is what failed as a name of a few words.
func slug(words string) string {
	const most = 48
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(varying.ReplaceAllString(words, " ")), "-"), "-")
	if len(s) > most {
		s = s[:most]
		if i := strings.LastIndexByte(s, '-'); i > most/2 {
			s = s[:i]
		}
	}
	if s == "" {
		return "failure"
	}
	return s
}
