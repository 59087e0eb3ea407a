//go:build tinygo

package board

import "unsafe"

// Symbols of the linker script.

//go:extern _ro_end
var stackBottom [0]uint32

//go:extern _stack_top
var stackTop [0]uint32

// build is written when the image's file is made.
//
//go:extern stackproof_build
var build uint64

// Build identifies the image among its builds; 0 where nobody has written it.
func Build() uint64 { return build }

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
