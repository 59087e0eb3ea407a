package check

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/sut/remote"
)

// all runs the checks.
func all(s sut.SUT, seed uint64) map[string]Result {
	got := map[string]Result{}
	Run(context.Background(), s, seed, func(r Result) { got[r.Name] = r })
	return got
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range Names() {
		assert.False(t, seen[n], n)
		seen[n] = true
	}
}

// TestGoodInProcess: a good stack passes all that can be asked of it in process.
func TestGoodInProcess(t *testing.T) {
	for _, personality := range []sut.Personality{sut.POSIX, sut.LwIP} {
		stack, ok := large.New().As(personality)
		require.True(t, ok)
		for _, r := range all(stack, 1) {
			switch r.Name {
			case "capabilities/names", "nonsense/operation", "nonsense/cut-short", "end/bye", "end/end-of-input":
				assert.Equal(t, NotRun, r.Outcome, r)
			default:
				assert.Equal(t, Pass, r.Outcome, "%s: %v", personality, r)
			}
		}
	}
	_, ok := large.New().As(sut.Unknown)
	require.False(t, ok)
}

// TestGoodChild: a good shim passes everything.
func TestGoodChild(t *testing.T) {
	s := remote.New(spawn("good"), 0)
	for seed := range uint64(3) {
		got := all(s, seed)
		require.Len(t, got, len(checks))
		for _, r := range got {
			assert.Equal(t, Pass, r.Outcome, r)
		}
	}
	assert.NoError(t, s.Close())
}

// TestGoodWithLess: a shim that has less, or nothing, and says so is as good.
func TestGoodWithLess(t *testing.T) {
	for _, mode := range []string{"good without tcp", "nothing"} {
		s := remote.New(spawn(mode), 0)
		passed := 0
		for _, r := range all(s, 1) {
			assert.NotEqual(t, Fail, r.Outcome, "%s: %s", mode, r)
			if r.Outcome == Pass {
				passed++
			}
		}
		assert.Greater(t, passed, len(checks)/2, mode)
		assert.NoError(t, s.Close())
	}
}

// finding is a bad shim, the check that finds it, and a piece of what that says.
type finding struct{ mode, check, want string }

// bad is the bad shims, and what finds them.
var bad = []finding{
	{"exits", "capabilities/answered", "remote: stack ended during capabilities: exit status 3"},
	{"hangs", "capabilities/answered", "remote: no answer to capabilities within 5s"},
	{"text", "capabilities/answered", `is no message but "starting up ...\n"`},
	{"has no name", "capabilities/answered", "the stack has no name"},
	{"changes its mind", "capabilities/same", "asked twice, the stack tells different capabilities"},
	{"refuses a reset", "reset/answered", "reset is answered unsupported"},
	{"declares nonsense", "capabilities/names", `the stack declares "unknown"`},
	{"yes to everything", "nonsense/operation", "operation 0B is answered ok, it must be unsupported"},
	{"yes to operations", "nonsense/operation", "operation 2A: remote: stack was asked to operation 2A and answered as to bye"},
	{"takes what is cut", "nonsense/cut-short", "advance without its end is answered ok, it must be malformed"},
	{"guesses names", "nonsense/call", "a nonsense call is answered ok, it must be unsupported"},
	{"guesses names", "nonsense/option", "a nonsense socket option is answered ok, it must be unsupported"},
	{"guesses names", "nonsense/knob", "a nonsense knob is answered ok, it must be unsupported"},
	{"guesses names", "nonsense/figure", "a nonsense figure is answered ok, it must be unsupported"},
	{"cancels nothing", "nonsense/cancel", "remote: stack cancelled call 48879, which is not pending"},
	{"claims everything", "feature/arp", "the stack did not send an ARP reply"},
	{"claims everything", "feature/ndp", "the stack did not send a neighbour advertisement"},
	{"claims everything", "feature/icmp", "the stack did not send an echo reply"},
	{"claims everything", "feature/icmpv6", "the stack did not send an echo reply"},
	{"claims everything", "feature/ipv4", "the stack did not send an echo reply"},
	{"claims everything", "feature/ipv6", "the stack did not send an echo reply"},
	{"claims everything", "feature/udp", "socket is answered unsupported, it must be ok"},
	{"claims everything", "feature/tcp", "socket is answered unsupported, it must be ok"},
	{"claims everything", "feature/link", "link down is answered unsupported, it must be ok"},
	{"claims everything", "feature/raw-frame", "the stack did not send an answer after garbage"},
	{"claims everything", "feature/counter", "inspect of drops is answered unsupported, it must be ok"},
	{"claims everything", "feature/tcp-info", "socket is answered unsupported, it must be ok"},
	{"claims everything", "feature/urgent", "socket is answered unsupported, it must be ok"},
	{"declares no arp", "feature/arp", "the stack sent an ARP reply, and has not declared arp"},
	{"declares no ipv6", "feature/ipv6", "the stack sent an echo reply, and has not declared ipv6"},
	{"declares no udp", "feature/udp", "the stack makes a socket and has not declared udp"},
	{"declares no link", "feature/link", "link, which is not declared, is answered ok"},
	{"declares no counter", "feature/counter", "while counter is not declared, is answered ok"},
	{"link stays up", "feature/link", "the stack sent a frame while its link was down"},
	{"counts nothing", "feature/counter", "drops goes from 0 to 0 with a damaged packet"},
	{"never completes", "call/two-tasks", "a pending recvfrom does not complete within 5s"},
	{"never waits", "call/cancel", "recvfrom, which has to wait, returns 0 at once"},
	{"cancels nothing", "call/cancel", "which is not pending"},
	{"crashes in a call", "call/two-tasks", "remote: stack ended during call: exit status 2: panic: nil pointer"},
	{"hangs in a call", "call/two-tasks", "remote: no answer to call within 5s"},
	{"waits for nothing", "call/pending", "a pending recvfrom does not complete within 5s"},
	{"time runs back", "time/past", "remote: stack let time go back from 1s to 999.999999ms"},
	{"acts at the last step", "time/steps", "the stack acts otherwise if time moves from deadline to deadline"},
	{"acts in the future", "time/steps", "remote: stack said that it acted at 31s while time went to 30s only"},
	{"acts early", "time/early", "remote: stack acted at 999.999999ms, before the deadline that it had named, 1s"},
	{"its own clock", "time/early", "the stack's deadline of 1s became another one before it came"},
	{"its own clock", "time/passes", "its timers do not run by virtual time"},
	{"its own seed", "reset/same-seed", "the same seed and the same operations give other bytes"},
	{"ignores the seed", "reset/other-seed", "4 seeds give one initial sequence number"},
	{"resets nothing", "reset/forgets", "advance to 1h0m0s: remote: stack "},
	{"keeps the link", "reset/forgets", "the stack did not send an echo reply after a reset with the link down"},
	{"hangs after bye", "end/bye", "remote: stack's process goes on running after bye"},
	{"hangs after bye", "end/end-of-input", "remote: stack's process goes on running after the end of its standard input"},
	{"ends badly", "end/bye", "remote: stack's process ends badly after bye: exit status 5"},
}

// patient is the limit of real time for shims that hang: no other shim takes as long, on the busiest machine.
const patient = 5 * time.Second

// TestBadChildren: each bad shim is found, by the check that is there for it, and it does not keep the others from
// being made.
func TestBadChildren(t *testing.T) {
	t.Parallel()
	modes := map[string][]finding{}
	for _, c := range bad {
		modes[c.mode] = append(modes[c.mode], c)
	}
	for _, mode := range slices.Sorted(maps.Keys(modes)) {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			s := remote.New(spawn(mode), patient)
			defer s.Close()
			got := all(s, 1)
			assert.Len(t, got, len(checks))
			for _, c := range modes[mode] {
				r := got[c.check]
				assert.Equal(t, Fail, r.Outcome, r)
				assert.Contains(t, r.Reason, c.want, c.check)
			}
		})
	}
}

// TestPatience: a stack that hangs again and again does not cost the limit of real time in each check.
func TestPatience(t *testing.T) {
	t.Parallel()
	s := remote.New(spawn("hangs at a frame"), patient/2)
	defer s.Close()
	hung := 0
	for name, r := range all(s, 1) {
		if strings.Contains(r.Reason, "no answer") {
			hung++
		}
		if name == "end/bye" {
			assert.Equal(t, Result{name, NotRun, "the stack hung in 3 checks"}, r)
		}
	}
	assert.Equal(t, patience, hung)
}

// TestEachCheckCanFail: there is a bad shim for each check.
func TestEachCheckCanFail(t *testing.T) {
	for _, name := range Names() {
		assert.True(t, slices.ContainsFunc(bad, func(b finding) bool { return b.check == name }), name)
	}
}

// TestBlocked: where not even a reset works, nothing else is tried.
func TestBlocked(t *testing.T) {
	s := remote.New(spawn("exits"), 0)
	defer s.Close()
	for name, r := range all(s, 1) {
		if name != "capabilities/answered" {
			assert.Equal(t, Result{name, NotRun, "capabilities/answered did not pass"}, r)
		}
	}
}

func TestLines(t *testing.T) {
	assert.Equal(t, "PASS x/y", Result{"x/y", Pass, ""}.String())
	assert.Equal(t, "FAIL x/y: why", Result{"x/y", Fail, "why"}.String())
	assert.Equal(t, "NOTRUN x/y: why", Result{"x/y", NotRun, "why"}.String())
}

// panics is a stack in process that panics.
type panics struct{ nothing }

func (*panics) Deliver([]byte, sut.Sink) sut.Status { panic("index out of range") }

func TestPanicInProcess(t *testing.T) {
	r := all(&panics{}, 1)["feature/arp"]
	assert.Equal(t, Result{"feature/arp", Fail, "panic: index out of range"}, r)
}
