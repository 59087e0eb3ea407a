package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"stackproof/golden/record"
)

func listScenarios(out io.Writer) error {
	for _, s := range record.All() {
		needs := ""
		if pkgs := s.Needs(); len(pkgs) > 0 {
			needs = " (" + strings.Join(pkgs, ", ") + ")"
		}
		if _, err := fmt.Fprintf(out, "%-26s %s%s\n", s.Name, s.About, needs); err != nil {
			return err
		}
	}
	return nil
}

// recordScenarios records one after the other; what is written before a failure stays.
func recordScenarios(ctx context.Context, patterns []string, out string, say io.Writer) error {
	those, err := record.Find(patterns...)
	if err != nil {
		return err
	}
	target, err := newTarget(out, len(those))
	if err != nil {
		return err
	}
	for _, s := range those { // before anything is done
		if err := s.Ready(); err != nil {
			return err
		}
	}
	if err := target.prepare(); err != nil {
		return err
	}
	for _, s := range those {
		path := target.file(s.Name)
		e, err := s.Record(ctx, path, target.folder)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(say, "golden: %s frames=%d bytes=%d: %s\n", path, e.Frames, e.Bytes, e.Shows); err != nil {
			return err
		}
	}
	return nil
}
