#pragma once
#include <stdint.h>
#include <unicorn/unicorn.h>

// A processor with its counters. Go reads the counters where they are.
typedef struct cpu {
	uc_engine *engine;
	uintptr_t handle; // of the Go side
	uint64_t instructions; // executed
	uint64_t deadline;     // the Go side wants to hear when so many have been
	uint32_t block, size;  // the block that is being executed
	int stopped;           // somebody asked for the end
	int interrupt;         // number of the exception that ended the run, -1 for none
	uint64_t fault;        // address of the access that ended the run
	const uint8_t *memory;
	uint32_t base, end;       // of the memory
	uint32_t rom, romEnd;
	int counting;             // what is executed is added up in spent
	uint64_t *spent;          // instructions of the blocks that begin at each half-word of memory
	uint16_t *sizes, *counts; // for each half-word of memory: the block that begins there, in bytes and instructions
	struct area { struct cpu *cpu; uint32_t base; } areas[8];
	int used;
} cpu;

cpu *cpu_new(uintptr_t handle, const uint8_t *memory, uint32_t base, uint32_t size, uint32_t rom, uint32_t rom_size);
void cpu_free(cpu *c);
int cpu_devices(cpu *c, uint32_t base, uint32_t size);
int cpu_memory(cpu *c, uint32_t base, uint32_t size, int protection, void *bytes);
int cpu_watch(cpu *c, uint32_t address);
int cpu_run(cpu *c, uint32_t pc);
void cpu_stop(cpu *c);
uint32_t cpu_get(cpu *c, int reg);
void cpu_set(cpu *c, int reg, uint32_t value);
