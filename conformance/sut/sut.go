// Package sut is what the judge knows of a stack under test: a handful of operations, the same in process, over a
// pipe and over a serial line. PROTOCOL.md in this folder gives them as bytes.
//
// Nothing here sleeps or waits. Time is what the judge says it is: the stack lives in virtual time, answers each
// operation with what it did and when, and names the next moment at which it wants to act.
//
// Core rules hold: the package runs on the board.
package sut

import "time"

// Time is virtual time since the last Reset, which is time 0. On the wire it keeps its nanoseconds, so that nothing
// depends on where a stack runs.
type Time = time.Duration

// Status says whether the stack under test carried an operation out. It speaks of the operation itself, never of
// what a socket call returned: that is in its Result.
type Status uint8

const (
	// OK: carried out; the answer holds.
	OK Status = iota
	// Unsupported: the stack declares that it has no such operation, call, option, knob or figure.
	Unsupported
	// Malformed: one side sent what the protocol does not allow (a tester's or a shim's fault).
	Malformed
	// Crashed: the stack's process or board ended, or panicked.
	Crashed
	// Hung: no answer within the real time that the transport allows.
	Hung
	statuses
)

var statusNames = [statuses]string{"ok", "unsupported", "malformed", "crashed", "hung"}

// String is the status in reports.
func (s Status) String() string {
	if s < statuses {
		return statusNames[s]
	}
	return "unknown"
}

// Config is the host configuration that Reset starts a stack with. A zero prefix length means: no address of that
// family.
type Config struct {
	Seed     uint64   // all the entropy the stack may use
	MAC      [6]byte  // the interface's hardware address
	MTU      uint16   // largest IP packet in bytes: 576, with IPv6 1280, to 1500; 1520 in a computer
	Addr4    [4]byte  // IPv4 address
	Prefix4  uint8    // its prefix length, 0 to 32
	Gateway4 [4]byte  // default router, 0.0.0.0 for none
	Addr6    [16]byte // IPv6 address
	Prefix6  uint8    // its prefix length, 0 to 128
	Gateway6 [16]byte // default router, :: for none
	RcvBuf   uint32   // most bytes in the receive queue of a TCP connection, 0 for DefaultBuf
	SndBuf   uint32   // most bytes in its send queue, 0 for DefaultBuf
}

// DefaultBuf is the length of TCP's queues where Config has none: what every stack can give, a board's too.
const DefaultBuf = 4096

// Sink receives what a stack did during one operation, in order of time. Bytes are borrowed: they hold until the
// method returns.
type Sink interface {
	// Frame is one Ethernet frame that the stack sent, without the FCS.
	Frame(at Time, frame []byte)
	// Done is a pending call that completed (not the call that the operation itself started).
	Done(at Time, id CallID, r *Result)
}

// SUT is a stack under test.
//
// Virtual time starts at 0 with Reset and moves only in Advance. All other operations happen at the present time.
// After every operation Next tells the stack's next deadline. A stack acts at its deadlines: Advance(to) passes
// through each deadline up to and including to, in order, and reports each frame with the deadline's time.
type SUT interface {
	// Capabilities fills c. It may be asked at any time and always gives the same answer.
	Capabilities(c *Caps) Status
	// Reset makes a fresh stack. What was before is gone, without a frame sent. Unsupported: Config has a queue longer
	// than DefaultBuf, and there is no such memory.
	Reset(cfg *Config) Status
	// Deliver gives the stack one received Ethernet frame (no FCS) at the present time.
	Deliver(frame []byte, out Sink) Status
	// Advance moves time forward to to; a time in the past is Malformed.
	Advance(to Time, out Sink) Status
	// Call starts a socket call. Where it returns at once r holds the result; otherwise r.Pending is set, r.ID
	// names the call, and a later operation's Sink.Done reports it.
	Call(c *Call, r *Result, out Sink) Status
	// Cancel gives up a pending call: it completes no more. An unknown id is Malformed.
	Cancel(id CallID, out Sink) Status
	// Link tells the stack that the link went up or down. It is up after Reset.
	Link(up bool, out Sink) Status
	// Knob sets a named parameter of the stack (a system-wide setting, as sysctl does on Linux).
	Knob(k Knob, value int64, out Sink) Status
	// Inspect reads a figure of the stack or of one socket.
	Inspect(f Figure, fd FD, value *int64) Status
	// Next is the stack's next deadline; ok is false where it has none. It is never in the past, and after Advance(to)
	// it is later than to, since Advance has passed through to itself.
	Next() (at Time, ok bool)
}
