//go:build unicorn

package cpu

// #cgo LDFLAGS: -lunicorn
// #include "shim.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"runtime/cgo"
	"syscall"
	"unsafe"

	"stackproof/cmd/p4emu/chip"
)

// CPU executes an image on a chip.
type CPU struct {
	Chip *chip.Chip

	c       *C.cpu
	handle  cgo.Handle
	memory  *chip.Memory
	areas   [][]byte
	pinned  runtime.Pinner // what the DMA sees, which Go has allocated
	protect bool           // the protection has changed and is to be applied
	handler uint32         // of traps; 0: none has been set
	direct  bool           // traps go straight to their handler: the processor has not only the CLIC's mode
}

// Areas outside of memory in which devices are: base and size.
var devices = [][2]uint32{{0x3ff0_0000, 0x2_0000}, {0x5000_0000, 0x10_8000}, {0x5011_0000, 0x2_0000}}

// New makes a processor, and around it a chip of this configuration, whose Memory and Instructions it sets.
func New(config chip.Config) (*CPU, error) {
	p := &CPU{}
	for _, size := range []int{chip.MemorySize, chip.ROMSize} {
		area, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			p.Close()
			return nil, fmt.Errorf("cpu: memory: %w", err)
		}
		p.areas = append(p.areas, area)
	}
	for i := range p.areas[0] {
		p.areas[0][i] = byte(i*197>>3) | 1 // memory has anything in it when power comes, and seldom zeros
	}
	p.memory = chip.NewMemory(p.areas[0])
	p.pinned.Pin(&p.memory.DMA[0])
	p.handle = cgo.NewHandle(p)
	p.c = C.cpu_new(C.uintptr_t(p.handle), (*C.uint8_t)(&p.areas[0][0]), chip.MemoryBase, chip.MemorySize, chip.ROMBase, chip.ROMSize)
	if p.c == nil {
		p.Close()
		return nil, fmt.Errorf("cpu: Unicorn does not start")
	}
	config.Memory = p.memory
	config.Instructions = func() uint64 { return uint64(p.c.instructions) }
	config.Wake = func() { p.c.deadline = 0 }
	config.Counting = func(on bool) {
		p.c.counting = 0
		if on {
			p.c.counting = 1
		}
	}
	p.Chip = chip.New(config)
	if err := p.lay(config.Revision); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// lay puts memory, ROM and devices where they belong.
func (p *CPU) lay(revision uint32) error {
	rom := p.areas[1]
	for i := 0; i < len(rom); i += 2 {
		binary.LittleEndian.PutUint16(rom[i:], 0x8082) // ret: what a function does, it has done when this is executed
	}
	binary.LittleEndian.PutUint32(rom[0x10:], 18)
	binary.LittleEndian.PutUint32(rom[0x14:], revision/100)
	failed := C.cpu_memory(p.c, chip.MemoryBase, chip.MemorySize, C.UC_PROT_ALL, unsafe.Pointer(&p.areas[0][0])) |
		C.cpu_memory(p.c, chip.MemoryBase+chip.UncachedGap, chip.MemorySize, C.UC_PROT_READ|C.UC_PROT_WRITE, unsafe.Pointer(&p.memory.DMA[0])) |
		C.cpu_memory(p.c, chip.ROMBase, chip.ROMSize, C.UC_PROT_READ|C.UC_PROT_EXEC, unsafe.Pointer(&rom[0]))
	for _, d := range devices {
		failed |= C.cpu_devices(p.c, C.uint32_t(d[0]), C.uint32_t(d[1]))
	}
	if failed != 0 {
		return fmt.Errorf("cpu: Unicorn does not take the memory map")
	}
	return nil
}

// Close frees what the processor holds.
func (p *CPU) Close() {
	if p.c != nil {
		C.cpu_free(p.c)
		p.handle.Delete()
	}
	p.pinned.Unpin()
	for _, area := range p.areas {
		_ = syscall.Munmap(area)
	}
	*p = CPU{}
}

// Instructions is how many have been executed.
func (p *CPU) Instructions() uint64 { return uint64(p.c.instructions) }

// Spent calls add with each address at which instructions began that were executed while the chip was counting, and
// how many they were, and forgets them.
func (p *CPU) Spent(add func(address uint32, instructions uint64)) {
	spent := unsafe.Slice((*uint64)(p.c.spent), chip.MemorySize/2)
	for i, n := range spent {
		if n > 0 {
			add(chip.MemoryBase+2*uint32(i), n)
		}
	}
	clear(spent)
}

// Register is general register n, SetRegister sets it.
func (p *CPU) Register(n int) uint32 { return uint32(C.cpu_get(p.c, C.UC_RISCV_REG_X0+C.int(n))) }
func (p *CPU) SetRegister(n int, v uint32) {
	C.cpu_set(p.c, C.UC_RISCV_REG_X0+C.int(n), C.uint32_t(v))
}

// Block is where the instructions begin that are being executed.
func (p *CPU) Block() uint32 { return uint32(p.c.block) }

// HandOver leaves in the processor what a ROM may: a stack, and anything in all that no reset defines. direct is for a
// processor that takes traps straight to their handler; the ESP32-P4's knows the CLIC's mode alone.
func (p *CPU) HandOver(stack uint32, direct bool) {
	p.direct = direct
	for i := 1; i < 32; i++ {
		p.SetRegister(i, 0x5eed_0001+uint32(i)<<8)
	}
	p.SetRegister(2, stack)
	C.cpu_set(p.c, C.UC_RISCV_REG_MSCRATCH, 0x5eed)
	C.cpu_set(p.c, C.UC_RISCV_REG_MIE, machineExternal)
}

const machineExternal = 1 << 11

// barrier is fence iorw, iorw: none of an image's others orders memory before devices.
const barrier = 0x0ff0_000f

// trapVector is the number of mtvec.
const trapVector = 0x305

// setVector is a write of mtvec, as a processor with the CLIC's mode alone takes it, or one with the older modes alone.
func (p *CPU) setVector(value uint32) {
	const modes, clic = 3, 3
	switch {
	case value&modes == clic && !p.direct:
		p.handler = value &^ 63 // where the CLIC's mode has handlers begin
	case value&modes == 0 && p.direct:
		p.handler = value
	}
}

// Watch has to be told of code that was loaded: it finds the instructions that set memory protection or the handler of
// traps, and the barriers.
func (p *CPU) Watch(s chip.Segment) error {
	for i := 0; i+4 <= len(s.Data); i += 2 {
		word := binary.LittleEndian.Uint32(s.Data[i:])
		csr, _, ok := csrWrite(word)
		if (ok && (csr == trapVector || chip.IsProtection(csr)) || word == barrier) && C.cpu_watch(p.c, C.uint32_t(s.Address)+C.uint32_t(i)) != 0 {
			return fmt.Errorf("cpu: Unicorn does not watch an address")
		}
	}
	return nil
}

// apply makes Unicorn's pages what the protection says.
func (p *CPU) apply() {
	const page = 4 << 10
	p.protect = false
	for address := uint32(chip.MemoryBase); address < chip.MemoryBase+chip.MemorySize; {
		may := p.Chip.PMP.At(address)
		end := address
		for ; end < chip.MemoryBase+chip.MemorySize && p.Chip.PMP.At(end) == may; end += page {
			if p.Chip.PMP.At(end+page-4) != may {
				p.Chip.Fail(chip.Misuse, "memory protection changes within the page at 0x%08x: the emulator protects pages", end)
				return
			}
		}
		// Unicorn's bits are the configuration's.
		C.uc_mem_protect(p.c.engine, C.uint64_t(address), C.size_t(end-address), C.uint32_t(may))
		address = end
	}
}
