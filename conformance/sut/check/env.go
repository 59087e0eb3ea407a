package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// env is what a check works with: the stack, the present time, and what the stack has done that nobody asked for yet.
type env struct {
	stack  sut.SUT
	seed   uint64
	caps   sut.Caps
	now    sut.Time
	queue  []sent // frames not looked at yet
	done   []completion
	trace  strings.Builder // all that the stack did
	mute   bool            // the peer does not answer ARP and neighbour solicitations: they stay in the queue
	flawed string          // the last frame that was not well formed
	hung   bool
}

type sent struct {
	at   sut.Time
	view frame.View
}

type completion struct {
	id     sut.CallID
	result sut.Result
}

// Frame implements sut.Sink.
func (e *env) Frame(at sut.Time, b []byte) {
	fmt.Fprintf(&e.trace, "%v frame %x\n", at, b)
	e.queue = append(e.queue, sent{at: at})
	s := &e.queue[len(e.queue)-1]
	if d := frame.Parse(slices.Clone(b), &s.view); !d.OK() {
		e.flawed = d.String()
		e.queue = e.queue[:len(e.queue)-1]
	}
}

// Done implements sut.Sink.
func (e *env) Done(at sut.Time, id sut.CallID, r *sut.Result) {
	fmt.Fprintf(&e.trace, "%v call %d: %s\n", at, id, describe(r))
	c := completion{id, *r}
	c.result.Data = slices.Clone(r.Data)
	e.done = append(e.done, c)
}

// describe says what a call returned.
func describe(r *sut.Result) string {
	s := fmt.Sprint(r.Ret)
	if r.Err != sut.ENone {
		s += " " + r.Err.String()
	}
	if len(r.Data) > 0 {
		s += fmt.Sprintf(" with %q", r.Data)
	}
	if r.Addr.Family != 0 {
		s += " and " + address(r.Addr)
	}
	return s
}

// address is an address with its port as people write it.
func address(a sut.Addr) string {
	switch ip := netip.AddrFrom16(a.IP); a.Family {
	case sut.DomainIPv4:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(a.IP[:4])), a.Port).String()
	case sut.DomainIPv6:
		return netip.AddrPortFrom(ip, a.Port).String()
	}
	return "no address"
}

// fail ends the check.
func (e *env) fail(format string, args ...any) {
	panic(verdict{Outcome: Fail, Reason: fmt.Sprintf(format, args...)})
}

// skip ends a check that has nothing to prove.
func (e *env) skip(format string, args ...any) {
	panic(verdict{Outcome: NotRun, Reason: fmt.Sprintf(format, args...)})
}

// is wants a status.
func (e *env) is(want, got sut.Status, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	e.hung = e.hung || got == sut.Hung
	switch {
	case got == want:
	case got > sut.Malformed, got == sut.Malformed && e.why() != "":
		e.fail("%s: %s", what, e.cause(got))
	default:
		e.fail("%s is answered %s, it must be %s", what, got, want)
	}
}

// cause is the reason that the transport has for a status, or the status.
func (e *env) cause(st sut.Status) string {
	if why := e.why(); why != "" {
		return why
	}
	return st.String()
}

func (e *env) why() string {
	if s, ok := e.stack.(interface{ Err() error }); ok && s.Err() != nil {
		return s.Err().Error()
	}
	return ""
}

// has tells whether the stack has declared all of these features.
func (e *env) has(all ...sut.Feature) bool {
	for _, f := range all {
		if !e.caps.Features.Has(f) {
			return false
		}
	}
	return true
}

// needs ends a check whose features the stack has not declared.
func (e *env) needs(all ...sut.Feature) {
	for _, f := range all {
		if !e.has(f) {
			e.skip("needs %s", f)
		}
	}
}

// reset begins afresh with the check's own seed.
func (e *env) reset() { e.resetWith(e.seed) }

func (e *env) resetWith(seed uint64) {
	cfg := sut.Config{
		Seed: seed, MAC: stackMAC, MTU: 1500,
		Addr4: stack4, Prefix4: 24, Addr6: stack6, Prefix6: 64,
	}
	e.is(sut.OK, e.stack.Reset(&cfg), "reset")
	e.now, e.queue, e.done, e.flawed, e.mute = 0, nil, nil, "", false
	e.trace.Reset()
	e.is(sut.OK, e.stack.Capabilities(&e.caps), "capabilities")
}

// deliver gives the stack a frame.
func (e *env) deliver(b []byte) {
	e.is(sut.OK, e.stack.Deliver(b, e), "deliver")
	e.neighbour()
}

// advance moves time.
func (e *env) advance(to sut.Time) {
	e.is(sut.OK, e.stack.Advance(to, e), "advance to %v", to)
	e.now = to
	if at, ok := e.stack.Next(); ok && at <= to {
		e.fail("the stack names the deadline %v after it was taken to %v", at, to)
	}
	e.neighbour()
}

// neighbour answers what the stack asks about its peer's address.
func (e *env) neighbour() {
	if e.mute {
		return
	}
	for i := 0; i < len(e.queue); i++ {
		v := e.queue[i].view
		reply := e.resolution(&v)
		if reply == nil {
			continue
		}
		e.queue = slices.Delete(e.queue, i, i+1)
		i--
		e.is(sut.OK, e.stack.Deliver(reply, e), "deliver")
	}
}

// frame is the next frame that match takes, within a time; those before it are dropped. what says in words what is
// waited for.
func (e *env) frame(what string, within sut.Time, match func(*frame.View) bool) sent {
	for end := e.now + within; ; {
		for len(e.queue) > 0 {
			s := e.queue[0]
			e.queue = e.queue[1:]
			if match(&s.view) {
				return s
			}
		}
		at, ok := e.stack.Next()
		if !ok || at > end {
			break
		}
		e.advance(at)
	}
	if e.flawed != "" {
		e.fail("the stack did not send %s, but a malformed frame: %s", what, e.flawed)
	}
	e.fail("the stack did not send %s within %v", what, within)
	panic("unreachable")
}

// silent wants no frame that match takes within a time.
func (e *env) silent(what string, within sut.Time, match func(*frame.View) bool) {
	e.advance(e.now + within)
	for _, s := range e.queue {
		if match(&s.view) {
			e.fail("the stack sent %s", what)
		}
	}
	e.queue = nil
}

// completes is the result of a pending call, which must come within a time.
func (e *env) completes(c *sut.Call, id sut.CallID, within sut.Time) sut.Result {
	for end := e.now + within; ; {
		for i, d := range e.done {
			if d.id == id {
				e.done = slices.Delete(e.done, i, i+1)
				return d.result
			}
		}
		at, ok := e.stack.Next()
		if !ok || at > end {
			break
		}
		e.advance(at)
	}
	e.fail("a pending %s does not complete within %v", c.Op, within)
	panic("unreachable")
}

// start makes a call and gives its result or that it is pending.
func (e *env) start(c sut.Call) sut.Result {
	var r sut.Result
	e.is(sut.OK, e.stack.Call(&c, &r, e), "%s", c.Op)
	r.Data = slices.Clone(r.Data)
	fmt.Fprintf(&e.trace, "%v %s: pending %v %d, %s\n", e.now, c.Op, r.Pending, r.ID, describe(&r))
	e.neighbour()
	return r
}

// blocked makes a call that must stay pending.
func (e *env) blocked(c sut.Call) sut.CallID {
	r := e.start(c)
	if !r.Pending {
		e.fail("%s, which has to wait, returns %s at once", c.Op, describe(&r))
	}
	return r.ID
}

// call makes a call that must return, at once or soon.
func (e *env) call(c sut.Call) sut.Result {
	r := e.start(c)
	if r.Pending {
		return e.completes(&c, r.ID, soon)
	}
	return r
}

// succeed makes a call that must return without an error.
func (e *env) succeed(c sut.Call) sut.Result {
	r := e.call(c)
	if r.Ret < 0 || r.Err != sut.ENone {
		e.fail("%s fails: %s", c.Op, r.Err)
	}
	return r
}

// soon is a time within which a stack with coarse timers does what it does without delay.
const soon = 5 * time.Second
