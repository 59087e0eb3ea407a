package diff

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// kind is a socket's.
type kind uint8

const (
	stream kind = iota
	datagram
	raw
)

// stage is how far the program thinks that a stream has come. It may be wrong: then a call fails, on both stacks.
type stage uint8

const (
	fresh stage = iota
	bound
	listening
	connecting
	connected
)

// sock is what the program thinks of a descriptor.
type sock struct {
	fd       int
	kind     kind
	v6       bool
	at       stage
	port     int // its own, 0: none yet
	peer     int // the peer's, 0: none, or another socket
	nonblock bool
	came     int  // bytes that the peer has sent to the connection, or datagrams that may wait
	fin      bool // the peer has sent its last
	shut     bool // SHUT_WR
	listens  bool // listen was called
	lingers  bool // SO_LINGER was set
	beyond   bool // the peer has sent beyond the window: from then on lwIP believes no smaller window (case tcp/data/window-of-a-segment-beyond)
	sends    bool // a send may still wait
	half     bool // a listener with a connection that stays half open: what lwIP lets wait beside it is not ours
}

// bothEnded tells whether both ends of a connection are over: in lwIP, which has freed it, a connect never returns then.
func (s *sock) bothEnded() bool { return s.shut && s.fin }

// generator draws a program.
type generator struct {
	*rand.Rand
	steps []step
	socks []*sock
	next  int // descriptor
	port  int // the next port of the peer that is not used
	deaf  bool
	down  bool
	zero  bool // the peer has shut a window
	text  int  // bytes that were sent over the loopback, where an acknowledgment comes when a timer says so
	loops bool // there is a connection over the loopback
	// There is a raw socket of IPv4, which gets copies of what is sent over the loopback: identifications differ, and lwIP quotes
	// less in an ICMP error than RFC 1812 has it.
	raw4  bool
	full  bool // all descriptors are taken, so nothing listens: a connection that finds none is lost in lwIP
	self  bool // a datagram socket sends over the loopback: then there is none
	slept time.Duration
	least time.Duration // that passes before the next step
}

// mostSlept is the longest that a program takes: what goes on in lwIP after that (a SYN is given up after 18 s, FIN-WAIT-2
// after 20 s) is in its timers, and not of its sockets.
const mostSlept = 15 * time.Second

// apart sets this stack as lwIP is, where it is not about sockets: a listener whose backlog is full answers no SYN.
var apart = []string{"knob tcp.syn-cookies = 0"}

// generate draws program i of a seed.
func generate(seed uint64, i int) *program {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i))), next: 3, port: 40000}
	for _, text := range apart {
		g.steps = append(g.steps, step{0, text})
	}
	for range 1 + g.IntN(3) {
		g.scene()
	}
	for n := 4 + g.IntN(28); n > 0; n-- {
		g.action()
	}
	g.do("wait")
	return &program{id: fmt.Sprintf("diff/%d-%d", seed, i), steps: g.steps}
}

// do appends a step, mostly at once.
func (g *generator) do(format string, args ...any) {
	wait := time.Duration(0)
	switch n := g.IntN(20); {
	case n < 4:
		wait = 100 * time.Millisecond
	case n < 6:
		wait = time.Second
	case n == 6:
		wait = 3 * time.Second
	}
	if wait = max(wait, g.least); g.slept+wait > mostSlept {
		wait = g.least
	}
	g.least = 0
	g.slept += wait
	g.steps = append(g.steps, step{wait, fmt.Sprintf(format, args...)})
}

// chance is true once in n times.
func (g *generator) chance(n int) bool { return g.IntN(n) == 0 }

// of draws one of several.
func of[T any](g *generator, all ...T) T { return all[g.IntN(len(all))] }

// openFD is the descriptor of a socket that the program has not closed.
func (g *generator) openFD() int {
	if s := g.any(func(s *sock) bool { return s.fd >= 0 }); s != nil {
		return s.fd
	}
	return g.socket(datagram, false).fd
}

// by is the socket of a descriptor, nil if the program knows none.
func (g *generator) by(fd int) *sock {
	return g.any(func(s *sock) bool { return s.fd == fd })
}

// any draws a socket that is so, nil if there is none.
func (g *generator) any(is func(*sock) bool) *sock {
	var all []*sock
	for _, s := range g.socks {
		if is(s) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[g.IntN(len(all))]
}

// fd is a descriptor, seldom one that nobody has.
func (g *generator) fd() int {
	if s := g.any(func(s *sock) bool { return s.fd >= 0 }); s != nil && !g.chance(30) {
		return s.fd
	}
	return 3 + g.IntN(g.next)
}

// socket opens one.
func (g *generator) socket(k kind, v6 bool) *sock {
	s := &sock{fd: g.next, kind: k, v6: v6}
	g.next++
	domain := "AF_INET"
	if v6 {
		domain = "AF_INET6"
	}
	switch typ := [...]string{"SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"}[k]; {
	case k == raw && v6:
		g.do("socket(%s, %s, %s) = %d", domain, typ, "253", s.fd)
	case k == raw:
		g.raw4 = true
		g.do("socket(%s, %s, %s) = %d", domain, typ, of(g, "IPPROTO_ICMP", "IPPROTO_UDP", "253"), s.fd)
	default:
		g.do("socket(%s, %s, %s) = %d", domain, typ, of(g, "0", "0", "IPPROTO_TCP", "IPPROTO_UDP"), s.fd)
	}
	g.socks = append(g.socks, s)
	return s
}

// address is a struct sockaddr and its length.
func (g *generator) address(v6 bool, host string, port int) string {
	if v6 {
		return fmt.Sprintf("{sin6_port=htons(%d), sin6_addr=inet_addr(%q)}, 28", port, hosts[host][1])
	}
	return fmt.Sprintf("{sin_port=htons(%d), sin_addr=inet_addr(%q)}, 16", port, hosts[host][0])
}

// hosts are the addresses of both families. mapped is IPv4's as IPv6 has it.
var hosts = map[string][2]string{
	"any": {"0.0.0.0", "::"}, "host": {"192.0.2.1", "2001:db8::1"}, "peer": {"192.0.2.2", "2001:db8::2"},
	"loopback": {"127.0.0.1", "::1"}, "foreign": {"198.51.100.7", "2001:db8:7::7"},
	"mapped": {"192.0.2.2", "::ffff:192.0.2.2"}, "mapped loopback": {"127.0.0.1", "::ffff:127.0.0.1"},
}

// over is what marks a packet as one over IPv6.
func over(v6 bool) string {
	if v6 {
		return " {ip.version=6}"
	}
	return ""
}
