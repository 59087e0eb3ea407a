package nightly

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// corpus is what became of one.
type corpus struct {
	left, dropped, coverage int

	failure said // what the engine found meanwhile, for it also draws an input of its own
}

// minimise takes inputs out of a target's corpus that reach nothing which smaller ones do not: it has the engine run all of
// them in the order of their sizes, and tell.
func minimise(ctx context.Context, o order) (c corpus, err error) {
	home := filepath.Join(o.cache, o.target.Func)
	names, err := bySize(home)
	if err != nil {
		return c, err
	}
	sorted, err := os.MkdirTemp("", "stackproof-corpus-")
	if err != nil {
		return c, fmt.Errorf("fuzz: %w", err)
	}
	defer os.RemoveAll(sorted)
	o.cache = sorted
	if err := os.Mkdir(filepath.Join(sorted, o.target.Func), 0o777); err != nil {
		return c, fmt.Errorf("fuzz: %w", err)
	}
	for i, name := range names { // the engine reads a folder in the order of names
		b, err := os.ReadFile(filepath.Join(home, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(sorted, o.target.Func, fmt.Sprintf("%08d", i)), b, 0o666)
		}
		if err != nil {
			return c, fmt.Errorf("fuzz: %w", err)
		}
	}
	o.time = "1x"
	c.left = len(names)
	s, err := o.run(ctx) // how many inputs it has with the seeds
	if err != nil || s.input != "" {
		c.failure = s
		return c, err
	}
	o.time = strconv.Itoa(max(s.entries, 1)) + "x"
	s, err = o.run(ctx)
	c.failure, c.coverage = s, s.coverage
	if err != nil || s.failure != "" || s.coverage == 0 || len(s.newBits) < len(names) {
		return c, err
	}
	news := s.newBits[len(s.newBits)-len(names):]
	for i, name := range names {
		if news[i] > 0 {
			continue
		}
		if err := os.Remove(filepath.Join(home, name)); err != nil {
			return c, fmt.Errorf("fuzz: %w", err)
		}
		c.dropped++
		c.left--
	}
	return c, nil
}

// bySize are a folder's files, the smallest first; none if there is no folder.
func bySize(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("fuzz: %w", err)
	}
	sizes := map[string]int64{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("fuzz: %w", err)
		}
		names = append(names, e.Name())
		sizes[e.Name()] = info.Size()
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(sizes[a], sizes[b]) })
	return names, nil
}
