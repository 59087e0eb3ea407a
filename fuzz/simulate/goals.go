package simulate

import (
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// goal is something rare that must have happened in some of many seeds.
type goal int

const (
	goalFlapRetransmission goal = iota
	goalWindow
	goalReassemblyTimeout
	goalReassembled
	goalCookie
	goalPMTU
	goalOldSegment
	goalEMACOverflow
	goalEMACReset
	goalEMACMissed
	goalTimeWait
	goalNeighbour
	goalResetAfterReboot
	goalTimedOut
	goalKeepAlive
	goalForgedReset
	goalFlood
	goalMalformed
	goalChecksum
	goalDuplicate
	goalOutOfOrder
	goalHalfClose
	goalBacklog
	goalTableFull
	goalUDPFull
	goalPortUnreachable
	goalRefused
	goalGroup
	goalNoBuffer
	goalSurvived
	goalJump
	goalAborted
	goalLong
	goalRouted
	goalSYNAgain
	goalWaiting
	goalRebootSame
	goalEvicted
	goals
)

var goalNames = [goals]string{
	goalFlapRetransmission: "a retransmission after a link flap",
	goalWindow:             "a window closed and reopened",
	goalReassemblyTimeout:  "reassembly timed out",
	goalReassembled:        "a datagram put together of its fragments",
	goalCookie:             "a SYN cookie accepted",
	goalPMTU:               "the path's MTU lowered in mid-connection, which went on",
	goalOldSegment:         "an old segment of a previous life refused",
	goalEMACOverflow:       "an overflow of the EMAC recovered",
	goalEMACReset:          "a reset of the EMAC after a fault recovered",
	goalEMACMissed:         "frames of the EMAC that found no descriptor",
	goalTimeWait:           "TIME-WAIT reused",
	goalNeighbour:          "a neighbour entry timed out and resolved again",
	goalResetAfterReboot:   "a connection reset after its peer's reboot",
	goalTimedOut:           "a connection timed out",
	goalKeepAlive:          "a dead peer found by keep-alives",
	goalForgedReset:        "a forged reset refused",
	goalFlood:              "a transfer during a flood of SYNs",
	goalMalformed:          "a malformed frame dropped",
	goalChecksum:           "a corrupted segment dropped",
	goalDuplicate:          "a segment that was there already dropped",
	goalOutOfOrder:         "a hole reported by SACK",
	goalHalfClose:          "bytes read on a half-closed connection",
	goalBacklog:            "a SYN for a full backlog",
	goalTableFull:          "no row or descriptor for a connection",
	goalUDPFull:            "a datagram for a full queue",
	goalPortUnreachable:    "an ICMP error told to a socket",
	goalRefused:            "a connection refused",
	goalGroup:              "a datagram to a group received",
	goalNoBuffer:           "no transmit buffer",
	goalSurvived:           "a connection that survived a partition or a flap",
	goalJump:               "a time jump survived",
	goalAborted:            "a connection aborted by its peer",
	goalLong:               "a long datagram across the network and back",
	goalRouted:             "a connection across the router",
	goalSYNAgain:           "a connection opened by a SYN that was sent again",
	goalWaiting:            "a packet that waited for a neighbour gave way to another",
	goalRebootSame:         "a new connection after a reboot with the old sequence numbers",
	goalEvicted:            "an old connection gave way to a new one",
}

func (w *world) hit(g goal) { w.hits[g]++ }

// seen are the goals that a counter of the stack's tells.
var seen = []struct {
	counter stack.Counter
	goal    goal
}{
	{stack.DropReassemblyTimeout, goalReassemblyTimeout}, {stack.Reassembled, goalReassembled}, {stack.TCPCookiesTaken, goalCookie},
	{stack.DropTCPChecksum, goalChecksum}, {stack.DropTCPWindow, goalDuplicate}, {stack.DropTCPBacklog, goalBacklog},
	{stack.DropTCPTableFull, goalTableFull}, {stack.DropUDPQueueFull, goalUDPFull}, {stack.DropWaitingReplaced, goalWaiting},
	{stack.TCPEvicted, goalEvicted},
}

// observe notes what the stack has lived through.
func (h *host) observe() {
	w, s := h.world, &h.stack
	for _, x := range seen {
		if s.Counter(x.counter) > 0 {
			w.hit(x.goal)
		}
	}
	if h.flapped > 0 && s.Counter(stack.TCPRetransmitted) > h.resent {
		w.hit(goalFlapRetransmission)
	}
	if h.life > 1 && s.Counter(stack.DropTCPNoConn) > 0 {
		w.hit(goalOldSegment)
	}
	if w.attacks[hostileReset] > 0 && s.Counter(stack.DropTCPRST) > 0 {
		w.hit(goalForgedReset)
	}
	if w.attacks[hostileMangle] > 0 && h.malformed() > 0 {
		w.hit(goalMalformed)
	}
}

// malformed is how many frames the stack has dropped for their form.
func (h *host) malformed() (n uint64) {
	for _, c := range []stack.Counter{
		stack.DropIPv4Short, stack.DropIPv4Version, stack.DropIPv4HeaderLen, stack.DropIPv4TotalLen, stack.DropIPv4Checksum,
		stack.DropIPv6Short, stack.DropIPv6Version, stack.DropIPv6TotalLen, stack.DropTCPShort, stack.DropTCPHeaderLen, stack.DropUDPLength,
		stack.DropARPShort, stack.DropNDPInvalid,
	} {
		n += h.stack.Counter(c)
	}
	return n
}

// completed notes a connection that went as its client wanted.
func (w *world) completed(c *conn) {
	switch {
	case !c.finished[0]:
		return
	case c.app.plan.Kind == appAbort:
		return
	}
	w.log(c.id, "completed")
	if c.cut {
		w.hit(goalSurvived)
	}
	if c.host[0].plan.LAN != c.host[1].plan.LAN {
		w.hit(goalRouted)
	}
	if w.attacks[hostileFlood] > 0 && !w.healed {
		w.hit(goalFlood)
	}
	if c.shrunk {
		w.hit(goalPMTU)
	}
	for _, h := range c.host {
		if h.boot > 0 && h.other == nil {
			w.hit(goalRebootSame)
		}
	}
}

// accepted notes a connection that a server has got.
func (w *world) accepted(h *host, from socket.Endpoint) {
	if at, ok := h.closedFirst[from]; ok && w.now-at < time.Minute {
		w.hit(goalTimeWait)
	}
}

// served notes a connection that was complete for its server.
func (w *world) served(h *host, e *end) {
	if k := e.conn.app.plan.Kind; k == appSame || k == appFetch {
		h.closedFirst[e.from] = w.now
	}
}

// noRoom notes that a table was full.
func (w *world) noRoom(h *host, err errno) {
	switch err {
	case "ENOBUFS", "ENFILE", "EMFILE", "ENOMEM":
		h.full = true
		w.hit(goalTableFull)
	}
}

// ending notes why an open connection has ended.
func (w *world) ending(e *end, err errno) {
	c := e.conn
	switch err {
	case "ECONNRESET", "EPIPE":
		if c.rebooted {
			w.hit(goalResetAfterReboot)
		}
		if c.aborted[1-e.side] {
			w.hit(goalAborted)
		}
	case "ETIMEDOUT", "EHOSTUNREACH", "ECONNABORTED":
		w.hit(goalTimedOut)
		if e.out == e.may() && c.rebooted {
			w.hit(goalKeepAlive)
		}
	}
}
