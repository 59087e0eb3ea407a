package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exercise gives any bytes to every constructor and, where one accepts, uses every accessor. Nothing may panic, every
// walk must end, views must lie inside the bytes, and the header that was read, put again, must read the same.
func exercise(t require.TestingT, b []byte) (accepted int) {
	before := string(b)
	for _, f := range []func(require.TestingT, []byte) Err{
		exerciseEthernet, exerciseARP, exerciseIPv4, exerciseIPv6, exerciseUDP, exerciseTCP, exerciseICMPv4, exerciseICMPv6, exerciseNDP,
		exerciseIGMP, exerciseMLD,
	} {
		if f(t, b) == OK {
			accepted++
		}
	}
	_, _ = ParseQuotedTransport(b)
	if f, err := ParseICMP(b); err == OK { // not in the list: it takes anything that is long enough
		again := putExactly(t, ICMPHeaderLen, f.Put)
		require.Equal(t, append(append([]byte(nil), b[:2]...), b[4:8]...), append(again[:2:2], again[4:]...))
	} else {
		require.Less(t, len(b), ICMPHeaderLen)
	}
	require.Equal(t, before, string(b), "reading changed the bytes")
	return accepted
}

func exerciseEthernet(t require.TestingT, b []byte) Err {
	f, err := CheckEthernet(b)
	if err == OK {
		use(f.Payload(), f.Is8023())
		again, err := ParseEthernet(putExactly(t, EthernetHeaderLen, f.Fields().Put))
		require.Equal(t, OK, err)
		require.Equal(t, f.Fields(), again)
	}
	return err
}

func exerciseARP(t require.TestingT, b []byte) Err {
	p, err := CheckARP(b)
	if err == OK {
		require.Equal(t, b[:ARPLen], putExactly(t, ARPLen, p.Fields().Put))
	}
	return err
}

func exerciseIPv4(t require.TestingT, b []byte) Err {
	p, err := CheckIPv4(b)
	if err == OK {
		require.Len(t, p, p.TotalLen())
	}
	if q, quotedErr := CheckIPv4Quoted(b); quotedErr == OK {
		require.Len(t, q, min(len(b), q.TotalLen()))
		use(q.ECN(), q.Checksum(), q.IsFragment(), q.VerifyChecksum())
		require.Len(t, q, len(q.Header())+len(q.Payload()))
		w, steps := q.Options(), 0
		for _, data, ok := w.Next(); ok; _, data, ok = w.Next() {
			use(data, w.Offset())
			steps++
		}
		require.LessOrEqual(t, steps, 20)
		use(w.Malformed(), w.Offset())
		again := append([]byte(nil), q.Header()...)
		q.Fields().Put(again)
		require.Equal(t, q.Fields(), IPv4Packet(again).Fields())
		require.Equal(t, OK, IPv4Packet(again).VerifyChecksum())
	} else {
		require.Equal(t, quotedErr, err, "what may not be quoted may not come")
	}
	return err
}

func exerciseIPv6(t require.TestingT, b []byte) Err {
	p, err := CheckIPv6(b)
	if err == OK {
		require.Len(t, p, IPv6HeaderLen+p.PayloadLen())
	}
	if q, quotedErr := CheckIPv6Quoted(b); quotedErr == OK {
		use(q.ECN(), q.Payload())
		require.Equal(t, b[:IPv6HeaderLen], putExactly(t, IPv6HeaderLen, q.Fields().Put))
		w := q.Walk()
		for x, ok := w.Next(); ok; x, ok = w.Next() {
			if x.Proto == ProtoFragment {
				_, err := ParseFragment(x.Data)
				require.Equal(t, OK, err)
			}
			o, steps := x.Options(), 0
			for _, data, ok := o.Next(); ok; _, data, ok = o.Next() {
				use(data, o.Offset())
				steps++
			}
			require.LessOrEqual(t, steps, len(x.Data)/2)
			use(o.Malformed())
		}
		require.Equal(t, len(q), w.Offset()+len(w.Payload()))
		require.Less(t, w.NextField(), w.Offset())
		proto, offset, walkErr := q.UpperLayer()
		require.Equal(t, w.Proto(), proto)
		require.Equal(t, w.Offset(), offset)
		require.Equal(t, w.Err(), walkErr)
	} else {
		require.Equal(t, quotedErr, err, "what may not be quoted may not come")
	}
	return err
}

func exerciseIGMP(t require.TestingT, b []byte) Err {
	m, err := CheckIGMP(b)
	if err == OK {
		q, queryErr := m.Query()
		if queryErr == OK {
			require.Contains(t, []Addr{m.Group(), Any4}, q.Group)
		}
		useSources(&q)
		use(m.Type(), m.VerifyChecksum(), queryErr)
	}
	return err
}

func useSources(q *GroupQuery) {
	for i := range q.Sources() {
		use(q.Source(i))
	}
}

func exerciseMLD(t require.TestingT, b []byte) Err {
	m, err := CheckMLD(b)
	if err == OK {
		q, queryErr := m.Query()
		require.Equal(t, m.Group(), q.Group)
		useSources(&q)
		use(queryErr)
	}
	return err
}

func exerciseUDP(t require.TestingT, b []byte) Err {
	u, err := CheckUDP(b)
	if err == OK {
		require.Equal(t, int(u.Fields().Length), UDPHeaderLen+len(u.Payload()))
		again := UDP(append([]byte(nil), u...))
		for _, c := range [][2]Addr{{sampleSrc4, sampleDst4}, {sampleSrc6, sampleDst6}} {
			use(u.VerifyChecksum(c[0], c[1]))
			again.SetChecksum(c[0], c[1])
			require.Equal(t, OK, again.VerifyChecksum(c[0], c[1]))
		}
		fields, _ := ParseUDP(append(putExactly(t, UDPHeaderLen, u.Fields().Put), u.Payload()...))
		require.Equal(t, u.Fields(), fields)
	}
	return err
}

func exerciseTCP(t require.TestingT, b []byte) Err {
	s, err := CheckTCP(b)
	if err == OK {
		require.Equal(t, b, append(append(append([]byte(nil), s[:TCPHeaderLen]...), s.Options()...), s.Payload()...))
		use(s.SegLen(), s.VerifyChecksum(sampleSrc4, sampleDst4), s.Flags().String())
		o := ParseTCPOptions(s.Options())
		var opts [TCPMaxOptionsLen]byte
		require.Equal(t, o.Len(), PutTCPOptions(opts[:], &o))
		again := TCP(append([]byte(nil), s...))
		s.Fields().Put(again)
		require.Equal(t, s.Fields(), again.Fields())
		again.SetChecksum(sampleSrc6, sampleDst6)
		require.Equal(t, OK, again.VerifyChecksum(sampleSrc6, sampleDst6))
	}
	ParseTCPOptions(b)
	return err
}

func exerciseICMPv4(t require.TestingT, b []byte) Err {
	m, err := CheckICMPv4(b)
	if err == OK {
		use(m.ID(), m.Seq(), m.MTU(), m.Pointer(), m.Checksum(), m.VerifyChecksum())
		if q, err := m.Quoted(); err == OK {
			require.True(t, m.IsError())
			require.LessOrEqual(t, len(q), len(m.Payload()))
		}
		again := ICMPv4(append(putExactly(t, ICMPHeaderLen, m.Fields().Put), m.Payload()...))
		again.SetChecksum()
		require.Equal(t, m.Fields(), again.Fields())
	}
	return err
}

func exerciseICMPv6(t require.TestingT, b []byte) Err {
	m, err := CheckICMPv6(b)
	if err == OK {
		use(m.ID(), m.Seq(), m.MTU(), m.Pointer(), m.Checksum(), m.VerifyChecksum(sampleSrc6, sampleDst6))
		if q, err := m.Quoted(); err == OK {
			require.True(t, m.IsError())
			require.LessOrEqual(t, len(q), len(m.Payload()))
		}
	}
	return err
}

func exerciseNDP(t require.TestingT, b []byte) Err {
	err := CheckNDP(b, LinkLocal(MAC{2}), AllNodes6, NDPHopLimit)
	known := 0
	if m, err := CheckRouterSolicit(b); err == OK {
		known++
		exerciseNDPOptions(t, m.Options())
	}
	if m, err := CheckRouterAdvert(b); err == OK {
		known++
		use(m.Fields())
		exerciseNDPOptions(t, m.Options())
	}
	if m, err := CheckNeighborSolicit(b); err == OK {
		known++
		use(m.Target())
		exerciseNDPOptions(t, m.Options())
	}
	if m, err := CheckNeighborAdvert(b); err == OK {
		known++
		use(m.Fields())
		exerciseNDPOptions(t, m.Options())
	}
	if m, err := CheckRedirect(b); err == OK {
		known++
		use(m.Target(), m.Dst())
		exerciseNDPOptions(t, m.Options())
	}
	require.LessOrEqual(t, known, 1, "a message of two types")
	if err == OK {
		require.Equal(t, 1, known)
	}
	return err
}

func exerciseNDPOptions(t require.TestingT, w NDPOptions) {
	for o, ok := w.Next(); ok; o, ok = w.Next() {
		require.Len(t, o, 8*int(o[1]))
		use(o.Type(), RedirectedPacket(o))
		if p, err := ParsePrefixInfo(o); err == OK {
			require.True(t, p.Prefix.IsValid())
		}
		if dns, err := CheckRDNSS(o); err == OK {
			for i := range dns.Len() {
				require.True(t, dns.Server(i).Is6())
			}
		}
		_, _ = ParseMTUOption(o)
		_, _ = ParseLinkAddr(o)
	}
	use(w.Malformed())
}

func use(...any) {}

// samples are messages of every kind, as the encoders write them.
func samples() [][]byte {
	all := [][]byte{
		sampleEthernet, sampleARP, sampleIPv4, sampleIPv6, sampleUDP, sampleTCP, sampleICMPv4, sampleICMPv6,
		sampleRouterSolicit, sampleRouterAdvert, sampleNeighborSolicit, sampleNeighborAdvert, sampleRedirect,
		sampleIGMP, igmpQuery(200, 2, 2), sampleMLD, mldQuery(40000, 2, 2),
		error4(ICMPv4Unreachable, ICMPv4FragNeeded, 1280, sampleIPv4), error6(ICMPv6PacketTooBig, 1280, sampleIPv6),
		packet6(ProtoHopByHop, ext(ProtoDestOpts, 0), ext(ProtoFragment, 1), frag(ProtoTCP, 0, true), sampleTCP),
		packet6(ProtoFragment, frag(ProtoUDP, 1448, false), sampleUDP),
	}
	for _, o := range [][]byte{samplePrefixInfo, sampleRDNSS, sampleMTUOption} {
		all = append(all, append(append([]byte(nil), sampleRouterAdvert...), o...))
	}
	var seg [TCPHeaderLen + TCPMaxOptionsLen]byte
	o := TCPOpts{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTS: true, HasWScale: true, NSACK: 2}
	TCPFields{OptionsLen: uint8(PutTCPOptions(seg[TCPHeaderLen:], &o))}.Put(seg[:])
	return append(all, seg[:])
}

func FuzzCheck(f *testing.F) {
	for _, b := range samples() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { exercise(t, b) })
}

// TestPrefixes: every prefix of a message is refused or read without a look behind its end.
func TestPrefixes(t *testing.T) {
	for _, b := range samples() {
		for n := range b {
			exercise(t, append(make([]byte, 0, n), b[:n]...)[:n:n])
		}
	}
}

// TestChecksOnAnyBytes draws bytes near to a sample, so that some pass and some nearly do.
func TestChecksOnAnyBytes(t *testing.T) {
	for _, b := range samples() {
		require.Positive(t, exercise(t, b), "nothing accepts the sample % x", b)
	}
	rapid.Check(t, propertyChecksNearSamples)
	rapid.Check(t, propertyChecksOnAnyBytes)
}

func FuzzChecksOnAnyBytes(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyChecksOnAnyBytes)) }

func propertyChecksOnAnyBytes(t *rapid.T) { exercise(t, genData(120).Draw(t, "bytes")) }

func FuzzChecksNearSamples(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propertyChecksNearSamples)) }

func propertyChecksNearSamples(t *rapid.T) {
	b := append([]byte(nil), rapid.SampledFrom(samples()).Draw(t, "sample")...)
	for range rapid.IntRange(0, 4).Draw(t, "edits") {
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
	}
	exercise(t, b[:rapid.IntRange(0, len(b)).Draw(t, "length")])
}
