package simulate

import (
	"strings"
	"time"

	"stackproof/stack"
	"stackproof/stack/tcp"
)

const (
	// budget is how long a sound network has until everything is complete: a peer that is gone is found out, by keep-alives
	// or by what is not acknowledged for 100 s, a retransmission may have backed off for a minute, and then new connections
	// have to be opened and complete.
	budget = 15 * time.Minute
	// grace is how long after the healing the trouble of before may still show: caches of neighbours that were led astray,
	// tables full of connections whose peers are gone.
	grace = 5 * time.Minute
	// ending is longer than TIME-WAIT, and than a FIN is sent again for where nobody answers any more.
	ending = 10 * time.Minute
)

// play runs the whole of a plan.
func (w *world) play() error {
	never := func() bool { return false }
	w.run(w.plan.Safety, func() bool { return w.healed })
	w.run(w.now+budget, w.complete)
	if w.err == nil && !w.complete() {
		w.fail("the network has been sound for %v, and %s", budget, w.stuck())
	}
	w.closing = true
	for _, h := range w.hosts {
		h.kicked = true
	}
	if w.err == nil {
		w.instant()
	}
	w.run(w.now+budget, w.closed)
	if w.err == nil && !w.closed() {
		w.fail("everything was to be closed %v ago, and %s", budget, w.stuck())
	}
	if w.err == nil {
		for _, h := range w.hosts {
			for _, s := range h.servers {
				s.stop()
			}
			h.kicked = true
		}
		w.instant()
		w.run(w.now+ending, never)
	}
	w.leaks()
	return w.err
}

// complete tells whether every application has achieved what it has to, on a sound network.
func (w *world) complete() bool {
	for _, h := range w.hosts {
		if h.dead {
			return false
		}
		for _, c := range h.clients {
			if !c.satisfied() {
				return false
			}
		}
	}
	return w.healed
}

// closed tells whether nothing is open but the servers.
func (w *world) closed() bool {
	for _, h := range w.hosts {
		if h.ends > 0 {
			return false
		}
		for _, c := range h.clients {
			if c.open() > 0 {
				return false
			}
		}
	}
	return true
}

// stuck says what is not complete.
func (w *world) stuck() string {
	var what []string
	for _, h := range w.hosts {
		if h.ends > 0 {
			what = append(what, h.name()+" has connections open")
		}
		for _, c := range h.clients {
			if !c.satisfied() || c.open() > 0 {
				what = append(what, c.stuck())
			}
		}
	}
	return strings.Join(what, "; ")
}

// leaks: when all is closed and TIME-WAIT is over, nothing is left.
func (w *world) leaks() {
	if w.err != nil {
		return
	}
	for _, h := range w.hosts {
		if h.other != nil {
			if why := h.face.left(); why != "" {
				w.fail("%s: %s, and everything was closed", h.name(), why)
			}
			continue
		}
		h.check()
		if n := h.stack.TCPConns(); n != 0 {
			w.fail("%s has %d connections left", h.name(), n)
		}
		if n := h.stack.TCPCount(tcp.Listen); n != 0 {
			w.fail("%s has %d listeners left", h.name(), n)
		}
		if why := h.face.left(); why != "" {
			w.fail("%s: %s, and everything was closed", h.name(), why)
		}
		if at, ok := h.stack.Poll(h.local()); ok {
			w.fail("%s has a timer left, for %v from now on", h.name(), at-h.local())
		}
	}
}

// unexpected says why a connection may not end with this error; "" where it may.
func (w *world) unexpected(e *end, err errno) string {
	c := e.conn
	if c == nil { // it may be any that goes there
		for _, c := range w.conns {
			if c.host[1] == e.host && !c.accepted && (c.aborted[0] || c.failed[0] != "" || c.rebooted) {
				return ""
			}
		}
	} else {
		switch {
		case c.app.plan.Kind == appNobody && (err == "ECONNREFUSED" || err == "ECONNRESET"):
			return ""
		case e.stage == connecting && e.refusable(err):
			return ""
		case c.rebooted || c.aborted[1-e.side] || c.failed[1-e.side] != "":
			return ""
		}
	}
	if w.crowded() {
		return ""
	}
	if len(w.plan.Faults) == 0 {
		return "nothing has gone wrong"
	}
	if e.began > w.healedAt+grace && w.healed {
		return "the network has been sound for long"
	}
	switch err {
	case "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "ECONNABORTED", "EPIPE", "ECONNRESET", "ECONNREFUSED", "ENOTCONN":
		return ""
	}
	return "that is no answer to what has gone wrong"
}

// refusable tells whether a host can refuse a new connection for its own reasons: no room, a port that is in use, a link
// that is down.
func (e *end) refusable(err errno) bool {
	switch err {
	case "ENOBUFS", "ENFILE", "EMFILE", "ENOMEM":
		return true
	case "EADDRINUSE":
		return e.conn.app.plan.Kind == appSame
	case "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN":
		return e.host.other != nil || !e.host.stack.LinkIsUp()
	}
	return false
}

// crowded tells whether a host had no room for a connection, or made room.
func (w *world) crowded() bool {
	for _, h := range w.hosts {
		s := &h.stack
		if h.other != nil {
			return true // nothing is known of it
		}
		if s.Counter(stack.TCPEvicted)+s.Counter(stack.DropTCPTableFull)+s.Counter(stack.DropTCPBacklog) > 0 {
			return true
		}
	}
	return false
}
