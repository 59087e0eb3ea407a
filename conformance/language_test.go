package conformance

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/script"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// TestLanguage runs every example of the language's description on this project's stack, as the words behind its fence
// say: in which IP versions, and whether as packetdrill means it. All pass, but those of constructs that no stack under
// test is asked for (unsupported), and those that show another stack at work (other): they run all the same, and what
// comes of them is not the tester's error.
func TestLanguage(t *testing.T) {
	text, err := os.ReadFile("LANGUAGE.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```pkt([a-z0-9 ]*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(blocks), 20)
	for _, b := range blocks {
		words := strings.Fields(b[1])
		s := Scripts{Stack: OwnStack, Exec: NewLocal(large.New()), Neutral: slices.Contains(words, "neutral")}
		foreign := s.Neutral || slices.Contains(words, "packetdrill")
		want := report.Pass
		if slices.Contains(words, "unsupported") {
			want, foreign = report.Unsupported, true
		}
		if slices.Contains(words, "lacks") {
			want, foreign = report.Fail, true
		}
		for _, form := range forms(words) {
			r := exampleRun(&s, b[2], form, foreign)
			if slices.Contains(words, "other") {
				assert.Contains(t, []report.Outcome{report.Pass, report.Fail}, r.Outcome, "%s%s", b[2], r.Why)
				assert.True(t, r.Outcome == report.Pass || r.Failure != nil, "%s%s", b[2], r.Why)
				continue
			}
			assert.Equal(t, want, r.Outcome, "%s%s: %s", b[2], form, r.Why)
			assert.Equal(t, want == report.Fail, strings.Contains(r.Why, "the stack does not offer"), r.Why)
		}
	}
}

func forms(words []string) []script.Form {
	switch {
	case slices.Contains(words, "ipv4") && slices.Contains(words, "ipv6"):
		return []script.Form{script.IPv4, script.IPv6}
	case slices.Contains(words, "ipv6"):
		return []script.Form{script.IPv6}
	}
	return []script.Form{script.IPv4}
}

// exampleRun runs one example in one form.
func exampleRun(s *Scripts, text string, form script.Form, foreign bool) ScriptResult {
	tree, err := script.Parse("LANGUAGE.md", []byte(text))
	if err != nil {
		return refused(err)
	}
	var c *script.Compiled
	if foreign {
		c, err = script.CompileForeign(tree, form, s.Neutral)
	} else {
		c, err = script.Compile(tree, form)
	}
	if err != nil {
		return refused(err)
	}
	r := s.run("LANGUAGE.md", c)
	if r.Failure != nil && r.Failure.Kind == vm.Undefined.String() {
		r.Failure = nil // the example is wrong
	}
	return r
}
