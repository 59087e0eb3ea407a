package symbols

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/compatcheck/symbols/sample"
	"stackproof/conformance/notrun"
)

func TestRead(t *testing.T) {
	defined, wanted := []string{"app_main"}, []string{"lwip_socket", "memcpy", "lwip_send"}
	for _, f := range sample.Formats {
		file := sample.ELF(f, defined, wanted)
		want := Object{Name: "app.o", Defined: defined, Wanted: wanted}
		t.Run(f.String(), func(t *testing.T) {
			got, err := Read("app.o", file)
			require.NoError(t, err)
			require.Equal(t, []Object{want}, got)
		})
		for _, bsd := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/bsd=%t", f, bsd), func(t *testing.T) {
				got, err := Read("lib.a", sample.Archive(bsd, file, []byte("BC\xC0\xDEx"), []byte("text"), file[:70]))
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
	file := sample.ELF(sample.Formats[0], nil, []string{"x"})
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
		{"member too long", sample.Archive(true, file)[:100], "symbols: f: at byte 74: no header of a member"},
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
