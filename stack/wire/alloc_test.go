package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingAllocates runs the way of a segment through the package, in and out, and all walks.
func TestNothingAllocates(t *testing.T) {
	var frame [1514]byte
	all := samples()
	opts := TCPOpts{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTS: true, HasWScale: true, NSACK: 1}
	text := make([]byte, 0, PrefixTextLen)
	reply := TCPFields{Flags: FlagSYN | FlagACK}
	bad := 0
	note := func(err Err) {
		if err != OK {
			bad++
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, b := range all {
			if s, err := CheckTCP(b); err == OK {
				opts.Malformed = ParseTCPOptions(s.Options()).Malformed
				note(s.VerifyChecksum(sampleSrc4, sampleDst4))
			}
			if p, err := CheckIPv4(b); err == OK {
				w := p.Options()
				for _, _, ok := w.Next(); ok; _, _, ok = w.Next() {
					note(p.VerifyChecksum())
				}
			}
			if p, err := CheckIPv6(b); err == OK {
				_, _, err = p.UpperLayer()
				note(err)
			}
			if m, err := CheckIGMP(b); err == OK {
				_, err = m.Query()
				note(err)
			}
			if m, err := CheckMLD(b); err == OK {
				_, err = m.Query()
				note(err)
			}
			note(CheckNDP(b, Loopback6, AllNodes6, 255))
		}
		n := PutEthernet(frame[:], Broadcast, MAC{2}, EtherTypeIPv4)
		n += IPv4Fields{TotalLen: 60, Protocol: ProtoTCP, Src: sampleSrc4, Dst: sampleDst4}.Put(frame[n:])
		reply.OptionsLen = uint8(PutTCPOptions(frame[n+TCPHeaderLen:], &opts))
		m := n + reply.Put(frame[n:])
		CopySum(frame[m:], sampleTCP, 0)
		TCP(frame[n:m]).SetChecksum(sampleSrc4, sampleDst4)
		a, ok := ParseAddr("2001:db8::192.0.2.1")
		if !ok || len(Prefix{a, 64}.AppendText(text)) == 0 || reply.Flags.String() == "" || ErrShort.String() == "" {
			bad++
		}
	}))
}
