package diff

import "strings"

// setting is an option and the values that it is set to and its length.
type setting struct {
	level, name string
	values      []string
	length      int
}

var settings = []setting{
	{"SOL_SOCKET", "SO_ERROR", nil, 4},
	{"SOL_SOCKET", "SO_ERROR", nil, 4},
	{"SOL_SOCKET", "SO_TYPE", nil, 4},
	{"SOL_SOCKET", "SO_ACCEPTCONN", nil, 4},
	{"SOL_SOCKET", "SO_REUSEADDR", []string{"[0]", "[1]"}, 4},
	{"SOL_SOCKET", "SO_KEEPALIVE", []string{"[0]", "[1]"}, 4},
	{"SOL_SOCKET", "SO_BROADCAST", []string{"[0]", "[1]"}, 4},
	{"SOL_SOCKET", "SO_RCVTIMEO", []string{"{tv_sec=0, tv_usec=200000}", "{tv_sec=1, tv_usec=0}", "{tv_sec=0, tv_usec=0}", "{tv_sec=-1, tv_usec=0}"}, 16},
	{"SOL_SOCKET", "SO_SNDTIMEO", []string{"{tv_sec=0, tv_usec=0}", "{tv_sec=2, tv_usec=0}"}, 16},
	{"SOL_SOCKET", "SO_LINGER", []string{"[0, 0]", "[1, 0]", "[1, 1]"}, 8},
	{"SOL_SOCKET", "SO_RCVBUF", []string{"[1000]"}, 4},
	{"SOL_SOCKET", "SO_OOBINLINE", []string{"[1]"}, 4},
	{"IPPROTO_IP", "IP_TTL", []string{"[1]", "[9]", "[255]"}, 4},
	{"IPPROTO_IP", "IP_TOS", []string{"[16]", "[0]"}, 4},
	{"IPPROTO_IP", "IP_MULTICAST_LOOP", []string{"[byte(0)]", "[byte(1)]"}, 1},
	{"IPPROTO_IP", "IP_MULTICAST_IF", []string{`{s_addr=inet_addr("192.0.2.1")}`}, 4},
	{"IPPROTO_IP", "IP_ADD_MEMBERSHIP", []string{`{imr_multiaddr=inet_addr("232.1.2.3")}`, `{imr_multiaddr=inet_addr("192.0.2.9")}`}, 0},
	{"IPPROTO_IPV6", "IPV6_V6ONLY", []string{"[0]", "[1]"}, 4},
	{"IPPROTO_TCP", "TCP_NODELAY", []string{"[0]", "[1]"}, 4},
	{"IPPROTO_TCP", "TCP_KEEPALIVE", []string{"[60000]"}, 4},
	{"IPPROTO_TCP", "TCP_KEEPIDLE", []string{"[60]"}, 4},
	{"IPPROTO_TCP", "TCP_KEEPINTVL", []string{"[60]"}, 4},
	{"IPPROTO_TCP", "TCP_KEEPCNT", []string{"[5]"}, 4},
}

// option sets or reads one.
func (g *generator) option() {
	o, fd := of(g, settings...), g.fd()
	if strings.HasPrefix(o.name, "IP_MULTICAST") { // of others lwIP tells what lies in that place of their memory
		s := g.any(func(s *sock) bool { return s.kind == datagram && !s.v6 })
		if s == nil {
			return
		}
		fd = s.fd
	}
	s := g.by(fd)
	if o.name == "TCP_NODELAY" && g.loops {
		return
	}
	if s != nil && s.listens && (o.name == "SO_LINGER" || o.name == "SO_REUSEADDR") {
		return // lwIP looks for what lingers behind the memory of a listener; what came before it was to share its port does not share it
	}
	if s != nil && s.shut && o.name == "SO_LINGER" {
		return // see end
	}
	if len(o.values) > 0 && (o.length == 0 || g.chance(2)) {
		value := of(g, o.values...)
		length := o.length
		if length == 0 {
			length = 8
		}
		if g.chance(20) {
			length--
		}
		if o.name == "SO_LINGER" && s != nil {
			s.lingers = true
		}
		g.do("setsockopt(%d, %s, %s, %s, %d)", fd, o.level, o.name, value, length)
		return
	}
	length := max(o.length, 4)
	told := length
	if g.chance(20) {
		told--
	}
	g.do("getsockopt(%d, %s, %s, [%d], [%d])", fd, o.level, o.name, length, told)
}

// name asks for an address.
func (g *generator) name() {
	length := "..."
	if g.chance(10) {
		length = of(g, "[4]", "[16]")
	}
	g.do("%s(%d, ..., %s)", of(g, "getsockname", "getpeername"), g.fd(), length)
}

// control is fcntl and ioctl.
func (g *generator) control() {
	fd := g.fd()
	switch g.IntN(6) {
	case 0, 1, 2:
		if s := g.any(func(s *sock) bool { return s.fd >= 0 }); s != nil {
			g.nonblock(s, g.chance(2))
		}
	case 3: // of a listener lwIP tells what lies behind its memory
		if s := g.any(func(s *sock) bool { return s.fd >= 0 && !s.listens }); s != nil {
			g.do("fcntl(%d, F_GETFL, 0)", s.fd)
		}
	case 4:
		g.do("ioctl(%d, FIONREAD, [0])", fd)
	default:
		g.do("fcntl(%d, %d, 0)", fd, of(g, 1, 9))
	}
}

// end ends a direction, or a socket.
func (g *generator) end() {
	fd := g.fd()
	s := g.by(fd)
	if s != nil && s.listens && s.half {
		return // lwIP lets a handshake go on without its listener, and its port is taken
	}
	if s != nil && s.lingers && s.at == connecting {
		return // lwIP lingers for a SYN, which is no data
	}
	if s != nil && s.lingers && s.nonblock {
		return // with EAGAIN, reading is over in both, but who waits to read is told of it here only
	}
	if s != nil && s.lingers && (s.came > 0 || g.loops) {
		return // lwIP resets a connection with unread text, and then waits for ever for what it has sent on it
	}
	if s != nil && s.shut && (s.came > 0 || g.loops) {
		return // RFC 1122 4.2.2.13 has a reset for what is thrown away unread; lwIP sends none behind SHUT_WR
	}
	if g.chance(2) {
		how := of(g, "SHUT_RD", "SHUT_WR", "SHUT_WR", "SHUT_RDWR", "3")
		if s != nil && s.lingers && how == "SHUT_WR" {
			return // the read that is told of the peer's end would close in lwIP, and linger
		}
		g.do("shutdown(%d, %s)", fd, how)
		if s != nil {
			s.shut = true
		}
		return
	}
	g.do("close(%d)", fd)
	for i, s := range g.socks {
		if s.fd == fd {
			s.fd = -1
			if s.peer == 0 || s.kind != stream { // the peer of a connection may go on
				g.socks = append(g.socks[:i], g.socks[i+1:]...)
			}
			break
		}
	}
}

// establish is bind, listen or connect once more, or on a socket that is not made for it.
func (g *generator) establish() {
	s := g.any(func(s *sock) bool { return s.fd >= 0 })
	if s == nil {
		return
	}
	switch g.IntN(6) {
	case 0:
		if s.kind == datagram || s.kind == stream && s.at == fresh { // lwIP has a stream that is bound twice in its list twice, which has no end then
			g.bind(s)
		}
	case 1:
		if s.kind != stream || s.at != fresh && !s.lingers {
			s.at, s.listens = max(s.at, listening), true
			g.do("listen(%d, %d)", s.fd, of(g, 0, 1, 300))
		}
	case 2:
		if s.kind == raw || s.kind == datagram && g.raw4 || s.bothEnded() {
			return
		}
		g.self = g.self || s.kind == datagram
		g.do("connect(%d, %s)", s.fd, g.address(s.v6, of(g, "loopback", "host"), of(g, 9, 8083)))
	case 3:
		if s.kind != datagram || !s.v6 {
			g.do("connect(%d, {sa_family=AF_UNSPEC}, 16)", s.fd)
		}
	case 4:
		if s.bothEnded() {
			return
		}
		if s.kind == stream {
			g.dial(s)
		} else {
			g.connect(s)
		}
	default:
		g.accept(s)
	}
}

// twice is whether a bind would be the second of a stream: lwIP has it in its list twice then, which has no end.
func (g *generator) twice(fd int) bool {
	s := g.by(fd)
	if s == nil || s.kind != stream {
		return false
	}
	again := s.at != fresh
	s.at = max(s.at, bound)
	return again
}

// odd is what a program should not do.
func (g *generator) odd() {
	fd := g.fd()
	v6 := g.chance(2)
	switch g.IntN(8) {
	case 0:
		if g.twice(fd) {
			return
		}
		g.do("bind(%d, %s)", fd, g.address(v6, "any", 8083))
	case 1:
		if s := g.by(fd); s != nil && s.bothEnded() {
			return
		}
		g.do("connect(%d, %s)", fd, g.address(v6, "peer", 40009))
	case 2:
		g.do("sendto(%d, ..., 3, 0, %s)", fd, g.address(true, "peer", 40009))
	case 3:
		if g.twice(fd) {
			return
		}
		g.do("bind(%d, {sin_port=htons(8080)}, %d)", fd, of(g, 15, 8))
	case 4:
		g.do("socket(AF_INET, %s, 0) = %d", of(g, "SOCK_SEQPACKET", "9"), g.next)
		g.next++
	case 5:
		g.do("recvmsg(%d, NULL, [[4]], %s, [12])", fd, of(g, "1, NULL, MSG_OOB", "0, NULL, 0"))
	case 6:
		l := g.any(func(s *sock) bool {
			return s.kind == stream && s.at == listening && s.port != loopPort && !g.halfOpen(s.port)
		})
		if l == nil || len(g.socks) > 6 {
			return
		}
		s := g.socket(stream, l.v6)
		g.do("setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4)", s.fd)
		g.do("bind(%d, %s)", s.fd, g.address(s.v6, "any", l.port))
		g.dial(s)
	case 7:
		if g.any(func(s *sock) bool { return s.at == listening }) != nil {
			return
		}
		g.full = true
		for range 9 {
			g.do("socket(AF_INET, %s, 0) = %d", of(g, "SOCK_STREAM", "SOCK_DGRAM"), g.next)
			g.next++
		}
	}
}
