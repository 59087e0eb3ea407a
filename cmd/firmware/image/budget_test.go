package image

import (
	"debug/elf"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBudgetIsTheWindow: what the parts may take is the window and what is free below it, no more and no less.
func TestBudgetIsTheWindow(t *testing.T) {
	for _, lwIP := range []bool{false, true} {
		sum, below := 0, 0
		for _, p := range budget(lwIP) {
			if p.Below {
				below += p.Budget
			} else {
				sum += p.Budget
			}
		}
		require.Equal(t, 256<<10, sum)
		require.Equal(t, belowWindow, below)
	}
}

func TestPart(t *testing.T) {
	for _, c := range []struct {
		name   string
		zeroed bool
		want   int
	}{
		{"(*stackproof/stack/tcp.Ring).Place", false, partStack},
		{"stackproof/stack.udpQueue", false, partStack},
		{"(*stackproof/stack/socket/posix.Face).transfer", false, partSockets},
		{"(*stackproof/drivers/emac.Driver).Poll", false, partDriver},
		{"stackproof/conformance/vm.findOption", false, partJudge},
		{"(*stackproof/conformance/sut/inproc.Host).take(stackproof/stack.Event)", false, partJudge},
		{"__riscv_save_0", false, partRuntime},
		{"OUTLINED_FUNCTION_46", false, partRuntime},
		{"stackproof/cmd/firmware/board.StackLeft", false, partRuntime},
		{"main.rooms", true, partStackMemory},
		{"main.agent", true, partJudgeMemory},
		{"main.main", false, partRuntime},
		{"stackproof/cmd/firmware/board.bounce", true, partRuntime},
	} {
		require.Equal(t, c.want, part(c.name, c.zeroed), c.name)
	}
}

func TestShare(t *testing.T) {
	section := func(name string, kind elf.SectionType) *elf.Section {
		return &elf.Section{SectionHeader: elf.SectionHeader{Name: name, Type: kind}}
	}
	sections := []*elf.Section{section("", 0), section(".text", elf.SHT_PROGBITS), section(".bss", elf.SHT_NOBITS), section(".types", elf.SHT_NOBITS), section(".low", elf.SHT_NOBITS)}
	symbol := func(name string, kind elf.SymType, section elf.SectionIndex, value, size uint64) elf.Symbol {
		return elf.Symbol{Name: name, Info: byte(kind), Section: section, Value: value, Size: size}
	}
	parts := share(sections, []elf.Symbol{
		symbol("stackproof/stack.a", elf.STT_FUNC, 1, 0x100, 70),
		symbol("stackproof/stack.alias", elf.STT_FUNC, 1, 0x100, 70),
		symbol("main.rooms", elf.STT_OBJECT, 2, 0x200, 500),
		symbol("stackproof/stack.type", elf.STT_OBJECT, 3, 0x300, 9999),
		symbol("main.agent", elf.STT_OBJECT, 4, 0x10, 8000),
		symbol("main.buffers", elf.STT_OBJECT, 4, 0x2000, 90),
		symbol("stackproof/stack.absolute", elf.STT_OBJECT, elf.SHN_ABS, 0x400, 9999),
	}, Sizes{Code: 100, BSS: 500, Stack: 64, Below: 8000, Used: 700}, false)
	require.Equal(t, []int{70, 0, 0, 0, 30, 500, 0, 0, 64, 36, 8000, 90}, func() (n []int) {
		for _, p := range parts {
			n = append(n, p.Bytes)
		}
		return n
	}())
	require.NoError(t, CheckBudget(parts))
	parts[partStack].Bytes, parts[partDriverMemory].Bytes = 80_000, 16_000
	require.EqualError(t, CheckBudget(parts),
		"image: over budget: stack takes 80000 bytes of 77824, memory of the driver takes 16000 bytes of 15872")
}
