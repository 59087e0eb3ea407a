//go:build !tinygo

package inproc

import (
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
	"stackproof/stack/socket/lwip"
)

// face is sockets of one personality, and the calls to them.
type face interface {
	// init makes them anew, none open, over the host's table.
	init(h *Host)
	// start makes the call as far as it goes. done: finish has its result.
	start(h *Host, p *call, c *sut.Call) (done bool, s sut.Status)
	// step tries a pending call again.
	step(now time.Duration, p *call) (done bool)
	// finish makes the result of a call that is done, its data in h.memory.late.
	finish(h *Host, p *call, r *sut.Result)
	// deadline is when a pending call gives up.
	deadline(p *call) (at time.Duration, ok bool)
	// cancel gives a pending call up.
	cancel(now time.Duration, p *call)
	// inspect returns a descriptor's socket in the core.
	inspect(fd int) (core *socket.Table, sock int, ok bool)
	// check walks their state and the core's.
	check(h *Host) invariant.Violation
}

// faces are what a host can have. On a board it has one of the two, which its image is built with.
type faces struct {
	posix   posixFace
	lwip    lwipFace
	asLwIP  bool // the one in use
	another func() *Host
	twin    *Host
}

// faceCall is a call to the one in use.
type faceCall struct {
	posix posixCall
	lwip  lwipCall
}

func (h *Host) face() face {
	if h.faces.asLwIP {
		return &h.faces.lwip
	}
	return &h.faces.posix
}

// personality is whose rules the sockets follow.
func (h *Host) personality() sut.Personality {
	if h.faces.asLwIP {
		return sut.LwIP
	}
	return sut.POSIX
}

// As returns a host whose sockets are as this personality has them, on the same link: this one, or one beside it, which
// Beside makes. Only one of the two can be in use at a time. ok is false if there is none.
func (h *Host) As(p sut.Personality) (s sut.SUT, ok bool) {
	switch {
	case p == h.personality():
		return h, true
	case p != sut.LwIP || h.faces.another == nil:
		return nil, false
	case h.faces.twin == nil:
		h.faces.twin = h.faces.another()
		h.faces.twin.faces.asLwIP = true
	}
	h.faces.twin.link = h.link
	return h.faces.twin, true
}

// Beside says how a host is made for As: one that has its memory. It will have the lwIP face.
func (h *Host) Beside(another func() *Host) { h.faces.another = another }

// Use hands the lwIP face out for calls that are not among the protocol's, which use makes at the present time, and then lets
// the stack do what they have led to.
func (h *Host) Use(out sut.Sink, use func(f *lwip.Face, now time.Duration)) {
	h.dev.now, h.dev.out = h.now, out
	use(&h.faces.lwip.face, h.now)
	h.settle(out, nil, nil)
}
