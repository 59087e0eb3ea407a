//go:build tinygo && face_lwip

package inproc

import "stackproof/conformance/sut"

// faces is the one that this image has: lwIP's.
type faces struct{ lwip lwipFace }

// faceCall is a call to it.
type faceCall struct{ lwip lwipCall }

// smallPosix is the other's memory.
type smallPosix struct{}

func (*Host) usePosix(*smallPosix) {}

func (h *Host) face() *lwipFace { return &h.faces.lwip }

func (*Host) personality() sut.Personality { return sut.LwIP }
