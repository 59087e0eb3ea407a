package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

const (
	fin = wire.FlagFIN
	syn = wire.FlagSYN
	rst = wire.FlagRST
	psh = wire.FlagPSH
	ack = wire.FlagACK
)

// TestTCPServer: a whole connection from the peer.
func TestTCPServer(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.accepted()
		local, lport := h.TCPLocal(id)
		remote, rport := h.TCPRemote(id)
		require.Equal(t, []any{me, uint16(80), peer, uint16(peerPort)}, []any{local, lport, remote, rport})
		require.Equal(t, Writable, h.TCPReady(id))
		h.readEnds(id, WouldBlock)

		h.gets(psh|ack, 1, 1, "hello")
		h.wantTCP(". 1 ack 6")
		require.Equal(t, Readable|Writable, h.TCPReady(id))
		h.reads(id, "hello")
		h.writes(id, "world")
		h.wantTCP()
		h.Poll(h.now)
		h.wantTCP(`P. 1 ack 6 "world"`)
		unread, unsent := h.TCPQueued(id)
		require.Equal(t, [2]int{0, 5}, [2]int{unread, unsent})
		h.gets(ack, 6, 6, "")
		_, unsent = h.TCPQueued(id)
		require.Zero(t, unsent)

		h.gets(fin|ack, 6, 6, "")
		h.wantTCP(". 6 ack 7")
		require.Equal(t, Readable|Writable|PeerClosed, h.TCPReady(id))
		h.readEnds(id, EOF)
		require.Equal(t, OK, h.TCPClose(h.now, id))
		require.Equal(t, Invalid, h.TCPStatus(id), "the id is given back")
		h.Poll(h.now)
		h.wantTCP("F. 6 ack 7")
		require.Equal(t, 2, h.rowsInUse())
		h.gets(ack, 7, 7, "")
		h.wantTCP()
		require.Equal(t, 1, h.rowsInUse(), "only the listener is left")
		require.Empty(t, h.drops())
	})
}

// TestTCPClient: a whole connection from us, closed by us.
func TestTCPClient(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connecting()
		require.Zero(t, h.TCPReady(id))
		_, c := h.TCPWrite(id, []byte("early"))
		require.Equal(t, InProgress, c)
		h.readEnds(id, InProgress)
		require.Equal(t, NotConnected, h.TCPShutdownWrite(id))
		h.wantTCP("S 0" + mssText(me))
		require.GreaterOrEqual(t, h.port, uint16(49152))
		h.gets(syn|ack, 0, 1, "")
		h.wantTCP(". 1 ack 1")
		require.Equal(t, OK, h.TCPStatus(id))

		h.writes(id, "GET")
		require.Equal(t, OK, h.TCPShutdownWrite(id))
		_, c = h.TCPWrite(id, []byte("more"))
		require.Equal(t, Shutdown, c)
		h.Poll(h.now)
		h.wantTCP(`FP. 1 ack 1 "GET"`)
		h.gets(ack, 1, 5, "200")
		h.wantTCP(". 5 ack 4")
		h.gets(fin|ack, 4, 5, "")
		h.wantTCP(". 5 ack 5")
		require.Equal(t, tcp.TimeWait, h.TCPState(id))
		require.Equal(t, Readable|Writable|PeerClosed|HangUp, h.TCPReady(id))
		h.reads(id, "200")
		h.readEnds(id, EOF)
		require.Equal(t, OK, h.TCPClose(h.now, id))
		require.Equal(t, 1, h.rowsInUse())
		next, ok := h.Poll(h.now)
		require.True(t, ok)
		require.LessOrEqual(t, next-h.now, time.Minute)
		h.advance(time.Minute)
		require.Zero(t, h.rowsInUse())
		h.wantTCP()
	})
}

// TestTCPNoConnection: RFC 9293 3.10.7.1.
func TestTCPNoConnection(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.gets(syn, 0, 0, "data")
		h.wantTCP("R. 0 ack 5")
		h.gets(ack, 7, 99, "data")
		h.wantTCP("R 99")
		h.gets(rst, 7, 0, "")
		h.gets(rst|ack, 7, 9, "")
		h.wantTCP()
		require.Equal(t, map[string]uint64{"drop-tcp-no-connection": 4}, h.drops())
		require.EqualValues(t, 2, h.Counter(TCPResetsSent))
	})
}

// tcpWith is a SYN with twenty bytes of options, changed by change, with a right checksum unless that changes too.
func tcpWith(src, dst wire.Addr, change func(b wire.TCP), checksum func(b wire.TCP)) []byte {
	b := make([]byte, 40)
	wire.TCPFields{SrcPort: peerPort, DstPort: 80, Flags: syn, OptionsLen: 20}.Put(b)
	change(b)
	wire.TCP(b).SetChecksum(src, dst)
	if checksum != nil {
		checksum(b)
	}
	return ipFrame(src, dst, wire.ProtoTCP, b)
}

func tcpOption(b ...byte) func(wire.TCP) { return func(t wire.TCP) { copy(t[20:], b) } }

var tcpDrops = []drop{
	{"shorter than a header", ip4Frame(peer4, me4, wire.ProtoTCP, make([]byte, 19)), DropTCPShort},
	{"empty", ip6Frame(peer6, me6, wire.ProtoTCP, nil), DropTCPShort},
	{"data offset 4", tcpWith(peer4, me4, func(b wire.TCP) { b[12] = 4 << 4 }, nil), DropTCPHeaderLen},
	{"data offset beyond the end", tcpWith(peer6, me6, func(b wire.TCP) { b[12] = 11 << 4 }, nil), DropTCPHeaderLen},
	{"MUST-3 checksum", tcpWith(peer4, me4, tcpOption(), func(b wire.TCP) { b[16] ^= 1 }), DropTCPChecksum},
	{"MUST-3 checksum, IPv6", tcpWith(peer6, me6, tcpOption(), func(b wire.TCP) { b[39] ^= 1 }), DropTCPChecksum},
	{"MUST-7 option length 0", tcpWith(peer4, me4, tcpOption(9, 0), nil), DropTCPOptions},
	{"MUST-7 option length 1", tcpWith(peer4, me4, tcpOption(9, 1), nil), DropTCPOptions},
	{"MUST-7 option length beyond the header", tcpWith(peer4, me4, tcpOption(9, 21), nil), DropTCPOptions},
	{"MSS option of 3 bytes", tcpWith(peer6, me6, tcpOption(2, 3, 5), nil), DropTCPOptions},
}

func TestTCPDrops(t *testing.T) { testDrops(t, tcpDrops) }

// TestTCPDropsInAConnection: each reason that a connection has to drop a segment has its counter.
func TestTCPDropsInAConnection(t *testing.T) {
	for _, c := range []struct {
		want Counter
		do   func(h *tcpHost)
	}{
		{DropTCPWindow, func(h *tcpHost) { h.gets(psh|ack, -5, 1, "old") }},
		{DropTCPRST, func(h *tcpHost) { h.gets(rst, 2, 0, "") }},
		{DropTCPSYN, func(h *tcpHost) { h.gets(syn, 1, 0, "") }},
		{DropTCPNoAck, func(h *tcpHost) { h.gets(psh, 1, 0, "x") }},
		{DropTCPBadAck, func(h *tcpHost) { h.gets(ack, 1, 2, "") }},
		{DropTCPText, func(h *tcpHost) { h.gets(fin|ack, 1, 1, ""); h.gets(ack, 2, 1, "x") }},
		{DropTCPHoles, func(h *tcpHost) {
			for i := range tcp.MaxRanges + 1 {
				h.gets(ack, 5+2*i, 1, "x")
			}
		}},
		{DropTCPIgnored, func(h *tcpHost) {
			h.connecting()
			h.wantTCP("S 0" + mssText(h.me))
			h.gets(ack, 0, 1, "")
		}},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			families(t, func(t *testing.T, me, peer wire.Addr) {
				h := newTCPHost(t, me, peer)
				if c.want != DropTCPIgnored {
					h.accepted()
				}
				c.do(h)
				h.wantCount(c.want)
			})
		})
	}
}

// TestTCPToAGroup: RFC 9293 MUST-57; a segment to all is no reason for a reset.
func TestTCPToAGroup(t *testing.T) {
	for _, dst := range []wire.Addr{all4, addr("255.255.255.255"), addr("224.0.0.1"), addr("ff02::1")} {
		t.Run(dst.String(), func(t *testing.T) {
			h := newTCPHost(t, me4, peer4)
			if dst.Is6() {
				h.peer = peer6
			}
			h.listen(1)
			h.me = dst
			h.gets(syn, 0, 0, "")
			h.gets(ack, 0, 0, "")
			h.wantTCP()
			require.Equal(t, 1, h.rowsInUse())
		})
	}
}

// TestTCPInvalidSource: RFC 9293 MUST-63, the land attack among them.
func TestTCPInvalidSource(t *testing.T) {
	for _, src := range []wire.Addr{me4, all4, addr("0.0.0.0"), addr("127.0.0.1"), addr("224.0.0.1"), addr("255.255.255.255"),
		me6, addr("::"), addr("::1"), addr("ff02::1")} {
		t.Run(src.String(), func(t *testing.T) {
			h := newTCPHost(t, me4, peer4)
			if src.Is6() {
				h.me = me6
			}
			h.listen(1)
			h.peer = src
			h.peerPort = 80
			h.gets(syn, 0, 0, "")
			h.wantTCP()
			require.Equal(t, 1, h.rowsInUse())
		})
	}
}

// TestTCPDemultiplexing: an exact match before a listener, and addresses and ports are all compared.
func TestTCPDemultiplexing(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.gets(syn, 500, 0, "")
	h.wantTCP(". 1 ack 1") // a challenge, not a second connection
	h.peerPort++
	h.gets(ack, 1, 1, "stray")
	h.wantTCP("R 1")
	h.peerPort--
	h.port++
	h.gets(ack, 1, 1, "stray")
	h.wantTCP("R 1")
	h.port--
	h.gets(rst, 1, 0, "")
	require.Equal(t, Reset, h.TCPStatus(id))
	require.Equal(t, Readable|Writable|Error|HangUp, h.TCPReady(id))
	h.readEnds(id, Reset)
	_, c := h.TCPWrite(id, []byte("x"))
	require.Equal(t, Reset, c)
	// The application still has the dead connection; its ends are free.
	h.issKnown = false
	h.irs += 1000
	h.gets(syn, 0, 0, "")
	h.wantTCP("S. 0 ack 1 mss 1460")
	require.Equal(t, OK, h.TCPClose(h.now, id))
	require.Equal(t, 2, h.rowsInUse())
}

// TestTCPListeners: addresses and ports.
func TestTCPListeners(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	_, c := h.TCPListen(peer4, 80, 1)
	require.Equal(t, AddrNotAvailable, c)
	a, c := h.TCPListen(me4, 80, 1)
	require.Equal(t, OK, c)
	_, c = h.TCPListen(wire.Any4, 80, 1)
	require.Equal(t, AddrInUse, c)
	_, c = h.TCPListen(wire.Addr{}, 80, 1)
	require.Equal(t, AddrInUse, c)
	_, c = h.TCPListen(wire.Any6, 80, 1)
	require.Equal(t, OK, c, "the other family")
	b, c := h.TCPListen(wire.Addr{}, 0, 1)
	require.Equal(t, OK, c)
	_, port := h.TCPLocal(b)
	require.GreaterOrEqual(t, port, uint16(49152))
	require.Equal(t, tcp.Listen, h.TCPState(a))
	_, c = h.TCPPort(me4, 80)
	require.Equal(t, AddrInUse, c)
	p, c := h.TCPPort(me4, 81)
	require.Equal(t, []any{uint16(81), OK}, []any{p, c})
	require.Equal(t, OK, h.TCPClose(h.now, a))
	_, c = h.TCPListen(me4, 80, 1)
	require.Equal(t, OK, c)
	_, c = h.TCPConnect(h.now, me4, 80, peer4, 80)
	require.Equal(t, AddrInUse, c)
	for range 3 {
		_, c = h.TCPListen(wire.Addr{}, 0, 1)
	}
	require.Equal(t, OK, c)
	_, c = h.TCPListen(wire.Addr{}, 0, 1)
	require.Equal(t, TableFull, c)
	_, c = h.TCPConnect(h.now, wire.Addr{}, 0, peer4, 80)
	require.Equal(t, TableFull, c)
}

// TestTCPConnectRefusesAtOnce: RFC 9293 MUST-46, and what has no way.
func TestTCPConnectRefusesAtOnce(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	for _, c := range []struct {
		local, remote wire.Addr
		port          uint16
		want          Cause
	}{
		{wire.Addr{}, peer4, 0, Invalid},
		{wire.Addr{}, wire.Addr{}, 80, Invalid},
		{wire.Addr{}, addr("0.0.0.0"), 80, Invalid},
		{wire.Addr{}, addr("255.255.255.255"), 80, Invalid},
		{wire.Addr{}, all4, 80, Invalid},
		{wire.Addr{}, addr("224.0.0.1"), 80, Invalid},
		{wire.Addr{}, addr("::"), 80, Invalid},
		{wire.Addr{}, addr("ff02::1"), 80, Invalid},
		{me6, peer4, 80, AddrNotAvailable},
		{other4, peer4, 80, AddrNotAvailable},
		{wire.Any6, peer4, 80, AddrNotAvailable},
		{wire.Addr{}, me4, 80, NetUnreachable},
		{wire.Any4, peer4, 80, OK},
	} {
		_, got := h.TCPConnect(h.now, c.local, 0, c.remote, c.port)
		require.Equal(t, c.want, got, "%v to %v port %d", c.local, c.remote, c.port)
	}
	require.Equal(t, 1, h.rowsInUse())
}

func TestTCPInvalidIDs(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(1)
	for _, id := range []int{-1, 6, 5, l} {
		_, c := h.TCPRead(id, nil, false)
		require.Equal(t, Invalid, c)
		_, c = h.TCPWrite(id, nil)
		require.Equal(t, Invalid, c)
		require.Equal(t, Invalid, h.TCPStatus(id))
		require.Equal(t, Invalid, h.TCPShutdownWrite(id))
		require.Zero(t, h.TCPReady(id))
		if id != l {
			require.Equal(t, Invalid, h.TCPClose(h.now, id))
			require.Equal(t, Invalid, h.TCPAbort(h.now, id))
			require.Equal(t, Invalid, h.TCPSetBacklog(id, 1))
			require.Equal(t, Invalid, h.TCPSet(id, &tcp.Settings{}))
			require.Equal(t, tcp.Closed, h.TCPState(id))
			_, c = h.TCPAccept(id)
			require.Equal(t, Invalid, c)
		}
	}
}
