package diff

import "slices"

// scene is a beginning that leads somewhere: sockets that are connected, or wait to be.
func (g *generator) scene() {
	if g.full {
		return
	}
	v6 := g.chance(3)
	switch g.IntN(10) {
	case 0, 1, 2:
		if l := g.listener(v6, 8080+g.IntN(3)); !g.chance(6) {
			g.dialled(l)
			if !g.chance(4) {
				g.accept(l)
			}
		}
	case 3, 4:
		s := g.socket(stream, v6)
		g.maybeNonblock(s)
		g.dial(s)
	case 5:
		g.loop(v6)
	case 6, 7:
		s := g.socket(datagram, v6)
		g.bind(s)
		if g.chance(2) {
			g.connect(s)
		}
	case 8:
		if g.raw4 {
			return
		}
		g.self = true
		s := g.socket(datagram, v6)
		o := g.socket(datagram, v6)
		g.bind(s)
		g.connectTo(o, "loopback", s.port)
	default:
		g.socket(raw, v6 || g.self)
	}
}

// halfOpen tells whether a handshake on this port may not come to its end.
func (g *generator) halfOpen(port int) bool {
	return g.any(func(s *sock) bool { return s.half && s.port == port }) != nil
}

// listener opens a stream and lets it listen.
func (g *generator) listener(v6 bool, port int) *sock {
	for g.halfOpen(port) {
		port += 10
	}
	l := g.socket(stream, v6)
	l.port = port
	host := of(g, "any", "any", "any", "host")
	if port == loopPort {
		host = of(g, "any", "loopback")
	}
	if g.chance(3) {
		g.do("setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4)", l.fd)
	}
	g.do("bind(%d, %s)", l.fd, g.address(v6, host, l.port))
	g.do("listen(%d, %d)", l.fd, of(g, 0, 1, 1, 2, 5))
	l.at, l.listens = listening, true
	g.maybeNonblock(l)
	return l
}

func (g *generator) maybeNonblock(s *sock) {
	if g.chance(2) {
		g.nonblock(s, true)
	}
}

func (g *generator) nonblock(s *sock, on bool) {
	if on && s.sends {
		return // a send that waits is ended by it in lwIP, or lwIP is
	}
	s.nonblock = on
	flag := "0"
	if on {
		flag = "O_NONBLOCK"
	}
	if g.chance(4) {
		g.do("ioctl(%d, FIONBIO, [%d])", s.fd, map[bool]int{true: 1}[on])
		return
	}
	g.do("fcntl(%d, F_SETFL, %s)", s.fd, flag)
}

// dialled is a connection from the peer to a listener, mostly whole.
func (g *generator) dialled(l *sock) {
	if g.deaf || g.halfOpen(l.port) {
		return // what ends a handshake is not the same segment in both stacks
	}
	v6 := l.v6 && !g.chance(4) // a listener on :: takes IPv4's too
	peer := g.port
	g.port++
	g.do("< %d > %d S 0:0(0) win 65535 <mss 1460>%s", peer, l.port, over(v6))
	if g.chance(10) {
		l.half = true
		return
	}
	if g.chance(15) {
		l.half = true
		g.do("< %d > %d R 0:0(0)%s", peer, l.port, over(v6))
		return
	}
	g.do("< %d > %d . 0:0(0)%s", peer, l.port, over(v6))
	g.socks = append(g.socks, &sock{fd: -peer, v6: v6, at: connected, port: l.port, peer: peer})
}

// accept takes a connection, which the peer may still have to open.
func (g *generator) accept(l *sock) {
	fd := g.next
	g.next++
	g.do("accept(%d, %s) = %d", l.fd, of(g, "..., ...", "..., ...", "NULL, NULL"), fd)
	s := &sock{fd: fd, v6: l.v6, at: connected, port: l.port}
	// The first that listened on a port has it, and what waits there: of the others listen has failed.
	has := g.socks[slices.IndexFunc(g.socks, func(o *sock) bool { return o == l || o.listens && o.port == l.port })] == l
	for i, c := range g.socks { // the oldest that waits
		if has && c.fd < 0 && c.port == l.port {
			s.peer, s.v6, s.came, s.fin, s.beyond = c.peer, c.v6, c.came, c.fin, c.beyond
			g.socks = append(g.socks[:i], g.socks[i+1:]...)
			break
		}
	}
	g.socks = append(g.socks, s)
}

// dial connects a stream to the peer, who mostly answers.
func (g *generator) dial(s *sock) {
	host := "peer"
	v6 := s.v6
	if s.v6 && g.chance(5) {
		host, v6 = "mapped", false
	}
	s.peer, s.v6, s.at = g.port, v6, connecting
	g.port++
	g.do("connect(%d, %s)", s.fd, g.address(v6 || host == "mapped", host, s.peer))
	if !g.chance(5) {
		g.answer(s)
	}
}

// answer is the peer's to a SYN.
func (g *generator) answer(s *sock) {
	if g.chance(6) {
		g.do("< %d > 0 R. 0:0(0)%s", s.peer, over(s.v6))
		return
	}
	g.do("< %d > 0 S. 0:0(0) win 65535 <mss 1460>%s", s.peer, over(s.v6))
	s.at = connected
}

// loopPort is the port of the listener for connections over the loopback.
const loopPort = 8090

// loop connects a stream to a listener of the same program that nobody else knows, and accepts it.
func (g *generator) loop(v6 bool) {
	if g.loops {
		return
	}
	l := g.listener(v6, loopPort)
	s := g.socket(stream, l.v6)
	g.maybeNonblock(s)
	first := g.chance(3) && !l.nonblock // that would not wait, and the descriptor of the connection be another
	if first {
		g.accept(l)
	}
	g.do("connect(%d, %s)", s.fd, g.address(l.v6, "loopback", l.port))
	s.at, g.loops = connected, true
	if !first {
		g.accept(l)
	}
	for _, s := range []*sock{s, g.socks[len(g.socks)-1]} {
		g.do("setsockopt(%d, IPPROTO_TCP, TCP_NODELAY, [1], 4)", s.fd)
	}
}

func (g *generator) bind(s *sock) {
	if s.port = of(g, 8080, 8081, 8082, 0); g.halfOpen(s.port) {
		s.port = 0
	}
	s.at = max(s.at, bound)
	g.do("bind(%d, %s)", s.fd, g.address(s.v6, of(g, "any", "any", "any", "host", "loopback", "foreign"), s.port))
}

func (g *generator) connectTo(s *sock, host string, port int) {
	g.do("connect(%d, %s)", s.fd, g.address(s.v6, host, max(port, 1)))
}

// connect gives a datagram or raw socket a peer.
func (g *generator) connect(s *sock) {
	host := of(g, "peer", "peer", "loopback")
	if s.kind == raw || g.raw4 {
		host = "peer"
	}
	g.self = g.self || host == "loopback"
	s.peer = 40000 + g.IntN(2)
	g.connectTo(s, host, s.peer)
}
