package stack

import (
	"encoding/binary"
	"time"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// A SYN cookie (RFC 4987 3.6) is an initial sequence number as isn makes it, but for the low bits of the clock. In their
// place stands a secret function of all that the handshake is about, so nobody can make one for an address whose packets he
// does not see. It is good for one period of these bits or two, 67 to 134 s.
const (
	cookieBits   = 24
	cookiePeriod = isnTick << cookieBits
	cookieSize   = tcp.CookieSizes - 1 // these bits tell Cookie.Size
)

func cookieEpoch(now time.Duration) uint32 { return uint32(uint64(now) / uint64(cookiePeriod)) }

// cookie returns the initial sequence number that answers a SYN, its number irs, of which k is to be remembered.
func (s *Stack) cookie(epoch uint32, m *packet, t wire.TCP, irs tcp.Seq, k tcp.Cookie) tcp.Seq {
	var b [18]byte
	binary.LittleEndian.PutUint64(b[:], s.entropy.secretOf(useCookie, m.dst, m.src, ports(t.DstPort(), t.SrcPort())))
	binary.LittleEndian.PutUint32(b[8:], epoch)
	binary.LittleEndian.PutUint32(b[12:], uint32(irs))
	b[16], b[17] = k.Size, k.Options
	mac := uint32(s.entropy.secret.sum(b[:])) >> (32 - cookieBits)
	return tcp.Seq(s.isn(0, m.dst, t.DstPort(), m.src, t.SrcPort()) + epoch<<cookieBits + mac&^cookieSize + uint32(k.Size))
}

// tcpAnswer answers a SYN that there is no room for with a cookie. What it says is as valid as any other SYN-ACK but for
// ECN, and for window scale and SACK if the peer has no timestamps.
func (s *Stack) tcpAnswer(now time.Duration, m *packet, t wire.TCP, g *tcp.Segment, listener int) {
	l := &s.st.TCP[listener]
	cfg := s.tcpListenerConfig(now, m, t, listener)
	epoch, k := cookieEpoch(now), cfg.CookieOf(g)
	cfg.ISS = s.cookie(epoch, m, t, g.Seq, k)
	answer := cfg.AnswerSYN(now, k, g)
	o := outgoing{dst: m.src, src: m.dst, proto: wire.ProtoTCP, n: wire.TCPHeaderLen + answer.Options.Len(), df: true}
	l.ip.apply(&o)
	if s.beginReply(now, &o) {
		l.turn = uint64(epoch) + 1
		s.tcpCommit(&o, t.DstPort(), t.SrcPort(), &answer, 0)
		s.count(TCPCookiesSent)
	}
}

// tcpRecall takes a segment to a listener that acknowledges a cookie of late: it is as if the connection had been there all
// the time. False: it does not.
func (s *Stack) tcpRecall(now time.Duration, m *packet, t wire.TCP, g *tcp.Segment, listener int) bool {
	cfg := s.tcpListenerConfig(now, m, t, listener)
	d := uint32(g.Ack-1) - s.isn(0, m.dst, t.DstPort(), m.src, t.SrcPort())
	k := tcp.Cookie{Size: uint8(d & cookieSize), Options: cfg.CookieOptions(g)}
	epoch := cookieEpoch(now)
	if uint8(d>>cookieBits) != uint8(epoch) {
		epoch--
	}
	// When none was sent in its time nobody can have one, and nobody gets the chance to guess.
	if uint64(epoch) >= s.st.TCP[listener].turn || s.cookie(epoch, m, t, g.Seq-1, k) != g.Ack-1 {
		return false
	}
	if _, waiting := s.tcpQueued(listener); waiting >= s.st.TCP[listener].backlog {
		s.count(DropTCPBacklog)
		return true // it may come again
	}
	id := s.tcpAllocQueues()
	if id < 0 {
		s.count(DropTCPTableFull)
		return true
	}
	s.count(TCPCookiesTaken)
	cfg.ISS = g.Ack - 1
	s.tcpEmbryo(now, m, t, id, listener).state.ListenOnce(now, cfg, k, g)
	s.tcpArrive(now, m, id, g, t.Payload())
	return true
}

// tcpListenerConfig returns the configuration of a connection that a segment begins to a listener.
func (s *Stack) tcpListenerConfig(now time.Duration, m *packet, t wire.TCP, listener int) tcp.Config {
	cfg := s.tcpConfig(now, m.dst, t.DstPort(), m.src, t.SrcPort())
	cfg.Settings = s.tcpSettings(s.st.TCP[listener].state.Settings())
	return cfg
}

// tcpAdmit sees to it that what a segment brings for a handshake has somewhere to go. A slot is for those who have shown
// that they receive what we send: until then text of the peer stays only while nobody else needs the slot. False: the
// handshake is over, and there is no slot; what follows of the peer, or its answer to our SYN-ACK, gives it another chance.
func (s *Stack) tcpAdmit(id int, g *tcp.Segment) bool {
	r := &s.st.TCP[id]
	if r.use != tcpEmbryo {
		return true
	}
	over := g.Flags&(tcp.ACK|tcp.RST) == tcp.ACK && r.state.InFlight(g.Ack-1)
	if !over && g.Len == 0 || s.tcpTakeSlot(id) {
		return true
	}
	if !over {
		g.Len, g.Flags = 0, g.Flags&^tcp.FIN
		return true
	}
	if s.tcpEvict(s.tcpLeast(true, lossTooMuch)) < 0 {
		s.count(DropTCPTableFull)
		return false
	}
	return s.tcpTakeSlot(id)
}
