package script

import (
	"os"
	"regexp"
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

// TestExamples: every example of the language's description parses, compiles for its forms, and is printed as it
// stands but for layout.
func TestExamples(t *testing.T) {
	blocks := example.FindAllStringSubmatch(language(t), -1)
	require.Greater(t, len(blocks), 15)
	for _, b := range blocks {
		s, err := Parse("LANGUAGE.md", []byte(b[2]))
		require.NoError(t, err, b[2])
		again, err := Parse("LANGUAGE.md", []byte(s.String()))
		require.NoError(t, err, s.String())
		assert.Equal(t, s.String(), again.String())
		forms := []Form{IPv4}
		if f := strings.TrimSpace(b[1]); f == "ipv6" {
			forms = []Form{IPv6}
		} else if f == "ipv4 ipv6" {
			forms = []Form{IPv4, IPv6}
		} else {
			require.Empty(t, f)
		}
		for _, f := range forms {
			c, err := Compile(s, f)
			require.NoError(t, err, b[2])
			assert.Len(t, c.Lines, len(c.Program.Events))
		}
	}
}

// TestNothingIsUndocumented: the description names every call, field, ICMP name, option and twin.
func TestNothingIsUndocumented(t *testing.T) {
	text := language(t)
	examples := ""
	for _, b := range example.FindAllStringSubmatch(text, -1) {
		examples += b[2]
	}
	for name := range syscalls {
		assert.Contains(t, examples, name+"(", "no example of the call")
	}
	for f := frame.Field(1); int(f) < frame.Fields; f++ {
		assert.Contains(t, text, "`"+f.String()+"`")
	}
	for _, c := range icmpCodes {
		assert.Contains(t, text, "`"+c.name+"`")
	}
	for name := range tcpOptionKinds {
		assert.Regexp(t, `[<,] ?`+name+`[ ,>]`, examples, "no example of the TCP option")
	}
	for _, f := range twinForms {
		assert.Contains(t, text, "`"+strings.ReplaceAll(f.what, "MICROSECONDS", "N"))
	}
}
