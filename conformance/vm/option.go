package vm

import "stackproof/conformance/frame"

// noOption stands in a Diff for an option that is not there.
const noOption = 0x100

// size is how many bytes an option takes.
func (o *Option) size() int {
	if o.Raw {
		return len(o.Data)
	}
	switch o.Kind {
	case frame.OptMSS:
		return 4
	case frame.OptWScale:
		return 3
	case frame.OptSACKPerm:
		return 2
	case frame.OptTimestamps:
		return 10
	case frame.OptSACK:
		return 2 + 4*int(o.Count)
	}
	return 1
}

// width is how many bytes each number of a kind of option takes.
func width(kind uint8) int {
	switch kind {
	case frame.OptMSS:
		return 2
	case frame.OptWScale:
		return 1
	}
	return 4
}

// optionsSize is the length of a packet's TCP options, padded to whole words.
func (p *Packet) optionsSize() int {
	n := 0
	for i := range p.Options {
		n += p.Options[i].size()
	}
	return (n + 3) &^ 3
}

// mapped is what number i of an option counts from. Time stamps count from the clock of who made them, and are echoed
// by the other; the echo means something only with ACK (RFC 7323 3.2). SACK acknowledges the other's stream.
func (o *Option) mapped(i int, f *flow, fromStack, ack bool) uint32 {
	if o.AbsN>>i&1 != 0 {
		return 0
	}
	ownTS, otherTS, otherISN := f.peerTS, f.stackTS, f.stackISN
	if fromStack {
		ownTS, otherTS, otherISN = f.stackTS, f.peerTS, f.peerISN
	}
	switch {
	case o.Kind == frame.OptSACK:
		return otherISN
	case o.Kind == frame.OptTimestamps && i == 0:
		return ownTS
	case o.Kind == frame.OptTimestamps && ack:
		return otherTS
	}
	return 0
}

// putOptions writes the packet's options into the frame in m.view, which has room and zeros for them.
func (m *Machine) putOptions(p *Packet) {
	b := m.view.Options()
	flags, _ := m.view.Get(frame.TCPFlags)
	for i := range p.Options {
		o := &p.Options[i]
		n := o.size()
		switch {
		case o.Raw:
			copy(b, o.Data)
		case n > 1:
			b[0], b[1] = o.Kind, byte(n)
			for k := range int(o.Count) {
				x := o.N[k] + o.mapped(k, m.flow(p), false, flags&frame.ACK != 0)
				put(b[2+k*width(o.Kind):], width(o.Kind), x)
			}
		default:
			b[0] = o.Kind
		}
		b = b[n:]
	}
}

// put writes the last n bytes of x, the most significant first.
func put(b []byte, n int, x uint32) {
	for i := n - 1; i >= 0; i-- {
		b[i] = byte(x)
		x >>= 8
	}
}

// get reads n bytes, the most significant first.
func get(b []byte, n int) (x uint32) {
	for _, c := range b[:n] {
		x = x<<8 | uint32(c)
	}
	return x
}

// matchOptions compares the TCP options: in order, or each among any others. Zeros that only pad need not be expected.
func (m *Machine) matchOptions(p *Packet) bool {
	rest := m.view.Options()
	for i := range p.Options {
		o := &p.Options[i]
		if p.OptionsAny {
			rest = findOption(m.view.Options(), o.Kind)
		}
		got, ok := frame.NextOption(rest)
		if o.Maybe && (!ok || got.Kind != o.Kind) {
			continue
		}
		switch {
		case !ok:
			return m.diff.number(PartOption, i, uint64(o.Kind), noOption)
		case got.Kind != o.Kind:
			return m.diff.number(PartOption, i, uint64(o.Kind), uint64(got.Kind))
		case !o.Any && got.Len != o.size():
			return m.diff.number(PartOptionSize, i, uint64(o.size()), uint64(got.Len))
		case !o.Any && !m.matchOption(o, i, rest[:got.Len]):
			return false
		}
		rest = rest[got.Len:]
	}
	if !p.OptionsAny && len(rest) > 0 && rest[0] != frame.OptEOL {
		return m.diff.number(PartOption, len(p.Options), noOption, uint64(rest[0]))
	}
	return true
}

// findOption is opts from the first option of a kind on; nothing where there is none.
func findOption(opts []byte, kind uint8) []byte {
	for {
		o, ok := frame.NextOption(opts)
		if !ok || o.Kind == kind {
			return opts
		}
		if o.Kind == frame.OptEOL {
			return nil
		}
		opts = opts[o.Len:]
	}
}

// matchOption compares option i, of the right kind and length, with the bytes b.
func (m *Machine) matchOption(o *Option, i int, b []byte) bool {
	if o.Raw {
		for k := range b {
			if b[k] != o.Data[k] {
				return m.diff.number(PartValue, i, uint64(o.Data[k]), uint64(b[k]))
			}
		}
		return true
	}
	w := width(o.Kind)
	flags, _ := m.view.Get(frame.TCPFlags)
	for k := range int(o.Count) {
		got := get(b[2+k*w:], w)
		open := o.AnyN>>k&1 != 0
		if o.Kind == frame.OptTimestamps && k == 0 && o.AbsN&1 == 0 && (open && o.N[0] != 0 || !open && !m.seen.hasTS) {
			m.seen.stackTS, m.seen.hasTS = got-o.N[0], true
		}
		if open {
			continue
		}
		got -= o.mapped(k, &m.seen, true, flags&frame.ACK != 0)
		if got != o.N[k] {
			return m.diff.number(PartValue, i, uint64(o.N[k]), uint64(got))
		}
	}
	return true
}
