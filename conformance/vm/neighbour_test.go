package vm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/frame"
	"stackproof/conformance/sut"
	"stackproof/conformance/vm"
	"stackproof/conformance/vm/asm"
)

var (
	toAll   = []byte{255, 255, 255, 255, 255, 255}
	peerMAC = []byte{2, 0, 0, 0, 0, 2}
	peer6   = []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}
)

func arpFor(tpa []byte, change func(v *frame.View)) func(f *fake) []byte {
	return func(f *fake) []byte {
		return f.build(frame.Layout{Net: vm.NetARP}, func(v *frame.View) {
			v.SetAddr(frame.EthDst, toAll)
			v.SetAddr(frame.ARPSHA, f.cfg.MAC[:])
			v.SetAddr(frame.ARPSPA, f.cfg.Addr4[:])
			v.SetAddr(frame.ARPTPA, tpa)
			change(v)
		})
	}
}

func solicitFor(last byte, change func(v *frame.View)) func(f *fake) []byte {
	return solicitation(last, true, change)
}

// probeFor is duplicate address detection: from no address, and without the link-layer address.
func probeFor(last byte) func(f *fake) []byte {
	return solicitation(last, false, func(v *frame.View) { v.SetAddr(frame.IPSrc, make([]byte, 16)) })
}

func solicitation(last byte, sll bool, change func(v *frame.View)) func(f *fake) []byte {
	return func(f *fake) []byte {
		return f.build(frame.Layout{Net: vm.NetIPv6, Transport: vm.TransportICMP, ICMPType: 135, SLL: sll}, func(v *frame.View) {
			target := append([]byte(nil), peer6...)
			target[15] = last
			v.SetAddr(frame.NDTarget, target)
			v.SetAddr(frame.IPDst, []byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, last})
			v.SetAddr(frame.EthDst, []byte{0x33, 0x33, 0xff, 0, 0, last})
			change(v)
		})
	}
}

// TestNeighbourHelper: questions for the peer and the gateway are answered unseen; others are for the program.
func TestNeighbourHelper(t *testing.T) {
	same := func(*frame.View) {}
	for _, c := range []struct {
		name   string
		ask    func(f *fake) []byte
		hidden bool
	}{
		{"peer", arpFor([]byte{192, 0, 2, 1}, same), true},
		{"gateway", arpFor([]byte{192, 168, 0, 2}, same), true},
		{"peer, unicast", arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.SetAddr(frame.EthDst, peerMAC) }), true},
		{"another", arpFor([]byte{192, 168, 0, 3}, same), false},
		{"reply", arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.Set(frame.ARPOp, 2) }), false},
		{"probe", arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.SetAddr(frame.ARPSPA, []byte{0, 0, 0, 0}) }), false},
		{"of another sender", arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) {
			v.SetAddr(frame.ARPSHA, []byte{2, 9, 9, 9, 9, 9})
			v.SetAddr(frame.EthSrc, []byte{2, 9, 9, 9, 9, 9})
		}), false},
		{"to somewhere else", arpFor([]byte{192, 0, 2, 1}, func(v *frame.View) { v.SetAddr(frame.EthDst, []byte{2, 9, 9, 9, 9, 9}) }), false},
		{"peer, v6", solicitFor(2, same), true},
		{"gateway, v6", solicitFor(9, same), true},
		{"peer, v6, unicast", solicitFor(2, func(v *frame.View) { v.SetAddr(frame.IPDst, peer6); v.SetAddr(frame.EthDst, peerMAC) }), true},
		{"another, v6", solicitFor(3, same), false},
		{"duplicate address detection", probeFor(2), false},
		{"to another group", solicitFor(2, func(v *frame.View) { v.SetAddr(frame.IPDst, []byte{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := program(call(sut.OpListen, 3, 0), vm.Event{Kind: vm.End})
			b, err := asm.Encode(p)
			require.NoError(t, err)
			r := &recorder{}
			v := newMachine().Run(b, says(c.ask), vm.RunOptions{}, r)
			if !c.hidden {
				require.Equal(t, vm.LeftOver, v.Reason)
				require.Empty(t, r.delivered)
				return
			}
			require.Equal(t, vm.Pass, v.Outcome, "%+v", v)
			require.Len(t, r.delivered, 1)
			checkAnswer(t, parse(t, r.delivered[0]))

			p.Peer.Neighbour = false
			v = run(t, p, says(c.ask), vm.RunOptions{})
			require.Equal(t, vm.LeftOver, v.Reason, "without the helper the program sees it")
		})
	}
}

func checkAnswer(t *testing.T, v *frame.View) {
	t.Helper()
	dst, _ := v.Addr(frame.EthDst)
	require.Equal(t, []byte{2, 0, 0, 0, 0, 1}, dst)
	if v.Net == vm.NetARP {
		require.EqualValues(t, 2, number(t, v, frame.ARPOp))
		sha, _ := v.Addr(frame.ARPSHA)
		require.Equal(t, peerMAC, sha)
		spa, _ := v.Addr(frame.ARPSPA)
		require.Contains(t, []byte{1, 2}, spa[3])
		tpa, _ := v.Addr(frame.ARPTPA)
		require.Equal(t, []byte{192, 168, 0, 1}, tpa)
		return
	}
	require.EqualValues(t, 136, number(t, v, frame.ICMPType))
	require.EqualValues(t, 3, number(t, v, frame.NDFlags), "solicited, override")
	tll, ok := v.Addr(frame.NDTLL)
	require.True(t, ok)
	require.Equal(t, peerMAC, tll)
	target, _ := v.Addr(frame.NDTarget)
	src, _ := v.Addr(frame.IPSrc)
	require.Equal(t, target, src)
	require.Contains(t, []byte{2, 9}, target[15])
}

// TestManyQuestions: as many as can wait are answered, each once; a stack that never stops asking is stopped.
func TestManyQuestions(t *testing.T) {
	ask := arpFor([]byte{192, 0, 2, 1}, func(*frame.View) {})
	p := program(call(sut.OpListen, 3, 0), vm.Event{Kind: vm.End})
	b, err := asm.Encode(p)
	require.NoError(t, err)
	r := &recorder{}
	v := newMachine().Run(b, says(ask, ask, ask, ask, ask, ask, ask, ask), vm.RunOptions{}, r)
	require.Equal(t, vm.Pass, v.Outcome)
	require.Len(t, r.delivered, 8)

	f := says(ask)
	f.onIn = func(f *fake, _ *frame.View, out sut.Sink) bool {
		out.Frame(f.now, ask(f))
		return true
	}
	require.Equal(t, vm.Stuck, run(t, p, f, vm.RunOptions{}).Reason)
}
