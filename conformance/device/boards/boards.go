// Package boards reads a file that names boards: where each is, how it is reset, and what is attached to it.
//
// The file is TOML, a table for each board:
//
//	[nano]
//	port = "/dev/ttyACM0"      # required
//	reset = "lines"            # lines (RTS and DTR of a serial converter), usb (the chip's own), none; default lines
//	baud = 115200              # of the console and of the ROM; default 115200
//	fast = 460800              # while flash is written; default 460800, 0: the same as baud
//	fixtures = ["cable"]       # what is attached: cable, loopback-plug, switch, ... ; default nothing
//
// A name is made of letters, digits, hyphens and dots. Whatever else is in the file is an error.
package boards

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"stackproof/conformance/device/port"
)

// Emulator is the name of a board that every machine has; no other can have it.
const Emulator = "emulator"

// Fast is the rate in bits per second at which flash is written where nothing else is said.
const Fast = 460_800

// Board is a board.
type Board struct {
	Name     string     `toml:"-"`
	Port     string     `toml:"port"`
	Reset    port.Reset `toml:"reset"`
	Baud     int        `toml:"baud"`
	Fast     int        `toml:"fast"`
	Fixtures []string   `toml:"fixtures"`
}

// On is the board behind a port of which nothing is known.
func On(name string) Board {
	return Board{Name: name, Port: name, Reset: port.Lines, Baud: port.Baud, Fast: Fast}
}

// Load reads a file. The boards are sorted by name.
func Load(file string) ([]Board, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fs.ErrNotExist
		}
		return nil, fmt.Errorf("boards: cannot read %s: %w", file, err)
	}
	all, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("boards: %s: %w", file, err)
	}
	return all, nil
}

var (
	name    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)
	fixture = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

func parse(text string) ([]Board, error) {
	tables := map[string]toml.Primitive{}
	meta, err := toml.Decode(text, &tables)
	if err != nil {
		if wrong := (toml.ParseError{}); errors.As(err, &wrong) {
			return nil, fmt.Errorf("line %d: %s", wrong.Position.Line, wrong.Message)
		}
		return nil, errors.New("it must have a table for each board: [NAME]")
	}
	var all []Board
	for n, table := range tables {
		b := On(n)
		b.Port = ""
		if err := meta.PrimitiveDecode(table, &b); err != nil {
			return nil, fmt.Errorf("board %s: %s", n, strings.TrimPrefix(err.Error(), "toml: "))
		}
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("board %s: %w", n, err)
		}
		all = append(all, b)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: there is no such setting", unknown[0])
	}
	slices.SortFunc(all, func(a, b Board) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (b *Board) check() error {
	switch {
	case !name.MatchString(b.Name):
		return errors.New("a name is made of letters, digits, hyphens and dots")
	case b.Name == Emulator:
		return errors.New("this name is taken")
	case b.Port == "":
		return errors.New("it has no port")
	case b.Baud <= 0 || b.Fast < 0:
		return fmt.Errorf("baud is %d and fast is %d: rates in bits per second", b.Baud, b.Fast)
	}
	for _, f := range b.Fixtures {
		if !fixture.MatchString(f) {
			return fmt.Errorf("fixture %q: it is a word of small letters, digits and hyphens", f)
		}
	}
	_, err := port.ParseReset(string(b.Reset))
	return err
}

// Find is the board of this name among those of a file.
func Find(all []Board, name string) (Board, bool) {
	i := slices.IndexFunc(all, func(b Board) bool { return b.Name == name })
	if i < 0 {
		return Board{}, false
	}
	return all[i], true
}
