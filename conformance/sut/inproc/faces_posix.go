//go:build tinygo && !face_lwip

package inproc

import "stackproof/conformance/sut"

// faces is the one that this image has: POSIX's.
type faces struct{ posix posixFace }

// faceCall is a call to it.
type faceCall struct{ posix posixCall }

func (h *Host) face() *posixFace { return &h.faces.posix }

func (*Host) personality() sut.Personality { return sut.POSIX }
