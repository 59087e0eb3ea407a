//go:build unicorn

package cpu

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"runtime/cgo"

	"stackproof/cmd/p4emu/chip"
)

// What the shim calls while instructions are executed.

func of(handle C.uintptr_t) *CPU { return cgo.Handle(handle).Value().(*CPU) }

// check ends the run where the chip has a reason.
func (p *CPU) check() {
	if p.Chip.Problem() != nil {
		C.cpu_stop(p.c)
	}
}

//export stackproofRead
func stackproofRead(handle C.uintptr_t, address C.uint32_t, size C.uint) C.uint64_t {
	p := of(handle)
	v := p.Chip.Read(uint32(address), int(size))
	p.check()
	return C.uint64_t(v)
}

//export stackproofWrite
func stackproofWrite(handle C.uintptr_t, address C.uint32_t, size C.uint, value C.uint64_t) {
	p := of(handle)
	p.Chip.Write(uint32(address), int(size), uint32(value))
	p.check()
}

//export stackproofROM
func stackproofROM(handle C.uintptr_t, address C.uint32_t) {
	p := of(handle)
	a0 := p.Chip.ROM.Call(uint32(address), [3]uint32{p.Register(10), p.Register(11), p.Register(12)})
	p.SetRegister(10, a0)
	p.check()
}

//export stackproofTick
func stackproofTick(handle C.uintptr_t) {
	p := of(handle)
	p.c.deadline = C.uint64_t(p.Chip.Tick())
	p.check()
}

//export stackproofWatched
func stackproofWatched(handle C.uintptr_t, address C.uint64_t) {
	p := of(handle)
	word := binary.LittleEndian.Uint32(p.memory.CPU[address-chip.MemoryBase:])
	if word == barrier {
		p.memory.Barrier()
		return
	}
	csr, register, _ := csrWrite(word)
	if csr == trapVector {
		p.setVector(p.Register(register))
	} else if p.Chip.PMP.Set(csr, p.Register(register)) {
		p.protect = true
		C.cpu_stop(p.c) // pages cannot change under a block that is being executed
	}
}
