package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/vm"
)

// TestOutcomesAgree: the interpreter's outcomes are the report's, number by number.
func TestOutcomesAgree(t *testing.T) {
	for o := vm.NotRun; o <= vm.Unsupported; o++ {
		if name := o.String(); name != "" {
			require.Equal(t, outcome(o).String(), name)
		}
	}
}
