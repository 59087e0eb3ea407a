package replay

import (
	"bytes"
	"fmt"
	"time"

	"stackproof/stack/wire"
)

// Conn is a connection of a capture whose begin is in it.
type Conn struct {
	Client, Server Endpoint
	segments       []segment
	size           int // bytes of memory
	isn            [2]uint32
	known          [2]bool // whose SYN was seen
	ended          [2]bool // whose FIN was seen
	reset          bool
	last           time.Duration
	over           string // why it cannot be replayed
}

// The two ends, as indices.
const (
	client = 0
	server = 1
)

func (c *Conn) String() string {
	host := func(e Endpoint) string {
		if e.Addr.Is6() {
			return fmt.Sprintf("[%v]:%d", e.Addr, e.Port)
		}
		return fmt.Sprintf("%v:%d", e.Addr, e.Port)
	}
	return host(c.Client) + " > " + host(c.Server)
}

// side is the end that sent a segment.
func (s *segment) side() int {
	if s.fromClient {
		return client
	}
	return server
}

// stream is what one end of a connection sent, put together from its segments: of a byte that was sent twice the first
// counts. Offsets are from the first byte behind the SYN.
type stream struct {
	data []byte
	have []bool
	fin  int // offset behind the last byte; -1: there was no FIN
}

// longest is how much of a stream is put together.
const longest = 8 << 20

// assemble puts together what one end sent. Only offsets that its segments name count, so what lies between may be
// missing.
func (c *Conn) assemble(side int) (s stream) {
	s.fin = -1
	for i := range c.segments {
		x := &c.segments[i]
		if x.side() != side || x.has(wire.FlagRST) {
			continue
		}
		at := int(int32(x.tcp.Seq() - c.isn[side] - 1))
		if x.has(wire.FlagSYN) {
			at++
		}
		data := x.tcp.Payload()
		if at < 0 {
			data = data[min(len(data), -at):] // a keep-alive repeats a byte, or sends one of garbage
			at = 0
		}
		s.put(at, data)
		if x.has(wire.FlagFIN) && s.fin < 0 {
			s.fin = at + len(data)
		}
	}
	return s
}

func (s *stream) put(at int, data []byte) {
	if at+len(data) > longest {
		return
	}
	if n := at + len(data); n > len(s.data) && len(data) > 0 {
		s.data = append(s.data, make([]byte, n-len(s.data))...)
		s.have = append(s.have, make([]bool, n-len(s.have))...)
	}
	for i, b := range data {
		if !s.have[at+i] {
			s.data[at+i], s.have[at+i] = b, true
		}
	}
}

// whole is the stream up to the first byte that is missing.
func (s *stream) whole() []byte {
	for i, have := range s.have {
		if !have {
			return s.data[:i]
		}
	}
	return s.data
}

// gap tells whether something is missing.
func (s *stream) gap() bool { return len(s.whole()) < len(s.data) }

// Streams returns what each end sent, up to the first byte that the capture does not carry; whole says that it carries all.
func (c *Conn) Streams() (fromClient, fromServer []byte, whole bool) {
	a, b := c.assemble(client), c.assemble(server)
	return a.whole(), b.whole(), !a.gap() && !b.gap()
}

// Tracker collects the connections of a capture as its frames go by. Its memory has a limit: a connection that would go
// beyond it is passed over.
type Tracker struct {
	conns  map[[2]Endpoint]*Conn // by client and server
	order  []*Conn               // those that have not ended, oldest first
	limit  int                   // bytes of memory for all
	used   int
	swept  time.Duration
	Middle int64 // segments of connections whose begin is not in the capture
	Bad    int64 // connections that cannot be replayed
	Why    map[string]int64
	done   []*Conn
}

// NewTracker makes a tracker that uses so many bytes of memory.
func NewTracker(limit int) *Tracker {
	return &Tracker{conns: map[[2]Endpoint]*Conn{}, limit: limit, Why: map[string]int64{}}
}

// Add takes an Ethernet frame that was captured at a time.
func (t *Tracker) Add(at time.Duration, frame []byte) {
	s, src, dst, ok := parse(frame)
	if !ok {
		return
	}
	s.at = at
	key := [2]Endpoint{src, dst}
	c := t.conns[key]
	if c == nil {
		if c = t.conns[[2]Endpoint{dst, src}]; c != nil {
			key = [2]Endpoint{dst, src}
		}
	}
	if c != nil && s.has(wire.FlagSYN) && !s.has(wire.FlagACK) && c.reopens(src, s.tcp.Seq()) {
		t.end(key, c)
		c, key = nil, [2]Endpoint{src, dst}
	}
	if c == nil {
		if !s.has(wire.FlagSYN) || s.has(wire.FlagACK) || s.has(wire.FlagRST) {
			t.Middle++
			return
		}
		t.sweep(at)
		if t.used+base > t.limit {
			t.refuse("more than there is memory for")
			return
		}
		c = &Conn{Client: src, Server: dst, size: base}
		t.used += base
		t.conns[key] = c
		t.order = append(t.order, c)
	}
	s.fromClient = src == c.Client
	c.add(&s)
	t.keep(c, &s)
}

// reopens tells whether a SYN of an end begins another connection between the same two.
func (c *Conn) reopens(src Endpoint, seq uint32) bool {
	side := client
	if src == c.Server {
		side = server
	}
	return c.known[side] && c.isn[side] != seq && (c.reset || c.ended[client] || c.ended[server])
}

// add notes what a segment says of the connection.
func (c *Conn) add(s *segment) {
	side := s.side()
	switch {
	case s.has(wire.FlagSYN) && len(s.tcp.Payload()) > 0:
		c.over = "data in a SYN"
	case s.has(wire.FlagSYN) && side == server && !s.has(wire.FlagACK):
		c.over = "both ends opened it at once"
	case s.has(wire.FlagSYN) && c.known[side] && c.isn[side] != s.tcp.Seq():
		c.over = "two SYNs that differ"
	case s.has(wire.FlagSYN):
		c.isn[side], c.known[side] = s.tcp.Seq(), true
	}
	if s.has(wire.FlagFIN) {
		c.ended[side] = true
	}
	if s.has(wire.FlagRST) {
		c.reset = true
	}
	c.last = s.at
}

// keep keeps a copy of a segment, as long as there is memory.
func (t *Tracker) keep(c *Conn, s *segment) {
	if c.over != "" {
		t.release(c)
		return
	}
	n := len(s.tcp) + 100
	t.sweep(s.at)
	if t.used+n > t.limit || c.size+n > t.limit/2 {
		c.over = "longer than there is memory for"
		t.release(c)
		return
	}
	s.tcp = wire.TCP(bytes.Clone(s.tcp))
	c.segments = append(c.segments, *s)
	c.size += n
	t.used += n
}

// base is the memory that a connection takes without any segment.
const base = 500

// release frees the segments of a connection that is not to be replayed.
func (t *Tracker) release(c *Conn) {
	t.used -= c.size - base
	c.size, c.segments = base, nil
}

// refuse counts a connection that cannot be replayed.
func (t *Tracker) refuse(why string) {
	t.Bad++
	t.Why[why]++
}

// lull is how long nothing must come of a connection that has ended until it counts as over.
const lull = 10 * time.Second

// sweep ends the connections that are over, where memory gets short: for the frames to come, since what they take is free
// when they have been handed out.
func (t *Tracker) sweep(now time.Duration) {
	if t.used < t.limit/2 || now-t.swept < lull && now >= t.swept {
		return
	}
	t.swept = now
	kept := t.order[:0]
	for _, c := range t.order {
		if (c.over != "" || c.reset || c.ended[client] && c.ended[server]) && now-c.last > lull {
			t.finish(c)
		} else {
			kept = append(kept, c)
		}
	}
	t.order = kept
}

// end ends a connection because another one follows between the same two ends.
func (t *Tracker) end(key [2]Endpoint, c *Conn) {
	delete(t.conns, key)
	for i := range t.order {
		if t.order[i] == c {
			t.order = append(t.order[:i], t.order[i+1:]...)
			break
		}
	}
	t.finish(c)
}

// finish hands a connection out, or says why it cannot be replayed.
func (t *Tracker) finish(c *Conn) {
	if t.conns[[2]Endpoint{c.Client, c.Server}] == c {
		delete(t.conns, [2]Endpoint{c.Client, c.Server})
	}
	if c.over == "" {
		c.over = c.lacks()
	}
	if c.over != "" {
		t.refuse(c.over)
		t.used -= c.size
		return
	}
	t.done = append(t.done, c)
}

// lacks says what a connection lacks to be replayed; "" for nothing.
func (c *Conn) lacks() string {
	answered := false
	for i := range c.segments {
		if s := &c.segments[i]; !s.fromClient {
			answered = true
		}
	}
	switch {
	case !answered:
		return "nobody answered"
	case !c.known[server] && !c.refused():
		return "no SYN of the server"
	}
	return ""
}

// refused tells a connection that the server's end answered with a reset.
func (c *Conn) refused() bool {
	for i := range c.segments {
		if s := &c.segments[i]; !s.fromClient && !c.known[server] {
			return s.has(wire.FlagRST)
		}
	}
	return false
}

// Done returns the connections that have ended since the last call, and counts their memory as free. last says that no
// frame follows: then all have.
func (t *Tracker) Done(last bool) []*Conn {
	if last {
		for _, c := range t.order {
			t.finish(c)
		}
		t.order = nil
	}
	done := t.done
	for _, c := range done {
		t.used -= c.size
	}
	t.done = nil
	return done
}
