package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stackproof/golden"
)

// Entry is a line of the index.
type Entry struct {
	File   string // its name
	Frames int
	Bytes  int    // the file's
	Date   string // of the recording, yyyy-mm-dd
	Who    string // spoke, with versions
	About  string // what happens
	Shows  string // what is in it, counted: NAME=N
}

const indexHead = `# Captures of real traffic, recorded by "stackproof golden record". Fields are separated by tabs:
# file, frames, bytes of the file, date, who spoke, what happens, what is in it (counted).
`

// ReadIndex reads the index of a folder. It is empty where there is none.
func ReadIndex(dir string) ([]Entry, error) {
	path := filepath.Join(dir, golden.Index)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	var all []Entry
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("record: %s:%d: %w", path, number, err)
		}
		all = append(all, e)
	}
	return all, nil
}

func parseEntry(line string) (e Entry, err error) {
	f := strings.Split(line, "\t")
	if len(f) != 7 {
		return e, fmt.Errorf("%d fields, want 7", len(f))
	}
	e = Entry{File: f[0], Date: f[3], Who: f[4], About: f[5], Shows: f[6]}
	for _, n := range []struct {
		text string
		to   *int
	}{{f[1], &e.Frames}, {f[2], &e.Bytes}} {
		if *n.to, err = strconv.Atoi(n.text); err != nil || *n.to < 0 {
			return e, fmt.Errorf("%q is no count", n.text)
		}
	}
	if e.File == "" || e.File != filepath.Base(e.File) {
		return e, fmt.Errorf("%q is no name of a file in this folder", e.File)
	}
	return e, nil
}

// addToIndex puts the entry into a folder's index, in the place of an older one.
func addToIndex(dir string, e Entry) error {
	all, err := ReadIndex(dir)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(old Entry) bool { return old.File == e.File })
	all = append(all, e)
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.File, b.File) })
	var b strings.Builder
	b.WriteString(indexHead)
	for _, e := range all {
		fmt.Fprintf(&b, "%s\t%d\t%d\t%s\t%s\t%s\t%s\n", e.File, e.Frames, e.Bytes, e.Date, e.Who, e.About, e.Shows)
	}
	return write(filepath.Join(dir, golden.Index), []byte(b.String()))
}

// write replaces a file as a whole, or not at all.
func write(path string, b []byte) error {
	fresh := path + ".new"
	err := os.WriteFile(fresh, b, 0o644)
	if err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		_ = os.Remove(fresh)
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err // the name of the file that nobody sees says nothing
		}
		return fmt.Errorf("record: cannot write %s: %w", path, err)
	}
	return nil
}
