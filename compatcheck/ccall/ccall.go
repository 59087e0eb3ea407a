// Package ccall is the encoding of calls in C for a stack under test (conformance/sut/PROTOCOL.md, Calls in C), on either
// side.
package ccall

import "encoding/binary"

// Kind is what an argument is.
type Kind byte

const (
	Number     Kind = iota // N
	Descriptor             // N, the tester's
	Memory                 // Bytes
	Null
	FdSet  // FDs
	Polls  // FDs, Events
	Pieces // Parts
)

// Arg is an argument.
type Arg struct {
	Kind   Kind
	N      int32
	Bytes  []byte
	FDs    []uint16
	Events []int16
	Parts  [][]byte // nil: a NULL base
}

// Nobody is the descriptor that is -1 in C, and the length of a part that is nowhere.
const Nobody = 0xFFFF

var le = binary.LittleEndian

// Append encodes a call behind data.
func Append(data []byte, name string, args []Arg) []byte {
	data = append(append(data, byte(len(name))), name...)
	for i := range args {
		data = args[i].append(data)
	}
	return data
}

func (a *Arg) append(data []byte) []byte {
	data = append(data, byte(a.Kind))
	switch a.Kind {
	case Number:
		return le.AppendUint32(data, uint32(a.N))
	case Descriptor:
		return le.AppendUint16(data, uint16(a.N))
	case Memory:
		return append(le.AppendUint16(data, uint16(len(a.Bytes))), a.Bytes...)
	case FdSet, Polls:
		data = append(data, byte(len(a.FDs)))
		for i, fd := range a.FDs {
			data = le.AppendUint16(data, fd)
			if a.Kind == Polls {
				data = le.AppendUint16(data, uint16(a.Events[i]))
			}
		}
	case Pieces:
		data = append(data, byte(len(a.Parts)))
		for _, p := range a.Parts {
			if p == nil {
				data = le.AppendUint16(data, Nobody)
				continue
			}
			data = append(le.AppendUint16(data, uint16(len(p))), p...)
		}
	}
	return data
}

// Parse decodes a call; memory is its own. ok is false for what is no call.
func Parse(data []byte) (name string, args []Arg, ok bool) {
	r := reader{b: data}
	name = string(r.take(int(r.number(1))))
	for len(r.b) > 0 && !r.bad {
		args = append(args, r.arg())
	}
	return name, args, !r.bad
}

// reader takes data apart; beyond the end everything is zero, and bad is set.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return make([]byte, n)
	}
	b := append([]byte{}, r.b[:n]...)
	r.b = r.b[n:]
	return b
}

func (r *reader) number(bytes int) uint32 {
	var b [4]byte
	copy(b[:], r.take(bytes))
	return le.Uint32(b[:])
}

func (r *reader) arg() (a Arg) {
	a.Kind = Kind(r.number(1))
	switch a.Kind {
	case Number:
		a.N = int32(r.number(4))
	case Descriptor:
		a.N = int32(r.number(2))
	case Memory:
		a.Bytes = r.take(int(r.number(2)))
	case Null:
	case FdSet, Polls:
		for range r.number(1) {
			a.FDs = append(a.FDs, uint16(r.number(2)))
			if a.Kind == Polls {
				a.Events = append(a.Events, int16(r.number(2)))
			}
		}
	case Pieces:
		for range r.number(1) {
			n := r.number(2)
			if n == Nobody {
				a.Parts = append(a.Parts, nil)
				continue
			}
			a.Parts = append(a.Parts, r.take(int(n)))
		}
	default:
		r.bad = true
	}
	return a
}
