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
	Config        sut.Config    // what the stack is reset with
	Peer          Peer          // who the judge plays
	Needs         sut.Features  // what the stack must declare
	Personalities uint8         // under which the case holds: bit 1<<p for each sut.Personality p; 0: under any
	Tolerance     time.Duration // how far an expected event may lie from its time, besides the stack's Tick
	Events        []Event
	Fault         Fault // the negative twin's fault
}

// Limits of a program; Encode refuses more.
const (
	Flows      = 8  // connections that a program can name
	Vars       = 16 // captured variables
	MaxFields  = 32 // FieldOps of one Packet
	MaxOptions = 40 // TCP options of one Packet: as many as one-byte options fit
	MaxFDs     = 64 // descriptors, as numbers: 0 to MaxFDs-1
	MaxPending = 8  // calls that block at the same time
	MaxEvents  = 4096
)

// Peer is the host that the judge plays by default.
type Peer struct {
	MAC  [6]byte
	IP4  [4]byte
	IP6  [16]byte
	Port uint16 // its port in flow 0; in flow f it is Port+f
	// Neighbour: the judge answers ARP requests and neighbour solicitations for the peer's (and the gateway's)
	// addresses by itself, and the script does not see them.
	Neighbour bool
}

// Kind is what an Event does.
type Kind uint8

const (
	// End is the last event of a strict program: at its time (Wait's rules) no frame may be left over. A program
	// without it ends after its last event, left-over frames or not.
	End Kind = iota
	// Inject sends a frame to the stack at the event's time.
	Inject
	// Expect wants the stack's next frame to be this one, at the event's time.
	Expect
	// Idle wants no frame from the previous event until the event's time. A frame at exactly that time is for the
	// next event to judge.
	Idle
	// Call makes a socket call; its result and the time of its return are the expectation. A call that blocks does
	// not hold the program up: the next event follows from its start, and the result is checked when it comes.
	Call
	// Link sets the link up or down (Value 1 or 0).
	Link
	// Knob sets a stack-wide parameter. With Soft, a stack that does not offer it is taken as it is.
	Knob
	// Inspect reads a figure and compares it (Check).
	Inspect
	// Wait only moves time. Frames that come meanwhile wait for the next Expect.
	Wait
	kinds
)

// TimeMode says how an Event's At is meant.
type TimeMode uint8

const (
	Absolute TimeMode = iota // At after the start
	// Relative: At after the present: when the previous event happened (Expect: its frame came; Call: it began).
	Relative
	AnyTime // whenever it comes (Expect), within Patience
	modes
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
	Send   Payload // write, send, sendto: the data; Call.Data is for socket options only
	Blocks bool    // the call must not return at once, but Span after its start
	Want   Want
	// Link, Knob, Inspect (of Call.FD, where the figure is a socket's):
	Knob   sut.Knob
	Soft   bool
	Figure sut.Figure
	Value  int64
	Check  CheckOp // Inspect: how the figure compares with Value, which counts from Base
	Base   Base    // Inspect: BaseZero or BaseVar
	Var    uint8   // Inspect: the variable of BaseVar, and the one that Capture sets
}

// Want is what a Call must answer.
type Want struct {
	Any     bool // `...`: whatever it returns
	Ret     int32
	Err     sut.Errno // none, where Ret is negative: any
	Addr    sut.Addr  // Family 0: not checked; Port 0: port not checked
	HasData bool      // Data must be what came; with Pattern: the pattern of Salt where the stream is, of length Ret
	Pattern bool
	Salt    uint8
	Data    []byte
}

// Net is the network layer of a Packet, Transport what it carries.
type (
	Net       = frame.Net
	Transport = frame.Transport
)

// The kinds of packet, under the names that programs use.
const (
	NetRaw  = frame.NetRaw // Ethernet header and Payload only
	NetARP  = frame.NetARP
	NetIPv4 = frame.NetIPv4
	NetIPv6 = frame.NetIPv6

	TransportRaw  = frame.TransportRaw // IP header and Payload only
	TransportTCP  = frame.TransportTCP
	TransportUDP  = frame.TransportUDP
	TransportICMP = frame.TransportICMP // ICMP or ICMPv6 by Net
)

// Packet is a frame to build or to expect: defaults for its kind, then Fields in order, then Payload.
//
// A built frame goes from the peer to the stack, with valid lengths and checksums; a Field that is a length or a checksum
// (frame.Role) is laid over the finished frame, lengths first, and a length that lies still has right checksums about
// it. Defaults: TTL 64 (neighbour discovery: 255), window 65535, all else 0. A frame shorter than Ethernet's least is
// padded, as a card does. Neighbour discovery is built with its target and those link-layer options that Fields name.
//
// An expected frame must be well formed and of the same kind, go from the stack to the peer unless Fields name the
// addresses and ports (neighbour discovery: IP addresses are compared only where named), and each Field must compare; a
// field that is not named is not compared. The Ethernet destination must be the one that the IP destination leads to.
//
// Ports: the peer's are Peer.Port and the flow. The stack's is what the flow's first packet that names it, or the
// flow's first frame from the stack, makes it.
type Packet struct {
	Net       Net
	Transport Transport
	Flow      uint8 // which connection: each of TCP and each of UDP has its ports, initial sequence numbers, time stamps
	Fields    []FieldOp
	// Options of TCP, in order. OptionsAny (Expect): among any others, in any order. A built header is padded with zeros
	// to its length; an expected one may be.
	Options    []Option
	OptionsAny bool
	// NetOptions (Inject): IPv4 options, padded with zeros to a multiple of 4, or IPv6 extension headers as they
	// stand, the last of which names what follows (and a Field IPProto the first).
	NetOptions []byte
	Payload    Payload
	// Split (Expect): packetdrill's rules. The segment may come as several smaller ones, one after the other, PSH in the
	// last only; a SYN begins a connection anew, with another initial sequence number; frames of another kind are passed
	// over.
	Split bool
	// Later (Expect): acknowledgments without text of less may come first, and of as much with less reported by SACK. Of a
	// segment with text PSH is not compared.
	Later bool
	// Quote (ICMP errors). Expect: the payload is the start of the last frame injected before this event, which the
	// stack must quote unchanged: IP header and at least 8 bytes. Inject: the payload is the IP header and 8 bytes
	// (Payload.Len, where not 0) of the stack's last frame that an Expect took; the Field QuoteSeq changes it.
	Quote bool
	// Truncate, not 0 (Inject): the finished frame is cut to this many bytes, and not padded.
	Truncate uint16
	// Pad, not 0 (Inject): bytes after the frame up to this length; PadByte is their value.
	Pad     uint16
	PadByte uint8
}

// Base is what a field's constant is counted from: script values are relative, live values are mapped.
type Base uint8

const (
	BaseZero     Base = iota // as it stands
	BaseLocalISN             // the stack's initial sequence number of the flow (0 until its SYN was seen)
	BasePeerISN              // the judge's initial sequence number of the flow
	BaseLocalTS              // what the script's 0 is on the stack's time stamp clock: set by the first that is expected
	BasePeerTS               // the same on the judge's
	BaseVar                  // the captured variable Var
	bases
)

// CheckOp is how an expected value compares with what came (Expect, Inspect: Equal and after), or what a field gets
// (Inject: Set and Add). Values counted from a Base other than BaseZero compare as sequence numbers do.
type CheckOp uint8

const (
	Set     CheckOp = iota // the field gets the value
	Add                    // the value is added to what the field would be without it
	Equal                  // ==
	NotEq                  // !=
	AtLeast                // >=
	AtMost                 // <=
	Bits                   // all bits of the value are set
	Capture                // any value; the variable Var becomes it
	checkOps
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
//
// Time stamps and SACK edges are mapped as packetdrill does: a value of the stack's clock or stream counts from the
// flow's BaseLocalTS or BaseLocalISN, the judge's from BasePeerTS or BasePeerISN. The echo of a segment without ACK
// stands for itself.
type Option struct {
	Kind  uint8
	Raw   bool
	Any   bool      // Expect: the values are not compared
	Maybe bool      // Expect, with OptionsAny: it need not be there
	AnyN  uint8     // Expect: bit 1<<i set: N[i] is not compared; a time stamp that is not 0 is what came, from now on
	AbsN  uint8     // bit 1<<i set: N[i] stands for itself, it is not mapped
	N     [8]uint32 // MSS: [0]; window scale: [0]; time stamps: value, echo; SACK: left and right edges
	Count uint8     // of N in use
	Data  []byte
}

// Payload is the bytes after the headers: nothing, a pattern that depends on the position in the stream (so that
// misplaced bytes are seen), or literal bytes. The pattern differs with Salt and, but for ICMP, for the two directions;
// in a datagram it begins anew.
type Payload struct {
	Len     uint32
	Literal bool // Data, of length Len
	Any     bool // Expect: not compared, nor its length
	Salt    uint8
	Data    []byte
}

// Fault is what the negative twin does: it falsifies one thing, and the case must fail at Target, and not before.
type Fault struct {
	Target uint16 // index of the expectation that must go red
	Kind   FaultKind
	Field  frame.Field // FaultOut, FaultIn
	N      uint32
}

// FaultKind is the kind of a Fault. "What answers Target" is the frame that an Expect takes or the result of a Call or
// an Inspect; "what is let in" is the last frame injected before Target.
type FaultKind uint8

const (
	NoFault FaultKind = iota
	// FaultOut: N is added to Field of the frame that answers Target (address: exclusive-ored into its last bytes);
	// checksums are repaired, unless Field is one.
	FaultOut
	// FaultDrop: what answers Target is lost.
	FaultDrop
	// FaultExtra: the stack's last frame before Target (or, for want of one, what is let in, turned round) is sent once
	// more at Target's beginning.
	FaultExtra
	// FaultIn: N, counted from the same base, is the value of Field in what is let in (address: exclusive-ored into its
	// last bytes).
	FaultIn
	// FaultInGood: what is let in is made valid: its lengths and checksums, nothing cut off, padding zero.
	FaultInGood
	// FaultInAgain: what is let in is let in once more at Target's beginning.
	FaultInAgain
	// FaultResult: N is added to what the call or the figure at Target returned.
	FaultResult
	// FaultData: one byte of the data of the call at Target, or of the payload that answers it, is falsified.
	FaultData
	// FaultTime: what answers Target comes N microseconds (int32) later.
	FaultTime
	// FaultOption: the TCP option of kind N&0xff in what answers Target: N>>8 is added to its first number; 0: NOPs
	// stand in its place.
	FaultOption
	// FaultInAddresses: what is let in goes from the peer to the stack, whatever addresses its fields name.
	FaultInAddresses
	faultKinds
)
