package diff

import (
	"fmt"
	"time"
)

// action draws a step or a few.
func (g *generator) action() {
	switch n := g.IntN(100); {
	case n < 26:
		g.fromPeer()
	case n < 44:
		g.receive()
	case n < 60:
		g.send()
	case n < 68:
		g.wait()
	case n < 80:
		g.option()
	case n < 84:
		g.name()
	case n < 88:
		g.control()
	case n < 92:
		g.end()
	case n < 95:
		g.establish()
	case n < 98:
		g.odd()
	default:
		if len(g.socks) < 6 {
			g.scene()
		}
	}
}

// isStream and the like tell sockets apart that the program has descriptors of.
func isStream(s *sock) bool { return s.kind == stream && s.fd >= 0 }
func isOther(s *sock) bool  { return s.kind != stream }
func isOver(s *sock) bool   { return s.kind == stream && s.peer != 0 } // over the wire

// mostText is how much the peer sends on a connection, and mostDatagrams to a socket: more would wait in the queues, which are
// not of the same kind in both stacks.
const mostText, mostDatagrams = 5000, 5

// fromPeer is what the peer sends on its connections, as datagrams, or does not hear.
func (g *generator) fromPeer() {
	switch {
	case g.down && g.chance(3):
		g.down = false
		g.do("link up")
	case g.deaf && g.chance(4):
		g.deaf = false
		g.do("`peer hears`")
	}
	if g.chance(4) {
		g.datagram()
		return
	}
	s := g.any(isOver)
	if s == nil {
		g.datagram()
		return
	}
	to := fmt.Sprintf("< %d > 0", s.peer)
	switch n := g.IntN(24); {
	case s.at == connecting && n < 20:
		g.answer(s)
	case s.at == connecting && n > 20:
	case n < 10:
		size := of(g, 1, 10, 100, 500, 1400)
		if s.came += size; s.came <= mostText && !s.fin {
			g.do("%s %s 0:%d(%d)%s", to, of(g, "P.", "."), size, size, over(s.v6))
		}
	case n < 13:
		s.fin = true
		if s.fd >= 0 && s.came == 0 && g.chance(8) { // and what came before it fills a part
			g.do("%s P. 0:10(10)%s", to, over(s.v6))
			g.do("%s F. 0:0(0)%s", to, over(s.v6))
			g.do("readv(%d, [[10], [7]], 2)", s.fd)
			g.do("recv(%d, ..., 10, MSG_DONTWAIT)", s.fd)
			return
		}
		g.do("%s F. 0:0(0)%s", to, over(s.v6))
	case n == 13 && s.bothEnded(): // behind both ends a reset is no error (RFC 9293 3.10.7.4)
	case n == 13:
		g.lost(s)
		g.do("%s %s 0:0(0)%s", to, of(g, "R.", "R"), over(s.v6))
	case n == 14 && (s.sends || s.fin || s.beyond || g.deaf || s.came+10 > mostText): // what has waited since before may see the window at two times
	case n == 14:
		g.zero = true
		g.new(s, to)
		g.do("%s . 0:0(0) win 0%s", to, over(s.v6))
		g.shutWindow(s, to)
	case n == 15:
		g.do("%s . 0:0(0) win 65535%s", to, over(s.v6))
	case n == 16 && !s.fin && s.came >= 10 && g.chance(2): // once more
		g.do("%s P. 4294967286:0(10)%s", to, over(s.v6))
	case n == 16 && !s.fin: // beyond the window
		s.beyond = true
		g.do("%s P. 9000:9010(10)%s", to, over(s.v6))
	case n == 17:
		g.do("%s P. 0:10(10) {tcp.sum+=1%s}", to, map[bool]string{true: ", ip.version=6"}[s.v6])
	case n == 18:
		g.do("%s R 100:100(0)%s", to, over(s.v6))
	case n == 19:
		g.lost(s)
		g.do("%s S 0:0(0) win 1000%s", of(g, to, fmt.Sprintf("< %d > 9", g.port)), over(s.v6))
	case n == 20 && g.raw4: // it would see what the error quotes, which is a segment of one stack
	case n == 20:
		g.do("< icmp unreachable %s [%s]%s", of(g, "port_unreachable", "host_unreachable"), of(g, "0:0(0)", "udp (8)"), over(s.v6))
	case n == 21 && !g.deaf && !g.down && !g.zero: // else there would be probes that are lost
		g.deaf = true
		g.do("`peer deaf`")
		if s.fd >= 0 && s.came == 0 && !s.lingers && g.chance(2) { // the end is on its way for a while
			g.do(of(g, "shutdown(%d, SHUT_WR)", "shutdown(%d, SHUT_WR)", "close(%d)"), s.fd)
			s.shut = true
		}
		if !s.fin && g.chance(2) {
			s.fin = true
			g.do("%s F. 0:0(0)%s", to, over(s.v6))
		}
	case n == 22 && !g.down && !g.deaf && g.any(func(s *sock) bool { return s.sends }) == nil: // what is lost goes again when a timer says so
		g.down = true
		g.do("link down")
	default:
		if l := g.any(func(s *sock) bool { return s.at == listening && !s.half }); l != nil {
			g.dialled(l)
		}
	}
}

// new sends text, so that the segment behind it has a sequence number that is new: without that, or a new acknowledgment, lwIP
// does not believe that a window has shut, as RFC 9293 3.10.7.4 has it.
func (g *generator) new(s *sock, to string) {
	g.do("%s P. 0:10(10)%s", to, over(s.v6))
	if s.fd < 0 {
		s.came += 10
		return
	}
	g.do("recv(%d, ..., 10, MSG_DONTWAIT)", s.fd)
}

// shutWindow is what programs do while the peer's window is shut.
func (g *generator) shutWindow(s *sock, to string) {
	switch {
	case s.fd < 0 || g.loops:
	case g.chance(4) && !s.shut && !s.lingers: // the second end is a close, which is about what is unread: see end
		g.do("send(%d, ..., 9000, MSG_DONTWAIT)", s.fd)
		g.do("shutdown(%d, SHUT_WR)", s.fd)
		g.do("send(%d, ..., 1, MSG_DONTWAIT)", s.fd)
		s.shut = true
	case g.chance(4) && s.came == 0 && !s.nonblock && !s.fin && !s.shut && !s.listens:
		// At once: a second later the close is over, and so is a timer of lwIP's that opens the window late.
		g.steps = append(g.steps, step{0, fmt.Sprintf("setsockopt(%d, SOL_SOCKET, SO_LINGER, [1, 1], 8)", s.fd)},
			step{0, fmt.Sprintf("send(%d, ..., 100, 0)", s.fd)}, step{0, fmt.Sprintf("close(%d)", s.fd)},
			step{200 * time.Millisecond, to + " . 0:0(0) win 65535" + over(s.v6)})
		g.least = 200 * time.Millisecond
		s.fd, s.shut = -1, true
	case g.chance(4) && s.came == 0 && !s.fin:
		s.came += 100
		g.do("writev(%d, [[2000], [1000]], 2)", s.fd)
		g.do("%s P. 0:100(100)%s", to, over(s.v6))
		g.do("%s . 0:0(0) win 65535%s", to, over(s.v6))
	}
}

// lost is about a connection that is reset, perhaps before it was accepted: it counts then among those that wait in this stack, and not in
// lwIP, so there will be no others.
func (g *generator) lost(s *sock) {
	for _, l := range g.socks {
		l.half = l.half || s.port != 0 && l.at == listening && l.port == s.port
	}
}

// datagram is one from the peer.
func (g *generator) datagram() {
	s := g.any(func(s *sock) bool { return s.kind == datagram && s.came < mostDatagrams })
	port, v6 := 8080+g.IntN(3), g.chance(3)
	if s != nil {
		port, v6 = s.port, s.v6
		s.came++
	} else if g.any(func(s *sock) bool { return s.kind != stream }) != nil {
		return
	}
	size := of(g, 0, 1, 20, 300)
	broken := ""
	if g.chance(12) {
		if broken = " {udp.sum+=1}"; v6 {
			broken = " {udp.sum+=1, ip.version=6}"
		}
	} else {
		broken = over(v6)
	}
	if port == 0 {
		port = 8080
	}
	g.countRaw()
	g.do("< udp %d > %d (%d)%s", 40000+g.IntN(2), port, size, broken)
}

// countRaw counts what every raw socket may get.
func (g *generator) countRaw() {
	for _, s := range g.socks {
		if s.kind == raw {
			s.came++
		}
	}
}

// flags of calls that receive.
func (g *generator) flags() string {
	return of(g, "0", "0", "0", "MSG_DONTWAIT", "MSG_DONTWAIT", "MSG_PEEK", "MSG_PEEK|MSG_DONTWAIT", "MSG_WAITALL", "MSG_OOB")
}

// receive reads from any socket.
func (g *generator) receive() {
	if l := g.any(func(s *sock) bool { return s.at == listening && s.kind == stream }); l != nil && g.chance(3) {
		g.accept(l)
		return
	}
	fd, size := g.fd(), of(g, 0, 1, 10, 100, 1000, 1460, 5000)
	switch g.IntN(6) {
	case 0:
		g.do("read(%d, ..., %d)", fd, size)
	case 1, 2:
		g.do("recv(%d, ..., %d, %s)", fd, size, g.flags())
	case 3:
		g.do("recvfrom(%d, ..., %d, %s, ..., ...)", fd, size, g.flags())
	case 4:
		g.do("readv(%d, [[%d], [%d]], 2)", fd, max(size, 1), of(g, 1, 7, 1000))
	case 5:
		g.do("recvmsg(%d, ..., [[%d], [%d]], 2, NULL, %s, [12])", fd, max(size, 1), of(g, 1, 7, 1000), of(g, "0", "MSG_DONTWAIT", "MSG_PEEK"))
	}
}

// send writes to any socket.
func (g *generator) send() {
	if s := g.any(isOther); s != nil && g.chance(3) {
		g.sendDatagram(s)
		return
	}
	fd, size := g.fd(), of(g, 0, 1, 10, 100, 1000, 2000, 5760, 9000)
	if s := g.any(isStream); s != nil && !g.chance(8) {
		fd = s.fd
	}
	if s := g.by(fd); s != nil {
		if s.bothEnded() {
			return // both ends are over: what lwIP writes to is memory that it has freed
		}
		s.sends = s.sends || s.kind == stream && !s.nonblock
	}
	if g.loops {
		if size = min(size, 500); g.text+size > 2000 {
			return
		}
		g.text += size
	}
	switch flags := of(g, "0", "0", "MSG_DONTWAIT", "MSG_MORE", "MSG_NOSIGNAL"); g.IntN(5) {
	case 0:
		g.do("write(%d, ..., %d)", fd, size)
	case 1, 2:
		g.do("send(%d, ..., %d, %s)", fd, size, flags)
	case 3:
		g.do("writev(%d, [[%d], [%d]], 2)", fd, size, of(g, 1, 7, 1000))
	default:
		g.do("sendmsg(%d, NULL, [[%d], [%d]], 2, NULL, 0)", fd, size, of(g, 1, 7, 1000))
	}
}

// sendDatagram sends to an address.
func (g *generator) sendDatagram(s *sock) {
	to := g.any(func(o *sock) bool { return o.kind == datagram && o.v6 == s.v6 && o.port > 0 && o.came < mostDatagrams })
	host, port := "peer", 40000+g.IntN(2)
	if to != nil && !g.raw4 && g.chance(2) {
		g.self = true
		host, port = of(g, "loopback", "host"), to.port
		to.came++
		g.countRaw()
	}
	if s.kind == raw && host != "peer" {
		return
	}
	size := of(g, 0, 1, 10, 100, 1000)
	if s.kind == raw {
		size = max(size, 8)
	}
	g.do("sendto(%d, ..., %d, %s, %s)", s.fd, size, of(g, "0", "MSG_DONTWAIT"), g.address(s.v6, host, port))
}

// wait waits for readiness.
func (g *generator) wait() {
	a, b := g.openFD(), g.openFD()
	if g.chance(20) {
		a = g.fd()
	}
	sets := [3]string{"NULL", "NULL", "NULL"}
	for i := range sets {
		if g.chance(2) || i == 0 {
			if sets[i] = fmt.Sprintf("[%d, %d]", a, b); g.chance(2) || a == b {
				sets[i] = fmt.Sprintf("[%d]", a)
			}
		}
	}
	events := of(g, "POLLIN", "POLLOUT", "POLLIN|POLLOUT", "POLLIN|POLLERR", "0")
	limit := of(g, 0, 0, 300, 2000, -1)
	switch g.IntN(4) {
	case 0:
		g.do("poll([{fd=%d, events=%s}], 1, %d)", a, events, limit)
	case 1:
		if a != b {
			g.do("poll([{fd=%d, events=%s}, {fd=%d, events=POLLIN}], 2, %d)", a, events, b, limit)
		}
	default:
		time := of(g, "{tv_sec=0, tv_usec=0}", "{tv_sec=0, tv_usec=0}", "{tv_sec=0, tv_usec=300000}", "{tv_sec=2, tv_usec=0}", "NULL")
		g.do("select(%d, %s, %s, %s, %s)", of(g, 64, 64, 64, 57, 0), sets[0], sets[1], sets[2], time)
	}
}
