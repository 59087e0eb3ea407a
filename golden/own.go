package golden

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// own are the project's captures and their index.
//
//go:embed captures
var own embed.FS

// Index is the file that says of each own capture what it is. A line begins with the name of the file; words of the form
// name=number in it are what must be found: frames, connections, bytes (of streams, both ways, once), bad (malformed
// frames, 0 where it is not said), notreplayed (connections, likewise), and sha256=DIGEST.
const Index = "index.txt"

// Entry is an own capture.
type Entry struct {
	File string // within the folder
	Line string // of the index; "" where it has none
	Data []byte
}

// Own are the own captures in the order of their names. An entry without data stands in the index alone.
func Own() ([]Entry, error) {
	sub, err := fs.Sub(own, "captures")
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	return entries(sub)
}

func entries(folder fs.FS) ([]Entry, error) {
	index, err := fs.ReadFile(folder, Index)
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	var all []Entry
	lines := bufio.NewScanner(bytes.NewReader(index))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name := line[:strings.IndexAny(line+" ", " \t,;|")]
		if slices.ContainsFunc(all, func(e Entry) bool { return e.File == name }) {
			return nil, fmt.Errorf("golden: %s: %s is there twice", Index, name)
		}
		all = append(all, Entry{File: name, Line: line})
	}
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	for _, f := range files {
		if !IsCapture(f.Name()) {
			continue
		}
		data, err := fs.ReadFile(folder, f.Name())
		if err != nil {
			return nil, fmt.Errorf("golden: %w", err)
		}
		i := slices.IndexFunc(all, func(e Entry) bool { return e.File == f.Name() })
		if i < 0 {
			i, all = len(all), append(all, Entry{File: f.Name()})
		}
		all[i].Data = data
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.File, b.File) })
	return all, nil
}

// IsCapture tells by its name whether a file is a capture.
func IsCapture(name string) bool {
	switch path.Ext(name) {
	case ".pcap", ".pcapng", ".cap":
		return true
	}
	return false
}

// word is one of the index that says what must be found.
var word = regexp.MustCompile(`(?:^|[\s,;|])([a-z][a-z0-9]*)=([0-9a-f]+)(?:$|[\s,;|])`)

// Hold compares what came of an own capture with its line of the index.
func (e *Entry) Hold(r *Report) {
	if e.Line == "" {
		r.Fail("it has no line in %s", Index)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	found := []struct{ name, got string }{
		{"frames", number(r.Frames)}, {"connections", number(r.Connections)}, {"bytes", number(r.Stream / 4)},
		{"sha256", r.Digest}, {"bad", number(r.Bad.Total())}, {"notreplayed", number(r.NotReplayed.Total())},
	}
	said := map[string]string{"bad": "0", "notreplayed": "0"}
	for rest := e.Line; ; {
		m := word.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		said[rest[m[2]:m[3]]] = rest[m[4]:m[5]]
		rest = rest[m[5]:]
	}
	for _, f := range found {
		if want, ok := said[f.name]; ok && f.got != want {
			r.Fail("%s=%s, and %s says %s%s", f.name, f.got, Index, want, e.why(f.name, r))
		}
	}
}

// why adds to a number what it counts.
func (e *Entry) why(name string, r *Report) string {
	switch name {
	case "bad":
		return ": " + r.Bad.String()
	case "notreplayed":
		return ": " + r.NotReplayed.String()
	}
	return ""
}
