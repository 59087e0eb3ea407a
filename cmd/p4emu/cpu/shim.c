//go:build unicorn

#include "shim.h"
#include <stdbool.h>
#include <stdlib.h>
#include "_cgo_export.h"

// instructions_in counts those of a block.
static uint16_t instructions_in(const uint8_t *code, uint32_t size)
{
	uint16_t n = 0;
	for (uint32_t i = 0; i < size; n++)
		i += (code[i] & 3) == 3 ? 4 : 2;
	return n;
}

// on_block runs before each block of instructions: a hook for each instruction would be ten times as slow.
static void on_block(uc_engine *engine, uint64_t address, uint32_t size, void *data)
{
	cpu *c = data;
	c->block = address;
	c->size = size;
	if (address >= c->base && address < c->end) {
		uint32_t i = (address - c->base) / 2;
		if (c->sizes[i] != size) {
			c->sizes[i] = size;
			c->counts[i] = instructions_in(c->memory + 2 * i, size);
		}
		c->instructions += c->counts[i];
		if (c->counting)
			c->spent[i] += c->counts[i];
	} else if (address >= c->rom && address < c->romEnd) {
		stackproofROM(c->handle, address);
	}
	if (c->instructions >= c->deadline)
		stackproofTick(c->handle);
}

static uint64_t on_read(uc_engine *engine, uint64_t offset, unsigned size, void *data)
{
	struct area *a = data;
	return stackproofRead(a->cpu->handle, a->base + offset, size);
}

static void on_write(uc_engine *engine, uint64_t offset, unsigned size, uint64_t value, void *data)
{
	struct area *a = data;
	stackproofWrite(a->cpu->handle, a->base + offset, size, value);
}

static bool on_fault(uc_engine *engine, uc_mem_type type, uint64_t address, int size, int64_t value, void *data)
{
	((cpu *)data)->fault = address;
	return false;
}

static void on_interrupt(uc_engine *engine, uint32_t number, void *data)
{
	cpu *c = data;
	c->interrupt = number;
	cpu_stop(c);
}

static void on_watched(uc_engine *engine, uint64_t address, uint32_t size, void *data)
{
	stackproofWatched(((cpu *)data)->handle, address);
}

cpu *cpu_new(uintptr_t handle, const uint8_t *memory, uint32_t base, uint32_t size, uint32_t rom, uint32_t rom_size)
{
	cpu *c = calloc(1, sizeof *c);
	uc_hook hook;
	if (!c)
		return NULL;
	c->handle = handle;
	c->memory = memory;
	c->base = base;
	c->end = base + size;
	c->rom = rom;
	c->romEnd = rom + rom_size;
	c->interrupt = -1;
	c->sizes = calloc(size / 2, sizeof *c->sizes);
	c->counts = calloc(size / 2, sizeof *c->counts);
	c->spent = calloc(size / 2, sizeof *c->spent);
	// SiFive's E31 is RV32IMAC without floating point, as the ESP32-P4 is while its FPU is off.
	if (!c->sizes || !c->counts || !c->spent || uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &c->engine) ||
	    uc_ctl_set_cpu_model(c->engine, UC_CPU_RISCV32_SIFIVE_E31) ||
	    uc_hook_add(c->engine, &hook, UC_HOOK_BLOCK, on_block, c, 1, 0) ||
	    uc_hook_add(c->engine, &hook, UC_HOOK_MEM_INVALID, on_fault, c, 1, 0) ||
	    uc_hook_add(c->engine, &hook, UC_HOOK_INTR, on_interrupt, c, 1, 0)) {
		cpu_free(c);
		return NULL;
	}
	return c;
}

void cpu_free(cpu *c)
{
	if (c->engine)
		uc_close(c->engine);
	free(c->sizes);
	free(c->counts);
	free(c->spent);
	free(c);
}

int cpu_devices(cpu *c, uint32_t base, uint32_t size)
{
	struct area *a = &c->areas[c->used++];
	a->cpu = c;
	a->base = base;
	return uc_mmio_map(c->engine, base, size, on_read, a, on_write, a);
}

int cpu_memory(cpu *c, uint32_t base, uint32_t size, int protection, void *bytes)
{
	return uc_mem_map_ptr(c->engine, base, size, protection, bytes);
}

int cpu_watch(cpu *c, uint32_t address)
{
	uc_hook hook;
	return uc_hook_add(c->engine, &hook, UC_HOOK_CODE, on_watched, c, address, address);
}

int cpu_run(cpu *c, uint32_t pc)
{
	c->stopped = 0;
	c->interrupt = -1;
	return uc_emu_start(c->engine, pc, 0xffffffff, 0, 0);
}

void cpu_stop(cpu *c)
{
	c->stopped = 1;
	uc_emu_stop(c->engine);
}

uint32_t cpu_get(cpu *c, int reg)
{
	uint32_t value = 0;
	uc_reg_read(c->engine, reg, &value);
	return value;
}

void cpu_set(cpu *c, int reg, uint32_t value)
{
	uc_reg_write(c->engine, reg, &value);
}

// Unicorn 2.0 looks for code to be forgotten at every single store, whatever page it goes to, and takes more than half of
// the time for that. An image's code does not change while it runs; memory protection sees to that. So these functions
// of the library are replaced by ones that do nothing. With a library that calls none of them by name, they are not used.

void *page_collection_lock_riscv32(void *engine, uint64_t start, uint64_t end) { return NULL; }
void page_collection_unlock_riscv32(void *pages) {}
void tb_invalidate_phys_page_fast_riscv32(void *engine, void *pages, uint64_t start, int length, uintptr_t from) {}
