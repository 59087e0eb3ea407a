package conformance

import (
	"fmt"

	"stackproof/conformance/frame"
	"stackproof/conformance/frame/render"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// describe puts into words why a run did not pass: what was wanted, what came, and where they differ.
func describe(prog *Program, verdict *vm.Verdict, rec *recorder, why string, v *report.Verdict, fail *report.Failure) {
	fail.Kind = verdict.Reason.String()
	fail.At = verdict.At
	if int(verdict.Event) < len(prog.Form.Lines) {
		l := prog.Form.Lines[verdict.Event]
		v.Line, v.Phrase, v.Want = l.Line, l.Phrase, l.Text
	}
	switch verdict.Reason {
	case vm.LeftOver:
		v.Phrase, v.Want = "nothing is left over at the end", "no further packet"
	case vm.BadProgram:
		v.Got = fmt.Sprintf("code %d at byte %d of the program", verdict.Got, verdict.Want)
		return
	case vm.Silent:
		v.Got = "nothing"
		return
	case vm.CallWrong, vm.CallEarly, vm.CallLate, vm.FigureWrong:
		v.Got = rec.results[int(verdict.Event)]
	case vm.CallBlocked:
		v.Got = "the call has not returned"
	default:
		if rec.last > 0 {
			v.Got = rec.records[rec.last-1].Text
			rec.records[rec.last-1].Note = fail.Kind + ": " + v.Phrase
		}
	}
	fail.Field = difference(&verdict.Diff)
	if !verdict.Defect.OK() {
		fail.Kind += ": " + verdict.Defect.String()
	}
	if why != "" {
		v.Got = why
	}
}

// difference names the part that differs, with what was wanted and what came where the line does not show it.
func difference(d *vm.Diff) string {
	switch d.Part {
	case vm.NoPart:
		return ""
	case vm.PartKind:
		return "the kind of packet differs"
	case vm.PartField:
		if d.Field.IsAddr() {
			n := min(d.Field.Bits()/8, 16)
			if d.Field == frame.IPSrc || d.Field == frame.IPDst {
				n = addrLen(d.WantAddr, d.GotAddr)
			}
			return fmt.Sprintf("%s differs: want %s, got %s", d.Field, render.Bytes(d.WantAddr[:n]), render.Bytes(d.GotAddr[:n]))
		}
		return fmt.Sprintf("%s differs: want %d, got %d", d.Field, d.Want, d.Got)
	case vm.PartErr:
		return fmt.Sprintf("error differs: want %s, got %s", sut.Errno(d.Want), sut.Errno(d.Got))
	case vm.PartAddr:
		n := addrLen(d.WantAddr, d.GotAddr)
		return fmt.Sprintf("address differs: want %s, got %s", render.Bytes(d.WantAddr[:n]), render.Bytes(d.GotAddr[:n]))
	case vm.PartOption, vm.PartValue, vm.PartPayload, vm.PartQuote, vm.PartData:
		return fmt.Sprintf("%s %d differs: want %d, got %d", d.Part, d.Index, d.Want, d.Got)
	}
	return fmt.Sprintf("%s differs: want %d, got %d", d.Part, int64(d.Want), int64(d.Got)) // a result may be -1
}

// addrLen tells an IPv4 address, whose last 12 bytes are zero, from an IPv6 one.
func addrLen(a, b [16]byte) int {
	for i := 4; i < 16; i++ {
		if a[i] != 0 || b[i] != 0 {
			return 16
		}
	}
	return 4
}

// unsupported says what the stack lacks.
func unsupported(prog *Program, verdict *vm.Verdict) string {
	if verdict.Reason != vm.NeedsFeature {
		return verdict.Reason.String()
	}
	need, have := sut.Features(verdict.Want), sut.Features(verdict.Got)
	s := "not declared:"
	for f := sut.Feature(0); f.String() != "unknown"; f++ {
		if need.Has(f) && !have.Has(f) {
			s += " " + f.String()
		}
	}
	return s
}

// lineOf names the line of an event.
func lineOf(prog *Program, event uint16) string {
	if int(event) < len(prog.Form.Lines) {
		l := prog.Form.Lines[event]
		return fmt.Sprintf("line %d (%s)", l.Line, l.Phrase)
	}
	return "the end"
}

// complete adds to a failure what does not depend on its kind.
func complete(prog *Program, rec *recorder, r *Runner, fail *report.Failure) {
	fail.Records = rec.records
	for _, id := range prog.Case.Reqs {
		if q, ok := register.Find(id); ok {
			fail.Requirements = append(fail.Requirements, q.String())
		} else {
			fail.Requirements = append(fail.Requirements, id)
		}
	}
	fail.Rerun = "stackproof run " + prog.Case.ID
	if r.Stack != OwnStack {
		fail.Rerun += " --stack " + quote(r.Stack)
	}
	if r.Seed != 0 {
		fail.Rerun += fmt.Sprintf(" --seed %d", r.Seed)
	}
}
