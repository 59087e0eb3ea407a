//go:build unicorn

// Command p4emu boots a flash image on an emulated ESP32-P4:
//
//	p4emu [-elf FILE] [-revision N] [-limit N] [-warm] [-nopll] [-direct] [-partner] [-profile N] FLASH
//	p4emu -download [...] [FLASH]
//
// FLASH is what flash holds from address 0 on; the ROM's place for an image is 0x2000. With -download the ROM does not
// look there first, but waits for what a host loads over the serial line. Standard input and output are UART0. What ends
// a run is told on standard error, with the names of addresses from the ELF file, and by the exit code: the image's own,
// or one of those below.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"stackproof/cmd/p4emu/chip"
	"stackproof/cmd/p4emu/cpu"
	"stackproof/cmd/p4emu/partner"
)

// Exit codes of runs that the image did not end. An image's own are below 64.
const (
	exitUsage   = 2
	exitReset   = 70 // a watchdog has reset the chip
	exitFault   = 71 // what the image did, the chip cannot do, or the emulator does not know
	exitRefused = 72 // the ROM does not start the image
	exitLimit   = 73 // as many instructions as -limit allows
)

// quick is how long a negotiation takes with -partner: nobody has to wait for seconds of virtual time, one who waits with
// the emulator least of all.
const quick = 20 * time.Millisecond

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("p4emu", flag.ContinueOnError)
	flags.SetOutput(stderr)
	elf := flags.String("elf", "", "the image's ELF file, for the names of addresses")
	revision := flags.Uint("revision", 103, "the chip's revision: major*100 + minor")
	warm := flags.Bool("warm", false, "begin after a reset of the processor alone, with what an earlier program has left: EMAC, watchdog, PHY, dividers")
	noPLL := flags.Bool("nopll", false, "the PLL does not settle")
	direct := flags.Bool("direct", false, "a processor that takes traps straight to their handler, where the ESP32-P4's knows the CLIC's mode alone")
	limit := flags.Uint64("limit", 0, "end after so many instructions; 0 is never")
	download := flags.Bool("download", false, "start in download mode: a host on the serial line loads the image")
	withPartner := flags.Bool("partner", false, "a computer at the other end of the EMAC's cable, for the bench")
	profile := flags.Int("profile", 0, "tell after each measurement of the image's in which functions it was, so many of them")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: p4emu [flags] FLASH, or p4emu -download [flags] [FLASH]")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return exitUsage
	}
	if flags.NArg() > 1 || flags.NArg() == 0 && !*download {
		flags.Usage()
		return exitUsage
	}
	complain := func(format string, args ...any) { fmt.Fprintf(stderr, "p4emu: "+format+"\n", args...) }
	flash, symbols, err := read(flags.Arg(0), *elf)
	if err != nil {
		complain("%v", err)
		return exitUsage
	}
	line := newConsole(stdin, stdout)
	config := chip.Config{Flash: flash, Line: line, Revision: uint32(*revision), Warm: *warm, NoPLL: *noPLL}
	if *withPartner {
		config.Partner = partner.New(func(problem string) { complain("the partner: %s", problem) })
		config.PHY.Negotiate = quick
	}
	var p *cpu.CPU
	config.Measured = func(m chip.Measurement) {
		line.out.Flush() // this comes behind what the image has said before
		complain("measured: instructions=%d working=%d picoseconds=%d", m.Instructions, m.Working, m.Time)
		tellProfile(p, symbols, *profile, complain)
	}
	if p, err = cpu.New(config); err != nil {
		complain("%v", err)
		return exitUsage
	}
	defer p.Close()
	p.Chip.Most = *limit
	load := p.Chip.Boot
	if *download {
		load = p.Chip.Download
	}
	p.HandOver(chip.Stack(uint32(*revision)), *direct)
	return boot(p, load, uint32(*revision), symbols, func() { line.out.Flush() }, complain)
}

// read reads flash and symbols; what has no name is empty.
func read(file, elf string) (flash []byte, symbols chip.Symbols, err error) {
	if file != "" {
		flash, err = os.ReadFile(file)
	}
	if err == nil && elf != "" {
		symbols, err = chip.ReadSymbols(elf)
	}
	return flash, symbols, err
}

// tellProfile says in which functions the instructions were that the last measurement counted as work: at most so many,
// those with the most first. Functions that the compiler has copied into others count as those.
func tellProfile(p *cpu.CPU, symbols chip.Symbols, most int, complain func(string, ...any)) {
	if most <= 0 {
		return
	}
	in := map[string]uint64{}
	p.Spent(func(address uint32, n uint64) { in[symbols.Function(address)] += n })
	names := slices.SortedFunc(maps.Keys(in), func(a, b string) int {
		return cmp.Or(cmp.Compare(in[b], in[a]), strings.Compare(a, b))
	})
	for _, name := range names[:min(most, len(names))] {
		complain("spent: instructions=%d function=%s", in[name], strings.ReplaceAll(name, " ", ""))
	}
}

// boot has the ROM load an image, runs it to its end and says what that was.
func boot(p *cpu.CPU, load func(uint32) (*chip.Loaded, error), revision uint32, symbols chip.Symbols, flush func(), complain func(string, ...any)) int {
	image, err := load(revision)
	if gone := (*chip.Problem)(nil); errors.As(err, &gone) {
		complain("%v", err)
		return 0
	}
	if err != nil {
		complain("the ROM refuses the image: %v", err)
		return exitRefused
	}
	for _, s := range image.Segments {
		if err := p.Watch(s); err != nil {
			complain("%v", err)
			return exitUsage
		}
	}
	last := ""
	code, err := p.Run(image.Entry, func(t cpu.Trap) {
		last = fmt.Sprintf(" after trap: %s: pc=%s address=%s ra=%s", t.Name(), symbols.Name(t.PC), symbols.Name(t.Address), symbols.Name(p.Register(1)))
	})
	what, exit := ending(p, symbols, code, err)
	flush()
	complain("%s%s: instructions=%d seconds=%.6f hertz=%d", what, last, p.Instructions(), p.Chip.Clock.Now().Seconds(), p.Chip.Clock.Hertz())
	return exit
}

// ending says in words and by the exit code why the run has ended.
func ending(p *cpu.CPU, symbols chip.Symbols, code uint32, err error) (what string, exit int) {
	problem := (*chip.Problem)(nil)
	if err == nil {
		return fmt.Sprintf("the image halted with code %d", code), int(code & 63)
	}
	if !errors.As(err, &problem) {
		return err.Error(), exitFault
	}
	what = fmt.Sprintf("%s; in the block at %s, ra=%s", problem.What, symbols.Name(p.Block()), symbols.Name(p.Register(1)))
	switch problem.Kind {
	case chip.HungUp:
		return problem.What, 0
	case chip.Limit:
		return what, exitLimit
	case chip.Reset:
		return what, exitReset
	}
	return what, exitFault
}

// console is UART0's other end.
type console struct {
	out  *bufio.Writer
	in   chan []byte
	have []byte
}

func newConsole(stdin io.Reader, stdout io.Writer) *console {
	c := &console{out: bufio.NewWriter(stdout), in: make(chan []byte, 16)}
	go func() {
		defer close(c.in)
		for {
			b := make([]byte, 4096)
			n, err := stdin.Read(b)
			if n > 0 {
				c.in <- b[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

func (c *console) Send(b byte) {
	_ = c.out.WriteByte(b) // a reader who has gone closes the input too
}

// Receive flushes where nothing has come: the other end may be waiting for what was sent.
func (c *console) Receive(wait bool) (b byte, ok bool) {
	if len(c.have) == 0 {
		if wait {
			_ = c.out.Flush()
			c.have = <-c.in
		} else {
			select {
			case c.have = <-c.in:
			default:
				if c.out.Buffered() > 0 {
					_ = c.out.Flush()
				}
			}
		}
	}
	if len(c.have) == 0 {
		return 0, false
	}
	b, c.have = c.have[0], c.have[1:]
	return b, true
}
