package mutants

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOperators: what is made of a function of each kind.
func TestOperators(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"comparison", "func f(a, b int) bool { return a < b }", []string{"a<b=>a<=b", "a<b=>a>=b"}},
		{"logic", "func f(a, b bool) bool { return a && b }", []string{"a&&b=>a||b", "a&&b=>a", "a&&b=>b"}},
		{"condition", "func f(a func() bool) { if a() { a() } }", []string{"a()=>!(a())", "a()=>"}},
		{"not", "func f(a bool) bool { return !a }", []string{"!a=>(a)"}},
		{"number", "func f() int { return 5 }", []string{"return5=>return(5+1)", "return5=>return(5-1)"}},
		{"zero", "func f(a []int) int { return a[0] }", []string{"returna[0]=>return0", "a[0]=>a[(0+1)]"}},
		{"constant", "const c = 7\nfunc f() int { return c }", []string{"returnc=>return(c+1)", "returnc=>return(c-1)"}},
		{"state", "type S uint8\nconst c S = 7\nfunc f() S { return c }", []string{"returnc=>return(c+1)"}},
		{"truth", "func f() bool { return true }", []string{"returntrue=>returnfalse"}},
		{"assignments", "func f(a, b *int, c int) { *a, *b = c, 2 }", []string{"*a,*b=c,2=>*b=2", "*a,*b=c,2=>*a=c", "*a,*b=c,2=>*a,*b=c,(2+1)", "*a,*b=c,2=>*a,*b=c,(2-1)"}},
		{"sum", "func f(a *int, c int) { *a += c }", []string{"*a+=c=>*a-=c", "*a+=c=>"}},
		{"count", "func f(a *int) { *a++ }", []string{"*a++=>*a--", "*a++=>"}},
		{"fields", "type T struct { a, b int }\nfunc f(c int) T { return T{a: c, b: c} }", []string{"a:c=>", "b:c=>"}},
		{"call", "func f(a, b int) int { return min(a, b) }", []string{"returnmin(a,b)=>return0", "min(a,b)=>max(a,b)"}},
		{"twice", "func f(a int) bool { return a == 9 || a == 9 }", []string{
			"a==9||a==9=>a==9&&a==9", "a==9||a==9=>a==9", "a==9||a==9=>a==9#2", "a==9=>a!=9", "a==9=>a==(9+1)", "a==9=>a==(9-1)",
			"a==9=>a!=9#2", "a==9=>a==(9+1)#2", "a==9=>a==(9-1)#2",
		}},
		{"length of an array", "func f() { var a [3]int; _ = a }", []string{"_=a=>"}},
		{"comment", "func f(a func(int)) {\n\ta( // why\n\t\t-1)\n}", []string{"a(-1)=>", "-1=>(1)", "-1=>-(1+1)", "-1=>-(1-1)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range sourceOf(t, c.text).Mechanical() {
				got = append(got, f.ID[len("a/f/"):])
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
}

// TestBroken: a fault that does not compile is left out, and the others are not.
func TestBroken(t *testing.T) {
	s := sourceOf(t, "func f(a uint8) uint8 {\n\tb := a\n\tfor i := range 255 {\n\t\tb += uint8(i)\n\t}\n\treturn b & 255\n}\n")
	p, broken, err := newProgram(s, s.Mechanical())
	require.NoError(t, err)
	require.Equal(t, "a/f/b+=uint8(i)=>, a/f/b&255=>b&(255+1)", ids(broken))
	require.Greater(t, len(p.faults), 5)
	text := p.files["a.go"]
	for _, part := range []string{
		"func f(mutantA0 uint8) uint8 {", "return f_plain(mutantA0)", "func f_plain(a uint8) uint8 {", "return b | 255",
		"mutantpoint.Hits[1] = true; for i := range 255 { mutantpoint.Step(); ",
	} {
		require.Contains(t, text, part)
	}
	for _, f := range p.faults[1:] {
		require.Contains(t, text, f.name()+"(a uint8) uint8 {")
	}
}
