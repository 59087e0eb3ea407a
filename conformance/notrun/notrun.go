// Package notrun is how a test says that this machine cannot run it: in one loud line, counted as not run, and never as
// passed.
package notrun

import (
	"os"
	"testing"
)

// All is the environment variable that, set to 1, forbids leaving anything out: what cannot run fails. `make test` sets
// it, since it installs what is missing.
const All = "STACKPROOF_ALL"

// Skip ends the test as not run.
func Skip(t testing.TB, part, reason string) {
	t.Helper()
	if os.Getenv(All) == "1" {
		t.Fatalf("NOTRUN %s: %s (and %s=1 forbids to leave it out)", part, reason, All)
	}
	t.Skipf("NOTRUN %s: %s", part, reason)
}
