package conformance

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/frame/render"
	"stackproof/conformance/report"
	"stackproof/conformance/script"
	"stackproof/conformance/sut"
)

// recorder is the vm.Tracer of a run: it keeps what happened in words.
type recorder struct {
	lines   []script.EventInfo // of the program, by event
	records []report.Record
	trace   render.Trace
	waiting []int // indices of the frames from the stack that no expectation has taken yet
	results map[int]string
	figures map[int]int64
}

func newRecorder(prog *Program) *recorder {
	return &recorder{lines: prog.Form.Lines, results: map[int]string{}}
}

func (r *recorder) frame(at sut.Time, side report.Side, arrow string, helper bool, b []byte) {
	rec := report.Record{At: at, Side: side, Frame: slices.Clone(b), Text: r.trace.Line(arrow, b)}
	if helper {
		rec.Note = "neighbour helper"
	} else if side == report.Stack {
		r.waiting = append(r.waiting, len(r.records))
	}
	r.records = append(r.records, rec)
}

// Sent implements vm.Tracer.
func (r *recorder) Sent(at sut.Time, _ int, helper bool, b []byte) {
	r.frame(at, report.Stack, ">", helper, b)
}

// Taken implements vm.Tracer.
func (r *recorder) Taken(event int) {
	if len(r.waiting) == 0 {
		return // a twin's own frame
	}
	if event >= 0 && event < len(r.lines) {
		r.records[r.waiting[0]].Note = r.lines[event].Phrase
	}
	r.waiting = r.waiting[1:]
}

// judged is the frame that an expectation did not take: the oldest that waits; nil if there is none.
func (r *recorder) judged() *report.Record {
	if len(r.waiting) == 0 {
		return nil
	}
	return &r.records[r.waiting[0]]
}

// Delivered implements vm.Tracer.
func (r *recorder) Delivered(at sut.Time, _ int, helper bool, b []byte) {
	r.frame(at, report.Judge, "<", helper, b)
}

// Started implements vm.Tracer.
func (r *recorder) Started(at sut.Time, _ int, c *sut.Call) {
	r.records = append(r.records, report.Record{At: at, Side: report.Judge, Text: callText(c)})
}

// Returned implements vm.Tracer.
func (r *recorder) Returned(at sut.Time, event int, res *sut.Result) {
	r.results[event] = resultText(res)
	r.records = append(r.records, report.Record{At: at, Side: report.Stack, Text: "  = " + resultText(res)})
}

// Inspected implements vm.Tracer.
func (r *recorder) Inspected(_ sut.Time, event int, figure int64) {
	if r.figures == nil {
		r.figures = map[int]int64{}
	}
	r.figures[event] = figure
}

// callText is a call as it was made.
func callText(c *sut.Call) string {
	args := []string{}
	switch c.Op {
	case sut.OpSocket:
		args = append(args, fmt.Sprintf("family %d, type %d", c.Domain, c.Type))
	default:
		args = append(args, fmt.Sprint(c.FD))
	}
	if c.Option != sut.OptNone {
		args = append(args, c.Option.String())
	}
	if c.Addr.Family != 0 {
		args = append(args, addrText(&c.Addr))
	}
	if c.Data != nil {
		args = append(args, fmt.Sprintf("%d bytes", len(c.Data)))
	}
	if c.Value != 0 {
		args = append(args, fmt.Sprint(c.Value))
	}
	return fmt.Sprintf("%s(%s)", c.Op, strings.Join(args, ", "))
}

func resultText(r *sut.Result) string {
	s := fmt.Sprint(r.Ret)
	if r.Err != sut.ENone {
		s += " " + r.Err.String()
	}
	if r.Addr.Family != 0 {
		s += " from " + addrText(&r.Addr)
	}
	return s
}

func addrText(a *sut.Addr) string {
	ip := a.IP[:]
	if a.Family == sut.DomainIPv4 {
		ip = ip[:4]
	}
	return fmt.Sprintf("%s port %d", render.Bytes(ip), a.Port)
}
