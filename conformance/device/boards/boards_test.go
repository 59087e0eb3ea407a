package boards

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stackproof/conformance/device/port"
)

func load(t *testing.T, text string) ([]Board, error) {
	file := filepath.Join(t.TempDir(), "boards.toml")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	return Load(file)
}

func TestLoad(t *testing.T) {
	all, err := load(t, `
[nano]
port = "/dev/ttyACM0"
reset = "usb"
fixtures = ["cable", "loopback-plug"]

[ev-board.2]   # a table within a table is no board
`)
	require.ErrorContains(t, err, "board ev-board: ")
	require.Empty(t, all)

	all, err = load(t, `
[nano]
port = "/dev/ttyACM0"
reset = "usb"
fixtures = ["cable", "loopback-plug"]

["ev.2"]
port = "COM3"
baud = 9600
fast = 0
reset = "none"
`)
	require.NoError(t, err)
	want := []Board{
		{Name: "ev.2", Port: "COM3", Reset: port.None, Baud: 9600},
		{Name: "nano", Port: "/dev/ttyACM0", Reset: port.USB, Baud: 115_200, Fast: 460_800, Fixtures: []string{"cable", "loopback-plug"}},
	}
	require.Equal(t, want, all)
	b, ok := Find(all, "nano")
	require.True(t, ok)
	require.Equal(t, want[1], b)
	_, ok = Find(all, "toaster")
	require.False(t, ok)
}

// TestMistakes: each is told with its place, in one line.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[nano]\nport = /dev/x", "line 2: "},
		{"port = \"/dev/x\"", "board port: "},
		{"[nano]\nport = 3", "board nano: "},
		{"[nano]\nbaud = 9600", "board nano: it has no port"},
		{"[nano]\nport = \"x\"\nbuad = 9600", "nano.buad: there is no such setting"},
		{"[nano]\nport = \"x\"\nbaud = -1", "board nano: baud is -1 and fast is 460800: rates in bits per second"},
		{"[nano]\nport = \"x\"\nreset = \"hammer\"", `board nano: port: no way to reset is called "hammer": it is one of lines, usb, none`},
		{"[nano]\nport = \"x\"\nfixtures = [\"a cable\"]", `board nano: fixture "a cable": it is a word of small letters, digits and hyphens`},
		{"[emulator]\nport = \"x\"", "board emulator: this name is taken"},
		{"[\"a b\"]\nport = \"x\"", "board a b: a name is made of letters, digits, hyphens and dots"},
		{"[a]\nport = \"x\"\n[a]\nport = \"y\"", "line 3: "},
	} {
		_, err := load(t, c.text)
		require.ErrorContains(t, err, c.want)
		require.NotContains(t, err.Error(), "\n")
	}
	_, err := Load("/no/such/file")
	require.EqualError(t, err, "boards: cannot read /no/such/file: file does not exist")
}
