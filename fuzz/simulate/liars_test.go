package simulate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// flipByte falsifies a byte of what a host sends, and repairs the checksum.
func flipByte(h *host, b []byte) {
	if p := parse(b); p.kind == kindTCP && p.text > 600 && h.world.frames > 100 {
		b[p.end-1] ^= 4
		reseal(b, &p)
	}
}

// TestLiars: each promise that is broken is noticed, and by its own check, within some seeds.
func TestLiars(t *testing.T) {
	for _, c := range []struct {
		name string
		lies lies
		want string
	}{
		{"a byte falsified on the wire", lies{send: flipByte}, " was written"},
		{"a byte falsified in the host", lies{read: func(e *end, b []byte) {
			if e.in > 2000 {
				b[0]++
			}
		}}, " was written"},
		{"a header falsified", lies{send: func(_ *host, b []byte) {
			if p := parse(b); p.kind == kindTCP && p.text > 7 && p.dport == streamPort {
				b[p.end-p.text] ^= 1
				reseal(b, &p)
			}
		}}, "which nobody has written"},
		{"a datagram falsified", lies{datagram: func(_ *host, b []byte) {
			if len(b) > 100 {
				b[99]++
			}
		}}, "that nobody has sent"},
		{"an application that forgets a descriptor", lies{forget: func(e *end) bool { return e.side == 1 && e.in > 4000 }}, "is open, and everything was closed"},
		{"a stack that keeps a listener", lies{now: leak()}, "listeners left"},
		{"a router that stops for ever after the healing", lies{forward: func(w *world, _ []byte) bool { return w.healed }}, "has been sound for"},
		{"a router that never forwards IPv6", lies{forward: func(_ *world, b []byte) bool { return b[12] == 0x86 && b[20] == 6 }}, "has been sound for"},
		{"a switch that stops for ever after the healing", lies{stops: func(w *world) bool { return w.healed }}, "has been sound for"},
		{"a host that never hears its timers", lies{now: func(w *world) {
			for _, h := range w.hosts {
				if h.plan.ID == 0 {
					h.stackOK = false
				}
			}
		}}, "has been sound for|left"},
		{"a reset that nobody has sent", lies{send: func(h *host, b []byte) {
			if p := parse(b); p.kind == kindTCP && p.text == 0 && p.flags == flagACK && h.world.frames%50 == 0 {
				b[p.l4+13] = flagRST | flagACK
				reseal(b, &p)
			}
		}}, "ECONNRESET"},
		{"a stack whose state breaks a rule", lies{examine: func(h *host) string {
			if h.stack.TCPConns() > 3 {
				return "the rule is broken"
			}
			return ""
		}}, "the rule is broken"},
		{"a stream that ends early", lies{send: func(_ *host, b []byte) {
			if p := parse(b); p.kind == kindTCP && p.text > 100 && p.flags&flagFIN == 0 {
				b[p.l4+13] |= flagFIN
				reseal(b, &p)
			}
		}}, "reads the end of"},
		{"a bug that panics", lies{examine: func(h *host) string {
			if h.life > 1 {
				panic("out of range")
			}
			return ""
		}}, `panic: out of range, at stackproof/fuzz/simulate\..*liars_test.go:\d+`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var last error
			for seed := range uint64(60) {
				r := (&Setting{Minutes: .2, lies: c.lies}).Play(seed)
				if r.Err != nil {
					require.Regexp(t, c.want, r.Err.Error(), "seed %d", seed)
					return
				}
				last = r.Err
			}
			require.Error(t, last, "nobody has noticed")
		})
	}
}

// leak has the stack open a listener by itself, which nobody closes, in each world once.
func leak() func(w *world) {
	var done *world
	return func(w *world) {
		if h := w.hosts[0]; w.healed && !h.dead && done != w {
			done = w
			h.stack.TCPListen(h.addr[0], 7777, 1)
		}
	}
}

// TestAnotherTrace: a run that is not the same the second time is found out.
func TestAnotherTrace(t *testing.T) {
	n := 0
	s := Setting{Minutes: .1, lies: lies{forward: func(*world, []byte) bool { n++; return n%97 == 0 }}}
	for seed := range uint64(20) {
		if r := s.Play(seed); s.Again(&r) != nil {
			require.ErrorContains(t, s.Again(&r), "another trace the second time")
			return
		}
	}
	require.Fail(t, "nobody has noticed")
}
