package stack

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"stackproof/stack/wire"
)

// repair makes all checksums in a frame right that can be: mutated frames then get past them.
func repair(frame []byte) {
	f, err := wire.CheckEthernet(frame)
	if err != wire.OK {
		return
	}
	if p, err := wire.CheckIPv4(f.Payload()); err == wire.OK {
		resum(frame)
		repairTransport(p.Protocol(), p.Src(), p.Dst(), p.Payload())
	}
	if p, err := wire.CheckIPv6(f.Payload()); err == wire.OK {
		if proto, off, err := p.UpperLayer(); err == wire.OK {
			repairTransport(proto, p.Src(), p.Dst(), p[off:])
		}
	}
}

func repairTransport(proto uint8, src, dst wire.Addr, b []byte) {
	switch proto {
	case wire.ProtoICMP:
		if m, err := wire.CheckICMPv4(b); err == wire.OK {
			m.SetChecksum()
		}
	case wire.ProtoIGMP:
		if m, err := wire.CheckIGMP(b); err == wire.OK {
			m.SetChecksum()
		}
	case wire.ProtoICMPv6:
		if m, err := wire.CheckICMPv6(b); err == wire.OK {
			m.SetChecksum(src, dst)
		}
	case wire.ProtoUDP:
		if m, err := wire.CheckUDP(b); err == wire.OK {
			m.SetChecksum(src, dst)
		}
	case wire.ProtoTCP:
		if m, err := wire.CheckTCP(b); err == wire.OK {
			m.SetChecksum(src, dst)
		}
	}
}

// corpus is one frame of every kind that the tests know.
func corpus() (frames [][]byte) {
	for _, table := range [][]drop{ethernetDrops, arpDrops, ip4Drops, ip6Drops, icmpDrops, ndpDrops, udpDrops, tcpDrops, fragmentDrops, groupDrops} {
		for _, d := range table {
			frames = append(frames, d.frame)
		}
	}
	for _, long := range [][]byte{bigEcho(peer4, me4, 200), bigEcho(peer6, me6, 200)} {
		frames = append(frames, fragments(long, 7, 96, 104)...)
	}
	return append(frames, goodARP, goodNS, goodNA, goodEcho4, goodEcho6, goodUDP4, goodUDP6,
		resolutions[0].answer, quote4(3, 3, 0, ours4(wire.IPv4Fields{})), quote6(1, 4, 0, ours6()),
		ip4Frame(peer4, me4, wire.ProtoTCP, make([]byte, 20)), ip6Frame(peer6, me6, wire.ProtoTCP, make([]byte, 20)))
}

// anyFrames is the corpus, made once.
var anyFrames = sync.OnceValue(corpus)

func TestRepair(t *testing.T) {
	for _, c := range []struct {
		frame    []byte
		checksum int
	}{
		{goodEcho4, 14 + 10}, {goodEcho4, 14 + 20 + 2}, {goodUDP4, 14 + 20 + 6},
		{goodNS, 14 + 40 + 2}, {goodEcho6, 14 + 40 + 2}, {goodUDP6, 14 + 40 + 6},
	} {
		f, b := c.frame, bytes.Clone(c.frame)
		repair(b)
		require.Equal(t, f, b, "what is right stays")
		b[c.checksum] ^= 0xff
		repair(b)
		require.Equal(t, f, b, "what is wrong is repaired")
	}
}

// hostile is a host that checks, whatever it is given, what must always hold.
type hostile struct {
	*host
	ids [2]int
}

func newHostile(t rapid.TB) *hostile {
	h := &hostile{host: newHost(t, func(_ *Config, st *Storage) { st.Loop = make([]byte, 2*1502) })}
	h.slots(20)
	h.ids = [2]int{h.open(wire.Addr{}, 7), h.connect(4000, peer4, 7)}
	h.settleGroups(group4, group6)
	return h
}

// feed gives the stack one frame.
func (h *hostile) feed(frame []byte, fix bool) {
	if len(frame) > 1514 {
		frame = frame[:1514]
	}
	b := bytes.Clone(frame)
	if fix {
		repair(b)
	}
	given := bytes.Clone(b)
	h.receive(b)
	require.Equal(h.t, given, b)
	h.check(4) // an echo that was put together may be as long
}

// check takes what was sent: at most so many frames, each of them sound.
func (h *hostile) check(most int) {
	n := 0
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		decode(h.t, f)
		if wire.Ethernet(f).Type() != wire.EtherTypeARP {
			requireChecksums(h.t, f)
		}
		require.Equal(h.t, meMAC, wire.Ethernet(f).Src())
		require.LessOrEqual(h.t, len(f), 1514)
		h.dev.Done()
		n++
	}
	require.LessOrEqual(h.t, n, most)
	require.Zero(h.t, h.Counter(PacketsLooped), "nobody makes us talk to ourselves")
	next, ok := h.Poll(h.now)
	require.True(h.t, !ok || next > h.now, "a deadline in the past")
	require.Nil(h.t, h.dev.Sent())
	wantSound(h.t, &h.Stack, h.now)
}

// tick lets time pass; every row may then have its question to ask or its packet to send.
func (h *hostile) tick(d time.Duration) {
	h.advance(d)
	h.check(2 * len(h.st.Neighbours))
}

// call makes the endpoints do something.
func (h *hostile) call() {
	var b [64]byte
	h.UDPReceive(h.ids[0], b[:], false)
	h.UDPError(h.ids[1])
	h.sendUDP(h.ids[1], "x")
	h.check(2)
}

// TestHostileFrames mutates frames that make sense.
func TestHostileFrames(t *testing.T) { rapid.Check(t, propertyHostileFrames) }

func FuzzHostileFrames(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyHostileFrames)) }

func propertyHostileFrames(t *rapid.T) {
	h := newHostile(t)
	for range rapid.IntRange(1, 30).Draw(t, "frames") {
		f := bytes.Clone(rapid.SampledFrom(anyFrames()).Draw(t, "frame"))
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			if len(f) > 0 {
				f[rapid.IntRange(0, len(f)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
		}
		if rapid.IntRange(0, 7).Draw(t, "cut") == 0 {
			f = f[:rapid.IntRange(0, len(f)).Draw(t, "length")]
		}
		h.feed(f, rapid.Bool().Draw(t, "repair"))
		switch rapid.IntRange(0, 9).Draw(t, "else") {
		case 0:
			h.tick(time.Duration(rapid.Int64Range(0, 3e9).Draw(t, "time")))
		case 1:
			h.call()
		case 2:
			h.SetLink(h.now, rapid.Bool().Draw(t, "link"))
		}
	}
}
