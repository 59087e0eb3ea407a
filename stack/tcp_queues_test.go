package stack

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// withSlots divides the queues' memory anew, before there are connections.
func (h *tcpHost) withSlots(n int) {
	h.st.TCPSlots = n
	h.tcpInit()
}

// wantSlots checks that every slot is with one row, and that every row has one that needs it.
func (h *tcpHost) wantSlots() {
	h.t.Helper()
	rows := make([]int, h.st.tcpSlots()+1)
	for i := range h.st.TCP {
		r := &h.st.TCP[i]
		rows[r.slot]++
		require.False(h.t, r.needsSlot() && r.slot == 0, "row %d", i)
	}
	for slot, n := range rows[1:] {
		require.Equal(h.t, 1, n, "slot %d", slot+1)
	}
}

// TestTCPSlotsWithoutListeners: a listener has a row and no queues.
func TestTCPSlotsWithoutListeners(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.withSlots(1)
	for range 3 {
		_, c := h.TCPListen(wire.Addr{}, 0, 1)
		require.Equal(t, OK, c)
	}
	id := h.accepted()
	h.wantSlots()
	h.gets(psh|ack, 1, 1, "hello")
	h.wantTCP(". 1 ack 6")
	h.knock()
	h.wantTCP()
	h.wantCount(DropTCPTableFull)
	_, c := h.TCPConnect(h.now, wire.Addr{}, 0, peer4, 80)
	require.Equal(t, TableFull, c)
	_, c = h.TCPListen(wire.Addr{}, 0, 1)
	require.Equal(t, OK, c, "there is a row")
	h.reads(id, "hello")
	require.Zero(t, h.Counter(TCPEvicted))
}

// TestTCPSlotOfTimeWait: one after the other, all with one slot; those before wait for their time, and answer.
func TestTCPSlotOfTimeWait(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.withSlots(1)
	l := h.listen(1)
	for i := range 4 {
		h.enter()
		id, c := h.TCPAccept(l)
		require.Equal(t, OK, c)
		h.gets(psh|ack, 1, 1, "question")
		h.reads(id, "question")
		h.writes(id, "answer")
		h.Poll(h.now)
		h.wantTCP(". 1 ack 9", `P. 1 ack 9 "answer"`)
		require.Equal(t, OK, h.TCPClose(h.now, id))
		h.Poll(h.now)
		h.wantTCP("F. 7 ack 9")
		h.gets(fin|ack, 9, 8, "")
		h.wantTCP(". 8 ack 10")
		require.Equal(t, i+1, h.TCPCount(tcp.TimeWait))
		h.wantSlots()
	}
	h.gets(fin|ack, 9, 8, "")
	h.wantTCP(". 8 ack 10")
	require.Zero(t, h.Counter(TCPEvicted))
}

// TestTCPSlotOfTheUnread: what was received stays until it is read, also in TIME-WAIT and after a reset.
func TestTCPSlotOfTheUnread(t *testing.T) {
	for _, end := range []tcp.State{tcp.TimeWait, tcp.Closed} {
		t.Run(end.String(), func(t *testing.T) {
			h := newTCPHost(t, me4, peer4)
			h.withSlots(1)
			id := h.accepted()
			h.gets(psh|ack, 1, 1, "unread")
			h.wantTCP(". 1 ack 7")
			if end == tcp.TimeWait {
				require.Equal(t, OK, h.TCPShutdownWrite(id))
				h.Poll(h.now)
				h.wantTCP("F. 1 ack 7")
				h.gets(fin|ack, 7, 2, "")
				h.wantTCP(". 2 ack 8")
			} else {
				h.gets(rst, 7, 0, "")
			}
			require.Equal(t, end, h.TCPState(id))
			h.knock()
			h.wantTCP()
			h.peerPort--
			h.reads(id, "unread")
			h.enter()
			h.readEnds(id, map[tcp.State]Cause{tcp.TimeWait: EOF, tcp.Closed: Reset}[end])
			h.wantSlots()
		})
	}
}

// TestTCPSlotOfTheOrphan: nobody reads what it receives, so it needs queues only as long as something is to be sent. Who has
// them now notices nothing of who had them.
func TestTCPSlotOfTheOrphan(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.withSlots(1)
	id := h.accepted()
	h.writes(id, "last words")
	require.Equal(t, OK, h.TCPClose(h.now, id))
	h.Poll(h.now)
	h.wantTCP(`FP. 1 ack 1 "last words"`)
	first, iss := h.peerPort, h.iss
	h.knock()
	h.wantTCP()
	h.wantCount(DropTCPTableFull)

	h.peerPort, h.iss = first, iss
	h.gets(ack, 1, 11, "")
	h.wantTCP()
	require.Equal(t, tcp.FinWait1, h.st.TCP[id].state.State())
	h.enter()
	h.wantSlots()
	next, _ := h.TCPAccept(0)
	h.gets(psh|ack, 1, 1, "mine")
	h.wantTCP(". 1 ack 5")
	last, lastISS := h.peerPort, h.iss

	h.peerPort, h.iss = first, iss
	h.now += time.Second
	h.Poll(h.now)
	h.wantTCP("F. 11 ack 1")
	h.gets(psh|ack, 1, 11, "yours")
	h.wantTCP("R. 12 ack 1")
	h.peerPort, h.iss = last, lastISS
	h.reads(next, "mine")
}

// TestTCPSlotOfTheStuck: with rows in plenty, a peer that takes nothing more of an application that has gone does not keep
// the queues for ever.
func TestTCPSlotOfTheStuck(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.withSlots(1)
	id := h.accepted()
	h.window = 0
	h.gets(ack, 1, 1, "")
	h.writes(id, "stuck")
	require.Equal(t, OK, h.TCPClose(h.now, id))
	for range 20 {
		h.now += orphanGrace / 20
		h.Poll(h.now)
		h.gets(ack, 1, 1, "")
		h.peerAnswers()
		h.sent()
	}
	h.window = 20000
	h.enter()
	require.Equal(t, tcpFree, h.st.TCP[id].use)
	require.EqualValues(t, 1, h.Counter(TCPEvicted))
	h.wantSlots()
}

// TestTCPReopenWithoutSlot: a SYN takes the place of a connection in TIME-WAIT whose queues another one has by now.
func TestTCPReopenWithoutSlot(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.withSlots(2)
	l := h.listen(4)
	h.enter()
	old, _ := h.TCPAccept(l)
	require.Equal(t, OK, h.TCPClose(h.now, old))
	h.Poll(h.now)
	h.gets(fin|ack, 1, 2, "")
	h.wantTCP("F. 1 ack 1", ". 2 ack 2")
	port, iss := h.peerPort, h.iss
	reopen := func() {
		h.peerPort, h.iss = port, iss
		h.gets(syn, 3, 0, "")
	}
	h.enter()
	h.enter()
	require.Zero(t, h.st.TCP[old].slot)
	reopen()
	h.wantTCP()
	h.wantCount(DropTCPTableFull)
	for range 2 {
		id, _ := h.TCPAccept(l)
		require.Equal(t, OK, h.TCPAbort(h.now, id))
	}
	h.Poll(h.now)
	h.sent()
	reopen()
	h.wantTCP("S. 65538 ack 4 mss 1460")
	h.wantSlots()
	require.Equal(t, 2, h.rowsInUse())
}

// TestTCPSlotsCopied: a snapshot has the queues of all connections, however its own storage was divided.
func TestTCPSlotsCopied(t *testing.T) {
	a, b := newTCPHost(t, me4, peer4), newTCPHost(t, me4, peer4)
	a.withSlots(2)
	b.withSlots(3)
	old := a.accepted()
	require.Equal(t, OK, a.TCPClose(a.now, old))
	a.Poll(a.now)
	a.gets(fin|ack, 1, 2, "")
	a.sent()
	var ids [2]int
	for i, data := range []string{"one", "two"} {
		a.enter()
		ids[i], _ = a.TCPAccept(0)
		a.gets(psh|ack, 1, 1, data)
		a.sent()
	}
	require.True(t, b.CopyFrom(&a.Stack))
	b.now = a.now
	b.wantSlots()
	for _, h := range []*tcpHost{a, b} { // whoever reads first takes nothing from the other
		h.reads(ids[0], "one")
		h.reads(ids[1], "two")
		h.writes(ids[1], "three")
		_, c := h.TCPConnect(h.now, wire.Addr{}, 0, peer4, 80)
		require.Equal(t, TableFull, c)
	}
}

// TestTCPQueueSizes: by default a connection uses its whole slot, and no more of it than Config says.
func TestTCPQueueSizes(t *testing.T) {
	queues := func(rows, slots int, rcv, snd int32) *tcpHost {
		h := &tcpHost{host: newHost(t, func(c *Config, st *Storage) {
			withTCP(c, st)
			st.TCP, st.TCPSlots = st.TCP[:rows], slots
			c.TCP.RcvBuf, c.TCP.SndBuf = rcv, snd
		}), me: me4, peer: peer4, port: 80, peerPort: peerPort, window: 60000}
		h.meetPeers()
		return h
	}
	for _, c := range []struct {
		rows, slots int
		rcv, snd    int32
		want        [2]int
	}{
		{6, 0, 0, 0, [2]int{4096, 4096}},
		{6, 6, 0, 0, [2]int{4096, 4096}},
		{6, 3, 0, 0, [2]int{8192, 8192}},
		{3, 6, 0, 0, [2]int{8192, 8192}},
		{6, 1, 1000, 0, [2]int{1000, 24576}},
		{6, 1, 24576, 2000, [2]int{24576, 2000}},
		{0, 0, 0, 0, [2]int{}},
	} {
		h := queues(c.rows, c.slots, c.rcv, c.snd)
		v := h.TCPDefaults()
		rcv, snd := h.TCPQueueSizes(&v)
		require.Equal(t, c.want, [2]int{rcv, snd}, "%+v", c)
		if c.rows == 0 {
			continue
		}
		id := h.connecting()
		b := wire.TCP(h.dev.Sent()[34:])
		require.EqualValues(t, c.want[0], b.Window(), "%+v", c)
		h.iss = b.Seq()
		h.dev.Done()
		h.gets(syn|ack, 0, 1, "")
		h.sent()
		n, cause := h.TCPWrite(id, []byte(strings.Repeat("x", 50000)))
		require.Equal(t, OK, cause)
		require.Equal(t, c.want[1], n, "%+v", c)
		require.Zero(t, h.TCPReady(id)&Writable, "%+v", c)
		_, cause = h.TCPWrite(id, []byte("x"))
		require.Equal(t, WouldBlock, cause)
	}
}

// TestTCPQueueSizesRefused: more than a slot has is not to be had.
func TestTCPQueueSizesRefused(t *testing.T) {
	for _, change := range []func(*Config, *Storage){
		func(c *Config, _ *Storage) { c.TCP.RcvBuf = 4097 },
		func(c *Config, _ *Storage) { c.TCP.SndBuf = 4097 },
		func(c *Config, _ *Storage) { c.TCP.RcvBuf = 1<<31 - 1 },
		func(c *Config, _ *Storage) { c.TCP.SndBuf = 1<<31 - 1 },
		func(_ *Config, st *Storage) { st.TCPBuffer = st.TCPBuffer[:6*MinTCPBuffer-1] },
	} {
		c, st := testConfig(), testStorage()
		withTCP(&c, &st)
		change(&c, &st)
		require.Equal(t, TCPBufferTooShort, new(Stack).Init(&c, &st, nil))
	}
}
