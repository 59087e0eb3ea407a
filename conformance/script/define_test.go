package script

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDirectives: of a script for several systems one system's lines are left.
func TestDirectives(t *testing.T) {
	for in, want := range map[string]string{
		"#ifdef STANDARD\n0 idle\n#else\n1 idle\n#endif":                                        "0 idle\n",
		"#ifdef FreeBSD\n0 idle\n#else\n1 idle\n#endif\n2 idle":                                 "1 idle\n2 idle\n",
		"#ifndef FreeBSD\n0 idle\n#endif":                                                       "0 idle\n",
		"# ifdef MINE\n0 idle\n# endif":                                                         "0 idle\n",
		"#ifdef FreeBSD\n0 idle\n#ifdef STANDARD\n1 idle\n#else\n#endif\n#endif\n2 idle":        "2 idle\n",
		"#ifdef STANDARD\n#ifdef FreeBSD\nno such thing\n#else\n0 idle\n#endif\n1 idle\n#endif": "0 idle\n1 idle\n",
		"  #ifdef STANDARD // why\n0 idle\n  #endif":                                            "0 idle\n",
	} {
		s, err := Parse("x.pkt", []byte(in), "MINE=1")
		if assert.NoError(t, err, in) {
			assert.Equal(t, want, strings.ReplaceAll(s.String(), "\n\n", "\n"), in)
		}
	}
}

func TestDefinitions(t *testing.T) {
	const text = "--define=PROTO=IPPROTO_TCP\n--define=N=10\n--define=HEX=0x1f\n--define=TEXT=\"a b\"\n--define=ASK=`ss -n`\n--define=ALSO=PROTO\n"
	s, err := Parse("x.pkt", []byte(text+"0 f(PROTO, N, HEX, TEXT, ALSO, MINE) = 0\n0 ASK"), "MINE=yes", "N=20")
	require.NoError(t, err)
	assert.Equal(t, text+"0 f(IPPROTO_TCP, 20, 0x1f, \"a b\", IPPROTO_TCP, yes) = 0\n0 `ss -n`\n", s.String(), "what the command line says stays")
	for in, want := range map[string]string{
		"--define=X\n0 idle":                "2:1: definition: want `=`, got `0`",
		"--define=X=\n":                     "1:1: definition: want NAME=VALUE, got `X=`",
		"--define=1X=2":                     "1:1: definition: want NAME=VALUE, got `1X=2`",
		"--define=A=B\n--define=B=A\n0 A()": "3:3: definition: `A` stands for itself",
		"#ifdef STANDARD\n0 idle":           "1:1: directive: #ifdef without #endif",
		"#ifdef X\n0 idle":                  "1:1: directive: #ifdef without #endif",
		"#ifdef STANDARD\n#else\n0 idle":    "1:1: directive: #ifdef without #endif",
		"#endif":                            "1:1: directive: `#endif` is none of #ifdef NAME, #ifndef NAME, #else, #endif, or stands where it cannot",
		"#ifdef":                            "1:1: directive: `#ifdef` is none of #ifdef NAME, #ifndef NAME, #else, #endif, or stands where it cannot",
		"#define X 1":                       "1:1: directive: `#define` is none of #ifdef NAME, #ifndef NAME, #else, #endif, or stands where it cannot",
		"#ifdef X\n#else\n#else\n#endif":    "3:1: directive: `#else` is none of #ifdef NAME, #ifndef NAME, #else, #endif, or stands where it cannot",
	} {
		_, err := Parse("x.pkt", []byte(in))
		assert.EqualError(t, err, "script: x.pkt:"+want, in)
	}
}
