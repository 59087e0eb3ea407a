package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"stackproof/conformance/cases"
	"stackproof/conformance/report"
	"stackproof/conformance/script"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
	"stackproof/conformance/vm/asm"
)

// Scripts runs other people's scripts, which were written for packetdrill.
type Scripts struct {
	Stack   string
	Command string // how the program was started, in what is told of a failure; "" for stackproof
	Exec    Executor
	Neutral bool     // script.Foreign.Neutral
	Defines []string // NAME=VALUE
	Options []string // NAME=VALUE: `--NAME=VALUE` lines for scripts that have none of that name
}

// ScriptResult is what came of one script.
type ScriptResult struct {
	Outcome report.Outcome  // pass, fail or unsupported
	Why     string          // one line; "" for pass
	Failure *report.Failure // all that is known of a run that failed; nil where it did not come to one
}

// Run runs a script: in the IP version that it names, one of our own in all its forms. It is unsupported only where it
// uses a construct of the closed list, or a protocol that the stack declares not to have; whatever else keeps it from
// passing is a failure.
func (s *Scripts) Run(file string) (r ScriptResult) {
	text, err := os.ReadFile(file)
	if err != nil {
		return ScriptResult{Outcome: report.Fail, Why: err.Error()}
	}
	tree, err := script.Parse(file, text, s.Defines...)
	if err != nil {
		return refused(err)
	}
	if err := tree.AddOptions(s.Options...); err != nil {
		return refused(err)
	}
	meta, err := tree.Meta()
	if err != nil {
		return refused(err)
	}
	for _, form := range meta.Forms {
		c, err := script.CompileForeign(tree, form, s.Neutral)
		if err != nil {
			return refused(err)
		}
		if r = s.run(file, c); r.Outcome != report.Pass {
			return r
		}
	}
	return r
}

// IsForeign tells whether a file is a script of somebody else: one that can be parsed and has no `id:` line.
func IsForeign(file string) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	tree, err := script.Parse(file, text)
	if err != nil {
		return false
	}
	m, err := tree.Meta()
	return err == nil && m.ID == ""
}

// refused is the result of a script that does not come to a run.
func refused(err error) ScriptResult {
	var e *script.Error
	if errors.As(err, &e) && e.Unsupported != "" {
		return ScriptResult{Outcome: report.Unsupported, Why: e.Unsupported}
	}
	return ScriptResult{Outcome: report.Fail, Why: err.Error()}
}

// run runs one form, and then its code.
func (s *Scripts) run(file string, c *script.Compiled) ScriptResult {
	bytes, err := asm.Encode(&c.Program)
	if err != nil {
		return ScriptResult{Outcome: report.Fail, Why: err.Error()}
	}
	prog := &Program{Case: &cases.Case{File: file}, Form: c, Bytes: bytes}
	rec := newRecorder(prog)
	verdict := s.Exec.Execute(&Job{Program: prog}, rec)
	if verdict.Reason == vm.NeedsBuffers { // a stack without the memory that scripts count with is taken as it is
		c.Program.Config.RcvBuf, c.Program.Config.SndBuf = 0, 0
		return s.run(file, c)
	}
	end := len(c.Program.Events)
	if verdict.Outcome != vm.Pass {
		end = int(verdict.Event)
	}
	if line, why := c.RunCode(rec.figures, end); line > 0 {
		return ScriptResult{Outcome: report.Fail, Why: fmt.Sprintf("%s:%d: %s", file, line, why)}
	}
	switch {
	case verdict.Outcome == vm.Pass && c.Lack != nil:
		why := fmt.Sprintf("%s:%d: the stack does not offer %s: want %s", file, c.Lack.Line, c.Lack.What, c.Lack.Text)
		return ScriptResult{Outcome: report.Fail, Why: oneLine(why)}
	case verdict.Outcome == vm.Pass:
		return ScriptResult{Outcome: report.Pass}
	case verdict.Reason == vm.NeedsFeature:
		return ScriptResult{Outcome: report.Unsupported, Why: unsupported(prog, &verdict, "")}
	}
	fail := &report.Failure{Verdict: &report.Verdict{ID: file, File: file, Stack: s.Stack}, Form: c.Form.String()}
	describe(prog, &verdict, rec, s.Exec.Why(), fail)
	fail.Outcome, fail.Rerun = report.Fail, cmp.Or(s.Command, "stackproof")+" script "+Quote(file)
	switch e := &c.Program.Events[min(int(verdict.Event), len(c.Program.Events)-1)]; {
	case verdict.Reason == vm.NotOffered:
		fail.Kind = "the stack does not offer " + offer(e)
	case verdict.Reason == vm.Violation && e.Kind == vm.Inspect:
		fail.Kind = fmt.Sprintf("no %s of descriptor %d", e.Figure, e.Call.FD)
	}
	why := fmt.Sprintf("%s:%d: %s: want %s", file, fail.Line, fail.Kind, fail.Want)
	if fail.Got != "" {
		why += ", got " + fail.Got
	}
	if fail.Field != "" {
		why += " (" + fail.Field + ")"
	}
	return ScriptResult{report.Fail, oneLine(why), fail}
}

// oneLine is a text without line ends: a command or code in it may have several lines.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// offer is what an event asks of a stack.
func offer(e *vm.Event) string {
	switch {
	case e.Kind == vm.Knob:
		return e.Knob.String()
	case e.Kind == vm.Inspect:
		return e.Figure.String()
	case e.Call.Option != sut.OptNone:
		return e.Call.Option.String()
	}
	return e.Call.Op.String()
}
