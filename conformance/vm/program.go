// Package vm runs one compiled case against a stack under test, in virtual time, and says what came of it. The
// compiler is conformance/script; the same interpreter runs on the host and on the board.
//
// Core rules hold: no allocation, no clock, storage given by the caller.
package vm

import (
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// Program is a compiled case in memory, as the compiler makes it and Encode writes it. The interpreter never holds a
// whole Program: it decodes one Event at a time from the encoded bytes.
type Program struct {
	Config    sut.Config    // what the stack is reset with
	Peer      Peer          // who the judge plays
	Needs     sut.Features  // what the stack must declare
	Tolerance time.Duration // how far an expected event may lie from its time, besides the stack's Tick
	Events    []Event
	Fault     Fault // the negative twin's fault
}

// Peer is the host that the judge plays by default.
type Peer struct {
	MAC  [6]byte
	IP4  [4]byte
	IP6  [16]byte
	Port uint16 // its port in flows that the script does not name
	// Neighbour: the judge answers ARP requests and neighbour solicitations for the peer's (and the gateway's)
	// addresses by itself, and the script does not see them.
	Neighbour bool
}

// Kind is what an Event does.
type Kind uint8

const (
	// End is the end of the program; nothing may be left over then.
	End Kind = iota
	// Inject sends a frame to the stack at the event's time.
	Inject
	// Expect wants the stack's next frame to be this one, at the event's time.
	Expect
	// Idle wants no frame from the previous event until the event's time.
	Idle
	// Call makes a socket call; its result and the time of its return are the expectation.
	Call
	// Link sets the link up or down (Value 1 or 0).
	Link
	// Knob sets a stack-wide parameter.
	Knob
	// Inspect reads a figure and compares it (Check).
	Inspect
	// Wait only moves time.
	Wait
)

// TimeMode says how an Event's At is meant.
type TimeMode uint8

const (
	Absolute TimeMode = iota // At after the start
	Relative                 // At after the previous event's time
	AnyTime                  // whenever it comes (Expect), within Patience
)

// Patience is how long in virtual time an Expect with AnyTime waits before it counts as silence.
const Patience = 10 * time.Minute

// Event is one line of a script.
type Event struct {
	Kind Kind
	Mode TimeMode
	At   time.Duration // with a range: its start
	Span time.Duration // Expect: length of the range in which it may come; 0: At only. Call: see Blocks
	// Inject and Expect:
	Packet Packet
	// Call:
	Call   sut.Call
	Blocks bool // the call must not return at once, but Span after its start
	Want   Want
	// Link, Knob, Inspect:
	Knob   sut.Knob
	Figure sut.Figure
	Value  int64
	Check  CheckOp // Inspect: how the figure compares with Value
}

// Want is what a Call must answer.
type Want struct {
	Any     bool // `...`: whatever it returns
	Ret     int32
	Err     sut.Errno
	Addr    sut.Addr // Family 0: not checked; Port 0: port not checked
	HasData bool     // Data must be what came; where Pattern is set: the flow's pattern, of length Ret
	Pattern bool
	Data    []byte
}

// Net is the network layer of a Packet, Transport what it carries.
type (
	Net       uint8
	Transport uint8
)

const (
	NetRaw Net = iota // Ethernet header and Payload only
	NetARP
	NetIPv4
	NetIPv6
)

const (
	TransportRaw Transport = iota // IP header and Payload only
	TransportTCP
	TransportUDP
	TransportICMP // ICMP or ICMPv6 by Net
)

// Packet is a frame to build or to expect: defaults for its kind, then Fields in order, then Payload.
//
// A built frame has valid lengths and checksums, between the peer and the stack, unless a Field says otherwise (a
// length or checksum Field is laid over the finished frame).
// An expected frame must be well formed and of the same kind, go from the stack to the peer (unless Fields name the
// addresses), and each Field must compare; a field that is not named is not compared.
type Packet struct {
	Net       Net
	Transport Transport
	Flow      uint8 // which connection: Flows of them, each with its ports, initial sequence numbers, time stamps
	Fields    []FieldOp
	// Options of TCP, in order. OptionsAny (Expect): not compared.
	Options    []Option
	OptionsAny bool
	Payload    Payload
	// Quote (ICMP errors): the payload is the start of the last frame injected before this event (Expect), which
	// the stack must quote: IP header and at least 8 bytes, unchanged.
	Quote bool
	// Truncate, not 0 (Inject): the finished frame is cut to this many bytes.
	Truncate uint16
	// Pad, not 0 (Inject): zero bytes after the frame up to this length; PadByte is their value.
	Pad     uint16
	PadByte uint8
}

// Flows is how many connections a program can name.
const Flows = 8

// Vars is how many captured variables a program can have.
const Vars = 16

// Base is what a field's constant is counted from: script values are relative, live values are mapped.
type Base uint8

const (
	BaseZero     Base = iota // as it stands
	BaseLocalISN             // the stack's initial sequence number of the flow (0 until its SYN was seen)
	BasePeerISN              // the judge's initial sequence number of the flow
	BaseLocalTS              // the stack's first time stamp of the flow
	BasePeerTS               // the judge's
	BaseVar                  // the captured variable Var
)

// CheckOp is how an expected value compares with what came; Inject knows Set only.
type CheckOp uint8

const (
	Set     CheckOp = iota // Inject: the field gets the value
	Equal                  // ==
	NotEq                  // !=
	AtLeast                // >=
	AtMost                 // <=
	Bits                   // all bits of the value are set
	Capture                // any value; the variable Var becomes it
)

// FieldOp sets or checks one field. N holds numbers, B addresses (Field says which).
type FieldOp struct {
	Field frame.Field
	Op    CheckOp
	Base  Base
	Var   uint8
	N     uint32
	B     [16]byte
}

// Option is one TCP option: its kind, and its numbers as the script has them. A kind that is not known here, or a
// deliberately wrong length, is Raw (Data is everything, kind and length included).
type Option struct {
	Kind  uint8
	Raw   bool
	Any   bool      // Expect: the values are not compared
	N     [8]uint32 // MSS: [0]; window scale: [0]; time stamps: value, echo; SACK: left and right edges
	Count uint8     // of N in use
	Data  []byte
}

// Payload is the bytes after the headers: nothing, a pattern that depends on the position in the stream (so that
// misplaced bytes are seen), or literal bytes.
type Payload struct {
	Len     uint16
	Literal bool
	Any     bool // Expect: not compared
	Salt    uint8
	Data    []byte
}

// Fault is what the negative twin does: it falsifies one thing, and the case must fail at Target, and not before.
type Fault struct {
	Target uint16 // index of the expectation that must go red
	Kind   FaultKind
	Field  frame.Field // FaultOut: in the frame that answers Target. FaultIn: in the last frame injected before Target
	N      uint32      // added to the field (numbers) or exclusive-ored into its last bytes (addresses)
}

// FaultKind is the kind of a Fault.
type FaultKind uint8

const (
	NoFault      FaultKind = iota
	FaultOut               // a field of what the stack sends is falsified, checksums repaired
	FaultDrop              // what the stack sends is lost
	FaultExtra             // the stack's last frame before Target (or a copy of the injected one, turned round) is sent once more
	FaultIn                // a field of what is let in is changed: N is its new value, checksums repaired
	FaultInGood            // what is let in is made valid: checksums and lengths repaired, cuts undone
	FaultInAgain           // the last frame injected before Target is injected once more
	FaultResult            // the result of the call at Target is falsified: N is added to its return value
	FaultData              // one byte of the data of the call at Target, or of the payload sent, is falsified
)
