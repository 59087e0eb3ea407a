package script

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEvaluate(t *testing.T) {
	for text, want := range map[string]int64{
		"1 + 2 * 3": 7, "(1 + 2) * 3": 9, "7 // 2": 3, "-7 // 2": -4, "-7 % 3": 2, "7 % 3": 1, "10 - 2 - 3": 5, "2 * -3": -6,
		"1 | 6 & 3": 3, "1 ^ 3": 2, "~0": -1, "1 << 4 >> 1": 8, "0x1f": 31, "1 < 2 < 3": 1, "1 < 3 < 2": 0, "3 > 2 >= 2": 1,
		"1 == 1 and 2 == 3": 0, "0 or 5": 5, "0 and 1 // 0": 0, "1 or 1 // 0": 1, "not 0": 1, "not 1 == 2": 1, "not not 3": 1,
		"TCP_ESTABLISHED": 1, "TCPI_TIME_WAIT": 6, "TCPI_OPT_SACK | TCPI_OPT_WSCALE": 6, "15*1024*1024": 15 << 20, "True": 1,
		"1 <= 1 != 2": 1, "4 >= 5": 0,
	} {
		n, cause := evaluate(text)
		assert.Empty(t, cause, text)
		assert.Equal(t, want, n, text)
	}
	for text, want := range map[string]string{
		"": "want a value, got the end", "1 +": "want a value, got the end", "(1": "( without )", "1 2": "want its end, got `2`",
		"f(1)": "`f` is beyond what is understood of Python", "1 // 0": "division by zero", "1 % 0": "division by zero",
		"x": "`x` has no value", "2x": "`2x` is not a whole number", "'a'": "want a value, got `'a'`",
		"99999999999999999999":                      "`99999999999999999999` is not a whole number",
		"((((((((((((((((((((1))))))))))))))))))))": "nested too deep", "1 if 2": "want its end, got `if 2`",
	} {
		_, cause := evaluate(text)
		assert.Equal(t, want, cause, text)
	}
}

func TestStatements(t *testing.T) {
	run, figures, cause := parseCode("# counts\n n = 1; n += 2\nn *= 5 ; n -= 1\nm = n // 2; m |= 8; m <<= 1; m >>= 1; m &= 15; m //= 5\n" +
		"assert n == 14 and \\\n m == 3 and tcpi_unacked == tcpi_lost + 2, 'n %d' % n")
	require.Empty(t, cause)
	require.Equal(t, []string{"tcpi_unacked", "tcpi_lost"}, figures)
	m := memory{"tcpi_unacked": 3, "tcpi_lost": 1}
	for i := range run {
		require.Empty(t, run[i].do(m))
	}
	m["tcpi_lost"] = 2
	last := run[len(run)-1]
	require.Equal(t, "assert n == 14 and   m == 3 and tcpi_unacked == tcpi_lost + 2: tcpi_unacked is 3, tcpi_lost is 2", last.do(m))
	for text, want := range map[string]string{
		"n":                       "`n`: want `assert EXPRESSION` or `NAME = EXPRESSION`",
		"if x:":                   "`if x:`: want `: STATEMENT` on the same line, got `:`",
		"while x: y = 1":          "`while x: y = 1`: want `assert EXPRESSION` or `NAME = EXPRESSION`",
		"n = max(1":               "`n = max(1`: ( without )",
		"n = 1 if 2":              "`n = 1 if 2`: `if` without `else`",
		"n = 1 2":                 "`n = 1 2`: want its end, got `2`",
		"assert x y":              "`assert x y`: want `,`, got `y`",
		"assert len(x) == 1, 'x'": "`assert len(x) == 1, 'x'`: `len` is beyond what is understood of Python",
	} {
		_, _, cause := parseCode(text)
		assert.Equal(t, want, cause, text)
	}
}

// TestStatementForms: what does nothing, what is done only sometimes, and functions.
func TestStatementForms(t *testing.T) {
	run, figures, cause := parseCode("print('a;b', tcpi_rtt) # said; and done\npass\nif tcpi_lost > 0: n = 1\nif not tcpi_lost: n = 7\n" +
		"assert (max(n, 3) == 7 and\n  min(3, abs(-2), n) == 2)\nassert int(5) == (5 if n == 7 else 6), 'it is; %d' % n\nassert SK_MEMINFO_RCVBUF == 9")
	require.Empty(t, cause)
	require.Equal(t, []string{"tcpi_lost", "SK_MEMINFO_RCVBUF"}, figures)
	m := memory{"tcpi_lost": 0, "SK_MEMINFO_RCVBUF": 9}
	for i := range run {
		require.Empty(t, run[i].do(m), run[i].text)
	}
	require.Equal(t, int64(7), m["n"])
	m["tcpi_lost"] = 1
	for i := range run[:4] {
		require.Empty(t, run[i].do(m))
	}
	require.Equal(t, int64(1), m["n"])
	_, cause = evaluate("max(2, n)")
	require.Equal(t, "`n` has no value", cause)
	_, cause = evaluate("(1 if n else 2)")
	require.Equal(t, "`n` has no value", cause)
}

// TestCodeAnyText: whatever the text, it is understood or refused, and what is understood can be run.
func TestCodeAnyText(t *testing.T) { rapid.Check(t, propertyCodeAnyText) }

func FuzzCodeAnyText(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyCodeAnyText)) }

func propertyCodeAnyText(t *rapid.T) {
	words := []string{"assert", "if", "else", ":", "max(", "print", "[", "\"", "#", "n", "tcpi_rto", "=", "+=", "==", "<", "<=", "(", ")", "and", "or", "not", "-", "//", "%", "1", "0", "0x", ",", ";", "\n", "\\\n", "'", "~"}
	text := ""
	for _, w := range rapid.SliceOf(rapid.SampledFrom(words)).Draw(t, "words") {
		text += w + rapid.SampledFrom([]string{" ", ""}).Draw(t, "blank")
	}
	run, _, cause := parseCode(text)
	m := memory{"tcpi_rto": 5}
	for i := range run {
		_ = run[i].do(m)
	}
	if cause != "" && run != nil {
		t.Fatal("refused, and something to run")
	}
}

// TestBlocks: code runs on what was read at its time, and knows what earlier code has noted.
func TestBlocks(t *testing.T) {
	c := foreign(t, `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
0 connect(3, ..., ...) = 0
+0 %{ was = tcpi_state }%
+1 %{ assert was != tcpi_state and tcpi_unacked == 0, 'x' }%
+1 %{ assert was == 1 }%`, false)
	require.Len(t, c.Program.Events, 6, "a figure is an event, and so is code without one")
	figures := map[int]int64{2: 4, 3: 7, 4: 0}
	line, why := c.RunCode(figures, 6)
	require.Zero(t, line, why)
	figures[3] = 4
	line, why = c.RunCode(figures, 6)
	require.Equal(t, 4, line)
	require.Equal(t, "assert was != tcpi_state and tcpi_unacked == 0: tcpi_state is 1, tcpi_unacked is 0", why)
	line, _ = c.RunCode(figures, 4)
	require.Zero(t, line, "the run ended before its second figure was read")
}
