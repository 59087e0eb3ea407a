package stack

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/tcp"
	"stackproof/stack/wire"
)

// tcpHost is a host with TCP and one remote end that answers nothing by itself. Segments are written as in packetdrill:
// numbers count from the initial sequence numbers.
type tcpHost struct {
	*host
	me, peer wire.Addr
	port     uint16 // ours
	peerPort uint16
	iss      uint32 // ours, learnt from the first SYN seen
	issKnown bool
	irs      uint32
	window   uint16 // the peer's
}

const peerPort = 40000

// families runs a test over IPv4 and over IPv6.
func families(t *testing.T, f func(t *testing.T, me, peer wire.Addr)) {
	t.Run("IPv4", func(t *testing.T) { f(t, me4, peer4) })
	t.Run("IPv6", func(t *testing.T) { f(t, me6, peer6) })
}

func withTCP(_ *Config, st *Storage) {
	st.TCP = make([]TCPConn, 6)
	st.TCPBuffer = make([]byte, 6*8192)
}

// newTCPHost returns a host with six rows, which knows the peer's link-layer address.
func newTCPHost(t rapid.TB, me, peer wire.Addr) *tcpHost {
	t.Helper()
	h := &tcpHost{host: newHost(t, withTCP), me: me, peer: peer, port: 80, peerPort: peerPort, irs: 1<<32 - 2, window: 20000}
	h.now = time.Hour
	h.meetPeers()
	return h
}

// segment is a segment from the peer.
func (h *tcpHost) segment(flags wire.TCPFlags, seq int, ack int, data string, opts ...byte) []byte {
	b := make([]byte, wire.TCPHeaderLen+len(opts)+len(data))
	copy(b[wire.TCPHeaderLen:], opts)
	copy(b[wire.TCPHeaderLen+len(opts):], data)
	f := wire.TCPFields{
		SrcPort: h.peerPort, DstPort: h.port, Seq: h.irs + uint32(seq), Flags: flags, Window: h.window,
		OptionsLen: uint8(len(opts)),
	}
	if flags.Has(wire.FlagACK) {
		f.Ack = h.iss + uint32(ack)
	}
	f.Put(b)
	wire.TCP(b).SetChecksum(h.peer, h.me)
	return ipFrame(h.peer, h.me, wire.ProtoTCP, b)
}

// gets delivers a segment and polls.
func (h *tcpHost) gets(flags wire.TCPFlags, seq int, ack int, data string, opts ...byte) {
	h.t.Helper()
	h.receive(h.segment(flags, seq, ack, data, opts...))
}

// wantTCP checks which segments were sent since the last call.
func (h *tcpHost) wantTCP(want ...string) {
	h.t.Helper()
	got := []string{}
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		describe(h.t, f)
		got = append(got, h.text(f))
		h.dev.Done()
	}
	if want == nil {
		want = []string{}
	}
	require.Equal(h.t, want, got)
}

func (h *tcpHost) text(frame []byte) string {
	h.t.Helper()
	p := decode(h.t, frame)
	l, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	if !ok {
		return describe(h.t, frame)
	}
	require.EqualValues(h.t, h.port, l.SrcPort)
	require.EqualValues(h.t, h.peerPort, l.DstPort)
	src, dst := p.NetworkLayer().NetworkFlow().Endpoints()
	require.Equal(h.t, h.me.String()+" "+h.peer.String(), src.String()+" "+dst.String())
	b := wire.TCP(l.Contents)
	if b.Flags().Has(wire.FlagSYN) && !h.issKnown {
		h.iss, h.issKnown = b.Seq(), true
	}
	s := fmt.Sprintf("%v %d", b.Flags(), int32(b.Seq()-h.iss))
	if b.Flags() == wire.FlagRST|wire.FlagACK && b.Seq() == 0 {
		s = "R. 0"
	}
	if b.Flags().Has(wire.FlagACK) {
		s += fmt.Sprintf(" ack %d", int32(b.Ack()-h.irs))
	}
	if o := wire.ParseTCPOptions(b.Options()); o.HasMSS {
		s += fmt.Sprintf(" mss %d", o.MSS)
	}
	if len(l.Payload) > 0 {
		s += fmt.Sprintf(" %q", l.Payload)
	}
	return s
}

// listen opens a listener on port 80 of every address.
func (h *tcpHost) listen(backlog int) int {
	h.t.Helper()
	id, c := h.TCPListen(wire.Addr{}, 80, backlog)
	require.Equal(h.t, OK, c)
	return id
}

func mssText(a wire.Addr) string {
	if a.Is6() {
		return " mss 1440"
	}
	return " mss 1460"
}

// accepted returns the id of a connection that the peer has opened to a listener.
func (h *tcpHost) accepted() int {
	h.t.Helper()
	l := h.listen(4)
	h.gets(wire.FlagSYN, 0, 0, "")
	h.wantTCP("S. 0 ack 1" + mssText(h.me))
	_, c := h.TCPAccept(l)
	require.Equal(h.t, WouldBlock, c)
	require.Zero(h.t, h.TCPReady(l))
	h.gets(wire.FlagACK, 1, 1, "")
	h.wantTCP()
	require.Equal(h.t, Acceptable, h.TCPReady(l))
	id, c := h.TCPAccept(l)
	require.Equal(h.t, OK, c)
	require.Equal(h.t, tcp.Established, h.TCPState(id))
	return id
}

// connected returns the id of a connection that we have opened.
func (h *tcpHost) connected() int {
	h.t.Helper()
	id := h.connecting()
	h.wantTCP("S 0" + mssText(h.me))
	h.gets(wire.FlagSYN|wire.FlagACK, 0, 1, "")
	h.wantTCP(". 1 ack 1")
	require.Equal(h.t, OK, h.TCPStatus(id))
	return id
}

// connecting begins to connect to the peer's port 80 and polls.
func (h *tcpHost) connecting() int {
	h.t.Helper()
	h.peerPort = 80
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, h.peer, 80)
	require.Equal(h.t, OK, c)
	require.Equal(h.t, InProgress, h.TCPStatus(id))
	_, h.port = h.TCPLocal(id)
	h.Poll(h.now)
	return id
}

// reads checks what TCPRead gives.
func (h *tcpHost) reads(id int, want string) {
	h.t.Helper()
	p := make([]byte, 5000)
	n, c := h.TCPRead(id, p, false)
	require.Equal(h.t, OK, c)
	require.Equal(h.t, want, string(p[:n]))
}

// readEnds checks that there is nothing to read, and why.
func (h *tcpHost) readEnds(id int, want Cause) {
	h.t.Helper()
	n, c := h.TCPRead(id, make([]byte, 10), false)
	require.Equal(h.t, want, c)
	require.Zero(h.t, n)
}

func (h *tcpHost) writes(id int, data string) {
	h.t.Helper()
	n, c := h.TCPWrite(id, []byte(data))
	require.Equal(h.t, OK, c)
	require.Equal(h.t, len(data), n)
}

// rowsInUse counts the rows that are not free.
func (h *tcpHost) rowsInUse() (n int) {
	for i := range h.st.TCP {
		if h.st.TCP[i].use != tcpFree {
			n++
		}
	}
	return n
}
