package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.bug.st/serial"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/image"
	"stackproof/cmd/p4emu/fakeboard"
	"stackproof/conformance"
	"stackproof/conformance/device"
	"stackproof/conformance/sut"
	"stackproof/conformance/sut/inproc"
)

// lab is a repository in which an image has been built, as far as this program looks at either, and a fake board that has
// it in flash. The image is no program; the list of cases is the real one.
type lab struct {
	*fakeboard.Board
	files image.Files
	build uint64
	lwip  uint64 // of the image with lwIP's sockets
	suite *conformance.Suite

	boards *sync.Map // the boards by their ports
}

// newLab makes one, and the current folder its root.
func newLab(t *testing.T) *lab {
	t.Helper()
	suite, err := conformance.LoadSuite()
	require.NoError(t, err)
	root := t.TempDir()
	t.Chdir(root)
	l := &lab{Board: fakeboard.New(t), suite: suite, boards: new(sync.Map), files: image.In(filepath.Join(root, "build", image.ESP32P4))}
	put := func(file string, b []byte) {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, b, 0o666))
	}
	put(filepath.Join(root, "cmd", "firmware", "toolchain", "go.mod"), nil)
	build := func(files image.Files, fill byte) (number uint64, flash []byte) {
		put(files.ELF, elfFile(t, fill))
		m, err := espimage.Read(files.ELF)
		require.NoError(t, err)
		encoded, err := m.Encode()
		require.NoError(t, err)
		put(files.Image, encoded)
		flash, err = espimage.Flash(encoded, suite.Blob())
		require.NoError(t, err)
		put(files.Flash, flash)
		return m.Build, flash
	}
	put(l.files.Cases, suite.Blob())
	l.lwip, _ = build(lwipFiles(l.files), 1)
	var flash []byte
	l.build, flash = build(l.files, 0)
	normal := openPort
	openPort = func(name string, baud int) (serial.Port, error) {
		if b, ok := l.boards.Load(name); ok {
			return b.(*fakeboard.Board).Open(name, baud)
		}
		return normal(name, baud)
	}
	t.Cleanup(func() { openPort = normal })
	l.plug(l.Board, flash)
	return l
}

// another is the lab with a board of its own.
func (l *lab) another(t *testing.T) *lab {
	flash, err := os.ReadFile(l.files.Flash)
	require.NoError(t, err)
	n := &lab{Board: fakeboard.New(t), files: l.files, build: l.build, lwip: l.lwip, suite: l.suite, boards: l.boards}
	n.plug(n.Board, flash)
	return n
}

// plug puts the image into a board's flash, and the board behind its port.
func (l *lab) plug(b *fakeboard.Board, flash []byte) {
	b.Lock()
	defer b.Unlock()
	copy(b.Flash, flash)
	b.Agent = func(a *device.Agent) {
		if a.Build = l.build; hasLwIP(b) {
			a.Build = l.lwip
		}
	}
	b.Stack = func(h *inproc.Host) sut.SUT {
		if !hasLwIP(b) {
			return h
		}
		h.Beside(func() *inproc.Host {
			twin := new(inproc.Host)
			twin.Init(new(inproc.Small), new(inproc.SmallBuffers))
			return twin
		})
		s, _ := h.As(sut.LwIP)
		return s
	}
	l.boards.Store(b.Path, b)
}

// hasLwIP tells whether the image in a board's flash is the one with lwIP's sockets: its code ends so.
func hasLwIP(b *fakeboard.Board) bool {
	return bytes.Contains(b.Flash[espimage.ImageOffset:][:1024], []byte("\x13\x00\x00\x00\x13\x00\x00\x01"))
}

// elfFile is an ELF file with the symbols that matter: 64 bytes of code, of which the last is the fill, and room for cases
// behind them.
func elfFile(t *testing.T, fill byte) []byte {
	t.Helper()
	const base, headers = 0x4ff4_0000, 52 + 32
	code := bytes.Repeat([]byte{0x13, 0, 0, 0}, 16)
	code[len(code)-1] = fill
	names := []byte{0}
	symbols := []elf.Sym32{{}}
	for _, s := range []struct {
		name  string
		value uint32
	}{{"_start_in_memory", base + 4}, {"_image_end", base + 0x1000}, {"_window_end", base + 0x4000}, {"stackproof_build", base + 8}} {
		symbols = append(symbols, elf.Sym32{Name: uint32(len(names)), Value: s.value, Shndx: uint16(elf.SHN_ABS)})
		names = append(append(names, s.name...), 0)
	}
	table := uint32(headers + len(code))
	strings := table + uint32(len(symbols)*elf.Sym32Size)
	h := elf.Header32{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_RISCV), Version: 1, Entry: base, Phoff: 52, Shoff: strings + uint32(len(names)),
		Ehsize: 52, Phentsize: 32, Phnum: 1, Shentsize: 40, Shnum: 3, Shstrndx: 2,
	}
	copy(h.Ident[:], "\x7fELF\x01\x01\x01")
	var b bytes.Buffer
	for _, part := range []any{
		h, elf.Prog32{Type: uint32(elf.PT_LOAD), Off: headers, Vaddr: base, Filesz: uint32(len(code)), Memsz: uint32(len(code))}, code, symbols, names,
		[]elf.Section32{
			{},
			{Type: uint32(elf.SHT_SYMTAB), Off: table, Size: strings - table, Link: 2, Entsize: elf.Sym32Size},
			{Type: uint32(elf.SHT_STRTAB), Off: strings, Size: uint32(len(names))},
		},
	} {
		require.NoError(t, binary.Write(&b, binary.LittleEndian, part))
	}
	return b.Bytes()
}

// index is the place of a case's first program in the list.
func (l *lab) index(t *testing.T, id string) int {
	forms := l.suite.Find(id)
	require.NotEmpty(t, forms, id)
	return forms[0].Index
}

// with does something to the board while nothing else does.
func (l *lab) with(do func()) {
	l.Lock()
	defer l.Unlock()
	do()
}

// boots is how often the board has started a program.
func (l *lab) boots() (n int) {
	l.with(func() { n = l.Boots })
	return n
}
