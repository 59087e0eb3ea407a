package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// packet6 returns an IPv6 packet with this next header and payload.
func packet6(next uint8, payload ...[]byte) IPv6Packet {
	b := make([]byte, IPv6HeaderLen)
	for _, p := range payload {
		b = append(b, p...)
	}
	IPv6Fields{NextHeader: next, PayloadLen: uint16(len(b) - IPv6HeaderLen), Src: Loopback6, Dst: Loopback6}.Put(b)
	return IPv6Packet(b)
}

// ext returns an extension header of 8*(1+extra) bytes full of padding.
func ext(next uint8, extra int) []byte {
	b := make([]byte, 8*(1+extra))
	b[0], b[1] = next, uint8(extra)
	b[2], b[3] = IPv6OptPadN, uint8(min(len(b)-4, 255))
	return b
}

func frag(next uint8, offset uint16, more bool) []byte {
	b := make([]byte, FragmentHeaderLen)
	Fragment{NextHeader: next, Offset: offset, More: more, ID: 1}.Put(b)
	return b
}

func TestWalk(t *testing.T) {
	upper := []byte{1, 2, 3}
	for _, c := range []struct {
		name      string
		p         IPv6Packet
		walked    []uint8
		proto     uint8
		offset    int
		nextField int
		err       Err
	}{
		{"no extension headers", packet6(ProtoTCP, upper), nil, ProtoTCP, 40, 6, OK},
		{"no next header", packet6(ProtoNone), nil, ProtoNone, 40, 6, OK},
		{"unknown next header", packet6(200, upper), nil, 200, 40, 6, OK},
		{"one", packet6(ProtoHopByHop, ext(ProtoICMPv6, 0), upper), []uint8{0}, ProtoICMPv6, 48, 40, OK},
		{"a long one", packet6(ProtoDestOpts, ext(ProtoUDP, 2), upper), []uint8{60}, ProtoUDP, 64, 40, OK},
		{"the recommended order",
			packet6(ProtoHopByHop, ext(ProtoDestOpts, 0), ext(ProtoRouting, 1), ext(ProtoFragment, 0), frag(ProtoDestOpts, 0, true),
				ext(ProtoTCP, 0), upper), []uint8{0, 60, 43, 44, 60}, ProtoTCP, 88, 80, OK},
		{"atomic fragment", packet6(ProtoFragment, frag(ProtoUDP, 0, false), upper), []uint8{44}, ProtoUDP, 48, 40, OK},
		{"first fragment", packet6(ProtoFragment, frag(ProtoDestOpts, 0, true), ext(ProtoUDP, 0), upper), []uint8{44, 60}, ProtoUDP, 56, 48, OK},
		{"later fragment, which has no headers", packet6(ProtoFragment, frag(ProtoDestOpts, 8, true), upper), []uint8{44}, ProtoDestOpts, 48, 40, OK},
		{"hop-by-hop options in the wrong place", packet6(ProtoDestOpts, ext(ProtoHopByHop, 0), ext(ProtoTCP, 0)), []uint8{60}, ProtoHopByHop, 48, 40, OK},
		{"ESP ends the walk", packet6(ProtoESP, upper), nil, ProtoESP, 40, 6, OK},
		{"nothing where a header is announced", packet6(ProtoHopByHop), nil, ProtoHopByHop, 40, 6, ErrShort},
		{"cut header", packet6(ProtoRouting, ext(ProtoTCP, 0)[:7]), nil, ProtoRouting, 40, 6, ErrShort},
		{"header longer than the packet", packet6(ProtoDestOpts, ext(ProtoTCP, 1)[:15]), nil, ProtoDestOpts, 40, 6, ErrShort},
		{"cut fragment header", packet6(ProtoFragment, frag(ProtoTCP, 0, false)[:7]), nil, ProtoFragment, 40, 6, ErrShort},
		{"cut fragment header with an offset", packet6(ProtoFragment, frag(ProtoTCP, 8, false)[:7]), nil, ProtoFragment, 40, 6, ErrShort},
		{"as many as are allowed", packet6(ProtoDestOpts, ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0),
			ext(ProtoTCP, 0), upper), []uint8{60, 60, 60, 60, 60, 60, 60, 60}, ProtoTCP, 104, 96, OK},
		{"one too many", packet6(ProtoDestOpts, ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0), ext(60, 0),
			ext(60, 0), ext(ProtoTCP, 0), upper), []uint8{60, 60, 60, 60, 60, 60, 60, 60}, ProtoDestOpts, 104, 96, ErrExtLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			var walked []uint8
			w := c.p.Walk()
			for x, ok := w.Next(); ok; x, ok = w.Next() {
				walked = append(walked, x.Proto)
				require.Equal(t, x.Proto, c.p[x.NextField], "the field that announced it")
				require.Equal(t, c.p[x.Offset:][:len(x.Data)], IPv6Packet(x.Data))
				require.Zero(t, len(x.Data)%8)
			}
			require.Equal(t, c.walked, walked)
			require.Equal(t, c.proto, w.Proto())
			require.Equal(t, c.offset, w.Offset())
			require.Equal(t, c.nextField, w.NextField())
			require.Equal(t, c.err, w.Err())
			require.Equal(t, []byte(c.p[c.offset:]), w.Payload())
			_, ok := w.Next()
			require.False(t, ok, "the walk goes on after its end")
			require.Equal(t, c.err, w.Err())

			proto, offset, err := c.p.UpperLayer()
			require.Equal(t, c.proto, proto)
			require.Equal(t, c.offset, offset)
			require.Equal(t, c.err, err)
		})
	}
}

// TestWalkTiles: on any bytes, the headers follow each other without gaps, each announced by the one before.
func TestWalkTiles(t *testing.T) { rapid.Check(t, propertyWalkTiles) }

func FuzzWalkTiles(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyWalkTiles)) }

func propertyWalkTiles(t *rapid.T) {
	sample := rapid.SampledFrom([]byte{0, 0, 0, 1, 2, 6, 43, 44, 60, 255})
	p := packet6(sample.Draw(t, "next"), rapid.SliceOfN(sample, 0, 120).Draw(t, "payload"))
	w := p.Walk()
	off, announced, steps := IPv6HeaderLen, 6, 0
	for x, ok := w.Next(); ok; x, ok = w.Next() {
		require.Equal(t, off, x.Offset)
		require.Equal(t, announced, x.NextField)
		off, announced, steps = x.Offset+len(x.Data), x.Offset, steps+1
		require.LessOrEqual(t, steps, MaxExtHeaders)
	}
	require.Equal(t, off, w.Offset())
	require.Equal(t, p[announced], w.Proto())
}

func TestFragmentHeader(t *testing.T) {
	b := []byte{
		0x11, 0x00, // next header UDP, reserved
		0x05, 0xa9, // offset 1448, more fragments
		0x01, 0x02, 0x03, 0x04, // identification
	}
	f, err := ParseFragment(b)
	require.Equal(t, OK, err)
	require.Equal(t, Fragment{NextHeader: ProtoUDP, Offset: 1448, More: true, ID: 0x01020304}, f)
	require.Equal(t, b, putExactly(t, FragmentHeaderLen, f.Put))
	refusesTruncation(t, b, func(b []byte) Err { _, err := ParseFragment(b); return err })

	require.True(t, Fragment{}.Atomic())
	require.False(t, Fragment{More: true}.Atomic())
	require.False(t, Fragment{Offset: 8}.Atomic())
	f, err = ParseFragment(edit(b, 3, 0xaf)) // RFC 8200 4.5: the reserved bits are ignored
	require.Equal(t, OK, err)
	require.Equal(t, uint16(1448), f.Offset)
}

func TestFragmentHeaderRoundTrip(t *testing.T) { rapid.Check(t, propertyFragmentHeaderRoundTrip) }

func FuzzFragmentHeaderRoundTrip(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(propertyFragmentHeaderRoundTrip))
}

func propertyFragmentHeaderRoundTrip(t *rapid.T) {
	x := Fragment{rapid.Uint8().Draw(t, "next"), 8 * rapid.Uint16Range(0, 0x1fff).Draw(t, "offset"), rapid.Bool().Draw(t, "more"), rapid.Uint32().Draw(t, "id")}
	got, err := ParseFragment(putExactly(t, FragmentHeaderLen, x.Put))
	require.Equal(t, OK, err)
	require.Equal(t, x, got)
}
