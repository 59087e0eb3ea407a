package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
)

// knock has another port of the peer send a SYN.
func (h *tcpHost) knock() {
	h.t.Helper()
	h.peerPort++
	h.issKnown = false
	h.gets(syn, 0, 0, "")
}

// enter has another port of the peer complete a handshake.
func (h *tcpHost) enter() {
	h.t.Helper()
	h.knock()
	h.wantTCP("S. 0 ack 1" + mssText(h.me))
	h.gets(ack, 1, 1, "")
	h.wantTCP()
}

func TestTCPBacklog(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(2)
	h.enter()
	h.enter()
	h.knock()
	h.wantTCP()
	h.wantCount(DropTCPBacklog)
	require.Equal(t, OK, h.TCPSetBacklog(l, 3))
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	first := h.peerPort - 3
	id, c := h.TCPAccept(l)
	require.Equal(t, OK, c)
	_, port := h.TCPRemote(id)
	require.Equal(t, first, port)
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
}

// TestTCPAcceptOrder: the connections that were established first, whatever rows they have.
func TestTCPAcceptOrder(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	h.enter()
	h.enter()
	gone, _ := h.TCPAccept(l)
	require.Equal(t, OK, h.TCPAbort(h.now, gone))
	h.Poll(h.now)
	h.sent()
	h.enter() // in the row that has become free
	for _, want := range []uint16{peerPort + 2, peerPort + 3} {
		id, c := h.TCPAccept(l)
		require.Equal(t, OK, c)
		_, port := h.TCPRemote(id)
		require.Equal(t, want, port)
	}
}

// TestTCPResetBeforeAccept: who accepts learns of it.
func TestTCPResetBeforeAccept(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	h.enter()
	h.gets(psh|ack, 1, 1, "bye")
	h.wantTCP(". 1 ack 4")
	h.gets(rst, 4, 0, "")
	id, c := h.TCPAccept(l)
	require.Equal(t, OK, c)
	require.Equal(t, Reset, h.TCPStatus(id))
	h.reads(id, "bye")
	h.readEnds(id, Reset)
}

// TestTCPHandshakeGivesUp: RFC 9293 3.10.7.4 and R2 free the row of a handshake.
func TestTCPHandshakeGivesUp(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.listen(1)
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	h.gets(rst, 1, 0, "")
	require.Equal(t, 1, h.rowsInUse())
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	sent := 0
	for range 200 {
		h.advance(time.Second)
		sent += len(h.sent())
		h.peerAnswers() // its link layer does
	}
	require.Equal(t, 7+5, sent, "from the third on MUST-20 asks for the neighbour too")
	require.Equal(t, 1, h.rowsInUse())
}

func TestTCPCloseListener(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	h.enter()
	h.knock()
	h.wantTCP("S. 0 ack 1 mss 1460")
	id, _ := h.TCPAccept(l)
	require.Equal(t, OK, h.TCPClose(h.now, l))
	h.Poll(h.now)
	h.wantTCP("R. 1 ack 1") // only the handshake: the other one was accepted
	require.Equal(t, OK, h.TCPStatus(id))
	require.Equal(t, 1, h.rowsInUse())
}

func TestTCPAbort(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.writes(id, "lost")
	require.Equal(t, OK, h.TCPAbort(h.now, id))
	h.Poll(h.now)
	h.wantTCP("R. 1 ack 1")
	require.Equal(t, 1, h.rowsInUse())
}

// TestTCPCloseUnread: RFC 9293 3.6.1, SHLD-3.
func TestTCPCloseUnread(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.gets(psh|ack, 1, 1, "unread")
	h.wantTCP(". 1 ack 7")
	require.Equal(t, OK, h.TCPClose(h.now, id))
	h.Poll(h.now)
	h.wantTCP("R. 1 ack 7")
	require.Equal(t, 1, h.rowsInUse())
}

// TestTCPEviction: a full table makes room for the new at the cost of what only waits.
func TestTCPEviction(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	var ids [5]int
	for i := range ids {
		h.enter()
		ids[i], _ = h.TCPAccept(l)
	}
	h.knock()
	h.wantTCP()
	h.wantCount(DropTCPTableFull)
	h.peerPort--

	// The last two close first: one comes to TIME-WAIT, the other to FIN-WAIT-2. The first only sends FIN.
	finish := func(id int, last uint16, peerCloses bool) {
		h.peerPort = peerPort + last
		require.Equal(t, OK, h.TCPClose(h.now, id))
		h.now += time.Second
		h.Poll(h.now)
		h.sent()
		flags := ack
		if peerCloses {
			flags |= fin
		}
		h.iss = uint32(seqOf(&h.st.TCP[id]))
		h.gets(flags, 1, 0, "") // of all that was sent
		h.sent()
	}
	finish(ids[4], 5, false)
	finish(ids[3], 4, true)
	require.Equal(t, tcp.FinWait2, h.st.TCP[ids[4]].state.State())
	require.Equal(t, tcp.TimeWait, h.st.TCP[ids[3]].state.State())
	require.Equal(t, OK, h.TCPClose(h.now, ids[0]))
	h.Poll(h.now)
	h.sent()
	require.Equal(t, tcp.FinWait1, h.st.TCP[ids[0]].state.State())

	h.peerPort = 50000
	h.enter()
	require.Equal(t, tcpWaiting, h.st.TCP[ids[3]].use, "TIME-WAIT gives way first")
	h.enter()
	require.Equal(t, tcpWaiting, h.st.TCP[ids[4]].use, "then FIN-WAIT-2")
	h.knock()
	h.wantTCP()
	require.EqualValues(t, 2, h.Counter(DropTCPTableFull), "what is still to be sent does not")
	require.EqualValues(t, 2, h.Counter(TCPEvicted))
}

// TestTCPEvictionOrder: of what has equally little to lose, what was closed first.
func TestTCPEvictionOrder(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	var ids [5]int
	for i := range ids {
		h.enter()
		ids[i], _ = h.TCPAccept(l)
	}
	for _, i := range []int{3, 1} {
		h.peerPort = peerPort + 1 + uint16(i)
		require.Equal(t, OK, h.TCPClose(h.now, ids[i]))
		h.Poll(h.now)
		h.sent()
		h.iss = uint32(seqOf(&h.st.TCP[ids[i]]))
		h.gets(ack, 1, 0, "")
		h.now += time.Second
	}
	h.peerPort = 50000
	h.enter()
	require.Equal(t, []tcpUse{tcpWaiting, tcpOrphan}, []tcpUse{h.st.TCP[ids[3]].use, h.st.TCP[ids[1]].use})
}

// TestTCPEvictionOfTheStuck: a peer that never takes the rest of the data of an application that has gone does not keep
// the row for ever, if others need it.
func TestTCPEvictionOfTheStuck(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	var ids [5]int
	for i := range ids {
		h.enter()
		ids[i], _ = h.TCPAccept(l)
	}
	h.window = 0
	h.gets(ack, 1, 1, "")
	h.writes(ids[4], "stuck")
	require.Equal(t, OK, h.TCPClose(h.now, ids[4]))
	for end, refused := h.now+orphanGrace, uint64(0); h.now < end; refused++ {
		require.Equal(t, refused, h.Counter(DropTCPTableFull), "not yet")
		next, ok := h.Poll(h.now)
		require.True(t, ok)
		h.gets(ack, 1, 1, "") // I am alive, but no
		h.peerAnswers()
		h.peerPort += 10000
		h.gets(syn, 0, 0, "")
		h.peerPort -= 10000
		h.sent()
		h.now = min(max(next, h.now+1), end)
	}
	h.Poll(h.now)
	h.sent()
	h.peerPort += 10000
	h.enter()
	require.Equal(t, tcpWaiting, h.st.TCP[ids[4]].use)
}

// seqOf returns what the peer would acknowledge.
func seqOf(r *TCPConn) tcp.Seq {
	c := r.state
	c.Abort()
	p, _ := c.Next()
	return p.Seq
}

// TestTCPReopen: RFC 9293 3.6.1, MAY-2.
func TestTCPReopen(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	require.Equal(t, OK, h.TCPClose(h.now, id))
	h.Poll(h.now)
	h.wantTCP("F. 1 ack 1")
	h.gets(fin|ack, 1, 2, "")
	h.wantTCP(". 2 ack 2")
	h.gets(syn, 1, 0, "")
	h.wantTCP(". 2 ack 2") // an old SYN does not
	h.gets(syn, 2, 0, "")
	h.wantTCP(". 2 ack 2")
	h.gets(syn, 3, 0, "")
	h.wantTCP("S. 65538 ack 4 mss 1460") // beyond everything that the old one can still have under way
	require.Equal(t, 2, h.rowsInUse())
	h.gets(ack, 4, 65539, "")
	require.Equal(t, 1, h.TCPCount(tcp.Established))
	// Without a listener there is nobody to open it.
	h = newTCPHost(t, me4, peer4)
	id = h.connected()
	require.Equal(t, OK, h.TCPClose(h.now, id))
	h.Poll(h.now)
	h.gets(fin|ack, 1, 2, "")
	h.gets(syn, 500, 0, "")
	h.wantTCP("F. 1 ack 1", ". 2 ack 2", ". 2 ack 2")
}
