package simulate

import (
	"slices"
	"time"

	"stackproof/drivers/segment"
)

// villain is a host that means harm. It sees no frame that is not for it, but is told of the connections that there are:
// it may know more than one that guesses, and less than one in the middle. It never hits the very sequence number that
// would be believed, which TCP cannot survive.
type villain struct {
	world *world
	fault *Fault
	dice  dice
	port  *segment.Port
	at    time.Duration
}

func newVillain(w *world, f *Fault) *villain {
	return &villain{w, f, newDice(w.plan.Seed, "villain "+f.name()), w.lans[f.LAN].Port(1), w.now}
}

func (v *villain) next() (time.Duration, bool) { return v.at, v.at < v.fault.To }

// work does the next bad deed, if it is time.
func (v *villain) work() bool {
	for v.port.Receive() != nil {
		v.port.Release()
	}
	w := v.world
	if w.now < v.at || w.now >= v.fault.To || len(w.hosts) == 0 {
		return false
	}
	n := 1
	if v.fault.Number == hostileFlood {
		n = 20
	}
	for range n {
		w.attacks[v.fault.Number]++
		v.strike()
	}
	v.at = w.now + v.dice.span(10*time.Millisecond, 300*time.Millisecond)
	return true
}

func (v *villain) strike() {
	switch v.fault.Number {
	case hostileReset:
		v.forge(4)
	case hostileSYN:
		v.forge(2)
	case hostileICMP:
		v.icmp()
	case hostileFlood:
		v.flood()
	case hostileMangle:
		v.mangle()
	}
}

// victim draws a connection of which something was seen lately, one side of it: what its peer has sent.
func (v *villain) victim() (flow, *flowState, *host) {
	w := v.world
	var some []flow
	for f, s := range w.flows {
		if s.opened && w.now-s.at < 5*time.Second && s.frame != nil {
			some = append(some, f)
		}
	}
	if len(some) == 0 {
		return flow{}, nil, nil
	}
	slices.SortFunc(some, compareFlows) // a map has no order
	f := some[v.dice.IntN(len(some))]
	for _, h := range w.hosts {
		if f.dst == h.ip(f.v6) {
			return f, w.flows[f], h
		}
	}
	return flow{}, nil, nil
}

func compareFlows(a, b flow) int {
	if a.v6 != b.v6 {
		if a.v6 {
			return 1
		}
		return -1
	}
	if c := slices.Compare(a.src[:], b.src[:]); c != 0 {
		return c
	}
	if c := slices.Compare(a.dst[:], b.dst[:]); c != 0 {
		return c
	}
	return int(a.sport)<<16 + int(a.dport) - int(b.sport)<<16 - int(b.dport)
}

// ip is the host's address as a packet has it.
func (h *host) ip(v6 bool) (b [16]byte) {
	if v6 {
		return h.addr[1].As16()
	}
	a := h.addr[0].As4()
	copy(b[:], a[:])
	return b
}

// forge sends a segment with a flag that ends connections, in the peer's name.
func (v *villain) forge(flag byte) {
	f, s, h := v.victim()
	if h == nil {
		return
	}
	back := v.world.flows[f.back()]
	seq := v.dice.Uint32()
	if back != nil && v.dice.often(.7) {
		seq = back.ack + uint32(v.dice.between(1, max(2, int(back.window)))) // in the window, or beyond it
	}
	for _, c := range v.world.conns {
		if c.host[0] == h || c.host[1] == h {
			c.attacked = true // what was the next byte then may be so no more
		}
	}
	ack := s.ack
	v.send(h, v.tcp(f, seq, ack, flag|flagACK*byte(v.dice.IntN(2))))
}

// tcp builds a segment without text.
func (v *villain) tcp(f flow, seq, ack uint32, flags byte) []byte {
	ip := 20
	if f.v6 {
		ip = 40
	}
	b := make([]byte, 14+ip+20)
	t := b[14+ip:]
	if f.v6 {
		b[12], b[13], b[14], b[19], b[20], b[21] = 0x86, 0xdd, 0x60, 20, 6, 64
		copy(b[22:], f.src[:])
		copy(b[38:], f.dst[:])
	} else {
		b[12], b[14], b[17], b[22], b[23] = 8, 0x45, 40, 64, 6
		copy(b[26:], f.src[:4])
		copy(b[30:], f.dst[:4])
		be.PutUint16(b[24:], ^sum(b[14:34], 0))
	}
	be.PutUint16(t, f.sport)
	be.PutUint16(t[2:], f.dport)
	be.PutUint32(t[4:], seq)
	be.PutUint32(t[8:], ack)
	t[12], t[13] = 0x50, flags
	be.PutUint16(t[14:], 1024)
	p := parse(b)
	reseal(b, &p)
	return b
}

// send puts a frame for a host on the villain's wire: by the router if the host is on the other.
func (v *villain) send(h *host, b []byte) {
	lan := v.fault.LAN
	to, from := h.mac, macOf(lan, villainNumber)
	if h.plan.LAN != lan {
		to = macOf(lan, routerNumber)
	}
	copy(b, to[:])
	copy(b[6:], from[:])
	if room := v.port.Reserve(len(b)); room != nil {
		v.port.Send(copy(room, b))
	}
}

// icmp sends an error about a connection, whose sequence number it does not know.
func (v *villain) icmp() {
	f, _, h := v.victim()
	if h == nil || f.v6 {
		return
	}
	quote := v.tcp(f.back(), v.dice.Uint32(), 0, flagACK)[14:]
	b := make([]byte, 42+28)
	b[12], b[14], b[17], b[22], b[23] = 8, 0x45, 56, 64, 1
	copy(b[26:], f.src[:4])
	copy(b[30:], f.dst[:4])
	be.PutUint16(b[24:], ^sum(b[14:34], 0))
	b[34], b[35] = 3, pick(v.dice, byte(0), 1, 2, 3, 4)
	be.PutUint16(b[40:], uint16(pick(v.dice, 68, 300, 576, 1400)))
	copy(b[42:], quote[:28])
	be.PutUint16(b[36:], ^sum(b[34:], 0))
	v.send(h, b)
}

// flood sends a SYN to a server from an address that nobody has.
func (v *villain) flood() {
	h := v.world.hosts[v.dice.IntN(len(v.world.hosts))]
	f := flow{sport: uint16(v.dice.between(1024, 65535)), dport: streamPort, dst: h.ip(false)}
	a := addr4(v.fault.LAN, v.dice.between(200, 250)).As4()
	copy(f.src[:], a[:])
	v.send(h, v.tcp(f, v.dice.Uint32(), 0, flagSYN))
}

// mangle sends somebody's last segment with one thing changed that a checksum or a length covers.
func (v *villain) mangle() {
	f, s, h := v.victim()
	if h == nil || len(s.frame) < 54 {
		return
	}
	b := append([]byte(nil), s.frame...)
	_ = f
	switch v.dice.IntN(4) {
	case 0: // cut
		b = b[:14+v.dice.IntN(len(b)-14)]
	case 1, 2: // one byte of what a checksum covers
		p := parse(b)
		b[v.dice.between(p.l4, p.end-1)] ^= byte(v.dice.between(1, 255))
	case 3: // the version or the header's length
		b[14] ^= byte(v.dice.between(1, 255))
		if !f.v6 || b[14]&0xf0 != 0x60 {
			break
		}
		return
	}
	if len(b) < 14 {
		return
	}
	v.send(h, b)
}
