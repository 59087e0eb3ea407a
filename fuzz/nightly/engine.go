package nightly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"stackproof/conformance/gotool"
)

// programs are the tests of packages, built with the engine's instrumentation, each once.
type programs struct {
	root, dir string
	mutex     sync.Mutex
	built     map[string]*program
}

// program is the tests of one package.
type program struct {
	once sync.Once
	file string
	err  error
}

// of builds the program of a target's package, unless that was done.
func (p *programs) of(ctx context.Context, t Target) (string, error) {
	p.mutex.Lock()
	b := p.built[t.Pkg]
	if b == nil {
		b = &program{file: filepath.Join(p.dir, strings.ReplaceAll(t.Pkg, "/", "-")+".test")}
		p.built[t.Pkg] = b
	}
	p.mutex.Unlock()
	b.once.Do(func() {
		if _, err := gotool.Run(ctx, p.root, "test", "-c", "-vet=off", "-fuzz=^Fuzz", "-o", b.file, "./"+t.Pkg); err != nil {
			b.err = fmt.Errorf("fuzz: %s cannot be built: %w", t.Pkg, err)
		}
	})
	return b.file, b.err
}

// order is one start of the engine.
type order struct {
	target Target
	file   string // the program
	root   string
	cache  string // folder that the corpus of the package's targets is in
	time   string // as -fuzztime has it: a time, or a count with an x
	limit  time.Duration
}

// grace is how much longer than asked for a slice may take, for the corpus that is run first and for an input that is
// made smaller, before it is taken to hang.
const grace = 2 * time.Minute

// run starts the engine with one worker. The error is the tester's; what the engine has found is in said.
func (o *order) run(ctx context.Context) (s said, err error) {
	limited, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	cmd := exec.CommandContext(limited, o.file, "-test.run=^$", "-test.fuzz=^"+o.target.Func+"$", "-test.fuzztime="+o.time,
		"-test.fuzzcachedir="+o.cache, "-test.parallel=1", "-test.fuzzminimizetime=200x")
	cmd.Dir = o.home()
	cmd.Env = append(os.Environ(), "GODEBUG=fuzzdebug=1", "RAPID_NOFAILFILE=true")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it then stops its worker, and says what it did
	cmd.WaitDelay = 5 * time.Second
	before := o.seeds()
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	heard := make(chan said)
	go func() { heard <- listen(r) }()
	err = cmd.Run()
	w.Close()
	s = <-heard
	if err := o.only(&s, before); err != nil {
		return s, fmt.Errorf("fuzz: %w", err)
	}
	exit := (*exec.ExitError)(nil)
	switch {
	case s.input != "":
		return s, nil
	case ctx.Err() != nil:
		return said{execs: s.execs, fresh: s.fresh, coverage: s.coverage}, nil
	case limited.Err() != nil:
		s.failure = fmt.Sprintf("%s hangs: it was to take %s and had not ended after %s\n", o.target, o.time, o.limit) + s.failure
		return s, nil
	case err == nil:
		s.failure = ""
		return s, nil
	case errors.As(err, &exit):
		if strings.Contains(s.failure, context.DeadlineExceeded.Error()) {
			s.failure = "" // the engine met its own deadline in the wrong place: no input failed
		}
		return s, nil
	}
	return s, fmt.Errorf("fuzz: %s does not start: %w", o.target, err)
}

// only leaves one of the files that the engine has written into the source tree: the input it named last. Another is what
// that was before it was made smaller, if the engine had no time to remove it. And it may have kept what failed without a
// word, where its time was over at that moment.
func (o *order) only(s *said, before map[string]bool) (err error) {
	for name := range o.seeds() {
		file := path.Join("testdata", "fuzz", o.target.Func, name)
		if before[name] || file == s.input {
			continue
		}
		if s.input == "" {
			s.input = file
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(o.home(), filepath.FromSlash(file))))
	}
	return err
}

// home is the folder of the target's package.
func (o *order) home() string { return filepath.Join(o.root, filepath.FromSlash(o.target.Pkg)) }

// seeds are the names of the target's seeds in the source tree.
func (o *order) seeds() map[string]bool {
	names := map[string]bool{}
	entries, _ := os.ReadDir(filepath.Join(o.home(), "testdata", "fuzz", o.target.Func))
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

var seedFails = regexp.MustCompile(`failure while testing seed corpus entry: (\S+)`)

// failing is the file of the input that failed: one that the engine has just written, or one of the corpus that fails by
// now. kept is set for one of the source tree: a regression case, which stays where it is.
func (o *order) failing(s *said) (file string, kept bool) {
	if s.input != "" {
		return filepath.Join(o.home(), filepath.FromSlash(s.input)), false
	}
	m := seedFails.FindStringSubmatch(s.failure)
	if m == nil {
		return "", false
	}
	if file := filepath.Join(o.cache, filepath.FromSlash(m[1])); exists(file) {
		return file, false
	}
	return filepath.Join(o.home(), "testdata", "fuzz", filepath.FromSlash(m[1])), true
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }
