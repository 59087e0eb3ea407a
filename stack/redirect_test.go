package stack

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/stack/neighbour"
	"stackproof/stack/wire"
)

// redirectFrame is a redirect of NDP, with a target link-layer address unless mac is zero.
func redirectFrame(src, target, dst wire.Addr, mac wire.MAC) []byte {
	b := make([]byte, wire.RedirectLen, 48)
	wire.PutRedirect(b, target, dst)
	return ndpFrame(src, me6, appendLinkAddr(b, wire.NDPTargetLinkAddr, mac))
}

var (
	otherLL6 = addr("fe80::3")
	pathsAre = []struct {
		name                string
		far, gateway, other wire.Addr
	}{
		{"IPv4", far4, router4, other4},
		{"IPv6", far6, router6, otherLL6},
	}
)

// detour is a host that sends datagrams by its gateway, until somebody redirects it.
type detour struct {
	*host
	id                  int
	far, gateway, other wire.Addr
	last                []byte // the packet that was sent last
}

// detours runs a test for both families.
func detours(t *testing.T, change func(*Config, *Storage), test func(t *testing.T, d *detour)) {
	for _, c := range pathsAre {
		t.Run(c.name, func(t *testing.T) {
			d := &detour{host: newHost(t, change), far: c.far, gateway: c.gateway, other: c.other}
			d.id = d.open(wire.Addr{}, 4000)
			d.now = time.Second
			for _, a := range []wire.Addr{d.gateway, d.other} {
				mac := routerMAC
				if a == d.other {
					mac = otherMAC
				}
				d.hear(a, mac)
			}
			require.Equal(t, "router", d.way())
			test(t, d)
		})
	}
}

// hear makes a neighbour known, or known again.
func (d *detour) hear(a wire.Addr, mac wire.MAC) {
	if a.Is6() {
		d.receive(nsFrame(a, meGroup6, me6, mac))
	} else {
		d.receive(arpFrame(meMAC, wire.ARPRequest, mac, a, wire.MAC{}, me4))
	}
	d.sent()
}

// way sends a datagram and answers who got it.
func (d *detour) way() string {
	d.t.Helper()
	require.Equal(d.t, OK, d.UDPSend(d.now, d.id, d.far, 7, []byte("x")))
	f := d.dev.Sent()
	require.NotNil(d.t, f)
	if op := f[12:14]; op[0] == 8 && op[1] == 6 {
		return d.sent()[0]
	}
	to := station(f[:6])
	if to != "router" && to != "other" {
		return d.sent()[0]
	}
	d.last = append(d.last[:0], f[14:]...)
	d.sent()
	return to
}

// redirects delivers what a router says of the last packet.
func (d *detour) redirects(by, to wire.Addr) {
	if d.far.Is6() {
		d.receive(redirectFrame(by, to, d.far, wire.MAC{}))
		return
	}
	f := wire.ICMPFields{Type: wire.ICMPv4Redirect, Code: 1, Rest: be32(to)}
	d.receive(icmpFrame(by, me4, f, d.last[:28]))
}

func be32(a wire.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// TestRedirect: packets to the destination, and to no other, go where the gateway says (RFC 1122 3.2.2.2, RFC 4861 8.3), for
// ten minutes. Where they go now may say so next.
func TestRedirect(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		d.redirects(d.gateway, d.other)
		d.wantSent()
		require.Empty(t, d.drops())
		require.Equal(t, "other", d.way())
		require.Equal(t, OK, d.UDPSend(d.now, d.id, addr(map[bool]string{true: "198.51.100.8", false: "2001:db8:ffff::8"}[d.far.Is4()]), 7, nil))
		require.Contains(t, d.sent()[0], "router: ")

		d.redirects(d.gateway, d.gateway)
		d.wantCount(DropRedirect)
		require.Equal(t, "other", d.way(), "the gateway has no say any more")

		d.now += redirectTimeout - 1
		d.hear(d.other, otherMAC)
		d.hear(d.gateway, routerMAC)
		require.Equal(t, "other", d.way())
		d.now++
		require.Equal(t, "router", d.way())
		d.redirects(d.gateway, d.other)
		d.redirects(d.other, d.gateway)
		require.Equal(t, "router", d.way(), "another first hop")
		require.EqualValues(t, 3, d.Counter(Redirected))
	})
}

// TestRedirectIgnored: it is, by configuration.
func TestRedirectIgnored(t *testing.T) {
	detours(t, func(c *Config, _ *Storage) { c.IgnoreRedirects = true }, func(t *testing.T, d *detour) {
		d.redirects(d.gateway, d.other)
		d.wantCount(DropICMPIgnored)
		require.Equal(t, "router", d.way())
	})
}

// TestRedirectToTheSilent: a router that does not answer is left for the gateway (RFC 4861 7.3.3), whether it was known or
// not.
func TestRedirectToTheSilent(t *testing.T) {
	for _, known := range []bool{true, false} {
		detours(t, nil, func(t *testing.T, d *detour) {
			to := d.other
			if !known {
				to = addr(map[bool]string{true: "192.0.2.77", false: "fe80::77"}[d.far.Is4()])
			}
			d.now += aged
			d.hear(d.gateway, routerMAC)
			d.redirects(d.gateway, to)
			require.EqualValues(t, 1, d.Counter(Redirected))
			require.NotEqual(t, "router", d.way())
			for range int((neighbour.DelayTime + neighbour.Tries*time.Second) / time.Second) {
				d.advance(time.Second)
				d.sent()
			}
			require.NotZero(t, d.Counter(NeighbourFailures))
			d.hear(d.gateway, routerMAC)
			require.Equal(t, "router", d.way())
		})
	}
}

// TestRedirectAndPathMTU: what is known of a path besides stays known.
func TestRedirectAndPathMTU(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		d.lowerPath(d.now, d.far, 1300)
		d.redirects(d.gateway, d.other)
		mtu, _ := d.pathMTU(d.now, d.far)
		require.Equal(t, 1300, mtu)
		d.lowerPath(d.now, d.far, 1290)
		require.Equal(t, "other", d.way())
		d.now += pathTimeout
		mtu, _ = d.pathMTU(d.now, d.far)
		require.Equal(t, 1500, mtu)
	})
}

// TestRedirectLinkDown: what was said on one link is not true of another.
func TestRedirectLinkDown(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		d.redirects(d.gateway, d.other)
		d.SetLink(d.now, false)
		d.SetLink(d.now, true)
		d.hear(d.gateway, routerMAC)
		require.Equal(t, "router", d.way())
	})
}

// TestRedirectsAreBounded: however many destinations there are, the oldest give way.
func TestRedirectsAreBounded(t *testing.T) {
	h := newHost(t, nil)
	h.now = time.Second
	far := func(i int) wire.Addr {
		b := far6.As16()
		b[15] = byte(i)
		return wire.AddrFrom16(b)
	}
	for i := range len(h.paths) + 1 {
		h.receive(redirectFrame(router6, otherLL6, far(i), otherMAC))
		h.now++
	}
	hop := func(i int) wire.Addr { _, next, _ := h.firstHop(h.now, wire.Addr{}, far(i)); return next }
	require.Equal(t, router6, hop(0))
	for i := range len(h.paths) {
		require.Equal(t, otherLL6, hop(i+1))
	}
	h.wantSent()
}

// TestRedirect4Quote: who does not see our packets cannot make one up that we may have sent.
func TestRedirect4Quote(t *testing.T) {
	for _, c := range []struct {
		name    string
		to, src wire.Addr
		change  func(wire.IPv4Fields, []byte) (wire.IPv4Fields, []byte)
		want    Counter
	}{
		{"as it was", other4, router4, nil, Redirected},
		{"another identification", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.ID++; return f, b }, DropICMPQuote},
		{"one long past", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.ID -= 64; return f, b }, DropICMPQuote},
		{"a recent one", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.ID -= 63; return f, b }, Redirected},
		{"from another port", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { b[1]++; return f, b }, DropICMPQuote},
		{"from another host", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.Src = peer4; return f, b }, DropICMPQuote},
		{"a later fragment", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.FragOffset = 8; return f, b }, DropICMPQuote},
		{"cut short", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { return f, b[:7] }, DropICMPQuote},
		{"an echo", other4, router4, func(f wire.IPv4Fields, b []byte) (wire.IPv4Fields, []byte) { f.Protocol = wire.ProtoICMP; return f, b }, DropICMPQuote},
		{"by another host", other4, peer4, nil, DropRedirect},
		{"to us", me4, router4, nil, DropRedirect},
		{"to all", all4, router4, nil, DropRedirect},
		{"to another network", addr("192.0.3.1"), router4, nil, DropRedirect},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, nil)
			h.now = time.Second
			id := h.open(wire.Addr{}, 4000)
			h.receive(arpFrame(meMAC, wire.ARPRequest, routerMAC, router4, wire.MAC{}, me4))
			h.sent()
			require.Equal(t, OK, h.UDPSend(h.now, id, far4, 7, []byte("x")))
			p := wire.IPv4Packet(append([]byte(nil), h.dev.Sent()[14:]...))
			h.sent()
			f, b := p.Fields(), p.Payload()[:8]
			if c.change != nil {
				f, b = c.change(f, b)
			}
			h.receive(icmpFrame(c.src, me4, wire.ICMPFields{Type: wire.ICMPv4Redirect, Rest: be32(c.to)}, ip4Packet(f, nil, b)))
			require.EqualValues(t, 1, h.Counter(c.want))
			require.Equal(t, c.want == Redirected, len(h.drops()) == 0)
		})
	}
}

// TestRedirect4Group: a redirect is for one host.
func TestRedirect4Group(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		if d.far.Is6() {
			return
		}
		f := wire.ICMPFields{Type: wire.ICMPv4Redirect, Code: 1, Rest: be32(d.other)}
		d.receive(icmpFrame(d.gateway, all4, f, d.last[:28]))
		d.wantCount(DropRedirect)
	})
}

// TestRedirectOfConnection: the quoted segment must be under way. A connection that gets nowhere goes back to the gateway,
// and hears no error.
func TestRedirectOfConnection(t *testing.T) {
	h := newTCPHost(t, me4, far4)
	h.receive(
		arpFrame(meMAC, wire.ARPRequest, routerMAC, router4, wire.MAC{}, me4),
		arpFrame(meMAC, wire.ARPRequest, otherMAC, other4, wire.MAC{}, me4),
	)
	h.sent()
	id, c := h.TCPConnect(h.now, wire.Addr{}, 0, far4, 7)
	require.Equal(t, OK, c)
	h.Poll(h.now)
	syn := append([]byte(nil), h.dev.Sent()[14:]...)
	h.sent()
	redirect := func(p []byte) []byte {
		return quote4(wire.ICMPv4Redirect, 1, be32(other4), p[:28])
	}
	h.receive(redirect(spoil(syn, 27, flip)))
	h.wantCount(DropICMPQuote)
	h.receive(redirect(syn))
	require.EqualValues(t, 1, h.Counter(Redirected))
	require.Equal(t, OK, h.st.TCP[id].soft)
	_, next, _ := h.firstHop(h.now, wire.Addr{}, far4)
	require.Equal(t, other4, next)
	for range 20 {
		h.advance(time.Second)
		h.sent()
	}
	require.NotZero(t, h.Counter(TCPRetransmitted))
	_, next, _ = h.firstHop(h.now, wire.Addr{}, far4)
	require.Equal(t, router4, next)
}

// TestRedirectToDestination6: the target is the destination where that is a neighbour; that it is no router is no news. Its
// link-layer address need not be asked for if the redirect has it.
func TestRedirectToDestination6(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		if d.far.Is4() {
			return
		}
		d.receive(redirectFrame(router6, far6, far6, otherMAC))
		require.Equal(t, "other", d.way())
		d.receive(naFrame(far6, me6, wire.NeighborAdvertFields{Solicited: true, Override: true, Target: far6}, otherMAC))
		require.Equal(t, "other", d.way())
	})
}

// TestRedirectToNoRouter: who says that it is none is not sent anything for others (RFC 4861 7.2.5).
func TestRedirectToNoRouter(t *testing.T) {
	detours(t, nil, func(t *testing.T, d *detour) {
		if d.far.Is4() {
			return
		}
		d.redirects(d.gateway, d.other)
		d.receive(naFrame(d.other, me6, wire.NeighborAdvertFields{Router: true, Override: true, Target: d.other}, otherMAC))
		require.Equal(t, "other", d.way())
		d.receive(naFrame(d.other, me6, wire.NeighborAdvertFields{Override: true, Target: d.other}, otherMAC))
		require.Equal(t, "router", d.way())
	})
}
