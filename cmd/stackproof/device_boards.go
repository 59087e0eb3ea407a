package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"stackproof/conformance/device/boards"
	"stackproof/conformance/device/port"
)

// boardFile is the file of boards where none is named.
const boardFile = "boards.toml"

// boardHelp tells what a file of boards is.
const boardHelp = `A file of boards (--boards FILE; ` + boardFile + `, if there is one here) is TOML, a table for each board:

  [nano]
  port = "/dev/ttyACM0"      # required
  reset = "lines"            # lines (RTS and DTR of a serial converter), usb (the chip's own), none; default lines
  baud = 115200              # of the console and of the ROM; default 115200
  fast = 460800              # while flash is written; default 460800, 0: the same as baud
  fixtures = ["cable"]       # what is attached: cable, loopback-plug, switch, ... ; default nothing`

// openPort opens a serial port.
var openPort = port.Open

// boardFlags say where a board is.
type boardFlags struct {
	file, reset string
	baud        int
}

func (f *boardFlags) add(fl *pflag.FlagSet) {
	fl.StringVar(&f.file, "boards", "", "the file of boards (default "+boardFile+", if there is one here)")
	fl.StringVar(&f.reset, "reset", "", "how the board is reset: lines, usb or none (default what the file of boards says, or lines)")
	fl.IntVar(&f.baud, "baud", 0, "bits per second of the console and of the ROM (default what the file of boards says, or 115200)")
}

// load reads the file of boards.
func (f *boardFlags) load() ([]boards.Board, error) {
	if f.file != "" {
		return boards.Load(f.file)
	}
	if _, err := os.Stat(boardFile); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return boards.Load(boardFile)
}

// find is the board of this name, or behind this port.
func (f *boardFlags) find(name string) (b boards.Board, err error) {
	all, err := f.load()
	if err != nil {
		return b, err
	}
	b, known := boards.Find(all, name)
	switch {
	case known:
		return f.over(b)
	case strings.ContainsRune(name, '/'), strings.HasPrefix(name, "COM"): // a port's name
		return f.over(boards.On(name))
	}
	return b, fmt.Errorf("stackproof device: no board is called %q: it is %s, a serial port (/dev/...) or a name in a file of boards", name, boards.Emulator)
}

// over is a board with what the flags say of it.
func (f *boardFlags) over(b boards.Board) (boards.Board, error) {
	var err error
	if f.reset != "" {
		if b.Reset, err = port.ParseReset(f.reset); err != nil {
			return b, fmt.Errorf("stackproof device: --reset: %w", err)
		}
	}
	if f.baud < 0 {
		return b, fmt.Errorf("stackproof device: --baud %d: it must be more than 0", f.baud)
	}
	b.Baud = cmp.Or(f.baud, b.Baud)
	return b, nil
}
