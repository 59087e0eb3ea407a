package nightly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// State is what a run has done so far. It is written after each slice, so that a stop loses one slice at most.
type State struct {
	Began    time.Time            `json:"began"`
	Limit    time.Duration        `json:"limit_ns"` // that was asked for
	Spent    time.Duration        `json:"spent_ns"`
	Done     bool                 `json:"done"`
	Tasks    map[string]*Progress `json:"tasks"`
	Findings []*Finding           `json:"findings"`
}

// Progress is what one task has done.
type Progress struct {
	Slices   int      `json:"slices"`
	Seconds  float64  `json:"seconds"` // of one core
	Execs    int64    `json:"executions"`
	Fresh    int      `json:"new_inputs"`      // inputs that reached what none had reached
	Before   int      `json:"coverage_before"` // what seeds and corpus reached when the run began
	Coverage int      `json:"coverage"`        // what they reach now
	Corpus   int      `json:"corpus"`          // inputs
	Dropped  int      `json:"dropped"`         // inputs taken out at the end: others reach all that they reach
	Next     uint64   `json:"next_seed"`       // of a command
	Goals    int      `json:"goals,omitempty"` // of a command
	Unmet    []string `json:"unmet,omitempty"` // goals that no seed has hit so far
	Stopped  string   `json:"stopped,omitempty"`

	again string // the finding of the last slice,
	row   int    // and how many slices in a row had it
	lean  int    // slices in a row without a fresh input
}

const stateFile = "state.json"

// load reads the state of a run that was stopped, or begins a new one.
func load(dir string) (s *State, resumed bool, err error) {
	fresh := &State{Began: time.Now().UTC().Truncate(time.Second), Tasks: map[string]*Progress{}}
	file := filepath.Join(dir, stateFile)
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, false, nil
	} else if err != nil {
		return nil, false, fmt.Errorf("fuzz: %w", err)
	}
	s = &State{}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, false, fmt.Errorf("fuzz: %s is no state of a run: %w: remove it to begin anew", file, err)
	}
	if s.Done || s.Tasks == nil {
		return fresh, false, nil
	}
	return s, true, nil
}

// save writes the state, whole or not at all.
func (s *State) save(dir string) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("fuzz: %w", err)
	}
	return replace(filepath.Join(dir, stateFile), append(b, '\n'))
}

// replace writes a file, whole or not at all.
func replace(file string, b []byte) error {
	if err := os.WriteFile(file+".new", b, 0o666); err != nil {
		return fmt.Errorf("fuzz: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("fuzz: %w", err)
	}
	return nil
}

// progress is that of a task, which may be new.
func (s *State) progress(task string) *Progress {
	p := s.Tasks[task]
	if p == nil {
		p = &Progress{}
		s.Tasks[task] = p
	}
	return p
}

// note keeps a finding unless it is known: by what failed and where, or by its input. It reports whether it is new.
func (s *State) note(f *Finding, sameInput func(a, b *Finding) bool) (known *Finding, fresh bool) {
	for _, k := range s.Findings {
		if k.Task == f.Task && (k.Name == f.Name || sameInput(k, f)) {
			k.Times++
			return k, false
		}
	}
	s.Findings = append(s.Findings, f)
	return f, true
}
