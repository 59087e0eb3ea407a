package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut/large"
)

func TestQuote(t *testing.T) {
	for s, want := range map[string]string{
		"exec:./shim":          "exec:./shim",
		"":                     "''",
		"exec:sh -c $HOME":     "'exec:sh -c $HOME'",
		"exec:it's \"quoted\"": `'exec:it'\''s "quoted"'`,
	} {
		require.Equal(t, want, Quote(s))
	}
}

// TestRerun: the line that runs a case again has all that the run had.
func TestRerun(t *testing.T) {
	r := Runner{Suite: suiteOf(t, goodARP), Stack: "exec:./shim $X", Seed: 7, Command: "./bin/stackproof", Exec: NewLocal(&deaf{large.New()})}
	res := r.Run(context.Background(), Pattern{})
	require.Equal(t, "./bin/stackproof run arp/request-answered --stack 'exec:./shim $X' --seed 7", res.Failures[0].Rerun)
}
