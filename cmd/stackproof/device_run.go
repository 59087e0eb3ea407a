package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"stackproof/cmd/firmware/espimage"
	"stackproof/cmd/firmware/image"
	"stackproof/cmd/firmware/loader"
	"stackproof/cmd/p4emu/emulator"
	"stackproof/conformance"
	"stackproof/conformance/device/boards"
	"stackproof/conformance/device/console"
	"stackproof/conformance/device/port"
	"stackproof/conformance/report"
)

// deviceFlags are the arguments of `stackproof device run`.
type deviceFlags struct {
	runFlags
	boardFlags
	board, pattern string
	repeat         int
	ram            bool
}

func newDeviceRun() *cobra.Command {
	f := deviceFlags{}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "run the cases on the board",
		Long: `run boots the image and has it run the cases that lie in its flash, each with its negative twin. The board judges
nothing: it tells what it saw, and the verdicts are this program's. A case that ends or hangs the board costs that case; the
board is started again for the next. What is garbled on the line is asked for again.

BOARD is emulator, an emulated ESP32-P4 (cmd/p4emu), which is built for it, and of which several share the cases where the
computer has several processors; a serial port, such as /dev/ttyUSB0; or a name
in a file of boards. On a board the image must be the one that was built last: stackproof device flash sees to it.

Cases about lwIP's sockets need an image of their own, which has no room for POSIX's. The emulator runs both; on a board the
image is stored in flash when the first of those cases comes, and the other again for the first behind them, which takes
some seconds each. A board whose reset is none keeps its image, and has those cases unsupported, and so has one with --ram.

With --ram nothing is flashed: the image is loaded into the board's memory, through the loader in its ROM, each time that
the board is started. Behind it there is room for a few cases, of each folder some, and those are run.

LINK is direct, where frames are handed over in memory, or emac: the driver, its DMA, and the MAC's own loopback. Cases
that need frames that no MAC carries are then unsupported, and before all of them the EMAC is tested by itself: cases
emac/..., alone with --run emac.

` + boardHelp + `

Exit codes: 0 all as expected, 1 a failure, 2 the tester failed or was used wrongly, 3 nothing ran.`,
		Example: `  stackproof device run --run tcp/close -v
  stackproof device run --board /dev/ttyUSB0 --link emac --repeat 10
  stackproof device run --board nano --ram`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deviceRun(cmd.Context(), &f, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.board, "board", boards.Emulator, "where to run")
	f.add(fl)
	fl.BoolVar(&f.ram, "ram", false, "load the image into memory, with a few cases")
	fl.StringVar(&f.link, "link", conformance.DirectLink, "what carries the frames: direct, or emac, the EMAC's own loopback")
	fl.StringVar(&f.pattern, "run", "", "which cases, as stackproof run has it; all without")
	fl.IntVar(&f.repeat, "repeat", 1, "run them so often")
	fl.DurationVar(&f.limit, "limit", console.Limit, "real time in which the board must have booted, or done one run")
	fl.StringVar(&f.out, "out", "", "write a results folder, of the last time")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "a line for each case, on a terminal too")
	return cmd
}

func deviceRun(ctx context.Context, f *deviceFlags, stdout, stderr io.Writer) error {
	switch {
	case f.repeat < 1:
		return fmt.Errorf("stackproof device run: --repeat %d: it must be more than 0", f.repeat)
	case f.limit <= 0:
		return fmt.Errorf("stackproof device run: --limit %v: it must be more than 0", f.limit)
	case f.link != conformance.DirectLink && f.link != "emac":
		return fmt.Errorf("stackproof device run: no link is called %q: it is direct or emac", f.link)
	}
	p, err := conformance.ParsePattern(f.pattern)
	if err != nil {
		return err
	}
	d, err := f.onBoard(ctx, stderr)
	if err != nil {
		return err
	}
	if f.link == "emac" && (f.pattern == "" || f.pattern == "emac") {
		if err := d.selfTests(stdout); err != nil || f.pattern != "" {
			return err
		}
	}
	for range f.repeat {
		j := &running{suite: d.suite, pattern: p, said: f.pattern, again: f.again()}
		j.open = func() (conformance.Executor, error) {
			b := d.board()
			return b, b.Start(d.suite.Cases(p)[0][0])
		}
		for range d.more(len(d.suite.Cases(p))) {
			j.more = append(j.more, d.board())
		}
		if err := j.run(ctx, &f.runFlags, stdout, stderr); err != nil {
			return err
		}
	}
	return nil
}

// again is the command that runs a case, whose id follows, once more.
func (f *deviceFlags) again() string {
	line := command() + " device run"
	if f.board != boards.Emulator {
		line += " --board " + conformance.Quote(f.board)
	}
	for _, flag := range []struct{ name, value string }{{"--boards", f.file}, {"--reset", f.reset}} {
		if flag.value != "" {
			line += " " + flag.name + " " + conformance.Quote(flag.value)
		}
	}
	if f.baud != 0 {
		line += fmt.Sprintf(" --baud %d", f.baud)
	}
	if f.ram {
		line += " --ram"
	}
	if f.link != conformance.DirectLink {
		line += " --link " + f.link
	}
	return line + " --run"
}

// deviceOn is a board with images.
type deviceOn struct {
	suite *conformance.Suite
	flags *deviceFlags
	faces []faceOn // POSIX's, and lwIP's where the board can have that too
	// change puts another of them on the board; nil where each has its own.
	change func(lwIP bool) error
}

// faceOn is an image on a board.
type faceOn struct {
	build uint64
	boot  func() (io.ReadWriteCloser, error)
}

// board is the board with its images.
func (d *deviceOn) board() *console.Faces {
	f := &console.Faces{POSIX: d.one(0), Change: d.change}
	if len(d.faces) > 1 {
		f.LwIP = d.one(1)
	}
	return f
}

// mostBoards are as many emulators at most: each, with its image for lwIP's sockets, has some 100 MiB.
const mostBoards = 4

// more is how many more emulators than one share so many cases: one for each processor, if it has enough to do. Of a board
// there is one.
func (d *deviceOn) more(cases int) int {
	if d.flags.board != boards.Emulator || d.flags.ram {
		return 0
	}
	return max(0, min(runtime.GOMAXPROCS(0), mostBoards, cases/100)-1)
}

// one is the board as it is with one of its images.
func (d *deviceOn) one(i int) *console.Board {
	b := console.New(d.faces[i].boot, d.suite, d.flags.limit)
	b.Build = d.faces[i].build
	if d.flags.link != conformance.DirectLink {
		b.Link = d.flags.link
	}
	return b
}

// onBoard finds the board, the image, and what of the cases is on it.
func (f *deviceFlags) onBoard(ctx context.Context, stderr io.Writer) (*deviceOn, error) {
	d := &deviceOn{flags: f}
	b := boards.Board{Name: boards.Emulator}
	var err error
	if f.stack = "p4emu"; f.board != boards.Emulator {
		f.stack = "esp32p4"
		if b, err = f.find(f.board); err != nil {
			return nil, err
		}
	} else if f.reset != "" || f.baud != 0 {
		return nil, errors.New("stackproof device run: --reset and --baud are for boards behind a serial port")
	}
	files, repo, err := builtFiles()
	if err != nil {
		return nil, err
	}
	if d.suite, err = conformance.LoadSuite(); err != nil {
		return nil, err
	}
	soon := soonAfter(ctx)
	program := ""
	if b.Name == boards.Emulator {
		if program, err = emulator.Build(ctx, repo, filepath.Join(repo, "build")); err != nil {
			return nil, err
		}
	}
	if f.ram {
		return d, d.inMemory(soon, b, program, files)
	}
	images := []image.Files{files, lwipFiles(files)}
	if b.Name != boards.Emulator {
		if b.Reset == port.None { // somebody's finger would have to change it
			images = images[:1]
		}
		d.change = changer(ctx, b, images, stderr)
	}
	for _, files := range images {
		m, err := espimage.Read(files.ELF)
		if err != nil {
			return nil, err
		}
		boot := func() (io.ReadWriteCloser, error) { return restart(soon, b) }
		if b.Name == boards.Emulator {
			boot = func() (io.ReadWriteCloser, error) { return emulator.Start(soon, program, files) }
		}
		d.faces = append(d.faces, faceOn{m.Build, boot})
	}
	return d, nil
}

// inMemory has the board load the image, with as many cases as fit behind it. The other image has no room for those that
// are about it.
func (d *deviceOn) inMemory(soon context.Context, b boards.Board, program string, files image.Files) error {
	suite, m, err := image.ForMemory(d.suite, files.ELF)
	if err != nil {
		return err
	}
	d.suite = suite
	var segments []loader.Segment
	for _, s := range m.Segments {
		segments = append(segments, loader.Segment(s))
	}
	target := at(b)
	if b.Name == boards.Emulator {
		target = loader.Board{Port: boards.Emulator, Reset: port.None, Open: emulator.Port(soon, program, files)}
	}
	d.faces = []faceOn{{m.Build, func() (io.ReadWriteCloser, error) { return loader.Start(soon, target, segments, m.Entry) }}}
	return nil
}

// changer stores one of two images in a board's flash, if it is not what lies there. The cases are the same for both.
func changer(ctx context.Context, b boards.Board, images []image.Files, stderr io.Writer) func(lwIP bool) error {
	return func(lwIP bool) error {
		files, name := images[0], "image"
		if lwIP {
			files, name = images[1], "image with lwIP's sockets"
		}
		bytes, err := os.ReadFile(files.Image)
		if err != nil {
			return fmt.Errorf("stackproof: the image is incomplete: %w: stackproof device build makes it", err)
		}
		written, err := loader.Flash(ctx, at(b), []loader.Part{{Name: name, Offset: espimage.ImageOffset, Data: bytes}}, nil)
		for _, p := range written {
			fmt.Fprintf(stderr, "stackproof: written %s: %d bytes at 0x%x\n", p.Name, len(p.Data), p.Offset)
		}
		return err
	}
}

// restart opens a board's port and has the board start its image. The line ends with ctx.
func restart(ctx context.Context, b boards.Board) (io.ReadWriteCloser, error) {
	p, err := openPort(b.Port, b.Baud)
	if err != nil {
		return nil, err
	}
	line := port.Line(p)
	if err := b.Reset.Restart(p); err != nil {
		line.Close()
		return nil, err
	}
	context.AfterFunc(ctx, func() { line.Close() })
	return line, nil
}

// selfTests has the board test its EMAC.
func (d *deviceOn) selfTests(stdout io.Writer) error {
	board := d.board()
	defer board.Close()
	if err := board.Start(&d.suite.Programs[0]); err != nil {
		return err
	}
	tests, err := board.POSIX.SelfTests()
	failed := 0
	for _, t := range tests {
		if t.Flaw == "" {
			fmt.Fprintf(stdout, "PASS emac/%s\n", t.Name)
			continue
		}
		failed++
		fmt.Fprintf(stdout, "FAIL emac/%s: %s: wanted %d, got %d\n", t.Name, t.Flaw, t.Want, t.Got)
	}
	fmt.Fprintf(stdout, "emac: tests=%d pass=%d\n", len(tests), len(tests)-failed)
	if err == nil && failed > 0 {
		return exitCode(report.ExitFail)
	}
	return err
}
