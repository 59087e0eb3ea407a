package simulate

import (
	"encoding/binary"
	"fmt"
	"time"

	"stackproof/stack/socket"
	"stackproof/stack/wire"
)

// datagrams is an application that sends numbered datagrams to a host, which sends them back, or to a group.
type datagrams struct {
	plan *AppPlan
	host *host
	fd   int
	up   bool
	next time.Duration
	wr   call
	rd   call
	box  []byte
	buf  []byte

	sent    []time.Duration // when number i was sent
	good    int             // that came, of those sent to a sound network
	refused int             // that nobody was there for, likewise
	came    int
	errs    errno // the last one
}

const datagramHead = 12 // application, number, and its complement

// dgram is datagram number n of an application. Its length depends on the number.
func (a *AppPlan) dgram(n int, buf []byte) []byte {
	size := datagramHead + a.Up
	if n%3 == 1 {
		size = datagramHead + a.Up/2
	}
	buf = buf[:0]
	buf = binary.BigEndian.AppendUint32(buf, uint32(a.ID))
	buf = binary.BigEndian.AppendUint32(buf, uint32(n))
	buf = binary.BigEndian.AppendUint32(buf, ^uint32(n))
	for i := datagramHead; i < size; i++ {
		buf = append(buf, byte(i*7+i>>8*31+n*13+a.ID*101))
	}
	return buf
}

// check finds out which datagram b is; it must be one that was sent, as it was.
func (w *world) check(h *host, b []byte) (d *datagrams, n int) {
	if lie := w.lies.datagram; lie != nil {
		lie(h, b)
	}
	if len(b) >= datagramHead {
		id, n := int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:]))
		for _, d := range w.datagrams {
			if d.plan.ID == id && n < len(d.sent) && string(d.plan.dgram(n, w.scratch)) == string(b) {
				return d, n
			}
		}
	}
	w.fail("%s receives a datagram of %d bytes that nobody has sent: % x", h.name(), len(b), b[:min(len(b), 24)])
	return nil, 0
}

func (a *datagrams) destination() socket.Endpoint {
	w := a.host.world
	switch a.plan.Kind {
	case appGroup:
		return socket.Endpoint{Addr: groupOf(a.plan.IPv6), Port: groupPort}
	case appGuess:
		return w.host(a.plan.Server).endpoint(a.plan.IPv6, guessPort)
	}
	return w.host(a.plan.Server).endpoint(a.plan.IPv6, datagramPort)
}

// groupOf is the group of all simulations.
func groupOf(v6 bool) wire.Addr {
	if v6 {
		return wire.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 14: 0x12, 15: 0x34})
	}
	return wire.IPv4(239, 1, 2, 3)
}

func (a *datagrams) satisfied() bool {
	if a.plan.Kind == appGuess {
		// A datagram socket of lwIP's hears of no error.
		return a.refused >= needs || a.host.plan.Face != "posix" && len(a.sent) >= 2*needs && a.sent[len(a.sent)-needs] >= a.host.world.healedAt
	}
	return a.good >= needs || a.plan.Kind == appGroup && !a.listened()
}

// listened tells whether anybody is on the same wire, whom the group's datagrams reach.
func (a *datagrams) listened() bool {
	for _, h := range a.host.world.hosts {
		if h != a.host && h.other == nil && h.plan.LAN == a.host.plan.LAN {
			return true
		}
	}
	return false
}

func (a *datagrams) stuck() string {
	return fmt.Sprintf("%s (%s from host%d to host%d): %d datagrams sent, %d good ones since, %d refused, last error %q", a.plan.name(), a.plan.Kind,
		a.plan.Client, a.plan.Server, len(a.sent), a.good, a.refused, a.errs)
}

func (a *datagrams) step() (moved bool) {
	w := a.host.world
	if !a.up {
		if w.now < a.next || a.over() || !a.start() {
			return false
		}
	}
	for a.up && a.receive() {
		moved = true
	}
	burst := 1
	if a.plan.Kind == appStorm {
		burst = 24
	}
	for i := 0; a.up && (w.now >= a.next || a.wr.busy) && !a.over() && i < burst; i++ {
		if !a.send() {
			break
		}
		moved = true
		if i == burst-1 {
			a.next = w.now + a.plan.Think
		}
	}
	if a.up && a.over() {
		a.stop()
	}
	return moved
}

// reset forgets what was before a reboot.
func (a *datagrams) reset() { a.up, a.rd, a.wr, a.next = false, call{}, call{}, 0 }

// over: there is nothing more to show.
func (a *datagrams) over() bool {
	w := a.host.world
	return w.closing || w.healed && a.satisfied()
}

func (a *datagrams) start() bool {
	h, w := a.host, a.host.world
	a.next = w.now + 200*time.Millisecond
	fd, err := h.face.open(a.plan.IPv6, false)
	if err != "" {
		a.errs = err
		return false
	}
	h.face.nonblock(fd)
	if a.plan.Kind != appGroup {
		var c call
		if h.face.connect(&c, fd, a.destination()); c.err != "" {
			a.errs = c.err
			h.face.closes(&call{}, fd)
			return false
		}
	}
	a.fd, a.up, a.next = fd, true, w.now
	return true
}

func (a *datagrams) send() bool {
	h, w := a.host, a.host.world
	if !a.wr.busy {
		a.buf = a.plan.dgram(len(a.sent), a.buf)
	}
	to := socket.Endpoint{}
	if a.plan.Kind == appGroup {
		to = a.destination()
	}
	if !a.wr.busy {
		a.sent = append(a.sent, w.now) // it may have left before the call tells
	}
	if !a.wr.begin(h.face, func() bool { return h.face.send(&a.wr, a.fd, a.buf, to) }) {
		return false
	}
	if a.wr.err == "" {
		return true
	}
	a.failed(a.wr.err)
	if a.wr.err == again || a.wr.err == "ENOBUFS" || a.wr.err == "ENOMEM" {
		a.sent = a.sent[:len(a.sent)-1]
		a.next = w.now + 5*time.Millisecond
		return false
	}
	a.next = w.now + a.plan.Think
	return true
}

func (a *datagrams) failed(err errno) {
	w := a.host.world
	if err != again {
		a.errs = err
	}
	if err == "ECONNREFUSED" {
		w.hit(goalPortUnreachable)
		if w.healed {
			a.refused++
		}
	}
}

func (a *datagrams) receive() bool {
	h, w := a.host, a.host.world
	if a.box == nil {
		a.box = make([]byte, 9000)
	}
	if !a.rd.begin(h.face, func() bool { return h.face.recv(&a.rd, a.fd, a.box) }) || a.rd.err == again {
		return false
	}
	if a.rd.err != "" {
		a.failed(a.rd.err)
		return true
	}
	if d, n := w.check(h, a.box[:a.rd.n]); d != nil {
		if d != a {
			w.fail("%s receives an answer to a datagram of %s", h.name(), d.host.name())
		}
		a.arrived(n)
	}
	return true
}

// arrived notes a datagram that has come to where it was to go, or back.
func (a *datagrams) arrived(n int) {
	w := a.host.world
	a.came++
	w.bytes += uint64(a.plan.Up)
	if w.healed && a.sent[n] >= w.healedAt {
		a.good++
	}
}

func (a *datagrams) stop() {
	h := a.host
	for _, c := range []*call{&a.rd, &a.wr} {
		if c.busy {
			h.face.cancel(c)
			c.busy = false
		}
	}
	h.face.closes(&call{}, a.fd)
	a.up = false
}

func (a *datagrams) wake() (time.Duration, bool) {
	return max(a.next, a.host.world.now), !a.over()
}

// echo is a server's application for datagrams: it sends back what comes, or listens to a group.
type echo struct {
	host  *host
	v6    bool
	group bool
	fd    int
	up    bool
	retry time.Duration
	rd    call
	box   []byte
	look  time.Duration // when a lazy one reads again
}

// lazy is how often a lazy server reads.
const lazy = 300 * time.Millisecond

func (s *echo) step() (moved bool) {
	h, w := s.host, s.host.world
	if !s.up && !w.closing && w.now >= s.retry {
		s.start()
		moved = s.up
	}
	if h.plan.Lazy && s.up {
		if w.now < s.look {
			return moved
		}
		s.look = w.now + lazy
	}
	for s.up {
		if s.rd.busy = false; !h.face.recv(&s.rd, s.fd, s.box) || s.rd.err == again {
			break
		}
		moved = true
		if s.rd.err != "" {
			continue // of what was sent back
		}
		b := s.box[:s.rd.n]
		d, n := w.check(h, b)
		if d == nil {
			return
		}
		if s.group {
			if d.host != h { // it hears itself
				d.arrived(n)
				w.hit(goalGroup)
			}
			continue
		}
		if d.plan.Kind == appStorm {
			d.arrived(n)
			continue
		}
		if len(b) > 1500 {
			w.hit(goalLong)
		}
		// Where there is no buffer for it the answer is lost, as on any host.
		h.face.send(&call{}, s.fd, b, s.rd.from)
	}
	return moved
}

func (s *echo) start() {
	h := s.host
	s.retry = h.world.now + 500*time.Millisecond
	fd, err := h.face.open(s.v6, false)
	if err != "" {
		return
	}
	port := uint16(datagramPort)
	if s.group {
		port = groupPort
	}
	if err = h.face.bind(fd, anywhere(s.v6, port)); err == "" && s.group {
		err = h.face.join(fd, groupOf(s.v6))
	}
	if err != "" {
		h.face.closes(&call{}, fd)
		return
	}
	h.face.nonblock(fd)
	s.fd, s.up = fd, true
	if s.box == nil {
		s.box = make([]byte, 9000)
	}
}

func (s *echo) stop() {
	if s.up {
		s.up = false
		s.host.face.closes(&call{}, s.fd)
	}
}

func (s *echo) wake() (time.Duration, bool) {
	w := s.host.world
	switch {
	case w.closing:
		return 0, false
	case !s.up:
		return s.retry, s.retry > w.now
	}
	return s.look, s.host.plan.Lazy && s.look > w.now
}
