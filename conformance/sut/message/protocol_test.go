package message

import (
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

// example is one block of bytes in PROTOCOL.md: what the line that opens it calls it, and the bytes before each line's
// comment.
type example struct {
	name  string
	bytes []byte
}

func examples(t *testing.T) (all []example) {
	t.Helper()
	doc, err := os.ReadFile("../PROTOCOL.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?ms)^```hex (.*?)\n(.*?)^```$").FindAllStringSubmatch(string(doc), -1) {
		e := example{name: m[1]}
		for line := range strings.Lines(m[2]) {
			digits, _, _ := strings.Cut(line, "#")
			b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
			require.NoError(t, err, "%s: %s", e.name, line)
			e.bytes = append(e.bytes, b...)
		}
		all = append(all, e)
	}
	return all
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

var (
	whoHas = unhex("ffffffffffff 020000000002 0806 0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201" +
		strings.Repeat("00", 18))
	isAt = unhex("020000000002 020000000001 0806 0001 0800 06 04 0002 020000000001 c0000201 020000000002 c0000202")
)

// documentedRequests is what the examples of requests mean.
var documentedRequests = map[string]Request{
	"request capabilities": {Op: Capabilities, ID: 1, Version: 2},
	"request reset": {Op: Reset, ID: 2, Config: sut.Config{
		Seed: 0x0102030405060708, MAC: [6]byte{2, 0, 0, 0, 0, 1}, MTU: 1500,
		Addr4: [4]byte{192, 0, 2, 1}, Prefix4: 24, Gateway4: [4]byte{192, 0, 2, 254},
		Addr6: [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}, Prefix6: 64, RcvBuf: 65536,
	}},
	"request deliver": {Op: Deliver, ID: 3, Frame: whoHas},
	"request advance": {Op: Advance, ID: 4, To: time.Second},
	"request call": {Op: Call, ID: 5, Call: sut.Call{
		Op: sut.OpSocket, NewFD: 3, Domain: sut.DomainIPv4, Type: sut.TypeStream, Data: []byte{},
	}},
	"request cancel":   {Op: Cancel, ID: 8, CallID: 2},
	"request link":     {Op: Link, ID: 9},
	"request knob":     {Op: Knob, ID: 10, Knob: sut.KnobMSL, Value: 30000},
	"request inspect":  {Op: Inspect, ID: 11, Figure: sut.FigTCPState, FD: 3},
	"request bye":      {Op: Bye, ID: 12},
	"request nonsense": {Op: 0x2a, ID: 13},
}

func documentedCaps() (c sut.Caps) {
	c.Version, c.Tick = 2, 250*time.Millisecond
	c.NameLen = uint8(copy(c.Name[:], "net"))
	c.Features = c.Features.With(sut.FeatureIPv4).With(sut.FeatureARP).With(sut.FeatureTCP)
	return c
}

// documentedAnswers is what the examples of answers and events mean.
var documentedAnswers = map[string]Answer{
	"answer capabilities": {Op: Reply | Capabilities, ID: 1, Caps: documentedCaps(), MaxBody: 2048},
	"answer reset":        {Op: Reply | Reset, ID: 2},
	"event frame":         {Op: EventFrame, ID: 3, Frame: isAt},
	"answer deliver":      {Op: Reply | Deliver, ID: 3, Events: 1, Next: 10 * time.Second, HasNext: true},
	"answer advance":      {Op: Reply | Advance, ID: 4, Next: 10 * time.Second, HasNext: true},
	"answer call": {Op: Reply | Call, ID: 5, Next: 10 * time.Second, HasNext: true,
		Result: sut.Result{Ret: 3, Data: []byte{}}},
	"answer call pending": {Op: Reply | Call, ID: 6, Next: 10 * time.Second, HasNext: true,
		Result: sut.Result{Pending: true, ID: 1, Data: []byte{}}},
	"event done": {Op: EventDone, ID: 7, At: 10 * time.Second,
		Result: sut.Result{ID: 1, Ret: -1, Err: sut.ETIMEDOUT, Data: []byte{}}},
	"answer cancel":   {Op: Reply | Cancel, ID: 8, Status: sut.Malformed, Reason: []byte("no such call :(")},
	"answer link":     {Op: Reply | Link, ID: 9},
	"answer knob":     {Op: Reply | Knob, ID: 10, Status: sut.Unsupported, Reason: []byte("it's 120")},
	"answer inspect":  {Op: Reply | Inspect, ID: 11, Value: 4},
	"answer bye":      {Op: Reply | Bye, ID: 12},
	"answer nonsense": {Op: Reply | 0x2a, ID: 13, Status: sut.Unsupported},
}

// TestProtocolExamples: each example in PROTOCOL.md means what it says, to the byte.
func TestProtocolExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range examples(t) {
		t.Run(e.name, func(t *testing.T) {
			require.False(t, seen[e.name], "two examples have one name")
			seen[e.name] = true
			kind, _, _ := strings.Cut(e.name, " ")
			switch kind {
			case "request":
				var got Request
				require.Equal(t, Fault{}, got.Decode(e.bytes))
				assert.Equal(t, documentedRequests[e.name], got)
				if got.Op <= Bye {
					assert.Equal(t, e.bytes, requestBody(t, &got))
				}
			case "answer", "event":
				var got Answer
				require.Equal(t, Fault{}, got.Decode(e.bytes))
				want := documentedAnswers[e.name]
				if len(want.Reason) == 0 && want.Op < EventFrame {
					want.Reason = []byte{}
				}
				assert.Equal(t, want, got)
				assert.Equal(t, e.bytes, answerBody(t, &got))
			case "pipe":
				assert.Equal(t, e.bytes, stream(t, Pipe, requestBody(t, &Request{Op: Bye, ID: 12})))
			case "line":
				assert.Equal(t, e.bytes, stream(t, Line, requestBody(t, &Request{Op: Cancel, ID: 0xc0, CallID: 0xdb})))
			default:
				t.Error("an example of nothing known")
			}
		})
	}
	for name := range documentedRequests {
		assert.True(t, seen[name], "no example: %s", name)
	}
	for name := range documentedAnswers {
		assert.True(t, seen[name], "no example: %s", name)
	}
	assert.True(t, seen["pipe"] && seen["line"])
}

// TestProtocolIsComplete: every name and every limit stands in PROTOCOL.md.
func TestProtocolIsComplete(t *testing.T) {
	file, err := os.ReadFile("../PROTOCOL.md")
	require.NoError(t, err)
	doc := string(file)
	quoted := func(name fmt.Stringer) bool {
		ok := name.String() != "unknown"
		if ok {
			assert.Contains(t, doc, "`"+name.String()+"`")
		}
		return ok
	}
	for i := uint8(0); quoted(sut.Feature(i)); i++ {
	}
	for i := uint8(0); quoted(sut.Personality(i)); i++ {
	}
	for i := uint8(0); quoted(sut.Op(i)); i++ {
	}
	for i := uint8(1); quoted(sut.Option(i)); i++ {
	}
	for i := uint8(1); quoted(sut.Knob(i)); i++ {
	}
	for i := uint8(1); quoted(sut.Figure(i)); i++ {
	}
	for e := sut.ENone; e <= sut.EOther; e++ {
		quoted(e)
	}
	for op := Capabilities; op <= Bye; op++ {
		assert.Contains(t, doc, fmt.Sprintf("### %02X %s\n", uint8(op), op))
	}
	for _, limit := range []string{
		fmt.Sprintf("| frame | %d bytes |", MaxFrame),
		fmt.Sprintf("| data of a call or result | %s bytes |", spaced(MaxData)),
		fmt.Sprintf("| body | %s bytes |", spaced(MaxBody)),
		fmt.Sprintf("| what a shim must be able to take | %d bytes", MinBody),
		fmt.Sprintf("| events in an operation | %s |", spaced(MaxEvents)),
		fmt.Sprintf("| name | %d bytes |", sut.MaxName),
		fmt.Sprintf("| reason | %d bytes |", MaxReason),
		fmt.Sprintf("Version %d.", sut.Version),
	} {
		assert.Contains(t, doc, limit)
	}
}

// spaced is a number with its digits in groups of three.
func spaced(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s %03d", spaced(n/1000), n%1000)
}
