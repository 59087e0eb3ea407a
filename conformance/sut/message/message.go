// Package message is the stack-under-test protocol as bytes: what package sut says in Go, for a stack in another
// process or behind a serial line. PROTOCOL.md in the folder above describes it for people who write a stack's side
// in C or Rust; its examples are tests of this package.
//
// The tester sends a Request; the stack's side answers with any number of events (a frame sent, a call completed) and
// then one final Answer. Each is the body of one message; Splitter and Sender put bodies on a pipe or on a serial line.
//
// Decoding is total: any bytes give a value or a Fault. Nothing is copied that does not have to be: a decoded value
// borrows from the body, and an encoded message is a short head made in the caller's buffer and a tail that is the
// caller's data.
//
// Core rules hold: the package runs on the board.
package message

// Op is the first byte of a message. Its two highest bits say what sort of message it is: 00 a request for the operation
// that the others name, 10 the final answer to it, 11 an event.
type Op uint8

const (
	Capabilities Op = 0x01
	Reset        Op = 0x02
	Deliver      Op = 0x03
	Advance      Op = 0x04
	Call         Op = 0x05
	Cancel       Op = 0x06
	Link         Op = 0x07
	Knob         Op = 0x08
	Inspect      Op = 0x09
	Bye          Op = 0x0a

	MaxOp Op = 0x3f // operations from Bye to here are not used yet; a stack's side answers them Unsupported
	Reply Op = 0x80 // added to the operation in the final Answer to it

	EventFrame Op = 0xc1 // the stack sent a frame
	EventDone  Op = 0xc2 // a pending call completed
)

var opNames = [...]string{
	"", "capabilities", "reset", "deliver", "advance", "call", "cancel", "link", "knob", "inspect", "bye",
}

// String is the operation's name in reports.
func (o Op) String() string {
	switch o {
	case EventFrame:
		return "frame"
	case EventDone:
		return "done"
	}
	if o &^= Reply; o > 0 && int(o) < len(opNames) {
		return opNames[o]
	}
	return "unknown"
}

const (
	// MaxFrame is the length of the longest frame in either direction, in bytes.
	MaxFrame = 2000
	// MaxData is the most data that one call takes or gives, in bytes.
	MaxData = 1 << 20
	// MaxHead is the most that a message has before its frame or data, in bytes: a head buffer of this size always
	// suffices.
	MaxHead = 1024
	// MaxBody is the length of the longest message body, in bytes.
	MaxBody = MaxHead + MaxData
	// MinBody is the length of the longest body that every stack's side must be able to receive, in bytes: a
	// longest frame fits. What it can receive beyond that it declares.
	MinBody = 2048
	// MaxEvents is the most that a stack may do in one operation: frames sent and calls completed.
	MaxEvents = 1<<16 - 1
	// MaxReason is the length of the longest reason in an answer, in bytes.
	MaxReason = 255
	// header is what every message begins with: its Op and the request's id.
	header = 3
)

// Fault is why bytes are not a message; its zero value is none.
type Fault struct {
	Cause Cause
	At    int // offset in the body of the field at fault
}

// OK tells that there is no fault.
func (f Fault) OK() bool { return f.Cause == NoFault }

// Cause is the kind of a Fault.
type Cause uint8

const (
	NoFault  Cause = iota
	Short          // the body ends within the field
	Surplus        // the body goes on after its last field
	BadOp          // the first byte is not that of such a message
	BadName        // a name is longer than sut.MaxName
	BadValue       // a number has no meaning in its field
	causes
)

var causeNames = [causes]string{
	"no fault", "the message ends too early", "the message goes on after its end", "no such message",
	"a name is too long", "a field has a value without a meaning",
}

// String says in words what a Fault is.
func (c Cause) String() string {
	if c < causes {
		return causeNames[c]
	}
	return "unknown"
}
