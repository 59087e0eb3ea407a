package startup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stackproof/cmd/firmware/espimage"
)

// how is a way to boot the image.
type how struct {
	name  string
	flags []string
	input string // the letter that the image begins with
	code  int    // with which it ends
	// memory: a loader has put it there, with its cases behind it
	memory bool
}

// boots are those that a fault meets, the quick ones first.
var boots = []how{
	{name: "a boot", input: "q"},
	{name: "a boot behind another program", flags: []string{"-warm"}, input: "q"},
	{name: "a boot from memory", input: "q", memory: true},
	{name: "a load from nowhere", input: "l", code: 3},
	{name: "a load from nowhere, handled directly", flags: []string{"-direct"}, input: "l", code: 3},
	{name: "a store to code", input: "s", code: 3},
	{name: "data executed", input: "x", code: 3},
	{name: "the stack's end", input: "o", code: 3},
	{name: "a trap within the handler", input: "h", code: 42},
	{name: "a boot without the PLL", flags: []string{"-nopll"}, input: "q"},
	{name: "a boot behind another program without the PLL", flags: []string{"-warm", "-nopll"}, input: "q"},
	{name: "1.5 s behind another program", flags: []string{"-warm"}, input: "w"},
}

// told is what came of a boot.
type told struct {
	lines        []string // of the image
	last         string   // of the emulator: how it ended, without the counts
	hertz        string
	code         int
	instructions uint64
}

// cases is what lies in flash behind the image.
var cases = []byte(strings.Repeat("what lies in flash behind the image; ", 40))

var ending = regexp.MustCompile(`(?s)^(.*)p4emu: (.*): instructions=(\d+) seconds=\S+ hertz=(\d+)\s*$`)

// boot boots the image with a fault, for so many instructions at most; 0 is far more than it takes.
func (b *bench) boot(ctx context.Context, h how, fault uint32, limit uint64) (t told, err error) {
	if limit == 0 {
		limit = 4_000_000_000
	}
	file := filepath.Join(b.dir, fmt.Sprintf("flash%d.bin", fault))
	if err := b.flash(file, fault, h.memory); err != nil {
		return t, err
	}
	defer os.Remove(file)
	args := append([]string{"-elf", b.elf, "-limit", strconv.FormatUint(limit, 10)}, h.flags...)
	cmd := exec.CommandContext(ctx, b.program, append(args, file)...)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(h.input), &said, &said
	exit := (*exec.ExitError)(nil)
	if err := cmd.Run(); ctx.Err() != nil {
		return t, ctx.Err()
	} else if err != nil && !errors.As(err, &exit) {
		return t, fmt.Errorf("startup: %w", err)
	}
	m := ending.FindStringSubmatch(said.String())
	if m == nil {
		return t, fmt.Errorf("startup: the emulator does not say how the run ended: %s", said.String())
	}
	last, _, _ := strings.Cut(m[2], "; in the block at")
	t = told{lines: strings.Split(strings.ReplaceAll(m[1], "\r\n", "\n"), "\n"), last: last, hertz: m[4], code: cmd.ProcessState.ExitCode()}
	t.instructions, err = strconv.ParseUint(m[3], 10, 64)
	return t, err
}

// flash writes what flash holds, with the fault's number in the image. memory says that the image finds its cases behind
// itself, not in flash, which has others then.
func (b *bench) flash(file string, fault uint32, memory bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	binary.LittleEndian.PutUint32(b.selector, fault)
	image, list := *b.image, cases
	if memory {
		image.Entry = b.inMemory.Entry
		image.Segments = append(slices.Clone(image.Segments), b.inMemory.Segments[len(image.Segments)])
		list = bytes.ToUpper(cases)
	}
	encoded, err := image.Encode()
	if err != nil {
		return err
	}
	flash, err := espimage.Flash(encoded, list)
	if err != nil {
		return err
	}
	return os.WriteFile(file, flash, 0o600)
}

// differs says in what a boot differs from one without a fault.
func (t *told) differs(plain *told) string {
	switch {
	case t.last != plain.last:
		return t.last
	case t.hertz != plain.hertz:
		return "the processor's clock is " + t.hertz + " Hz"
	}
	for i, line := range t.lines {
		if i >= len(plain.lines) || line != plain.lines[i] {
			return strconv.Quote(line)
		}
	}
	if len(t.lines) < len(plain.lines) {
		return "it says too little"
	}
	return ""
}
