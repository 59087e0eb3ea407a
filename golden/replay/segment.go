package replay

import (
	"time"

	"stackproof/stack/wire"
)

// Endpoint is one end of a connection.
type Endpoint struct {
	Addr wire.Addr
	Port uint16
}

// segment is one of a capture's.
type segment struct {
	at         time.Duration
	fromClient bool
	tos, ttl   uint8
	tcp        wire.TCP // a copy
}

func (s *segment) has(f wire.TCPFlags) bool { return s.tcp.Flags().Has(f) }

// parse finds the segment in an Ethernet frame. ok is false where there is none: another protocol, a fragment, a wrong
// checksum.
func parse(frame []byte) (s segment, src, dst Endpoint, ok bool) {
	e, err := wire.CheckEthernet(frame)
	if err != wire.OK {
		return s, src, dst, false
	}
	var b []byte
	switch e.Type() {
	case wire.EtherTypeIPv4:
		p, err := wire.CheckIPv4(e.Payload())
		if err != wire.OK || p.Protocol() != wire.ProtoTCP || p.IsFragment() || p.VerifyChecksum() != wire.OK {
			return s, src, dst, false
		}
		s.tos, s.ttl, b = p.TOS(), p.TTL(), p.Payload()
		src.Addr, dst.Addr = p.Src(), p.Dst()
	case wire.EtherTypeIPv6:
		p, err := wire.CheckIPv6(e.Payload())
		if err != wire.OK || p.NextHeader() != wire.ProtoTCP {
			return s, src, dst, false
		}
		s.tos, s.ttl, b = p.TrafficClass(), p.HopLimit(), p.Payload()
		src.Addr, dst.Addr = p.Src(), p.Dst()
	}
	t, err := wire.CheckTCP(b)
	if err != wire.OK || t.VerifyChecksum(src.Addr, dst.Addr) != wire.OK {
		return s, src, dst, false
	}
	src.Port, dst.Port, s.tcp = t.SrcPort(), t.DstPort(), t
	return s, src, dst, true
}
