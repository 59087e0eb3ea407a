package mutants

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// workerPath is the folder of the worker's main package, which exists in the overlay alone.
const workerPath = "build/mutants/worker"

// workerSource is the worker: the stack with all faults, the cases, and the judge.
const workerSource = `// Command worker judges the faults that it has in it.
package main

import (
	"os"

	"` + module + `/conformance/mutants/judge"
	"` + module + `/conformance/sut"
	"` + module + `/conformance/sut/inproc"
	"` + module + `/conformance/sut/large"
	"` + pointPath + `"
)

func main() {
	points := judge.Points{Active: &point.Active, Steps: &point.Steps, Limit: &point.Limit, Hits: point.Hits[:]}
	os.Exit(judge.Main(os.Stdin, os.Stdout, points, func() sut.SUT { return large.New() }, small))
}

// small has a board's memory.
func small() sut.SUT {
	h := new(inproc.Host)
	h.Init(new(inproc.Small))
	return h
}
`

// build makes the worker in a folder and returns its path. Nothing is written into the source tree: the files that differ
// from it, and those that it does not have, are an overlay.
func (p *program) build(ctx context.Context, dir string) (string, error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	files := map[string]string{
		"build/mutants/point/point.go": pointSource(p.points),
		workerPath + "/main.go":        workerSource,
	}
	for name, text := range p.files {
		files[name] = text
	}
	n := 0
	for name, text := range files {
		n++
		file := filepath.Join(dir, fmt.Sprintf("%d.go", n))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("mutants: %w", err)
		}
		overlay.Replace[filepath.Join(p.source.root, filepath.FromSlash(name))] = file
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	worker := filepath.Join(dir, "worker.exe")
	_, err = goCommand(ctx, p.source.root, "build", "-overlay", list, "-ldflags=-s -w", "-o", worker, "./"+workerPath)
	return worker, err
}
