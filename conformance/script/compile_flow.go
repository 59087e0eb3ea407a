package script

import (
	"stackproof/conformance/frame"
	"stackproof/conformance/vm"
)

// flowKey is one connection of a script.
type flowKey struct {
	udp bool
	n   int
}

// flow is the ports of a connection.
type flow struct {
	stack uint16 // 0: the stack's own choice
	peer  uint16
	index uint8 // in the program
}

// dial is where the script last called connect or sendto to.
type dial struct {
	made     bool
	from, to uint16 // from 0: the stack chooses
}

// newFlow finds the ports from the first packet of a connection. Where the peer begins, it comes from its own port to
// the one that the script last bound; where the stack begins, it answers to the last connect or sendto.
func (c *compiler) newFlow(key flowKey, k *Packet) *flow {
	f := &flow{c.host.bindPort, c.peerPort(key.n), c.flowIndex(key, k)}
	if d := c.dialled[key.udp]; k.Out && d.made {
		f.stack, f.peer = d.from, d.to
	}
	if k.Ports.Set {
		f.stack, f.peer = k.Ports.Dst, k.Ports.Src
		if k.Out {
			f.stack, f.peer = f.peer, f.stack
		}
	}
	return f
}

// flowIndex is the flow's number in the program: the script's, or another where TCP and UDP have the same there.
func (c *compiler) flowIndex(key flowKey, k *Packet) uint8 {
	n := uint8(key.n)
	if c.used[n] {
		for n = maxFlow; n > 0 && c.used[n]; n-- {
		}
	}
	if !c.used[n] {
		c.used[n] = true
		return n
	}
	c.fail(k.Pos, "flow", "more than %d, TCP and UDP together", vm.Flows)
	return 0
}

// peerPort is the peer's port in a flow that says nothing else; the interpreter counts it likewise.
func (c *compiler) peerPort(n int) uint16 { return c.host.connectPort + uint16(n) }

// ports names those ports of a packet that the interpreter does not know by itself: it takes the stack's from the
// flow's first packet, and counts the peer's.
func (b *packetBuilder) ports(udp bool, src, dst frame.Field) {
	key := flowKey{udp, b.src.Flow}
	f, begun := b.flows[key]
	if !begun {
		f = b.newFlow(key, b.src)
		b.flows[key] = f
	}
	b.out.Flow = f.index
	if b.src.Ports.Set {
		b.num(src, uint32(b.src.Ports.Src))
		b.num(dst, uint32(b.src.Ports.Dst))
		return
	}
	stack, peer := dst, src
	if b.src.Out {
		stack, peer = src, dst
	}
	if f.peer != b.peerPort(int(f.index)) {
		b.num(peer, uint32(f.peer))
	}
	if !begun && f.stack != 0 {
		b.num(stack, uint32(f.stack))
	}
}

// seqBase is what a sequence number counts from: the initial one of the side that owns it.
func seqBase(f frame.Field, out bool) vm.Base {
	switch f {
	case frame.TCPSeq:
		if out {
			return vm.BaseLocalISN
		}
		return vm.BasePeerISN
	case frame.TCPAck:
		if out {
			return vm.BasePeerISN
		}
		return vm.BaseLocalISN
	case frame.QuoteSeq:
		// An error quotes what the other side has sent.
		if out {
			return vm.BasePeerISN
		}
		return vm.BaseLocalISN
	}
	return vm.BaseZero
}
