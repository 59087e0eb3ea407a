package frame

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// broken is one way to break a good frame. repair makes the checksums right again afterwards, so that the flaw itself
// is seen and not that a checksum is wrong too.
type broken struct {
	flaw   Flaw
	sample string
	repair bool
	change func(b []byte) []byte
}

func set(at int, x ...byte) func([]byte) []byte {
	return func(b []byte) []byte { copy(b[at:], x); return b }
}

func add(x ...byte) func([]byte) []byte { return func(b []byte) []byte { return append(b, x...) } }

func cut(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:n] } }

const (
	atIP   = etherHeader
	atTCP4 = atIP + ip4Header
	atBody = atIP + ip6Header
)

var brokens = []broken{
	{FrameShort, "udp4", false, cut(13)},
	{FrameShort, "udp4", false, cut(0)},
	{FrameLong, "unknown", false, func(b []byte) []byte { return append(b, make([]byte, MaxLen+1-len(b))...) }},
	{EthLength, "unknown", false, set(12, 5, 0xdd)},
	{EthLength, "802.3", false, set(12, 0, 5)},
	{EthSource, "udp4", false, set(6, 1)},
	{Padding, "802.3", false, add(0, 1)},
	{Padding, "arp", false, add(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)},
	{Trailer, "tcp4", false, add(0)},
	{ARPShort, "arp", false, cut(41)},
	{ARPKind, "arp", false, set(atIP, 0, 6)},
	{ARPKind, "arp", false, set(atIP+2, 0x86)},
	{ARPKind, "arp", false, set(atIP+4, 7)},
	{ARPKind, "arp", false, set(atIP+5, 16)},
	{ARPKind, "arp", false, set(atIP+6, 0, 3)},
	{ARPSender, "arp", false, set(atIP+8, 2, 9)},
	{IPShort, "udp4", false, cut(atIP + 19)},
	{IPShort, "udp6", false, cut(atIP + 39)},
	{IPVersionWrong, "udp4", false, set(atIP, 0x65)},
	{IPVersionWrong, "udp6", false, set(atIP, 0x40)},
	{IPHeaderLength, "udp4", false, set(atIP, 0x44)},
	{IPHeaderLength, "udp4", false, set(atIP, 0x4f)},
	{IPLength, "udp4", false, set(atIP+2, 0, 19)},
	{IPLength, "udp4", false, set(atIP+2, 1)},
	{IPLength, "udp6", false, set(atIP+4, 1)},
	{IPChecksum, "udp4", false, set(atIP+10, 0)},
	{IPReserved, "udp4", true, set(atIP+6, 0x80)},
	{IPZeroTTL, "udp4", true, set(atIP+8, 0)},
	{IPZeroTTL, "udp6", false, set(atIP+7, 0)},
	{IPSource, "udp4", true, set(atIP+12, 224)},
	{IPSource, "udp4", true, set(atIP+12, 255, 255, 255, 255)},
	{IPSource, "udp6", false, set(atIP+8, 0xff)},
	{IPOption, "options4", true, set(atIP+21, 1)},
	{IPOption, "options4", true, set(atIP+21, 5)},
	{IPOption, "options4", true, set(atIP+20, 0, 0, 0, 1)},
	{IPOption, "options4", true, set(atIP+20, 1, 1, 1, 7)},
	{ExtShort, "hopbyhop", false, set(atBody+1, 9)},
	{ExtShort, "udp6", false, func(b []byte) []byte { b[atIP+6] = 44; return cut6(b, 7) }},
	{ExtOption, "hopbyhop", false, set(atBody+3, 200)},
	{ExtOption, "hopbyhop", false, set(atBody+2, 1, 4, 0, 1)},
	{FragmentLength, "fragment4", true, func(b []byte) []byte { b = b[:len(b)-1]; b[atIP+3]--; return b }},
	{FragmentLength, "fragment6", false, func(b []byte) []byte { b = b[:len(b)-1]; b[atIP+5]--; return b }},
	{ICMPShort, "ns", true, func(b []byte) []byte { return cut6(b, 23) }},
	{ICMPShort, "echo6", false, func(b []byte) []byte { return cut6(b, 7) }},
	{ICMPChecksum, "echo4", false, set(atTCP4+2, 0, 0)},
	{ICMPChecksum, "echo6", false, set(atBody+4, 9)},
	{ICMPQuote, "unreachable4", true, set(atTCP4+8, 0x54)},
	{ICMPQuote, "unreachable4", true, set(atTCP4+8, 0x46)},
	{ICMPQuote, "toobig6", true, set(atBody+8, 0x40)},
	{ICMPQuote, "toobig6", true, func(b []byte) []byte { return cut6(b, 8+47) }},
	{ICMPLong, "toobig6", true, func(b []byte) []byte {
		b = append(b, make([]byte, 1295-len(b))...)
		put16(b[atIP+4:], 1295-54)
		return b
	}},
	{NDInvalid, "ns", false, set(atIP+7, 254)},
	{NDInvalid, "ns", true, set(atBody+1, 1)},
	{NDInvalid, "ns", true, set(atBody+4, 1)},
	{NDInvalid, "na", true, set(atBody+4, 0x70)},
	{NDInvalid, "ns", true, from0(0x20)},
	{NDOption, "ns", true, from0(0xff)},
	{NDOption, "ns", true, set(atBody+25, 0)},
	{NDOption, "ns", true, set(atBody+25, 2)},
	{NDOption, "ns", true, func(b []byte) []byte { return cut6(b, 24+7) }},
	{IGMPShort, "igmp2", true, func(b []byte) []byte { b = b[:atTCP4+7]; put16(b[atIP+2:], 27); return b }},
	{IGMPShort, "igmp3", true, set(atTCP4+7, 3)},
	{IGMPShort, "igmp3", true, set(atTCP4+7, 1)},
	{IGMPShort, "igmp3", true, set(atTCP4+11, 9)},
	{IGMPShort, "mld1", true, func(b []byte) []byte { return cut6(b, 31) }},
	{IGMPShort, "mld2", true, set(atBody+8+7, 3)},
	{IGMPChecksum, "igmp2", false, set(atTCP4+2, 0, 0)},
	{MLDInvalid, "mld1", false, set(atIP+7, 2)},
	{MLDInvalid, "mld2", true, func(b []byte) []byte {
		b = append(b[:atBody], b[atBody+8:]...)
		b[atIP+6] = 58
		return cut6(b, len(b)-atBody)
	}},
	{UDPShort, "udp6", false, func(b []byte) []byte { return cut6(b, 7) }},
	{UDPLength, "udp4", false, set(atTCP4+4, 0, 8)},
	{UDPChecksum, "udp4", false, set(atTCP4+6, 1, 1)},
	{UDPChecksum, "udp6", false, set(atBody+6, 0, 0)},
	{TCPShort, "tcp6", false, func(b []byte) []byte { return cut6(b, 19) }},
	{TCPOffset, "tcp4", false, set(atTCP4+12, 0x40)},
	{TCPOffset, "tcp4", false, set(atTCP4+12, 0xf0)},
	{TCPReserved, "tcp4", true, set(atTCP4+12, 0xa1)},
	{TCPChecksum, "tcp4", false, set(atTCP4+16, 0, 0)},
	{TCPChecksum, "tcp6", false, set(atBody+40, 'S')},
	{TCPOption, "tcp4", true, set(atTCP4+21, 3)},
	{TCPOption, "tcp4", true, set(atTCP4+21, 0)},
	{TCPOption, "tcp4", true, set(atTCP4+31, 12)},
	{TCPOptionPlace, "tcp4", true, set(atTCP4+13, ACK)},
	{TCPOptionEnd, "tcp4", true, set(atTCP4+28, 0)},
}

// from0 makes the source the unspecified address, and the destination one that begins with a byte.
func from0(dst byte) func([]byte) []byte {
	return func(b []byte) []byte {
		clear(b[atIP+8 : atIP+24])
		b[atIP+24] = dst
		return b
	}
}

// cut6 leaves n bytes behind the IPv6 header and says so in it.
func cut6(b []byte, n int) []byte {
	b = b[:atBody+n]
	put16(b[atIP+4:], uint16(n))
	return b
}

// mend makes the checksums right without looking at whether the frame is.
func mend(b []byte) {
	if b[12] == 8 {
		ip := b[atIP:]
		n := int(ip[0]&15) * 4
		put16(ip[10:], zeroed(0, ip[:n], 10))
	}
	var v View
	for range 2 { // the first finds the layers up to a wrong checksum
		Parse(b, &v)
		if v.Transport != TransportRaw || v.at[layerIGMP] != 0 {
			v.RepairSums()
		}
	}
}

func TestEveryFlaw(t *testing.T) {
	good := map[string][]byte{}
	for _, s := range samples(t) {
		good[s.name] = s.b
	}
	seen := map[Flaw]bool{Sound: true}
	for _, c := range brokens {
		t.Run(c.flaw.String()+"/"+c.sample, func(t *testing.T) {
			b := c.change(append([]byte(nil), good[c.sample]...))
			if c.repair {
				mend(b)
			}
			var v View
			d := Parse(b, &v)
			require.Equal(t, c.flaw, d.Flaw, "%s at %d", d, d.At)
			require.LessOrEqual(t, int(d.At), len(b))
		})
		seen[c.flaw] = true
	}
	for f := range flaws {
		require.True(t, seen[f], "nothing produces %q", f)
	}
}

// TestTruncation: whatever is cut off, the frame is no longer well formed.
func TestTruncation(t *testing.T) {
	for _, s := range samples(t) {
		if s.name == "unknown" {
			continue // nothing says how long it is
		}
		var v View
		for n := range s.b {
			d := Parse(s.b[:n], &v)
			require.False(t, d.OK(), "%s cut to %d of %d bytes", s.name, n, len(s.b))
			require.LessOrEqual(t, int(d.At), n)
		}
	}
}

// TestUDPWithoutChecksum: over IPv4 a sender may leave it out.
func TestUDPWithoutChecksum(t *testing.T) {
	for _, s := range samples(t) {
		if s.name == "udp4" {
			put16(s.b[atTCP4+6:], 0)
			var v View
			require.True(t, Parse(s.b, &v).OK())
		}
	}
}

// TestOneRightChecksum: 0xffff for 0 is wrong everywhere but in UDP, though a sum over the bytes does not see it.
func TestOneRightChecksum(t *testing.T) {
	var v View
	buf := make([]byte, MaxLen)
	require.True(t, Build(buf, &Layout{Net: NetIPv4, Transport: TransportUDP, Payload: 2}, &v))
	v.Repair()
	sum, _ := v.Get(UDPSum)
	put16(v.Payload(), uint16(sum)) // now the sum over all is zero
	v.SetAddr(EthSrc, macA)
	v.Repair()
	sum, _ = v.Get(UDPSum)
	require.EqualValues(t, 0xffff, sum)
	require.True(t, Parse(v.B, &v).OK())

	// An IPv4 header whose checksum is 0: 0xffff would be the other zero.
	require.True(t, Build(buf, &Layout{Net: NetIPv4}, &v))
	sum, _ = v.Get(IPSum)
	v.Set(IPID, sum)
	v.Repair()
	sum, _ = v.Get(IPSum)
	require.EqualValues(t, 0, sum)
	require.True(t, Parse(v.B, &v).OK())
	v.Set(IPSum, 0xffff)
	require.Equal(t, IPChecksum, Parse(v.B, &v).Flaw)
}

func TestParseDoesNotAllocate(t *testing.T) {
	all := samples(t)
	var v View
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for i := range all {
			Parse(all[i].b, &v)
			v.Repair()
		}
	}))
}
