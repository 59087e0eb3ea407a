package vm

// Outcome is what came of a run. Their order and names are the report's; those that the report alone gives are left
// out.
type Outcome uint8

const (
	NotRun      Outcome = iota // no evidence of anything
	Pass                       // all expectations met
	Fail                       // an expectation not met: the stack's fault
	Error                      // the tester's own fault: a bad program, or too little storage
	Timeout                    // the stack gave no answer, or its time does not move
	Crash                      // the stack's process or board ended
	_                          // blocked: the report's
	Unsupported                // the stack declares that it lacks what the case needs
	outcomes
)

var outcomeNames = [outcomes]string{"notrun", "pass", "fail", "error", "timeout", "crash", "", "unsupported"}

// String is the outcome's name.
func (o Outcome) String() string {
	if o < outcomes {
		return outcomeNames[o]
	}
	return "unknown"
}

// Reason says in what way an outcome came about.
type Reason uint8

const (
	NoReason Reason = iota

	// Of Fail:
	Silent      // nothing came in time
	Wrong       // what came in time is not the frame that is expected
	Malformed   // what came is not well formed
	Unexpected  // a frame came where none was due
	Early       // the right frame came too soon
	Late        // the right frame came too late
	LeftOver    // a frame was left over at the end
	CallWrong   // the call returned something else
	CallEarly   // the call that must block returned too soon
	CallLate    // the call returned too late
	CallBlocked // the call did not return in time
	FigureWrong // the figure is another
	// of these, what breaks the rules of the protocol:
	CallStray // a call returned that was not pending
	TimeWrong // the stack's times do not lie within the operation, its deadline in the past, its tick beyond MaxTick
	Flooded   // more frames than can wait
	Violation // what the stack's side answers is no answer, or it refuses what it must be able to do

	// Of Timeout and Crash:
	Stuck   // the stack's deadlines do not end
	Hung    // no answer
	Crashed // the process or board ended

	// Of Unsupported:
	NeedsFeature     // the stack does not declare what the case needs
	NeedsPersonality // the case is about another personality
	NeedsBuffers     // the case wants longer queues of TCP than the stack has (Want: the longer of the two)
	NotOffered       // the stack answered that it has no such operation

	// Of Error:
	BadProgram // the program cannot be decoded (Got: BadCode, Want: at which byte)
	Undefined  // the event refers to what is not there yet: a port, a variable, a frame to quote
	BadFrame   // the frame cannot be built
	NoRoom     // the storage is too small
	reasons
)

var reasonNames = [reasons]string{
	"", "silent", "wrong packet", "malformed packet", "unexpected packet", "packet too early", "packet too late",
	"packet left over", "call result wrong", "call returned early", "call returned late", "call still blocked",
	"figure wrong", "call returned that was not made", "stack's clock wrong", "more frames than can wait",
	"protocol not kept", "stack's deadlines never end", "stack hung", "stack crashed",
	"feature not declared", "other personality", "queues too short", "operation not offered", "bad program", "nothing there to refer to",
	"frame cannot be built", "storage too small",
}

// String says it in a few words.
func (r Reason) String() string {
	if r < reasons {
		return reasonNames[r]
	}
	return "unknown"
}

// outcome is what a reason makes of a run.
func (r Reason) outcome() Outcome {
	switch {
	case r == NoReason:
		return NotRun
	case r <= Violation:
		return Fail
	case r <= Hung:
		return Timeout
	case r == Crashed:
		return Crash
	case r <= NotOffered:
		return Unsupported
	}
	return Error
}

// Part says what differs where a frame or a result is not what it must be.
type Part uint8

const (
	NoPart         Part = iota
	PartKind            // the layers: Want and Got are Net<<8 | Transport
	PartField           // Field: Want and Got, or WantAddr and GotAddr, counted from the base that the program names
	PartOption          // TCP option Index: its kind (0x100: none)
	PartOptionSize      // TCP option Index: its length in bytes
	PartValue           // TCP option Index: a value, counted from its base
	PartPayload         // byte Index behind the headers
	PartQuote           // byte Index of the quoted datagram, or its length (Index 0xffff)
	PartRet             // the call's return value, or the figure
	PartErr             // the call's error: sut.Errno
	PartAddr            // the address that the call answered: WantAddr, GotAddr
	PartPort            // its port
	PartData            // byte Index of the data that the call answered
	PartDataSize        // the length of that data
	parts
)

var partNames = [parts]string{
	"", "kind", "field", "option", "length of option", "option value", "payload", "quoted datagram", "return value", "error", "address",
	"port", "data", "length of data",
}

// String says it in a few words.
func (p Part) String() string {
	if p < parts {
		return partNames[p]
	}
	return "unknown"
}
