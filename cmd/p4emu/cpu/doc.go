// Package cpu is the processor of cmd/p4emu: Unicorn, which executes RV32 instructions, with the chip around it. It is
// compiled with the build tag unicorn, which takes Debian's libunicorn-dev; without it, and everywhere else, only what
// reads instructions is there.
package cpu
