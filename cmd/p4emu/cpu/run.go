//go:build unicorn

package cpu

// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"

	"stackproof/cmd/p4emu/chip"
)

// Trap is a fault of the image that the processor took to the image's own handler.
type Trap struct {
	Cause   uint32 // mcause
	PC      uint32
	Address uint32 // what was to be accessed, 0 where nothing was
}

// The causes that the emulator raises (RISC-V privileged architecture, "Machine Cause Register").
const (
	fetchFault = 1
	loadFault  = 5
	storeFault = 7
)

// Name says what the trap was, as the image's own handler does.
func (t Trap) Name() string {
	switch t.Cause {
	case fetchFault:
		return "instruction access fault"
	case 2:
		return "illegal instruction"
	case 3:
		return "breakpoint"
	case loadFault:
		return "load access fault"
	case storeFault:
		return "store access fault"
	}
	return fmt.Sprintf("cause %d", t.Cause)
}

// Run executes from pc on until the image halts: it sleeps with no interrupt that could wake it, and when it wakes all the
// same, as wfi may at any time, it sleeps again. code is what it left in register a0. An error is the chip's Problem, or a
// trap that the image has no handler for. trapped hears of others.
func (p *CPU) Run(pc uint32, trapped func(Trap)) (code uint32, err error) {
	asleep, until := uint32(0), C.uint64_t(0) // where, and for how many instructions it has worked until then
	for {
		result := C.cpu_run(p.c, C.uint32_t(pc))
		pc = uint32(C.cpu_get(p.c, C.UC_RISCV_REG_PC))
		switch {
		case p.Chip.Problem() != nil:
			return 0, p.Chip.Problem()
		case p.protect:
			p.apply()
			continue
		case p.c.interrupt < 0 && result == C.UC_ERR_OK && p.c.stopped == 0:
			if C.cpu_get(p.c, C.UC_RISCV_REG_MIE) != 0 {
				return 0, &chip.Problem{Kind: chip.Misuse, What: "a sleep that has no end, and interrupts are enabled in mie"}
			}
			if pc == asleep {
				p.c.instructions = until // nobody woke it but the emulator
				return p.Register(10), nil
			}
			asleep, until = pc, p.c.instructions
			continue
		}
		t, known := p.trap(result, pc)
		if !known {
			return 0, fmt.Errorf("cpu: Unicorn: %s at 0x%08x", C.GoString(C.uc_strerror(C.uc_err(result))), pc)
		}
		trapped(t)
		if p.handler == 0 {
			return 0, &chip.Problem{Kind: chip.Misuse, What: "a trap, and no handler is set"}
		}
		if t.Cause == fetchFault && t.PC == p.handler {
			return 0, &chip.Problem{Kind: chip.Misuse, What: "a trap, and its handler cannot be executed"}
		}
		C.cpu_set(p.c, C.UC_RISCV_REG_MCAUSE, C.uint32_t(t.Cause))
		C.cpu_set(p.c, C.UC_RISCV_REG_MEPC, C.uint32_t(t.PC))
		C.cpu_set(p.c, C.UC_RISCV_REG_MTVAL, C.uint32_t(t.Address))
		pc = p.handler
	}
}

// trap says what ended a run.
func (p *CPU) trap(result C.int, pc uint32) (t Trap, known bool) {
	address := uint32(p.c.fault)
	switch {
	case p.c.interrupt >= 0:
		return Trap{Cause: uint32(p.c.interrupt), PC: pc - 4}, true // Unicorn has gone on by an instruction
	case result == C.UC_ERR_FETCH_UNMAPPED || result == C.UC_ERR_FETCH_PROT:
		return Trap{fetchFault, address, address}, true
	case result == C.UC_ERR_READ_UNMAPPED || result == C.UC_ERR_READ_PROT:
		return Trap{loadFault, p.culprit(address, false), address}, true
	case result == C.UC_ERR_WRITE_UNMAPPED || result == C.UC_ERR_WRITE_PROT:
		return Trap{storeFault, p.culprit(address, true), address}, true
	}
	return t, false
}

// culprit is the instruction of the current block that accesses an address. Unicorn knows no more than the block when an
// access fails; the registers are those of the moment, so it is the first instruction that reaches the address with them.
func (p *CPU) culprit(address uint32, store bool) uint32 {
	block, size := uint32(p.c.block), uint32(p.c.size)
	if !p.memory.Contains(block, size) {
		return block
	}
	code := p.memory.CPU[block-chip.MemoryBase:][:size]
	for i := uint32(0); i+2 <= size; i += length(binary.LittleEndian.Uint16(code[i:])) {
		a, ok := loadOrStore(code[i:])
		if ok && a.store == store && p.Register(a.register)+uint32(a.offset) == address {
			return block + i
		}
	}
	return block
}
