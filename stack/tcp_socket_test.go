package stack

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

func TestTCPPeek(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.gets(psh|ack, 1, 1, "hello")
	p := make([]byte, 4)
	for range 2 {
		n, c := h.TCPRead(id, p, true)
		require.Equal(t, []any{4, OK, "hell"}, []any{n, c, string(p)})
	}
	n, c := h.TCPRead(id, nil, false)
	require.Equal(t, []any{0, OK}, []any{n, c}, "an empty read says that there is something")
	h.reads(id, "hello")
}

// TestTCPEndOutlivesReset: who has read to the end has read to the end, whatever comes later.
func TestTCPEndOutlivesReset(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.gets(fin|ack, 1, 1, "")
	h.gets(rst, 2, 0, "")
	require.Equal(t, Reset, h.TCPStatus(id))
	h.readEnds(id, EOF)
	_, c := h.TCPWrite(id, []byte("x"))
	require.Equal(t, Reset, c)
	require.Equal(t, Readable|Writable|Error|HangUp|PeerClosed, h.TCPReady(id))
}

// TestTCPWritable: there is room, or a write would not wait.
func TestTCPWritable(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	_, c := h.TCPWrite(id, make([]byte, 5000))
	require.Equal(t, OK, c)
	require.Zero(t, h.TCPReady(id))
	require.Equal(t, OK, h.TCPShutdownWrite(id))
	require.Equal(t, Writable, h.TCPReady(id))
	_, c = h.TCPWrite(id, []byte("x"))
	require.Equal(t, Shutdown, c)
}

func TestTCPSetMSL(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.TCPSetMSL(time.Second)
	id := h.connected()
	h.TCPSetMSL(time.Hour) // for later ones
	require.Equal(t, OK, h.TCPClose(h.now, id))
	h.Poll(h.now)
	h.gets(fin|ack, 1, 2, "")
	require.Equal(t, 1, h.rowsInUse())
	h.advance(2*time.Second - 1)
	require.Equal(t, 1, h.rowsInUse())
	h.advance(1)
	require.Zero(t, h.rowsInUse())
}

// TestTCPSimultaneousOpen: RFC 9293 3.5, MUST-10; the connection stays the program's.
func TestTCPSimultaneousOpen(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connecting()
		h.wantTCP("S 0" + mssText(me))
		h.gets(syn, 0, 0, "")
		h.wantTCP("S. 0 ack 1" + mssText(me))
		require.Equal(t, InProgress, h.TCPStatus(id))
		h.gets(syn|ack, 0, 1, "")
		require.Equal(t, OK, h.TCPStatus(id))
		require.Equal(t, tcp.Established, h.TCPState(id))
	})
}

// TestTCPWrongAnswer: RFC 9293 3.10.7.3; the answer to another SYN is reset, and the connection goes on trying.
func TestTCPWrongAnswer(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connecting()
		h.wantTCP("S 0" + mssText(me))
		h.gets(syn|ack, 0, 5, "")
		h.wantTCP("R 5")
		require.Equal(t, InProgress, h.TCPStatus(id))
		h.gets(rst|ack, 0, 1, "")
		require.Equal(t, Refused, h.TCPStatus(id))
	})
}

// TestTCPSameEnds: two connections between the same ends cannot be.
func TestTCPSameEnds(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	_, c := h.TCPConnect(h.now, wire.Addr{}, 5000, peer4, 80)
	require.Equal(t, OK, c)
	_, c = h.TCPConnect(h.now, me4, 5000, peer4, 80)
	require.Equal(t, AddrInUse, c)
	_, c = h.TCPConnect(h.now, me4, 5000, peer4, 81)
	require.Equal(t, OK, c)
	_, c = h.TCPConnect(h.now, me4, 5000, other4, 80)
	require.Equal(t, OK, c)
	_, c = h.TCPPort(me4, 5000)
	require.Equal(t, AddrInUse, c)
	_, c = h.TCPPort(me6, 5000)
	require.Equal(t, OK, c)
}

// TestTCPLocalAddress: a connection is one of one of our addresses.
func TestTCPLocalAddress(t *testing.T) {
	h := newTCPHost(t, me6, peer6)
	h.accepted()
	h.me = meLink6
	h.gets(psh|ack, 1, 1, "stray")
	h.wantTCP("R 1")
}

// TestTCPDefaultMSS: RFC 9293 3.7.1, MUST-15.
func TestTCPDefaultMSS(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connected()
		h.writes(id, strings.Repeat("x", 4000))
		h.Poll(h.now)
		want := 536
		if me.Is6() {
			want = 1220
		}
		require.Len(t, h.dev.Sent(), wire.EthernetHeaderLen+headerLen(me)+wire.TCPHeaderLen+want)
		require.Len(t, h.sent(), 4000/want, "and Nagle keeps the rest")
	})
}

// TestTCPTwoListeners: each has its own backlog and its own connections.
func TestTCPTwoListeners(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	a, c := h.TCPListen(me4, 80, 0)
	require.Equal(t, OK, c)
	b, c := h.TCPListen(me4, 81, -1)
	require.Equal(t, OK, c)
	h.enter()
	h.knock()
	h.wantTCP() // a backlog below one is one
	h.port = 81
	h.enter()
	require.Equal(t, OK, h.TCPSetBacklog(b, 0))
	id, c := h.TCPAccept(b)
	require.Equal(t, OK, c)
	_, port := h.TCPLocal(id)
	require.EqualValues(t, 81, port)
	_, c = h.TCPAccept(b)
	require.Equal(t, WouldBlock, c)
	h.enter()
	require.Equal(t, Acceptable, h.TCPReady(a))
	require.Equal(t, Acceptable, h.TCPReady(b))
}

// TestTCPSoftErrorPasses: what was wrong with the way to the peer is forgotten when the peer answers.
func TestTCPSoftErrorPasses(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	h.writes(id, "x")
	h.SetLink(h.now, false)
	h.Poll(h.now)
	h.SetLink(h.now, true)
	h.peerAnswers()
	h.advance(time.Second)
	h.wantTCP(`P. 1 ack 1 "x"`)
	h.gets(ack, 1, 2, "")
	h.writes(id, "y")
	for h.TCPStatus(id) == OK {
		h.peerAnswers()
		h.sent()
		h.now += time.Second
	}
	require.Equal(t, TimedOut, h.TCPStatus(id))
}
