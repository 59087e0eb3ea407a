package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Generators of valid values, and what the tests of all protocols share.

func genMAC() *rapid.Generator[MAC] {
	return rapid.Custom(func(t *rapid.T) MAC { return MAC(rapid.SliceOfN(rapid.Byte(), 6, 6).Draw(t, "mac")) })
}

func genAddr4() *rapid.Generator[Addr] { return rapid.Map(rapid.Uint32(), addr4) }

func genAddr6() *rapid.Generator[Addr] {
	// Groups are often zero, so that there are runs of zeros for "::", and addresses near the well-known ones.
	group := rapid.OneOf(rapid.Just(uint16(0)), rapid.Uint16())
	return rapid.Custom(func(t *rapid.T) Addr {
		a := Addr{fam: fam6}
		for i := range 4 {
			a.hi |= uint64(group.Draw(t, "hi")) << (16 * i)
			a.lo |= uint64(group.Draw(t, "lo")) << (16 * i)
		}
		return a
	})
}

func genData(most int) *rapid.Generator[[]byte] { return rapid.SliceOfN(rapid.Byte(), 0, most) }

func genIPv4(payload int) *rapid.Generator[IPv4Fields] {
	return rapid.Custom(func(t *rapid.T) IPv4Fields {
		opts := 4 * rapid.IntRange(0, 10).Draw(t, "option words")
		return IPv4Fields{
			OptionsLen: uint8(opts),
			TOS:        rapid.Uint8().Draw(t, "tos"),
			TotalLen:   uint16(IPv4HeaderLen + opts + payload),
			ID:         rapid.Uint16().Draw(t, "id"),
			DF:         rapid.Bool().Draw(t, "df"),
			MF:         rapid.Bool().Draw(t, "mf"),
			FragOffset: 8 * rapid.Uint16Range(0, 0x1fff).Draw(t, "offset"),
			TTL:        rapid.Uint8().Draw(t, "ttl"),
			Protocol:   rapid.Uint8().Draw(t, "protocol"),
			Src:        genAddr4().Draw(t, "src"),
			Dst:        genAddr4().Draw(t, "dst"),
		}
	})
}

func genIPv6(payload int) *rapid.Generator[IPv6Fields] {
	return rapid.Custom(func(t *rapid.T) IPv6Fields {
		return IPv6Fields{
			TrafficClass: rapid.Uint8().Draw(t, "class"),
			FlowLabel:    rapid.Uint32Range(0, 0xfffff).Draw(t, "label"),
			PayloadLen:   uint16(payload),
			NextHeader:   rapid.Uint8().Draw(t, "next"),
			HopLimit:     rapid.Uint8().Draw(t, "hops"),
			Src:          genAddr6().Draw(t, "src"),
			Dst:          genAddr6().Draw(t, "dst"),
		}
	})
}

func genTCP() *rapid.Generator[TCPFields] {
	return rapid.Custom(func(t *rapid.T) TCPFields {
		return TCPFields{
			SrcPort:    rapid.Uint16().Draw(t, "sport"),
			DstPort:    rapid.Uint16().Draw(t, "dport"),
			Seq:        rapid.Uint32().Draw(t, "seq"),
			Ack:        rapid.Uint32().Draw(t, "ack"),
			OptionsLen: uint8(4 * rapid.IntRange(0, 10).Draw(t, "option words")),
			Flags:      TCPFlags(rapid.Uint8().Draw(t, "flags")),
			Window:     rapid.Uint16().Draw(t, "window"),
			Urgent:     rapid.Uint16().Draw(t, "urgent"),
		}
	})
}

// genTCPOpts draws options that fit into a header, and what is absent is zero.
func genTCPOpts() *rapid.Generator[TCPOpts] {
	return rapid.Custom(func(t *rapid.T) TCPOpts {
		o := TCPOpts{
			HasMSS:        rapid.Bool().Draw(t, "mss?"),
			HasWScale:     rapid.Bool().Draw(t, "wscale?"),
			SACKPermitted: rapid.Bool().Draw(t, "sackok"),
			HasTS:         rapid.Bool().Draw(t, "ts?"),
		}
		if o.HasMSS {
			o.MSS = rapid.Uint16().Draw(t, "mss")
		}
		if o.HasWScale {
			o.WScale = rapid.Uint8().Draw(t, "wscale")
		}
		if o.HasTS {
			o.TSVal, o.TSEcr = rapid.Uint32().Draw(t, "tsval"), rapid.Uint32().Draw(t, "tsecr")
		}
		o.NSACK = MaxSACKBlocks
		o.NSACK = uint8(rapid.IntRange(0, o.sackBlocks()).Draw(t, "blocks"))
		for i := range o.NSACK {
			o.SACK[i] = SACKBlock{rapid.Uint32().Draw(t, "left"), rapid.Uint32().Draw(t, "right")}
		}
		return o
	})
}

func genICMP() *rapid.Generator[ICMPFields] {
	return rapid.Custom(func(t *rapid.T) ICMPFields {
		return ICMPFields{rapid.Uint8().Draw(t, "type"), rapid.Uint8().Draw(t, "code"), rapid.Uint32().Draw(t, "rest")}
	})
}

// dirty returns n bytes that are not zero, so that a Put which forgets a byte shows.
func dirty(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0xa5
	}
	return b
}

// putExactly runs a Put of n bytes: into a buffer of n bytes it writes and returns n, into one with room it leaves the
// rest alone, into one that is a byte short it panics and has written nothing.
func putExactly(t require.TestingT, n int, put func(b []byte) int) []byte {
	b := dirty(n + 8)
	require.Equal(t, n, put(b))
	require.Equal(t, dirty(8), b[n:], "Put wrote beyond its header")
	again := dirty(n)
	require.Equal(t, n, put(again))
	require.Equal(t, b[:n], again)
	if n > 0 {
		short := dirty(n)
		require.Panics(t, func() { put(short[: n-1 : n-1]) })
		require.Equal(t, dirty(n), short, "Put wrote into a buffer that is too short")
	}
	return again
}

// refusesTruncation checks that a message is accepted whole and that no proper prefix of it is.
func refusesTruncation(t *testing.T, whole []byte, check func(b []byte) Err) {
	t.Helper()
	require.Equal(t, OK, check(whole))
	for n := range whole {
		require.NotEqual(t, OK, check(whole[:n]), "%d of %d bytes accepted", n, len(whole))
	}
}

// edit returns a copy of b with one byte replaced.
func edit(b []byte, at int, v byte) []byte {
	c := append([]byte(nil), b...)
	c[at] = v
	return c
}
