package symbols

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/notrun"
)

// format is a class and a byte order of ELF.
type format struct {
	wide  bool
	order binary.AppendByteOrder
}

func (f format) String() string { return fmt.Sprintf("wide=%t %v", f.wide, f.order) }

var formats = []format{
	{false, binary.LittleEndian}, {true, binary.LittleEndian}, {false, binary.BigEndian}, {true, binary.BigEndian},
}

// writeELF makes an object file that has some names and wants some, and one local name.
func writeELF(f format, defined, wanted []string) []byte {
	at, put := f.order, func(b []byte, v uint64) []byte { return f.order.AppendUint32(b, uint32(v)) }
	if f.wide {
		put = f.order.AppendUint64
	}
	names, entries := []byte("\x00local\x00"), []byte{}
	symbol := func(name uint32, info byte, shndx uint16) {
		entries = at.AppendUint32(entries, name)
		if f.wide {
			entries = append(entries, info, 0)
			entries = at.AppendUint16(entries, shndx)
			entries = put(put(entries, 0), 0)
			return
		}
		entries = put(put(entries, 0), 0)
		entries = append(entries, info, 0)
		entries = at.AppendUint16(entries, shndx)
	}
	symbol(0, 0, 0)
	symbol(1, 0, 0)
	for i, name := range append(append([]string{}, defined...), wanted...) {
		shndx, bind := uint16(1), byte(1<<4)
		if i >= len(defined) {
			shndx = 0
			bind = byte(1+i%2) << 4 // global or weak
		}
		symbol(uint32(len(names)), bind, shndx)
		names = append(append(names, name...), 0)
	}
	header, record := 52, 16
	if f.wide {
		header, record = 64, 24
	}
	section := func(b []byte, typ uint32, offset, size int, link uint32) []byte {
		b = at.AppendUint32(at.AppendUint32(b, 0), typ)
		b = put(put(put(put(b, 0), 0), uint64(offset)), uint64(size))
		b = at.AppendUint32(at.AppendUint32(b, link), 0)
		return put(put(b, 0), uint64(record))
	}
	body := append(append([]byte{}, names...), entries...)
	out := append([]byte(elfMagic), 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if f.wide {
		out[4] = class64
	}
	if at.AppendUint16(nil, 1)[0] == 0 {
		out[5] = bigEndian
	}
	out = at.AppendUint32(at.AppendUint16(at.AppendUint16(out, 1), 243), 1)
	out = at.AppendUint32(put(put(put(out, 0), 0), uint64(header+len(body))), 0)
	for _, v := range []int{header, 0, 0, map[bool]int{false: 40, true: 64}[f.wide], 3, 0} {
		out = at.AppendUint16(out, uint16(v))
	}
	out = append(out, body...)
	out = section(out, 0, 0, 0, 0)
	out = section(out, 3, header, len(names), 0)
	return section(out, symtab, header+len(names), len(entries), 1)
}

// writeArchive makes an archive of files; bsd: with BSD's way of writing long names, else with GNU's.
func writeArchive(bsd bool, members ...[]byte) []byte {
	out := []byte(arMagic)
	add := func(name string, body []byte) {
		out = fmt.Appendf(out, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, 0, 0, 0, "644", len(body))
		out = append(out, body...)
		if len(body)%2 != 0 {
			out = append(out, '\n')
		}
	}
	if bsd {
		add("__.SYMDEF SORTED", []byte("index"))
	} else {
		add("/", []byte("index"))
		add("//", []byte("a_rather_long_name_0.o/\na_rather_long_name_1.o/\n"))
	}
	for i, body := range members {
		switch {
		case bsd:
			add("#1/24", append([]byte(fmt.Sprintf("a_rather_long_name_%d.o\x00\x00", i)), body...))
		case i < 2:
			add(fmt.Sprintf("/%d", 24*i), body)
		default:
			add(fmt.Sprintf("short%d.o/", i), body)
		}
	}
	return out
}

func TestRead(t *testing.T) {
	defined, wanted := []string{"app_main"}, []string{"lwip_socket", "memcpy", "lwip_send"}
	for _, f := range formats {
		file := writeELF(f, defined, wanted)
		want := Object{Name: "app.o", Defined: defined, Wanted: wanted}
		t.Run(f.String(), func(t *testing.T) {
			got, err := Read("app.o", file)
			require.NoError(t, err)
			require.Equal(t, []Object{want}, got)
		})
		for _, bsd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/bsd=%t", f, bsd), func(t *testing.T) {
				got, err := Read("lib.a", writeArchive(bsd, file, []byte("BC\xC0\xDEx"), []byte("text"), file[:70]))
				require.NoError(t, err)
				last := map[bool]string{false: "lib.a(short3.o)", true: "lib.a(a_rather_long_name_3.o)"}[bsd]
				require.Len(t, got, 4)
				want.Name = "lib.a(a_rather_long_name_0.o)"
				require.Equal(t, want, got[0])
				require.Equal(t, "LLVM bitcode", got[1].Skipped)
				require.Equal(t, "no object file", got[2].Skipped)
				require.Equal(t, last, got[3].Name)
				require.NotEmpty(t, got[3].Skipped)
			})
		}
	}
}

func TestReadRefuses(t *testing.T) {
	file := writeELF(formats[0], nil, []string{"x"})
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"nothing", nil, "symbols: f: neither an object file (ELF) nor an archive"},
		{"text", []byte("int main;"), "symbols: f: neither an object file (ELF) nor an archive"},
		{"bitcode", []byte("BC\xC0\xDE"), "symbols: f: LLVM bitcode: no object file in ELF, and no archive"},
		{"thin", []byte(thinMagic), "symbols: f: a thin archive, which has the names of its members and not the members: give those"},
		{"magic alone", []byte(elfMagic), "symbols: f: 4 bytes: too short for an ELF file"},
		{"class", []byte(elfMagic + "\x03\x01\x01123456789"), "symbols: f: ELF of class 3 and byte order 1: there is 1 and 2 of either"},
		{"header", file[:51], "symbols: f: 51 bytes: too short for the header of an ELF file"},
		{"no sections", file[:len(file)-130], "symbols: f: its table of sections is broken: entries of 40 bytes from 109 on"},
		{"member", []byte(arMagic + "x"), "symbols: f: at byte 8: no header of a member"},
		{"member of two lines", []byte(arMagic + "/           \n   " + strings.Repeat(" ", sizeAt-nameLen) + "0         " + headerMagic), "symbols: f: member \"/           \\n\": its name is at \"           \\n\" of 0 bytes of names"},
		{"member too long", writeArchive(true, file)[:100], "symbols: f: at byte 74: no header of a member"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read("f", c.file)
			require.EqualError(t, err, c.want)
		})
	}
}

// TestCompiled reads what a compiler and ar make.
func TestCompiled(t *testing.T) {
	const gcc, ar = "riscv64-unknown-elf-gcc", "riscv64-unknown-elf-ar"
	for _, tool := range []string{gcc, ar} {
		if _, err := exec.LookPath(tool); err != nil {
			notrun.Skip(t, "symbols", "package gcc-riscv64-unknown-elf is missing")
		}
	}
	dir := t.TempDir()
	source := "int lwip_socket(int, int, int); int memcmp(void); static int hidden(void) { return 1; }\n" +
		"int with_a_name_that_is_longer_than_sixteen(void) { return lwip_socket(1, 2, hidden()) + memcmp(); }\n"
	run := func(name string, args ...string) {
		said, err := exec.Command(name, args...).CombinedOutput()
		require.NoError(t, err, string(said))
	}
	c, o, a := filepath.Join(dir, "with_a_name_that_is_long.c"), filepath.Join(dir, "with_a_name_that_is_long.o"), filepath.Join(dir, "lib.a")
	require.NoError(t, os.WriteFile(c, []byte(source), 0o666))
	run(gcc, "-march=rv32imac", "-mabi=ilp32", "-O0", "-c", "-o", o, c)
	run(ar, "rcs", a, o)
	for _, file := range []string{o, a} {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		got, err := Read(filepath.Base(file), b)
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Equal(t, []string{"with_a_name_that_is_longer_than_sixteen"}, got[0].Defined)
		require.ElementsMatch(t, []string{"lwip_socket", "memcmp"}, got[0].Wanted)
		require.True(t, strings.HasSuffix(strings.TrimSuffix(got[0].Name, ")"), "with_a_name_that_is_long.o"), got[0].Name)
	}
	run(gcc, "-march=rv32imac", "-mabi=ilp32", "-flto", "-c", "-o", o, c)
	b, err := os.ReadFile(o)
	require.NoError(t, err)
	got, err := Read("lto.o", b)
	require.NoError(t, err)
	require.Contains(t, got[0].Skipped, "without machine code")
}

// FuzzRead: whatever the file, no panic, and no more out than in.
func FuzzRead(f *testing.F) {
	for _, of := range formats {
		file := writeELF(of, []string{"a"}, []string{"lwip_socket", "b"})
		f.Add(file)
		f.Add(writeArchive(false, file, file))
		f.Add(writeArchive(true, file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		objects, err := Read("f", file)
		if err != nil {
			require.Empty(t, objects)
			require.NotContains(t, err.Error(), "\n")
			return
		}
		names := 0
		for _, o := range objects {
			require.NotEmpty(t, o.Name)
			names += len(o.Defined) + len(o.Wanted)
		}
		require.LessOrEqual(t, 16*names+headerLen*(len(objects)-1), len(file))
		_ = Judge(objects)
	})
}
