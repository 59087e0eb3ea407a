package abi

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
	"stackproof/conformance/peers/lwip"
)

// compiler and library are what the packages gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf bring.
const (
	compiler = "riscv64-unknown-elf-gcc"
	library  = "/usr/lib/picolibc/riscv64-unknown-elf/include"
)

// source is a C file whose data are what is to be compared.
func source(all []number) string {
	var c strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&c, format+"\n", args...) }
	line("#include <stddef.h>\n#include \"lwip/sockets.h\"\n#include \"lwip/netdb.h\"\n#include \"lwip/errno.h\"")
	line("const long long numbers[] = {")
	for _, n := range inC(all) {
		if strings.HasPrefix(n.name, "ERR_") { // an enumeration's
			line("1, (long long)%s,", n.name)
		} else {
			line("#ifdef %s\n1, (long long)%[1]s,\n#else\n0, 0,\n#endif", n.name)
		}
	}
	line("};\nconst long long sizes[] = {")
	for _, s := range sizes {
		line("sizeof(%s),", s.c)
	}
	line("};")
	for i, s := range structures {
		line("const long long layout%d[] = {sizeof(%s)", i, s.c)
		for _, m := range members(s) {
			line(", offsetof(%s, %s), sizeof ((%[1]s *)0)->%[2]s", s.c, m.name)
		}
		line("};\nconst %s example%d = %s;", s.c, i, initializer(s))
	}
	return c.String()
}

// initializer is the example of a structure as C writes it.
func initializer(s structure) string {
	v := example(s)
	if v.Kind() == reflect.Array { // fd_set
		return "{{" + elements(v) + "}}"
	}
	var fields []string
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Tag.Get("c"), v.Field(i)
		switch {
		case name == "": // s2_data1, s2_data2 and s2_data3
			b := f.Interface().([26]byte)
			fields = append(fields, fmt.Sprintf(".s2_data1 = {%d, %d}, .s2_data2 = {%s}, .s2_data3 = {%s}", b[0], b[1], words(b[2:14]), words(b[14:])))
		case f.Kind() == reflect.Array && f.Len() == 4: // struct in_addr
			fields = append(fields, fmt.Sprintf(".%s = {%s}", name, words(f.Slice(0, 4).Bytes())))
		case f.Kind() == reflect.Array && f.Len() == 16: // struct in6_addr
			fields = append(fields, fmt.Sprintf(".%s = {.un = {.u8_addr = {%s}}}", name, elements(f)))
		case f.Kind() == reflect.Array:
			fields = append(fields, fmt.Sprintf(".%s = {%s}", name, elements(f)))
		case f.Type().Name() == "Ptr":
			fields = append(fields, fmt.Sprintf(".%s = (void *)%#x", name, f.Uint()))
		case slices.Contains([]string{"sin_port", "sin6_port"}, name):
			fields = append(fields, fmt.Sprintf(".%s = PP_HTONS(%#x)", name, f.Uint()))
		case name == "sin6_flowinfo":
			fields = append(fields, fmt.Sprintf(".%s = PP_HTONL(%#x)", name, f.Uint()))
		default:
			fields = append(fields, fmt.Sprintf(".%s = %v", name, f))
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func elements(v reflect.Value) string {
	all := make([]string, v.Len())
	for i := range all {
		all[i] = fmt.Sprint(v.Index(i))
	}
	return strings.Join(all, ", ")
}

// words are bytes as numbers of 32 bits in the machine's order.
func words(b []byte) string {
	var all []string
	for w := range slices.Chunk(b, 4) {
		all = append(all, fmt.Sprintf("%#x", binary.LittleEndian.Uint32(w)))
	}
	return strings.Join(all, ", ")
}

// object is a compiled file.
type object struct {
	data map[string][]byte // of each symbol
}

func (o *object) bytes(symbol string) []byte { return o.data[symbol] }

func (o *object) words(symbol string) []int64 {
	b := o.data[symbol]
	all := make([]int64, len(b)/8)
	for i := range all {
		all[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return all
}

// headers are lwIP's, or the test ends as not run.
var headers = sync.OnceValues(func() (string, error) {
	repo, err := lwip.Repo(".")
	if err != nil {
		return "", err
	}
	src, err := lwip.Source(context.Background(), repo, os.Stderr)
	return filepath.Join(src, "include"), err
})

// compile makes an object file of C for 32-bit RISC-V and reads its data.
func compile(t *testing.T, c string) *object {
	t.Helper()
	gcc, err := exec.LookPath(compiler)
	if err != nil {
		notrun.Skip(t, "abi", "package gcc-riscv64-unknown-elf is missing")
	}
	if _, err := os.Stat(library); err != nil {
		notrun.Skip(t, "abi", "package picolibc-riscv64-unknown-elf is missing")
	}
	include, err := headers()
	if errors.Is(err, lwip.ErrUnavailable) {
		notrun.Skip(t, "abi", err.Error())
	}
	require.NoError(t, err)

	dir := t.TempDir()
	file, out := filepath.Join(dir, "abi.c"), filepath.Join(dir, "abi.o")
	require.NoError(t, os.WriteFile(file, []byte(c), 0o666))
	said, err := exec.Command(gcc, "-march=rv32imac", "-mabi=ilp32", "-std=gnu11", "-ffreestanding", "-fno-common", "-Wall", "-Wextra", "-Werror",
		"-isystem", library, "-Irv32", "-I"+include, "-c", "-o", out, file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", said, c)
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	return read(t, b)
}

func read(t *testing.T, b []byte) *object {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, elf.EM_RISCV, f.Machine)
	require.Equal(t, elf.ELFCLASS32, f.Class)
	symbols, err := f.Symbols()
	require.NoError(t, err)
	o := &object{data: map[string][]byte{}}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) != elf.STT_OBJECT {
			continue
		}
		data, err := f.Sections[s.Section].Data()
		require.NoError(t, err)
		o.data[s.Name] = data[s.Value : s.Value+s.Size]
	}
	return o
}
