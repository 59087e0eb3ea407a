package verify

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/golden/capture"
	"stackproof/stack/wire"
)

// read has all codecs read a frame.
func (v *Verifier) readAll(b []byte) {
	readWire(b, &v.readings[byWire])
	readJudge(b, &v.readings[byJudge], &v.view)
	v.third.read(b, &v.readings[byGopacket])
}

func TestSamples(t *testing.T) {
	v, r := NewVerifier(), NewResult()
	all := Samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v.Frame(captured(all[name]), r)
		require.Empty(t, r.Failures, name)
		require.Empty(t, r.Bad, name)
	}
	require.EqualValues(t, len(all), r.Sound)
	require.Equal(t, "arp=1 ethernet=23 fragments=2 icmpv4=2 icmpv6=9 igmp=3 ipv4=8 ipv4-options=4 ipv6=12 ipv6-extensions=5 mld=3 ndp=5 "+
		"quote=2 tcp=2 tcp-options=2 udp=2 vlan=1", r.Protocols.String())
	require.Equal(t, "EtherType-0x88cc=1 VLAN=1", r.Over.String())
	require.Empty(t, r.Rules)
	require.Empty(t, r.Liberties)
}

// TestEachFieldIsCompared: what one codec reads otherwise is found, with the field's name, for every field and for every
// codec that reads it, but those of which nobody else reads it too.
func TestEachFieldIsCompared(t *testing.T) {
	v := NewVerifier()
	var found [NumFields][numCodecs]bool
	for name, b := range Samples() {
		for c := range numCodecs {
			for f := range NumFields {
				v.readAll(b)
				x := &v.readings[c]
				if !x.has[f] || f >= x.end || silent[c][f] {
					continue
				}
				was := x.values[f]
				x.values[f] = value{n: was.n ^ 1, b: falsified(was.b)}
				r := NewResult()
				v.conclude(captured(b), b, r)
				for i := range v.all {
					if v.all[i].Field == f && (v.all[i].A == c || v.all[i].B == c) {
						require.NotZero(t, r.Failed+int64(len(r.Known)), "%s: %v of %v", name, f, c)
						found[f][c] = true
					}
				}
			}
		}
	}
	for f := range NumFields {
		n := 0
		for c := range numCodecs {
			if found[f][c] {
				n++
			}
		}
		alone := silent[byJudge][f] && silent[byGopacket][f]
		require.True(t, n >= 2 || alone, "%v is compared between fewer than two codecs", f)
	}
}

func falsified(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	return b
}

// TestEachByteIsFound: of two captures that differ in one bit the codecs do not read the same, wherever it is, but in what
// pads an Ethernet frame, and where nobody looks into.
func TestEachByteIsFound(t *testing.T) {
	v := NewVerifier()
	for name, b := range Samples() {
		end := len(b)
		switch name {
		case "arp":
			end = 14 + wire.ARPLen
		case "vlan", "unknown":
			end = 14
		}
		for i := range end {
			for bit := range 8 {
				v.readAll(b)
				false1 := bytes.Clone(b)
				false1[i] ^= 1 << bit
				var other Verifier
				other.third = v.third
				other.third.read(false1, &other.readings[byGopacket])
				readJudge(false1, &other.readings[byJudge], &other.view)
				all, _ := compare(nil, byWire, byJudge, &v.readings[byWire], &other.readings[byJudge], NumFields)
				all, _ = compare(all, byWire, byGopacket, &v.readings[byWire], &other.readings[byGopacket], NumFields)
				require.NotEmpty(t, all, "%s: bit %d of byte %d", name, bit, i)
			}
		}
	}
}

// TestChecksums: in one capture alone, a bit that a checksum covers is found by it, or because lengths no longer agree, or
// because some codec reads it otherwise. uncovered are the others, which stand in no sum: no reader of one frame can tell.
func TestChecksums(t *testing.T) {
	uncovered := func(name string, b []byte, i int) bool {
		switch {
		case i < 12, name == "arp", name == "vlan", name == "unknown":
			return true
		case b[12] == 0x86 && i < 14+8: // of IPv6 only addresses, length and protocol are in a sum
			return i != 18 && i != 19
		case b[12] == 0x86 && b[20] == wire.ProtoHopByHop:
			return i >= 54 && i < 62
		case b[12] == 0x86 && b[20] == wire.ProtoDestOpts:
			return i >= 54 && i < 62
		case name == "part6":
			return true
		case name == "fragment":
			return i >= 34
		}
		return false
	}
	v := NewVerifier()
	for name, b := range Samples() {
		for i := range b {
			if uncovered(name, b, i) || i == 12 || i == 13 {
				continue
			}
			for bit := range 8 {
				x, r := bytes.Clone(b), NewResult()
				x[i] ^= 1 << bit
				v.Frame(captured(x), r)
				require.NotZero(t, r.Failed+int64(len(r.Bad)), "%s: bit %d of byte %d", name, bit, i)
			}
		}
	}
}

// TestLinks: the same packet on every link.
func TestLinks(t *testing.T) {
	p := Samples()["tcp4"][14:]
	v := NewVerifier()
	for link, head := range map[capture.Link][]byte{
		capture.Raw: nil, capture.IPv4: nil, capture.Null: {2, 0, 0, 0}, capture.Loop: {0, 0, 0, 2},
		capture.SLL: {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0}, capture.SLL2: append([]byte{8, 0}, make([]byte, 18)...),
	} {
		r := NewResult()
		b := join(head, p)
		v.Frame(&capture.Frame{Number: 1, Link: link, Data: b, Length: len(b)}, r)
		require.Empty(t, r.Failures)
		require.EqualValues(t, 1, r.Protocols["tcp"], link)
	}
	r := NewResult()
	v.Frame(&capture.Frame{Link: 105, Data: p, Length: len(p) + 4}, r)
	require.Equal(t, "link-type-105=1", r.Over.String())
	require.EqualValues(t, 1, r.Cut)
}

// TestRebuildShows: a byte that the stack would write otherwise is found.
func TestRebuildShows(t *testing.T) {
	v := NewVerifier()
	for name, b := range Samples() {
		readWire(b, &v.readings[byWire])
		require.Equal(t, -1, v.builder.rebuild(b, &v.readings[byWire]), name)
		for l, took := range v.builder.took {
			require.False(t, took, "%s: %v", name, Liberty(l))
		}
	}
	require.Equal(t, 2, differs([]byte{1, 2, 3}, []byte{1, 2, 4}))
	x := builder{}
	b := []byte{0xf0}
	x.spare(b, []byte{0x70}, 0x0f)
	require.Equal(t, []byte{0xf0}, b, "a bit that is not reserved stays wrong")
	require.False(t, x.took[Reserved])
}

// TestLiberties: where a frame may come out otherwise it is said.
func TestLiberties(t *testing.T) {
	all := Samples()
	change := func(name string, f func(b []byte)) []byte {
		b := bytes.Clone(all[name])
		f(b)
		return b
	}
	tcp := func(f func(s wire.TCP)) []byte {
		return change("tcp4", func(b []byte) { f(b[34:]); wire.TCP(b[34:]).SetChecksum(a4, b4) })
	}
	for name, c := range map[string]struct {
		b    []byte
		want Liberty
	}{
		"no checksum":     {change("udp4", func(b []byte) { b[48], b[49] = 0, 0 }), NoChecksum},
		"a reserved flag": {change("ping", func(b []byte) { b[20] |= 0x80; sum4(b) }), Reserved},
		"reserved in TCP": {tcp(func(s wire.TCP) { s[12] |= 4 }), Reserved},
		"in a solicit": {change("ns", func(b []byte) {
			b[60] = 9
			wire.ICMPv6(b[54:]).SetChecksum(a6, group6)
		}), Reserved},
		"in a fragment": {change("part6", func(b []byte) { b[55] = 1 }), Reserved},
		"another order": {tcp(func(s wire.TCP) { copy(s[20:], []byte{3, 3, 7, 1, 2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}) }), OptionOrder},
		"unknown":       {tcp(func(s wire.TCP) { copy(s[20:], []byte{30, 4, 5, 6}) }), UnknownOptions},
	} {
		t.Run(name, func(t *testing.T) {
			v, r := NewVerifier(), NewResult()
			v.Frame(captured(c.b), r)
			require.Empty(t, r.Failures)
			require.Empty(t, r.Bad)
			require.Equal(t, Counts{c.want.String(): 1}, r.Liberties)
		})
	}
}

// sum4 makes the checksum of an IPv4 header right.
func sum4(b []byte) {
	b[24], b[25] = 0, 0
	s := wire.Checksum(b[14:34], 0)
	b[24], b[25] = byte(s>>8), byte(s)
}

// TestKnown: each shape has a line in known.txt and each line a shape, and a reason that names an RFC.
func TestKnown(t *testing.T) {
	used := map[string]bool{}
	for _, s := range shapes {
		used[s.name] = true
		require.Contains(t, Known, s.name)
	}
	for name, why := range Known {
		require.True(t, used[name], "%s: nothing has this name", name)
		require.Regexp(t, `\(.*RFC \d+|see `, why, name)
	}
}
