package conformance

import (
	"fmt"
	"slices"
	"strings"

	"stackproof/conformance/frame/render"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
)

// recorder is the vm.Tracer of a run: it keeps what happened, and renders it if somebody asks.
type recorder struct {
	records []report.Record
	trace   render.Trace
	events  []int // the event at hand of each record
	last    int   // index of the last frame from the stack that the script sees, plus one; 0 for none
	results map[int]string
}

func (r *recorder) add(event int, rec report.Record) {
	r.records = append(r.records, rec)
	r.events = append(r.events, event)
}

func (r *recorder) frame(at sut.Time, event int, side report.Side, arrow string, helper bool, b []byte) {
	rec := report.Record{At: at, Side: side, Frame: slices.Clone(b), Text: r.trace.Line(arrow, b)}
	if helper {
		rec.Note = "neighbour helper"
	} else if side == report.Stack {
		r.last = len(r.records) + 1
	}
	r.add(event, rec)
}

// Sent implements vm.Tracer.
func (r *recorder) Sent(at sut.Time, event int, helper bool, b []byte) {
	r.frame(at, event, report.Stack, ">", helper, b)
}

// Delivered implements vm.Tracer.
func (r *recorder) Delivered(at sut.Time, event int, helper bool, b []byte) {
	r.frame(at, event, report.Judge, "<", helper, b)
}

// Started implements vm.Tracer.
func (r *recorder) Started(at sut.Time, event int, c *sut.Call) {
	r.add(event, report.Record{At: at, Side: report.Judge, Text: callText(c)})
}

// Returned implements vm.Tracer.
func (r *recorder) Returned(at sut.Time, event int, res *sut.Result) {
	if r.results == nil {
		r.results = map[int]string{}
	}
	r.results[event] = resultText(res)
	r.add(event, report.Record{At: at, Side: report.Stack, Text: "  = " + resultText(res)})
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
