package stack

import (
	"encoding/binary"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// The friend is a host that behaves, on the same link as the stack and the one who besieges it.
var (
	friendMAC = wire.MAC{2, 0, 0, 0, 0, 9}
	friend4   = addr("192.0.2.9")
	friend6   = addr("2001:db8::9")
)

// siege is a stack that a friend is connected with, over IPv4 and IPv6, while somebody sends it any bytes at all and its
// application does what it likes. Whatever comes, the stack does a bounded amount of work for it, what it sends is sound,
// and in the end nothing is lost: neither what the friend's connections carry, nor a row of any table.
type siege struct {
	*host
	friend   *host
	listener int
	udp      [2]int // of one that hears everybody, and one that is connected with the besieger
	ids      []int  // TCP connections of the application with whomsoever
	flows    []*flow
	foe      [2]foe // over IPv4 and over IPv6
	looked   int    // frames that the stack has sent
}

// foe is what the besieger knows of the segment that was last sent to him.
type foe struct {
	local, remote wire.Addr
	lport, rport  uint16
	seq, ack      uint32
}

// flow is one direction of a connection between the stack and its friend: a stream of bytes that can be told apart.
type flow struct {
	from, to      *host
	fromID, toID  int
	written, read int
}

func newSiege(t rapid.TB) *siege {
	storage := func(c *Config, st *Storage) {
		st.TCP = make([]TCPConn, 8)
		st.TCPBuffer = make([]byte, 8*4096)
	}
	s := &siege{host: newHost(t, storage)}
	s.friend = newHost(t, func(c *Config, st *Storage) {
		storage(c, st)
		c.MAC, c.IPv4.Addr, c.IPv6.Addr, c.Entropy = friendMAC, friend4, friend6, [32]byte{9}
	})
	s.slots(64)
	s.friend.slots(64)
	s.now, s.friend.now = time.Hour, time.Hour
	s.udp = [2]int{s.open(wire.Addr{}, 7), s.connect(4000, peer4, 7)}
	s.foe = [2]foe{{me4, peer4, 80, peerPort, 1, 1}, {me6, peer6, 80, peerPort, 1, 1}}
	var c Cause
	s.listener, c = s.TCPListen(wire.Addr{}, 80, 3)
	require.Equal(t, OK, c)
	s.befriend(me4)
	s.befriend(me6)
	return s
}

// befriend has the friend open a connection, and proves that both ends have it.
func (s *siege) befriend(to wire.Addr) (mine, theirs int) {
	theirs, c := s.friend.TCPConnect(s.now, wire.Addr{}, 0, to, 80)
	require.Equal(s.t, OK, c)
	for mine = -1; mine < 0; {
		s.pass(5 * time.Second)
		require.Equal(s.t, OK, s.friend.TCPStatus(theirs), "a handshake with the friend")
		id, c := s.TCPAccept(s.listener)
		require.Equal(s.t, OK, c)
		if a, _ := s.TCPRemote(id); a == friend4 || a == friend6 {
			mine = id
		} else {
			s.ids = append(s.ids, id)
		}
	}
	s.flows = append(s.flows, &flow{from: s.host, to: s.friend, fromID: mine, toID: theirs},
		&flow{from: s.friend, to: s.host, fromID: theirs, toID: mine})
	return mine, theirs
}

// write sends so many bytes more of a stream, or as many as the stack takes.
func (s *siege) write(f *flow, n int) {
	b := make([]byte, n)
	for i := range b {
		b[i] = streamByte(f.written + i)
	}
	n, c := f.from.TCPWrite(f.fromID, b)
	require.Contains(s.t, []Cause{OK, WouldBlock}, c, "the friend's connection")
	f.written += n
}

// drain reads what has come, which must be the next of the stream.
func (s *siege) drain(f *flow) {
	var b [1000]byte
	for {
		n, c := f.to.TCPRead(f.toID, b[:], false)
		for i := range n {
			if b[i] != streamByte(f.read+i) { // require here would take most of the time
				require.Fail(s.t, "the friend's stream", "byte %d", f.read+i)
			}
		}
		f.read += n
		if n == 0 {
			require.Equal(s.t, WouldBlock, c, "the friend's connection")
			return
		}
	}
}

func streamByte(i int) byte { return byte(i ^ i>>8) }

// settle lets both hosts do what is due now and carries their frames, until both are at rest; there is an end to that. It
// returns when there is more to do.
func (s *siege) settle() (next time.Duration, ok bool) {
	for round := 0; ; round++ {
		if round == 300 {
			require.Fail(s.t, "they do not come to rest")
		}
		s.friend.now = s.now
		next, ok = s.Poll(s.now)
		moved := s.carry()
		other, ok2 := s.friend.Poll(s.now)
		for f := s.friend.dev.Sent(); f != nil; f = s.friend.dev.Sent() {
			moved = true
			s.dev.Put(f)
			s.friend.dev.Done()
		}
		if moved || ok && next <= s.now || ok2 && other <= s.now {
			continue
		}
		wantSound(s.t, &s.Stack, s.now)
		wantSound(s.t, &s.friend.Stack, s.now)
		if ok2 && (!ok || other < next) {
			next, ok = other, true
		}
		return next, ok
	}
}

// carry takes what the stack has sent: all of it is sound, the besieger hears it, and the friend gets it, whomever the
// stack believes to have his address.
func (s *siege) carry() (moved bool) {
	for f := s.dev.Sent(); f != nil; f = s.dev.Sent() {
		moved = true
		s.looked++
		requireSound(s.t, f)
		s.overhear(f)
		if f[0]&1 == 0 {
			copy(f, friendMAC[:])
		}
		s.friend.dev.Put(f)
		s.dev.Done()
	}
	return moved
}

// requireSound checks a frame that the stack under test has sent.
func requireSound(t rapid.TB, f []byte) {
	require.Equal(t, meMAC, wire.Ethernet(f).Src())
	require.LessOrEqual(t, len(f), 1514)
	if wire.Ethernet(f).Type() == wire.EtherTypeARP {
		decode(t, f)
		return
	}
	requireChecksums(t, f)
}

// overhear learns the numbers of a segment that is not for the friend.
func (s *siege) overhear(f []byte) {
	p := wire.Ethernet(f).Payload()
	var src, dst wire.Addr
	var b []byte
	k := 0
	if q, err := wire.CheckIPv4(p); err == wire.OK && q.Protocol() == wire.ProtoTCP {
		src, dst, b = q.Src(), q.Dst(), q.Payload()
	} else if q, err := wire.CheckIPv6(p); err == wire.OK && q.NextHeader() == wire.ProtoTCP {
		src, dst, b, k = q.Src(), q.Dst(), q.Payload(), 1
	}
	if seg, err := wire.CheckTCP(b); err == wire.OK && dst != friend4 && dst != friend6 {
		s.foe[k] = foe{src, dst, seg.SrcPort(), seg.DstPort(), seg.Seq() + seg.SegLen(), seg.Ack()}
	}
}

// pass lets time go by, with every deadline on the way kept; there is an end to these too.
func (s *siege) pass(d time.Duration) {
	for until, n := s.now+d, 0; ; n++ {
		if n == 5000 {
			require.Fail(s.t, "deadlines without end")
		}
		next, ok := s.settle()
		if !ok || next > until {
			s.now = until
			return
		}
		s.now = next
	}
}

// feed gives the stack a frame from the besieger. The work that it makes is bounded.
func (s *siege) feed(b []byte, fix bool) {
	b = append([]byte(nil), b[:min(len(b), 1514)]...)
	if fix {
		repair(b)
	}
	if claimsFriend(b) {
		return
	}
	most := 4 // an echo that was put together may be as long
	for i := range s.st.TCP {
		if r := &s.st.TCP[i]; r.isConn() { // an acknowledgment may let out all that is queued, in segments of the least length
			most += 2 + r.tx.Len()/48
		}
	}
	given, before := append([]byte(nil), b...), s.looked
	require.True(s.t, s.dev.Put(b))
	s.Poll(s.now)
	s.carry()
	require.Equal(s.t, given, b)
	require.LessOrEqual(s.t, s.looked-before, most)
	s.settle()
}

// claimsFriend reports whether a frame may pass for a segment of the friend's: who can guess its numbers can do what the
// friend can, and there is nothing to prove.
func claimsFriend(b []byte) bool {
	f, err := wire.CheckEthernet(b)
	if err != wire.OK {
		return false
	}
	if p, err := wire.CheckIPv4(f.Payload()); err == wire.OK {
		return p.Src() == friend4 && p.Protocol() == wire.ProtoTCP
	}
	p, err := wire.CheckIPv6(f.Payload())
	if err != wire.OK || p.Src() != friend6 {
		return false
	}
	proto, _, _ := p.UpperLayer()
	return proto == wire.ProtoTCP || proto == wire.ProtoFragment || proto == wire.ProtoNone
}

// segment gives the stack a segment with numbers near those that it expects: eight bytes say which.
func (s *siege) segment(b []byte) {
	var eight [8]byte
	copy(eight[:], b)
	near := func(b []byte) uint32 { return uint32(int32(int16(binary.BigEndian.Uint16(b)))) }
	k := int(eight[7] & 1)
	x := &s.foe[k]
	if eight[7]&2 != 0 { // somebody new
		x.lport, x.rport = 80, x.rport+1
	}
	f := wire.TCPFields{
		SrcPort: x.rport, DstPort: x.lport, Seq: x.ack + near(eight[1:]), Ack: x.seq + near(eight[3:]),
		Flags: wire.TCPFlags(eight[0]), Window: uint16(eight[5]) << 8,
	}
	data := min(int(eight[6])*8, len(b)-min(len(b), 8))
	seg := make([]byte, wire.TCPHeaderLen+data)
	if data > 0 {
		copy(seg[wire.TCPHeaderLen:], b[8:])
	}
	f.OptionsLen = uint8(min(int(eight[7]>>2)&^3, data&^3)) // some of what follows are options
	f.Put(seg)
	wire.TCP(seg).SetChecksum(x.remote, x.local)
	s.feed(ipFrame(x.remote, x.local, wire.ProtoTCP, seg), false)
}

// call has the application do something.
func (s *siege) call(n int) {
	var b [600]byte
	what, k := n%16, n/16
	if what < 4 {
		f := s.flows[what]
		s.write(f, k%3000)
		s.settle()
		if k%2 == 0 {
			s.drain(f)
		}
		s.settle()
		return
	}
	id := -1
	if len(s.ids) > 0 {
		id = s.ids[k%len(s.ids)]
	}
	switch what {
	case 4:
		if id, c := s.TCPAccept(s.listener); c == OK {
			s.ids = append(s.ids, id)
		}
	case 5:
		if id, c := s.TCPConnect(s.now, wire.Addr{}, 0, []wire.Addr{peer4, peer6, other4, far6}[k%4], uint16(k)); c == OK {
			s.ids = append(s.ids, id)
		}
	case 6:
		s.TCPWrite(id, b[:k%600])
	case 7:
		s.TCPRead(id, b[:k%600], false)
	case 8:
		s.TCPShutdownWrite(id)
	case 9:
		s.TCPShutdownRead(id)
	case 10, 11:
		s.forget(id, what == 10)
	case 12:
		s.UDPReceive(s.udp[0], b[:], k%2 == 0)
	case 13:
		s.UDPError(s.udp[1])
		s.sendUDP(s.udp[1], string(b[:k%600]))
	case 14:
		s.MulticastJoin([]wire.Addr{group4, group6}[k%2])
	case 15:
		s.MulticastLeave([]wire.Addr{group4, group6}[k%2])
	}
	s.settle()
}

// forget closes a connection of the application, or aborts it.
func (s *siege) forget(id int, politely bool) {
	for i, have := range s.ids {
		if have != id {
			continue
		}
		if politely {
			s.TCPClose(s.now, id)
		} else {
			s.TCPAbort(s.now, id)
		}
		s.ids = append(s.ids[:i], s.ids[i+1:]...)
		return
	}
}

// lift ends the siege: after some minutes of peace everything is as before, and nothing of it is left.
func (s *siege) lift() {
	s.SetLink(s.now, true)
	for len(s.ids) > 0 {
		s.forget(s.ids[0], len(s.ids)%2 == 0)
	}
	for {
		id, c := s.TCPAccept(s.listener)
		if c != OK {
			break
		}
		require.Equal(s.t, OK, s.TCPAbort(s.now, id))
	}
	s.pass(15 * time.Minute)
	for range 4 { // what is queued at both ends is several times what fits into one window
		for _, f := range s.flows {
			s.drain(f)
		}
		s.pass(2 * time.Minute) // who has found the window shut asks again within one
	}
	for _, f := range s.flows {
		require.Equal(s.t, f.written, f.read, "bytes of the friend's stream")
		s.write(f, 1000)
		s.pass(time.Minute)
		s.drain(f)
		require.Equal(s.t, f.written, f.read, "bytes of the friend's stream")
	}
	own := s.rows()
	require.Equal(s.t, 3, own, "a listener and two connections")
	for _, to := range []wire.Addr{me4, me6} {
		mine, theirs := s.befriend(to)
		for _, f := range s.flows[len(s.flows)-2:] {
			s.write(f, 100)
			s.settle()
			s.drain(f)
			require.Equal(s.t, 100, f.read)
		}
		require.Equal(s.t, OK, s.friend.TCPClose(s.now, theirs))
		require.Equal(s.t, OK, s.TCPClose(s.now, mine))
	}
	s.pass(15 * time.Minute)
	require.Equal(s.t, own, s.rows(), "rows are free again")
	require.Equal(s.t, tcp.Established, s.TCPState(s.flows[0].fromID))
	_, ok := s.reassembly.Next()
	require.False(s.t, ok, "a datagram is still waited for")
	_, ok = s.neighbours.Next()
	require.False(s.t, ok, "a neighbour is still asked for")
}

// rows counts the rows of TCP that are in use.
func (s *siege) rows() (n int) {
	for i := range s.st.TCP {
		if s.st.TCP[i].use != tcpFree {
			n++
		}
	}
	return n
}
