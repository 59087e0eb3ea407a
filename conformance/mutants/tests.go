package mutants

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The environment variables that say to tests which fault is active, and in how many steps at most it must show.
const faultVariable, limitVariable = "STACKPROOF_FAULT", "STACKPROOF_STEPS"

// mostSteps are several times as many as the tests take without a fault.
const mostSteps = 20_000_000

// environmentSource is the part of the package that exists in the overlay alone which reads it.
const environmentSource = `package point

import (
	"math"
	"os"
	"strconv"
)

func init() {
	var err error
	Active, _ = strconv.Atoi(os.Getenv("` + faultVariable + `"))
	if Limit, err = strconv.Atoi(os.Getenv("` + limitVariable + `")); err != nil {
		Limit = math.MaxInt
	}
}
`

// slowTests measure how fast something is, in minutes: they say nothing about a fault that others do not.
const slowTests = "^TestThroughput$"

// testProgram is the tests of a package with all faults in what they test.
type testProgram struct {
	pkg, file string
	dir       string            // of the package
	beside    map[string]string // file that is tested: a pattern of the tests in the file beside it
	limit     time.Duration     // that a run may take
}

// test has the tests of the target's packages judge faults: for each the first test that fails, "" for none. A program
// is made for each package, and started anew for each fault.
func (p *program) test(ctx context.Context, dir string, t *Target, faults []*Fault) (failed map[*Fault]string, err error) {
	if len(t.Tests) == 0 {
		return nil, nil
	}
	list, err := p.overlay(dir, map[string]string{})
	if err != nil {
		return nil, err
	}
	var programs []*testProgram
	for _, pkg := range t.Tests {
		q := &testProgram{pkg: pkg, file: filepath.Join(dir, path.Base(pkg)+".test"), dir: filepath.Join(p.source.root, filepath.FromSlash(pkg)), limit: patience}
		if q.beside, err = besides(q.dir, pkg); err != nil {
			return nil, err
		}
		if _, err := goCommand(ctx, p.source.root, "test", "-c", "-vet=off", "-overlay", list, "-o", q.file, "./"+pkg); err != nil {
			return nil, err
		}
		begin := time.Now()
		name, err := q.run(ctx, 0, "")
		if err == nil && name != "" {
			err = fmt.Errorf("mutants: %s does not pass without a fault", name)
		}
		if err != nil {
			return nil, err
		}
		q.limit = min(patience, 5*time.Second+slack*time.Since(begin))
		programs = append(programs, q)
	}
	return testAll(ctx, programs, faults)
}

// slack is how much longer than without a fault tests may take.
const slack = 10

// declared is a test's declaration.
var declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)

// besides finds for each file of a package the tests in the file beside it: who tests for that most likely finds a fault.
func besides(dir, pkg string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, fmt.Errorf("mutants: %w", err)
	}
	m := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("mutants: %w", err)
		}
		var names []string
		for _, d := range declared.FindAllSubmatch(text, -1) {
			names = append(names, string(d[1]))
		}
		if len(names) > 0 {
			m[path.Join(pkg, strings.TrimSuffix(filepath.Base(f), "_test.go")+".go")] = "^(" + strings.Join(names, "|") + ")$"
		}
	}
	return m, nil
}

// judge runs the tests beside a fault, and if they pass all.
func (q *testProgram) judge(ctx context.Context, f *Fault) (name string, err error) {
	if some := q.beside[f.File]; some != "" {
		if name, err = q.run(ctx, f.number, some); name != "" || err != nil {
			return name, err
		}
	}
	return q.run(ctx, f.number, "")
}

// testAll runs the programs for each fault until a test fails.
func testAll(ctx context.Context, programs []*testProgram, faults []*Fault) (map[*Fault]string, error) {
	names := make([]string, len(faults))
	err := Each(len(faults), func(i int) (err error) {
		for _, q := range programs {
			if names[i], err = q.judge(ctx, faults[i]); names[i] != "" || err != nil {
				break
			}
		}
		return err
	})
	failed := map[*Fault]string{}
	for i, f := range faults {
		failed[f] = names[i]
	}
	return failed, err
}

var (
	failure = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)
	started = regexp.MustCompile(`(?m)^=== (?:RUN|CONT)  +([^\s/]+)`)
)

// run runs the tests that a pattern selects, "" for all, with a fault, 0 for none, and returns the name of the first that fails. One that breaks the program
// down, or goes on for too long, has failed.
func (q *testProgram) run(ctx context.Context, fault int, pattern string) (name string, err error) {
	limited, cancel := context.WithTimeout(ctx, q.limit)
	defer cancel()
	cmd := exec.CommandContext(limited, q.file, "-test.v", "-test.failfast", "-test.skip="+slowTests, "-test.run="+pattern)
	cmd.Dir = q.dir
	cmd.Env = append(os.Environ(), faultVariable+"="+strconv.Itoa(fault), limitVariable+"="+strconv.Itoa(mostSteps), "GOMAXPROCS=1", "STACKPROOF_LONG=",
		"RAPID_SEED=20261122", "RAPID_NOFAILFILE=true", "RAPID_SHRINKTIME=0s")
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	exit := (*exec.ExitError)(nil)
	if err == nil || !errors.As(err, &exit) && limited.Err() == nil {
		return "", err
	}
	if m := failure.FindSubmatch(said); m != nil {
		name = string(m[1])
	} else if all := started.FindAllSubmatch(said, -1); len(all) > 0 {
		name = string(all[len(all)-1][1])
	} else {
		return "", fmt.Errorf("mutants: the tests of %s do not begin: %s", q.pkg, strings.TrimSpace(string(said)))
	}
	return name + " of " + q.pkg, nil
}
