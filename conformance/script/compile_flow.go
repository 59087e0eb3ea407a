package script

import (
	"fmt"

	"stackproof/conformance/frame"
	"stackproof/conformance/vm"
)

// flowKey is one connection of a script.
type flowKey struct {
	udp bool
	n   int
}

// flow is the ports of a connection. The stack's port may be its own choice; then a variable holds it from the first
// packet on.
type flow struct {
	stack, peer uint16
	chosen      bool  // the stack chooses its port
	held        bool  // and has: variable holds it
	variable    uint8 //
}

// newFlow finds the ports from the first packet of a connection. Where the peer begins, it comes from its own port to
// the one that the script last bound; where the stack begins, it answers to the last connect or sendto.
func (c *compiler) newFlow(key flowKey, k *Packet) *flow {
	f := &flow{stack: c.host.bindPort, peer: c.host.connectPort + uint16(key.n)}
	if d := c.dialled[key.udp]; k.Out && d.made {
		f.stack, f.peer = d.from, d.to
		f.chosen = d.from == 0
	}
	if k.Ports.Set {
		f.chosen = false
		f.stack, f.peer = k.Ports.Dst, k.Ports.Src
		if k.Out {
			f.stack, f.peer = f.peer, f.stack
		}
	}
	return f
}

// ports adds the two ports of a packet.
func (b *packetBuilder) ports(key flowKey, src, dst frame.Field) {
	f := b.flows[key]
	if f == nil {
		f = b.newFlow(key, b.src)
		b.flows[key] = f
	}
	if b.src.Ports.Set {
		b.num(src, uint32(b.src.Ports.Src))
		b.num(dst, uint32(b.src.Ports.Dst))
		return
	}
	stack, peer := dst, src
	if b.src.Out {
		stack, peer = src, dst
	}
	b.num(peer, uint32(f.peer))
	if !f.chosen {
		b.num(stack, uint32(f.stack))
		return
	}
	op := vm.FieldOp{Field: stack, Op: b.op(), Base: vm.BaseVar}
	if !f.held {
		if !b.src.Out {
			b.fail(b.src.Pos, "packet", "the stack has not chosen its port yet")
		}
		f.variable, f.held = b.newVar(b.src.Pos, fmt.Sprintf("port of flow %d, udp %v", key.n, key.udp)), true
		op.Op = vm.Capture
	}
	op.Var = f.variable
	b.add(op)
}

// dial is where the script last called connect or sendto to.
type dial struct {
	made     bool
	from, to uint16 // from 0: the stack chooses
}
