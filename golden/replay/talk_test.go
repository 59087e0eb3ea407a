package replay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/wire"
)

// talk is a connection between two hosts as somebody on the wire sees it, segment by segment.
type talk struct {
	at     time.Duration
	ends   [2]Endpoint
	next   [2]uint32 // of each end, the next sequence number
	frames []frame
}

type frame struct {
	at time.Duration
	b  []byte
}

// How numbers of a talk begin: one end's wraps soon.
var isns = [2]uint32{0xffffff00, 5000}

func newTalk(v6 bool) *talk {
	t := &talk{ends: [2]Endpoint{{wire.IPv4(10, 0, 0, 1), 40000}, {wire.IPv4(10, 0, 0, 2), 80}}, next: isns}
	if v6 {
		t.ends[0].Addr, t.ends[1].Addr = host6(7), host6(8)
	}
	return t
}

// segment is one of end's; relative numbers as in packetdrill's scripts. It is not sent yet.
func (t *talk) segment(end int, flags wire.TCPFlags, seq, ack uint32, data []byte, o wire.TCPOpts) []byte {
	src, dst := t.ends[end], t.ends[1-end]
	b := make([]byte, 60+len(data))
	f := wire.TCPFields{SrcPort: src.Port, DstPort: dst.Port, Seq: isns[end] + seq, Ack: isns[1-end] + ack, Flags: flags, Window: 60000}
	f.OptionsLen = uint8(wire.PutTCPOptions(b[20:], &o))
	n := f.Put(b)
	b = append(b[:n], data...)
	wire.TCP(b).SetChecksum(src.Addr, dst.Addr)
	p := make([]byte, 54+len(b))
	if src.Addr.Is6() {
		n = wire.EthernetFields{Type: wire.EtherTypeIPv6}.Put(p)
		n += wire.IPv6Fields{PayloadLen: uint16(len(b)), NextHeader: wire.ProtoTCP, HopLimit: 64, Src: src.Addr, Dst: dst.Addr}.Put(p[n:])
	} else {
		n = wire.EthernetFields{Type: wire.EtherTypeIPv4}.Put(p)
		n += wire.IPv4Fields{TotalLen: uint16(20 + len(b)), TTL: 64, Protocol: wire.ProtoTCP, Src: src.Addr, Dst: dst.Addr}.Put(p[n:])
	}
	return append(p[:n], b...)
}

// send puts a segment on the wire, a millisecond after the last.
func (t *talk) send(end int, flags wire.TCPFlags, seq, ack uint32, data []byte) {
	t.sendWith(end, flags, seq, ack, data, wire.TCPOpts{})
}

func (t *talk) sendWith(end int, flags wire.TCPFlags, seq, ack uint32, data []byte, o wire.TCPOpts) {
	t.at += time.Millisecond
	t.frames = append(t.frames, frame{t.at, t.segment(end, flags, seq, ack, data, o)})
}

const (
	syn = wire.FlagSYN
	ack = wire.FlagACK
	fin = wire.FlagFIN
	rst = wire.FlagRST
	psh = wire.FlagPSH
)

// greet is a handshake.
func (t *talk) greet() {
	o := wire.TCPOpts{MSS: 1400, HasMSS: true, SACKPermitted: true}
	t.sendWith(client, syn, 0, 0, nil, o)
	t.sendWith(server, syn|ack, 0, 1, nil, o)
	t.send(client, ack, 1, 1, nil)
}

// part ends a connection in which the client has sent so many bytes, and the server so many.
func (t *talk) part(sent, got uint32) {
	t.send(client, fin|ack, 1+sent, 1+got, nil)
	t.send(server, fin|ack, 1+got, 2+sent, nil)
	t.send(client, ack, 2+sent, 2+got, nil)
}

// text is n bytes of a stream that can be told apart.
func text(from, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((from + i) ^ (from+i)>>8*7)
	}
	return b
}

// conns are the connections that a tracker finds.
func (t *talk) conns(tt *testing.T) []*Conn {
	tr := NewTracker(1 << 20)
	for _, f := range t.frames {
		tr.Add(f.at, f.b)
	}
	all := tr.Done(true)
	require.Empty(tt, tr.Why)
	require.Zero(tt, tr.Middle)
	return all
}

// talks are connections that take one of many turns each.
func talks(v6 bool) map[string]*talk {
	all := map[string]*talk{}
	add := func(name string, f func(t *talk)) {
		t := newTalk(v6)
		t.greet()
		f(t)
		all[name] = t
	}
	add("a question and an answer", func(t *talk) {
		t.send(client, ack|psh, 1, 1, text(0, 100))
		t.send(server, ack|psh, 1, 101, text(9, 3000)[:1400])
		t.send(server, ack|psh, 1401, 101, text(9, 3000)[1400:2800])
		t.send(client, ack, 101, 2801, nil)
		t.send(server, ack|psh, 2801, 101, text(9, 3000)[2800:])
		t.send(client, ack, 101, 3001, nil)
		t.part(100, 3000)
	})
	add("loss and reordering", func(t *talk) {
		all := text(0, 5000)
		for _, at := range []uint32{1000, 0, 3000, 4000, 3000} { // 2000 is lost at first
			t.send(client, ack, 1+at, 1, all[at:at+1000])
		}
		t.sendWith(server, ack, 1, 2001, nil, wire.TCPOpts{NSACK: 1, SACK: [4]wire.SACKBlock{{Left: isns[0] + 3001, Right: isns[0] + 5001}}})
		t.at += time.Second
		t.send(client, ack, 2001, 1, all[2000:3000])
		t.send(server, ack, 1, 5001, nil)
		t.part(5000, 0)
	})
	add("a segment that a card will cut", func(t *talk) {
		t.send(client, ack|psh, 1, 1, text(0, 20000))
		t.send(server, ack, 1, 20001, nil)
		t.part(20000, 0)
	})
	add("a half-closed connection", func(t *talk) {
		t.send(client, fin|ack, 1, 1, nil)
		t.send(server, ack, 1, 2, nil)
		t.send(server, ack|psh, 1, 2, text(0, 50))
		t.send(client, ack, 2, 51, nil)
		t.send(server, fin|ack, 51, 2, nil)
		t.send(client, ack, 2, 52, nil)
	})
	add("an end by a reset of the client's", func(t *talk) {
		t.send(client, ack|psh, 1, 1, text(0, 10))
		t.send(server, ack, 1, 11, nil)
		t.send(client, rst|ack, 11, 1, nil)
	})
	add("an end by a reset of the server's", func(t *talk) {
		t.send(client, ack|psh, 1, 1, text(0, 10))
		t.send(server, rst|ack, 1, 11, nil)
	})
	add("a keep-alive with garbage", func(t *talk) {
		t.send(client, ack|psh, 1, 1, text(0, 10))
		t.send(server, ack, 1, 11, nil)
		t.at += time.Hour
		t.send(client, ack, 10, 1, []byte{0xee})
		t.send(server, ack, 1, 11, nil)
		t.part(10, 0)
	})
	add("more than the first window", func(t *talk) {
		all := text(0, 100_000)
		for at := 0; at < len(all); at += 1000 {
			t.send(server, ack, uint32(1+at), 1, all[at:at+1000])
		}
		t.send(client, ack, 1, 100_001, nil)
		t.part(0, 100_000)
	})
	refused := newTalk(v6)
	refused.send(client, syn, 0, 0, nil)
	refused.send(server, rst|ack, 0, 1, nil)
	all["a refusal"] = refused
	return all
}
