//go:build linux

package record

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Ready says what the machine lacks for a scenario: root, or Debian packages, by name.
func (s *Scenario) Ready() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("record: making network namespaces needs root")
	}
	if pkgs := missing(append([]tool{toolIP}, s.tools...)); len(pkgs) > 0 {
		return fmt.Errorf("record: %s: packages are missing: apt-get install --no-install-recommends %s", s.Name, strings.Join(pkgs, " "))
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		return fmt.Errorf("record: no TAP devices on this machine: %w", err)
	}
	return nil
}

// Record lets the scenario happen and writes its capture to a file, and its line to the index of the file's folder where
// index is set. When it returns, nothing that it has started is left.
func (s *Scenario) Record(ctx context.Context, path string, index bool) (e Entry, err error) {
	if err := s.Ready(); err != nil {
		return e, err
	}
	l, err := newLab(ctx)
	if err != nil {
		return e, err
	}
	frames, err := s.tape(l)
	if err = errors.Join(err, l.close()); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // whatever came of it
		}
		return e, fmt.Errorf("record: %s: %w", s.Name, err)
	}
	e = Entry{
		File: filepath.Base(path), Frames: len(frames), Date: time.Now().UTC().Format(time.DateOnly), Who: s.who(), About: s.About,
	}
	seen := look(frames)
	if none := seen.lacks(s.shows); len(none) > 0 {
		return e, fmt.Errorf("record: %s: the capture shows no %s, but %s", s.Name, strings.Join(none, ", no "), seen)
	}
	e.Shows = seen.String()
	file, err := pcapng(frames, fmt.Sprintf("%s: %s. %s, %s", s.Name, e.About, e.Who, e.Date))
	if err != nil {
		return e, fmt.Errorf("%w (%s)", err, s.Name)
	}
	e.Bytes = len(file)
	if err := write(path, file); err != nil {
		return e, err
	}
	if index {
		err = addToIndex(filepath.Dir(path), e)
	}
	return e, err
}

// tape runs the scenario and returns what was on the wire.
func (s *Scenario) tape(l *lab) ([]frame, error) {
	if err := s.run(l); err != nil {
		return nil, err
	}
	frames := l.tape.stop()
	if len(frames) == 0 {
		return nil, fmt.Errorf("no frame was on the wire")
	}
	return frames, nil
}

// who lists the kernel and the programs that spoke.
func (s *Scenario) who() string {
	all := []string{"Linux " + kernelVersion()}
	for _, t := range s.tools {
		if v := t.version(); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return strings.Join(all, ", ")
}
