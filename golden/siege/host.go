package siege

import (
	"time"

	"stackproof/drivers/queue"
	"stackproof/stack"
	"stackproof/stack/neighbour"
	"stackproof/stack/reassembly"
	"stackproof/stack/wire"
)

// The hosts: the stack, and the one that it has to do with.
var (
	stackMAC, peerMAC = wire.MAC{2, 0, 0, 0, 0, 1}, wire.MAC{2, 0, 0, 0, 0, 2}
	stack4, peer4     = wire.IPv4(192, 0, 2, 1), wire.IPv4(192, 0, 2, 2)
	stack6, peer6     = host6(1), host6(2)
)

// host6 is 2001:db8::n.
func host6(n byte) wire.Addr { return wire.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: n}) }

// The ports of what is prepared.
const (
	listenPort = 80
	peerPort   = 4321
	udpPort    = 7
)

// most is the greatest number of frames that may leave for one that comes, and of polls until the stack is at rest: an echo
// that was put together of fragments goes out in as many again, and an acknowledgment lets out what a queue holds.
const most = 64

const mtu = 1500

// tcpRows is how many connections and listeners there can be.
const tcpRows = 4

// host is a stack and the device that it is on.
type host struct {
	stack.Stack
	dev queue.Device
	now time.Duration
}

// newHost makes a host with little memory, so that snapshots are cheap.
func newHost(claims uint8) *host {
	h := &host{now: time.Hour}
	h.dev.Init(make([]queue.Frame, 1), make([]queue.Frame, most+1))
	cfg := stack.Config{
		MAC: stackMAC, MTU: mtu, IPv4: wire.Prefix{Addr: stack4, Bits: 24}, Gateway4: wire.IPv4(192, 0, 2, 254),
		IPv6: wire.Prefix{Addr: stack6, Bits: 64}, Gateway6: host6(254), DADTransmits: claims, ARPProbe: claims > 0,
	}
	cfg.TCP.RcvBuf, cfg.TCP.SndBuf = 2048, 2048
	st := stack.Storage{
		Groups: make([]stack.Group, 2), Neighbours: make([]neighbour.Entry, 4), Waiting: make([]byte, 2*mtu),
		UDP: make([]stack.UDPEndpoint, 1), UDPBuffer: make([]byte, 2048), TCP: make([]stack.TCPConn, tcpRows), TCPBuffer: make([]byte, 3*4096), TCPSlots: 3,
		Reassembly: make([]reassembly.Entry, 1), ReassemblyBuffer: make([]byte, 4096), Staging: make([]byte, 4096), Loop: make([]byte, 2*(mtu+2)),
	}
	if err := h.Init(&cfg, &st, &h.dev); err != stack.InitOK {
		panic("siege: the stack does not start: " + err.String()) // a mistake here
	}
	return h
}

// rest polls until there is nothing to do at this time; ok is false if there is no end to it.
func (h *host) rest() (ok bool) {
	for range most {
		if next, more := h.Poll(h.now); !more || next > h.now {
			return true
		}
	}
	return false
}

// pass lets time go by, with every deadline on the way kept, and what is sent thrown away; ok is false if there is no end to
// them.
func (h *host) pass(d time.Duration) (ok bool) {
	for until, n := h.now+d, 0; n < mostDeadlines; n++ {
		if !h.rest() {
			return false
		}
		h.discard()
		next, more := h.Poll(h.now)
		h.discard()
		if !more || next > until {
			h.now = until
			return true
		}
		h.now = max(next, h.now+1)
	}
	return false
}

// mostDeadlines is how many deadlines may be met while time goes by: some for each row that is used, and each retry.
const mostDeadlines = 5000

func (h *host) discard() {
	for h.dev.Sent() != nil {
		h.dev.Done()
	}
}

// take takes all that was sent; the last segment of TCP is in seg.
func (h *host) take() (seg wire.TCP) {
	for f := h.dev.Sent(); f != nil; f = h.dev.Sent() {
		if s, _, _, ok := segmentOf(f); ok {
			seg = append(wire.TCP{}, s...)
		}
		h.dev.Done()
	}
	return seg
}

// hear gives the stack a frame and takes what it answers.
func (h *host) hear(f []byte) (seg wire.TCP) {
	h.dev.Put(f)
	h.rest()
	return h.take()
}

// segmentOf finds the segment in a frame.
func segmentOf(f []byte) (s wire.TCP, src, dst wire.Addr, ok bool) {
	e, err := wire.CheckEthernet(f)
	if err != wire.OK {
		return nil, src, dst, false
	}
	var b []byte
	if p, err := wire.CheckIPv4(e.Payload()); e.Type() == wire.EtherTypeIPv4 && err == wire.OK && p.Protocol() == wire.ProtoTCP && !p.IsFragment() {
		b, src, dst = p.Payload(), p.Src(), p.Dst()
	} else if p, err := wire.CheckIPv6(e.Payload()); e.Type() == wire.EtherTypeIPv6 && err == wire.OK && p.NextHeader() == wire.ProtoTCP {
		b, src, dst = p.Payload(), p.Src(), p.Dst()
	}
	s, err = wire.CheckTCP(b)
	return s, src, dst, err == wire.OK && src.IsValid()
}

// packet is an IPv4 packet of the peer's in its frame.
func packet(f wire.IPv4Fields, b []byte) []byte {
	f.TotalLen, f.TTL, f.Src, f.Dst = uint16(wire.IPv4HeaderLen+len(b)), 64, peer4, stack4
	p := make([]byte, wire.EthernetHeaderLen+int(f.TotalLen))
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeIPv4}.Put(p)
	n += f.Put(p[n:])
	copy(p[n:], b)
	return p
}

// segment is a segment of the peer's in its frame.
func segment(flags wire.TCPFlags, seq, ack uint32, data []byte) []byte {
	s := state{}
	return s.segment(flags, seq, ack, data)
}

// segment is one over the family of the state, with the options that the connection has.
func (s *state) segment(flags wire.TCPFlags, seq, ack uint32, data []byte) []byte {
	f := wire.TCPFields{SrcPort: peerPort, DstPort: listenPort, Seq: seq, Ack: ack, Flags: flags, Window: 4000}
	o := wire.TCPOpts{HasTS: s.optional, TSVal: s.stamp, TSEcr: s.stamped}
	if s.optional && flags == wire.FlagSYN {
		o.MSS, o.HasMSS, o.SACKPermitted = 1000, true, true
	}
	b := make([]byte, wire.TCPHeaderLen+o.Len()+len(data))
	f.OptionsLen = uint8(wire.PutTCPOptions(b[wire.TCPHeaderLen:], &o))
	copy(b[f.Put(b):], data)
	if s.v6 {
		wire.TCP(b).SetChecksum(peer6, stack6)
		return packet6(wire.ProtoTCP, 64, stack6, b)
	}
	wire.TCP(b).SetChecksum(peer4, stack4)
	return packet(wire.IPv4Fields{Protocol: wire.ProtoTCP}, b)
}

// packet6 is an IPv6 packet of the peer's in its frame.
func packet6(next, hops uint8, dst wire.Addr, b []byte) []byte {
	p := make([]byte, wire.EthernetHeaderLen+wire.IPv6HeaderLen+len(b))
	n := wire.EthernetFields{Dst: stackMAC, Src: peerMAC, Type: wire.EtherTypeIPv6}.Put(p)
	n += wire.IPv6Fields{PayloadLen: uint16(len(b)), NextHeader: next, HopLimit: hops, Src: peer6, Dst: dst}.Put(p[n:])
	copy(p[n:], b)
	return p
}
