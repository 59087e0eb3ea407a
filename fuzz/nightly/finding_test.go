package nightly

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const panicked = `--- FAIL: FuzzX (3.01s)
    --- FAIL: FuzzX (0.00s)
        testing.go:1974: panic: runtime error: index out of range [7] with length 3
            goroutine 9 [running]:
            stackproof/stack/tcp.(*Conn).hear(0xc0001)
            	/somewhere/stack/tcp/input.go:12 +0x1
            stackproof/stack.(*Stack).Receive(...)
            	/somewhere/stack/input.go:7
            stackproof/stack_test.FuzzX.func1(0x1, {0x2, 0x3, 0x4})
`

// TestFindingOf: what fails in the same place in the same way has one name, whatever the numbers; another place or another
// way has another name.
func TestFindingOf(t *testing.T) {
	name := func(words string) string { return findingOf("stack/FuzzX", words).Name }
	f := findingOf("stack/FuzzX", panicked)
	require.Equal(t, "panic: runtime error: index out of range [7] with length 3", f.Words)
	require.Regexp(t, "^panic-runtime-error-index-out-of-range-with-[0-9a-f]{8}$", f.Name)
	for _, c := range []struct {
		what, old, new string
		same           bool
	}{
		{"another index", "[7] with length 3", "[70] with length 0", true},
		{"another line of the function", "input.go:12", "input.go:14", true},
		{"another address", "0xc0001", "0xc0002", true},
		{"another function", "(*Conn).hear", "(*Conn).say", false},
		{"another panic", "index out of range", "nil dereference", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			require.Contains(t, panicked, c.old)
			require.Equal(t, c.same, name(panicked) == name(replaceOnce(panicked, c.old, c.new)))
		})
	}
	require.NotEqual(t, f.Name, findingOf("stack/FuzzY", panicked).Name, "another target")
}

func replaceOnce(s, old, new string) string {
	for i := range s {
		if len(s)-i >= len(old) && s[i:i+len(old)] == old {
			return s[:i] + new + s[i+len(old):]
		}
	}
	return s
}

func TestFindingOfAssertions(t *testing.T) {
	const said = "--- FAIL: FuzzX (1.5s)\n    --- FAIL: FuzzX (0.00s)\n        object_test.go:218: \n            \tError Trace:\t/somewhere/x/object_test.go:218\n            \tError:      \tNot equal: 7\n"
	f := findingOf("x/FuzzX", said)
	require.Equal(t, "Not equal: 7", f.Words)
	require.NotEqual(t, f.Name, findingOf("x/FuzzX", replaceOnce(said, "x/object_test.go:218", "x/object_test.go:219")).Name, "another assertion")
	require.Equal(t, "too much: 1", findingOf("x/FuzzX", "--- FAIL: FuzzX\n    x_test.go:3: too much: 1\n").Words)
	require.Equal(t, "fuzzing process hung or terminated unexpectedly: exit status 2", findingOf("x", "--- FAIL: FuzzX\n    fuzzing process hung or terminated unexpectedly: exit status 2\n").Words)
	require.Equal(t, "what", findingOf("simulate", "what").Words)
	require.Regexp(t, "^failure-", findingOf("simulate", "").Name)
}
