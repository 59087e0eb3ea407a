package simulate

import (
	"encoding/binary"
	"fmt"
	"time"

	"stackproof/stack"
	"stackproof/stack/socket"
)

// What every stream's keep-alive has; the idle time is the host's.
const (
	keepInterval = 10 * time.Second
	keepCount    = 5
)

// Ports.
const (
	streamPort   = 80
	nobodyPort   = 81
	datagramPort = 9
	guessPort    = 10
	groupPort    = 11
	samePort     = 40000 // and the application's number
)

// conn is what the simulator knows of a connection, whatever its hosts do. Side 0 is the client.
type conn struct {
	id       uint32
	app      *streams
	host     [2]*host
	begun    time.Duration
	total    [2]int  // bytes that a side sends
	offered  [2]int  // bytes that its application has handed over, or is handing over
	sent     [2]int  // that the socket has taken
	shut     [2]bool // it has closed its way out
	got      [2]int  // bytes that it has read
	finished [2]bool // it has sent and read everything
	aborted  [2]bool
	failed   [2]errno
	accepted bool
	rebooted bool // one of the hosts, since
	attacked bool // somebody has forged segments of it
	cut      bool // a partition or a link that was down, which it has survived so far
	shrunk   bool // the path's MTU was lowered while it was open
}

const headerLen = 8

// streamByte is byte n of what a side of a connection sends. The first are the header, which says which one it is.
func (c *conn) streamByte(side, n int) byte {
	if side == 0 && n < headerLen {
		var b [headerLen]byte
		binary.BigEndian.PutUint32(b[:], c.id)
		binary.BigEndian.PutUint32(b[4:], ^c.id)
		return b[n]
	}
	return byte(n*7+n>>8*31+n>>16*101) + byte(c.id*37) + byte(side*128)
}

// end is one side of a connection, as its application has it.
type end struct {
	conn     *conn // nil at a server that has not read the header
	host     *host
	side     int
	fd       int
	header   []byte
	in, out  int
	rd, wr   call
	buf, box []byte // to be sent, received
	stage    stage
	shut     bool
	eof      bool
	pauseEnd time.Duration // 0: it has not paused yet
	began    time.Duration
	moved    time.Duration   // when something was last read or written
	from     socket.Endpoint // the client, at a server
}

type stage uint8

const (
	connecting stage = iota
	open
	closing
	over
)

// newEnd begins a side of a connection on a descriptor that is connected, or is to connect.
func newEnd(h *host, c *conn, side, fd int) *end {
	e := &end{conn: c, host: h, side: side, fd: fd, box: make([]byte, 4096), began: h.world.now, moved: h.world.now}
	h.face.keepAlive(fd, h.plan.Keep)
	if side == 1 {
		e.stage = open
		if !h.plan.Block {
			h.face.nonblock(fd)
		}
	}
	h.ends++
	return e
}

// step does what can be done.
func (e *end) step() (moved bool) {
	switch e.stage {
	case connecting:
		return e.connect()
	case open:
		for i := 0; e.stage == open && i < 64; i++ {
			if !e.read() && !e.write() {
				break
			}
			moved = true
		}
		if moved {
			e.moved = e.host.world.now
		} else if e.tired() {
			e.giveUp()
			return true
		}
	case closing:
		return e.close()
	}
	return moved
}

// patience is how long an application on lwIP waits on a half-closed connection: there lwIP sends no keep-alives.
const patience = 3 * time.Minute

// tired tells whether it has waited for so long.
func (e *end) tired() bool {
	return e.host.other != nil && e.shut && e.host.world.now >= e.moved+patience
}

// giveUp resets a connection.
func (e *end) giveUp() {
	e.conn.aborted[e.side] = true
	e.host.world.log(e.conn.id, "abort")
	e.cancel()
	e.host.face.abort(e.fd)
	e.done()
}

func (e *end) connect() bool {
	h := e.host
	to := e.conn.host[1].endpoint(e.conn.app.plan.IPv6, e.conn.app.port())
	if !e.wr.begin(h.face, func() bool { return h.face.connect(&e.wr, e.fd, to) }) {
		return false
	}
	if e.wr.err != "" {
		h.world.noRoom(h, e.wr.err)
		e.fail(e.wr.err)
		return true
	}
	if !h.plan.Block {
		h.face.nonblock(e.fd)
	}
	e.stage = open
	h.world.log(e.conn.id, "open")
	return true
}

// may is how many bytes the application wants to have sent by now.
func (e *end) may() int {
	c := e.conn
	if c == nil {
		return 0
	}
	p := c.app.plan
	total := c.total[e.side]
	switch {
	case p.Kind == appChat && e.side == 0:
		return min(total, headerLen+p.Up*(1+e.in/max(p.Down, 1)))
	case p.Kind == appChat:
		return min(total, p.Down*((e.in-headerLen)/max(p.Up, 1)))
	case e.side == 1 && !e.eof && (p.Kind == appPush || p.Kind == appSlow || p.Kind == appChurn):
		return 0
	}
	return total
}

// write sends what may be sent, then closes this way.
func (e *end) write() bool {
	c := e.conn
	if c == nil || e.shut {
		return false
	}
	if n := e.may() - e.out; n > 0 || e.wr.busy {
		return e.send(n)
	}
	if e.out < c.total[e.side] || e.waitsForEnd() {
		return false
	}
	e.shut, c.shut[e.side] = true, true
	if err := e.host.face.shutdown(e.fd); err != "" {
		e.fail(err)
	}
	e.finish()
	return true
}

// waitsForEnd: a client whose server closes first closes after it.
func (e *end) waitsForEnd() bool {
	k := e.conn.app.plan.Kind
	return e.side == 0 && !e.eof && (k == appFetch || k == appSame)
}

func (e *end) send(n int) bool {
	c := e.conn
	if !e.wr.busy {
		e.buf = e.buf[:0]
		for i := range min(n, 4096) {
			e.buf = append(e.buf, c.streamByte(e.side, e.out+i))
		}
		c.offered[e.side] = e.out + len(e.buf)
		if p := c.app.plan; p.Kind == appAbort && e.side == int(c.id)%2 && e.out > p.Up/3 {
			e.giveUp()
			return true
		}
	}
	if !e.wr.begin(e.host.face, func() bool { return e.host.face.send(&e.wr, e.fd, e.buf, socket.Endpoint{}) }) {
		return false
	}
	switch {
	case e.wr.err == again:
		return false
	case e.wr.err != "":
		e.fail(e.wr.err)
		return true
	}
	e.out += e.wr.n
	c.sent[e.side] = e.out
	return true
}

// read takes what has come.
func (e *end) read() bool {
	if e.eof || e.paused() {
		return false
	}
	if !e.rd.begin(e.host.face, func() bool { return e.host.face.recv(&e.rd, e.fd, e.box) }) {
		return false
	}
	switch {
	case e.rd.err == again:
		return false
	case e.rd.err != "":
		e.fail(e.rd.err)
		return true
	case e.rd.n == 0:
		e.ended()
		return true
	}
	if lie := e.host.world.lies.read; lie != nil {
		lie(e, e.box[:e.rd.n])
	}
	e.take(e.box[:e.rd.n])
	return true
}

// paused: a slow server stops once in the middle.
func (e *end) paused() bool {
	c := e.conn
	if c == nil || c.app.plan.Kind != appSlow || e.side == 0 || e.in < c.total[0]/4 || e.rd.busy {
		return false
	}
	now := e.host.world.now
	if e.pauseEnd == 0 {
		e.pauseEnd = now + c.app.plan.Pause
	}
	return now < e.pauseEnd
}

// take: what is read is a prefix of what was written.
func (e *end) take(b []byte) {
	w := e.host.world
	if e.conn == nil {
		need := headerLen - len(e.header)
		e.header = append(e.header, b[:min(need, len(b))]...)
		if len(e.header) == headerLen {
			e.identify()
		}
		if e.conn == nil {
			e.in += len(b)
			return
		}
	}
	c, peer := e.conn, 1-e.side
	for i, got := range b {
		if want := c.streamByte(peer, e.in+i); got != want {
			w.fail("%s reads %#02x as byte %d of connection %d, and %#02x was written", e.host.name(), got, e.in+i, c.id, want)
			return
		}
	}
	e.in += len(b)
	c.got[e.side] = e.in
	if e.in > c.offered[peer] {
		w.fail("%s has read %d bytes of connection %d, and %d were written", e.host.name(), e.in, c.id, c.offered[peer])
	}
	w.bytes += uint64(len(b))
	if c.shut[e.side] {
		w.hit(goalHalfClose)
	}
}

// identify finds out which connection a server has accepted.
func (e *end) identify() {
	w := e.host.world
	id, check := binary.BigEndian.Uint32(e.header), binary.BigEndian.Uint32(e.header[4:])
	if check != ^id || id == 0 || int(id) > len(w.conns) {
		w.fail("%s reads the header % x, which nobody has written", e.host.name(), e.header)
		return
	}
	c := w.conns[id-1]
	switch {
	case c.host[1] != e.host:
		w.fail("%s accepts connection %d, which is for %s", e.host.name(), id, c.host[1].name())
	case c.accepted && !c.rebooted: // a host that keeps its secrets knows its own SYN cookies after a reboot
		w.fail("%s accepts connection %d twice; it has taken %d SYN cookies", e.host.name(), id, e.host.stack.Counter(stack.TCPCookiesTaken))
	default:
		e.conn, c.accepted = c, true
		w.log(id, "accepted")
	}
}

// ended: the end of the stream comes after its last byte.
func (e *end) ended() {
	w, c := e.host.world, e.conn
	if c != nil && e.in == 0 && c.host[1-e.side].other != nil && c.host[1-e.side].full {
		// lwIP takes a connection for which accept has no descriptor off the queue, and closes it in order.
		e.fail("ECONNRESET")
		return
	}
	e.eof = true
	switch {
	case c == nil:
		w.fail("%s reads the end of a stream after %d bytes, which is before its header", e.host.name(), e.in)
	case !c.shut[1-e.side] || e.in != c.sent[1-e.side]:
		w.fail("%s reads the end of connection %d after %d bytes; %d were written, and closed is %v", e.host.name(), c.id, e.in,
			c.sent[1-e.side], c.shut[1-e.side])
	}
	e.finish()
}

// finish closes what is complete.
func (e *end) finish() {
	if e.shut && e.eof && e.stage == open {
		e.stage = closing
		e.conn.finished[e.side] = true
		if lie := e.host.world.lies.forget; lie != nil && lie(e) {
			e.done()
		}
	}
}

func (e *end) close() bool {
	if !e.wr.begin(e.host.face, func() bool { return e.host.face.closes(&e.wr, e.fd) }) {
		return false
	}
	e.done()
	return true
}

// fail ends it with an error, which must have a reason.
func (e *end) fail(err errno) {
	w := e.host.world
	if c := e.conn; c != nil {
		c.failed[e.side] = err
		w.log(c.id, string(err))
	}
	if why := w.unexpected(e, err); why != "" {
		w.fail("%s: a connection has ended with %s: %s", e.host.name(), err, why)
	}
	if e.stage == open && e.conn != nil {
		w.ending(e, err)
	}
	e.cancel()
	e.stage = closing
}

// cancel gives up what calls wait: they would keep the socket.
func (e *end) cancel() {
	for _, c := range []*call{&e.rd, &e.wr} {
		if c.busy {
			e.host.face.cancel(c)
			c.busy = false
		}
	}
}

func (e *end) done() {
	e.stage = over
	e.host.ends--
}

// wake is when it wants to be looked at again.
func (e *end) wake() (time.Duration, bool) {
	at, ok := e.pauseEnd, e.pauseEnd > e.host.world.now
	if e.host.other != nil && e.shut && e.stage == open {
		return e.moved + patience, true
	}
	for _, c := range []*call{&e.rd, &e.wr} {
		if !c.busy {
			continue
		}
		if d, limited := e.host.face.deadline(c); limited && (!ok || d+e.host.boot < at) {
			at, ok = d+e.host.boot, true
		}
	}
	return at, ok
}

// streams is a client application that opens connections, over and over.
type streams struct {
	plan   *AppPlan
	host   *host
	ends   []*end
	next   time.Duration
	good   int // connections since the network was healed that were as they should be
	bad    int
	tried  int
	troubl string // what went wrong last
}

func (a *streams) port() uint16 {
	if a.plan.Kind == appNobody {
		return nobodyPort
	}
	return streamPort
}

// reset forgets what was before a reboot.
func (a *streams) reset() { a.ends, a.next = nil, 0 }

// needs is how many good connections there have to be when the network is sound again.
const needs = 2

func (a *streams) satisfied() bool { return a.good >= needs }

func (a *streams) stuck() string {
	state := fmt.Sprintf("%s (%s from host%d to host%d): %d good connections, %d bad ones, %d open", a.plan.name(), a.plan.Kind, a.plan.Client, a.plan.Server,
		a.good, a.bad, len(a.ends))
	if a.troubl != "" {
		state += ", the last trouble was " + a.troubl
	}
	return state
}

func (a *streams) step() (moved bool) {
	w := a.host.world
	still := a.ends[:0]
	for _, e := range a.ends {
		if e.step() {
			moved = true
		}
		if e.stage == over {
			a.count(e)
		} else {
			still = append(still, e)
		}
	}
	a.ends = still
	many := a.plan.Many
	for len(a.ends) < many && w.now >= a.next && !w.closing && !(w.healed && a.satisfied()) {
		if !a.launch() {
			a.next = w.now + a.plan.Think + 10*time.Millisecond
			break
		}
		moved = true
		if len(a.ends) == many {
			a.next = w.now + a.plan.Think
		}
	}
	return moved
}

// count looks at how a connection has ended.
func (a *streams) count(e *end) {
	c, w := e.conn, a.host.world
	a.next = max(a.next, w.now+a.plan.Think)
	good := c.finished[0]
	switch a.plan.Kind {
	case appNobody:
		good = c.failed[0] == "ECONNREFUSED" || c.failed[0] == "ECONNRESET"
		if good {
			w.hit(goalRefused)
		}
	case appAbort:
		good = c.aborted[0] || c.failed[0] != ""
	}
	if good && w.healed && c.begun >= w.healedAt {
		a.good++
	}
	if !good {
		a.bad++
		a.troubl = string(c.failed[0])
	}
	if good {
		w.completed(c)
	}
}

// launch opens a connection.
func (a *streams) launch() bool {
	h, w := a.host, a.host.world
	fd, err := h.face.open(a.plan.IPv6, true)
	if err != "" {
		a.troubl = string(err)
		w.noRoom(h, err)
		return false
	}
	if a.plan.Kind == appSame {
		h.face.reuse(fd)
		if err := h.face.bind(fd, anywhere(a.plan.IPv6, samePort+uint16(a.plan.ID))); err != "" {
			a.troubl = string(err)
			var c call
			h.face.closes(&c, fd)
			return false
		}
	}
	c := &conn{id: uint32(len(w.conns) + 1), app: a, host: [2]*host{h, w.host(a.plan.Server)}, begun: w.now}
	c.total = [2]int{headerLen + a.plan.Up*a.plan.Rounds, a.plan.Down * a.plan.Rounds}
	w.conns = append(w.conns, c)
	w.log(c.id, "begun")
	a.tried++
	a.ends = append(a.ends, newEnd(h, c, 0, fd))
	return true
}

func (a *streams) wake() (at time.Duration, ok bool) {
	w := a.host.world
	if len(a.ends) < a.plan.Many && !w.closing && !(w.healed && a.satisfied()) {
		at, ok = max(a.next, w.now), true
	}
	for _, e := range a.ends {
		if t, any := e.wake(); any && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// open counts the connections of a client that are not over.
func (a *streams) open() int { return len(a.ends) }
