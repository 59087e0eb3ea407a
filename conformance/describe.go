package conformance

import (
	"cmp"
	"fmt"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/conformance/frame/render"
	"stackproof/conformance/report"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
)

// describe puts into words why a run did not pass: what was wanted, what came, and where they differ.
func describe(prog *Program, verdict *vm.Verdict, rec *recorder, why string, fail *report.Failure) {
	fail.Kind, fail.At, fail.Records = verdict.Reason.String(), verdict.At, rec.records
	fail.Field = difference(&verdict.Diff)
	if int(verdict.Event) < len(prog.Form.Lines) {
		l := prog.Form.Lines[verdict.Event]
		fail.Line, fail.Phrase, fail.Want = l.Line, l.Phrase, l.Text
	}
	switch verdict.Reason {
	case vm.Silent:
		fail.Got = "nothing"
	case vm.LeftOver, vm.Wrong, vm.Malformed, vm.Unexpected, vm.Early, vm.Late:
		describeFrame(verdict, rec, fail)
	case vm.CallWrong, vm.CallEarly, vm.CallLate:
		fail.Got = rec.results[int(verdict.Event)]
	case vm.FigureWrong:
		fail.Got = fmt.Sprint(int64(verdict.Got))
	case vm.CallBlocked:
		fail.Got = "the call has not returned"
	case vm.BadProgram:
		fail.Field = ""
		fail.Got = fmt.Sprintf("code %d at byte %d of the program", verdict.Got, verdict.Want)
	case vm.NoReason:
		fail.Kind, fail.Line, fail.Phrase, fail.Want = "there is no stack to run on", prog.Case.Line, "", ""
	}
	if why != "" {
		fail.Got = why
	}
}

// describeFrame tells of the frame that decided the run, and marks it in the records.
func describeFrame(verdict *vm.Verdict, rec *recorder, fail *report.Failure) {
	if verdict.Reason == vm.LeftOver {
		fail.Phrase, fail.Want = "nothing is left over at the end", "no further packet"
	}
	if !verdict.Defect.OK() {
		fail.Kind += ": " + verdict.Defect.String()
	}
	if f := rec.judged(); f != nil {
		fail.Got = f.Text
		f.Note = strings.TrimSuffix(fail.Kind+": "+fail.Phrase, ": ")
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
		return fmt.Sprintf("%s differs: want %d, got %s", d.Field, d.Want, unless(d.Got, 1<<32))
	case vm.PartErr:
		return fmt.Sprintf("error differs: want %s, got %s", sut.Errno(d.Want), sut.Errno(d.Got))
	case vm.PartAddr:
		n := addrLen(d.WantAddr, d.GotAddr)
		return fmt.Sprintf("address differs: want %s, got %s", render.Bytes(d.WantAddr[:n]), render.Bytes(d.GotAddr[:n]))
	case vm.PartQuote:
		if d.Index == 0xffff {
			return fmt.Sprintf("length of %s differs: want %d, got %d", d.Part, d.Want, d.Got)
		}
		return fmt.Sprintf("%s differs at byte %d: want %d, got %d", d.Part, d.Index, d.Want, d.Got)
	case vm.PartPayload, vm.PartData:
		return fmt.Sprintf("%s differs at byte %d: want %d, got %d", d.Part, d.Index, d.Want, d.Got)
	case vm.PartOption:
		return fmt.Sprintf("%s %d differs: want %s, got %s", d.Part, d.Index, unless(d.Want, 0x100), unless(d.Got, 0x100))
	case vm.PartOptionSize, vm.PartValue:
		return fmt.Sprintf("%s %d differs: want %d, got %d", d.Part, d.Index, d.Want, d.Got)
	}
	return fmt.Sprintf("%s differs: want %d, got %d", d.Part, int64(d.Want), int64(d.Got)) // a result may be -1
}

// unless is a number in words, none being one that stands for nothing there.
func unless(n, none uint64) string {
	if n == none {
		return "none"
	}
	return fmt.Sprint(n)
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
func unsupported(prog *Program, verdict *vm.Verdict, why string) string {
	switch {
	case verdict.Reason == vm.NotOffered && why != "":
		return fmt.Sprintf("%s: %s: %s", verdict.Reason, lineOf(prog, verdict.Event), why)
	case verdict.Reason == vm.NotOffered:
		return fmt.Sprintf("%s: %s", verdict.Reason, lineOf(prog, verdict.Event))
	case verdict.Reason == vm.NeedsBuffers:
		return fmt.Sprintf("%s: the case wants %d bytes", verdict.Reason, verdict.Want)
	case verdict.Reason != vm.NeedsFeature:
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
		return strings.TrimSuffix(fmt.Sprintf("line %d (%s)", l.Line, l.Phrase), " ()")
	}
	return "the end"
}

// complete adds to a failure what does not depend on its kind.
func complete(prog *Program, r *Runner, fail *report.Failure) {
	for _, id := range prog.Case.Reqs {
		if q, ok := register.Find(id); ok {
			fail.Requirements = append(fail.Requirements, q.String())
		} else {
			fail.Requirements = append(fail.Requirements, id)
		}
	}
	if r.Again != "" {
		fail.Rerun = r.Again + " " + Quote(prog.Case.ID)
		return
	}
	fail.Rerun = cmp.Or(r.Command, "stackproof") + " run " + Quote(cmp.Or(r.File, prog.Case.ID))
	if r.Stack != OwnStack {
		fail.Rerun += " --stack " + Quote(r.Stack)
	}
	if cmp.Or(r.Link, DirectLink) != DirectLink {
		fail.Rerun += " --link " + Quote(r.Link)
	}
	if r.Seed != 0 {
		fail.Rerun += fmt.Sprintf(" --seed %d", r.Seed)
	}
}
