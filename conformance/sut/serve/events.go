package serve

import (
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/message"
)

// events is the sut.Sink that sends what a stack does, as it does it.
type events struct {
	s   *Server
	ans message.Answer // not the server's own, which the operation is filling
}

// Frame sends one frame that the stack sent.
func (e *events) Frame(at sut.Time, frame []byte) {
	e.ans = message.Answer{Op: message.EventFrame, ID: e.s.req.ID, At: at, Frame: frame}
	e.put()
}

// Done sends the completion of a pending call.
func (e *events) Done(at sut.Time, id sut.CallID, r *sut.Result) {
	e.ans = message.Answer{Op: message.EventDone, ID: e.s.req.ID, At: at, Result: *r}
	e.ans.Result.ID, e.ans.Result.Pending = id, false
	e.s.release(id)
	e.put()
}

// put sends the event. One that has no encoding (a negative time, an overlong frame), or is one too many, must not be
// left out unseen: the operation is answered Malformed.
func (e *events) put() {
	if e.s.count == message.MaxEvents || !e.s.put(&e.ans) {
		e.s.unsaid = true
		return
	}
	e.s.count++
}
