package asm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/vm"
)

// head is the encoding of an empty program up to its tolerance: version, configuration, peer, needs, personalities.
var head = []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

func TestDecode(t *testing.T) {
	wait := byte(vm.Wait)
	for _, c := range []struct {
		name string
		tail []byte // tolerance, number of events, fault, events
		want string // "": it is a program
	}{
		{"nothing", []byte{0, 0, 0}, ""},
		{"a wait of 1 us", []byte{0, 1, 0, wait, 2}, ""},
		{"a wait of 1 ns", []byte{0, 1, 0, wait, 3}, ""},
		{"a wait of 1000 ns as such", []byte{0, 1, 0, wait, 0xd1, 0x0f}, "canonical"},
		{"a long number of microseconds", []byte{0, 1, 0, wait, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3}, "out of range"},
		{"a number with leading zeros", []byte{0x80, 0, 0, 0}, "canonical"},
		{"a number of 65 bits", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2}, "out of range"},
		{"events without end", []byte{0, 0xff, 0xff, 0xff, 0xff, 7, 0}, "too many"},
		{"a fault of no kind", []byte{0, 0, 77}, "without a meaning"},
		{"an event behind the end", []byte{0, 2, 0, byte(vm.End), 0, wait, 0}, "event after the end"},
		{"an unknown kind", []byte{0, 1, 0, 15, 0}, "without a meaning"},
		{"an unknown call", []byte{0, 1, 0, byte(vm.Call), 0, 200, 0}, "without a meaning"},
		{"an unknown knob", []byte{0, 1, 0, byte(vm.Knob), 0, 200, 0}, "without a meaning"},
		{"a call with a part that is zero", []byte{0, 1, 0, byte(vm.Call), 0, 0, 2, 0}, "canonical"},
		{"a field beyond 32 bits", []byte{0, 1, 0, byte(vm.Inject), 0, 0, 0, 0, 1, 3, 0, 0x80, 0x80, 0x80, 0x80, 0x20, 0}, "out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(append(append([]byte(nil), head...), c.tail...))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}
