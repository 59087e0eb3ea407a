package inproc

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/sut"
	"stackproof/stack/invariant"
	"stackproof/stack/socket"
)

func TestCheck(t *testing.T) {
	require.True(t, New().Check().Holds(), "before Reset there is nothing")
	j := newJudge(t)
	j.socket(70, sut.TypeDatagram)
	require.Equal(t, "0 0", j.call(sut.Call{Op: sut.OpBind, FD: 70, Addr: at4(stackIP, 7)}))
	j.deliver(udp(1000, 7, "hello"))
	require.True(t, j.Check().Holds())
	j.table.Abort(j.now, 0)
	_, c := j.table.OpenRaw(false, 253)
	require.Zero(t, c)
	j.stack.UDPClose(0)
	require.Equal(t, invariant.SocketUse.At(0), j.Check())
	j.table.Init(&j.stack, make([]socket.Socket, 1))
	j.advance(5 * ms)
	j.now = -1
	require.Equal(t, invariant.NeighbourTime, j.Check().Rule, "what was heard lies in the future")
}
