package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
	"stackproof/stack/tcp"

	"stackproof/stack/wire"
)

// tcpHostile is a host whose peers send whatever they like while its application does.
type tcpHostile struct {
	*tcpHost
	listener int
	ids      []int     // what the application has
	ports    [3]uint16 // the peers' of late
	seq, ack uint32
}

// useSights counts the uses in which rows of the table were.
type useSights [tcpOrphan + 1]int

// TestTCPHostilePeers: segments that may mean something, from three ports of one host, to a listener, to connections and
// to nobody. Every answer is sound, the stack comes to rest after each, and in the end no row is lost.
func TestTCPHostilePeers(t *testing.T) {
	var seen useSights
	rapid.Check(t, seen.propertyTCPHostilePeers)
	require.NotContains(t, seen[:], 0, "there must be rows in every use")
}

func FuzzTCPHostilePeers(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(new(useSights).propertyTCPHostilePeers))
}

func (seen *useSights) propertyTCPHostilePeers(t *rapid.T) {
	h := &tcpHostile{tcpHost: newTCPHost(t, me4, peer4)}
	h.slots(32)
	h.withSlots(rapid.IntRange(1, 6).Draw(t, "slots"))
	h.listener = h.listen(8)
	h.ports = [3]uint16{peerPort, peerPort + 1, peerPort + 2}
	h.peerPort = peerPort + 2
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		switch rapid.IntRange(0, 10).Draw(t, "step") {
		case 0:
			h.now += time.Duration(rapid.IntRange(0, 70000).Draw(t, "ms")) * time.Millisecond
		case 1, 2, 3:
			h.call(t)
		case 4:
			h.greet(t)
		case 5:
			h.greet(t)
			h.desert(t)
		default:
			h.segment(t)
		}
		h.rest(t)
		h.wantSlots()
		wantSound(t, &h.Stack, h.now)
		for i := range h.st.TCP {
			seen[h.st.TCP[i].use]++
		}
	}
	for _, id := range append(h.ids, h.listener) {
		require.Equal(t, OK, h.TCPAbort(h.now, id))
	}
	for range 10 { // what an application closed before may still try for a while
		h.rest(t)
		h.now += time.Minute
	}
	h.rest(t)
	require.Zero(t, h.rowsInUse())
}

// greet makes a handshake as it should be, from a port that was not used.
func (h *tcpHostile) greet(t *rapid.T) {
	h.peerPort++
	h.ports[rapid.IntRange(0, 2).Draw(t, "from")] = h.peerPort
	h.port, h.irs = 80, rapid.Uint32().Draw(t, "isn")
	offer := h.options(t)
	h.receive(h.tcpHost.segment(syn, 0, 0, "", offer...))
	h.rest(t)
	h.irs, h.iss = h.ack, h.seq
	h.receive(h.tcpHost.segment(ack, 0, 0, "", offer...))
}

// desert writes to the next connection and closes it before its peer can have acknowledged that: the row is nobody's.
func (h *tcpHostile) desert(t *rapid.T) {
	if id, c := h.TCPAccept(h.listener); c == OK {
		h.TCPWrite(id, make([]byte, rapid.IntRange(1, 5000).Draw(t, "last words")))
		require.Equal(t, OK, h.TCPClose(h.now, id))
	}
}

// segment delivers one whose numbers are near those of what was last sent.
func (h *tcpHostile) segment(t *rapid.T) {
	near := rapid.OneOf(rapid.Just(0), rapid.IntRange(-2, 2), rapid.IntRange(-70000, 70000))
	flags := rapid.OneOf(rapid.SampledFrom([]wire.TCPFlags{syn, ack, ack, psh | ack, fin | ack, syn | ack, rst}),
		rapid.Custom(func(t *rapid.T) wire.TCPFlags { return wire.TCPFlags(rapid.Byte().Draw(t, "any")) }))
	next := h.peerPort
	defer func() { h.peerPort = next }()
	h.peerPort = h.ports[rapid.IntRange(0, 2).Draw(t, "from")]
	h.port = rapid.SampledFrom([]uint16{80, 80, 80, 81}).Draw(t, "to")
	h.irs, h.iss = h.ack, h.seq
	h.receive(h.tcpHost.segment(flags.Draw(t, "flags"), near.Draw(t, "seq"), near.Draw(t, "ack"),
		string(make([]byte, rapid.IntRange(0, 1400).Draw(t, "len"))), h.options(t)...))
}

// options draws what a segment carries: mostly what makes sense, rarely any bytes.
func (h *tcpHostile) options(t *rapid.T) []byte {
	b := make([]byte, wire.TCPMaxOptionsLen)
	if rapid.IntRange(0, 9).Draw(t, "any bytes") == 0 {
		for i := range b {
			b[i] = rapid.Byte().Draw(t, "byte")
		}
		return b
	}
	o := wire.TCPOpts{
		HasMSS: rapid.Bool().Draw(t, "has MSS"), MSS: rapid.Uint16().Draw(t, "MSS"),
		HasWScale: rapid.Bool().Draw(t, "has scale"), WScale: rapid.Byte().Draw(t, "scale"),
		SACKPermitted: rapid.Bool().Draw(t, "SACK permitted"),
		HasTS:         rapid.Bool().Draw(t, "has timestamps"),
		TSVal:         rapid.Uint32Range(0, 5).Draw(t, "TSval"), TSEcr: rapid.Uint32().Draw(t, "TSecr"),
		NSACK: uint8(rapid.IntRange(0, 2).Draw(t, "SACK blocks")),
	}
	for i := range o.SACK[:o.NSACK] {
		o.SACK[i].Left = h.ack + uint32(rapid.IntRange(-3000, 3000).Draw(t, "left"))
		o.SACK[i].Right = o.SACK[i].Left + uint32(rapid.IntRange(-1, 3000).Draw(t, "length"))
	}
	return b[:wire.PutTCPOptions(b, &o)]
}

// call does something that an application may.
func (h *tcpHostile) call(t *rapid.T) {
	if len(h.ids) == 0 || rapid.IntRange(0, 3).Draw(t, "new") == 0 {
		if id, c := h.TCPAccept(h.listener); c == OK {
			h.ids = append(h.ids, id)
		}
		return
	}
	i := rapid.IntRange(0, len(h.ids)-1).Draw(t, "which")
	id := h.ids[i]
	switch rapid.IntRange(0, 6).Draw(t, "call") {
	case 0:
		h.TCPWrite(id, make([]byte, rapid.IntRange(0, 5000).Draw(t, "write")))
	case 1, 2:
		h.TCPRead(id, make([]byte, rapid.IntRange(0, 5000).Draw(t, "read")), false)
	case 3, 4:
		h.TCPShutdownWrite(id)
	case 5:
		require.Equal(t, OK, h.TCPClose(h.now, id))
		h.ids = append(h.ids[:i], h.ids[i+1:]...)
	case 6:
		h.TCPSet(id, &tcp.Settings{NoDelay: true})
	}
}

// rest polls until there is nothing to do at this time, and looks at what was sent.
func (h *tcpHostile) rest(t *rapid.T) {
	h.Poll(h.now)
	for k := 0; ; k++ {
		require.Less(t, k, 100, "it comes to rest")
		quiet := true
		for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
			quiet = false
			asked := wire.Ethernet(f).Type() == wire.EtherTypeARP
			h.look(t, f)
			h.dev.Done()
			if asked {
				h.peerAnswers()
			}
		}
		if next, ok := h.Poll(h.now); quiet && (!ok || next > h.now) {
			require.Nil(t, h.dev.Sent())
			return
		}
	}
}

// look checks a frame and learns its numbers.
func (h *tcpHostile) look(t *rapid.T, frame []byte) {
	if wire.Ethernet(frame).Type() != wire.EtherTypeIPv4 {
		return
	}
	requireChecksums(t, frame)
	p, err := wire.CheckIPv4(frame[wire.EthernetHeaderLen:]) // without the frame's padding
	require.Equal(t, wire.OK, err)
	b := wire.TCP(p.Payload())
	h.seq = b.Seq() + b.SegLen()
	if b.Flags().Has(ack) {
		h.ack = b.Ack()
	}
}
