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
	frames, err := s.happen(ctx)
	if err != nil {
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
		return e, fmt.Errorf("record: %s: %w", s.Name, err)
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

// happen runs the scenario in a lab of its own and returns what was on the wire.
func (s *Scenario) happen(ctx context.Context) ([]frame, error) {
	if s.prepare != nil {
		if err := s.prepare(ctx); err != nil {
			return nil, err
		}
	}
	l, err := newLab(ctx)
	if err != nil {
		return nil, err
	}
	err = s.run(l)
	late := l.ctx.Err() != nil
	err = errors.Join(err, l.close())
	switch {
	case ctx.Err() != nil:
		return nil, errors.New("interrupted") // whatever came of it
	case err != nil && late:
		return nil, fmt.Errorf("not over after %v: %w", limit, err)
	case err != nil:
		return nil, err
	}
	frames := l.tape.stop()
	if len(frames) == 0 {
		return nil, errors.New("no frame was on the wire")
	}
	return frames, nil
}

// who lists the kernel and the programs that spoke.
func (s *Scenario) who() string {
	all := []string{"Linux " + kernelVersion()}
	if s.guest != "" {
		all = append(all, s.guest)
	}
	for _, t := range s.tools {
		if v := t.version(); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return strings.Join(all, ", ")
}
