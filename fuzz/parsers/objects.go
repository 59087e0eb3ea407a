package parsers

import (
	"strings"

	"stackproof/compatcheck/symbols"
	"stackproof/compatcheck/symbols/sample"
)

// Objects reads a file as an object file or an archive of them: no more comes out than was in it, and an error is one line.
func Objects(data []byte) int {
	const entryLen, headerLen = 16, 60 // of a symbol, of a member
	objects, err := symbols.Read("f", data)
	if err != nil {
		must(len(objects) == 0 && !strings.Contains(err.Error(), "\n"), "%d objects and the error %q", len(objects), err)
		return 0
	}
	names := 0
	for _, o := range objects {
		must(o.Name != "", "an object has no name")
		names += len(o.Defined) + len(o.Wanted)
	}
	must(entryLen*names+headerLen*(len(objects)-1) <= len(data), "%d names of %d objects in %d bytes", names, len(objects), len(data))
	_ = symbols.Judge(objects)
	return interesting(names > 0)
}

// ObjectsSeeds are object files of every class and byte order, alone and in archives.
func ObjectsSeeds() (all [][]byte) {
	for _, of := range sample.Formats {
		file := sample.ELF(of, []string{"a"}, []string{"lwip_socket", "b"})
		all = append(all, file, sample.Archive(false, file, file), sample.Archive(true, file))
	}
	return all
}

// ObjectsTokens are magic words and names.
func ObjectsTokens() []string {
	return []string{"\x7fELF", "!<arch>\n", "`\n", "//", "/0 ", "#1/", "/SYM64/", "__.SYMDEF", "BC\xc0\xde", "lwip_socket"}
}
