//go:build tinygo

package board

import "unsafe"

// Symbols of the linker script.

//go:extern _ro_end
var stackBottom [0]uint32

//go:extern _stack_top
var stackTop [0]uint32

// paint is what start.S fills the stack with.
const paint = 0xa5a5_a5a5

// StackLeft is how many bytes of the stack have not been used since the start.
func StackLeft() (n int) {
	size := uintptr(unsafe.Pointer(&stackTop)) - uintptr(unsafe.Pointer(&stackBottom))
	for _, word := range unsafe.Slice((*uint32)(unsafe.Pointer(&stackBottom)), size/4) {
		if word != paint {
			break
		}
		n += 4
	}
	return n
}
