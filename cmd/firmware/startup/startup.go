// Package startup judges deliberate faults in what brings the ESP32-P4 up (cmd/firmware/board): all of them are in one
// image, in which a word says which is active, and the emulator boots it for each. The image itself is
// cmd/firmware/testdata/startup: it tells what it finds, and what it tells with a fault and without is compared.
package startup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/image"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance/mutants"
)

// Target is the code that brings the chip up, and its judge.
var Target = mutants.Target{Name: "startup", Files: []string{"cmd/firmware/board/esp32p4*.go", "cmd/firmware/runtime/start.S"}, Judge: judge}

// Available tells whether this machine can build and boot the image.
func Available() error {
	if err := image.Available(); err != nil {
		return err
	}
	return emulator.Available()
}

// judge boots an image for each fault.
func judge(ctx context.Context, p *mutants.Planted, found func(*mutants.Fault, string)) error {
	dir, err := os.MkdirTemp("", "stackproof-startup-")
	if err != nil {
		return fmt.Errorf("startup: %w", err)
	}
	defer os.RemoveAll(dir)
	b, err := newBench(ctx, p, dir)
	if err != nil {
		return err
	}
	names := make([]string, len(p.Faults))
	err = mutants.Each(len(names), func(i int) (err error) {
		names[i], err = b.judge(ctx, p.Faults[i].Number())
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range p.Faults {
		found(f, names[i])
	}
	return nil
}

// bench has the image, and knows what it tells without a fault.
type bench struct {
	dir      string
	elf      string
	image    *espimage.Image
	inMemory *espimage.Image // the same for a loader
	selector []byte          // the word in the image
	program  string          // the emulator
	plain    []told          // of each boot, without a fault
	mu       sync.Mutex
}

// newBench builds the image and boots it without a fault.
func newBench(ctx context.Context, p *mutants.Planted, dir string) (*bench, error) {
	tree := filepath.Join(dir, "tree")
	if err := os.MkdirAll(filepath.Join(p.Root, "build", "toolchain"), 0o777); err != nil { // which is the tree's too
		return nil, fmt.Errorf("startup: %w", err)
	}
	if err := lay(p, tree); err != nil {
		return nil, err
	}
	b := &bench{dir: dir, elf: filepath.Join(dir, "image.elf")}
	_, err := image.Build(ctx, image.Options{Repo: tree, Package: "./cmd/firmware/testdata/startup", Board: image.ESP32P4, Output: b.elf})
	if err != nil {
		return nil, err
	}
	if b.image, err = espimage.Read(b.elf); err != nil {
		return nil, err
	}
	if b.inMemory, err = espimage.ReadInMemory(b.elf, cases); err != nil {
		return nil, err
	}
	if b.selector, err = b.image.Word(b.elf, mutants.Selector); err != nil {
		return nil, err
	}
	if b.program, err = emulator.Build(ctx, p.Root, dir); err != nil {
		return nil, err
	}
	for _, how := range boots {
		t, err := b.boot(ctx, how, 0, 0)
		if err == nil && t.code != how.code {
			err = fmt.Errorf("startup: %s fails without a fault: %s: %s", how.name, t.last, strings.Join(t.lines, "\n"))
		}
		if err != nil {
			return nil, err
		}
		b.plain = append(b.plain, t)
	}
	return b, nil
}

// judge says what is otherwise with a fault than without; "" is nothing.
func (b *bench) judge(ctx context.Context, fault uint32) (string, error) {
	for i, how := range boots {
		t, err := b.boot(ctx, how, fault, 4*b.plain[i].instructions)
		if err != nil {
			return "", err
		}
		if by := t.differs(&b.plain[i]); by != "" {
			return how.name + ": " + by, nil
		}
	}
	return "", nil
}
