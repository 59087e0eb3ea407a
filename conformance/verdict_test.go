package conformance

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
	"stackproof/conformance/sut/large"
	"stackproof/conformance/vm"
)

// altered is this project's stack with what it sends passed through a function; nil lets nothing through.
type altered struct {
	*inproc.Host
	frame func(at sut.Time, b []byte, out sut.Sink)
}

type alteredSink struct {
	sut.Sink
	stack *altered
}

func (s alteredSink) Frame(at sut.Time, b []byte) {
	if s.stack.frame != nil {
		s.stack.frame(at, b, s.Sink)
	}
}

func (a *altered) Deliver(b []byte, out sut.Sink) sut.Status {
	return a.Host.Deliver(b, alteredSink{out, a})
}

const goodEcho = `// The stack answers.
//
// id: icmp/echo
// reqs: RFC792:echo:1
// level: MUST
// forms: ipv4 ipv6
// twin: data @ "a reply"

+1 < icmp echo_request id 7 seq 1 (8)
+0 > icmp echo_reply id 7 seq 1 (8) // a reply
+1 idle // no second reply
`

// TestFormsTellTheirOwn: where both forms fail, each in its way, each failure tells of its own, and the verdict of the
// first of the gravest.
func TestFormsTellTheirOwn(t *testing.T) {
	s := &altered{Host: large.New(), frame: func(at sut.Time, b []byte, out sut.Sink) {
		if b[12] == 0x08 && b[13] == 0x00 {
			return
		}
		if b[54] == 129 { // an ICMPv6 echo reply: its checksum is wrong now
			b[55] ^= 1
		}
		out.Frame(at, b)
	}}
	res := runOn(s, suiteOf(t, goodEcho))
	require.Len(t, res.Failures, 2)
	require.Equal(t, "silent", res.Failures[0].Happened())
	require.Equal(t, "nothing", res.Failures[0].Got)
	require.Contains(t, res.Failures[1].Happened(), "malformed packet: ")
	require.Contains(t, res.Failures[1].Got, "malformed")
	require.Equal(t, "nothing", res.Verdicts[0].Got)
}

// TestJudgedFrame: of several frames that come at once the failure tells of the one that decides, and the record of it
// bears the mark; one that was expected bears its phrase.
func TestJudgedFrame(t *testing.T) {
	s := &altered{Host: large.New(), frame: func(at sut.Time, b []byte, out sut.Sink) {
		out.Frame(at, b)
		b[21] = 1 // a request follows, and then the reply once more
		out.Frame(at, b)
		b[21] = 2
		out.Frame(at, b)
	}}
	res := runOn(s, suiteOf(t, goodARP+"+1 idle // nothing else\n"))
	f := res.Failures[0]
	require.Equal(t, "unexpected packet", f.Kind)
	require.Contains(t, f.Got, "arp request")
	require.Equal(t, []string{"", "a reply", "unexpected packet: nothing else", ""}, notes(f))
}

func notes(f *report.Failure) (all []string) {
	for _, r := range f.Records {
		all = append(all, r.Note)
	}
	return all
}

// refusing is a stack whose side calls an operation what status says.
type refusing struct {
	*inproc.Host
	status sut.Status
}

func (r *refusing) Deliver([]byte, sut.Sink) sut.Status { return r.status }

// TestAgainstTheProtocol: garbage, and the refusal of what every stack has, are failures of the stack.
func TestAgainstTheProtocol(t *testing.T) {
	for _, st := range []sut.Status{sut.Malformed, sut.Unsupported} {
		res := runOn(&refusing{Host: large.New(), status: st}, suiteOf(t, goodARP))
		require.Equal(t, report.Fail, res.Verdicts[0].Outcome, st)
		require.Equal(t, "protocol not kept", res.Failures[0].Kind)
	}
}

// TestHangCostsOneForm: where one form hangs the other is not tried, which would take as much real time.
func TestHangCostsOneForm(t *testing.T) {
	res := runOn(&refusing{Host: large.New(), status: sut.Hung}, suiteOf(t, goodEcho))
	require.Equal(t, report.Timeout, res.Verdicts[0].Outcome)
	require.Equal(t, []report.Outcome{report.Timeout, report.Blocked}, []report.Outcome{res.Verdicts[0].Forms[0].Outcome, res.Verdicts[0].Forms[1].Outcome})
	require.Equal(t, "blocked: the stack hung in the form before", res.Plan[1].Why)
}

// nth is an executor whose stack breaks down in one run.
type nth struct {
	*Local
	n int
}

func (e *nth) Execute(j *Job, tr vm.Tracer) vm.Verdict {
	v := e.Local.Execute(j, tr)
	if e.n--; e.n == 0 {
		v.Outcome, v.Reason = vm.Crash, vm.Crashed
	}
	return v
}

// TestCrashInTwin: a stack that breaks down in the twin, or in a repetition, has crashed; the case is not to blame.
func TestCrashInTwin(t *testing.T) {
	s := suiteOf(t, goodARP)
	r := Runner{Suite: s, Stack: "test", Seed: 1}
	for ; !r.repeats(&s.Programs[0]); r.Seed++ {
	}
	for _, c := range []struct {
		n    int
		want string
	}{
		{2, "not deterministic: in a second run with the same seed: stack crashed"},
		{3, "in the negative twin (out arp.sha^1): stack crashed"},
	} {
		r.Exec = &nth{NewLocal(large.New()), c.n}
		res := r.Run(context.Background(), Pattern{})
		require.Equal(t, report.Crash, res.Verdicts[0].Outcome)
		require.Equal(t, c.want, res.Failures[0].Kind)
	}
}
