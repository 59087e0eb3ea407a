package image

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"stackproof/cmd/firmware/espimage"
	"stackproof/conformance"
	"stackproof/conformance/cases"
	"stackproof/conformance/device"
)

// Files are an image for the ESP32-P4, in one folder.
type Files struct {
	ELF    string // with symbols, for the emulator's reports and for a debugger
	Image  string // what is stored at 0x2000
	Cases  string // what is stored at 0x50000
	Flash  string // both, from address 0 on, as the emulator takes it
	Memory string // what a loader puts into memory, with a small list of cases
}

// In names the files of an image in a folder.
func In(dir string) Files {
	in := func(name string) string { return filepath.Join(dir, name) }
	return Files{in("firmware.elf"), in("firmware.bin"), in(Cases), in("flash.bin"), in("memory.bin")}
}

// Built is what BuildFiles made.
type Built struct {
	Sizes
	Cases int // length of the list of cases in bytes
	Small int // programs in the list that goes into memory
}

// BuildFiles makes the image for the ESP32-P4 with the suite's cases.
func BuildFiles(ctx context.Context, suite *conformance.Suite, repo, dir string, log io.Writer) (b Built, err error) {
	files := In(dir)
	b.Sizes, err = Build(ctx, Options{Repo: repo, Package: "./cmd/firmware", Board: ESP32P4, Output: files.ELF, Log: log})
	if err != nil {
		return b, err
	}
	list := suite.Blob()
	b.Cases = len(list)
	if err = pack(files, list); err != nil {
		return b, err
	}
	small, m, err := ForMemory(suite, files.ELF)
	if err != nil {
		return b, err
	}
	inMemory, err := m.Encode()
	if err != nil {
		return b, err
	}
	b.Small = len(small.Programs)
	return b, save(map[string][]byte{files.Cases: list, files.Memory: inMemory})
}

// LwIPIn names the files of the image whose sockets are as lwIP has them, in the folder of the image that runs the other
// cases. Its cases are that image's.
func LwIPIn(dir string) Files {
	files := In(filepath.Join(dir, "lwip"))
	files.Cases, files.Memory = In(dir).Cases, ""
	return files
}

// BuildLwIP makes the image for the ESP32-P4 whose sockets are as lwIP has them, in place of POSIX's: there is no room in
// the window for both.
func BuildLwIP(ctx context.Context, suite *conformance.Suite, repo, dir string, log io.Writer) (Sizes, error) {
	files := LwIPIn(dir)
	sizes, err := Build(ctx, Options{
		Repo: repo, Package: "./cmd/firmware", Board: ESP32P4, Tags: []string{faceLwIP}, Output: files.ELF, Log: log,
	})
	if err != nil {
		return sizes, err
	}
	return sizes, pack(files, suite.Blob())
}

// pack makes of an image's ELF file what is stored in flash, and with a list of cases the whole of flash.
func pack(files Files, list []byte) error {
	m, err := espimage.Read(files.ELF)
	if err != nil {
		return err
	}
	encoded, err := m.Encode()
	if err != nil {
		return err
	}
	flash, err := espimage.Flash(encoded, list)
	if err != nil {
		return err
	}
	return save(map[string][]byte{files.Image: encoded, files.Flash: flash})
}

func save(files map[string][]byte) error {
	for file, bytes := range files {
		if err := os.WriteFile(file, bytes, 0o666); err != nil {
			return fmt.Errorf("image: %w", err)
		}
	}
	return nil
}

// ForMemory is the image for a loader that puts it into memory, with as much of the suite as fits behind it.
func ForMemory(suite *conformance.Suite, elf string) (small *conformance.Suite, m *espimage.Image, err error) {
	room, err := espimage.Room(elf)
	if err != nil {
		return nil, nil, err
	}
	if small, err = Small(suite, room); err != nil {
		return nil, nil, err
	}
	m, err = espimage.ReadInMemory(elf, small.Blob())
	return small, m, err
}

// Small is a part of the suite whose list has at most so many bytes: the known-good case of each topic, then of each folder
// of cases the first, then of each the second, and so on, where they fit;
// generated ones, of which there are thousands, not, nor those about sockets that the board does not have.
func Small(suite *conformance.Suite, room int) (*conformance.Suite, error) {
	left := room - len(device.AppendBlob(nil, nil))
	var turns [][][]*conformance.Program
	folders := map[string]int{}
	put := func(turn int, forms []*conformance.Program) {
		for len(turns) <= turn {
			turns = append(turns, nil)
		}
		turns[turn] = append(turns[turn], forms)
	}
	for _, forms := range suite.Cases(conformance.Pattern{}) {
		switch id := forms[0].Case.ID; {
		case cases.Family(id) != "", forms[0].Form.Program.Personalities != 0:
		case conformance.KnownGood(id):
			put(0, forms)
		default:
			folders[path.Dir(id)]++
			put(folders[path.Dir(id)], forms)
		}
	}
	chosen := map[*cases.Case]bool{}
	for _, turn := range turns {
		for _, forms := range turn {
			if w := weight(forms); w <= left {
				left -= w
				chosen[forms[0].Case] = true
			}
		}
	}
	var kept []*cases.Case
	for i := range suite.Programs {
		if c := suite.Programs[i].Case; chosen[c] {
			kept = append(kept, c)
			delete(chosen, c)
		}
	}
	return conformance.NewSuite(kept)
}

// weight is how many bytes of a list a case takes.
func weight(forms []*conformance.Program) (n int) {
	for _, f := range forms {
		n += len(f.Bytes) + listEntry
	}
	return n
}

// listEntry is what a list takes for a program besides its bytes.
var listEntry = len(device.AppendBlob(nil, [][]byte{nil})) - len(device.AppendBlob(nil, nil))
