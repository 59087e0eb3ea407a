// Package inproc is stackproof's own stack as a stack under test, in the judge's process: the stack, its sockets with
// their POSIX face, and a device whose cable ends in the judge's hands.
//
// Core rules hold: the package runs on the board. A Host needs nothing but its own memory.
package inproc
