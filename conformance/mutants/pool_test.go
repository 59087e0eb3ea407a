package mutants

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/mutants/judge"
)

// asWorker makes the test's program a worker that breaks down over fault 2.
const asWorker = "STACKPROOF_TEST_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(asWorker) == "" {
		os.Exit(m.Run())
	}
	enc, dec := json.NewEncoder(os.Stdout), json.NewDecoder(os.Stdin)
	_ = enc.Encode(&judge.Hello{Programs: []string{"one", "two"}, Error: os.Getenv(asWorker + "_ERROR")})
	for {
		var r judge.Request
		if dec.Decode(&r) != nil {
			os.Exit(0)
		}
		if r.Tell {
			_ = enc.Encode(&judge.Answer{At: 0, Running: true})
			_ = enc.Encode(&judge.Answer{At: 1, Running: true})
		}
		switch r.Fault {
		case 2:
			os.Exit(1)
		case 3:
			time.Sleep(time.Hour)
		}
		_ = enc.Encode(&judge.Answer{Fault: r.Fault, Reached: 1})
	}
}

// some are faults with these numbers.
func some(numbers ...int) (faults []*Fault) {
	for _, n := range numbers {
		faults = append(faults, &Fault{number: n})
	}
	return faults
}

// TestWorkerBreaksDown: it costs the fault at hand, which is found, and the others come in their order.
func TestWorkerBreaksDown(t *testing.T) {
	t.Setenv(asWorker, "1")
	var got []string
	faults := some(1, 2, 4, 5)
	hello, err := (&program{}).judge(context.Background(), os.Args[0], faults, false, func(v *Verdict) {
		require.Same(t, faults[len(got)], v.Fault)
		got = append(got, string(v.Outcome)+v.Case)
	})
	require.NoError(t, err)
	require.Equal(t, []string{"survived", "killedtwo", "survived", "survived"}, got)
	require.Len(t, hello.Programs, 2)
}

func TestWorkerCannotBegin(t *testing.T) {
	t.Setenv(asWorker, "1")
	t.Setenv(asWorker+"_ERROR", "a case is red")
	_, err := (&program{}).judge(context.Background(), os.Args[0], some(1), false, nil)
	require.EqualError(t, err, "mutants: the judge cannot begin: a case is red")
}

// TestInterrupted: a worker that hangs ends with the context.
func TestInterrupted(t *testing.T) {
	t.Setenv(asWorker, "1")
	ctx, cancel := context.WithCancel(context.Background())
	_, err := (&program{}).judge(ctx, os.Args[0], some(1, 3), false, func(*Verdict) { cancel() })
	require.ErrorIs(t, err, context.Canceled)
}
