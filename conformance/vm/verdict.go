package vm

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// Verdict is what came of one run. It is a plain value: equal runs, wherever they ran, give equal verdicts.
type Verdict struct {
	Outcome Outcome
	Reason  Reason
	Event   uint16       // index of the event at which the run ended; for a call that blocked, of the call
	Planted bool         // a twin's fault has been planted
	Defect  frame.Defect // Malformed: what is wrong, and where
	Diff
	At   sut.Time // of the frame or return that decided, else of the end of the run
	ISN  uint32   // the stack's initial sequence number in TCP's flow 0; 0: it was not seen
	Hash uint64   // of everything that happened: frames, results, figures, with their times
}

// Diff is the first difference between what must be and what is.
type Diff struct {
	Part      Part
	Field     frame.Field
	Index     uint16
	Want, Got uint64 // numbers
	WantAddr  [16]byte
	GotAddr   [16]byte
}

// Red tells whether a twin's verdict proves its case: the fault was planted, and the target's expectation was not met. A
// stack that breaks the rules of the protocol there proves nothing.
func (v *Verdict) Red(f *Fault) bool {
	return v.Planted && v.Outcome == Fail && v.Reason <= FigureWrong && v.Event == f.Target
}

// number notes that a number differs; the Diff is reported as not matching.
//
//go:noinline
func (d *Diff) number(p Part, index int, want, got uint64) bool {
	*d = Diff{Part: p, Index: uint16(min(index, 0xffff)), Want: want, Got: got}
	return false
}

// field notes that a field's number differs.
func (d *Diff) field(f frame.Field, want, got uint32) bool {
	*d = Diff{Part: PartField, Field: f, Want: uint64(want), Got: uint64(got)}
	return false
}

// addr notes that an address differs.
func (d *Diff) addr(p Part, f frame.Field, want, got []byte) bool {
	*d = Diff{Part: p, Field: f}
	copy(d.WantAddr[:], want)
	copy(d.GotAddr[:], got)
	return false
}
