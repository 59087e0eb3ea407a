package script

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
)

// example is one code block of LANGUAGE.md, with the forms behind its fence.
var example = regexp.MustCompile("(?ms)^```pkt([a-z0-9 ]*)\n(.*?)^```$")

func language(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../LANGUAGE.md")
	require.NoError(t, err)
	return string(text)
}

// TestExamples: every example of the language's description parses, is printed as it stands but for layout, and
// compiles for its forms, or is refused for a construct of the closed list. conformance/language_test.go runs them.
func TestExamples(t *testing.T) {
	blocks := example.FindAllStringSubmatch(language(t), -1)
	require.Greater(t, len(blocks), 20)
	for _, b := range blocks {
		words := strings.Fields(b[1])
		forms := []Form{}
		for _, w := range words {
			switch w {
			case "ipv4":
				forms = append(forms, IPv4)
			case "ipv6":
				forms = append(forms, IPv6)
			default:
				assert.Contains(t, []string{"packetdrill", "neutral", "other", "unsupported", "lacks"}, w)
			}
		}
		if len(forms) == 0 {
			forms = append(forms, IPv4)
		}
		s, err := Parse("LANGUAGE.md", []byte(b[2]))
		require.NoError(t, err, b[2])
		again, err := Parse("LANGUAGE.md", []byte(s.String()))
		require.NoError(t, err, s.String())
		assert.Equal(t, s.String(), again.String())
		for _, f := range forms {
			c, err := Compile(s, f)
			if slices.Contains(words, "unsupported") {
				var e *Error
				require.ErrorAs(t, err, &e)
				assert.NotEmpty(t, e.Unsupported, b[2])
				continue
			}
			if slices.Contains(words, "lacks") {
				require.Error(t, err, "in a case of our own it is a mistake")
				continue
			}
			require.NoError(t, err, b[2])
			assert.Len(t, c.Lines, len(c.Program.Events))
		}
	}
}

// TestNothingIsUndocumented: the description names every call, field, ICMP name, option, figure and twin.
func TestNothingIsUndocumented(t *testing.T) {
	text := language(t)
	examples := ""
	for _, b := range example.FindAllStringSubmatch(text, -1) {
		examples += b[2]
	}
	has := func(where, what string) { assert.True(t, strings.Contains(where, what), "nothing about %s", what) }
	for name := range syscalls {
		has(examples, name+"(")
	}
	for f := frame.Field(1); int(f) < frame.Fields; f++ {
		has(text, "`"+f.String()+"`")
	}
	for _, c := range icmpCodes {
		has(text, "`"+c.name+"`")
	}
	for name := range tcpOptionKinds {
		assert.True(t, regexp.MustCompile(`[<,] ?`+name+`[ ,>]`).MatchString(examples), "no example of %s", name)
	}
	for name := range rawOptions {
		assert.True(t, regexp.MustCompile(`[<,] ?`+name+`[ ,>]`).MatchString(examples), "no example of %s", name)
	}
	for name := range infos {
		has(text, "`"+name+"`")
	}
	for _, f := range twinForms {
		has(text, "`"+strings.ReplaceAll(f.what, "MICROSECONDS", "N"))
	}
}
