//go:build tinygo && !face_lwip

package footprint

import (
	"stackproof/stack"
	"stackproof/stack/socket/posix"
)

// Sockets as POSIX has them.
var (
	TableFace  posix.Face
	TableFDs   [Sockets]posix.Descriptor
	TableFiles [Sockets]posix.File

	config = stack.Config{MTU: mtu}
)

func initFace() { TableFace.Init(&TableSockets, TableFDs[:], TableFiles[:]) }
