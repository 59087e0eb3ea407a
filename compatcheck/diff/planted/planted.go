// Package planted judges deliberate faults in the sockets (conformance/mutants/chosen/sockets): all of them are in one
// program, the command line tool itself, in which an environment variable says which is active, and `compat diff` holds it
// against lwIP until there is a difference.
package planted

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"stackproof/conformance/gotool"
	"stackproof/conformance/mutants"
	"stackproof/conformance/peers/lwip"
)

// Target is the code of the sockets and of their lwIP face, and its judge.
var Target = mutants.Target{Name: "sockets", Files: []string{"stack/socket/*.go", "stack/socket/lwip/*.go"}, Judge: judge}

// Programs are how many are run for a fault, at most.
const Programs = 3000

// Available tells whether this machine can have lwIP.
func Available(ctx context.Context) error {
	repo, err := lwip.Repo(".")
	if err != nil {
		return err
	}
	_, err = lwip.Build(ctx, repo, os.Stderr)
	return err
}

// variable is the environment variable that says which fault is active.
const variable = "STACKPROOF_SOCKET_FAULT"

// point is the package that exists in the overlay alone.
const point = `// Package point says which fault is active.
package point

import (
	"os"
	"strconv"
)

var active, _ = strconv.Atoi(os.Getenv("` + variable + `"))

func Active() int { return active }
`

// judge builds the program and runs it for each fault.
func judge(ctx context.Context, p *mutants.Planted, found func(*mutants.Fault, string)) error {
	dir, err := os.MkdirTemp("", "stackproof-sockets-")
	if err != nil {
		return fmt.Errorf("planted: %w", err)
	}
	defer os.RemoveAll(dir)
	tool, err := build(ctx, p, dir)
	if err != nil {
		return err
	}
	if by, err := run(ctx, p.Root, tool, 0); err != nil || by != "" {
		return errors.Join(err, fmt.Errorf("planted: without a fault: %s", by))
	}
	by := make([]string, len(p.Faults))
	err = mutants.Each(len(p.Faults), func(i int) (err error) {
		by[i], err = run(ctx, p.Root, tool, p.Faults[i].Number())
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range p.Faults {
		found(f, by[i])
	}
	return nil
}

// build makes the tool with the faults in it.
func build(ctx context.Context, p *mutants.Planted, dir string) (tool string, err error) {
	replace := map[string]string{}
	n := 0
	for name, text := range p.Files {
		if strings.HasSuffix(name, "/point/point.go") {
			text = point
		}
		n++
		file := filepath.Join(dir, strconv.Itoa(n)+".go")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("planted: %w", err)
		}
		replace[filepath.Join(p.Root, filepath.FromSlash(name))] = file
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("planted: %w", err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return "", fmt.Errorf("planted: %w", err)
	}
	tool = filepath.Join(dir, "stackproof")
	if _, err := gotool.Run(ctx, p.Root, "build", "-overlay", overlay, "-o", tool, "./cmd/stackproof"); err != nil {
		return "", fmt.Errorf("planted: %w", err)
	}
	return tool, nil
}

// run runs programs with a fault, 0 for none, and returns the first difference in words; "" is none. What breaks the program
// down is a difference too.
func run(ctx context.Context, root, tool string, fault uint32) (by string, err error) {
	n := Programs
	if fault == 0 {
		n = 200
	}
	cmd := exec.CommandContext(ctx, tool, "compat", "diff", "--first", "--jobs", "1", "--n", strconv.Itoa(n))
	cmd.Dir = root
	cmd.Env = append(os.Environ(), variable+"="+strconv.FormatUint(uint64(fault), 10))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	exit := (*exec.ExitError)(nil)
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", fmt.Errorf("planted: %w", err)
	}
	for line := range strings.Lines(out.String()) {
		if what, ok := strings.CutPrefix(line, "FAIL diff/"); ok {
			return "diff/" + strings.TrimSpace(what), nil
		}
	}
	if strings.Contains(out.String(), "compat diff: programs=") {
		return "", nil // no difference; what was to be exercised and was not is no proof
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	return "the end of the program: " + first, nil
}
