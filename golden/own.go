package golden

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// own are the project's captures and their index.
//
//go:embed captures
var own embed.FS

// Index is the file that says of each own capture what was recorded: fields with tabs between them, the first three the
// file, the number of its frames and its length. Checked is the file that says what is found in each: a line with the file
// and what Report.Found says.
const (
	Index   = "index.txt"
	Checked = "checked.txt"
)

// Entry is an own capture.
type Entry struct {
	File    string // within the folder
	Line    string // of Index; "" where it has none
	Checked string // what must be found; "" where Checked has no line
	Data    []byte
}

// Own are the own captures in the order of their names. An entry without data stands in the index alone.
func Own() ([]Entry, error) {
	sub, err := fs.Sub(own, "captures")
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	return entries(sub)
}

func entries(folder fs.FS) (all []Entry, err error) {
	entry := func(name string) *Entry {
		i := slices.IndexFunc(all, func(e Entry) bool { return e.File == name })
		if i < 0 {
			i, all = len(all), append(all, Entry{File: name})
		}
		return &all[i]
	}
	files, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("golden: %w", err)
	}
	for _, f := range files {
		if !IsCapture(f.Name()) {
			continue
		}
		if entry(f.Name()).Data, err = fs.ReadFile(folder, f.Name()); err != nil {
			return nil, fmt.Errorf("golden: %w", err)
		}
	}
	for _, list := range []string{Index, Checked} {
		text, err := fs.ReadFile(folder, list)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("golden: %w", err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			name, rest, _ := strings.Cut(strings.Replace(line, "\t", " ", 1), " ")
			e := entry(name)
			to := &e.Line
			if list == Checked {
				to = &e.Checked
			}
			if *to != "" {
				return nil, fmt.Errorf("golden: %s: %s is there twice", list, name)
			}
			if *to = line; list == Checked {
				*to = strings.Join(strings.Fields(rest), " ")
			}
		}
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

// Found is what a capture holds, in words of the form name=number, and the digest of its bytes: so none can be changed
// and nothing be checked less than before without this being another text.
func (r *Report) Found() string {
	return fmt.Sprintf("frames=%d sound=%d bad=%d over=%d known=%d connections=%d not-replayed=%d stream=%d %v sha256=%s",
		r.Frames, r.Sound, r.Bad.Total(), r.Over.Total(), r.Known.Total(), r.Connections, r.NotReplayed.Total(), r.Stream, r.Protocols, r.Digest)
}

// Hold compares what came of an own capture with what the index and Checked say of it.
func (e *Entry) Hold(r *Report) {
	f := strings.Split(e.Line, "\t")
	switch {
	case e.Line == "":
		r.Fail("it has no line in %s", Index)
	case len(f) < 3:
		r.Fail("its line in %s has %d fields, want 7", Index, len(f))
	case f[1] != strconv.FormatInt(r.Frames, 10):
		r.Fail("frames=%d, and %s says %s", r.Frames, Index, f[1])
	case f[2] != strconv.Itoa(len(e.Data)):
		r.Fail("it has %d bytes, and %s says %s", len(e.Data), Index, f[2])
	}
	if e.Checked == "" {
		r.Fail("it has no line in %s: see stackproof golden verify --update", Checked)
		return
	}
	got, want := strings.Fields(r.Found()), strings.Fields(e.Checked)
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			r.Fail("%s says %s: found %s", Checked, w, strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""))
			return
		}
	}
	if len(got) > len(want) {
		r.Fail("%s does not say %s", Checked, got[len(want)])
	}
}

// Folder finds the own captures in the source tree around a folder.
func Folder(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		b, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module stackproof\n") {
			return filepath.Join(at, "golden", "captures"), nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("golden: the captures are in the source tree of module stackproof, and %s is not in it", dir)
		}
	}
}

// checkedHead begins Checked.
const checkedHead = `# What "stackproof golden verify" finds in each capture of this folder; --update writes it anew. Streams are counted in
# bytes, in each of the four replays of a connection, both ways.
`

// Update writes what was found, by file, into Checked of a folder.
func Update(folder string, found map[string]string) error {
	var b strings.Builder
	b.WriteString(checkedHead)
	for _, file := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "%s %s\n", file, found[file])
	}
	if err := os.WriteFile(filepath.Join(folder, Checked), []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("golden: %w", err)
	}
	return nil
}
