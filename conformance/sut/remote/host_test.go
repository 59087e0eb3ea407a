package remote

import (
	"pgregory.net/rapid"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
)

// The addresses of the stack and of its peer.
var (
	stack4 = [4]byte{192, 0, 2, 1}
	peer4  = [4]byte{192, 0, 2, 2}
	stack6 = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}
	peer6  = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2}
)

// hostPorts is few enough for sockets and segments to meet.
var hostPorts = rapid.SampledFrom([]uint16{7, 80, 40000})

// hostFrames draws frames from the peer that a host understands: ARP, echo, UDP and TCP over both IP versions.
var hostFrames = rapid.Custom(func(t *rapid.T) []byte {
	l := frame.Layout{
		Net:       rapid.SampledFrom([]frame.Net{frame.NetARP, frame.NetIPv4, frame.NetIPv6}).Draw(t, "net"),
		Transport: rapid.SampledFrom([]frame.Transport{frame.TransportTCP, frame.TransportUDP, frame.TransportICMP}).Draw(t, "transport"),
		Payload:   rapid.IntRange(0, 40).Draw(t, "payload"),
	}
	source, target := peer6[:], stack6[:]
	switch l.Net {
	case frame.NetARP:
		l.Transport, l.Payload = frame.TransportRaw, 0
	case frame.NetIPv4:
		source, target = peer4[:], stack4[:]
		l.ICMPType = 8
	case frame.NetIPv6:
		l.ICMPType = 128
	}
	var v frame.View
	if !frame.Build(make([]byte, frame.MaxLen), &l, &v) {
		t.Fatal("a frame that cannot be")
	}
	v.SetAddr(frame.EthDst, []byte{2, 0, 0, 0, 0, 1})
	v.SetAddr(frame.EthSrc, []byte{2, 0, 0, 0, 0, 2})
	v.SetAddr(frame.IPSrc, source)
	v.SetAddr(frame.IPDst, target)
	v.SetAddr(frame.ARPSHA, []byte{2, 0, 0, 0, 0, 2})
	v.SetAddr(frame.ARPSPA, peer4[:])
	v.SetAddr(frame.ARPTPA, stack4[:])
	for _, f := range []frame.Field{frame.UDPSrcPort, frame.UDPDstPort, frame.TCPSrcPort, frame.TCPDstPort} {
		v.Set(f, uint32(hostPorts.Draw(t, "port")))
	}
	flags := []uint32{frame.SYN, frame.ACK, frame.SYN | frame.ACK, frame.FIN | frame.ACK, frame.RST}
	v.Set(frame.TCPFlags, rapid.SampledFrom(flags).Draw(t, "flags"))
	v.Set(frame.TCPSeq, rapid.Uint32Range(0, 3).Draw(t, "seq"))
	v.Set(frame.TCPAck, rapid.Uint32().Draw(t, "ack"))
	v.Repair()
	return v.B
})

// hostCalls draws calls that a host understands, on three descriptors.
var hostCalls = rapid.Custom(func(t *rapid.T) sut.Call {
	fd := rapid.Uint16Range(1, 3)
	c := sut.Call{
		Op:     sut.Op(rapid.Uint8Range(0, uint8(sut.OpPoll)).Draw(t, "op")),
		Task:   rapid.Uint8Range(0, 3).Draw(t, "task"),
		FD:     sut.FD(fd.Draw(t, "fd")),
		NewFD:  sut.FD(fd.Draw(t, "new fd")),
		Domain: rapid.SampledFrom([]uint8{sut.DomainIPv4, sut.DomainIPv6}).Draw(t, "domain"),
		Type:   rapid.SampledFrom([]uint8{sut.TypeStream, sut.TypeDatagram}).Draw(t, "type"),
		Value:  rapid.Int32Range(0, 50).Draw(t, "value"),
	}
	switch c.Op {
	case sut.OpWrite, sut.OpSend, sut.OpSendTo:
		c.Data = rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data")
	case sut.OpSetSockOpt:
		c.Data = make([]byte, 4)
	}
	if c.Op == sut.OpSetSockOpt || c.Op == sut.OpGetSockOpt {
		c.Option = sut.Option(rapid.Uint8Range(1, uint8(sut.IPv6V6Only)).Draw(t, "option"))
	}
	c.Addr = sut.Addr{Family: c.Domain, Port: hostPorts.Draw(t, "port")}
	if c.Op != sut.OpBind && c.Domain == sut.DomainIPv4 {
		copy(c.Addr.IP[:], peer4[:])
	} else if c.Op != sut.OpBind {
		c.Addr.IP = peer6
	}
	return c
})
