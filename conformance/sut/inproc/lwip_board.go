//go:build tinygo

package inproc

import (
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/socket"
)

// lwipFace is the other face of the sockets, for which a board has no memory.
type lwipFace struct{}

// lwipCall is a call to it: there is none.
type lwipCall struct{}

func (*lwipFace) init(*Host) {}

func (*lwipFace) start(*Host, *call, *sut.Call) (done bool, s sut.Status) {
	return true, sut.Unsupported
}

func (*lwipFace) step(time.Duration, *lwipCall) (done bool) { return true }

func (*lwipFace) finish(*Host, *call, *sut.Result, []byte) {}

func (*lwipFace) deadline(*lwipCall) (at time.Duration, ok bool) { return 0, false }

func (*lwipFace) cancel(time.Duration, *lwipCall) {}

func (*lwipFace) inspect(int) (core *socket.Table, sock int, ok bool) { return nil, -1, false }

func (h *Host) speaksLwIP() bool { return false }
