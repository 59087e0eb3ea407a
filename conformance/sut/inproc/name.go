package inproc

import (
	"encoding/binary"
	"time"

	"stackproof/conformance/sut"
	"stackproof/stack/socket/posix"
)

// name is the judge's name for a descriptor.
type name struct {
	used bool
	fd   sut.FD
	own  int32 // the face's descriptor
}

// own returns the face's descriptor for the judge's name; for one that is not open, one that the face never gives.
func (h *Host) own(fd sut.FD) int {
	if n := h.find(fd); n != nil {
		return int(n.own)
	}
	return posix.FirstFD + len(h.memory.names)
}

func (h *Host) find(fd sut.FD) *name {
	for i := range h.memory.names {
		if n := &h.memory.names[i]; n.used && n.fd == fd {
			return n
		}
	}
	return nil
}

// give makes fd the judge's name for a descriptor. There is a row for each that the face can give.
func (h *Host) give(fd sut.FD, own int) {
	for i := range h.memory.names {
		if n := &h.memory.names[i]; !n.used {
			*n = name{used: true, fd: fd, own: int32(own)}
			return
		}
	}
}

// number is how numbers travel.
func number(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) }

// milliseconds is how times travel.
func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }
