package inproc

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/stack/socket/posix"
)

func TestNothingBeforeReset(t *testing.T) {
	h, r, v := New(), sut.Result{}, int64(0)
	cfg := testConfig()
	cfg.MTU = 100
	for _, s := range []sut.Status{
		h.Reset(&cfg), h.Deliver(nil, nil), h.Advance(1, nil), h.Call(&sut.Call{}, &r, nil), h.Cancel(1, nil),
		h.Link(true, nil), h.Knob(sut.KnobMSL, 1, nil), h.Inspect(sut.FigDrops, 0, &v),
	} {
		require.Equal(t, sut.Malformed, s)
	}
	_, ok := h.Next()
	require.False(t, ok)
}

func TestCapabilities(t *testing.T) {
	c := sut.Caps{}
	require.Equal(t, sut.OK, New().Capabilities(&c))
	require.Equal(t, "stackproof", string(c.Name[:c.NameLen]))
	require.Equal(t, sut.POSIX, c.Personality)
	require.Zero(t, c.Tick)
	for f := sut.Feature(0); f.String() != "unknown"; f++ {
		require.True(t, c.Features.Has(f), f.String())
	}
}

func TestDatagrams(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 70, Addr: at4(stackIP, 7)}))
	require.Equal(t, "call 3", j.call(sut.Call{Op: sut.OpRecvFrom, FD: 70, Value: 100, Task: 1}))
	j.advance(5 * ms)
	j.deliver(udp(1000, 7, "hello"))
	j.want(`5ms call 3 returned 5 0 "hello" from 192.0.2.2:1000`)

	to := at4(peerIP, 1000)
	require.Equal(t, "6 0", j.call(sut.Call{Op: sut.OpSendTo, FD: 70, Data: []byte("answer"), Addr: to}))
	j.want(`5ms udp 7>1000 "answer"`)

	j.deliver(udp(1000, 7, "one"))
	j.deliver(udp(1000, 7, "two"))
	j.want()
	require.Equal(t, `2 0 "on"`, j.call(sut.Call{Op: sut.OpRecv, FD: 70, Value: 2, Flags: sut.MsgPeek}))
	require.Equal(t, `3 0 "one"`, j.call(sut.Call{Op: sut.OpRead, FD: 70, Value: 100000}))
	require.Equal(t, `1 0 "\x03\x00"`, j.call(sut.Call{Op: sut.OpPoll, FD: 70, Value: -1, Flags: sut.PollIn | sut.PollOut}))
	require.Equal(t, `3 0 "two" from 192.0.2.2:1000`, j.call(sut.Call{Op: sut.OpRecvFrom, FD: 70, Value: 100}))
	require.Equal(t, "-1 EAGAIN", j.call(sut.Call{Op: sut.OpRecv, FD: 70, Value: 2, Flags: sut.MsgDontWait}))
}

func TestPendingCalls(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 70, Addr: at4(stackIP, 7)}))

	// They are served in the order in which they came, and time out exactly.
	set := sut.Call{Op: sut.OpSetSockOpt, FD: 70, Option: sut.SoRcvTimeo, Data: []byte{250, 0, 0, 0}}
	read := sut.Call{Op: sut.OpRead, FD: 70, Value: 10}
	for task := range uint8(3) {
		read.Task = task
		j.call(read)
	}
	require.Equal(t, "0 0", j.call(with(set, 3)))
	read.Task = 4
	require.Equal(t, "call 7", j.call(read))
	at, ok := j.Next()
	require.True(t, ok)
	require.Equal(t, 250*ms, at)
	j.deliver(udp(1, 7, "first"))
	require.Equal(t, sut.OK, j.Cancel(4, j))
	require.Equal(t, sut.Malformed, j.Cancel(4, j))
	j.deliver(udp(1, 7, "second"))
	j.advance(time.Second)
	j.want(`0s call 3 returned 5 0 "first"`, `0s call 5 returned 6 0 "second"`, `250ms call 7 returned -1 EAGAIN`)

	t.Run("a task makes one at a time", func(t *testing.T) {
		require.Equal(t, "call 8", j.call(with(sut.Call{Op: sut.OpPoll, FD: 70, Value: 10, Flags: sut.PollIn}, 9)))
		r := sut.Result{}
		require.Equal(t, sut.Malformed, j.Call(&sut.Call{Op: sut.OpBind, Task: 9}, &r, j))
		j.advance(j.now + 10*ms)
		j.want("1.01s call 8 returned 0 0 \"\\x00\\x00\"")
	})
	t.Run("only so many", func(t *testing.T) {
		require.Equal(t, "0 0", j.call(with(sut.Call{Op: sut.OpSetSockOpt, FD: 70, Option: sut.SoRcvTimeo, Data: make([]byte, 4)}, 0)))
		for task := range uint8(blocked) {
			require.Contains(t, j.call(with(read, task)), "call")
		}
		r := sut.Result{}
		c := with(read, blocked)
		require.Equal(t, sut.Unsupported, j.Call(&c, &r, j))
	})
}

// A call that waits, and yet ends within its own operation, is told in its result and not as one that was pending.
func TestCallThatEndsInItsOwnOperation(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 70, Addr: at4(stackIP, 7)}))
	j.dev.frame = udp(1000, 7, "meanwhile")
	require.Equal(t, `9 0 "meanwhile"`, j.call(sut.Call{Op: sut.OpRead, FD: 70, Value: 100}))
	j.want()
}

func TestIPv6Names(t *testing.T) {
	j := &judge{Host: New(), t: t}
	cfg := testConfig()
	cfg.Gateway6 = [16]byte{0: 0xfe, 1: 0x80, 15: 0xfe}
	require.Equal(t, sut.OK, j.Reset(&cfg))
	require.Equal(t, "3 0", j.call(sut.Call{Op: sut.OpSocket, NewFD: 3, Domain: sut.DomainIPv6, Type: sut.TypeStream}))
	name, r := sut.Call{Op: sut.OpGetSockName, FD: 3}, sut.Result{}
	require.Equal(t, sut.OK, j.Call(&name, &r, j))
	require.Equal(t, sut.Addr{Family: sut.DomainIPv6}, r.Addr)
	own := sut.Addr{Family: sut.DomainIPv6, IP: cfg.Addr6, Port: 80}
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 3, Addr: own}))
	require.Equal(t, sut.OK, j.Call(&name, &r, j))
	require.Equal(t, own, r.Addr)
}

func with(c sut.Call, task uint8) sut.Call {
	c.Task = task
	return c
}

// The numbers of pending calls run on, and come round.
func TestCallNumbersAreUnique(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	j.socket(71, sut.TypeDatagram)
	read := sut.Call{Op: sut.OpRead, FD: 70, Value: 10}
	require.Equal(t, "call 3", j.call(read))
	j.started = 1<<16 + 1
	require.Equal(t, "call 2", j.call(with(read, 1)))
	require.Equal(t, "call 4", j.call(with(read, 2)))
}

func TestMalformedAndUnsupported(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "call 2", j.call(sut.Call{Op: sut.OpRead, FD: 70, Value: 1, Task: 7}))
	for _, c := range []struct {
		name string
		call sut.Call
		want sut.Status
	}{
		{"name taken", sut.Call{Op: sut.OpSocket, NewFD: 70, Domain: 4, Type: 1}, sut.Malformed},
		{"negative size", sut.Call{Op: sut.OpRead, FD: 70, Value: -1}, sut.Malformed},
		{"task taken", sut.Call{Op: sut.OpListen, FD: 70, Task: 7}, sut.Malformed},
		{"no such call", sut.Call{Op: sut.Unknown, FD: 70}, sut.Unsupported},
		{"no such option", sut.Call{Op: sut.OpGetSockOpt, FD: 70, Option: sut.Unknown}, sut.Unsupported},
		{"no option", sut.Call{Op: sut.OpSetSockOpt, FD: 70}, sut.Unsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sut.Result{}
			require.Equal(t, c.want, j.Call(&c.call, &r, j))
		})
	}
	var v int64
	require.Equal(t, sut.Unsupported, j.Knob(sut.Unknown, 1, j))
	require.Equal(t, sut.Malformed, j.Knob(sut.KnobMSL, -1, j))
	require.Equal(t, sut.OK, j.Knob(sut.KnobMSL, 1000, j))
	require.Equal(t, sut.Unsupported, j.Inspect(sut.Unknown, 70, &v))
	require.Equal(t, sut.Malformed, j.Inspect(sut.FigTCPState, 71, &v))
	j.advance(5)
	require.Equal(t, sut.Malformed, j.Advance(4, j))
	j.want()

	// A bad descriptor is the program's fault, not the tester's.
	require.Equal(t, "-1 EBADF", j.call(sut.Call{Op: sut.OpListen, FD: 71}))
	require.Equal(t, `1 0 "\x10\x00"`, j.call(sut.Call{Op: sut.OpPoll, FD: 71, Value: -1, Flags: sut.PollIn}))
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpClose, FD: 70}))
	require.Equal(t, "-1 EBADF", j.call(sut.Call{Op: sut.OpClose, FD: 70}))
	j.socket(70, sut.TypeStream)
}

func TestSocketOptions(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeStream)
	for _, s := range []struct {
		option sut.Option
		value  string
	}{
		{sut.SoLinger, "\x01\x00\x00\x00\x05\x00\x00\x00"}, {sut.SoRcvTimeo, "\xf4\x01\x00\x00"},
		{sut.SoSndTimeo, "\xf5\x01\x00\x00"}, {sut.TCPNoDelay, "\x01\x00\x00\x00"}, {sut.SoKeepAlive, "\x01\x00\x00\x00"},
		{sut.SoReuseAddr, "\x01\x00\x00\x00"},
		{sut.IPTTL, "\x07\x00\x00\x00"}, {sut.IPTOS, "\x20\x00\x00\x00"}, {sut.IPMTUDiscover, "\x02\x00\x00\x00"},
		{sut.TCPKeepIdle, "\x05\x00\x00\x00"}, {sut.TCPKeepIntvl, "\x05\x00\x00\x00"}, {sut.TCPKeepCnt, "\x05\x00\x00\x00"},
		{sut.TCPUserTimeout, "\xf5\x01\x00\x00"}, {sut.TCPQuickACK, "\x01\x00\x00\x00"},
	} {
		t.Run(s.option.String(), func(t *testing.T) {
			set := sut.Call{Op: sut.OpSetSockOpt, FD: 70, Option: s.option, Data: []byte(s.value)}
			require.Equal(t, "0 0", j.call(set))
			set.Data = set.Data[1:]
			require.Equal(t, "-1 EINVAL", j.call(set))
			r, get := sut.Result{}, sut.Call{Op: sut.OpGetSockOpt, FD: 70, Option: s.option}
			require.Equal(t, sut.OK, j.Call(&get, &r, j))
			require.Equal(t, s.value, string(r.Data))
		})
	}
	require.Equal(t, "-1 ENOPROTOOPT", j.call(sut.Call{Op: sut.OpSetSockOpt, FD: 70, Option: sut.IPv6UnicastHops, Data: []byte{1, 0, 0, 0}}))

	j.socket(71, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpConnect, FD: 71, Addr: at4(peerIP, 9)}))
	require.Equal(t, "1 0", j.call(sut.Call{Op: sut.OpSend, FD: 71, Data: []byte("x"), Flags: sut.MsgDontWait}))
	require.Equal(t, `0 0 from 192.0.2.2:9`, j.call(sut.Call{Op: sut.OpGetPeerName, FD: 71}))
}

func TestEveryErrorHasItsName(t *testing.T) {
	for e := range posix.NumErrno {
		require.Equal(t, posix.Errno(e).String(), errnos[e].String())
	}
}

func TestTimePassesDeadlineByDeadline(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "1 0", j.call(sut.Call{Op: sut.OpSendTo, FD: 70, Data: []byte("x"), Addr: at4([]byte{192, 0, 2, 9}, 9)}))
	j.advance(10 * time.Second)
	j.want("0s arp request", "1s arp request", "2s arp request")
	_, ok := j.Next()
	require.False(t, ok)
}

func TestLinkDown(t *testing.T) {
	j := newJudge(t)
	require.Equal(t, sut.OK, j.Link(false, j))
	j.deliver(arp())
	j.want()
	var drops, sums int64
	require.Equal(t, sut.OK, j.Inspect(sut.FigDrops, 0, &drops))
	require.Equal(t, int64(1), drops)
	require.Equal(t, sut.OK, j.Link(true, j))
	j.deliver(arp())
	j.want("0s arp reply")

	broken := udp(1, 2, "x")
	broken[42]++ // the payload's first byte
	j.deliver(broken)
	require.Equal(t, sut.OK, j.Inspect(sut.FigDrops, 0, &drops))
	require.Equal(t, sut.OK, j.Inspect(sut.FigChecksums, 0, &sums))
	require.Equal(t, []int64{2, 1}, []int64{drops, sums})
}

// A stack that cannot send tries again for ever.
func TestStuckStackIsFoundOut(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "1 0", j.call(sut.Call{Op: sut.OpSendTo, FD: 70, Data: []byte("x"), Addr: at4([]byte{192, 0, 2, 9}, 9)}))
	require.Equal(t, sut.Hung, j.Advance(time.Hour, nil))
}

func TestResetForgetsEverything(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	j.call(sut.Call{Op: sut.OpRead, FD: 70, Value: 1})
	j.advance(time.Second)
	cfg := testConfig()
	require.Equal(t, sut.OK, j.Reset(&cfg))
	_, ok := j.Next()
	require.False(t, ok)
	require.Equal(t, "-1 EBADF", j.call(sut.Call{Op: sut.OpClose, FD: 70}))
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "1 0", j.call(sut.Call{Op: sut.OpSendTo, FD: 70, Data: []byte("x"), Addr: at4(peerIP, 9)}))
	j.want("0s arp request")
}

func TestNoAllocations(t *testing.T) {
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	j.call(sut.Call{Op: sut.OpBind, FD: 70, Addr: at4(stackIP, 7)})
	frame, out := udp(1000, 7, "hello"), &nobody{}
	read, r := sut.Call{Op: sut.OpRecvFrom, FD: 70, Value: 100}, sut.Result{}
	send := sut.Call{Op: sut.OpSendTo, FD: 70, Data: []byte("hello"), Addr: at4(peerIP, 1000)}
	cfg := testConfig()
	now := j.now
	require.Zero(t, testing.AllocsPerRun(100, func() {
		j.Call(&read, &r, out)
		j.Deliver(frame, out)
		j.Call(&send, &r, out)
		now += ms
		j.Advance(now, out)
	}))
	require.NotZero(t, out.frames)
	require.NotZero(t, out.done)
	require.Zero(t, testing.AllocsPerRun(10, func() { j.Reset(&cfg) }))
}

// nobody counts.
type nobody struct{ frames, done int }

func (n *nobody) Frame(sut.Time, []byte)                 { n.frames++ }
func (n *nobody) Done(sut.Time, sut.CallID, *sut.Result) { n.done++ }
