package model

import (
	"fmt"
	"time"
)

// Rule names what the manual forbids, or asks for.
type Rule string

// The rules. README.md says where each comes from.
const (
	RuleClock       Rule = "clock"          // a register is accessed while the block's clock is off or the block is in reset
	RuleSoftReset   Rule = "soft-reset"     // a register other than BUSMODE is accessed before SWR has cleared
	RuleUnknown     Rule = "unknown"        // there is no such register, or the model does not have what is asked for
	RuleReserved    Rule = "reserved"       // a reserved bit is set
	RuleReadOnly    Rule = "read-only"      // a register that cannot be written is
	RuleList        Rule = "list"           // a descriptor list's base is written while its engine runs
	RuleFlush       Rule = "flush"          // OPMODE is written before FTF has cleared
	RuleBusy        Rule = "busy"           // a command register is written while its command runs
	RuleOrder       Rule = "order"          // things are done in the wrong order
	RuleSpeed       Rule = "speed"          // speed, dividers, bus clock or MDIO clock do not fit together
	RuleAlignment   Rule = "alignment"      // a descriptor, buffer, size or cache operation is not aligned
	RuleDescriptor  Rule = "descriptor"     // a descriptor makes no sense
	RuleOwnership   Rule = "ownership"      // the CPU changed a descriptor that the DMA owns
	RuleWriteBack   Rule = "write-back"     // the DMA reads what the CPU has written, and has not written back
	RuleDirty       Rule = "dirty"          // the DMA writes under a line that the CPU has changed: an eviction would destroy it
	RuleOverwrite   Rule = "overwrite"      // a line that the CPU has changed goes over what the DMA has written
	RuleInvalidate  Rule = "invalidate"     // the CPU reads what was there before the DMA wrote
	RuleLost        Rule = "lost"           // an invalidation loses what the CPU has written
	RuleAddress     Rule = "address"        // the DMA is sent to where no memory is
	RuleChecksum    Rule = "checksum"       // checksums are to be inserted without store and forward
	RuleBarrier     Rule = "barrier"        // a descriptor or a demand may overtake what was written back before it
	violationsKept       = 100              // the others are only counted
	NoRegister           = ^uint32(0)       // Violation.Offset where no register is concerned
	noAddress            = ^uint32(0)       // Violation.Address where no memory is concerned
	formatViolation      = "%v: %s: %s: %s" // time, rule, where, why
)

// Violation is one thing that the hardware's manual forbids.
type Violation struct {
	At      time.Duration
	Rule    Rule
	Offset  uint32 // of the register, or NoRegister
	Address uint32 // in memory as the DMA counts it, or all ones
	Reason  string
}

// String says when, which rule, where and why.
func (v Violation) String() string {
	where := "emac"
	switch {
	case v.Offset != NoRegister:
		where = fmt.Sprintf("register %s (offset %#x)", registerName(v.Offset), v.Offset)
	case v.Address != noAddress:
		where = fmt.Sprintf("address %#x", v.Address)
	}
	return fmt.Sprintf(formatViolation, v.At, v.Rule, where, v.Reason)
}

// Violations are the first hundred violations; Violated counts all of them.
func (e *EMAC) Violations() []Violation { return e.violations }

// Violated is the number of violations so far.
func (e *EMAC) Violated() int { return e.violated }

// Forgive forgets all violations. A test that provokes one calls it afterwards.
func (e *EMAC) Forgive() { e.violations, e.violated = nil, 0 }

func (e *EMAC) report(v Violation) {
	v.At = e.now
	e.violated++
	if len(e.violations) < violationsKept {
		e.violations = append(e.violations, v)
	}
	if e.cfg.Report != nil {
		e.cfg.Report(v)
	}
}

// misuse reports a violation at a register.
func (e *EMAC) misuse(rule Rule, offset uint32, format string, args ...any) {
	e.report(Violation{Rule: rule, Offset: offset, Address: noAddress, Reason: fmt.Sprintf(format, args...)})
}

// memoryReport takes what the cache has to say. With both engines stopped, what the DMA has written is nobody's any more:
// after a reset the CPU may write over it unread.
func (e *EMAC) memoryReport(rule Rule, address uint32, reason string) {
	if rule == RuleOverwrite && e.tx.state == transmitStopped && e.rx.state == receiveStopped {
		return
	}
	e.misplaced(rule, address, "%s", reason)
}

// misplaced reports a violation in memory.
func (e *EMAC) misplaced(rule Rule, address uint32, format string, args ...any) {
	e.report(Violation{Rule: rule, Offset: NoRegister, Address: address, Reason: fmt.Sprintf(format, args...)})
}
