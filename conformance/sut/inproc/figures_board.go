//go:build tinygo

package inproc

import (
	"stackproof/conformance/sut"
	"stackproof/stack/socket"
)

// ofConnection: the board has no room for what its cases do not look at.
func ofConnection(sut.Figure, *socket.Table, int, *int64) sut.Status { return sut.Unsupported }
