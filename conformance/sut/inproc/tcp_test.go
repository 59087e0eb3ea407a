package inproc

import (
	"testing"
	"time"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
)

func syn(l *layers.TCP)  { l.SYN, l.ACK, l.Seq = true, false, 5000 }
func ack(*layers.TCP)    {}
func fin(l *layers.TCP)  { l.FIN = true }
func rst(l *layers.TCP)  { l.RST = true }
func push(l *layers.TCP) { l.PSH = true }

func (j *judge) state(fd sut.FD, want int64) {
	j.t.Helper()
	var got int64
	require.Equal(j.t, sut.OK, j.Inspect(sut.FigTCPState, fd, &got))
	require.Equal(j.t, want, got)
}

func (j *judge) conns(want int64) {
	j.t.Helper()
	var got int64
	require.Equal(j.t, sut.OK, j.Inspect(sut.FigConns, 0, &got))
	require.Equal(j.t, want, got)
}

// The states as sut numbers them.
const (
	listen, synSent, established, finWait2, closeWait, timeWait = 1, 2, 4, 6, 7, 10
)

func TestPassiveOpen(t *testing.T) {
	j := newJudge(t)
	j.socket(3, sut.TypeStream)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 3, Addr: at4(stackIP, 80)}))
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpListen, FD: 3, Value: 1}))
	require.Equal(t, "call 4", j.call(sut.Call{Op: sut.OpAccept, FD: 3, NewFD: 4}))
	j.state(3, listen)
	j.conns(0)
	j.advance(100 * ms)
	j.deliver(j.answer(syn, ""))
	j.want(`100ms tcp 80>1000 S. ""`)
	j.conns(1)
	j.advance(110 * ms)
	j.deliver(j.answer(ack, ""))
	j.want(`110ms call 4 returned 4 0 from 192.0.2.2:1000`)
	j.state(4, established)

	require.Equal(t, "call 5", j.call(sut.Call{Op: sut.OpRead, FD: 4, Value: 1000}))
	j.deliver(j.answer(push, "hello"))
	require.Contains(t, j.log, `110ms call 5 returned 5 0 "hello"`)
	j.advance(time.Second)
	j.log = nil
	require.Equal(t, "6 0", j.call(sut.Call{Op: sut.OpWrite, FD: 4, Data: []byte("answer")}))
	j.want(`1s tcp 80>1000 P. "answer"`)
	j.deliver(j.answer(fin, ""))
	j.advance(2 * time.Second)
	j.log = nil
	j.state(4, closeWait)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpRead, FD: 4, Value: 1000}))
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpClose, FD: 4}))
	j.want(`2s tcp 80>1000 F. ""`)
	j.conns(1)
	j.deliver(j.answer(ack, ""))
	j.conns(0)
	j.want()
}

func TestActiveOpen(t *testing.T) {
	j := newJudge(t)
	require.Equal(t, sut.OK, j.Knob(sut.KnobMSL, 1000, j))
	j.socket(3, sut.TypeStream)
	require.Equal(t, "call 2", j.call(sut.Call{Op: sut.OpConnect, FD: 3, Addr: at4(peerIP, 80), Task: 1}))
	require.Len(t, j.log, 1)
	require.Regexp(t, `^0s tcp \d+>80 S ""$`, j.log[0])
	j.log = nil
	j.state(3, synSent)
	j.deliver(j.answer(func(l *layers.TCP) { l.SYN, l.Seq = true, 9000 }, ""))
	require.Len(t, j.log, 2)
	require.Regexp(t, `^0s tcp \d+>80 \. ""$`, j.log[0])
	require.Equal(t, `0s call 2 returned 0 0`, j.log[1])
	j.log = nil

	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpShutdown, FD: 3, Value: sut.ShutWrite}))
	j.deliver(j.answer(ack, ""))
	j.state(3, finWait2)
	require.Equal(t, "call 4", j.call(sut.Call{Op: sut.OpRead, FD: 3, Value: 10}))
	j.deliver(j.answer(fin, ""))
	j.state(3, timeWait)
	require.Contains(t, j.log, "0s call 4 returned 0 0")
	j.advance(2*time.Second - 1)
	j.state(3, timeWait)
	j.advance(2 * time.Second) // twice the MSL that the knob has set
	j.state(3, 0)
}

func TestRefusedAndReset(t *testing.T) {
	j := newJudge(t)
	j.socket(3, sut.TypeStream)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpSetNonblock, FD: 3, Value: 1}))
	require.Equal(t, "-1 EINPROGRESS", j.call(sut.Call{Op: sut.OpConnect, FD: 3, Addr: at4(peerIP, 80)}))
	require.Equal(t, "call 4", j.call(sut.Call{Op: sut.OpPoll, FD: 3, Value: -1, Flags: sut.PollOut}))
	j.advance(5 * ms)
	j.deliver(j.answer(rst, ""))
	require.Equal(t, "5ms call 4 returned 1 0 \"\\x0e\\x00\"", j.log[len(j.log)-1]) // OUT ERR HUP
	r, get := sut.Result{}, sut.Call{Op: sut.OpGetSockOpt, FD: 3, Option: sut.SoError}
	require.Equal(t, sut.OK, j.Call(&get, &r, j))
	require.Equal(t, []byte{byte(sut.ECONNREFUSED), 0, 0, 0}, r.Data)
	require.Equal(t, "-1 ECONNABORTED", j.call(sut.Call{Op: sut.OpConnect, FD: 3, Addr: at4(peerIP, 80)}))
}
