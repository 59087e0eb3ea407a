package script

import (
	"net/netip"
	"time"

	"stackproof/conformance/vm"
)

// Foreign says how a script is meant that was written for packetdrill and the stack of some kernel.
type Foreign struct {
	// On: packetdrill's network and tolerance hold where the script names no others, and its rules of comparison: time
	// stamps are not compared, a large segment may come in parts, a new connection begins with each connect.
	On bool
	// Neutral: what another kernel may do otherwise is left open: which TCP options it offers and in which order,
	// windows, how a stream is cut into segments, and how many segments one acknowledgment is for.
	Neutral bool
}

// CompileForeign compiles somebody else's script; one of our own is compiled as Compile does.
func CompileForeign(s *Script, form Form, neutral bool) (*Compiled, error) {
	m, err := s.Meta()
	if err != nil || m.ID != "" {
		return compileAs(s, form, Foreign{})
	}
	return compileAs(s, form, Foreign{On: true, Neutral: neutral})
}

// packetdrillHost is the network of packetdrill's defaults: the peer is not on the link, but behind a gateway.
func (h *host) packetdrillHost() {
	h.tolerance = 4 * time.Millisecond
	h.connectPort = h.bindPort
	h.config.RcvBuf, h.config.SndBuf = foreignRcvBuf, foreignSndBuf
	if h.form == IPv4 {
		h.local, h.gateway = netip.MustParsePrefix("192.168.0.1/16"), netip.MustParseAddr("192.168.0.2")
		h.remote = netip.MustParseAddr("192.0.2.1")
		return
	}
	h.local, h.gateway = netip.MustParsePrefix("fd3d:a0b:17d6::1/48"), netip.MustParseAddr("fd3d:a0b:17d6:8888::1")
	h.remote = netip.MustParseAddr("fd3d:fa7b:d17d::1")
}

// The queues of a TCP connection that scripts count with, in bytes: FreeBSD's for what is received, Linux's for what is
// sent, of which FreeBSD's grows.
const (
	foreignRcvBuf = 65536
	foreignSndBuf = 256 << 10
)

// leaveOpen takes from an expected packet's TCP options what a script for another kernel takes for granted.
func (b *packetBuilder) leaveOpen() {
	kept := b.out.Options[:0]
	for _, o := range b.out.Options {
		if o.Kind == tcpOptionKinds["TS"] && !o.Any && !b.host.stampsCompared && o.AbsN&1 == 0 {
			o.AnyN |= 1 // but kept, so that the peer can echo it by the script's name for it
		}
		if b.foreign.Neutral {
			switch o.Kind {
			case tcpOptionKinds["eol"], tcpOptionKinds["nop"]:
				continue
			case tcpOptionKinds["mss"]:
				o.Any = o.Any || o.N[0] > b.host.mss()
			case tcpOptionKinds["wscale"]:
				o.Any, o.Maybe = true, true
			case tcpOptionKinds["sackOK"], tcpOptionKinds["TS"]:
				o.Maybe = true
			case tcpOptionKinds["sack"]:
				o.Maybe = true
				// What has come twice (RFC 2883) was reported part by part.
				o.Any = o.Any || b.cut && b.acked(o.N[1])
			}
		}
		kept = append(kept, o)
	}
	b.out.Options = kept
	b.out.OptionsAny = b.out.OptionsAny || b.foreign.Neutral
}

// acked tells whether the packet acknowledges all up to a sequence number.
func (b *packetBuilder) acked(seq uint32) bool {
	t, ok := b.src.Body.(*TCP)
	return ok && t.Ack.Set && int32(t.Ack.N-seq) >= 0
}

// coalesced makes one expectation of segments that are expected at once and in sequence. How a stream is cut into
// segments is the stack's own business, as long as it has the bytes.
func coalesced(s *Script) *Script {
	out := *s
	out.Events = nil
	for i := range s.Events {
		e := s.Events[i]
		if n := len(out.Events); n > 0 {
			if joined := join(&out.Events[n-1], &e); joined != nil {
				out.Events[n-1].Action = joined
				continue
			}
		}
		out.Events = append(out.Events, e)
	}
	return &out
}

// join is the packet that two events expect together, nil where they do not.
func join(a, b *Event) *Packet {
	k, ok := a.Action.(*Packet)
	l, too := b.Action.(*Packet)
	if !ok || !too || !k.Out || !l.Out || k.Flow != l.Flow || b.Time != (Time{Kind: TimeRelative}) {
		return nil
	}
	t, ok := k.Body.(*TCP)
	u, too := l.Body.(*TCP)
	plain := func(k *Packet, t *TCP) bool {
		return len(k.Fields) == 0 && k.Data == "" && t.Len > 0 && (t.Flags == "." || t.Flags == "P.") && !t.Abs && !t.AnySeq
	}
	if !ok || !too || !plain(k, t) || !plain(l, u) || u.Seq != t.Seq+uint32(t.Len) || t.Ack != u.Ack ||
		int(t.Len)+int(u.Len) > 65535 || ipInfoString(k.IP) != ipInfoString(l.IP) {
		return nil
	}
	whole, segment := *k, *t
	segment.Len += u.Len
	segment.Flags = u.Flags
	whole.Body = &segment
	return &whole
}

// codeVar is the variable that figures for code are read into: the run's tracer takes them from there.
const codeVar = vm.Vars - 1
