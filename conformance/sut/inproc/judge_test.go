package inproc

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

const ms = time.Millisecond

// The hosts of these tests: the stack under test, and the judge's peer.
var (
	stackMAC, peerMAC = net.HardwareAddr{2, 0, 0, 0, 0, 1}, net.HardwareAddr{2, 0, 0, 0, 0, 2}
	stackIP, peerIP   = net.IP{192, 0, 2, 1}, net.IP{192, 0, 2, 2}
)

func testConfig() sut.Config {
	return sut.Config{
		Seed: 1, MAC: [6]byte(stackMAC), MTU: 1500,
		Addr4: [4]byte(stackIP), Prefix4: 24, Gateway4: [4]byte{192, 0, 2, 254},
		Addr6: [16]byte{0: 0xfe, 1: 0x80, 15: 1}, Prefix6: 64,
	}
}

// judge drives a Host and keeps a log of what it reports.
type judge struct {
	*Host
	t    *testing.T
	log  []string
	last gopacket.Packet // sent by the stack
}

// New makes a host as package large does.
func New() *Host {
	h := new(Host)
	h.InitLarge(new(Large))
	return h
}

func newJudge(t *testing.T) *judge {
	j := &judge{Host: New(), t: t}
	cfg := testConfig()
	require.Equal(t, sut.OK, j.Reset(&cfg))
	j.deliver(arp())
	j.want("0s arp reply")
	return j
}

// Frame and Done are the Sink's.
func (j *judge) Frame(at sut.Time, frame []byte) {
	j.last = gopacket.NewPacket(append([]byte(nil), frame...), layers.LayerTypeEthernet, gopacket.Default)
	require.Nil(j.t, j.last.ErrorLayer())
	j.log = append(j.log, at.String()+" "+describe(j.last))
}

func (j *judge) Done(at sut.Time, id sut.CallID, r *sut.Result) {
	require.False(j.t, r.Pending)
	j.log = append(j.log, fmt.Sprintf("%s call %d returned %s", at, id, outcome(r)))
}

func outcome(r *sut.Result) string {
	s := fmt.Sprintf("%d %s", r.Ret, r.Err)
	if len(r.Data) > 0 {
		s += fmt.Sprintf(" %q", r.Data)
	}
	if r.Addr.Family == sut.DomainIPv4 {
		s += fmt.Sprintf(" from %s:%d", net.IP(r.Addr.IP[:4]), r.Addr.Port)
	}
	return s
}

// describe gives a frame in a line.
func describe(p gopacket.Packet) string {
	for _, l := range p.Layers() {
		switch l := l.(type) {
		case *layers.ARP:
			return map[uint16]string{1: "arp request", 2: "arp reply"}[l.Operation]
		case *layers.UDP:
			return fmt.Sprintf("udp %d>%d %q", l.SrcPort, l.DstPort, l.Payload)
		case *layers.TCP:
			flags := ""
			for i, on := range []bool{l.SYN, l.FIN, l.RST, l.PSH, l.ACK} {
				if on {
					flags += "SFRP."[i : i+1]
				}
			}
			return fmt.Sprintf("tcp %d>%d %s %q", l.SrcPort, l.DstPort, flags, l.Payload)
		case *layers.ICMPv6NeighborSolicitation, *layers.ICMPv6RouterSolicitation, *layers.MLDv2MulticastListenerReportMessage:
			return "ndp"
		}
	}
	return p.String()
}

// want checks the log since the last call.
func (j *judge) want(want ...string) {
	j.t.Helper()
	require.Equal(j.t, want, j.log)
	j.log = nil
}

func (j *judge) deliver(frame []byte) {
	j.t.Helper()
	require.Equal(j.t, sut.OK, j.Deliver(frame, j))
}

func (j *judge) advance(to time.Duration) {
	j.t.Helper()
	require.Equal(j.t, sut.OK, j.Advance(to, j))
}

// call makes a call and gives its outcome.
func (j *judge) call(c sut.Call) string {
	j.t.Helper()
	r := sut.Result{}
	require.Equal(j.t, sut.OK, j.Call(&c, &r, j))
	if r.Pending {
		return fmt.Sprintf("call %d", r.ID)
	}
	return outcome(&r)
}

func (j *judge) socket(fd sut.FD, typ uint8) {
	j.t.Helper()
	got := j.call(sut.Call{Op: sut.OpSocket, NewFD: fd, Domain: sut.DomainIPv4, Type: typ})
	require.Equal(j.t, fmt.Sprintf("%d 0", fd), got)
}

func at4(ip net.IP, port uint16) sut.Addr {
	a := sut.Addr{Family: sut.DomainIPv4, Port: port}
	copy(a.IP[:], ip.To4())
	return a
}

func serialize(l ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, l...)
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// arp asks for the stack's hardware address, so that the stack learns the peer's.
func arp() []byte {
	return serialize(
		&layers.Ethernet{SrcMAC: peerMAC, DstMAC: layers.EthernetBroadcast, EthernetType: layers.EthernetTypeARP},
		&layers.ARP{
			AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
			Operation: layers.ARPRequest, SourceHwAddress: peerMAC, SourceProtAddress: peerIP,
			DstHwAddress: make([]byte, 6), DstProtAddress: stackIP,
		},
	)
}

func ip4(proto layers.IPProtocol) (*layers.Ethernet, *layers.IPv4) {
	return &layers.Ethernet{SrcMAC: peerMAC, DstMAC: stackMAC, EthernetType: layers.EthernetTypeIPv4},
		&layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: peerIP, DstIP: stackIP}
}

func udp(from, to layers.UDPPort, payload string) []byte {
	eth, ip := ip4(layers.IPProtocolUDP)
	u := &layers.UDP{SrcPort: from, DstPort: to}
	_ = u.SetNetworkLayerForChecksum(ip)
	return serialize(eth, ip, u, gopacket.Payload(payload))
}

// answer is a segment of the peer that acknowledges all that the stack has sent last.
func (j *judge) answer(change func(*layers.TCP), payload string) []byte {
	eth, ip := ip4(layers.IPProtocolTCP)
	l := &layers.TCP{SrcPort: 1000, DstPort: 80, Window: 4000}
	if last, ok := j.last.Layer(layers.LayerTypeTCP).(*layers.TCP); ok {
		l.SrcPort, l.DstPort, l.Seq, l.ACK = last.DstPort, last.SrcPort, last.Ack, true
		l.Ack = last.Seq + uint32(len(last.Payload))
		if last.SYN || last.FIN {
			l.Ack++
		}
	}
	change(l)
	_ = l.SetNetworkLayerForChecksum(ip)
	return serialize(eth, ip, l, gopacket.Payload(payload))
}
