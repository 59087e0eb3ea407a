//go:build tinygo && face_lwip

package footprint

import (
	"stackproof/stack"
	"stackproof/stack/socket/lwip"
)

// Sockets as lwIP has them, with what ESP-IDF can turn on.
var (
	TableFace lwip.Face
	TableFDs  [Sockets]lwip.Socket

	config     = stack.Config{MTU: mtu, BindAnywhere: true, BroadcastToBound: true}
	faceConfig = lwip.Config{Linger: true, RcvBuf: true}
)

func initFace() { TableFace.Init(&TableSockets, TableFDs[:], &faceConfig) }
