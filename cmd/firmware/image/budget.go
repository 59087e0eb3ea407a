package image

import (
	"debug/elf"
	"fmt"
	"strings"
)

// Part is a part of the image: what it takes and may take, in bytes.
type Part struct {
	Name   string
	Bytes  int
	Budget int
	Below  bool // it lies in the memory below the window
}

// The parts, and what each may take. Those in the window together are the window, the others all that is free below. A part that grows beyond its budget needs another's
// bytes: the two numbers are changed together, and on purpose.
var budget = []Part{
	{Name: "stack", Budget: 72 << 10},
	{Name: "sockets", Budget: 10 << 10},
	{Name: "driver", Budget: 6656},
	{Name: "judge", Budget: 65 << 10},
	{Name: "runtime", Budget: 16896},
	{Name: "memory of the stack", Budget: 58 << 10},
	{Name: "memory of the driver", Budget: 15872},
	{Name: "memory of the judge", Budget: 1 << 10},
	{Name: "program's own stack", Budget: 8704},
	{Name: "alignment", Budget: 3 << 10},
	{Name: "judge's memory, below", Budget: 32256, Below: true},
	{Name: "stack's memory, below", Budget: belowWindow - 32256, Below: true},
}

// The indices of the parts.
const (
	partStack = iota
	partSockets
	partDriver
	partJudge
	partRuntime
	partStackMemory
	partDriverMemory
	partJudgeMemory
	partOwnStack
	partAlignment
	partJudgeBelow
	partStackBelow
)

// belowWindow is how much memory is free below the window: LOW in runtime/esp32p4.ld.
const belowWindow = 0x96b8

// owners are the packages of the parts that have code, the more special ones first. What nobody owns is the runtime's.
var owners = []struct {
	path string
	part int
}{
	{"stackproof/stack/socket", partSockets},
	{"stackproof/stack", partStack},
	{"stackproof/drivers", partDriver},
	{"stackproof/conformance", partJudge},
}

// globals are the variables of package main, by what uses them.
var globals = map[string]int{
	"main.rooms": partStackMemory, "main.host": partStackMemory, "main.wire": partDriverMemory, "main.ring": partDriverMemory,
	"main.tests": partDriverMemory,
}

// Budget says what each part of an image takes. What it counts is the whole image up to its end in the window.
func Budget(path string) ([]Part, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image: budget of %s: %w", path, err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("image: budget of %s: %w", path, err)
	}
	sizes, err := measure(f.Sections, f.Progs, symbols)
	if err != nil {
		return nil, fmt.Errorf("image: budget of %s: %w", path, err)
	}
	return share(f.Sections, symbols, sizes), nil
}

// share divides what an image takes among the parts. Constants have no names of their own as a rule; they, and what lies
// between symbols, are the runtime's.
func share(sections []*elf.Section, symbols []elf.Symbol, sizes Sizes) []Part {
	parts := append([]Part(nil), budget...)
	named := 0
	counted := map[uint64]bool{} // an address has several names now and then
	for _, s := range symbols {
		kind := elf.ST_TYPE(s.Info)
		if i := int(s.Section); i >= len(sections) || s.Size == 0 || counted[s.Value] ||
			kind != elf.STT_FUNC && kind != elf.STT_OBJECT || !inWindow(sections[i]) && sections[i].Name != ".low" {
			continue
		}
		counted[s.Value] = true
		if sections[s.Section].Name == ".low" {
			parts[below(s.Name)].Bytes += int(s.Size)
			continue
		}
		parts[part(s.Name, sections[s.Section].Type == elf.SHT_NOBITS)].Bytes += int(s.Size)
		named += int(s.Size)
	}
	parts[partOwnStack].Bytes = sizes.Stack
	whole := sizes.Code + sizes.Rodata + sizes.Data + sizes.BSS
	parts[partRuntime].Bytes += max(0, whole-named)
	parts[partAlignment].Bytes = sizes.Used - whole - sizes.Stack
	return parts
}

// inWindow tells whether a section lies in the window and is no stack.
func inWindow(s *elf.Section) bool {
	switch s.Name {
	case ".text", ".rodata", ".data", ".bss":
		return true
	}
	return false
}

// below is the index of the part that a variable below the window belongs to.
func below(name string) int {
	if name == "main.buffers" {
		return partStackBelow
	}
	return partJudgeBelow
}

// part is the index of the part that a symbol belongs to.
func part(name string, zeroed bool) int {
	if zeroed {
		if p, ok := globals[name]; ok {
			return p
		}
		if strings.HasPrefix(name, "main.") {
			return partJudgeMemory
		}
	}
	// A name may mention several packages, a receiver's first.
	first, owner := len(name), partRuntime
	for _, o := range owners {
		if i := strings.Index(name, o.path); i >= 0 && i < first {
			first, owner = i, o.part
		}
	}
	if owner == partJudge && zeroed {
		return partJudgeMemory
	}
	return owner
}

// CheckBudget is an error that names the parts above their budget, and the window where all together are too much.
func CheckBudget(parts []Part) error {
	var over []string
	for _, p := range parts {
		if p.Bytes > p.Budget {
			over = append(over, fmt.Sprintf("%s takes %d bytes of %d", p.Name, p.Bytes, p.Budget))
		}
	}
	if over != nil {
		return fmt.Errorf("image: over budget: %s", strings.Join(over, ", "))
	}
	return nil
}
