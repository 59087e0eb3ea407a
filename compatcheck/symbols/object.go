package symbols

import (
	"bytes"
	"fmt"
)

// Object is one object file: what it has and what it wants from elsewhere.
type Object struct {
	Name    string   // FILE, or FILE(MEMBER)
	Defined []string // global names that it has
	Wanted  []string // names that it refers to and has not
	Skipped string   // why neither could be read; "" if they were
}

// longest is the length of the longest name that is looked at. Those of lwIP have not a fifth of it, and a member of an
// archive is a file. A longer symbol is left out: it is of no interest, and an entry of 16 bytes would cost more than that.
const longest = 256

// Read reads what name stands for: an object file, or an archive of them. A member that is no ELF file is skipped, with
// the reason; a file that is neither is an error.
func Read(name string, file []byte) ([]Object, error) {
	switch {
	case bytes.HasPrefix(file, []byte(thinMagic)):
		return nil, fmt.Errorf("symbols: %s: a thin archive, which has the names of its members and not the members: give those", name)
	case bytes.HasPrefix(file, []byte(arMagic)):
		return readArchive(name, file)
	case bytes.HasPrefix(file, []byte(elfMagic)):
		o, err := readELF(name, file)
		if err != nil {
			return nil, fmt.Errorf("symbols: %w", err)
		}
		return []Object{o}, nil
	}
	if what := foreign(file); what != "" {
		return nil, fmt.Errorf("symbols: %s: %s: no object file in ELF, and no archive", name, what)
	}
	return nil, fmt.Errorf("symbols: %s: neither an object file (ELF) nor an archive", name)
}

// foreign names the kinds of files that compilers also make; "" for what is none of them.
func foreign(file []byte) string {
	for _, k := range []struct{ magic, what string }{
		{"BC\xC0\xDE", "LLVM bitcode"}, {"\xDE\xC0\x17\x0B", "LLVM bitcode"},
		{"\xCE\xFA\xED\xFE", "Mach-O"}, {"\xCF\xFA\xED\xFE", "Mach-O"},
		{"\x00asm", "WebAssembly"}, {"\x64\x86", "COFF"}, {"\x4C\x01", "COFF"},
	} {
		if bytes.HasPrefix(file, []byte(k.magic)) {
			return k.what
		}
	}
	return ""
}
