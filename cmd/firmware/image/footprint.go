package image

import (
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Application is a program of cmd/firmware/testdata/footprint, built to be weighed.
type Application string

// faceLwIP is the build tag of images whose sockets are lwIP's, not POSIX's.
const faceLwIP = "face_lwip"

// scales lays out what is weighed and never run: with 16 sockets an application may need more than the boards' window.
const scales = "scales"

// The applications.
const (
	None    Application = "none"    // without the stack
	Typical Application = "typical" // a TCP server, a TCP client, a UDP server
	Whole   Application = "whole"   // may call all that there is
)

// Footprint is what an application with 16 sockets takes, in bytes.
type Footprint struct {
	Packages map[string]int // code and constants of packages, by their paths from the root
	Flash    int            // all that is stored: these, and what has no package
	Tables   int            // zeroed memory of the stack, the sockets and the driver
	Buffers  int            // of queues, of the rings, and of what waits or is put together
}

// packagesWeighed are the packages that have a row of their own, of which each takes those below it that have none.
var packagesWeighed = []string{
	"drivers/emac", "stack", "stack/neighbour", "stack/reassembly", "stack/socket", "stack/socket/lwip", "stack/socket/posix", "stack/tcp", "stack/wire",
}

// Weigh builds an application for an instruction set, with build tags of its own, and weighs it.
func Weigh(ctx context.Context, repo string, a Application, march string, tags []string, log io.Writer) (f Footprint, err error) {
	dir, err := os.MkdirTemp("", "stackproof-footprint-")
	if err != nil {
		return f, fmt.Errorf("image: %w", err)
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "image.elf")
	sizes, err := Build(ctx, Options{Repo: repo, Package: "./cmd/firmware/testdata/footprint/" + string(a), March: march, Tags: tags, Script: scales, Output: out, Log: log})
	if err != nil {
		return f, err
	}
	e, err := elf.Open(out)
	if err != nil {
		return f, fmt.Errorf("image: footprint: %w", err)
	}
	defer e.Close()
	symbols, err := e.Symbols()
	if err != nil {
		return f, fmt.Errorf("image: footprint: %w", err)
	}
	f = weigh(e.Sections, symbols)
	f.Flash = sizes.Flash()
	return f, nil
}

// weigh adds up symbols.
func weigh(sections []*elf.Section, symbols []elf.Symbol) Footprint {
	f := Footprint{Packages: map[string]int{}}
	counted := map[uint64]bool{}
	const memory = "stackproof/cmd/firmware/testdata/footprint."
	for _, s := range symbols {
		kind := elf.ST_TYPE(s.Info)
		if i := int(s.Section); i >= len(sections) || s.Size == 0 || counted[s.Value] ||
			kind != elf.STT_FUNC && kind != elf.STT_OBJECT || !inWindow(sections[i]) {
			continue
		}
		counted[s.Value] = true
		switch name, ours := strings.CutPrefix(s.Name, memory); {
		case ours && strings.HasPrefix(name, "Buffer"):
			f.Buffers += int(s.Size)
		case ours && sections[s.Section].Type == elf.SHT_NOBITS:
			f.Tables += int(s.Size)
		default:
			if p := packageOf(s.Name); p != "" {
				f.Packages[p] += int(s.Size)
			}
		}
	}
	return f
}

// packageOf is the package of a symbol among those that are weighed, "" for another's. Of several that a name mentions the
// first counts: a receiver's.
func packageOf(symbol string) string {
	_, rest, ok := strings.Cut(symbol, "stackproof/")
	if !ok {
		return ""
	}
	p, _, _ := strings.Cut(rest, ".")
	best := ""
	for _, w := range packagesWeighed {
		if (p == w || strings.HasPrefix(p, w+"/")) && len(w) > len(best) {
			best = w
		}
	}
	return best
}

// FootprintTable builds all applications for both instruction sets and writes the page that compares them with others
// (cmd/firmware/SIZE.md).
func FootprintTable(ctx context.Context, repo string, w, log io.Writer) error {
	type column struct {
		name string
		Footprint
		none int // flash of a program without the stack
	}
	var columns []column
	for _, march := range []string{RV32IMAC, RV32IMC} {
		empty, err := Weigh(ctx, repo, None, march, nil, log)
		if err != nil {
			return err
		}
		for _, a := range []struct {
			name string
			Application
			tags []string
		}{{"whole", Whole, nil}, {"typical", Typical, nil}, {"whole, lwIP's sockets", Whole, []string{faceLwIP}}} {
			f, err := Weigh(ctx, repo, a.Application, march, a.tags, log)
			if err != nil {
				return err
			}
			columns = append(columns, column{march + ", " + a.name, f, empty.Flash})
		}
	}
	row := func(name string, value func(c column) int) string {
		text := "| " + name
		for _, c := range columns {
			text += fmt.Sprintf(" | %d", value(c))
		}
		return text + " |\n"
	}
	rows := ""
	for _, p := range packagesWeighed {
		rows += row("`"+p+"`", func(c column) int { return c.Packages[p] })
	}
	shared := func(c column) int {
		n := c.Flash - c.none
		for _, bytes := range c.Packages {
			n -= bytes
		}
		return n
	}
	rows += row("shared pieces, constants without a name, the application itself", shared)
	rows += row("**flash**, all of it", func(c column) int { return c.Flash - c.none })
	rows += row("**RAM**: tables", func(c column) int { return c.Tables })
	rows += row("**RAM**: buffers", func(c column) int { return c.Buffers })
	heads, rules := "|", "| ---"
	for _, c := range columns {
		heads += " | " + c.name
		rules += " | ---"
	}
	whole, typical, lwip := columns[3], columns[4], columns[5]
	_, err := fmt.Fprintf(w, footprintPage, heads[1:]+" |\n"+rules+" |\n"+rows,
		whole.Flash-whole.none, whole.Tables, whole.Buffers, typical.Flash-typical.none, typical.Tables, typical.Buffers,
		lwip.Flash-lwip.none, lwip.Tables, lwip.Buffers)
	return err
}
