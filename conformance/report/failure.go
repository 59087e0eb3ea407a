package report

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Finding is what came of one form of a case: what was wanted where, and what came instead.
type Finding struct {
	Outcome Outcome
	Line    int    // of the expectation that was not met; else of the case
	Phrase  string // the expectation's
	Want    string
	Got     string
}

// Failure is all that is told about a form of a case that did not pass, in the order in which it is told.
type Failure struct {
	Verdict *Verdict // of the whole case
	Form    string
	Finding
	Requirements []string // "RFC9293 MUST-14 (3.7.1): what it demands"
	Kind         string   // what happened: "silent", "wrong packet", "malformed packet" ...
	Field        string   // the part that differs, and how; "" where there is none
	At           time.Duration
	Records      []Record // all of the run; Text prints the last of them
	Rerun        string   // the command that runs just this case again
}

// Side says who sent a frame.
type Side uint8

const (
	Judge Side = iota // injected into the stack
	Stack             // sent by the stack
)

// sideNames are the interfaces of a capture.
var sideNames = []string{"judge", "stack"}

// Record is one thing that happened in a run: a frame (Frame set), or a socket call and what it returned.
type Record struct {
	At    time.Duration
	Side  Side
	Frame []byte
	Text  string // in the script's one-line notation
	Note  string // the phrase that it met, or what is wrong with it
}

// lastRecords is how many records a failure text shows: enough for a handshake and the exchange that went wrong.
const lastRecords = 10

// Text writes the failure as a person reads it.
func (f *Failure) Text(w io.Writer) {
	v := f.Verdict
	where := v.ID
	if f.Form != "" {
		where += " (" + f.Form + ")"
	}
	fmt.Fprintf(w, "%s %s  %s:%d\n", f.Outcome.Label(), where, v.File, f.Line)
	for _, r := range f.Requirements {
		fmt.Fprintf(w, "  requirement  %s\n", r)
	}
	if f.Phrase != "" {
		fmt.Fprintf(w, "  expected     %s\n", f.Phrase)
	}
	fmt.Fprintf(w, "  happened     %s\n", f.Happened())
	if f.Want != "" {
		fmt.Fprintf(w, "  want         %s\n", f.Want)
	}
	if f.Got != "" {
		fmt.Fprintf(w, "  got          %s\n", f.Got)
	}
	fmt.Fprintf(w, "  at           %s of virtual time\n", Clock(f.At))
	if n := len(f.Records); n > 0 {
		first := max(0, n-lastRecords)
		fmt.Fprintf(w, "  last frames  (%d of %d)\n", n-first, n)
		WriteRecords(w, f.Records[first:], "    ")
	}
	if f.Rerun != "" {
		fmt.Fprintf(w, "  run again    %s\n", f.Rerun)
	}
}

// Happened is what happened, with the part that differs.
func (f *Failure) Happened() string {
	if f.Field == "" {
		return f.Kind
	}
	return f.Kind + ": " + f.Field
}

// Message is the failure in one line: what happened, the phrase of the expectation, and what came instead.
func (f *Failure) Message() string {
	m := f.Happened()
	if f.Phrase != "" {
		m += ": " + f.Phrase
	}
	if f.Got != "" {
		m += ": got " + f.Got
	}
	return m
}

// WriteRecords writes one line for each record.
func WriteRecords(w io.Writer, records []Record, indent string) {
	for _, r := range records {
		line := fmt.Sprintf("%s%s %s", indent, Clock(r.At), r.Text)
		if r.Note != "" {
			line += "  // " + r.Note
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// Log writes all records, one line each.
func (f *Failure) Log(w io.Writer) {
	f.Text(w)
	fmt.Fprintln(w, "\nall records:")
	WriteRecords(w, f.Records, "  ")
}

// Capture writes all frames as pcapng, the notes as packet comments and the verdict at the head.
func (f *Failure) Capture(w io.Writer) error {
	head := fmt.Sprintf("%s %s (%s): %s", f.Outcome.Label(), f.Verdict.ID, f.Form, strings.TrimPrefix(f.Phrase+": "+f.Happened(), ": "))
	c := NewCapture(w, head, sideNames...)
	for _, r := range f.Records {
		if r.Frame != nil {
			c.Frame(int(r.Side), r.At, r.Frame, r.Note)
		}
	}
	return c.Err()
}

// Clock is virtual time as seconds with six digits, aligned for a column.
func Clock(t time.Duration) string {
	return fmt.Sprintf("%10.6f", t.Seconds())
}
