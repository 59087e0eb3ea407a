package image

import (
	"debug/elf"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
)

var numbers = regexp.MustCompile(`\b\d{3,}\b`)

// TestFootprintPage: what is written down is what comes out, within 5 %.
func TestFootprintPage(t *testing.T) {
	if err := Available(); err != nil {
		notrun.Skip(t, "footprint", err.Error())
	}
	if testing.Short() {
		notrun.Skip(t, "footprint", "-short")
	}
	repo, err := Repo(".")
	require.NoError(t, err)
	var made strings.Builder
	require.NoError(t, FootprintTable(t.Context(), repo, &made, os.Stderr))
	file := filepath.Join(repo, "cmd", "firmware", "SIZE.md")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(made.String()), 0o666))
	}
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	const again = "stackproof device size --table > cmd/firmware/SIZE.md"
	require.Equal(t, numbers.ReplaceAllString(made.String(), "N"), numbers.ReplaceAllString(string(written), "N"), again)
	want, have := numbers.FindAllString(made.String(), -1), numbers.FindAllString(string(written), -1)
	for i := range want {
		now, err := strconv.ParseFloat(want[i], 64)
		require.NoError(t, err)
		then, err := strconv.ParseFloat(have[i], 64)
		require.NoError(t, err)
		require.InEpsilon(t, now, then, 0.05, again)
	}
}

func TestWeigh(t *testing.T) {
	sections := []*elf.Section{
		{SectionHeader: elf.SectionHeader{Name: ""}},
		{SectionHeader: elf.SectionHeader{Name: ".text", Type: elf.SHT_PROGBITS}},
		{SectionHeader: elf.SectionHeader{Name: ".bss", Type: elf.SHT_NOBITS}},
	}
	symbol := func(name string, kind elf.SymType, section elf.SectionIndex, value, size uint64) elf.Symbol {
		return elf.Symbol{Name: name, Info: byte(kind), Section: section, Value: value, Size: size}
	}
	f := weigh(sections, []elf.Symbol{
		symbol("(*stackproof/stack/tcp.Conn).ArriveTo", elf.STT_FUNC, 1, 0x10, 100),
		symbol("(*stackproof/stack.Stack).take(stackproof/stack/tcp.Ring)", elf.STT_FUNC, 1, 0x20, 10),
		symbol("stackproof/stack/socket/posix.x", elf.STT_FUNC, 1, 0x30, 1),
		symbol("OUTLINED_FUNCTION_1", elf.STT_FUNC, 1, 0x40, 1000),
		symbol("stackproof/cmd/firmware/testdata/footprint.TableTCP", elf.STT_OBJECT, 2, 0x50, 7),
		symbol("stackproof/cmd/firmware/testdata/footprint.Stack", elf.STT_OBJECT, 2, 0x60, 20),
		symbol("stackproof/cmd/firmware/testdata/footprint.BufferTCP", elf.STT_OBJECT, 2, 0x70, 4000),
	})
	require.Equal(t, Footprint{
		Packages: map[string]int{"stack/tcp": 100, "stack": 10, "stack/socket/posix": 1}, Tables: 27, Buffers: 4000,
	}, f)
}
