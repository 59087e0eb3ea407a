package expect

import (
	"fmt"
	"strings"

	"stackproof/conformance/frame"
	"stackproof/conformance/script"
)

// peerISN is the peer's first sequence number.
const peerISN = 1000

// hostPort is the stack's port in packets that do not say another: the one that it last sent from.
const hostPort = 8080

// wire is the peer: it answers who asks for its hardware address, and knows the numbers that its packets need.
type wire struct {
	hostISN  uint32 // of the stack's last SYN
	hostPort uint16 // and its port
}

// heard looks at a frame of the stack's and returns what the peer sends by itself.
func (w *wire) heard(b []byte) (answers [][]byte) {
	var v frame.View
	if !frame.Parse(b, &v).OK() {
		return nil
	}
	get := func(f frame.Field) uint32 { n, _ := v.Get(f); return n }
	addr := func(f frame.Field) string { a, _ := v.Addr(f); return string(a) }
	switch {
	case v.Net == frame.NetARP && get(frame.ARPOp) == 1 && addr(frame.ARPTPA) == string(peer4[:]):
		answers = append(answers, w.build(&frame.Layout{Net: frame.NetARP}, func(v *frame.View) {
			v.Set(frame.ARPOp, 2)
			v.SetAddr(frame.ARPSHA, peerMAC[:])
			v.SetAddr(frame.ARPSPA, peer4[:])
			v.SetAddr(frame.ARPTHA, hostMAC[:])
			v.SetAddr(frame.ARPTPA, host4[:])
		}))
	case v.Transport == frame.TransportICMP && v.Net == frame.NetIPv6 && get(frame.ICMPType) == 135 && addr(frame.NDTarget) == string(peer6[:]):
		answers = append(answers, w.build(&frame.Layout{Net: frame.NetIPv6, Transport: frame.TransportICMP, ICMPType: 136, TLL: true}, func(v *frame.View) {
			v.Set(frame.IPTTL, 255)
			v.SetAddr(frame.IPSrc, peer6[:])
			v.SetAddr(frame.IPDst, host6[:])
			v.SetAddr(frame.NDTarget, peer6[:])
			v.Set(frame.NDFlags, 6)
			v.SetAddr(frame.NDTLL, peerMAC[:])
		}))
	case v.Transport == frame.TransportTCP && get(frame.TCPFlags)&frame.SYN != 0:
		w.hostISN, w.hostPort = get(frame.TCPSeq), uint16(get(frame.TCPSrcPort))
	}
	return answers
}

// build makes a frame from the peer to the stack.
func (w *wire) build(l *frame.Layout, set func(*frame.View)) []byte {
	var v frame.View
	buf := make([]byte, frame.EthernetLen)
	if !frame.Build(buf, l, &v) {
		panic("expect: no such frame")
	}
	v.SetAddr(frame.EthSrc, peerMAC[:])
	v.SetAddr(frame.EthDst, hostMAC[:])
	set(&v)
	v.Repair()
	return frame.Pad(buf, v.B, frame.MinLen, 0)
}

// packet is a segment or datagram of a script's.
func (w *wire) packet(p *script.Packet) ([]byte, error) {
	if p.Out || len(p.Fields) > 0 || len(p.IP) > 0 || p.Data != "" {
		return nil, fmt.Errorf("want a plain packet from the peer")
	}
	src, dst := uint16(peerPort), uint16(hostPort)
	if w.hostPort != 0 {
		dst = w.hostPort
	}
	if p.Ports.Set {
		src, dst = p.Ports.Src, p.Ports.Dst
	}
	ends := func(v *frame.View, s, d frame.Field) {
		v.SetAddr(frame.IPSrc, peer4[:])
		v.SetAddr(frame.IPDst, host4[:])
		v.Set(s, uint32(src))
		v.Set(d, uint32(dst))
	}
	switch b := p.Body.(type) {
	case *script.UDP:
		return w.build(&frame.Layout{Net: frame.NetIPv4, Transport: frame.TransportUDP, Payload: int(b.Len)}, func(v *frame.View) {
			ends(v, frame.UDPSrcPort, frame.UDPDstPort)
			copy(v.Payload(), alphabet(int(b.Len)))
		}), nil
	case *script.TCP:
		options, err := mss(b.Options)
		if err != nil {
			return nil, err
		}
		return w.build(&frame.Layout{Net: frame.NetIPv4, Transport: frame.TransportTCP, Options: len(options), Payload: int(b.Len)}, func(v *frame.View) {
			copy(v.Options(), options)
			ends(v, frame.TCPSrcPort, frame.TCPDstPort)
			v.Set(frame.TCPSeq, peerISN+b.Seq)
			if b.Ack.Set {
				v.Set(frame.TCPAck, w.hostISN+b.Ack.N)
			}
			v.Set(frame.TCPFlags, flags(b.Flags))
			v.Set(frame.TCPWin, 65535)
			if b.Win.Set {
				v.Set(frame.TCPWin, b.Win.N)
			}
			if n := int(b.Len); n > 0 {
				copy(v.Payload(), alphabet(int(b.Seq-1)%26 + n)[int(b.Seq-1)%26:])
			}
		}), nil
	}
	return nil, fmt.Errorf("want a TCP segment or a UDP datagram")
}

// mss is the one option of TCP that a segment may have.
func mss(options []script.TCPOption) ([]byte, error) {
	switch {
	case len(options) == 0:
		return nil, nil
	case len(options) == 1 && options[0].Name == "mss" && len(options[0].N) == 1:
		n := options[0].N[0]
		return []byte{2, 4, byte(n >> 8), byte(n)}, nil
	}
	return nil, fmt.Errorf("want no option of TCP but mss")
}

func flags(text string) (n uint32) {
	for i, letter := range "FSRP." {
		if strings.ContainsRune(text, letter) {
			n |= 1 << i
		}
	}
	return n
}
