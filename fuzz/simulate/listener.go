package simulate

import "time"

// listener is a server's application for streams: it accepts, and serves as each connection's client wants.
type listener struct {
	host   *host
	v6     bool
	fd     int
	up     bool
	acc    call
	retry  time.Duration
	ends   []*end
	closes bool
}

func (l *listener) step() (moved bool) {
	h, w := l.host, l.host.world
	if !l.up && !w.closing && w.now >= l.retry {
		l.start()
		moved = l.up
	}
	for l.up && !l.closes && w.now >= l.retry {
		if !l.acc.begin(h.face, func() bool { return h.face.accept(&l.acc, l.fd) }) {
			break
		}
		if l.acc.err != "" {
			w.noRoom(h, l.acc.err)
			l.retry = w.now + 100*time.Millisecond
			break
		}
		moved = true
		w.accepted(h, l.acc.from)
		e := newEnd(h, nil, 1, l.acc.n)
		e.from = l.acc.from
		l.ends = append(l.ends, e)
	}
	still := l.ends[:0]
	for _, e := range l.ends {
		if e.step() {
			moved = true
		}
		if e.stage != over {
			still = append(still, e)
		} else if e.conn != nil && e.conn.finished[1] {
			w.served(h, e)
		}
	}
	l.ends = still
	return moved
}

func (l *listener) start() {
	h := l.host
	l.retry = h.world.now + 500*time.Millisecond
	fd, err := h.face.open(l.v6, true)
	if err != "" {
		return
	}
	h.face.reuse(fd)
	if err = h.face.bind(fd, anywhere(l.v6, streamPort)); err == "" {
		err = h.face.listen(fd, h.plan.Backlog)
	}
	if err != "" {
		var c call
		h.face.closes(&c, fd)
		return
	}
	l.fd, l.up, l.retry = fd, true, 0
}

// stop closes the listener when all is over.
func (l *listener) stop() {
	if l.up && !l.closes {
		l.closes = true
		if l.acc.busy {
			l.host.face.cancel(&l.acc)
			l.acc.busy = false
		}
		var c call
		l.host.face.closes(&c, l.fd)
	}
}

func (l *listener) wake() (at time.Duration, ok bool) {
	if l.retry > l.host.world.now {
		at, ok = l.retry, true
	}
	for _, e := range l.ends {
		if t, any := e.wake(); any && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}
