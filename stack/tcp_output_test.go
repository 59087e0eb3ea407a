package stack

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// TestTCPNoTransmitBuffer: nothing changes until there is one.
func TestTCPNoTransmitBuffer(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	h.slots(0)
	h.writes(id, "wait")
	for range 5 {
		next, ok := h.Poll(h.now)
		require.True(t, ok)
		require.Equal(t, transmitRetry, next-h.now, "it asks to be polled again soon")
		h.now += time.Second
	}
	h.slots(8)
	h.Poll(h.now)
	h.wantTCP(`P. 1 ack 1 "wait"`)
	next, _ := h.Poll(h.now)
	require.Equal(t, time.Second, next-h.now, "the timeout begins now")
	require.Zero(t, h.Counter(TCPRetransmitted))

	// A retransmission that finds no buffer is made once, when there is one.
	h.slots(0)
	h.advance(time.Second)
	h.advance(10 * time.Second)
	h.slots(8)
	h.Poll(h.now)
	h.wantTCP(`P. 1 ack 1 "wait"`)
	require.EqualValues(t, 1, h.Counter(TCPRetransmitted))
	h.advance(2*time.Second - 1)
	h.wantTCP()
	h.advance(1)
	h.wantTCP(`P. 1 ack 1 "wait"`)

	// An answer to a stranger is dropped and counted.
	h.slots(0)
	h.peerPort++
	h.gets(ack, 1, 1, "")
	require.EqualValues(t, 1, h.Counter(DropReplyNoBuffer))
}

// TestTCPNoTransmitBufferChangesNothing: whatever a connection has to send.
func TestTCPNoTransmitBufferChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(h *tcpHost)
	}{
		{"SYN", func(h *tcpHost) { h.peerPort = 80; h.TCPConnect(h.now, wire.Addr{}, 0, h.peer, 80) }},
		{"SYN-ACK", func(h *tcpHost) { h.listen(1); h.slots(0); h.gets(syn, 0, 0, "") }},
		{"ACK", func(h *tcpHost) { h.accepted(); h.slots(0); h.gets(psh|ack, 1, 1, "x") }},
		{"challenge ACK", func(h *tcpHost) { h.accepted(); h.slots(0); h.gets(syn, 1, 0, "") }},
		{"data", func(h *tcpHost) { h.writes(h.accepted(), "x") }},
		{"FIN", func(h *tcpHost) { h.TCPClose(h.now, h.accepted()) }},
		{"RST", func(h *tcpHost) { h.TCPAbort(h.now, h.accepted()) }},
		{"retransmission", func(h *tcpHost) { h.writes(h.accepted(), "x"); h.Poll(h.now); h.now += time.Second }},
		{"SYN to a neighbour who is not known", func(h *tcpHost) {
			h.SetLink(h.now, false)
			h.SetLink(h.now, true)
			h.TCPConnect(h.now, wire.Addr{}, 0, h.peer, 80)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			families(t, func(t *testing.T, me, peer wire.Addr) {
				h := newTCPHost(t, me, peer)
				c.do(h)
				h.slots(0)
				h.Poll(h.now) // timers are looked at
				snapshot := func() *Stack {
					s := &newTCPHost(t, me, peer).Stack
					require.True(t, s.CopyFrom(&h.Stack))
					s.dev = nil
					return s
				}
				before := snapshot()
				next, ok := h.Poll(h.now)
				require.True(t, ok)
				require.Equal(t, transmitRetry, next-h.now)
				require.Equal(t, before, snapshot())
				h.slots(8)
				h.Poll(h.now)
				require.Len(t, h.sent(), 1)
			})
		})
	}
}

// TestTCPSharesTransmitBuffers: a connection with much to send does not keep the others from sending.
func TestTCPSharesTransmitBuffers(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	l := h.listen(9)
	var ids [3]int
	for i := range ids {
		h.enter()
		ids[i], _ = h.TCPAccept(l)
	}
	for _, id := range ids {
		h.writes(id, strings.Repeat("x", 4000))
	}
	sent := map[string]int{}
	for range 6 {
		h.slots(2)
		h.Poll(h.now)
		for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
			sent[strings.Split(describe(t, f), " ")[9]]++
			h.dev.Done()
		}
	}
	require.Equal(t, map[string]int{"40001": 4, "40002": 4, "40003": 4}, sent)
}

// TestTCPResolvesFirst: the SYN goes out with the answer to the ARP request; none is lost.
func TestTCPResolvesFirst(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.SetLink(h.now, false)
		h.SetLink(h.now, true) // forget the neighbours
		h.connecting()
		require.Len(t, h.sent(), 1, "it asks who that is")
		h.peerAnswers()
		h.wantTCP("S 0" + mssText(me))
		next, _ := h.Poll(h.now)
		require.Equal(t, time.Second, next-h.now)
	})
}

// peerAnswers has the peer say where it is.
func (h *tcpHost) peerAnswers() {
	h.t.Helper()
	if h.peer.Is4() {
		h.receive(arpFrame(meMAC, wire.ARPReply, peerMAC, h.peer, meMAC, h.me))
		return
	}
	h.receive(naFrame(h.peer, h.me, wire.NeighborAdvertFields{Target: h.peer, Solicited: true, Override: true}, peerMAC))
}

// TestTCPDoubtsItsNeighbour: RFC 9293 3.8.3, MUST-20.
func TestTCPDoubtsItsNeighbour(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.connected()
		h.writes(id, "x")
		asked := map[time.Duration]bool{}
		for began := h.now; h.TCPStatus(id) == OK; {
			h.slots(1) // the question does not get lost because the segment has the only buffer
			next, ok := h.Poll(h.now)
			require.True(t, ok && next > h.now || h.TCPStatus(id) == TimedOut)
			for _, f := range h.sent() {
				if !strings.HasPrefix(f, "peer: ") {
					asked[(h.now - began).Truncate(time.Second)] = true
				}
			}
			h.peerAnswers() // it is there, but its TCP is not
			h.now = next
		}
		want := map[time.Duration]bool{}
		for _, at := range []time.Duration{7, 15, 31, 63} {
			want[at*time.Second] = true
		}
		require.Equal(t, want, asked)
	})
}

// A SYN can come from any address that anybody invents. What answers it does not push out the neighbours in use.
func TestTCPFloodLeavesNeighbours(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		id := h.accepted()
		h.writes(id, "x")
		h.Poll(h.now)
		h.wantTCP(`P. 1 ack 1 "x"`)
		for _, a := range []string{"10", "11", "12", "13"} {
			b := make([]byte, wire.TCPHeaderLen)
			wire.TCPFields{SrcPort: 1, DstPort: 80, Flags: syn}.Put(b)
			src := addr(strings.TrimSuffix(peer.String(), "2") + a)
			wire.TCP(b).SetChecksum(src, me)
			h.receive(ipFrame(src, me, wire.ProtoTCP, b))
		}
		require.Len(t, h.sent(), len(h.st.Neighbours)-1, "questions for the addresses")
		h.gets(ack, 1, 2, "y")
		h.wantTCP(". 2 ack 2")
	})
}

// TestTCPUnreachable: a neighbour that does not answer is no reason to give up before time (RFC 9293 3.9.2.2, MUST-56), but
// it is what is reported (SHLD-25).
func TestTCPUnreachable(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.SetLink(h.now, false)
		h.SetLink(h.now, true)
		id := h.connecting()
		began := h.now
		for {
			next, ok := h.Poll(h.now)
			if h.TCPStatus(id) != InProgress {
				break
			}
			require.True(t, ok && next > h.now)
			h.sent()
			h.now = next
		}
		require.Equal(t, HostUnreachable, h.TCPStatus(id))
		require.InDelta(t, float64(3*time.Minute), float64(h.now-began), float64(5*time.Second), "R2, MUST-23")
		require.NotZero(t, h.Counter(DropTCPUnsent))
		require.Equal(t, OK, h.TCPClose(h.now, id))
		require.Zero(t, h.rowsInUse())
	})
}

// TestTCPLinkDown: what is sent meanwhile is lost like any segment.
func TestTCPLinkDown(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	h.SetLink(h.now, false)
	h.writes(id, "x")
	h.Poll(h.now)
	h.advance(time.Second)
	h.wantTCP()
	h.SetLink(h.now, true)
	h.peerAnswers()
	h.advance(2 * time.Second)
	h.wantTCP(`P. 1 ack 1 "x"`)
	require.Equal(t, OK, h.TCPStatus(id))
}

// TestTCPTimeout: R2 of data.
func TestTCPTimeout(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	h.writes(id, "x")
	began := h.now
	for {
		next, ok := h.Poll(h.now)
		if h.TCPStatus(id) != OK {
			break
		}
		require.True(t, ok)
		h.now = next
		h.peerAnswers() // its link layer does
		h.sent()
	}
	require.Equal(t, TimedOut, h.TCPStatus(id))
	require.Equal(t, 100*time.Second, h.now-began)
}

// TestTCPManyBytes writes more than the queue holds.
func TestTCPManyBytes(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.connected()
	n, c := h.TCPWrite(id, make([]byte, 10000))
	require.Equal(t, OK, c)
	require.Equal(t, 4096, n)
	_, c = h.TCPWrite(id, make([]byte, 1))
	require.Equal(t, WouldBlock, c)
	require.Zero(t, h.TCPReady(id)&Writable)
	n, c = h.TCPWrite(id, nil)
	require.Equal(t, []any{0, OK}, []any{n, c})
}

// TestTCPErrorsFromRouters: RFC 9293 3.9.2.2.
func TestTCPErrorsFromRouters(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		port, host := uint8(wire.ICMPv4PortUnreachable), uint8(wire.ICMPv4HostUnreachable)
		typ := uint8(wire.ICMPv4Unreachable)
		if me.Is6() {
			port, host, typ = wire.ICMPv6PortUnreachable, wire.ICMPv6AddrUnreachable, wire.ICMPv6Unreachable
		}
		report := func(h *tcpHost, code uint8, frame []byte, seq uint32) {
			quoted := append([]byte(nil), frame[14:]...)
			wire.TCP(quoted[headerLen(me):])[7] += byte(seq)
			h.receive(icmpFrame(peer, me, wire.ICMPFields{Type: typ, Code: code}, quoted))
		}
		h := newTCPHost(t, me, peer)
		id := h.connecting()
		frame := append([]byte(nil), h.dev.Sent()...)
		h.dev.Done()
		report(h, port, frame, 1)
		require.Equal(t, InProgress, h.TCPStatus(id), "RFC 5927 4.1: not about a segment under way")
		h.wantCount(DropICMPQuote)
		report(h, host, frame, 0)
		require.Equal(t, InProgress, h.TCPStatus(id), "MUST-56: soft")
		report(h, port, frame, 0)
		require.Equal(t, Refused, h.TCPStatus(id), "SHLD-26 before there is a connection")

		h = newTCPHost(t, me, peer)
		id = h.connecting()
		frame = append([]byte(nil), h.dev.Sent()...)
		report(h, host, frame, 0)
		for h.TCPStatus(id) == InProgress {
			h.advance(time.Second)
			h.sent()
		}
		require.Equal(t, HostUnreachable, h.TCPStatus(id), "SHLD-25: but it is what is told in the end")

		h = newTCPHost(t, me, peer)
		id = h.connected()
		h.writes(id, "x")
		h.Poll(h.now)
		frame = append([]byte(nil), h.dev.Sent()...)
		report(h, port, frame, 0)
		require.Equal(t, OK, h.TCPStatus(id), "RFC 5927 5.2: soft in a connection")
	})
}

// TestTCPPacketTooBig: RFC 8201 4.
func TestTCPPacketTooBig(t *testing.T) {
	h := newTCPHost(t, me6, peer6)
	id := h.connecting()
	h.wantTCP("S 0 mss 1440")
	h.gets(syn|ack, 0, 1, "", wire.TCPOptMSS, 4, 1440>>8, 1440&255)
	h.wantTCP(". 1 ack 1")
	h.writes(id, strings.Repeat("x", 1400))
	h.Poll(h.now)
	frame := append([]byte(nil), h.dev.Sent()...)
	require.Len(t, frame, 14+40+20+1400)
	h.dev.Done()
	tooBig := func(mtu uint32) {
		h.receive(icmpFrame(peer6, me6, wire.ICMPFields{Type: wire.ICMPv6PacketTooBig, Rest: mtu}, frame[14:][:1000]))
	}
	tooBig(1279)
	h.wantTCP()
	require.EqualValues(t, 1, h.Counter(DropICMPIgnored))
	tooBig(1280)
	first, second := strings.Repeat("x", 1220), strings.Repeat("x", 180)
	h.wantTCP(`. 1 ack 1 "`+first+`"`, `P. 1221 ack 1 "`+second+`"`)
}

// TestTCPSnapshot: each copy goes its own way.
func TestTCPSnapshot(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	id := h.accepted()
	h.gets(psh|ack, 1, 1, "before")
	h.wantTCP(". 1 ack 7")
	h.writes(id, "answer")

	o := newTCPHost(t, me4, peer4)
	o.sent()
	require.True(t, o.CopyFrom(&h.Stack))
	o.iss, o.issKnown, o.now = h.iss, true, h.now
	h.reads(id, "before")
	h.Poll(h.now)
	h.wantTCP(`P. 1 ack 7 "answer"`)
	h.gets(rst, 7, 0, "")
	require.Equal(t, Reset, h.TCPStatus(id))

	require.Equal(t, OK, o.TCPStatus(id))
	o.reads(id, "before")
	o.writes(id, "!")
	o.Poll(o.now)
	o.wantTCP(`P. 1 ack 7 "answer!"`)
	require.Zero(t, h.rowsInUse()-o.rowsInUse())
	require.Equal(t, Reset, h.TCPStatus(id))
}

// TestTCPAcknowledgesEachOutOfOrder: RFC 5681 4.2, also where one Poll takes several segments in: the peer retransmits
// at the third duplicate acknowledgment, which it would never see if they were one.
func TestTCPAcknowledgesEachOutOfOrder(t *testing.T) {
	families(t, func(t *testing.T, me, peer wire.Addr) {
		h := newTCPHost(t, me, peer)
		h.accepted()
		h.receive(h.segment(ack, 2, 1, "b"), h.segment(ack, 3, 1, "c"), h.segment(ack, 4, 1, "d"), h.segment(ack, 1, 1, "a"))
		h.wantTCP(". 1 ack 1", ". 1 ack 1", ". 1 ack 1", ". 1 ack 5")
		h.receive(h.segment(ack, 5, 1, "e"), h.segment(ack, 6, 1, "f"))
		h.wantTCP(". 1 ack 7") // what is in order may share one (RFC 9293 MUST-58)
	})
}

// TestTCPAcknowledgesTogether: RFC 9293 3.10.7.4, MUST-59; what has come in order when Poll begins is acknowledged once.
func TestTCPAcknowledgesTogether(t *testing.T) {
	h := newTCPHost(t, me4, peer4)
	h.accepted()
	h.receive(h.segment(ack, 1, 1, "one "), h.segment(ack, 5, 1, "two "), h.segment(psh|ack, 9, 1, "three"))
	h.wantTCP(". 1 ack 14")
}
