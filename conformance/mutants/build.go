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

// workerSource is the worker: the stack with all faults, as the target wants it, the cases, and the judge.
func workerSource(t *Target) string {
	imports, stacks, small := "", "func() sut.SUT { return stack.New() }", ""
	if t.Small {
		imports, stacks, small = "\t\""+module+"/conformance/sut/inproc\"\n", stacks+", small", smallSource
	}
	return `// Command worker judges the faults that it has in it.
package main

import (
	"os"

	"` + module + `/conformance/mutants/judge"
	"` + module + `/conformance/sut"
	stack "` + module + "/" + t.Stack + `"
` + imports + `	"` + pointPath + `"
)

func main() {
	points := judge.Points{Active: &point.Active, Steps: &point.Steps, Limit: &point.Limit, Hits: point.Hits[:]}
	os.Exit(judge.Main(os.Stdin, os.Stdout, points, ` + stacks + `))
}
` + small
}

const smallSource = `
// small has a board's memory.
func small() sut.SUT {
	h := new(inproc.Host)
	h.Init(new(inproc.Small), new(inproc.SmallBuffers))
	return h
}
`

// build makes the worker in a folder and returns its path.
func (p *program) build(ctx context.Context, dir string, t *Target) (string, error) {
	list, err := p.overlay(dir, map[string]string{workerPath + "/main.go": workerSource(t)})
	if err != nil {
		return "", err
	}
	worker := filepath.Join(dir, "worker.exe")
	_, err = goCommand(ctx, p.source.root, "build", "-overlay", list, "-ldflags=-s -w", "-o", worker, "./"+workerPath)
	return worker, err
}

// overlay writes the program into a folder, with files of the caller's, and returns the path of the list that the go
// command takes. Nothing is written into the source tree: what differs from it, and what it does not have, is laid over it.
func (p *program) overlay(dir string, files map[string]string) (list string, err error) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	files["build/mutants/point/point.go"] = pointSource(p.points)
	files["build/mutants/point/environment.go"] = environmentSource
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
	list = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		return "", fmt.Errorf("mutants: %w", err)
	}
	return list, nil
}
