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

// parts are the parts, and what each may take in the image with POSIX's sockets and in the one with lwIP's. Those in the
// window together are the window, the others all that is free below. A part that grows beyond its budget needs another's
// bytes: the two numbers are changed together, and on purpose.
var parts = []struct {
	name        string
	posix, lwip int
	below       bool
}{
	{"stack", 76 << 10, 75 << 10, false},
	{"sockets", 10752, 16640, false},
	{"driver", 6656, 4608, false},
	{"judge", 67072, 67 << 10, false},
	{"runtime", 16896, 15104, false},
	{"memory of the stack", 53 << 10, 53760, false},
	{"memory of the driver", 15872, 15104, false},
	{"memory of the judge", 1 << 10, 512, false},
	{"program's own stack", 8704, 8704, false},
	{"alignment", 3 << 10, 2304, false},
	{"judge's memory, below", 32256, 32256, true},
	{"stack's memory, below", belowWindow - 32256, belowWindow - 32256, true},
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

// Budget says what each part of an image takes, the one with lwIP's sockets or the other. What it counts is the whole image
// up to its end in the window.
func Budget(path string, lwIP bool) ([]Part, error) {
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
	return share(f.Sections, symbols, sizes, lwIP), nil
}

// budget are the parts of an image, with nothing in them.
func budget(lwIP bool) (all []Part) {
	for _, p := range parts {
		part := Part{Name: p.name, Budget: p.posix, Below: p.below}
		if lwIP {
			part.Name, part.Budget = "lwip: "+p.name, p.lwip
		}
		all = append(all, part)
	}
	return all
}

// share divides what an image takes among the parts. Constants have no names of their own as a rule; they, and what lies
// between symbols, are the runtime's.
func share(sections []*elf.Section, symbols []elf.Symbol, sizes Sizes, lwIP bool) []Part {
	parts := budget(lwIP)
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
