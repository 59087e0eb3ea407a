package simulate

import (
	"slices"

	"stackproof/drivers/segment"
)

// router joins the wires. It knows all hosts; it forwards, cuts what is too long where that is allowed, and says so where
// it is not. It answers for its own address.
type router struct {
	world *world
	ports [lans]*segment.Port
	mtu   [lans][]int // of the way out; the last one counts
	buf   []byte
	ident uint16
}

func newRouter(w *world) *router {
	r := &router{world: w}
	for i, l := range w.lans {
		r.ports[i], r.mtu[i] = l.Port(0), []int{mtu}
	}
	return r
}

// lower has the way to a wire take only shorter packets, or no more.
func (r *router) lower(lan, n int, on bool) {
	if on {
		r.mtu[lan] = append(r.mtu[lan], n)
	} else if i := slices.Index(r.mtu[lan][1:], n); i >= 0 {
		r.mtu[lan] = slices.Delete(r.mtu[lan], i+1, i+2)
	}
}

func (r *router) limit(lan int) int { return slices.Min(r.mtu[lan]) }

// work forwards what has come.
func (r *router) work() (moved bool) {
	for lan, p := range r.ports {
		for f := p.Receive(); f != nil; f = p.Receive() {
			r.buf = append(r.buf[:0], f...)
			p.Release()
			if lie := r.world.lies.forward; lie == nil || !lie(r.world, r.buf) {
				r.handle(lan, r.buf)
			}
			moved = true
		}
	}
	return moved
}

func (r *router) send(lan int, b []byte) {
	if room := r.ports[lan].Reserve(len(b)); room != nil {
		r.ports[lan].Send(copy(room, b))
	}
}

func (r *router) handle(lan int, b []byte) {
	p := parse(b)
	switch {
	case p.kind == kindARP:
		r.arp(lan, b, &p)
	case len(b) < 54 && (be.Uint16(b[12:]) == 0x86dd || len(b) < 34), p.end > len(b) || p.l4 > p.end:
	case p.v6 && p.kind == kindICMP && p.op == 135:
		r.advertise(lan, b, &p)
	case p.end > 0 && [6]byte(b[:6]) == macOf(lan, routerNumber):
		r.forward(lan, b[:p.end], &p)
	}
}

// arp answers for the router's address (RFC 826).
func (r *router) arp(lan int, b []byte, p *packet) {
	own := addr4(lan, routerNumber).As4()
	if p.op != 1 || [4]byte(p.dst[:4]) != own {
		return
	}
	a := make([]byte, 60)
	mac := macOf(lan, routerNumber)
	copy(a, b[22:28])
	copy(a[6:], mac[:])
	copy(a[12:], b[12:20])
	a[21] = 2
	copy(a[22:], mac[:])
	copy(a[28:], own[:])
	copy(a[32:], b[22:32])
	r.send(lan, a)
}

// advertise answers a solicitation for the router's address (RFC 4861 7.2.4).
func (r *router) advertise(lan int, b []byte, p *packet) {
	own := addr6(lan, routerNumber).As16()
	if p.l4+24 > p.end || [16]byte(b[p.l4+8:p.l4+24]) != own || checksum6(b, p) != 0 {
		return
	}
	a := make([]byte, 14+40+32)
	mac := macOf(lan, routerNumber)
	copy(a, b[6:12])
	copy(a[6:], mac[:])
	a[12], a[13], a[14] = 0x86, 0xdd, 0x60
	a[19], a[20], a[21] = 32, 58, 255
	copy(a[22:], own[:])
	copy(a[38:], p.src[:])
	a[54], a[58] = 136, 0xe0 // a router, asked, overrides
	copy(a[62:], own[:])
	a[78], a[79] = 2, 1
	copy(a[80:], mac[:])
	q := parse(a)
	be.PutUint16(a[56:], checksum6(a, &q))
	r.send(lan, a)
}

// forward passes a packet on to the other wire.
func (r *router) forward(lan int, b []byte, p *packet) {
	out, host := r.route(p)
	if out < 0 || out == lan {
		return
	}
	if p.v6 {
		if b[21] <= 1 {
			return
		}
		b[21]--
	} else {
		if sum(b[14:p.l4], 0) != 0xffff || b[22] <= 1 {
			return
		}
		b[22]--
		b[24], b[25] = 0, 0
		be.PutUint16(b[24:], ^sum(b[14:p.l4], 0))
	}
	to, from := macOf(out, host), macOf(out, routerNumber)
	if len(b)-14 > r.limit(out) {
		r.tooLong(lan, out, b, p, to, from)
		return
	}
	copy(b, to[:])
	copy(b[6:], from[:])
	r.send(out, b)
}

// route finds the wire and the number of a packet's destination.
func (r *router) route(p *packet) (lan, host int) {
	for i := range lans {
		a4, a6 := addr4(i, 0).As4(), addr6(i, 0).As16()
		switch {
		case p.v6 && [15]byte(p.dst[:15]) == [15]byte(a6[:15]) && p.dst[15] >= firstNumber:
			return i, int(p.dst[15])
		case !p.v6 && [3]byte(p.dst[:3]) == [3]byte(a4[:3]) && p.dst[3] >= firstNumber:
			return i, int(p.dst[3])
		}
	}
	return -1, 0
}

// tooLong cuts a packet into fragments (RFC 791 3.2) or tells its sender (RFC 1191 4, RFC 8201 4).
func (r *router) tooLong(lan, out int, b []byte, p *packet, to, from [6]byte) {
	if p.v6 || b[20]&0x40 != 0 {
		r.told(lan, b, p, r.limit(out))
		return
	}
	room := (r.limit(out) - (p.l4 - 14)) &^ 7
	old := be.Uint16(b[20:])
	for at := p.l4; at < len(b); at += room {
		n := min(room, len(b)-at)
		f := append([]byte(nil), b[:p.l4]...)
		f = append(f, b[at:at+n]...)
		copy(f, to[:])
		copy(f[6:], from[:])
		flags := old + uint16((at-p.l4)/8)
		if at+n < len(b) {
			flags |= 0x2000
		}
		be.PutUint16(f[20:], flags)
		be.PutUint16(f[16:], uint16(len(f)-14))
		f[24], f[25] = 0, 0
		be.PutUint16(f[24:], ^sum(f[14:p.l4], 0))
		r.send(out, f)
	}
}

// told tells the sender of a packet how long one may be.
func (r *router) told(lan int, b []byte, p *packet, limit int) {
	w := r.world
	if p.kind == kindTCP && p.text > 0 {
		for _, c := range w.conns {
			if c.accepted && !c.finished[0] && !c.shrunk && c.failed[0] == "" && c.got[0]+c.got[1] > 0 && c.between(p) {
				c.shrunk = true
			}
		}
	}
	mac := macOf(lan, routerNumber)
	var e []byte
	if p.v6 {
		own := addr6(lan, routerNumber).As16()
		quote := b[14:min(len(b), 14+1232)]
		e = make([]byte, 62+len(quote))
		e[12], e[13], e[14], e[20], e[21] = 0x86, 0xdd, 0x60, 58, 64
		be.PutUint16(e[18:], uint16(8+len(quote)))
		copy(e[22:], own[:])
		copy(e[38:], p.src[:])
		e[54] = 2
		be.PutUint32(e[58:], uint32(limit))
		copy(e[62:], quote)
		copy(e, b[6:12])
		copy(e[6:], mac[:])
		q := parse(e)
		be.PutUint16(e[56:], checksum6(e, &q))
	} else {
		own := addr4(lan, routerNumber).As4()
		quote := b[14:min(len(b), p.l4+60)]
		e = make([]byte, 42+len(quote))
		e[12], e[14], e[22], e[23] = 8, 0x45, 64, 1
		be.PutUint16(e[16:], uint16(28+len(quote)))
		r.ident++
		be.PutUint16(e[18:], r.ident)
		copy(e[26:], own[:])
		copy(e[30:], p.src[:4])
		be.PutUint16(e[24:], ^sum(e[14:34], 0))
		e[34], e[35] = 3, 4
		be.PutUint16(e[40:], uint16(limit))
		copy(e[42:], quote)
		copy(e, b[6:12])
		copy(e[6:], mac[:])
		be.PutUint16(e[36:], ^sum(e[34:], 0))
	}
	r.send(lan, e)
}

// between tells whether a packet may be one of the connection's.
func (c *conn) between(p *packet) bool {
	at := 0
	if p.v6 {
		at = 1
	}
	number := func(h *host) byte {
		if p.v6 {
			return h.addr[at].As16()[15]
		}
		return h.addr[at].As4()[3]
	}
	last := 3
	if p.v6 {
		last = 15
	}
	a, b := number(c.host[0]), number(c.host[1])
	return c.app.plan.IPv6 == p.v6 && (p.src[last] == a && p.dst[last] == b || p.src[last] == b && p.dst[last] == a)
}

// sum is the Internet checksum's sum (RFC 1071), not inverted.
func sum(b []byte, start uint32) uint16 {
	s := start
	for ; len(b) > 1; b = b[2:] {
		s += uint32(be.Uint16(b))
	}
	if len(b) > 0 {
		s += uint32(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// checksum6 is the checksum of what is behind an IPv6 header (RFC 8200 8.1); 0 if it has the right one already.
func checksum6(b []byte, p *packet) uint16 {
	t := b[p.l4:p.end]
	return ^sum(t, uint32(sum(b[22:54], uint32(len(t))+uint32(b[20]))))
}

// checksum4 is the checksum of a segment or datagram over IPv4.
func checksum4(b []byte, p *packet) uint16 {
	t := b[p.l4:p.end]
	return ^sum(t, uint32(sum(b[26:34], uint32(len(t))+uint32(b[23]))))
}

// reseal gives a frame of TCP or UDP the right checksum.
func reseal(b []byte, p *packet) {
	at := p.l4 + 16
	if p.kind == kindUDP {
		at = p.l4 + 6
	}
	b[at], b[at+1] = 0, 0
	v := checksum4
	if p.v6 {
		v = checksum6
	}
	be.PutUint16(b[at:], v(b, p))
}
