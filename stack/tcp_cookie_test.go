package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// flood has SYNs come from so many ports of the peer that never go on.
func (h *tcpHost) flood(n int) {
	h.t.Helper()
	port, iss := h.peerPort, h.iss
	for i := range n {
		h.peerPort, h.issKnown = uint16(i%50000+1), false
		h.irs += uint32(i)
		h.receive(h.segment(syn, 0, 0, ""))
		h.irs -= uint32(i)
		h.Poll(h.now)
		require.NotNil(h.t, h.dev.Sent(), "every one is answered")
		h.dev.Done()
	}
	h.peerPort, h.iss, h.issKnown = port, iss, true
}

// TestTCPFlood: SYNs by the ten thousand take no more than the listener's backlog of rows and no queues; who is there is not
// disturbed, and who comes gets in, with the first of what it has to say.
func TestTCPFlood(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.slots(32)
		id := h.accepted()
		require.Equal(t, OK, h.TCPSetBacklog(0, 3))
		h.flood(30000)
		require.Equal(t, 5, h.rowsInUse(), "the listener, the connection, and three handshakes")
		require.EqualValues(t, 30000-3, h.Counter(TCPCookiesSent))
		require.Zero(t, h.Counter(TCPEvicted))
		h.gets(psh|ack, 1, 1, "still here")
		h.wantTCP(". 1 ack 11")
		h.reads(id, "still here")

		h.peerPort = 60000
		h.issKnown = false
		h.gets(syn, 0, 0, "")
		h.wantTCP("S. 0 ack 1" + mssText(me))
		h.gets(psh|ack, 1, 1, "hello") // the bare ACK was lost
		h.wantTCP(". 1 ack 6")
		id, c := h.TCPAccept(0)
		require.Equal(t, OK, c)
		h.reads(id, "hello")
		h.writes(id, "welcome")
		h.Poll(h.now)
		h.wantTCP(`P. 1 ack 6 "welcome"`)
		require.EqualValues(t, 1, h.Counter(TCPCookiesTaken))

		h.flood(20000)
		h.peerPort = 80
		_, c = h.TCPConnect(h.now, wire.Addr{}, 0, peer, 80)
		require.Equal(t, OK, c, "a handshake that nobody goes on with gives way")
		h.wantSlots()
		h.advance(5 * time.Minute)
		h.sent()
		require.Zero(t, h.TCPCount(tcp.SynReceived), "and no other stays for ever")
	})
}

// TestTCPFloodAllocatesNothing: neither do those who get in.
func TestTCPFloodAllocatesNothing(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(1)
	h.knock()
	h.sent()
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	first, last := h.segment(syn, 0, 0, ""), h.segment(ack, 1, 1, "")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		h.dev.Put(first)
		h.Poll(h.now)
		h.dev.Sent()
		h.dev.Done()
		h.dev.Put(last)
		h.Poll(h.now)
		id, c := h.TCPAccept(l)
		if c != OK {
			panic(c)
		}
		h.TCPAbort(h.now, id)
		h.Poll(h.now)
		h.dev.Sent()
		h.dev.Done()
	}))
}

// TestTCPCookieForged: an acknowledgment that no answer of ours has asked for is reset.
func TestTCPCookieForged(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(h *tcpHost)
	}{
		{"of another number", func(h *tcpHost) { h.iss += 8 }},
		{"of another size", func(h *tcpHost) { h.iss ^= 1 }},
		{"of another peer's", func(h *tcpHost) { h.peerPort++ }},
		{"of another SYN", func(h *tcpHost) { h.irs++ }},
		{"too late", func(h *tcpHost) { h.now += 2 * cookiePeriod }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newTCPHost(t, me4, peer4)
			h.now = 50 * cookiePeriod
			h.meetPeers()
			h.listen(1)
			h.knock()
			h.sent()
			h.knock()
			h.wantTCP("S. 0 ack 1 mss 1460")
			c.do(h)
			h.receive(h.segment(ack, 1, 1, ""))
			require.EqualValues(t, 1, h.Counter(TCPResetsSent))
			require.Zero(t, h.Counter(TCPCookiesTaken))
		})
	}
}

// TestTCPCookieAge: one is good for its period and the next.
func TestTCPCookieAge(t *testing.T) {
	for _, age := range []time.Duration{0, cookiePeriod - 1, cookiePeriod, 2*cookiePeriod - 1} {
		h := newTCPHost(t, me4, peer4)
		h.now = 300 * cookiePeriod
		h.meetPeers()
		h.listen(1)
		h.knock()
		h.sent()
		h.knock()
		h.wantTCP("S. 0 ack 1 mss 1460")
		h.now += age
		h.receive(h.segment(ack, 1, 1, ""))
		require.EqualValues(t, 1, h.Counter(TCPCookiesTaken), age)
	}
}

// TestTCPCookieUnasked: where no SYN had to be answered with one of late there is nothing to guess.
func TestTCPCookieUnasked(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(1)
	h.knock()
	h.sent()
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	h.st.TCP[l].turn = 0
	h.gets(ack, 1, 1, "")
	h.wantTCP("R 1")
}

// TestTCPCookieNoRoom: a backlog that is full of connections that wait takes the end of a handshake later.
func TestTCPCookieNoRoom(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(1)
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	first, iss := h.peerPort, h.iss
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	last, lastISS := h.peerPort, h.iss
	h.peerPort, h.iss = first, iss
	h.gets(ack, 1, 1, "")
	h.peerPort, h.iss = last, lastISS
	h.gets(psh|ack, 1, 1, "hello")
	h.wantTCP()
	h.wantCount(DropTCPBacklog)
	_, c := h.TCPAccept(l)
	require.Equal(t, OK, c)
	h.gets(psh|ack, 1, 1, "hello")
	h.wantTCP(". 1 ack 6")
	id, c := h.TCPAccept(l)
	require.Equal(t, OK, c)
	h.reads(id, "hello")
}

// TestTCPTextOfSYN: it stays only while nobody else needs the room, and comes again where it could not.
func TestTCPTextOfSYN(t *testing.T) {
	for _, stolen := range []bool{false, true} {
		h := newTCPHost(t, me4, peer4)
		h.withSlots(1)
		l := h.listen(4)
		h.gets(syn, 0, 0, "early")
		h.wantTCP("S. 0 ack 1 mss 1460")
		early, iss := h.peerPort, h.iss
		want := ". 1 ack 6"
		if stolen {
			h.enter()
			id, _ := h.TCPAccept(l)
			require.Equal(t, OK, h.TCPAbort(h.now, id))
			h.Poll(h.now)
			h.sent()
			want = ""
		}
		h.peerPort, h.iss = early, iss
		h.gets(ack, 1, 1, "")
		if want == "" {
			h.wantTCP()
			h.gets(psh|ack, 1, 1, "early")
		}
		h.wantTCP(". 1 ack 6")
		id, c := h.TCPAccept(l)
		require.Equal(t, OK, c)
		h.reads(id, "early")
	}
}
