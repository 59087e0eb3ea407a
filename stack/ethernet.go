package stack

import (
	"time"

	"stackproof/stack/wire"
)

// minFrame is the shortest frame without its check sequence (IEEE 802.3 4.2.3.3).
const minFrame = wire.EthernetHeaderLen + wire.EthernetMinPayload

// ethernetInput handles one received frame.
func (s *Stack) ethernetInput(now time.Duration, b []byte) {
	s.count(FramesReceived)
	f, err := wire.CheckEthernet(b)
	switch {
	case s.linkDown:
		s.count(DropLinkDown)
	case err != wire.OK:
		s.count(DropEthernetShort)
	case f.Src() == s.cfg.MAC:
		s.count(DropEthernetOwn)
	case !f.Src().IsUnicast():
		s.count(DropEthernetSource)
	case f.Dst() != s.cfg.MAC && !f.Dst().IsMulticast():
		s.count(DropEthernetOther)
	case f.Type() == wire.EtherTypeARP && s.has4():
		s.arpInput(now, f.Payload())
	case f.Type() == wire.EtherTypeIPv4 && s.valid4():
		s.ip4Input(now, f.Payload(), f.Dst().IsMulticast())
	case f.Type() == wire.EtherTypeIPv6 && s.has6():
		s.ip6Input(now, f.Payload(), f.Dst().IsMulticast())
	default:
		s.count(DropEthernetType)
	}
}

// reserve returns a transmit buffer for a frame with n bytes of payload, nil if there is none.
func (s *Stack) reserve(n int) []byte {
	return s.dev.Reserve(max(wire.EthernetHeaderLen+n, minFrame))
}

// send completes the frame in the reserved buffer, whose payload of n bytes is in place, and hands it over. A short one
// is padded with zeros (RFC 894; RFC 1042 for what padding is not: data).
func (s *Stack) send(frame []byte, n int, dst wire.MAC, typ uint16) {
	wire.PutEthernet(frame, dst, s.cfg.MAC, typ)
	n += wire.EthernetHeaderLen
	if n < minFrame {
		clear(frame[n:minFrame])
		n = minFrame
	}
	s.dev.Send(n)
	s.count(FramesSent)
}
