package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/invariant"
	"stackproof/stack/reassembly"
	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// wantSound checks that the state of a stack is one that can be.
func wantSound(t require.TestingT, s *Stack, now time.Duration) {
	if v := s.Check(now); !v.Holds() {
		require.Equal(t, invariant.Violation{}, v, v.Rule.String())
	}
}

// The rows of TCP in newChecked.
const (
	checkedListener = iota
	checkedOpen
	checkedEmbryo
	checkedFree
)

// newChecked is a host with something of everything: a listener with a handshake, a connection of the application, a
// datagram that was not read, a group, a path, and packets on their way to ourselves and in fragments.
func newChecked(t *testing.T) *tcpHost {
	h := &tcpHost{host: newHost(t, func(c *Config, st *Storage) {
		withTCP(c, st)
		st.TCPSlots, st.Loop = 3, make([]byte, 4*1502)
	}), me: me4, peer: peer4, port: 80, peerPort: peerPort, window: 20000}
	h.now = time.Hour
	h.meetPeers()
	require.Equal(t, checkedListener, h.listen(4))
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, peer4, 7)
	require.Equal(t, OK, c)
	require.Equal(t, checkedOpen, id)
	h.Poll(h.now)
	h.gets(wire.FlagSYN, 0, 0, "")
	require.Equal(t, tcpEmbryo, h.st.TCP[checkedEmbryo].use)
	h.open(wire.Addr{}, 7)
	h.receive(goodUDP4)
	require.Equal(t, OK, h.MulticastJoin(group4))
	h.Poll(h.now)
	h.lowerPath(h.now, far4, 1000)
	h.lowerPath(h.now, far6, 1300)
	h.staged = staged{dst: peer4, src: me4, n: 100, sent: 96}
	require.Equal(t, OK, h.sendUDPTo(me4))
	require.Equal(t, 1, h.loop.count)
	require.Equal(t, invariant.Violation{}, h.Check(h.now))
	return h
}

// sendUDPTo sends an empty datagram from endpoint 0, which need not come out.
func (h *host) sendUDPTo(dst wire.Addr) Cause { return h.UDPSend(h.now, 0, dst, 9, nil) }

// TestCheck: each rule, broken in each way that it can be.
func TestCheck(t *testing.T) {
	type rows = []TCPConn
	tcpRows := func(f func(rows)) func(*tcpHost) { return func(h *tcpHost) { f(h.st.TCP) } }
	for _, c := range []struct {
		want   invariant.Rule
		damage func(*tcpHost)
	}{
		{invariant.TCPList, func(h *tcpHost) { h.tcp.listeners = 0 }},
		{invariant.TCPList, func(h *tcpHost) { h.tcp.listeners = checkedFree + 1 }},
		{invariant.TCPList, func(h *tcpHost) { h.tcp.found = len(h.st.TCP) }},
		{invariant.TCPList, tcpRows(func(r rows) { r[checkedOpen].lport++ })},
		{invariant.TCPList, tcpRows(func(r rows) { r[checkedListener].links.next = checkedListener + 1 })},
		{invariant.TCPList, tcpRows(func(r rows) { r[checkedFree].use = tcpOpen })},
		{invariant.TCPHeap, func(h *tcpHost) { h.tcp.timers++ }},
		{invariant.TCPHeap, tcpRows(func(r rows) { r[checkedOpen].links.place = 3 })},
		{invariant.TCPHeap, tcpRows(func(r rows) { r[r[1].links.heap-1].links.due = 0 })},
		{invariant.TCPHeap, func(h *tcpHost) { h.tcp.timers++; h.heapPut(3, checkedListener+1) }},
		{invariant.TCPQueue, tcpRows(func(r rows) { r[checkedOpen].links.queued = true })},
		{invariant.TCPQueue, func(h *tcpHost) { h.tcp.tail = 1 }},
		{invariant.TCPQueue, func(h *tcpHost) { h.tcpTouch(0); h.st.TCP[0].links.after = 1 }},
		{invariant.TCPIdle, func(h *tcpHost) { h.tcpSchedule(checkedOpen, h.now+1) }},
		{invariant.TCPIdle, func(h *tcpHost) { h.tcpUnschedule(checkedOpen) }},
		{invariant.TCPIdle, tcpRows(func(r rows) { r[checkedEmbryo].state.Shutdown() })},
		{invariant.TCPSlot, tcpRows(func(r rows) { r[checkedOpen].slot, r[checkedFree].slot = r[checkedFree].slot, r[checkedOpen].slot })},
		{invariant.TCPSlot, tcpRows(func(r rows) { r[checkedEmbryo].slot = r[checkedOpen].slot })},
		{invariant.TCPSlot, tcpRows(func(r rows) { r[checkedListener].slot = 0 })},
		{invariant.TCPSlot, tcpRows(func(r rows) { r[checkedListener].slot = 4 })},
		{invariant.TCPUse, tcpRows(func(r rows) { r[checkedListener].backlog = 0 })},
		{invariant.TCPUse, tcpRows(func(r rows) { r[checkedOpen].use = tcpOrphan + 1 })},
		{invariant.TCPUse, tcpRows(func(r rows) { r[checkedEmbryo].turn = 1 })},
		{invariant.TCPPending, tcpRows(func(r rows) { r[checkedEmbryo].listener = checkedOpen })},
		{invariant.TCPPorts, func(h *tcpHost) {
			h.tcpTake(checkedFree, tcpListener, me4, 80, wire.Addr{}, 0).backlog = 1
		}},
		{invariant.TCPPorts, func(h *tcpHost) {
			o := &h.st.TCP[checkedOpen]
			h.tcpAllocQueues()
			h.tcpTake(checkedFree, tcpOpen, o.local, o.lport, o.remote, o.rport).state.Connect(tcp.Config{})
			h.tcpTakeSlot(checkedFree)
			h.tcpTouch(checkedFree)
		}},
		{invariant.SendQueue, tcpRows(func(r rows) { r[checkedOpen].tx.Commit(make([]byte, 10), 1) })},
		{invariant.UDPUse, func(h *tcpHost) { h.st.UDP[0].port = 0 }},
		{invariant.UDPUse, func(h *tcpHost) { h.st.UDP[0].peer = peer4 }},
		{invariant.UDPQueue, func(h *tcpHost) { h.st.UDP[0].queue.used-- }},
		{invariant.UDPQueue, func(h *tcpHost) { h.st.UDP[0].queue.used = 2001 }},
		{invariant.UDPQueue, func(h *tcpHost) { h.st.UDP[0].queue.head = 2000 }},
		{invariant.UDPQueue, func(h *tcpHost) { h.udpMemory(0)[h.st.UDP[0].queue.head+4] = 5 }},
		{invariant.NeighbourTime, func(h *tcpHost) { h.neighbours.Add(h.now+1, peer4, peerMAC) }},
		{invariant.FragmentRow, func(h *tcpHost) {
			h.reassembly.Add(h.now+1, &reassembly.Fragment{Data: make([]byte, 8), More: true})
		}},
		{invariant.GroupRow, func(h *tcpHost) { h.groups[groups4].robust = 0 }},
		{invariant.GroupRow, func(h *tcpHost) { h.st.Groups[0].addr = peer4 }},
		{invariant.GroupRow, func(h *tcpHost) { h.st.Groups[1] = h.st.Groups[0] }},
		{invariant.GroupRow, func(h *tcpHost) { h.st.Groups[0] = Group{addr: group4} }},
		{invariant.GroupRow, func(h *tcpHost) { h.st.Groups[0].asked = maxAsked + 1 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].mtu = minPath4 - 1 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[1].mtu = wire.IPv6MinMTU - 1 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].mtu = 1501 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].low = true }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].expires++ }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].redirected = h.now + redirectTimeout + 1 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0].next = peer6 }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[1] = h.paths[0] }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[0] = path{} }},
		{invariant.PathRow, func(h *tcpHost) { h.paths[2].mtu = 1 }},
		{invariant.StagedBounds, func(h *tcpHost) { h.staged.n = len(h.st.Staging) + 1 }},
		{invariant.StagedBounds, func(h *tcpHost) { h.staged.sent = h.staged.n }},
		{invariant.StagedBounds, func(h *tcpHost) { h.staged.sent++ }},
		{invariant.LoopBounds, func(h *tcpHost) { h.loop.count = 5 }},
		{invariant.LoopBounds, func(h *tcpHost) { h.loop.head = 4 }},
		{invariant.LoopBounds, func(h *tcpHost) { h.st.Loop[h.loop.head*1502] = 0xff }},
		{invariant.ClaimState, func(h *tcpHost) { h.claims[claim4].state = refused + 1 }},
		{invariant.ClaimState, func(h *tcpHost) { h.claims[claimLink6] = claim{state: tentative, sent: 1} }},
		{invariant.ClaimState, func(h *tcpHost) { h.claims[claim4].due = h.now + arpDefendTime + 1 }},
		{invariant.ErrorTokens, func(h *tcpHost) { h.errors.all.full = h.now + errorBurst*errorInterval + 1 }},
		{invariant.ErrorTokens, func(h *tcpHost) { h.errors.hosts[2].full = h.now + errorBurst*errorInterval + 1 }},
	} {
		t.Run(c.want.String(), func(t *testing.T) {
			h := newChecked(t)
			c.damage(h)
			require.Equal(t, c.want.String(), h.Check(h.now).Rule.String())
		})
	}
	h := newChecked(t)
	require.Zero(t, testing.AllocsPerRun(10, func() { h.Check(h.now) }))
}

// TestSYNEndsTimeWaitsDeadline: a SYN that takes the place of a connection in TIME-WAIT (RFC 9293 3.6.1, MAY-2), whose row an
// application has still, ends its deadline too: nobody is woken for it. Fuzzing with [Stack.Check] found the row forgotten.
func TestSYNEndsTimeWaitsDeadline(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	require.Equal(t, OK, h.TCPShutdownWrite(id))
	h.Poll(h.now)
	h.gets(wire.FlagACK, 1, 2, "")
	h.gets(wire.FlagFIN|wire.FlagACK, 1, 2, "")
	require.Equal(t, tcp.TimeWait, h.TCPState(id))
	h.gets(wire.FlagSYN, 100000, 0, "")
	require.Equal(t, tcp.Closed, h.TCPState(id))
	wantSound(t, &h.Stack, h.now)
	require.Zero(t, h.st.TCP[id].links.place)
}

// TestPeerOfPortZero: a peer whose port is 0 is served like any other, and that breaks no rule of [Stack.Check]. The
// systematic edits found one that it broke.
func TestPeerOfPortZero(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.peerPort = 0
	id := h.accepted()
	wantSound(t, &h.Stack, h.now)
	h.gets(wire.FlagACK|wire.FlagPSH, 1, 1, "hello")
	h.reads(id, "hello")
	wantSound(t, &h.Stack, h.now)
}
