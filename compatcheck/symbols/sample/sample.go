// Package sample writes small object files and archives, for what tests their reader.
package sample

import (
	"encoding/binary"
	"fmt"
)

// Format is a class and a byte order of ELF.
type Format struct {
	wide  bool
	order binary.AppendByteOrder
}

func (f Format) String() string { return fmt.Sprintf("wide=%t %v", f.wide, f.order) }

// Formats are all there are.
var Formats = []Format{
	{false, binary.LittleEndian}, {true, binary.LittleEndian}, {false, binary.BigEndian}, {true, binary.BigEndian},
}

// ELF makes an object file that has some names and wants some, and one local name.
func ELF(f Format, defined, wanted []string) []byte {
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
	out := append([]byte("\x7fELF"), 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if f.wide {
		out[4] = 2
	}
	if at.AppendUint16(nil, 1)[0] == 0 {
		out[5] = 2
	}
	out = at.AppendUint32(at.AppendUint16(at.AppendUint16(out, 1), 243), 1)
	out = at.AppendUint32(put(put(put(out, 0), 0), uint64(header+len(body))), 0)
	for _, v := range []int{header, 0, 0, map[bool]int{false: 40, true: 64}[f.wide], 3, 0} {
		out = at.AppendUint16(out, uint16(v))
	}
	out = append(out, body...)
	out = section(out, 0, 0, 0, 0)
	out = section(out, 3, header, len(names), 0)
	return section(out, 2, header+len(names), len(entries), 1)
}

// Archive makes an archive of files; bsd: with BSD's way of writing long names, else with GNU's.
func Archive(bsd bool, members ...[]byte) []byte {
	out := []byte("!<arch>\n")
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
			add("#1/24", append(fmt.Appendf(nil, "a_rather_long_name_%d.o\x00\x00", i), body...))
		case i < 2:
			add(fmt.Sprintf("/%d", 24*i), body)
		default:
			add(fmt.Sprintf("short%d.o/", i), body)
		}
	}
	return out
}
