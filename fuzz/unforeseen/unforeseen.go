// Package unforeseen judges deliberate faults that no written case aims at (conformance/mutants/chosen/unforeseen): resources
// that are not given back, lengths at their limits, state that is left behind, copies of the wrong bytes, loops without an end.
// All of them are in one program, command search, which throws at the stack what fuzzing, simulation and edits make of their
// numbers, and in the tests of the packages, of which the properties and the seeds of fuzz targets judge. An environment
// variable says which fault is active.
//
// What was tried and is not in the list, since none of these finds it in five minutes: a loopback that loses the last byte (no
// network talks to itself), a timestamp request without timestamps that is answered, a packet that waits on for a row's next
// neighbour, an endpoint of UDP that outlives its socket while there is room for others, and frames that are longer than the
// hardware lets through or the stack sends. There the cases and unit tests have to be enough.
package unforeseen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stackproof/conformance/gotool"
	"stackproof/conformance/mutants"
)

// Target is all code that frames and calls reach, and its judge.
var Target = mutants.Target{
	Name: "unforeseen",
	Files: []string{
		"stack/*.go", "stack/wire/*.go", "stack/reassembly/*.go", "stack/neighbour/*.go", "stack/tcp/*.go", "stack/socket/*.go",
		"drivers/emac/*.go",
	},
	Judge: judge,
}

// Patience is how long a fault is looked for by one processor, of two that look for two faults at a time: five minutes.
const Patience = 5 * time.Minute

// variable is the environment variable that says which fault is active.
const variable = "STACKPROOF_UNFORESEEN"

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

// programs are what judges: the search, and by folder the tests of the packages that have faults.
type programs struct {
	root, search string
	tests        map[string]*properties
}

// properties are those tests of a package that draw what they do.
type properties struct{ program, names string }

// judge builds the programs and looks for each fault, first for none. It tells as it goes.
func judge(ctx context.Context, p *mutants.Planted, found func(*mutants.Fault, string)) error {
	dir, err := os.MkdirTemp("", "stackproof-unforeseen-")
	if err != nil {
		return fmt.Errorf("unforeseen: %w", err)
	}
	defer os.RemoveAll(dir)
	q, err := build(ctx, p, dir)
	if err != nil {
		return err
	}
	if by, err := q.look(ctx, nil); err != nil || by != "" {
		return errors.Join(err, fmt.Errorf("unforeseen: without a fault: %s", by))
	}
	var mu sync.Mutex
	return mutants.Each(len(p.Faults), func(i int) error {
		by, err := q.look(ctx, p.Faults[i])
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			found(p.Faults[i], by)
		}
		return err
	})
}

// users are packages whose properties judge faults of another one too, after its own.
var users = map[string][]string{
	"stack/wire": {"stack"}, "stack/reassembly": {"stack"}, "stack/neighbour": {"stack"}, "stack/tcp": {"stack"},
	"stack/socket": {"stack/socket/posix"},
}

// build makes the programs with the faults in them.
func build(ctx context.Context, p *mutants.Planted, dir string) (*programs, error) {
	list, err := overlay(p, dir)
	if err != nil {
		return nil, err
	}
	q := &programs{root: p.Root, search: filepath.Join(dir, "search.exe"), tests: map[string]*properties{}}
	if _, err := gotool.Run(ctx, p.Root, "build", "-overlay", list, "-o", q.search, "./fuzz/unforeseen/search"); err != nil {
		return nil, fmt.Errorf("unforeseen: %w", err)
	}
	for _, f := range p.Faults {
		for _, pkg := range judging(f) {
			if q.tests[pkg] != nil {
				continue
			}
			names, err := drawing(filepath.Join(p.Root, filepath.FromSlash(pkg)))
			if err != nil {
				return nil, err
			}
			t := &properties{program: filepath.Join(dir, strings.ReplaceAll(pkg, "/", "-")+".test"), names: names}
			q.tests[pkg] = t
			if names == "" {
				continue
			}
			if _, err := gotool.Run(ctx, p.Root, "test", "-c", "-vet=off", "-overlay", list, "-o", t.program, "./"+pkg); err != nil {
				return nil, fmt.Errorf("unforeseen: %w", err)
			}
		}
	}
	return q, nil
}

// judging are the packages whose properties judge a fault, its own first.
func judging(f *mutants.Fault) []string {
	pkg := path.Dir(f.File)
	return append([]string{pkg}, users[pkg]...)
}

// overlay writes the source with the faults and returns the list that the go command takes.
func overlay(p *mutants.Planted, dir string) (list string, err error) {
	replace := map[string]string{}
	for name, text := range p.Files {
		if strings.HasSuffix(name, "/point/point.go") {
			text = point
		}
		file := filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("unforeseen: %w", err)
		}
		replace[filepath.Join(p.Root, filepath.FromSlash(name))] = file
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", fmt.Errorf("unforeseen: %w", err)
	}
	list = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		return "", fmt.Errorf("unforeseen: %w", err)
	}
	return list, nil
}

// drawing is a pattern of a package's tests that draw what they do with rapid, and of its fuzz targets, of which the seeds are
// run; "" if it has none.
func drawing(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return "", fmt.Errorf("unforeseen: %w", err)
	}
	var names []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return "", fmt.Errorf("unforeseen: %w", err)
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil &&
				(strings.HasPrefix(d.Name.Name, "Fuzz") || strings.HasPrefix(d.Name.Name, "Test") && draws(d.Body)) {
				names = append(names, d.Name.Name)
			}
		}
	}
	if len(names) == 0 {
		return "", nil
	}
	slices.Sort(names)
	return "^(" + strings.Join(names, "|") + ")$", nil
}

// draws tells whether a test checks a property.
func draws(body ast.Node) (yes bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			yes = yes || ok && x.Name == "rapid" && s.Sel.Name == "Check"
		}
		return !yes
	})
	return yes
}

// Rounds of the search: one before the properties, and the others behind them.
const rounds = 6

// look looks for a fault, nil for none: first with the search, then with the properties of its package, for none with those
// of all, then with more of the search. It returns what has found it and in how long, "" if nothing has.
func (q *programs) look(ctx context.Context, f *mutants.Fault) (by string, err error) {
	limited, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	begin := time.Now()
	number, packages := uint32(0), slices.Sorted(maps.Keys(q.tests))
	if f != nil {
		number, packages = f.Number(), judging(f)
	}
	if by, err = q.run(limited, number, ".", q.search, "0", "1"); by == "" && err == nil {
		by, err = q.properties(limited, number, packages)
	}
	if by == "" && err == nil {
		by, err = q.run(limited, number, ".", q.search, "1", strconv.Itoa(rounds))
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", err
	case by == "" && limited.Err() != nil && f == nil:
		return fmt.Sprintf("there is no end within %v", Patience), nil
	case by == "":
		return "", nil
	}
	return fmt.Sprintf("%s; in %.1f s", by, time.Since(begin).Seconds()), nil
}

// properties runs those of some packages, in their order.
func (q *programs) properties(ctx context.Context, fault uint32, packages []string) (by string, err error) {
	for _, pkg := range packages {
		if t := q.tests[pkg]; t.names != "" {
			by, err = q.run(ctx, fault, pkg, t.program, "-test.failfast", "-test.v", "-test.run="+t.names)
			if by != "" {
				return by + " of " + pkg, nil
			} else if err != nil {
				return "", err
			}
		}
	}
	return "", nil
}

// failed is the test that has failed, or was running when its program broke down.
var failed = regexp.MustCompile(`(?m)^(?:--- FAIL: |=== RUN +)(\w+)`)

// run runs a program with a fault in a folder of the source; by is what it says has found it.
func (q *programs) run(ctx context.Context, fault uint32, folder, program string, args ...string) (by string, err error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Join(q.root, filepath.FromSlash(folder))
	cmd.Env = append(os.Environ(), variable+"="+strconv.FormatUint(uint64(fault), 10), "RAPID_SEED=20261122", "RAPID_NOFAILFILE=true", "RAPID_SHRINKTIME=0s")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	exit := (*exec.ExitError)(nil)
	switch err := cmd.Run(); {
	case err == nil, ctx.Err() != nil:
		return "", nil
	case !errors.As(err, &exit):
		return "", fmt.Errorf("unforeseen: %w", err)
	}
	if all := failed.FindAllStringSubmatch(out.String(), -1); len(all) > 0 {
		return "property " + all[len(all)-1][1], nil
	}
	if first, _, _ := strings.Cut(strings.TrimSpace(out.String()), "\n"); first != "" {
		return first, nil
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	return "the end of the program: " + first, nil
}
